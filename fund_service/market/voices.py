"""What the signals of a release say to the demand index: each group's word as it was counted, with what it is worth."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.commitments.promises import index_promises
from fund_service.market.counted import UNCLASSIFIED, rows_of_release, theme_keys
from fund_service.market.figures import years_before
from matching.demand.policy import DEFAULT_POLICY, DemandPolicy
from matching.demand.trend import Exposure, Hearing
from matching.demand.voices import Promises, SignalVoice, Voices, voices_of
from models.clock import business_date
from models.indices import IndexAxis as Axis
from models.market import CountedSignal
from models.organisation import Organisation, OwnershipGroup
from models.plan import Region
from models.release import MarketRelease
from models.signal import CommitmentLevel, DemandSignal

LEVELS = tuple(CommitmentLevel)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalHeard:
    """A signal as a release counts it, in plain values."""

    key: str
    group: str
    """The ownership group, as an UUID in text."""
    theme: str
    """Key of its theme in releases; `UNCLASSIFIED` where it lies in none that stands."""
    fields: tuple[str, ...]
    """The technology fields it names, by code."""
    regions: tuple[str, ...]
    """The mega-regions it is limited to; none: the whole country."""
    received_on: date
    speaks: bool
    """Whether it is counted as demand; one that had expired was heard, and no more."""
    repeats: bool
    """Whether another signal of its group stands for it."""
    stated_krw: int
    verified_krw: int
    level: CommitmentLevel
    said_on: date

    def places(self, axis: Axis) -> tuple[str, ...]:
        """Give the themes or fields it speaks of, none where it names none."""
        if axis == Axis.FIELD:
            return self.fields
        return () if self.theme == UNCLASSIFIED else (self.theme,)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandHeard:
    """All that a release counts, with how each group has kept its word, and who could have been heard."""

    as_of: date
    signals: tuple[SignalHeard, ...]
    """Those that speak as the release counts them, and those that had expired but were heard in the last two years."""
    promises: Mapping[str, Promises]
    """By ownership group; who has promised nothing that fell due is missing."""
    exposure: Exposure
    """Ownership groups that could have been heard in the last year, and in the one before."""

    def voices(self, axis: Axis, keys: Collection[str], *, policy: DemandPolicy = DEFAULT_POLICY) -> Voices:
        """Give what each group says of the themes or fields named; whoever speaks of others keeps words for those.

        The same words of one group are one counted signal already, and no document stands for two signals, so each
        signal is its own statement.
        """
        named = frozenset(keys)
        said = [
            SignalVoice(
                key=one.key,
                group=one.group,
                digest=one.key,
                memberships={place: 1 / len(places) for place in places if place in named},
                level=LEVELS.index(one.level),
                said_on=one.said_on,
                verified_krw=one.verified_krw,
            )
            for one in self.signals
            if one.speaks and not one.repeats
            for places in [one.places(axis)]
        ]
        return voices_of(said, themes=sorted(named), as_of=self.as_of, promises=self.promises, policy=policy)

    def hearings(self, axis: Axis, keys: Collection[str]) -> list[Hearing]:
        """Give who was heard on what and when, expired signals and repeated ones included."""
        named = frozenset(keys)
        return [
            Hearing(group=one.group, theme=place, on=one.received_on)
            for one in self.signals
            for place in one.places(axis)
            if place in named
        ]


def demand_of_release(session: Session, release_id: UUID) -> DemandHeard:
    """Read what a release counts: its signals as they stood in the summary it counts them of."""
    release = session.get_one(MarketRelease, release_id)
    rows = rows_of_release(session, release_id)
    return demand_heard(session, rows, summary_id=release.summary_id, as_of=release.as_of)


def demand_heard(session: Session, speaking: Sequence[CountedSignal], *, summary_id: UUID, as_of: date) -> DemandHeard:
    """Read what is heard where these rows are counted as demand, of the newest summary ``summary_id`` or earlier ones.

    Of the signals that a release does not count, those that had expired in the newest summary were heard too.
    """
    counted = {row.signal_id for row in speaking}
    expired = session.exec(
        select(CountedSignal).where(
            CountedSignal.summary_id == summary_id,
            (~col(CountedSignal.speaks)) | col(CountedSignal.repeats_id).is_not(None),
        )
    ).all()
    rows = [*((row, True) for row in speaking), *((row, False) for row in expired if row.signal_id not in counted)]
    mega_regions = dict(session.exec(select(Region.code, Region.mega_region_code)).all())
    names = theme_keys(session, {row.theme_id for row, _ in rows if row.theme_id is not None})
    return DemandHeard(
        as_of=as_of,
        signals=tuple(
            SignalHeard(
                key=str(row.signal_id),
                group=str(row.ownership_group_id),
                theme=UNCLASSIFIED if row.theme_id is None else names[row.theme_id],
                fields=tuple(sorted(row.field_codes)),
                regions=tuple(sorted({mega_regions[code] for code in row.region_codes})),
                received_on=row.received_on,
                speaks=speaks,
                repeats=row.repeats_id is not None,
                stated_krw=row.stated_krw if speaks else 0,
                verified_krw=row.verified_krw if speaks else 0,
                level=row.level,
                said_on=row.said_on,
            )
            for row, speaks in sorted(rows, key=lambda pair: pair[0].signal_id)
        ),
        promises={str(group): kept for group, kept in index_promises(session, as_of=as_of).items()},
        exposure=panel_exposure(_joined(session), as_of=as_of),
    )


def panel_exposure(joined: Iterable[date], *, as_of: date) -> Exposure:
    """Count the groups that could have been heard by the end of each year, from the days on which they joined.

    Where nobody had joined a year earlier one is taken to have: nothing could have been heard then, so next to nothing
    is told of a trend.
    """
    days = list(joined)
    year = years_before(as_of, 1)
    return Exposure(
        recent=float(max(1, sum(day <= as_of for day in days))), before=float(max(1, sum(day <= year for day in days)))
    )


def _joined(session: Session) -> list[date]:
    """Read on which day each group that has ever spoken joined: with its first signal, or its registration before."""
    rows = session.exec(
        select(sa.func.min(DemandSignal.received_on), sa.func.min(OwnershipGroup.recorded_at))
        .join(Organisation, col(Organisation.id) == col(DemandSignal.organisation_id))
        .join(OwnershipGroup, col(OwnershipGroup.id) == col(Organisation.ownership_group_id))
        .group_by(col(OwnershipGroup.id))
    )
    return [min(first, business_date(registered)) for first, registered in rows]
