"""Reads of the demand index and the gap map, as a release tells them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.market.counted import NATIONWIDE, NO_FIELD
from fund_service.market.indices import TENTHS, ranks
from fund_service.market.schemas import IndexSaid, TrendSaid
from models.indices import IndexAxis, ReleaseIndex, TrendWay
from models.plan import MegaRegion, TechnologyField

Names = Mapping[str, tuple[str, str]]


def index_said(session: Session, release_id: UUID, axis: IndexAxis) -> dict[str, IndexSaid]:
    """Read one index of a release by key, with the ranks that follow from its voices."""
    rows = session.exec(
        select(ReleaseIndex).where(ReleaseIndex.release_id == release_id, ReleaseIndex.axis == axis)
    ).all()
    return ranked(rows)


def ranked(rows: Sequence[ReleaseIndex]) -> dict[str, IndexSaid]:
    """Rank the lines of an index: by capped voices among all, by raw ones among those that tell them."""
    raw = [row for row in rows if row.raw_tenths is not None]
    raw_ranks = dict(zip((row.key for row in raw), ranks(row.raw_tenths or 0 for row in raw), strict=True))
    return {
        row.key: IndexSaid(
            rank=rank,
            of=len(rows),
            voices=row.capped_tenths / TENTHS,
            raw_rank=raw_ranks.get(row.key),
            raw_of=len(raw),
            raw_voices=None if row.raw_tenths is None else row.raw_tenths / TENTHS,
            effective_groups=row.effective_groups,
            top_share_percent=row.top_share_percent,
            verified_share_percent=row.verified_share_percent,
            worst_rank=None if row.flip_places is None else min(len(rows), rank + row.flip_places),
            trend=_trend(row),
            since=row.since,
        )
        for row, rank in zip(rows, ranks(row.capped_tenths for row in rows), strict=True)
    }


def _trend(row: ReleaseIndex) -> TrendSaid:
    return TrendSaid(
        direction=TrendWay(row.direction),
        ratio_percent=row.ratio_percent,
        low_percent=row.low_percent,
        high_percent=row.high_percent,
        q_percent=row.q_percent,
    )


def names_of_places(session: Session) -> tuple[Names, Names]:
    """Give the names of fields and of regions, by code, in the plan's order."""
    fields = session.exec(select(TechnologyField).order_by(col(TechnologyField.code)))
    regions = session.exec(select(MegaRegion).order_by(col(MegaRegion.code)))
    return (
        {row.code: (row.name_ko, row.name_en) for row in fields} | {NO_FIELD: ("분야 미지정", "No field stated")},
        {row.code: (row.name_ko, row.name_en) for row in regions} | {NATIONWIDE: ("전국", "Whole country")},
    )
