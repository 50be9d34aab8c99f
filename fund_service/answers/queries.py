"""Reads of answers: an investor's own, with what became of each, and the history of a pair."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from fund_service.accounts.callers import Caller
from fund_service.answers.became import deals_of_pairs
from fund_service.answers.latest import Pair, is_latest, latest_answers
from fund_service.answers.schemas import AnswerFilters, AnswerView, GivenAnswer, GivenAnswers, PairAnswers, PairPage
from fund_service.answers.sides import find_led_project, find_told_signal
from fund_service.answers.telling import FUND_READERS, answers_of_signal, brief, told_to_team
from fund_service.paging import Cursor, cut_page
from fund_service.signals.queries import find_signal
from models.answer import AnswerKind, AnswerSide, MatchAnswer
from models.errors import RecordNotFound
from models.match import Match
from models.organisation import Organisation
from models.person import Person
from models.project import RndProject
from models.signal import DemandSignal

T = TypeVar("T", Person, DemandSignal, RndProject)

EXCERPT = 160


def answer_view(session: Session, answer: MatchAnswer) -> AnswerView:
    """Show an answer to those who gave it."""
    return _view(answer, session.get_one(Person, answer.person_id).name)


def _view(answer: MatchAnswer, person_name: str) -> AnswerView:
    return AnswerView(
        **answer.model_dump(include=set(AnswerView.model_fields)),
        answered_at=answer.recorded_at,
        person_name=person_name,
    )


def pair_of_signal(session: Session, pair: Pair, *, caller: Caller) -> PairPage:
    """Show what was said to a signal of the caller's reading and a project, with the history of the investor's side.

    Readers of the fund see what the project's team said as well.

    Raises
    ------
    RecordNotFound
        When the caller may not know of the signal, or there is no such project.
    """
    signal_id, project_id = pair
    signal = find_signal(session, signal_id, caller=caller)
    project = session.get(RndProject, project_id)
    if project is None:
        raise RecordNotFound("There is no such project.")
    told = answers_of_signal(
        session, signal_id, owner_id=signal.organisation_id, project_ids=[project_id], caller=caller
    )[project_id]
    sides = tuple(AnswerSide) if caller.has(*FUND_READERS) else (AnswerSide.INVESTOR,)
    owner = session.get_one(Organisation, signal.organisation_id)
    return _pair_page(session, signal, project, told=told, owner=owner, sides=sides)


def pair_of_project(session: Session, pair: Pair, *, caller: Caller, at: datetime) -> PairPage:
    """Show a team what was said to its project and a demand, with the history of its own side.

    Raises
    ------
    RecordNotFound
        When the project is not the team's, or the signal not for it to know.
    """
    project = find_led_project(session, pair[1], caller=caller)
    signal = find_told_signal(session, pair, at=at)
    told = told_to_team(latest_answers(session, [pair]), pair)
    owner = None if told.investor is None else session.get_one(Organisation, signal.organisation_id)
    page = _pair_page(session, signal, project, told=told, owner=owner, sides=(AnswerSide.PROJECT,))
    return page.model_copy(update={"match_id": None})


def _pair_page(
    session: Session,
    signal: DemandSignal,
    project: RndProject,
    *,
    told: PairAnswers,
    owner: Organisation | None,
    sides: Sequence[AnswerSide],
) -> PairPage:
    history = session.exec(
        select(MatchAnswer, Person.name)
        .join(Person, col(Person.id) == col(MatchAnswer.person_id))
        .where(
            MatchAnswer.signal_id == signal.id,
            MatchAnswer.project_id == project.id,
            col(MatchAnswer.side).in_(sides),
        )
        .order_by(col(MatchAnswer.recorded_at).desc(), col(MatchAnswer.number).desc())
    )
    return PairPage(
        signal_id=signal.id,
        signal_text=signal.text,
        organisation_name_ko=None if owner is None else owner.name_ko,
        organisation_name_en=None if owner is None else owner.name_en,
        project_id=project.id,
        project_title_ko=project.title_ko,
        project_title_en=project.title_en,
        match_id=session.exec(
            select(Match.id).where(Match.signal_id == signal.id, Match.project_id == project.id)
        ).first(),
        answers=told,
        history=[_view(answer, name) for answer, name in history],
    )


def given_answers(
    session: Session, filters: AnswerFilters, *, caller: Caller, after: Cursor | None, limit: int
) -> GivenAnswers:
    """List the answers of the caller's organisation that count, newest first, in a fixed number of statements."""
    query = _given(caller, filters).order_by(col(MatchAnswer.id).desc()).limit(limit + 1)
    if after is not None:
        query = query.where(col(MatchAnswer.id) < after.after)
    rows, next_cursor = cut_page(session.exec(query).all(), limit, key=lambda answer: answer.id)
    counted = (
        _given(caller, AnswerFilters())
        .with_only_columns(col(MatchAnswer.kind), func.count())
        .group_by(col(MatchAnswer.kind))
    )
    counts: dict[AnswerKind, int] = {row[0]: row[1] for row in session.connection().execute(counted)}
    return GivenAnswers(
        items=given_views(session, rows),
        next_cursor=next_cursor,
        counts={kind: counts[kind] for kind in AnswerKind if kind in counts},
        filters=filters,
    )


