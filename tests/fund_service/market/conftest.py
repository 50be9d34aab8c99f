"""A view of market demand with figures large and small, labels awkward and plain."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from fund_service import locales
from fund_service.market.charts import demand_chart
from fund_service.market.figures import DemandTrend
from fund_service.market.schemas import Breakdown, DemandFigures, DemandRow, FoldedRow, MarketDemandView
from models.person import PreferredLanguage


@pytest.fixture(params=list(PreferredLanguage))
def language(request: pytest.FixtureRequest) -> Iterator[PreferredLanguage]:
    """Each language in turn, as the one at hand."""
    token = locales.LANGUAGE.set(request.param)
    yield request.param
    locales.LANGUAGE.reset(token)


def figures(groups: int, signals: int, stated: int, verified: int, trend: DemandTrend, projects: int) -> dict[str, int]:
    return {
        "groups": groups,
        "signals": signals,
        "stated_krw": stated * 10**9,
        "verified_krw": verified * 10**9,
        "trend": trend,
        "answering_projects": projects,
    }


@pytest.fixture
def view(language: PreferredLanguage) -> MarketDemandView:
    """A view by theme with three rows, a folded one and a total."""
    rows = [
        DemandRow(
            code="01-1",
            label_ko="고대역폭 메모리 · 하이브리드 본딩",
            label_en="High-bandwidth memory · hybrid bonding",
            field_code="01",
            **figures(9, 12, 1_234, 480, DemandTrend.UP, 14),
        ),
        DemandRow(
            code="02-1",
            label_ko="=전고체|전지*",
            label_en="=solid|state*",
            **figures(5, 7, 210, 90, DemandTrend.DOWN, 0),
        ),
        DemandRow(
            code="02-2", label_ko="전지", label_en="battery", **figures(5, 5, 0, 0, DemandTrend.NOT_ENOUGH_DATA, 1_001)
        ),
    ]
    return MarketDemandView(
        by=Breakdown.THEME,
        summary_id=UUID(int=7),
        as_of=date(2026, 11, 22),
        made_at=datetime(2026, 11, 22, 3, 0, tzinfo=UTC),
        rows=rows,
        other=FoldedRow(rows=3, **figures(6, 6, 40, 3, DemandTrend.STEADY, 2)),
        total=DemandFigures(**figures(15, 60, 1_484, 573, DemandTrend.STEADY, 60)),
        unclassified_percent=10,
        chart=demand_chart(rows, title="demand"),
    )
