"""Writes of answers: each is added to what a side has said to a pair, nothing is changed."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service import jobs
from fund_service.accounts.callers import Caller
from fund_service.answers.latest import Pair, latest_answer
from fund_service.answers.live import live_models
from fund_service.answers.ranking import feature_rows
from fund_service.answers.schemas import AnswerIn
from fund_service.answers.shown import position_shown
from fund_service.answers.sides import find_led_project, find_told_signal
from fund_service.notices.telling import speakers_of, team_of, tell
from fund_service.signals.queries import find_own_signal
from models.answer import WANTED, AnswerKind, AnswerSide, MatchAnswer
from models.errors import RecordNotFound, StepNotAllowed, ValueNotAllowed
from models.match import Match, MatchRun
from models.notice import NoticeKind
from models.project import RndProject
from models.signal import DemandSignal

LEARN_EVERY = 25
"""New answers of a side after which its model is learned anew without waiting for the night."""


def answer_as_investor(session: Session, pair: Pair, said: AnswerIn, *, caller: Caller, at: datetime) -> MatchAnswer:
    """Answer for the organisation that owns the signal.

    A project may be answered that the matcher has not proposed; then there is nothing to copy from a match.

    Raises
    ------
    RecordNotFound
        When the signal is not the caller's organisation's, or there is no such project.
    StepNotAllowed
        When an answer is taken back where none stands.
    """
    signal_id, project_id = pair
    signal = find_own_signal(session, signal_id, caller=caller)
    if session.get(RndProject, project_id) is None:
        raise RecordNotFound("There is no such project.")
    return _add(session, AnswerSide.INVESTOR, pair, said=said, speaks_for=signal.organisation_id, caller=caller, at=at)


def answer_as_team(session: Session, pair: Pair, said: AnswerIn, *, caller: Caller, at: datetime) -> MatchAnswer:
    """Answer for the organisation that leads the project.

    Raises
    ------
    RecordNotFound
        When the caller's organisation does not lead the project, or the team may not know of the signal.
    ValueNotAllowed
        When a team says that it invested.
    StepNotAllowed
        When an answer is taken back where none stands.
    """
    _, project_id = pair
    find_led_project(session, project_id, caller=caller)
    find_told_signal(session, pair, at=at)
    if said.kind is AnswerKind.INVESTED:
        raise ValueNotAllowed("Only an investor says that money was invested.", field="kind")
    if caller.organisation_id is None:
        raise RecordNotFound("There is no such project among those your organisation leads.")
    return _add(session, AnswerSide.PROJECT, pair, said=said, speaks_for=caller.organisation_id, caller=caller, at=at)


def _add(
    session: Session,
    side: AnswerSide,
    pair: Pair,
    *,
    said: AnswerIn,
    speaks_for: UUID,
    caller: Caller,
    at: datetime,
) -> MatchAnswer:
    """Add an answer after the one that stands; the same said again adds nothing."""
    signal_id, project_id = pair
    session.connection().execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
        {"name": f"answer\n{side}\n{signal_id}\n{project_id}"},
    )
    before = latest_answer(session, side, pair)
    if before is not None and (before.kind, before.reason, before.words) == (said.kind, said.reason, said.words):
        return before
    if said.kind is AnswerKind.TAKEN_BACK and (before is None or before.kind is AnswerKind.TAKEN_BACK):
        raise StepNotAllowed("There is no answer to take back.")
    answer = MatchAnswer(
        recorded_at=at,
        signal_id=signal_id,
        project_id=project_id,
        side=side,
        number=1 if before is None else before.number + 1,
        person_id=caller.person_id,
        organisation_id=speaks_for,
        kind=said.kind,
        reason=said.reason,
        words=said.words,
    )
    _copy_match(session, answer)
    shown = position_shown(session, side, caller.person_id, pair)
    if shown is not None:
        answer.shown_id, answer.position = shown
    session.add(answer)
    session.flush()
    _tell_other_side(session, answer, caller=caller, at=at)
    _match_again(session, before, answer)
    _learn_in_time(session, side)
    return answer


def _tell_other_side(session: Session, answer: MatchAnswer, *, caller: Caller, at: datetime) -> None:
    """Tell the investor what the team says, and the team that an investor shows interest; what is taken back nobody."""
    facts = {"signal_id": str(answer.signal_id), "project_id": str(answer.project_id)}
    if answer.side is AnswerSide.PROJECT and answer.kind is not AnswerKind.TAKEN_BACK:
        owner_id = session.get_one(DemandSignal, answer.signal_id).organisation_id
        owner = speakers_of([owner_id])
        tell(session, NoticeKind.TEAM_ANSWERED, subject=answer.id, to=owner, facts=facts, but=caller.person_id, at=at)
    elif answer.side is AnswerSide.INVESTOR and answer.kind in WANTED:
        team = team_of(answer.project_id)
        tell(
            session, NoticeKind.INVESTOR_ANSWERED, subject=answer.id, to=team, facts=facts, but=caller.person_id, at=at
        )


def _match_again(session: Session, before: MatchAnswer | None, answer: MatchAnswer) -> None:
    """Queue the signal where its owner's yes came or went: accepted projects draw what it asks for."""
    wanted = before is not None and before.kind in WANTED
    if answer.side is AnswerSide.INVESTOR and wanted != (answer.kind in WANTED):
        jobs.queue_signal(session, answer.signal_id)


def _copy_match(session: Session, answer: MatchAnswer) -> None:
    """Copy what the matcher and the model in use say of the pair at this moment, if they say anything."""
    found = session.exec(
        select(Match, MatchRun.method_digest)
        .join(MatchRun, col(MatchRun.id) == col(Match.run_id))
        .where(Match.signal_id == answer.signal_id, Match.project_id == answer.project_id)
    ).first()
    if found is None:
        return
    match, answer.method_digest = found
    live = live_models(session)[answer.side]
    answer.score, answer.components, answer.model_id = match.score, match.components, live.record_id
    answer.probability = float(live.model.probability(feature_rows([match.components]))[0])


def _learn_in_time(session: Session, side: AnswerSide) -> None:
    answers = session.exec(select(func.count()).select_from(MatchAnswer).where(MatchAnswer.side == side)).one()
    if answers % LEARN_EVERY == 0:
        jobs.queue_learning(session)
