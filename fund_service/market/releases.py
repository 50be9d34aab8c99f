"""Making releases of market demand: looked at as drafts, made once, and frozen; who reads them is noted."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, select

from fund_service.market.counted import UNCLASSIFIED, theme_keys
from fund_service.market.drafts import METHOD, DraftRelease, draft_release
from fund_service.market.reading import cells_of, find_release
from fund_service.notices.telling import holders_of, tell
from matching.disclosure.demand import Measure, Place
from matching.disclosure.release import Release
from models.errors import RecordChanged
from models.market import DemandTheme
from models.notice import NoticeKind
from models.person import Role
from models.release import CellState, MarketRelease, ReleaseCell, ReleasePull, ReleaseSignal

RELEASE_LOCK = 20260131
"""PostgreSQL advisory lock that lets one release be made at a time."""


def make_release_of(session: Session, *, made_by: UUID | None, digest: str | None = None) -> MarketRelease:
    """Make the release that was looked at, and freeze it; ``digest`` is that of the draft.

    Raises
    ------
    StepNotAllowed
        When there is no summary yet, or nothing may change since the last release.
    RecordChanged
        When the release would be another one than was looked at.
    """
    session.connection().execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": RELEASE_LOCK})
    draft = draft_release(session)
    if digest is not None and digest != draft.digest:
        raise RecordChanged("Market demand has changed since you looked at this release; look at it again.")
    made = MarketRelease(
        id=draft.id,
        number=draft.number,
        as_of=draft.summary.as_of,
        summary_id=draft.summary.id,
        made_by_id=made_by,
        method=METHOD,
        digest=draft.digest,
        waiting=draft.release.waiting,
    )
    session.add(made)
    session.flush()
    session.add_all(_cells(session, made, draft))
    session.add_all(
        ReleaseSignal(release_id=made.id, signal_id=UUID(key), summary_id=summary)
        for key, summary in draft.counted.items()
    )
    session.add_all([*draft.indices, *draft.gaps])
    session.flush()
    tell(
        session,
        NoticeKind.RELEASE_PUBLISHED,
        subject=made.id,
        to=holders_of(Role.PLANNER, Role.INVESTOR, Role.FUND_MANAGER),
        facts={"number": made.number, "as_of_on": made.as_of.isoformat()},
        but=made_by,
        at=made.recorded_at,
    )
    return made


def _cells(session: Session, made: MarketRelease, draft: DraftRelease) -> list[ReleaseCell]:
    names = _theme_names(session, draft)
    cells = []
    for place, said in draft.release.places.items():
        name = names.get(place.theme) if said.groups is not None else None
        cells.append(
            ReleaseCell(
                release_id=made.id,
                field_code=place.field,
                region_code=place.region,
                theme=place.theme,
                label_ko="" if name is None else name.label_ko,
                label_en="" if name is None else name.label_en,
                theme_field_code=None if name is None else name.theme_field_code,
                groups=said.groups,
                stated_state=_state(draft.release, place, Measure.STATED, said.stated_krw),
                stated_krw=said.stated_krw,
                verified_state=_state(draft.release, place, Measure.VERIFIED, said.verified_krw),
                verified_krw=said.verified_krw,
                since=said.since,
            )
        )
    return cells


def _state(release: Release, place: Place, measure: Measure, krw: int | None) -> CellState:
    if krw is not None:
        return CellState.PUBLISHED
    return CellState.UNSAFE if (place, measure) in release.unsafe else CellState.PROTECTING


@dataclass(frozen=True, slots=True)
class _ThemeName:
    label_ko: str
    label_en: str
    theme_field_code: str | None


def _theme_names(session: Session, draft: DraftRelease) -> dict[str, _ThemeName]:
    """Give the names of themes: those of the newest summary, else as the last release gave them."""
    names = {UNCLASSIFIED: _ThemeName("분류되지 않음", "Unclassified", None)}
    if draft.previous is not None:
        names |= {
            cell.theme: _ThemeName(cell.label_ko, cell.label_en, cell.theme_field_code)
            for cell in cells_of(session, draft.previous.id)
            if cell.label_ko or cell.label_en
        }
    themes = session.exec(select(DemandTheme).where(DemandTheme.summary_id == draft.summary.id)).all()
    keys = theme_keys(session, [theme.id for theme in themes])
    return names | {
        keys[theme.id]: _ThemeName(theme.label_ko, theme.label_en, theme.field_code)
        for theme in themes
        if keys[theme.id] != UNCLASSIFIED
    }


def note_pull(session: Session, number: int | None, *, person_id: UUID | None, kind: str, breakdown: str) -> None:
    """Note that somebody read a release; where there is none, nothing was read."""
    if number is not None:
        release = find_release(session, number)
        session.add(ReleasePull(release_id=release.id, person_id=person_id, kind=kind, breakdown=breakdown))
        session.flush()
