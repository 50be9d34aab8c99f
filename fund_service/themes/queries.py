"""Reads of themes: those of the newest release alone, as it published them, and what became of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.market.index_queries import index_said
from fund_service.themes.schemas import (
    NamingView,
    ThemeForm,
    ThemeItem,
    ThemeLineView,
    ThemeStanding,
    ThemesView,
    ThemeView,
)
from matching.themes.stability import standing_of
from models.errors import RecordNotFound
from models.indices import IndexAxis
from models.market import DemandTheme, MarketSummary
from models.person import Person
from models.release import MarketRelease, ReleaseCell
from models.theme import Theme, ThemeNaming, ThemeStep, ThemeStepKind


@dataclass(frozen=True, slots=True)
class ReleasedTheme:
    """A theme, its band of groups in the newest release, and its part in the summary that was made from."""

    theme: Theme
    groups: str
    part: DemandTheme

    @property
    def standing(self) -> ThemeStanding:
        """Whether it is found again when some signals are left out."""
        return ThemeStanding(standing_of((self.part.stability_bp or 0) / 10_000))


def newest_release(session: Session) -> MarketRelease | None:
    """Read the newest release, if any was made."""
    return session.exec(select(MarketRelease).order_by(col(MarketRelease.number).desc()).limit(1)).first()


def released_themes(session: Session, release: MarketRelease) -> Iterator[ReleasedTheme]:
    """Read the themes that a release publishes, by field and name.

    One that only resamples of who spoke hold together is no theme to name, so it is not among them.
    """
    rows = session.exec(
        select(Theme, ReleaseCell.groups, DemandTheme)
        .join(ReleaseCell, col(ReleaseCell.theme) == sa.cast(col(Theme.id), sa.String))
        .join(DemandTheme, col(DemandTheme.theme_id) == col(Theme.id))
        .where(
            ReleaseCell.release_id == release.id,
            col(ReleaseCell.groups).is_not(None),
            DemandTheme.summary_id == release.summary_id,
        )
        .order_by(col(Theme.field_code), col(Theme.name_ko), col(Theme.id))
    )
    for theme, groups, part in rows:
        one = ReleasedTheme(theme, str(groups), part)
        if one.standing is not ThemeStanding.DISSOLVES:
            yield one


def list_themes(session: Session) -> ThemesView:
    """List the themes of the newest release."""
    release = newest_release(session)
    if release is None:
        return ThemesView()
    return ThemesView(
        release=release.number,
        as_of=release.as_of,
        items=[ThemeItem(**_said(one)) for one in released_themes(session, release)],
    )


def find_theme(session: Session, theme_id: UUID, *, to_change: bool = False) -> ReleasedTheme:
    """Find a theme of the newest release, locked where it is to be changed.

    Raises
    ------
    RecordNotFound
        When the newest release publishes none by this id.
    """
    if to_change:
        # What was read before the lock may have changed while waiting for it.
        locked = select(Theme).where(Theme.id == theme_id).with_for_update()
        session.exec(locked.execution_options(populate_existing=True)).first()
    release = newest_release(session)
    for one in released_themes(session, release) if release is not None else ():
        if one.theme.id == theme_id:
            return one
    raise RecordNotFound("There is no such theme in the newest release.")


def theme_view(session: Session, theme_id: UUID) -> ThemeView:
    """Show a theme of the newest release with its history.

    Raises
    ------
    RecordNotFound
        When the newest release publishes none by this id.
    """
    release = newest_release(session)
    if release is None:
        raise RecordNotFound("There is no such theme in the newest release.")
    published = {one.theme.id: one for one in released_themes(session, release)}
    if theme_id not in published:
        raise RecordNotFound("There is no such theme in the newest release.")
    one = published[theme_id]
    theme = one.theme
    locked_by = None if theme.locked_by_id is None else session.get(Person, theme.locked_by_id)
    names = {other.theme.id: other.theme for other in published.values()}
    return ThemeView(
        **_said(one),
        version=theme.version,
        release=release.number,
        as_of=release.as_of,
        since=_first_found(session, theme_id),
        terms_ko=one.part.terms_ko,
        terms_en=one.part.terms_en,
        locked_by=None if locked_by is None else locked_by.name,
        locked_at=theme.locked_at,
        index=index_said(session, release.id, IndexAxis.THEME).get(str(theme_id)),
        lines=_lines(session, theme_id, names, until=release.summary_id),
        namings=_namings(session, theme_id),
    )


def theme_form(session: Session, theme_id: UUID) -> ThemeForm:
    """Show a theme beside a form that begins with the name it has.

    Raises
    ------
    RecordNotFound
        When the newest release publishes none by this id.
    """
    view = theme_view(session, theme_id)
    return ThemeForm(**view.model_dump(), values={"name_ko": view.name_ko, "name_en": view.name_en})


def _said(one: ReleasedTheme) -> dict[str, Any]:
    return {
        "id": one.theme.id,
        "field_code": one.theme.field_code,
        "name_ko": one.theme.name_ko,
        "name_en": one.theme.name_en,
        "locked": one.theme.locked_at is not None,
        "groups": one.groups,
        "standing": one.standing,
    }


def _first_found(session: Session, theme_id: UUID) -> date:
    """Give the day of the first summary that has the theme."""
    return session.exec(
        select(col(MarketSummary.as_of))
        .join(DemandTheme, col(DemandTheme.summary_id) == col(MarketSummary.id))
        .where(DemandTheme.theme_id == theme_id)
        .order_by(col(MarketSummary.id))
        .limit(1)
    ).one()


def _lines(session: Session, theme_id: UUID, names: dict[UUID, Theme], *, until: UUID) -> list[ThemeLineView]:
    """Read where a theme came from and what came from it, up to a summary; that it just went on is no news."""
    rows = session.exec(
        select(ThemeStep, col(MarketSummary.as_of))
        .join(MarketSummary, col(MarketSummary.id) == col(ThemeStep.summary_id))
        .where(
            sa.or_(col(ThemeStep.old_theme_id) == theme_id, col(ThemeStep.new_theme_id) == theme_id),
            col(ThemeStep.kind) != ThemeStepKind.CONTINUES,
            col(ThemeStep.summary_id) <= until,
        )
        .order_by(col(ThemeStep.id).desc())
    )
    lines = []
    for step, day in rows:
        came_from = step.new_theme_id == theme_id and step.old_theme_id != theme_id
        other_id = step.old_theme_id if came_from else step.new_theme_id
        other = None if other_id is None else names.get(other_id)
        lines.append(
            ThemeLineView(
                on=day,
                kind=step.kind,
                other_id=None if other is None else other.id,
                other_ko=None if other is None else other.name_ko,
                other_en=None if other is None else other.name_en,
                came_from=came_from,
            )
        )
    return lines


def _namings(session: Session, theme_id: UUID) -> list[NamingView]:
    rows = session.exec(
        select(ThemeNaming, Person.name)
        .join(Person, col(Person.id) == col(ThemeNaming.person_id))
        .where(ThemeNaming.theme_id == theme_id)
        .order_by(col(ThemeNaming.id).desc())
    )
    return [
        NamingView(
            at=naming.recorded_at,
            kind=naming.kind,
            name_ko=naming.name_ko,
            name_en=naming.name_en,
            by=name,
            reason=naming.reason,
        )
        for naming, name in rows
    ]
