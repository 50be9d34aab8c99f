"""What the watch reads: running projects, every signal there ever was by today's model, and what was withdrawn."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.commitments.reading import facts_of
from fund_service.market.hearing import ANSWERING_SCORE
from fund_service.matches.briefs import signals_to_match
from fund_service.matches.corpus import Matchmaker
from fund_service.matches.vectors import encode_missing, matrix_of, texts_by_digest
from fund_service.relevance.months import Heard, Running
from matching.disclosure.rules import MIN_GROUPS
from models.clock import business_date
from models.commitment import CommitmentDecision, CommitmentStep, StepOutcome
from models.committee import AgendaItem, ItemState
from models.deal import Deal
from models.ladder import StepFacts
from models.organisation import Organisation
from models.project import ProjectField, ProjectState, RndProject
from models.signal import Confidentiality, DemandSignal, SignalState

SIGNALS_AT_ONCE = 256
"""Signals scored with all running projects at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A named commitment that its organisation took back while it held."""

    signal: UUID
    group: UUID
    on: date
    open: bool
    """Whether those who run the fund may read the signal."""


def running_projects(session: Session) -> list[Running]:
    """Read the running projects with the day of their approval, by id.

    It is the day on which the committee first approved a deal of the project; where it never did, the day on which the
    agreement began.
    """
    approvals = {
        project_id: business_date(decided_at)
        for project_id, decided_at in session.connection().execute(
            sa.select(col(Deal.project_id), func.min(AgendaItem.decided_at))
            .join(AgendaItem, col(AgendaItem.deal_id) == col(Deal.id))
            .where(col(AgendaItem.state) == ItemState.APPROVED)
            .group_by(col(Deal.project_id))
        )
        if decided_at is not None
    }
    fields: dict[UUID, set[str]] = defaultdict(set)
    for link in session.exec(select(ProjectField)):
        fields[link.project_id].add(link.field_code)
    projects = session.connection().execute(
        sa.select(col(RndProject.id), col(RndProject.starts_on))
        .where(col(RndProject.state) == ProjectState.RUNNING)
        .order_by(col(RndProject.id))
    )
    return [
        Running(
            id=project_id,
            fields=frozenset(fields[project_id]),
            approved_on=approvals.get(project_id, starts_on),
        )
        for project_id, starts_on in projects
    ]


def everything_heard(
    session: Session, matchmaker: Matchmaker, projects: Sequence[Running], *, today: date
) -> list[Heard]:
    """Read every signal there ever was, and which running projects answer it by today's model.

    What ended a signal since, its last day or its withdrawal, closes no gate here: it was heard when it was heard.
    Texts not yet encoded are encoded first and their vectors kept.
    """
    facts = {row.id: row for row in session.connection().execute(_FACTS)}
    briefs = [replace(one.brief, live=True, expires_on=None) for one in signals_to_match(session, today=today)]
    answered: dict[str, frozenset[UUID]] = {}
    keys = [str(project.id) for project in projects]
    with matchmaker.at_work:
        missing = texts_by_digest(briefs, matchmaker.encoder)
        encode_missing(matchmaker.engine, matchmaker.encoder, matchmaker.method, missing)
        vectors = matrix_of(session, matchmaker.encoder, matchmaker.method, briefs)
        for start in range(0, len(briefs) if keys else 0, SIGNALS_AT_ONCE):
            block = slice(start, start + SIGNALS_AT_ONCE)
            scored = matchmaker.corpus().matcher.scores_against(briefs[block], vectors[block], keys, today=today)
            for brief, pairs in zip(briefs[block], scored, strict=True):
                answered[brief.key] = frozenset(
                    UUID(pair.project_key) for pair in pairs if pair.score >= ANSWERING_SCORE and not pair.failed_gates
                )
    return [
        Heard(
            signal=UUID(brief.key),
            group=facts[UUID(brief.key)].ownership_group_id,
            received_on=facts[UUID(brief.key)].received_on,
            fields=brief.fields,
            answered_by=answered.get(brief.key, frozenset()),
        )
        for brief in briefs
    ]


_FACTS = sa.select(col(DemandSignal.id), col(Organisation.ownership_group_id), col(DemandSignal.received_on)).join(
    Organisation, col(Organisation.id) == col(DemandSignal.organisation_id)
)


def withdrawals(session: Session) -> list[Withdrawal]:
    """Read the named commitments (L1 and above, verified) that were taken back while they held.

    A step that its organisation took back, or that stood when the whole signal was withdrawn; what the fund struck off
    is no promise of the investor's.
    """
    verified = sa.select(col(CommitmentStep.signal_id)).join(
        CommitmentDecision,
        sa.and_(
            col(CommitmentDecision.step_id) == col(CommitmentStep.id),
            col(CommitmentDecision.outcome) == StepOutcome.VERIFIED,
        ),
    )
    rows = session.exec(
        select(DemandSignal, Organisation.ownership_group_id)
        .join(Organisation, col(Organisation.id) == col(DemandSignal.organisation_id))
        .where(col(DemandSignal.id).in_(verified))
        .order_by(col(DemandSignal.id))
    ).all()
    steps = facts_of(session, col(CommitmentStep.signal_id).in_(verified))
    found = []
    for signal, group in rows:
        day = _withdrawn_on(signal, steps[signal.id])
        if day is not None:
            is_open = signal.confidentiality is Confidentiality.OPEN
            found.append(Withdrawal(signal=signal.id, group=group, on=day, open=is_open))
    return found


def _withdrawn_on(signal: DemandSignal, steps: Sequence[StepFacts]) -> date | None:
    """Give the last day on which a verified step of a signal was taken back by its organisation while it held."""
    days = [
        step.revoked_on
        for step in steps
        if step.verified_on is not None
        and step.revoked_on is not None
        and not step.struck
        and step.revoked_on <= step.expires_on
    ]
    if signal.state is SignalState.WITHDRAWN:
        gone = business_date(signal.updated_at)
        days += [gone for step in steps if step.holds_on(gone)]
    return max(days, default=None)


def behind_projects(
    session: Session, withdrawn: Sequence[Withdrawal], heard: Sequence[Heard]
) -> Mapping[UUID, list[Withdrawal]]:
    """Say behind which projects withdrawn commitments stood: those they match, or whose deals they led to."""
    signals = {one.signal: one for one in withdrawn}
    behind: dict[UUID, dict[UUID, Withdrawal]] = defaultdict(dict)
    for one in heard:
        for project in one.answered_by if one.signal in signals else ():
            behind[project][one.signal] = signals[one.signal]
    led = session.exec(
        select(Deal.project_id, Deal.signal_id).where(
            col(Deal.signal_id).in_(signals), col(Deal.project_id).is_not(None)
        )
    )
    for project_id, signal_id in led:
        if project_id is not None and signal_id is not None:
            behind[project_id][signal_id] = signals[signal_id]
    return {project: list(found.values()) for project, found in behind.items()}


def groups_told(withdrawn: Sequence[Withdrawal]) -> int:
    """Count the ownership groups whose withdrawal may be told of.

    A confidential signal appears in aggregates alone: its withdrawal is told only with those of enough other groups.
    """
    everybody = {one.group for one in withdrawn}
    return len(everybody) if len(everybody) >= MIN_GROUPS else len({one.group for one in withdrawn if one.open})
