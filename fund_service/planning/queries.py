"""Reads of planning rounds: lists, a round with its candidates, a candidate with its reviews."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import orm
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.paging import Cursor, cut_page
from fund_service.planning.candidates import find_candidate
from fund_service.planning.commands import find_planning_round
from fund_service.planning.evidence import published_themes
from fund_service.planning.schemas import (
    CandidateDetail,
    CandidateName,
    CandidateView,
    DecisionView,
    Judgement,
    ObjectionView,
    PlanningHead,
    PlanningPage,
    PlanningView,
    ReviewView,
    ThemeTaken,
)
from fund_service.priorities.reading import candidate_standings, frozen_ranking
from models.errors import RecordNotFound
from models.market import MarketSummary
from models.person import Person, Role
from models.planning import (
    PLANNING_STEPS,
    PUBLIC_STAGES,
    CandidateDecision,
    CandidateReview,
    CandidateTheme,
    PlanningAnswer,
    PlanningCandidate,
    PlanningObjection,
    PlanningRound,
)

MOST_POINTS = 5


def sees_the_making(caller: Caller) -> bool:
    """Say whether the caller may see rounds before they are published, and who thought what."""
    return caller.has(Role.PLANNER, Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR)


def list_rounds(session: Session, *, caller: Caller, after: Cursor | None, limit: int) -> PlanningPage:
    """List the rounds the caller may know of, the newest first."""
    query = select(PlanningRound.id).order_by(col(PlanningRound.id).desc()).limit(limit + 1)
    if not sees_the_making(caller):
        query = query.where(col(PlanningRound.stage).in_(PUBLIC_STAGES))
    if after is not None:
        query = query.where(col(PlanningRound.id) < after.after)
    ids, next_cursor = cut_page(session.exec(query).all(), limit, key=lambda key: key)
    heads = round_heads(session, ids)
    return PlanningPage(items=[heads[key] for key in ids], next_cursor=next_cursor)


def round_heads(session: Session, ids: Collection[UUID]) -> dict[UUID, PlanningHead]:
    """Read some rounds with the names of who opened and published them."""
    opener, publisher = orm.aliased(Person), orm.aliased(Person)
    rows = session.exec(
        select(PlanningRound, opener.name, publisher.name)
        .join(opener, col(opener.id) == col(PlanningRound.opened_by_id))
        .join(publisher, col(publisher.id) == col(PlanningRound.published_by_id), isouter=True)
        .where(col(PlanningRound.id).in_(ids))
    )
    return {
        row.id: PlanningHead(
            **row.model_dump(include=set(PlanningHead.model_fields)),
            objections_until=row.objections_until,
            opened_at=row.recorded_at,
            opened_by=opened_by,
            published_by=published_by,
        )
        for row, opened_by, published_by in rows
    }


def known_round(session: Session, round_id: UUID, *, caller: Caller) -> PlanningRound:
    """Find a round that the caller may know of.

    Raises
    ------
    RecordNotFound
        When there is none, or it is not published and the caller has no part in making it.
    """
    found = find_planning_round(session, round_id)
    if found.stage not in PUBLIC_STAGES and not sees_the_making(caller):
        raise RecordNotFound("There is no such planning round.")
    return found


def round_view(session: Session, round_id: UUID, *, caller: Caller) -> PlanningView:
    """Show a round with its candidates.

    Raises
    ------
    RecordNotFound
        When there is none that the caller may know of.
    """
    found = known_round(session, round_id, caller=caller)
    head = round_heads(session, [round_id])[round_id]
    candidates = session.exec(
        select(PlanningCandidate).where(PlanningCandidate.round_id == round_id).order_by(col(PlanningCandidate.number))
    ).all()
    views = candidate_views(session, candidates)
    views.sort(key=lambda one: (one.decision is None or one.decision.place is None, _place(one), one.number))
    summary = None if found.summary_id is None else session.get_one(MarketSummary, found.summary_id)
    objections = objection_views(session, round_id) if sees_the_making(caller) else []
    return PlanningView(
        **head.model_dump(),
        summary_as_of=None if summary is None else summary.as_of,
        candidates=views,
        ranking=frozen_ranking(session, round_id),
        next_stages=sorted(PLANNING_STEPS[found.stage]) if sees_the_making(caller) else [],
        objections=objections,
        open_objections=sum(one.reply is None for one in objections),
    )


def _place(view: CandidateView) -> int:
    return 0 if view.decision is None else view.decision.place or 0


def candidate_views(session: Session, candidates: Sequence[PlanningCandidate]) -> list[CandidateView]:
    """Show candidates in a fixed number of statements."""
    ids = [candidate.id for candidate in candidates]
    themes = _themes_of(session, candidates)
    judgements = _judgements_of(session, ids)
    decisions, standings = _decisions_of(session, ids), candidate_standings(session, ids)
    return [
        CandidateView(
            **candidate.model_dump(include=set(CandidateView.model_fields)),
            themes=themes.get(candidate.id, []),
            judgement=_judgement(judgements.get(candidate.id, [])),
            standing=standings.get(candidate.id),
            decision=decisions.get(candidate.id),
        )
        for candidate in candidates
    ]


def _themes_of(session: Session, candidates: Sequence[PlanningCandidate]) -> Mapping[UUID, list[ThemeTaken]]:
    links = session.exec(
        select(CandidateTheme).where(col(CandidateTheme.candidate_id).in_([one.id for one in candidates]))
    ).all()
    told: dict[UUID, ThemeTaken] = {}
    for round_id in {link.round_id for link in links}:
        planning_round = session.get_one(PlanningRound, round_id)
        for theme in published_themes(session, planning_round, [link.theme_id for link in links]):
            told[theme.id] = ThemeTaken(
                id=theme.id, label_ko=theme.label_ko, label_en=theme.label_en, groups=theme.groups
            )
    found: defaultdict[UUID, list[ThemeTaken]] = defaultdict(list)
    for link in links:
        found[link.candidate_id].append(told[link.theme_id])
    return found


def _judgements_of(session: Session, ids: Collection[UUID]) -> Mapping[UUID, list[CandidateReview]]:
    found: defaultdict[UUID, list[CandidateReview]] = defaultdict(list)
    for review in session.exec(select(CandidateReview).where(col(CandidateReview.candidate_id).in_(ids))):
        found[review.candidate_id].append(review)
    return found


def _judgement(reviews: Sequence[CandidateReview]) -> Judgement:
    if not reviews:
        return Judgement(reviews=0, strategic=None, market=None, commercial=None, score=None)
    means = [
        sum(getattr(review, name) for review in reviews) / len(reviews)
        for name in ("strategic", "market", "commercial")
    ]
    score = 100 * sum(means) / (len(means) * MOST_POINTS)
    strategic, market, commercial = (round(mean, 2) for mean in means)
    return Judgement(
        reviews=len(reviews), strategic=strategic, market=market, commercial=commercial, score=round(score, 1)
    )


def _decisions_of(session: Session, ids: Collection[UUID]) -> Mapping[UUID, DecisionView]:
    decider, approver, goal = orm.aliased(Person), orm.aliased(Person), orm.aliased(PlanningCandidate)
    rows = session.exec(
        select(CandidateDecision, decider.name, approver.name, goal.number)
        .join(decider, col(decider.id) == col(CandidateDecision.decided_by_id))
        .join(approver, col(approver.id) == col(CandidateDecision.approved_by_id), isouter=True)
        .join(goal, col(goal.id) == col(CandidateDecision.merged_into_id), isouter=True)
        .where(col(CandidateDecision.candidate_id).in_(ids))
    )
    return {
        decision.candidate_id: DecisionView(
            **decision.model_dump(include=set(DecisionView.model_fields)),
            merged_into_number=number,
            decided_by=decided_by,
            approved_by=approved_by,
        )
        for decision, decided_by, approved_by, number in rows
    }


def candidate_detail(session: Session, candidate_id: UUID, *, caller: Caller) -> CandidateDetail:
    """Show a candidate with what each reviewer thinks.

    Raises
    ------
    RecordNotFound
        When there is none that the caller may know of.
    """
    found = find_candidate(session, candidate_id)
    known_round(session, found.round_id, caller=caller)
    (view,) = candidate_views(session, [found])
    reviews = _reviews_of(session, candidate_id)
    others = session.exec(
        select(PlanningCandidate)
        .where(PlanningCandidate.round_id == found.round_id, PlanningCandidate.id != candidate_id)
        .order_by(col(PlanningCandidate.number))
    )
    return CandidateDetail(
        **view.model_dump(),
        round=round_heads(session, [found.round_id])[found.round_id],
        reviews=[review for _, review in reviews] if sees_the_making(caller) else [],
        own_review=next((review for key, review in reviews if key == caller.person_id), None),
        others=[CandidateName(**one.model_dump(include=set(CandidateName.model_fields))) for one in others],
    )


def _reviews_of(session: Session, candidate_id: UUID) -> list[tuple[UUID, ReviewView]]:
    rows = session.exec(
        select(CandidateReview, Person.name)
        .join(Person, col(Person.id) == col(CandidateReview.reviewer_id))
        .where(CandidateReview.candidate_id == candidate_id)
        .order_by(col(CandidateReview.id))
    )
    return [
        (
            review.reviewer_id,
            ReviewView(**review.model_dump(include=set(ReviewView.model_fields)), reviewer=name, at=review.recorded_at),
        )
        for review, name in rows
    ]


def objection_views(session: Session, round_id: UUID) -> list[ObjectionView]:
    """Show the objections to a round, those without a reply first; nobody is told whose they are."""
    rows = session.exec(
        select(PlanningObjection, PlanningCandidate.number, Person.name)
        .join(PlanningAnswer, col(PlanningAnswer.id) == col(PlanningObjection.answer_id))
        .join(PlanningCandidate, col(PlanningCandidate.id) == col(PlanningAnswer.candidate_id), isouter=True)
        .join(Person, col(Person.id) == col(PlanningObjection.replied_by_id), isouter=True)
        .where(PlanningObjection.round_id == round_id)
        .order_by(col(PlanningObjection.reply).is_not(None), col(PlanningObjection.id))
    )
    return [objection_view(objection, number, replied_by) for objection, number, replied_by in rows]


def objection_view(objection: PlanningObjection, number: int | None, replied_by: str | None) -> ObjectionView:
    """Show one objection."""
    return ObjectionView(
        **objection.model_dump(include={"id", "answer_id", "words", "reply", "replied_at"}),
        candidate_number=number,
        filed_at=objection.recorded_at,
        replied_by=replied_by,
    )
