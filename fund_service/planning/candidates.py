"""Writes of candidates: add one by hand, word it, give it up, take a theme up."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, func, select

from fund_service.planning.bodies import CandidateIn
from fund_service.planning.commands import find_planning_round
from fund_service.planning.evidence import published_themes
from models.errors import RecordChanged, RecordNotFound, ValueNotAllowed
from models.plan import Region, TechnologyField
from models.planning import (
    MOST_CANDIDATES,
    CandidateOrigin,
    CandidateTheme,
    PlanningCandidate,
    PlanningRound,
    PlanningStage,
)


def find_candidate(session: Session, candidate_id: UUID) -> PlanningCandidate:
    """Find a candidate.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    found = session.get(PlanningCandidate, candidate_id)
    if found is None:
        raise RecordNotFound("There is no such candidate.")
    return found


def candidate_at(session: Session, candidate_id: UUID, stage: PlanningStage) -> tuple[PlanningCandidate, PlanningRound]:
    """Find a candidate and lock its round, which must stand at a stage.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none by this id, or its round stands elsewhere.
    """
    found = find_candidate(session, candidate_id)
    planning_round = find_planning_round(session, found.round_id, to_change=True)
    planning_round.require(stage)
    session.refresh(found)
    return found, planning_round


def add_candidate(session: Session, round_id: UUID, data: CandidateIn) -> PlanningCandidate:
    """Add a planner's own candidate to a round that proposes.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such round, or it does not propose.
    ValueNotAllowed
        When field or province is unknown, the field is not the round's, or the round is full.
    """
    planning_round = find_planning_round(session, round_id, to_change=True)
    planning_round.require(PlanningStage.PROPOSING)
    _check_places(session, planning_round, data)
    last = session.exec(select(func.max(PlanningCandidate.number)).where(PlanningCandidate.round_id == round_id)).one()
    if (last or 0) >= MOST_CANDIDATES:
        raise ValueNotAllowed("A round judges at most {most} candidates.", most=MOST_CANDIDATES)
    added = PlanningCandidate(
        round_id=round_id, number=(last or 0) + 1, origin=CandidateOrigin.HAND, **data.model_dump()
    )
    session.add(added)
    session.flush()
    return added


def edit_candidate(
    session: Session, candidate_id: UUID, data: CandidateIn, *, version: int, at: datetime
) -> PlanningCandidate:
    """Word a candidate anew while its round proposes.

    Raises
    ------
    RecordNotFound, StepNotAllowed, RecordChanged, ValueNotAllowed
        When there is none, its round does not propose, it was changed since it was read, or field or province are not
        allowed.
    """
    found, planning_round = candidate_at(session, candidate_id, PlanningStage.PROPOSING)
    if found.version != version:
        raise RecordChanged("Someone changed this candidate since you read it; load it again and repeat your change.")
    _check_places(session, planning_round, data)
    found.sqlmodel_update(data.model_dump())
    found.mark_edited(at)
    session.flush()
    return found


def drop_candidate(session: Session, candidate_id: UUID) -> PlanningRound:
    """Give a candidate up while its round proposes; its themes are free again.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none, or its round does not propose.
    """
    found, planning_round = candidate_at(session, candidate_id, PlanningStage.PROPOSING)
    session.delete(found)
    session.flush()
    return planning_round


def take_up(session: Session, candidate_id: UUID, theme_ids: Collection[UUID]) -> PlanningCandidate:
    """Say which themes a candidate takes up; those of another candidate move over to it.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none, or its round does not propose.
    ValueNotAllowed
        When a theme is not of the summary that the round rests on.
    """
    found, planning_round = candidate_at(session, candidate_id, PlanningStage.PROPOSING)
    known = {theme.id for theme in published_themes(session, planning_round, theme_ids)}
    if known != set(theme_ids):
        raise ValueNotAllowed("A theme is not of the market demand that this round rests on.", field="theme_ids")
    held = session.exec(select(CandidateTheme).where(CandidateTheme.round_id == planning_round.id)).all()
    for link in held:
        if link.candidate_id == found.id or link.theme_id in known:
            session.delete(link)
    session.flush()
    session.add_all(
        CandidateTheme(round_id=planning_round.id, theme_id=theme_id, candidate_id=found.id) for theme_id in known
    )
    session.flush()
    return found


def _check_places(session: Session, planning_round: PlanningRound, data: CandidateIn) -> None:
    if session.get(TechnologyField, data.field_code) is None:
        raise ValueNotAllowed("There is no such technology field.", field="field_code")
    if planning_round.field_codes and data.field_code not in planning_round.field_codes:
        raise ValueNotAllowed("This round does not plan that field.", field="field_code")
    if data.region_code is not None and session.get(Region, data.region_code) is None:
        raise ValueNotAllowed("There is no such province.", field="region_code")
