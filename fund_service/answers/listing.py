"""Matches as the pages of a signal show them: in their order, with chances and answers."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.answers.live import live_models
from fund_service.answers.ranking import ranked
from fund_service.answers.telling import answers_of_signal
from fund_service.matches.schemas import MatchView
from models.match import Match


def listed(session: Session, views: Sequence[MatchView], *, owner_id: UUID, caller: Caller) -> list[MatchView]:
    """Put all matches of a signal in the order of their chances, each with its place among its like; two statements."""
    views = answered(session, views, owner_id=owner_id, caller=caller)
    eligible = sum(view.eligible for view in views)
    return [
        view.model_copy(update={"place": place if view.eligible else place - eligible})
        for place, view in enumerate(views, 1)
    ]


def place_of(session: Session, match: Match, *, among: Sequence[Match]) -> int:
    """Give the place that the list of its signal gives a match among its like, out of all that it lists."""
    alike = [one for one in among if one.eligible == match.eligible]
    return [one.id for one, _ in ranked(live_models(session), alike)].index(match.id) + 1


def answered(session: Session, views: Sequence[MatchView], *, owner_id: UUID, caller: Caller) -> list[MatchView]:
    """Say of matches of one signal how likely both sides accept, and what both have said."""
    if not views:
        return []
    [signal_id] = {view.signal_id for view in views}
    told = answers_of_signal(
        session,
        signal_id,
        owner_id=owner_id,
        project_ids=[view.project.id for view in views],
        caller=caller,
    )
    return [
        view.model_copy(update={"chance": chance, "answers": told[view.project.id]})
        for view, chance in ranked(live_models(session), views)
    ]
