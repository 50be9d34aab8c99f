"""Reads of the demand that answers a team's projects."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.answers.latest import is_latest, latest_answers
from fund_service.answers.live import live_models
from fund_service.answers.ranking import Live, ranked
from fund_service.answers.schemas import ChanceView, Demand, PairAnswers, TeamDemand, TeamDemands
from fund_service.answers.sides import led_by, told_signals
from fund_service.answers.telling import told_to_team
from fund_service.matches.parties import free_of_conflict
from fund_service.paging import Cursor, cut_page
from fund_service.signals.queries import codes_by_owner
from models.answer import AnswerKind, AnswerSide, MatchAnswer
from models.clock import business_date
from models.match import Match
from models.organisation import Organisation
from models.project import RndProject
from models.signal import DemandSignal, SignalField, SignalRegion

LISTED = 20
"""Signals listed of a project, best first: more than a team answers in one sitting."""
TERMS = 8


def team_demands(session: Session, *, caller: Caller, at: datetime, after: Cursor | None, limit: int) -> TeamDemands:
    """List the projects that the caller's team answers for, the newest first, with the demand that answers each."""
    query = select(RndProject).where(led_by(caller)).order_by(col(RndProject.id).desc()).limit(limit + 1)
    if after is not None:
        query = query.where(col(RndProject.id) < after.after)
    projects, next_cursor = cut_page(session.exec(query).all(), limit, key=lambda project: project.id)
    live = live_models(session)
    items = [_team_demand(session, project, live=live, at=at) for project in projects]
    return TeamDemands(items=items, next_cursor=next_cursor, counts=_counts(session, caller))


def _counts(session: Session, caller: Caller) -> dict[AnswerKind, int]:
    counted = session.exec(
        select(MatchAnswer.kind, func.count())
        .where(
            MatchAnswer.side == AnswerSide.PROJECT,
            MatchAnswer.organisation_id == caller.organisation_id,
            MatchAnswer.kind != AnswerKind.TAKEN_BACK,
            is_latest(),
        )
        .group_by(col(MatchAnswer.kind))
    )
    return {AnswerKind(kind): count for kind, count in counted}


def _team_demand(session: Session, project: RndProject, *, live: Live, at: datetime) -> TeamDemand:
    """Show what answers one project: what is proposed, best first, then investors that came by themselves."""
    told = {signal.id: signal for signal in session.exec(told_signals(project.id, today=business_date(at)))}
    matches = session.exec(
        select(Match).where(
            Match.project_id == project.id,
            col(Match.eligible),
            col(Match.signal_id).in_(list(told)),
            free_of_conflict(business_date(at)),
        )
    ).all()
    chances = {match.signal_id: (match, chance) for match, chance in ranked(live, matches)}
    order = [*chances, *(signal_id for signal_id in sorted(told, reverse=True) if signal_id not in chances)]
    listed = order[:LISTED]
    return TeamDemand(
        project_id=project.id,
        project_title_ko=project.title_ko,
        project_title_en=project.title_en,
        items=_demands(session, project.id, [told[signal_id] for signal_id in listed], chances=chances),
        more=len(order) - len(listed),
    )


def _demands(
    session: Session,
    project_id: UUID,
    signals: Sequence[DemandSignal],
    *,
    chances: Mapping[UUID, tuple[Match, ChanceView]],
) -> list[Demand]:
    ids = [signal.id for signal in signals]
    fields = codes_by_owner(session, SignalField, "field_code", ids)
    regions = codes_by_owner(session, SignalRegion, "region_code", ids)
    found = latest_answers(session, [(signal_id, project_id) for signal_id in ids])
    answers = {signal_id: told_to_team(found, (signal_id, project_id)) for signal_id in ids}
    owners = _owners(session, signals, answers=answers)
    return [
        Demand(
            **signal.model_dump(include=_COPIED),
            signal_id=signal.id,
            field_codes=fields.get(signal.id, []),
            region_codes=regions.get(signal.id, []),
            organisation_name_ko=owners[signal.id].name_ko if signal.id in owners else None,
            organisation_name_en=owners[signal.id].name_en if signal.id in owners else None,
            proposed=signal.id in chances,
            position=position,
            score=chances[signal.id][0].score if signal.id in chances else None,
            chance=chances[signal.id][1] if signal.id in chances else None,
            shared_terms=_terms(chances[signal.id][0].reasons) if signal.id in chances else [],
            answers=answers[signal.id],
        )
        for position, signal in enumerate(signals, 1)
    ]


_COPIED = {"text", "trl_min", "trl_max", "ticket_min_krw", "ticket_max_krw", "received_on", "expires_on"}


def _owners(
    session: Session, signals: Sequence[DemandSignal], *, answers: Mapping[UUID, PairAnswers]
) -> dict[UUID, Organisation]:
    """Give whose signals they are, of those whose investor has shown interest."""
    shown = {signal.id: signal.organisation_id for signal in signals if answers[signal.id].investor is not None}
    rows = session.exec(select(Organisation).where(col(Organisation.id).in_(set(shown.values()))))
    owners = {owner.id: owner for owner in rows}
    return {signal_id: owners[owner_id] for signal_id, owner_id in shown.items()}


def _terms(reasons: Mapping[str, Any]) -> list[str]:
    return [str(term["term"]) for term in reasons.get("terms", [])][:TERMS]
