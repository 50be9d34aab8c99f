"""A view of market demand with labels awkward and plain, and a small world of demand in the database."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.market.charts import demand_chart
from fund_service.market.commands import summarise
from fund_service.market.queries import market_demand
from fund_service.market.releases import make_release_of
from fund_service.market.schemas import Breakdown, DemandRow, MarketDemandView, Said
from fund_service.matches.corpus import Matchmaker
from matching.encoding.encoder import HashingEncoder
from models.market import DemandTheme, MarketSummary
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import PreferredLanguage
from models.release import MarketRelease
from models.signal import CommitmentLevel, DemandSignal, SignalField, SignalRegion
from tests.commitment_acts import climb

TODAY = date(2026, 11, 22)
MEMORY = "차세대 반도체 고대역폭 메모리 적층과 하이브리드 본딩 공정 장비를 찾습니다."
BATTERY = "이차전지 전고체 전지 황화물 고체 전해질 양산 기술에 투자하려 합니다."


@pytest.fixture(params=list(PreferredLanguage))
def language(request: pytest.FixtureRequest) -> Iterator[PreferredLanguage]:
    """Each language in turn, as the one at hand."""
    token = locales.LANGUAGE.set(request.param)
    yield request.param
    locales.LANGUAGE.reset(token)


@pytest.fixture
def view(language: PreferredLanguage) -> MarketDemandView:
    """A view by theme with three rows, one of which withholds its verified money, and a total."""
    rows = [
        DemandRow(
            code="01-1",
            label_ko="고대역폭 메모리 · 하이브리드 본딩",
            label_en="High-bandwidth memory · hybrid bonding",
            field_code="01",
            groups="5-9",
            stated_krw=1_234 * 10**9,
            verified_krw=480 * 10**9,
            since=3,
        ),
        DemandRow(
            code="02-1",
            label_ko="=전고체|전지*",
            label_en="=solid|state*",
            groups="5-9",
            stated_krw=210 * 10**9,
            verified_krw=None,
            since=2,
        ),
        DemandRow(code="02-2", label_ko="전지", label_en="battery", groups="10-19", since=3),
    ]
    return MarketDemandView(
        by=Breakdown.THEME,
        release=3,
        newest=3,
        as_of=date(2026, 11, 22),
        made_at=datetime(2026, 11, 22, 3, 0, tzinfo=UTC),
        rows=rows,
        total=Said(groups="10-19", stated_krw=1_484 * 10**9, verified_krw=573 * 10**9, since=3),
        chart=demand_chart(rows, title="demand"),
    )


@dataclass(frozen=True, slots=True)
class World:
    """A small world of demand in the database: ten groups, and what they say of two technologies far apart."""

    MEMORY: ClassVar[str] = MEMORY
    BATTERY: ClassVar[str] = BATTERY
    TODAY: ClassVar[date] = TODAY

    engine: Engine
    matchmaker: Matchmaker
    organisations: list[Organisation]
    """Two affiliates for each group: organisation ``2 n`` and ``2 n + 1`` belong to group ``n``."""

    def signal(
        self, group: int, text: str, *, affiliate: int = 0, fields: Sequence[str] = ("01",), **said: Any
    ) -> UUID:
        """Store a live signal of a group and give its id."""
        regions = said.pop("regions", ())
        reached = said.pop("commitment_level", CommitmentLevel.VIEW)
        signal = DemandSignal(
            organisation_id=self.organisations[2 * group + affiliate].id,
            text=text,
            **{"received_on": TODAY - timedelta(days=100), "available_krw": 10 * 10**9} | said,
        )
        with Session(self.engine, expire_on_commit=False) as session:
            session.add(signal)
            session.flush()
            session.add_all(SignalField(signal_id=signal.id, field_code=code) for code in fields)
            session.add_all(SignalRegion(signal_id=signal.id, region_code=code) for code in regions)
            session.flush()
            climb(session, signal.id, reached, amount_krw=signal.available_krw or 1, on=signal.received_on)
            session.commit()
        return signal.id

    def say(self, text: str, groups: Iterable[int], **said: Any) -> list[UUID]:
        """Store a signal of each group with words of its own."""
        return [self.signal(group, f"{text} {group}번 투자자의 말입니다.", **said) for group in groups]

    def by_code(self, by: Breakdown) -> dict[str, DemandRow]:
        """Read the rows of a breakdown as they may be shown."""
        return {row.code: row for row in self.view(by).rows}

    def summarise(self, *, today: date = TODAY) -> MarketSummary:
        """Summarise what is there."""
        with Session(self.engine, expire_on_commit=False) as session:
            summary = summarise(session, self.matchmaker, today=today)
            session.commit()
        return summary

    def themes(self) -> list[DemandTheme]:
        """Read the themes of the newest summary, as it froze them."""
        with Session(self.engine) as session:
            newest = session.exec(select(MarketSummary.id).order_by(col(MarketSummary.id).desc())).first()
            return list(session.exec(select(DemandTheme).where(DemandTheme.summary_id == newest)))

    def release(self, *, today: date = TODAY) -> MarketRelease:
        """Summarise what is there, and make a release of it."""
        self.summarise(today=today)
        with Session(self.engine, expire_on_commit=False) as session:
            made = make_release_of(session, made_by=None)
            session.commit()
        return made

    def view(self, by: Breakdown = Breakdown.THEME) -> MarketDemandView:
        """Read market demand as it may be shown."""
        with Session(self.engine) as session:
            return market_demand(session, by=by)


@pytest.fixture
def world(database: Engine, reference_data: None, store: Callable[..., None]) -> World:
    """A world of ten groups that have not said anything yet."""
    groups = [OwnershipGroup(name_ko=f"그룹 {number}") for number in range(10)]
    organisations = [
        Organisation(kind=OrganisationKind.INVESTOR, name_en=f"Investor {number}", ownership_group_id=group.id)
        for group in groups
        for number in range(2)
    ]
    store(*groups, *organisations)
    return World(database, Matchmaker(database, HashingEncoder()), organisations)
