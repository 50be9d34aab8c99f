"""Making releases of market demand: drafted from the newest summary, looked at, made once, and frozen."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.market.counted import UNCLASSIFIED, frame_of, theme_keys, voices_of_release, voices_of_summary
from matching.disclosure.demand import ALL, Measure, Place
from matching.disclosure.release import Earlier, PublishedPlace, Release, make_release
from models.errors import RecordChanged, RecordNotFound, StepNotAllowed
from models.market import DemandTheme, MarketSummary
from models.release import CellState, MarketRelease, ReleaseCell, ReleasePull, ReleaseSignal

METHOD = 1
"""Version of disclosure control: raised when the same demand would be published otherwise."""
RELEASE_LOCK = 20260131
"""PostgreSQL advisory lock that lets one release be made at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRelease:
    """A release as it would be made of the newest summary now."""

    number: int
    summary: MarketSummary
    previous: MarketRelease | None
    release: Release
    changed: int
    """Places that would say something else than in the last release."""
    digest: str


def newest_release(session: Session) -> MarketRelease | None:
    """Read the newest release, if any was made."""
    return session.exec(select(MarketRelease).order_by(col(MarketRelease.number).desc()).limit(1)).first()


def find_release(session: Session, number: int) -> MarketRelease:
    """Find a release by its number.

    Raises
    ------
    RecordNotFound
        When there is none.
    """
    found = session.exec(select(MarketRelease).where(MarketRelease.number == number)).first()
    if found is None:
        raise RecordNotFound("There is no such release.")
    return found


def cells_of(session: Session, release_id: UUID) -> list[ReleaseCell]:
    """Read what a release says of each place."""
    return list(session.exec(select(ReleaseCell).where(ReleaseCell.release_id == release_id)))


def draft_release(session: Session) -> DraftRelease:
    """Draft a release of the newest summary, after disclosure control.

    Raises
    ------
    StepNotAllowed
        When there is no summary yet, or nothing may change since the last release.
    """
    summary = session.exec(select(MarketSummary).order_by(col(MarketSummary.id).desc()).limit(1)).first()
    if summary is None:
        raise StepNotAllowed("No summary of market demand has been made yet; match first, then release.")
    previous = newest_release(session)
    earlier = None if previous is None else _earlier(session, previous)
    voices = voices_of_summary(session, summary.id)
    themes = {voice.theme for voice in voices.values()}
    if earlier is not None:
        themes |= {place.theme for place in earlier.places if place.theme != ALL}
    release = make_release(voices.values(), frame_of(session, themes), earlier=earlier)
    changed = sum(earlier is None or earlier.places.get(place) != said for place, said in release.places.items())
    if earlier is not None and not changed:
        raise StepNotAllowed(
            "Nothing may change since release {number}: fewer than three ownership groups changed wherever something "
            "did. Late signals wait for a later release.",
            number=earlier.number,
        )
    return DraftRelease(
        number=1 if previous is None else previous.number + 1,
        summary=summary,
        previous=previous,
        release=release,
        changed=changed,
        digest=_digest(summary, release.places),
    )


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
    session.add_all(_signals(session, made, draft))
    session.flush()
    return made


def _earlier(session: Session, previous: MarketRelease) -> Earlier:
    """Read what the last release said, and what was counted in every release that something of it goes back to."""
    places = {
        Place(cell.field_code, cell.region_code, cell.theme): PublishedPlace(
            groups=cell.groups, stated_krw=cell.stated_krw, verified_krw=cell.verified_krw, since=cell.since
        )
        for cell in cells_of(session, previous.id)
    }
    wanted = {previous.number, *(said.since for said in places.values())}
    ids = session.exec(select(MarketRelease.number, MarketRelease.id).where(col(MarketRelease.number).in_(wanted)))
    counted = {number: voices_of_release(session, key) for number, key in ids.all()}
    return Earlier(number=previous.number, places=places, counted=counted)


def _digest(summary: MarketSummary, places: Mapping[Place, PublishedPlace]) -> str:
    said = sorted(
        [place.field, place.region, place.theme, it.groups, it.stated_krw, it.verified_krw, it.since]
        for place, it in places.items()
    )
    canonical = json.dumps([METHOD, summary.as_of.isoformat(), said], ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


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
    return names | {keys[theme.id]: _ThemeName(theme.label_ko, theme.label_en, theme.field_code) for theme in themes}


def _signals(session: Session, made: MarketRelease, draft: DraftRelease) -> list[ReleaseSignal]:
    """Say of each counted signal as it stood in which summary: the newest, or where its change waits, as before."""
    new = voices_of_summary(session, draft.summary.id)
    before: dict[str, UUID] = {}
    if draft.previous is not None:
        before = {
            str(signal): summary
            for signal, summary in session.exec(
                select(ReleaseSignal.signal_id, ReleaseSignal.summary_id).where(
                    ReleaseSignal.release_id == draft.previous.id
                )
            )
        }
    return [
        ReleaseSignal(
            release_id=made.id,
            signal_id=UUID(key),
            summary_id=draft.summary.id if new.get(key) == voice else before[key],
        )
        for key, voice in draft.release.voices.items()
    ]


def note_pull(session: Session, number: int | None, *, person_id: UUID | None, kind: str, breakdown: str) -> None:
    """Note that somebody read a release; where there is none, nothing was read."""
    if number is not None:
        release = find_release(session, number)
        session.add(ReleasePull(release_id=release.id, person_id=person_id, kind=kind, breakdown=breakdown))
        session.flush()
