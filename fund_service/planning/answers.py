"""Reads of answers: what became of an organisation's signals, why, and what comes next."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import orm
from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.paging import Cursor, cut_page
from fund_service.planning.queries import objection_view
from fund_service.planning.schemas import AnswersPage, AnswerView
from models.clock import business_date
from models.errors import RecordNotFound
from models.person import Person, PreferredLanguage
from models.planning import (
    CandidateDecision,
    PlanningAnswer,
    PlanningCandidate,
    PlanningObjection,
    PlanningRound,
    PlanningStage,
    SignalOutcome,
)
from models.signal import DemandSignal

SENTENCE_OF: Mapping[SignalOutcome, str] = {
    SignalOutcome.ADOPTED: "It is announced beforehand, then tendered; you will see the projects that answer it.",
    SignalOutcome.MERGED: "It goes on as part of the candidate that took it up.",
    SignalOutcome.DEFERRED: "It is taken up again in the next round; renew your signal if it would expire before.",
    SignalOutcome.DECLINED: "It is not taken up again by itself; a signal with new grounds is heard anew.",
    SignalOutcome.NOT_TAKEN_UP: "Its theme led to no candidate this time; your signal is read again in the next round.",
    SignalOutcome.UNCLASSIFIED: "It fell into no theme with others; your signal is read again in the next round.",
    SignalOutcome.LATE: "It came after the last day of collecting; the next round reads it.",
}
"""What comes next, by what became of a signal."""


Decided = tuple[PlanningCandidate, CandidateDecision, int | None]
"""A candidate, what was decided on it, and the number of the one it goes into."""
Objected = tuple[PlanningObjection, str | None]
"""An objection, and the name of who replied."""


def own_answers(
    session: Session, *, caller: Caller, after: Cursor | None, limit: int, at: datetime, signal_id: UUID | None = None
) -> AnswersPage:
    """List what the caller's organisation was answered, of one of its signals or of all, the newest first."""
    query = select(PlanningAnswer.id).where(PlanningAnswer.organisation_id == caller.organisation_id)
    if signal_id is not None:
        query = query.where(PlanningAnswer.signal_id == signal_id)
    if after is not None:
        query = query.where(col(PlanningAnswer.id) < after.after)
    found = session.exec(query.order_by(col(PlanningAnswer.id).desc()).limit(limit + 1)).all()
    ids, next_cursor = cut_page(found, limit, key=lambda key: key)
    return AnswersPage(items=_answer_views(session, ids, at=at), next_cursor=next_cursor)


def own_answer(session: Session, answer_id: UUID, *, caller: Caller, at: datetime) -> AnswerView:
    """Show one answer to the organisation it was given.

    Raises
    ------
    RecordNotFound
        When there is none of the caller's organisation.
    """
    found = session.get(PlanningAnswer, answer_id)
    if found is None or caller.organisation_id is None or found.organisation_id != caller.organisation_id:
        raise RecordNotFound("There is no such answer among those of your organisation.")
    (view,) = _answer_views(session, [answer_id], at=at)
    return view


def _answer_views(session: Session, ids: Sequence[UUID], *, at: datetime) -> list[AnswerView]:
    rows = session.exec(
        select(PlanningAnswer, PlanningRound, DemandSignal.text)
        .join(PlanningRound, col(PlanningRound.id) == col(PlanningAnswer.round_id))
        .join(DemandSignal, col(DemandSignal.id) == col(PlanningAnswer.signal_id))
        .where(col(PlanningAnswer.id).in_(ids))
        .order_by(col(PlanningAnswer.id).desc())
    ).all()
    decided = _decided(session, [answer.candidate_id for answer, *_ in rows if answer.candidate_id is not None])
    objected = _objected(session, ids)
    return [
        _answer_view(
            answer,
            planning_round,
            text,
            decided=None if answer.candidate_id is None else decided[answer.candidate_id],
            objected=objected.get(answer.id),
            at=at,
        )
        for answer, planning_round, text in rows
    ]


def _decided(session: Session, candidate_ids: Collection[UUID]) -> Mapping[UUID, Decided]:
    goal = orm.aliased(PlanningCandidate)
    rows = session.exec(
        select(PlanningCandidate, CandidateDecision, goal.number)
        .join(CandidateDecision, col(CandidateDecision.candidate_id) == col(PlanningCandidate.id))
        .join(goal, col(goal.id) == col(CandidateDecision.merged_into_id), isouter=True)
        .where(col(PlanningCandidate.id).in_(candidate_ids))
    )
    return {candidate.id: (candidate, decision, number) for candidate, decision, number in rows}


def _objected(session: Session, answer_ids: Collection[UUID]) -> Mapping[UUID, Objected]:
    rows = session.exec(
        select(PlanningObjection, Person.name)
        .join(Person, col(Person.id) == col(PlanningObjection.replied_by_id), isouter=True)
        .where(col(PlanningObjection.answer_id).in_(answer_ids))
    )
    return {objection.answer_id: (objection, name) for objection, name in rows}


def _answer_view(
    answer: PlanningAnswer,
    planning_round: PlanningRound,
    text: str,
    *,
    decided: Decided | None,
    objected: Objected | None,
    at: datetime,
) -> AnswerView:
    candidate, decision, goal_number = decided or (None, None, None)
    number, until = None if candidate is None else candidate.number, planning_round.objections_until
    heard = planning_round.stage is PlanningStage.PUBLISHED and until is not None and business_date(at) <= until
    return AnswerView(
        id=answer.id,
        round_id=planning_round.id,
        round_title_ko=planning_round.title_ko,
        round_title_en=planning_round.title_en,
        signal_id=answer.signal_id,
        signal_text=text,
        outcome=answer.outcome,
        candidate_number=number,
        candidate_id=answer.candidate_id,
        candidate_title_ko=None if candidate is None else candidate.title_ko,
        candidate_title_en=None if candidate is None else candidate.title_en,
        reason=None if decision is None else decision.reason,
        words_ko=None if decision is None else decision.words_ko,
        words_en=None if decision is None else decision.words_en,
        place=None if decision is None else decision.place,
        merged_into_number=goal_number,
        next_ko=_next(answer.outcome, PreferredLanguage.KOREAN),
        next_en=_next(answer.outcome, PreferredLanguage.ENGLISH),
        answered_at=answer.recorded_at,
        objections_until=until,
        may_object=heard and objected is None,
        objection=None if objected is None else objection_view(objected[0], number, objected[1]),
    )


def _next(outcome: SignalOutcome, language: PreferredLanguage) -> str:
    with locales.speaking(language):
        return locales.gettext(SENTENCE_OF[outcome])
