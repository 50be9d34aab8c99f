"""Answers: what a round tells everybody whose signal it rests on, objections to them, and their replies."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, String, and_, func, literal, or_, true
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.notices.telling import Told, holders_of, settle, speakers_of, tell, tell_speakers
from models.clock import business_date
from models.errors import FourEyesNeeded, GateClosed, RecordConflicts, RecordNotFound
from models.market import CountedSignal, DemandTheme
from models.notice import NoticeKind
from models.person import Role
from models.planning import (
    CandidateDecision,
    CandidateTheme,
    PlanningAnswer,
    PlanningObjection,
    PlanningRound,
    PlanningStage,
    SignalOutcome,
)
from models.signal import DemandSignal


def answer_everybody(
    session: Session, planning_round: PlanningRound, decisions: Mapping[UUID, CandidateDecision]
) -> None:
    """Write what became of each signal that spoke in the market demand which the round rests on.

    Of a round for some fields these are the signals whose theme is of one of them, and those without a theme that
    name one of them or none; the database holds the same to be answered.
    """
    rows = session.exec(
        select(CountedSignal, DemandSignal.organisation_id, CandidateTheme.candidate_id)
        .join(DemandSignal, col(DemandSignal.id) == col(CountedSignal.signal_id))
        .join(DemandTheme, col(DemandTheme.id) == col(CountedSignal.theme_id), isouter=True)
        .join(
            CandidateTheme,
            (col(CandidateTheme.theme_id) == col(CountedSignal.theme_id))
            & (col(CandidateTheme.round_id) == planning_round.id),
            isouter=True,
        )
        .where(
            CountedSignal.summary_id == planning_round.summary_id,
            col(CountedSignal.speaks),
            _concerns(planning_round),
        )
        .order_by(col(CountedSignal.signal_id))
    )
    session.add_all(
        _answer(planning_round, counted, organisation_id, decisions.get(key)) for counted, organisation_id, key in rows
    )


def _concerns(planning_round: PlanningRound) -> ColumnElement[bool]:
    if not planning_round.field_codes:
        return true()
    named, planned = col(CountedSignal.field_codes), literal(planning_round.field_codes, ARRAY(String(2)))
    return or_(
        col(DemandTheme.field_code).in_(planning_round.field_codes),
        and_(col(DemandTheme.id).is_(None), or_(func.cardinality(named) == 0, named.bool_op("&&")(planned))),
    )


def _answer(
    planning_round: PlanningRound, counted: CountedSignal, organisation_id: UUID, decision: CandidateDecision | None
) -> PlanningAnswer:
    outcome, candidate_id = SignalOutcome.UNCLASSIFIED, None
    if counted.received_on > planning_round.collects_until:
        outcome = SignalOutcome.LATE
    elif decision is not None:
        outcome, candidate_id = SignalOutcome(decision.outcome.value), decision.candidate_id
    elif counted.theme_id is not None:
        outcome = SignalOutcome.NOT_TAKEN_UP
    return PlanningAnswer(
        round_id=planning_round.id,
        signal_id=counted.signal_id,
        organisation_id=organisation_id,
        outcome=outcome,
        candidate_id=candidate_id,
    )


def tell_answered(session: Session, planning_round: PlanningRound, *, at: datetime) -> None:
    """Tell each organisation that the round answers so many of its signals."""
    counted = session.exec(
        select(PlanningAnswer.organisation_id, func.count())
        .where(PlanningAnswer.round_id == planning_round.id)
        .group_by(col(PlanningAnswer.organisation_id))
    ).all()
    told = [
        Told(
            organisation_id=key, subject=planning_round.id, facts={"count": count}, key=f"answered/{planning_round.id}"
        )
        for key, count in counted
    ]
    tell_speakers(session, NoticeKind.PLANNING_ANSWERED, told, at=at)


def file_objection(session: Session, answer_id: UUID, words: str, *, caller: Caller, at: datetime) -> PlanningObjection:
    """Object to an answer that the caller's organisation was given.

    Raises
    ------
    RecordNotFound
        When there is no such answer of the caller's organisation.
    StepNotAllowed, GateClosed
        When the round is over, or the days for objections are.
    RecordConflicts
        When it was objected to already.
    """
    answer = session.get(PlanningAnswer, answer_id)
    if answer is None or caller.organisation_id is None or answer.organisation_id != caller.organisation_id:
        raise RecordNotFound("There is no such answer among those of your organisation.")
    planning_round = _locked(session, answer.round_id)
    planning_round.require(PlanningStage.PUBLISHED)
    until = planning_round.objections_until
    if until is not None and business_date(at) > until:
        raise GateClosed("Objections could be filed until {day}.", day=until)
    if session.exec(select(PlanningObjection).where(PlanningObjection.answer_id == answer_id)).first() is not None:
        raise RecordConflicts("Your organisation has objected to this answer already.")
    filed = PlanningObjection(round_id=answer.round_id, answer_id=answer_id, filed_by_id=caller.person_id, words=words)
    session.add(filed)
    session.flush()
    tell(session, NoticeKind.OBJECTION_FILED, subject=filed.id, to=holders_of(Role.PLANNER), at=at)
    return filed


def reply_to_objection(
    session: Session, objection_id: UUID, words: str, *, caller: Caller, at: datetime
) -> PlanningObjection:
    """Reply to an objection, once.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none, or its round is over.
    RecordConflicts
        When it has its reply.
    FourEyesNeeded
        When the caller filed it.
    """
    found = session.get(PlanningObjection, objection_id)
    if found is None:
        raise RecordNotFound("There is no such objection.")
    _locked(session, found.round_id).require(PlanningStage.PUBLISHED)
    session.refresh(found)
    if found.reply is not None:
        raise RecordConflicts("This objection has its reply already.")
    if found.filed_by_id == caller.person_id:
        raise FourEyesNeeded("You filed this yourself; somebody else has to reply.")
    found.reply, found.replied_by_id, found.replied_at = words, caller.person_id, at
    session.flush()
    settle(session, NoticeKind.OBJECTION_FILED, subject=found.id, at=at)
    answered = session.get_one(PlanningAnswer, found.answer_id).organisation_id
    tell(session, NoticeKind.OBJECTION_ANSWERED, subject=found.id, to=speakers_of([answered]), at=at)
    return found


def _locked(session: Session, round_id: UUID) -> PlanningRound:
    return session.exec(
        select(PlanningRound)
        .where(PlanningRound.id == round_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
