"""Reads of market demand: releases alone, as they were published; the newest summary is for what computes further."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.market.charts import demand_chart, heat_map
from fund_service.market.drafts import draft_release
from fund_service.market.index_queries import Names, index_said, names_of_places
from fund_service.market.reading import cells_of, find_release, newest_release
from fund_service.market.schemas import (
    Breakdown,
    DemandRow,
    MarketDemandView,
    PullsPage,
    PullView,
    ReleaseHead,
    ReleasePreview,
    ReleasesPage,
    Said,
)
from fund_service.paging import Cursor, cut_page
from matching.disclosure.demand import ALL, Measure
from models.errors import StepNotAllowed
from models.indices import IndexAxis
from models.market import MarketSummary
from models.person import Person
from models.release import MarketRelease, ReleaseCell, ReleasePull

TITLES = {
    Breakdown.THEME: "Market demand by theme",
    Breakdown.FIELD: "Market demand by technology field",
    Breakdown.REGION: "Market demand by region",
    Breakdown.CELL: "Market demand by technology field and region",
}
AXES = {Breakdown.THEME: IndexAxis.THEME, Breakdown.FIELD: IndexAxis.FIELD}
"""Breakdowns whose rows have a line in an index."""


def newest_summary(session: Session) -> MarketSummary | None:
    """Read the newest summary, if any was made: what a release is made from, and nobody's to read as it is."""
    return session.exec(select(MarketSummary).order_by(col(MarketSummary.id).desc()).limit(1)).first()


def market_demand(session: Session, *, by: Breakdown = Breakdown.THEME, number: int | None = None) -> MarketDemandView:
    """Show market demand as a release says it, the newest one where no number is given.

    Raises
    ------
    RecordNotFound
        When there is no release of that number.
    """
    newest = newest_release(session)
    release = newest if number is None else find_release(session, number)
    if release is None or newest is None:
        return MarketDemandView(by=by)
    cells = cells_of(session, release.id)
    fields, regions = names_of_places(session)
    rows = _rows(cells, by, fields, regions)
    if by in AXES:
        index = index_said(session, release.id, AXES[by])
        rows = [row.model_copy(update={"index": index.get(row.code)}) for row in rows]
    title = locales.gettext(TITLES[by])
    return MarketDemandView(
        by=by,
        release=release.number,
        newest=newest.number,
        as_of=release.as_of,
        made_at=release.recorded_at,
        rows=rows,
        total=next((_said(cell) for cell in cells if _is_total(cell)), None),
        chart=heat_map(rows, fields, regions, title=title) if by is Breakdown.CELL else demand_chart(rows, title=title),
    )


def _is_total(cell: ReleaseCell) -> bool:
    return cell.field_code == cell.region_code == cell.theme == ALL


def _said(cell: ReleaseCell) -> Said:
    return Said.model_validate(cell, from_attributes=True)


def _rows(cells: Iterable[ReleaseCell], by: Breakdown, fields: Names, regions: Names) -> list[DemandRow]:
    """Give the rows of a breakdown: of themes only what is published, of the rest every one there could be."""
    if by is Breakdown.CELL:
        rows = [
            _row(
                cell, f"{cell.field_code}-{cell.region_code}", _both(fields[cell.field_code], regions[cell.region_code])
            )
            for cell in cells
            if ALL not in {cell.field_code, cell.region_code}
        ]
        return sorted(
            rows, key=lambda row: (list(fields).index(str(row.field_code)), list(regions).index(str(row.region_code)))
        )
    if by is Breakdown.THEME:
        rows = [
            _row(cell, cell.theme, (cell.label_ko, cell.label_en))
            for cell in cells
            if cell.theme != ALL and cell.groups
        ]
    elif by is Breakdown.FIELD:
        rows = [
            _row(cell, cell.field_code, fields[cell.field_code])
            for cell in cells
            if cell.field_code != ALL == cell.region_code
        ]
    else:
        rows = [
            _row(cell, cell.region_code, regions[cell.region_code])
            for cell in cells
            if cell.region_code != ALL == cell.field_code
        ]
    return sorted(rows, key=_largest_first)


