"""Writes of themes: a person gives one a name that stays, or leaves it to the summaries again."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from fund_service.themes.queries import find_theme
from fund_service.themes.schemas import ThemeNameIn, ThemeUnlockIn
from models.errors import RecordChanged, StepNotAllowed
from models.theme import NamingKind, Theme, ThemeNaming


def name_theme(session: Session, theme_id: UUID, data: ThemeNameIn, *, version: int, by: UUID, at: datetime) -> Theme:
    """Give a theme a name that later summaries leave alone.

    Raises
    ------
    RecordNotFound
        When the newest release publishes none by this id.
    RecordChanged
        When somebody edited it since ``version``.
    """
    theme = _to_change(session, theme_id, version=version)
    theme.lock(name_ko=data.name_ko, name_en=data.name_en, by=by, at=at)
    _note(session, theme, NamingKind.LOCKED, by=by, reason=data.reason, at=at)
    return theme


def unlock_theme(
    session: Session, theme_id: UUID, data: ThemeUnlockIn, *, version: int, by: UUID, at: datetime
) -> Theme:
    """Leave the name of a theme to the summaries again: the next one names it by its words.

    Raises
    ------
    RecordNotFound, RecordChanged
        As for naming it.
    StepNotAllowed
        When its name is not locked.
    """
    theme = _to_change(session, theme_id, version=version)
    if theme.locked_at is None:
        raise StepNotAllowed("The name of this theme is not locked.")
    theme.unlock(at=at)
    _note(session, theme, NamingKind.UNLOCKED, by=by, reason=data.reason, at=at)
    return theme


def _to_change(session: Session, theme_id: UUID, *, version: int) -> Theme:
    theme = find_theme(session, theme_id, to_change=True).theme
    if theme.version != version:
        raise RecordChanged("This theme was changed since you opened it; load it again and repeat your change.")
    return theme


def _note(session: Session, theme: Theme, kind: NamingKind, *, by: UUID, reason: str, at: datetime) -> None:
    session.add(
        ThemeNaming(
            theme_id=theme.id,
            kind=kind,
            name_ko=theme.name_ko,
            name_en=theme.name_en,
            person_id=by,
            reason=reason,
            recorded_at=at,
        )
    )
    session.flush()