def all_given(session: Session, filters: AnswerFilters, *, caller: Caller, limit: int) -> list[GivenAnswer]:
    """Show all answers of a list, newest first, for a table to export."""
    query = _given(caller, filters).order_by(col(MatchAnswer.id).desc()).limit(limit)
    return given_views(session, session.exec(query).all())


def _given(caller: Caller, filters: AnswerFilters) -> SelectOfScalar[MatchAnswer]:
    """Select the investor's answers of the caller's organisation that count; what was taken back does not."""
    query = select(MatchAnswer).where(
        MatchAnswer.side == AnswerSide.INVESTOR,
        MatchAnswer.organisation_id == caller.organisation_id,
        MatchAnswer.kind != AnswerKind.TAKEN_BACK,
        is_latest(),
    )
    return query if filters.kind is None else query.where(MatchAnswer.kind == filters.kind)


def given_views(session: Session, answers: Sequence[MatchAnswer]) -> list[GivenAnswer]:
    """Show answers of an investor with what became of each pair, in six statements."""
    pairs = [(answer.signal_id, answer.project_id) for answer in answers]
    both = latest_answers(session, pairs)
    deals = deals_of_pairs(session, pairs)
    people = _by_id(session, Person, {answer.person_id for answer in answers})
    signals = _by_id(session, DemandSignal, {signal_id for signal_id, _ in pairs})
    projects = _by_id(session, RndProject, {project_id for _, project_id in pairs})
    matches = _matches(session, pairs)
    return [
        GivenAnswer(
            **_view(answer, people[answer.person_id].name).model_dump(),
            signal_excerpt=_excerpt(signals[answer.signal_id].text),
            project_title_ko=projects[answer.project_id].title_ko,
            project_title_en=projects[answer.project_id].title_en,
            match_id=matches.get(pair),
            project_side=brief(both.get((AnswerSide.PROJECT, pair)), whole=False),
            deals=deals.get(pair, []),
        )
        for answer, pair in zip(answers, pairs, strict=True)
    ]


def _excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1].rstrip()}…"


def _by_id(session: Session, table: type[T], ids: set[UUID]) -> dict[UUID, T]:
    return {row.id: row for row in session.exec(select(table).where(col(table.id).in_(ids)))}


def _matches(session: Session, pairs: Sequence[Pair]) -> dict[Pair, UUID]:
    signals = {signal_id for signal_id, _ in pairs}
    found = session.exec(select(Match.signal_id, Match.project_id, Match.id).where(col(Match.signal_id).in_(signals)))
    return {(signal_id, project_id): match_id for signal_id, project_id, match_id in found}
