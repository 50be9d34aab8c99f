"""Reads of a review: the case for and against, as far as the reader may know, and what is proposed in it."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.deals.thread import DealLink, deals_of_project
from fund_service.market.disclosure import ROUNDED_TO_KRW
from fund_service.market.hearing import ANSWERING_SCORE
from fund_service.plan.schemas import Choice
from fund_service.relevance.commands import POLICY
from fund_service.relevance.disclosure import quarters
from fund_service.relevance.queries import figure_views, run_view, state_of
from fund_service.relevance.reviewing import chaired, committee_decides, find_proposal, find_review, proposals_of
from fund_service.relevance.schemas import (
    ContributionView,
    DecisionView,
    Milestone,
    MoneyView,
    ProjectName,
    ProposalView,
    RelevanceState,
    ReviewForm,
    ReviewView,
    SignalHeard,
)
from fund_service.signals.queries import visible_to
from models.committee import CommitteeMeeting
from models.deal import Deal
from models.errors import StepNotAllowed
from models.instruction import Commitment, Tranche, TrancheState
from models.ledger import Account, AccountKind, LedgerLine
from models.match import Match
from models.person import Person, Role
from models.project import RndProject
from models.relevance import (
    RelevanceContribution,
    RelevanceDecision,
    RelevanceFigure,
    RelevanceProposal,
    RelevanceReview,
    RelevanceRun,
    ReviewCourse,
)
from models.signal import DemandSignal

SHOWN = 10
"""Signals and other projects of a page."""
HEARD_WITHIN = timedelta(days=183)
"""What counts as new: the last half year."""
FELL_BELOW = 0.75
"""Of its rate at approval, below which the whole field is said to have fallen too."""


def review_view(session: Session, review_id: UUID, *, caller: Caller) -> ReviewView:
    """Show a review with its case, as its run saw it.

    Raises
    ------
    RecordNotFound
        When there is none that the caller may know of.
    """
    review = find_review(session, review_id, caller=caller)
    run = session.get_one(RelevanceRun, review.run_id)
    figure = session.get_one(RelevanceFigure, (review.run_id, review.project_id))
    project = session.get_one(RndProject, review.project_id)
    [shown] = figure_views(session, run, caller=caller, project_id=project.id)
    rows = proposals_of(session, [review.id])
    state = state_of(rows)
    waiting = next((proposal for proposal, decision in rows if decision is None), None)
    deals = list(session.exec(select(Deal).where(Deal.project_id == project.id)).all())
    return ReviewView(
        id=review.id,
        cause=review.cause,
        state=state,
        opened_at=review.recorded_at,
        run=run_view(run, [shown]),
        figure=shown,
        quarters=quarters(figure, run.as_of),
        field_falls=field_falls(figure),
        shared_with=_projects(session, figure.shared_with[:SHOWN]),
        new_signals=_new_signals(session, project.id, caller=caller, run=run),
        reads_signals=caller.has(Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR),
        money=_money(session, project.id, caller=caller),
        ends_on=project.ends_on,
        budget_krw=project.budget_krw,
        contributions=_contributions(session, review),
        proposals=_proposals(session, rows),
        committee_needed=committee_decides(deals, ReviewCourse.DISCONTINUE),
        may_propose=state is RelevanceState.OPEN,
        may_decide=waiting is not None and waiting.proposed_by_id != caller.person_id,
        may_contribute=state is not RelevanceState.DECIDED,
    )


def field_falls(figure: RelevanceFigure) -> bool:
    """Say whether demand in the whole field, a month, has fallen since the approval as well."""
    base, now = figure.field_events[: figure.base_months], figure.field_events[-POLICY.window_months :]
    if not base or not now:
        return False
    return sum(now) / len(now) < FELL_BELOW * sum(base) / len(base)


def _projects(session: Session, ids: Sequence[UUID]) -> list[ProjectName]:
    rows = {row.id: row for row in session.exec(select(RndProject).where(col(RndProject.id).in_(ids)))}
    return [ProjectName(id=key, title_ko=rows[key].title_ko, title_en=rows[key].title_en) for key in ids if key in rows]


def _new_signals(session: Session, project_id: UUID, *, caller: Caller, run: RelevanceRun) -> list[SignalHeard]:
    """List the newest signals that it answers among those the reader may read; to planners and teams, none."""
    readable = visible_to(caller).with_only_columns(col(DemandSignal.id))
    rows = session.exec(
        select(DemandSignal)
        .join(Match, col(Match.signal_id) == col(DemandSignal.id))
        .where(
            Match.project_id == project_id,
            col(Match.eligible),
            Match.score >= ANSWERING_SCORE,
            DemandSignal.received_on > run.as_of - HEARD_WITHIN,
            col(DemandSignal.id).in_(readable),
        )
        .order_by(col(DemandSignal.received_on).desc(), col(DemandSignal.id))
        .limit(SHOWN)
    )
    return [SignalHeard(id=row.id, text=row.text, received_on=row.received_on) for row in rows]


def _money(session: Session, project_id: UUID, *, caller: Caller) -> MoneyView:
    """Show won and open milestones: exactly and deal by deal to readers of the fund, in rounded sums to others."""
    reads_deals = caller.has(Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR)
    thread = deals_of_project(session, project_id)
    committed, paid = _won(session, project_id)
    rows = session.exec(
        select(Commitment.deal_id, Tranche)
        .join(Commitment, col(Commitment.id) == col(Tranche.commitment_id))
        .join(Deal, col(Deal.id) == col(Commitment.deal_id))
        .where(Deal.project_id == project_id, col(Tranche.state).in_((TrancheState.PLANNED, TrancheState.MET)))
        .order_by(col(Tranche.due_on), col(Tranche.id))
    ).all()
    milestones = [
        Milestone(deal_id=deal_id, milestone=one.milestone, due_on=one.due_on, amount_krw=one.amount_krw)
        for deal_id, one in rows
    ]
    if not reads_deals:
        committed, paid = (krw // ROUNDED_TO_KRW * ROUNDED_TO_KRW for krw in (committed, paid))
    return MoneyView(
        deals=thread.count,
        committed_krw=committed,
        paid_krw=paid,
        rounded=not reads_deals,
        open_milestones=len(milestones),
        links=[item for item in thread.items if isinstance(item, DealLink)] if reads_deals else [],
        milestones=milestones if reads_deals else [],
    )


def _won(session: Session, project_id: UUID) -> tuple[int, int]:
    """Sum, as the ledger has them, the won committed to the deals of a project, and the won paid of them."""
    deals = sa.select(col(Deal.id)).where(col(Deal.project_id) == project_id)
    rows = session.exec(
        select(Account.kind, sa.func.sum(LedgerLine.amount_krw))
        .join(LedgerLine, col(LedgerLine.account_id) == col(Account.id))
        .where(col(Account.deal_id).in_(deals))
        .group_by(col(Account.kind))
    )
    found = {kind: int(total) for kind, total in rows}
    paid = found.get(AccountKind.DRAWN, 0)
    return found.get(AccountKind.COMMITTED, 0) + paid, paid


def _contributions(session: Session, review: RelevanceReview) -> list[ContributionView]:
    rows = session.exec(
        select(RelevanceContribution, Person.name)
        .join(Person, col(Person.id) == col(RelevanceContribution.person_id))
        .where(RelevanceContribution.review_id == review.id)
        .order_by(col(RelevanceContribution.id))
    )
    return [ContributionView(words=said.words, person=name, at=said.recorded_at) for said, name in rows]


def _proposals(
    session: Session, rows: Sequence[tuple[RelevanceProposal, RelevanceDecision | None]]
) -> list[ProposalView]:
    people = {proposal.proposed_by_id for proposal, _ in rows}
    people |= {decision.decided_by_id for _, decision in rows if decision is not None}
    names = dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(people))).all())
    meetings = dict(
        session.exec(
            select(CommitteeMeeting.id, CommitteeMeeting.title).where(
                col(CommitteeMeeting.id).in_({one.meeting_id for _, one in rows if one is not None and one.meeting_id})
            )
        ).all()
    )
    return [
        ProposalView(
            **proposal.model_dump(include=set(ProposalView.model_fields)),
            proposed_by=names[proposal.proposed_by_id],
            proposed_at=proposal.recorded_at,
            decision=None
            if decision is None
            else DecisionView(
                outcome=decision.outcome,
                words=decision.words,
                decided_by=names[decision.decided_by_id],
                decided_at=decision.recorded_at,
                meeting=None if decision.meeting_id is None else meetings[decision.meeting_id],
            ),
        )
        for proposal, decision in rows
    ]


def review_form(session: Session, review_id: UUID, *, caller: Caller) -> ReviewForm:
    """Prepare a form of a review that is not decided.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such review, or it is decided.
    """
    view = review_view(session, review_id, caller=caller)
    if view.state is RelevanceState.DECIDED:
        raise StepNotAllowed("This review is decided.")
    return ReviewForm(review=view)


def proposal_form(session: Session, review_id: UUID, *, caller: Caller) -> ReviewForm:
    """Prepare the form to propose something.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such review, it is decided, or a proposal waits already.
    """
    form = review_form(session, review_id, caller=caller)
    if form.review.state is RelevanceState.PROPOSED:
        raise StepNotAllowed("A proposal waits for another person already.")
    return form


def decision_form(session: Session, proposal_id: UUID, *, caller: Caller) -> ReviewForm:
    """Prepare the form to decide on a proposal, with the meetings that the caller chairs.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such proposal, or it was decided.
    """
    form = review_form(session, find_proposal(session, proposal_id).review_id, caller=caller)
    form.proposal = next((one for one in form.review.proposals if one.id == proposal_id), None)
    if form.proposal is None or form.proposal.decision is not None:
        raise StepNotAllowed("This proposal was decided already.")
    form.meetings = [
        Choice(code=str(meeting.id), name_ko=meeting.title, name_en=meeting.title)
        for meeting in chaired(session, caller=caller)
    ]
    return form