def _largest_first(row: DemandRow) -> tuple[int, int, bool, str]:
    """Order rows by what is published of them, so that the order tells no more than they do."""
    verified = -1 if row.verified_krw is None else row.verified_krw
    stated = -1 if row.stated_krw is None else row.stated_krw
    return -verified, -stated, row.groups is None, row.code


def _both(field: tuple[str, str], region: tuple[str, str]) -> tuple[str, str]:
    return f"{field[0]} · {region[0]}", f"{field[1]} · {region[1]}"


def _row(cell: ReleaseCell, code: str, label: tuple[str, str]) -> DemandRow:
    return DemandRow(
        **_said(cell).model_dump(),
        code=code,
        label_ko=label[0],
        label_en=label[1],
        field_code=cell.theme_field_code if cell.field_code == ALL else cell.field_code,
        region_code=None if cell.region_code == ALL else cell.region_code,
    )


def list_releases(session: Session, *, after: Cursor | None, limit: int) -> ReleasesPage:
    """List the releases, the newest first."""
    query = (
        select(MarketRelease, Person.name)
        .join(Person, col(Person.id) == col(MarketRelease.made_by_id), isouter=True)
        .order_by(col(MarketRelease.id).desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(col(MarketRelease.id) < after.after)
    rows, next_cursor = cut_page(session.exec(query).all(), limit, key=lambda row: row[0].id)
    return ReleasesPage(items=[_head(release, name) for release, name in rows], next_cursor=next_cursor)


def release_head(session: Session, release_id: UUID) -> ReleaseHead:
    """Show a release as the list does."""
    release = session.get_one(MarketRelease, release_id)
    maker = None if release.made_by_id is None else session.get_one(Person, release.made_by_id).name
    return _head(release, maker)


def _head(release: MarketRelease, maker: str | None) -> ReleaseHead:
    return ReleaseHead(
        id=release.id,
        number=release.number,
        as_of=release.as_of,
        made_at=release.recorded_at,
        made_by=maker,
        digest=release.digest,
    )


def preview_release(session: Session) -> ReleasePreview:
    """Say in counts what a release made now would publish, or why none can be made."""
    previous = newest_release(session)
    number = 1 if previous is None else previous.number + 1
    try:
        draft = draft_release(session)
    except StepNotAllowed as refusal:
        return ReleasePreview(
            number=number,
            previous=None if previous is None else previous.number,
            as_of=None,
            refusal=locales.error_message(refusal),
        )
    places = draft.release.places
    published = sum(said.stated_krw is not None for said in places.values())
    unsafe = sum(
        said.stated_krw is None and (place, Measure.STATED) in draft.release.unsafe for place, said in places.items()
    )
    empty = len(draft.release.empty)
    return ReleasePreview(
        number=number,
        previous=None if previous is None else previous.number,
        as_of=draft.summary.as_of,
        places=len(places),
        published=published,
        unsafe=unsafe,
        protecting=len(places) - published - unsafe - empty,
        empty=empty,
        changed=draft.changed,
        late_signals_wait=draft.release.waiting > 0,
        digest=draft.digest,
    )


def list_pulls(session: Session, *, after: Cursor | None, limit: int) -> PullsPage:
    """List who read which release, the latest first."""
    query = (
        select(ReleasePull, MarketRelease.number, Person.email)
        .join(MarketRelease, col(MarketRelease.id) == col(ReleasePull.release_id))
        .join(Person, col(Person.id) == col(ReleasePull.person_id), isouter=True)
        .order_by(col(ReleasePull.id).desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(col(ReleasePull.id) < after.after)
    rows, next_cursor = cut_page(session.exec(query).all(), limit, key=lambda row: row[0].id)
    items = [
        PullView(id=pull.id, at=pull.recorded_at, number=number, person=email, kind=pull.kind, breakdown=pull.breakdown)
        for pull, number, email in rows
    ]
    return PullsPage(items=items, next_cursor=next_cursor)
