"""The demand index as a release tells it: made of what the release counts, and coarse enough to find nobody in it.

Only places that the release publishes have a line, and a line changes only where its place is said anew, so at least
three ownership groups changed in it. What is told of a line, and why:

- Capped voices, in tenths of a voice, and the rank that follows from them: no group counts more than a tenth of a place
  with its phantom voice, and all unverified words a fifth, so at five groups or more the sum passes every primary rule
  by itself. One group's verified money, alone among words, moves it by less than a step before the cap ends it.
- Effective number of groups (rounded down), share of the loudest after the caps (rounded up to 5 %), and by how many
  places it falls without any one group: where the voices before the caps pass the primary rules (five groups, p %,
  dominance); else they would tell that one stands out.
- Voices before the caps: where besides both amounts of the place are published. They hold square roots of verified
  money, so they would narrow down what is withheld. Their rank is told among those that tell them.
- Share of verified voices, to ten per cent: where the verified amount is published.
- The trend: direction, ratio and interval on steps of tenths of decades, rate of false discoveries on six steps. Exact
  figures would give the counts of both years away, and so who was heard alone in one of them; beyond fourfold it is
  told as fourfold, for there one side may be two groups or fewer.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from fund_service.market.coarse import (
    TOLD_BOUNDS,
    TOLD_TRENDS,
    rate_up,
    share_near,
    share_up,
    step_down,
    step_near,
    step_up,
    within,
)
from fund_service.market.counted import NO_FIELD, UNCLASSIFIED
from fund_service.market.voices import DemandHeard
from matching.demand.index import ThemeDemand, demand_index
from matching.demand.policy import MICRO
from matching.demand.trend import ThemeTrend, heard_in_spans, trends_of
from matching.demand.voices import Voices
from matching.disclosure.demand import ALL, Place
from matching.disclosure.release import PublishedPlace
from matching.disclosure.rules import MIN_GROUPS, is_safe
from models.indices import IndexAxis, ReleaseIndex, TrendWay

Lines = Mapping[tuple[IndexAxis, str], ReleaseIndex]
TENTHS = 10
SHARE_STEP, VERIFIED_STEP = 5, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The release that a line is for, and what the one before told; none where that told no index."""

    release_id: UUID
    number: int
    before: Lines | None


def place_of(axis: IndexAxis, key: str) -> Place:
    """Give the place of a release that a line of an index is about."""
    return Place(ALL, ALL, key) if axis is IndexAxis.THEME else Place(key, ALL)


def published_keys(places: Mapping[Place, PublishedPlace], axis: IndexAxis) -> list[str]:
    """Name the themes or fields that a release publishes, in the order of their keys."""
    if axis is IndexAxis.THEME:
        return sorted(
            place.theme for place, said in places.items() if said.groups and place.theme not in {ALL, UNCLASSIFIED}
        )
    return sorted(
        place.field
        for place, said in places.items()
        if said.groups and place == Place(place.field, ALL) and place.field not in {ALL, NO_FIELD}
    )


def index_lines(heard: DemandHeard, places: Mapping[Place, PublishedPlace], telling: Telling) -> Iterator[ReleaseIndex]:
    """Give the lines of both indices, each as it was told before unless its place is said anew."""
    for axis in IndexAxis:
        fresh = {line.key: line for line in _measured(heard, axis, places, telling)}
        for key in published_keys(places, axis):
            line = _told(fresh.get(key), places[place_of(axis, key)], telling, axis=axis, key=key)
            if line is not None:
                yield line


def _told(
    fresh: ReleaseIndex | None, said: PublishedPlace, telling: Telling, *, axis: IndexAxis, key: str
) -> ReleaseIndex | None:
    """Say what was said before of a place that is not said anew, or of which too few speak to measure it anew."""
    if telling.before is None:
        return fresh
    before = telling.before.get((axis, key))
    if said.since == telling.number and fresh is not None:
        same = before is not None and figures(before) == figures(fresh)
        return _again(before, telling) if same and before is not None else fresh
    return None if before is None else _again(before, telling)


def _again(line: ReleaseIndex, telling: Telling) -> ReleaseIndex:
    return ReleaseIndex(**line.model_dump() | {"release_id": telling.release_id})


def figures(line: ReleaseIndex) -> dict[str, object]:
    """Give what a line tells, apart from which release tells it and since when."""
    return line.model_dump(mode="json", exclude={"release_id", "since"})


def _measured(
    heard: DemandHeard, axis: IndexAxis, places: Mapping[Place, PublishedPlace], telling: Telling
) -> Iterator[ReleaseIndex]:
    keys = published_keys(places, axis)
    voices = heard.voices(axis, keys)
    spans = heard_in_spans(heard.hearings(axis, keys), themes=keys, as_of=heard.as_of)
    trends = {trend.theme: trend for trend in trends_of(spans, exposure=heard.exposure)}
    for demand in demand_index(voices).themes:
        if demand.groups >= MIN_GROUPS:
            said = places[place_of(axis, demand.theme)]
            line = ReleaseIndex(
                release_id=telling.release_id,
                axis=axis,
                key=demand.theme,
                capped_tenths=_tenths(demand.capped_micro),
                direction=TrendWay.NOT_ENOUGH_DATA,
                since=telling.number,
            )
            _tell_spread(line, demand, voices=voices, said=said)
            _tell_trend(line, trends[demand.theme])
            yield line


def _tenths(micro: int) -> int:
    return round(micro * TENTHS / MICRO)


def _tell_spread(line: ReleaseIndex, demand: ThemeDemand, *, voices: Voices, said: PublishedPlace) -> None:
    """Tell how demand is spread over groups, as far as it may be told."""
    if said.verified_krw is not None:
        line.verified_share_percent = share_near(demand.verified_share_bp, step=VERIFIED_STEP)
    if is_safe(voices_in(voices, demand.theme)):
        line.effective_groups = int(demand.effective_groups)
        line.top_share_percent = share_up(demand.top_share_bp, step=SHARE_STEP)
        line.flip_places = demand.worst_rank - demand.rank
        if said.stated_krw is not None and said.verified_krw is not None:
            line.raw_tenths = _tenths(demand.raw_micro)


def voices_in(voices: Voices, theme: str) -> list[int]:
    """Give the voices of a theme before the caps, one for each group."""
    here = voices.theme == voices.themes.index(theme)
    return [int(voice) for voice in np.asarray(voices.backed + voices.spoken)[here]]


def _tell_trend(line: ReleaseIndex, trend: ThemeTrend) -> None:
    """Tell a trend, where there is enough to tell one."""
    if trend.q_value is None:
        return
    line.direction = TrendWay(trend.direction.value)
    line.ratio_percent = within(step_near(trend.ratio), TOLD_TRENDS)
    line.low_percent = min(within(step_down(trend.low), TOLD_BOUNDS), line.ratio_percent)
    line.high_percent = max(within(step_up(trend.high), TOLD_BOUNDS), line.ratio_percent)
    line.q_percent = rate_up(trend.q_value)


def ranks(values: Iterable[int]) -> list[int]:
    """Rank values, 1 for the largest; equal ones share the better rank."""
    listed = list(values)
    return [1 + sum(other > value for other in listed) for value in listed]
