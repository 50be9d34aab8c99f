"""A release as it would be made of the newest summary now: cells, index and gaps, after disclosure control."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.market.counted import (
    frame_of,
    rows_of_signals,
    voices_of_release,
    voices_of_summary,
)
from fund_service.market.gap import Gaps, gap_lines
from fund_service.market.indices import Lines, Telling, index_lines
from fund_service.market.reading import cells_of, gaps_of, index_of, newest_release
from fund_service.market.voices import DemandHeard, demand_heard
from matching.disclosure.demand import ALL, Place
from matching.disclosure.release import Earlier, PublishedPlace, Release, make_release
from models.errors import StepNotAllowed
from models.identity import new_id
from models.indices import ReleaseGap, ReleaseIndex
from models.market import MarketSummary
from models.release import MarketRelease, ReleaseSignal

METHOD = 2
"""Version of disclosure control: raised when the same demand would be published otherwise."""
INDEX_SINCE = 2
"""Version from which on releases tell an index and a gap map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRelease:
    """A release as it would be made of the newest summary now."""

    id: UUID
    number: int
    summary: MarketSummary
    previous: MarketRelease | None
    release: Release
    changed: int
    """Places that would say something else than in the last release."""
    counted: Mapping[str, UUID]
    """Each signal that is counted, with the summary it is counted as it stood in."""
    indices: tuple[ReleaseIndex, ...]
    gaps: tuple[ReleaseGap, ...]
    digest: str


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
    number, release_id = 1 if previous is None else previous.number + 1, new_id()
    counted = _counted_in(session, summary, previous, release)
    heard = _heard(session, summary, counted)
    told = _told_before(session, previous)
    indices = tuple(
        index_lines(heard, release.places, Telling(release_id=release_id, number=number, before=told.lines))
    )
    gaps = tuple(gap_lines(session, heard, release.places, release_id=release_id, number=number, before=told.gaps))
    return DraftRelease(
        id=release_id,
        number=number,
        summary=summary,
        previous=previous,
        release=release,
        changed=changed,
        counted=counted,
        indices=indices,
        gaps=gaps,
        digest=_digest(summary, release.places, [*indices, *gaps]),
    )


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


def _digest(
    summary: MarketSummary, places: Mapping[Place, PublishedPlace], lines: Sequence[ReleaseIndex | ReleaseGap]
) -> str:
    said = sorted(
        [place.field, place.region, place.theme, it.groups, it.stated_krw, it.verified_krw, it.since]
        for place, it in places.items()
    )
    figures = [line.model_dump(mode="json", exclude={"release_id"}) for line in lines]
    canonical = json.dumps([METHOD, summary.as_of.isoformat(), said, figures], ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _counted_in(
    session: Session, summary: MarketSummary, previous: MarketRelease | None, release: Release
) -> dict[str, UUID]:
    """Say of each counted signal as it stood in which summary: the newest, or where its change waits, as before."""
    new = voices_of_summary(session, summary.id)
    before: dict[str, UUID] = {}
    if previous is not None:
        before = {
            str(signal): counted
            for signal, counted in session.exec(
                select(ReleaseSignal.signal_id, ReleaseSignal.summary_id).where(ReleaseSignal.release_id == previous.id)
            )
        }
    return {key: summary.id if new.get(key) == voice else before[key] for key, voice in release.voices.items()}


def _heard(session: Session, summary: MarketSummary, counted: Mapping[str, UUID]) -> DemandHeard:
    """Read what the signals that a release would count say, as it would count them."""
    by_summary: dict[UUID, list[UUID]] = defaultdict(list)
    for signal, stood_in in counted.items():
        by_summary[stood_in].append(UUID(signal))
    rows = [row for key, signals in sorted(by_summary.items()) for row in rows_of_signals(session, key, signals)]
    return demand_heard(session, rows, summary_id=summary.id, as_of=summary.as_of)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the release before told of index and gaps; none where it told neither."""

    lines: Lines | None
    gaps: Gaps | None


def _told_before(session: Session, previous: MarketRelease | None) -> _Told:
    if previous is None or previous.method < INDEX_SINCE:
        return _Told(None, None)
    return _Told(
        {(line.axis, line.key): line for line in index_of(session, previous.id)},
        {(gap.field_code, gap.region_code): gap for gap in gaps_of(session, previous.id)},
    )
