"""Reads of matching rounds: lists, a round as it would be or as it was confirmed, and what its members see of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import orm
from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.paging import Cursor, cut_page
from fund_service.plan.queries import choices
from fund_service.rounds.commands import find_round
from fund_service.rounds.pairs import Candidate
from fund_service.rounds.schemas import (
    AssignmentView,
    Figures,
    RoundForm,
    RoundHead,
    RoundsPage,
    RoundView,
    ShortageView,
)
from fund_service.rounds.sight import known_to, organisation_names, project_names, seen, sees_investors
from fund_service.rounds.solving import BETWEEN, solve
from matching.assignment.assign import Quota
from models.clock import business_date
from models.matching_round import MatchingRound, RoundAssignment, RoundResult, RoundState
from models.person import Person
from models.plan import TechnologyField
from models.signal import Confidentiality

SHOWN = 100
"""Assignments that a page shows; the file holds all."""
SHORTAGES_SHOWN = 20
NAMES_SHOWN = 5
"""Projects and investors that a shortage names."""

Met = tuple[Candidate | RoundAssignment, float]


def list_rounds(session: Session, *, after: Cursor | None, limit: int) -> RoundsPage:
    """List the rounds, the newest first."""
    query = select(MatchingRound.id).order_by(col(MatchingRound.id).desc()).limit(limit + 1)
    if after is not None:
        query = query.where(col(MatchingRound.id) < after.after)
    ids, next_cursor = cut_page(session.exec(query).all(), limit, key=lambda key: key)
    heads = round_heads(session, ids)
    return RoundsPage(items=[heads[key] for key in ids], next_cursor=next_cursor)


def round_heads(session: Session, ids: Sequence[UUID]) -> dict[UUID, RoundHead]:
    """Read some rounds with the names of who opened and confirmed them."""
    opener, confirmer = orm.aliased(Person), orm.aliased(Person)
    rows = session.exec(
        select(MatchingRound, opener.name, confirmer.name)
        .join(opener, col(opener.id) == col(MatchingRound.opened_by_id))
        .join(confirmer, col(confirmer.id) == col(MatchingRound.confirmed_by_id), isouter=True)
        .where(col(MatchingRound.id).in_(ids))
    )
    return {
        row.id: RoundHead(
            **row.model_dump(include=set(RoundHead.model_fields)),
            opened_at=row.recorded_at,
            opened_by=opened_by,
            confirmed_by=confirmed_by,
        )
        for row, opened_by, confirmed_by in rows
    }


def round_view(session: Session, round_id: UUID, *, caller: Caller, at: datetime) -> RoundView:
    """Show a round: a draft as it would be confirmed now, a confirmed one as it is on record.

    Of a lot a draft shows what it is worth on average; the draw is made when it is confirmed.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    found = find_round(session, round_id)
    head = round_heads(session, [round_id])[round_id]
    if found.state is RoundState.CANCELLED:
        return _view(session, head, None, caller=caller)
    if found.state is RoundState.CONFIRMED:
        result = session.get_one(RoundResult, round_id)
        rows = session.exec(
            select(RoundAssignment)
            .where(RoundAssignment.round_id == round_id, known_to(caller))
            .order_by(col(RoundAssignment.organisation_id), col(RoundAssignment.value).desc(), col(RoundAssignment.id))
            .limit(SHOWN)
        ).all()
        view = _view(session, head, result.figures, caller=caller, shortages=result.shortages)
        listed = session.exec(select(func.count()).where(RoundAssignment.round_id == round_id, known_to(caller))).one()
        return _with(session, view, [(row, row.chance) for row in rows], listed=listed, seed=result.seed)
    solved = solve(session, found, today=business_date(at))
    view = _view(session, head, solved.figures, caller=caller, shortages=solved.shortages)
    view.digest = solved.digest
    if found.most_bp is not None:
        return view
    known = [(it, chance) for it, chance in solved.chosen if it.confidentiality in seen(caller)]
    known.sort(key=lambda one: (one[0].organisation_id, -one[0].value, one[0].project_id))
    return _with(session, view, known[:SHOWN], listed=len(known))


def _view(
    session: Session,
    head: RoundHead,
    figures: Mapping[str, Any] | None,
    *,
    caller: Caller,
    shortages: Sequence[Mapping[str, Any]] = (),
) -> RoundView:
    told = None if figures is None else Figures.model_validate(figures)
    if told is not None and not sees_investors(caller):
        told.tickets_krw = None
    return RoundView(
        **head.model_dump(),
        figures=told,
        shortages=_shortages(session, shortages[:SHORTAGES_SHOWN], caller=caller),
        more_shortages=max(0, len(shortages) - SHORTAGES_SHOWN),
        digest=None,
        seed=None,
        sees_investors=sees_investors(caller),
        assignments=[],
        listed=0,
    )


def _with(session: Session, view: RoundView, met: Sequence[Met], *, listed: int, seed: int | None = None) -> RoundView:
    """Add to a view the assignments its reader may know of."""
    view.assignments = assignment_views(session, met)
    view.listed, view.seed = listed, seed
    return view


def assignment_views(session: Session, met: Sequence[Met]) -> list[AssignmentView]:
    """Show assignments with the names of both sides."""
    investors = organisation_names(session, {it.organisation_id for it, _ in met})
    projects = project_names(session, {it.project_id for it, _ in met})
    return [
        AssignmentView(
            investor=investors[it.organisation_id],
            project=projects[it.project_id],
            signal_id=it.signal_id,
            value=it.value,
            chance=chance,
            ticket_krw=it.ticket_krw,
        )
        for it, chance in met
    ]


def _shortages(session: Session, shortages: Sequence[Mapping[str, Any]], *, caller: Caller) -> list[ShortageView]:
    known = [_known(it["investors"], caller)[:NAMES_SHOWN] for it in shortages]
    projects = [[UUID(key) for key in it["projects"][:NAMES_SHOWN]] for it in shortages]
    investor_names = organisation_names(session, {key for keys in known for key in keys})
    titles = project_names(session, {key for keys in projects for key in keys})
    return [
        ShortageView(
            quota=Quota(it["quota"]),
            regional=it.get("regional", False),
            projects=[titles[key] for key in of],
            more_projects=len(it["projects"]) - len(of),
            investors=[investor_names[key] for key in by],
            more_investors=len(it["investors"]) - len(by),
            wanted=it["wanted"],
            available=it["available"],
            missing=it["wanted"] - it["available"],
        )
        for it, of, by in zip(shortages, projects, known, strict=True)
    ]


def _known(keys: Sequence[str], caller: Caller) -> list[UUID]:
    """Give the organisations among investors of whom the caller may know."""
    parts = [key.split(BETWEEN) for key in keys]
    return list(dict.fromkeys(UUID(key) for key, kind in parts if Confidentiality(kind) in seen(caller)))


def round_form(session: Session, round_id: UUID | None = None) -> RoundForm:
    """Prepare the form to open a round, or to edit one.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none by this id, or it is no draft any more.
    """
    fields = choices(session, TechnologyField)
    if round_id is None:
        return RoundForm(fields=fields, values={"attention": "5", "min_exposure": "1", "regional_exposure": "0"})
    found = find_round(session, round_id)
    found.require_draft()
    values: dict[str, str | list[str]] = {
        "name": found.name,
        "field_codes": list(found.field_codes),
        "attention": str(found.attention),
        "min_exposure": str(found.min_exposure),
        "regional_exposure": str(found.regional_exposure),
        "most_bp": "" if found.most_bp is None else str(found.most_bp),
    }
    return RoundForm(round_id=found.id, version=found.version, fields=fields, values=values)
