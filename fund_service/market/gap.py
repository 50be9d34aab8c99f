"""The gap map as a release tells it: verified demand against what open projects could take, field by region.

Only cells and totals whose verified amount the release publishes have a line, and a line changes only where its cell is
said anew. Demand is the published amount; supply is told in the same steps, and the ratio is that of both as told, so
neither says more than they do. The interval follows from how the money is spread over groups and projects: it is
rounded outward to tenths of decades. A project counts as wanted as far as at least three ownership groups' signals
match it: the match of one signal, which may be confidential, moves nothing, and a probability takes three values.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.market.coarse import step_down, step_up
from fund_service.market.counted import NATIONWIDE, NO_FIELD
from fund_service.market.voices import DemandHeard
from matching.demand.gap import DEFAULT_GAP, CellGap, Demanded, Supplied, gap_map
from matching.disclosure.apportionment import apportion
from matching.disclosure.changes import MIN_CHANGED
from matching.disclosure.demand import ALL, Place
from matching.disclosure.release import PublishedPlace
from matching.disclosure.rounding import STEP_KRW
from models.indices import GapWay, ReleaseGap
from models.match import Match, SignalMatching
from models.plan import Region
from models.project import OPEN_PROJECT_STATES, ProjectField, RndProject
from models.signal import DemandSignal

Gaps = Mapping[tuple[str, str], ReleaseGap]
PROBABILITIES = ((0.375, 0.9), (0.33, 0.6), (0.0, 0.4))
"""Score from which on a match is apt with what probability: of matches read by eye at random on the invented fund,
sixteen of eighteen were apt from .375 on, six of ten between .33 and .375, five of twelve below."""
GROUPS_THAT_WANT = MIN_CHANGED
"""A project is as probably wanted as the match of this many groups' signals says, the best first."""


def gap_lines(
    session: Session,
    heard: DemandHeard,
    places: Mapping[Place, PublishedPlace],
    *,
    release_id: UUID,
    number: int,
    before: Gaps | None,
) -> Iterator[ReleaseGap]:
    """Give the lines of the gap map, each as it was told before unless its cell is said anew."""
    told = {
        (place.field, place.region): said
        for place, said in places.items()
        if said.verified_krw is not None and place.theme == ALL and place.field != NO_FIELD
    }
    cells = sorted({f"{place.field}:{place.region}" for place in places if place.theme == ALL})
    measured = gap_map(demanded(heard), supplied(session, heard, cells), cells=cells) if told else ()
    fresh = {gap.cell: gap for gap in measured}
    for (field, region), said in sorted(told.items()):
        last = None if before is None else before.get((field, region))
        if before is not None and said.since != number:
            if last is not None:
                yield ReleaseGap(**last.model_dump() | {"release_id": release_id})
            continue
        line = _line(fresh[f"{field}:{region}"], said.verified_krw or 0, release_id=release_id, number=number)
        if last is not None and figures(last) == figures(line):
            line.since = last.since
        yield line


def figures(line: ReleaseGap) -> dict[str, object]:
    """Give what a line tells, apart from which release tells it and since when."""
    return line.model_dump(mode="json", exclude={"release_id", "since"})


def _line(gap: CellGap, verified_krw: int, *, release_id: UUID, number: int) -> ReleaseGap:
    field, _, region = gap.cell.partition(":")
    supply = STEP_KRW * round(gap.expected_supply_krw / STEP_KRW)
    more = DEFAULT_GAP.balance_krw
    return ReleaseGap(
        release_id=release_id,
        field_code=field,
        region_code=region,
        state=GapWay(gap.state.value),
        verified_krw=verified_krw,
        supply_krw=supply,
        ratio_percent=max(1, round(100 * (verified_krw + more) / (supply + more))),
        low_percent=None if gap.low is None else step_down(gap.low),
        high_percent=None if gap.high is None else step_up(gap.high),
        since=number,
    )


def demanded(heard: DemandHeard) -> Iterator[Demanded]:
    """Share out the verified won of each signal over its cells and their totals, as a release does."""
    for one in heard.signals:
        if one.speaks and one.verified_krw:
            inner = [(field, region) for field in one.fields or (NO_FIELD,) for region in one.regions or (NATIONWIDE,)]
            for cell, won in with_totals(apportion(one.verified_krw, inner)).items():
                yield Demanded(group=one.group, cell=cell, verified_krw=won)


def supplied(session: Session, heard: DemandHeard, cells: Collection[str]) -> Iterator[Supplied]:
    """Share out what open projects still need over their cells and totals, each with how probably it is wanted."""
    wanted = _wanted(session, heard)
    for project, (need, inner) in open_projects(session).items():
        if need and project in wanted:
            for cell, won in with_totals(apportion(need, inner)).items():
                if cell in cells:
                    yield Supplied(project=str(project), cell=cell, match_probability=wanted[project], fundable_krw=won)


def with_totals(inner: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Give the amounts of cells, of their fields, of their regions, and of all together."""
    amounts: dict[str, int] = defaultdict(int)
    for (field, region), won in inner.items():
        for row in (field, ALL):
            for column in (region, ALL):
                amounts[f"{row}:{column}"] += won
    return dict(amounts)


def open_projects(session: Session) -> dict[UUID, tuple[int, list[tuple[str, str]]]]:
    """Read what each open project still needs, and its cells: its fields in the mega-regions it is made for."""
    mega_regions = dict(session.exec(select(Region.code, Region.mega_region_code)).all())
    fields: dict[UUID, list[str]] = defaultdict(list)
    for project, field in session.exec(select(ProjectField.project_id, ProjectField.field_code)):
        fields[project].append(field)
    rows = session.exec(
        select(RndProject.id, RndProject.need_krw, RndProject.region_code, RndProject.host_region_codes).where(
            col(RndProject.state).in_(OPEN_PROJECT_STATES)
        )
    )
    return {
        project: (
            need or 0,
            _cells(fields[project], [mega_regions[code] for code in hosts or ([home] if home else [])]),
        )
        for project, need, home, hosts in rows
    }


def _cells(fields: Sequence[str], regions: Sequence[str]) -> list[tuple[str, str]]:
    return sorted({(field, region) for field in fields or [NO_FIELD] for region in regions or [NATIONWIDE]})


def _wanted(session: Session, heard: DemandHeard) -> dict[UUID, float]:
    """Say how probably each project is what is wanted, by the matches of the signals that are counted."""
    group_of = {UUID(one.key): one.group for one in heard.signals if one.speaks}
    best: dict[UUID, dict[str, float]] = defaultdict(dict)
    rows = session.exec(
        select(Match.project_id, Match.signal_id, Match.score)
        .join(SignalMatching, col(SignalMatching.signal_id) == col(Match.signal_id))
        .join(DemandSignal, col(DemandSignal.id) == col(Match.signal_id))
        .where(
            col(Match.eligible),
            SignalMatching.signal_version == DemandSignal.version,
            col(Match.signal_id) == sa.any_(sa.literal(list(group_of), sa.ARRAY(sa.Uuid))),
        )
    )
    for project, signal, score in rows:
        group = group_of[signal]
        best[project][group] = max(best[project].get(group, 0.0), float(score))
    return {
        project: probability_at(sorted(scores.values(), reverse=True)[GROUPS_THAT_WANT - 1])
        for project, scores in best.items()
        if len(scores) >= GROUPS_THAT_WANT
    }


def probability_at(score: float) -> float:
    """Give how probably a match of a score is apt."""
    return next(probability for least, probability in PROBABILITIES if score >= least)
