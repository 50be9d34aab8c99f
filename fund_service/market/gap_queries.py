"""Reads of the gap map: as a release tells it, and what lies behind a cell for those entitled."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.market.counted import NO_FIELD
from fund_service.market.gap import open_projects, with_totals
from fund_service.market.gap_schemas import GapCellSaid, GapCellView, GapDeal, GapProject, GapView, Named
from fund_service.market.index_queries import Names, names_of_places
from fund_service.market.reading import find_release, gaps_of, newest_release
from fund_service.signals.queries import visible_to
from matching.disclosure.demand import ALL
from models.deal import Deal
from models.errors import RecordNotFound
from models.indices import ReleaseGap
from models.match import Match, SignalMatching
from models.person import Role
from models.project import RndProject
from models.release import ReleaseCell
from models.signal import DemandSignal, SignalState

TOTAL = "all"
"""Code of a total in addresses and answers."""
SHOWN = 100
"""Projects shown behind a cell, those that need most."""


def gap_map_view(session: Session, *, number: int | None = None) -> GapView:
    """Show the gap map of a release, the newest one where no number is given.

    Raises
    ------
    RecordNotFound
        When there is no release of that number.
    """
    newest = newest_release(session)
    release = newest if number is None else find_release(session, number)
    if release is None or newest is None:
        return GapView()
    fields, regions = _rows_and_columns(session)
    down, across = list(fields), list(regions)
    cells = sorted(
        (_said(gap) for gap in gaps_of(session, release.id)),
        key=lambda cell: (down.index(cell.field_code), across.index(cell.region_code)),
    )
    return GapView(
        release=release.number,
        newest=newest.number,
        as_of=release.as_of,
        made_at=release.recorded_at,
        fields=_named(fields),
        regions=_named(regions),
        cells=cells,
    )


def gap_cell(
    session: Session, field: str, region: str, *, caller: Caller, today: date, number: int | None = None
) -> GapCellView:
    """Show a cell of the gap map: what the release says of it, and to record keepers the projects behind it.

    Raises
    ------
    RecordNotFound
        When there is no release of that number, or no such field or region.
    """
    newest = newest_release(session)
    release = newest if number is None else find_release(session, number)
    fields, regions = _rows_and_columns(session)
    if release is None or newest is None or field not in fields or region not in regions:
        raise RecordNotFound("There is no such cell of the gap map.")
    place = tuple(ALL if code == TOTAL else code for code in (field, region))
    gap = session.get(ReleaseGap, (release.id, *place))
    cell = session.get_one(ReleaseCell, (release.id, *place, ALL))
    entitled = caller.has(Role.PLANNER, Role.FUND_MANAGER)
    return GapCellView(
        release=release.number,
        newest=newest.number,
        as_of=release.as_of,
        field=_named({field: fields[field]})[0],
        region=_named({region: regions[region]})[0],
        said=None if gap is None else _said(gap),
        groups=cell.groups,
        stated_krw=cell.stated_krw,
        projects=_behind(session, ":".join(place), caller=caller, today=today) if entitled else None,
    )


def _rows_and_columns(session: Session) -> tuple[Names, Names]:
    """Give the names of rows and columns, the totals first."""
    fields, regions = names_of_places(session)
    total = {TOTAL: ("전체", "All")}
    return (
        {**total, **{code: name for code, name in fields.items() if code != NO_FIELD}},
        {**total, **regions},
    )


def _named(names: Names) -> list[Named]:
    return [Named(code=code, name_ko=name[0], name_en=name[1]) for code, name in names.items()]


def _said(gap: ReleaseGap) -> GapCellSaid:
    told = GapCellSaid.model_validate(gap, from_attributes=True)
    codes = {name: TOTAL for name in ("field_code", "region_code") if getattr(gap, name) == ALL}
    return told.model_copy(update=codes)


def _behind(session: Session, cell: str, *, caller: Caller, today: date) -> list[GapProject]:
    """Read the open projects of a cell or total, those that need most first, with what the caller may read of them."""
    needs = {
        project: need
        for project, (need, inner) in open_projects(session).items()
        if cell in with_totals(dict.fromkeys(inner, 0))
    }
    ids = sorted(needs, key=lambda project: (-needs[project], project))[:SHOWN]
    manages = caller.has(Role.FUND_MANAGER)
    matches = _matches(session, ids, caller=caller, today=today) if manages else {}
    deals = _deals(session, ids) if manages else {}
    rows = session.exec(select(RndProject).where(col(RndProject.id).in_(ids))).all()
    return [
        GapProject(
            id=row.id,
            title_ko=row.title_ko,
            title_en=row.title_en,
            state=row.state,
            need_krw=row.need_krw,
            matches=matches.get(row.id, 0) if manages else None,
            deals=deals.get(row.id, []),
        )
        for row in sorted(rows, key=lambda row: (-(row.need_krw or 0), row.id))
    ]


def _matches(session: Session, projects: Sequence[UUID], *, caller: Caller, today: date) -> dict[UUID, int]:
    readable = visible_to(caller).with_only_columns(col(DemandSignal.id))
    rows = session.exec(
        select(Match.project_id, func.count())
        .join(DemandSignal, col(DemandSignal.id) == col(Match.signal_id))
        .join(SignalMatching, col(SignalMatching.signal_id) == col(Match.signal_id))
        .where(
            col(Match.project_id).in_(projects),
            col(Match.eligible),
            col(DemandSignal.id).in_(readable),
            col(DemandSignal.state) == SignalState.LIVE,
            sa.or_(col(DemandSignal.expires_on).is_(None), col(DemandSignal.expires_on) >= today),
            col(SignalMatching.signal_version) == col(DemandSignal.version),
        )
        .group_by(col(Match.project_id))
    )
    return dict(rows.all())


def _deals(session: Session, projects: Sequence[UUID]) -> dict[UUID, list[GapDeal]]:
    deals: dict[UUID, list[GapDeal]] = defaultdict(list)
    rows = session.exec(
        select(Deal)
        .where(col(Deal.project_id).in_(projects), col(Deal.merged_into_id).is_(None))
        .order_by(col(Deal.id).desc())
    )
    for deal in rows:
        if deal.project_id is not None:
            deals[deal.project_id].append(
                GapDeal(id=deal.id, title_ko=deal.title_ko, title_en=deal.title_en, stage=deal.stage)
            )
    return deals
