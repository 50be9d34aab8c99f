"""Writes of planning rounds: open, edit, and go from stage to stage up to publishing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.market.queries import newest_summary
from fund_service.market.reading import newest_release
from fund_service.planning.answering import answer_everybody, tell_answered
from fund_service.planning.bodies import PlanningRoundIn
from fund_service.planning.drafting import draft_candidates
from fund_service.priorities.freezing import freeze_ranking
from models.clock import business_date
from models.errors import GateClosed, RecordChanged, RecordNotFound, ValueNotAllowed
from models.market import MarketSummary
from models.planning import (
    CandidateDecision,
    CandidateReview,
    DecisionReason,
    PlanningCandidate,
    PlanningObjection,
    PlanningOutcome,
    PlanningRound,
    PlanningStage,
)
from models.signal import DemandSignal


def find_planning_round(session: Session, round_id: UUID, *, to_change: bool = False) -> PlanningRound:
    """Find a round, locked where it is to be changed.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    query = select(PlanningRound).where(PlanningRound.id == round_id)
    if to_change:
        # What was read before the lock may have changed while waiting for it.
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).first()
    if found is None:
        raise RecordNotFound("There is no such planning round.")
    return found


def open_round(session: Session, data: PlanningRoundIn, *, caller: Caller, at: datetime) -> PlanningRound:
    """Open a round: from now on signals are collected for it.

    Raises
    ------
    ValueNotAllowed
        When the last day of collecting is over.
    """
    if data.collects_until < business_date(at):
        raise ValueNotAllowed("The last day of collecting is over already; name a later one.", field="collects_until")
    opened = PlanningRound(**data.model_dump(), opened_by_id=caller.person_id, updated_at=at)
    session.add(opened)
    session.flush()
    return opened


def edit_round(session: Session, round_id: UUID, data: PlanningRoundIn, *, version: int, at: datetime) -> PlanningRound:
    """Change a round while it collects.

    Raises
    ------
    RecordNotFound, StepNotAllowed, RecordChanged
        When there is none, it collects no more, or was changed since it was read.
    ValueNotAllowed
        When the last day of collecting is over.
    """
    found = find_planning_round(session, round_id, to_change=True)
    found.require(PlanningStage.COLLECTING)
    if found.version != version:
        raise RecordChanged("Someone changed this round since you read it; load it again and repeat your change.")
    if data.collects_until < business_date(at):
        raise ValueNotAllowed("The last day of collecting is over already; name a later one.", field="collects_until")
    found.sqlmodel_update(data.model_dump())
    found.mark_edited(at)
    session.flush()
    return found


def take_step(session: Session, round_id: UUID, to: PlanningStage, *, caller: Caller, at: datetime) -> PlanningRound:
    """Take a round to another stage.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none, or no step leads there.
    GateClosed
        When something must come first; the message says what.
    """
    found = find_planning_round(session, round_id, to_change=True)
    found.require_step(to)
    if to is PlanningStage.PROPOSING:
        _begin_proposing(session, found, at=at)
    elif to is PlanningStage.DELIBERATING:
        _require_candidates(session, found)
        freeze_ranking(session, found)
    elif to is PlanningStage.DECIDING:
        _require_reviews(session, found)
    elif to is PlanningStage.PUBLISHED:
        _publish(session, found, caller=caller, at=at)
    elif to is PlanningStage.ANSWERED:
        _require_replies(session, found, at=at)
    found.stage = to
    found.mark_edited(at)
    session.flush()
    return found


def _begin_proposing(session: Session, found: PlanningRound, *, at: datetime) -> None:
    """End the collecting: tie the round to the market demand of that day, and draft its candidates."""
    if business_date(at) <= found.collects_until:
        raise GateClosed(
            "Signals are still collected until {day}; the round goes on the day after.", day=found.collects_until
        )
    summary = newest_summary(session)
    if summary is None or (summary.as_of <= found.collects_until and _has_changed_since(session, summary, at)):
        raise GateClosed(
            "Market demand was last summarised before the collecting ended; have it summarised again first "
            "(`fund demand`)."
        )
    release = newest_release(session)
    if release is None:
        raise GateClosed("Market demand has not been released yet; make its first release, which this round rests on.")
    # Candidates are written while their round proposes: the stage must stand in the database before them.
    found.stage, found.summary_id, found.release_id = PlanningStage.PROPOSING, summary.id, release.id
    session.flush()
    draft_candidates(session, found)


def _has_changed_since(session: Session, summary: MarketSummary, at: datetime) -> bool:
    """Say whether a signal came, changed or expired since a summary; while none did, no new one is made."""
    expired = sa.and_(col(DemandSignal.expires_on) >= summary.as_of, col(DemandSignal.expires_on) < business_date(at))
    changed = col(DemandSignal.updated_at) > summary.recorded_at
    found = session.exec(select(DemandSignal.id).where(sa.or_(changed, expired)).limit(1))
    return found.first() is not None


def _require_candidates(session: Session, found: PlanningRound) -> None:
    if not session.exec(select(func.count()).where(PlanningCandidate.round_id == found.id)).one():
        raise GateClosed("There is no candidate to judge; add one first.")


def _require_reviews(session: Session, found: PlanningRound) -> None:
    reviews = sa.select(col(CandidateReview.candidate_id), func.count().label("count")).group_by(
        col(CandidateReview.candidate_id)
    )
    counted = reviews.where(col(CandidateReview.round_id) == found.id).subquery()
    short = session.exec(
        select(PlanningCandidate.number)
        .join(counted, counted.c.candidate_id == col(PlanningCandidate.id), isouter=True)
        .where(PlanningCandidate.round_id == found.id, func.coalesce(counted.c.count, 0) < found.least_reviews)
        .order_by(col(PlanningCandidate.number))
    ).all()
    if short:
        raise GateClosed(
            "Each candidate needs {needed} reviews; these have fewer: {numbers}.",
            needed=found.least_reviews,
            numbers=", ".join(str(number) for number in short),
        )


def _publish(session: Session, found: PlanningRound, *, caller: Caller, at: datetime) -> None:
    """Freeze the round and answer everybody whose signal it rests on."""
    rows = session.exec(
        select(PlanningCandidate, CandidateDecision)
        .join(CandidateDecision, col(CandidateDecision.candidate_id) == col(PlanningCandidate.id), isouter=True)
        .where(PlanningCandidate.round_id == found.id)
        .order_by(col(PlanningCandidate.number))
    ).all()
    decided = _all_decided(rows)
    answer_everybody(session, found, {decision.candidate_id: decision for _, decision in decided})
    session.flush()  # answers are written while their round still decides: the database lets it be published after
    tell_answered(session, found, at=at)
    found.stage = PlanningStage.PUBLISHED
    found.published_at, found.published_by_id = at, caller.person_id


def _all_decided(
    rows: Sequence[tuple[PlanningCandidate, CandidateDecision | None]],
) -> list[tuple[PlanningCandidate, CandidateDecision]]:
    """Give candidates with their decisions, when each has one that can be published."""
    undecided = [str(candidate.number) for candidate, decision in rows if decision is None]
    if undecided:
        raise GateClosed("These candidates are not decided yet: {numbers}.", numbers=", ".join(undecided))
    decided = [(candidate, decision) for candidate, decision in rows if decision is not None]
    waiting = [
        str(candidate.number)
        for candidate, decision in decided
        if decision.reason is DecisionReason.POLICY and decision.approved_by_id is None
    ]
    if waiting:
        raise GateClosed(
            "Somebody else has to approve what was adopted by policy first: {numbers}.", numbers=", ".join(waiting)
        )
    adopted = {decision.candidate_id for _, decision in decided if decision.outcome is PlanningOutcome.ADOPTED}
    lost = [
        str(candidate.number)
        for candidate, decision in decided
        if decision.merged_into_id is not None and decision.merged_into_id not in adopted
    ]
    if lost:
        raise GateClosed(
            "These candidates are merged into one that is not adopted: {numbers}.", numbers=", ".join(lost)
        )
    return decided


def _require_replies(session: Session, found: PlanningRound, *, at: datetime) -> None:
    until = found.objections_until
    if until is not None and business_date(at) <= until:
        raise GateClosed("Objections can be filed until {day}; end the round after it.", day=until)
    open_ones = session.exec(
        select(func.count()).where(PlanningObjection.round_id == found.id, col(PlanningObjection.reply).is_(None))
    ).one()
    if open_ones:
        raise GateClosed("Objections without a reply: {count}; reply to each first.", count=open_ones)
