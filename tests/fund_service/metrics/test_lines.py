"""Every figure is the sum of its lines, whatever was moved, at every day and for every vehicle."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fund_service.metrics.asked import report_asked
from fund_service.metrics.figures import FigureKey, PartName
from fund_service.metrics.leverage import LeverageKind, LeverageStage
from fund_service.metrics.line_schemas import DealNarrowing
from fund_service.metrics.lines import exported_entries, figure_lines, read_key
from fund_service.metrics.queries import performance
from fund_service.metrics.schemas import ConcentrationBy
from fund_service.paging import read_cursor
from models.clock import business_date
from models.deal import InvestmentInstrument
from models.errors import MoneyNotThere, RecordNotFound, ValueNotAllowed
from models.identity import new_id

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
START = date(2024, 1, 1)


def ask(vehicle_id=None, **asked):
    base = {"as_of": None, "known_at": None, "compare_with": None, **asked}
    return report_asked(vehicle_id=vehicle_id, at=NOW, **base)


def lines_of(session, key, asked, *, stage=LeverageStage.SIGNED, after=None, limit=100, **narrowing):
    return figure_lines(
        session, key, asked, narrowing=DealNarrowing(**narrowing), stage=stage, after=after, limit=limit
    )


def all_entries(session, key, asked, *, limit=100, **more) -> Iterator:
    after = None
    while True:
        page = lines_of(session, key, asked, limit=limit, after=after, **more)
        yield from page.items
        if page.next_cursor is None:
            return
        after = read_cursor(page.next_cursor)


class Moves:
    """A fund of three vehicles and four deals on which drawn numbers become legal moves of money."""

    def __init__(self, fund) -> None:
        self.fund, self.day, self.entries = fund, START, []
        self.mother = fund.vehicle(fiscal_contribution_krw=900, private_commitments_krw=0)
        self.sub = fund.vehicle(self.mother, private_commitments_krw=300, fiscal_contribution_krw=70)
        self.below = fund.vehicle(self.sub)
        fund.size(self.mother, 10_000, on=START)
        company, other = fund.company(), fund.company("다라기계")
        self.deals = [
            fund.deal(company, private_krw=700, other_public_krw=100),
            fund.deal(company, private_krw=500, main_purpose=False),
            fund.deal(other, instrument=InvestmentInstrument.GRANT, additionality=""),
            fund.deal(other, instrument=InvestmentInstrument.LOAN, private_krw=50),
        ]

    def move(self, kind: int, krw: int, which: int) -> None:
        """Move as drawn, a few days after the move before; what is not there does not move."""
        fund, self.day = self.fund, min(self.day + timedelta(which % 37), business_date(NOW))
        vehicle = (self.mother, self.sub, self.below)[which % 3]
        parent = (None, self.mother, self.sub)[which % 3]
        deal, on = self.deals[which % 4], self.day
        moves = (
            lambda: fund.promise(parent or self.mother, vehicle if parent else self.sub, krw, on=on),
            lambda: fund.call(vehicle, krw, on=on),
            lambda: fund.receive(vehicle, krw, on=on, parent=parent),
            lambda: fund.commit(vehicle, deal, krw, on=on),
            lambda: fund.disburse(vehicle, deal, krw, on=on),
            lambda: fund.proceeds(vehicle, deal, cost=krw // 2 + 1, gain=krw // 3 - 20, on=on),
            lambda: fund.royalty(vehicle, deal, krw, on=on),
            lambda: fund.write_off(vehicle, deal, krw, on=on),
            lambda: fund.value(vehicle, deal, krw - 60, on=on) if krw != 60 else None,
            lambda: fund.distribute(vehicle, krw, recallable=krw // 2, on=on, parent=parent),
            lambda: fund.spend(vehicle, krw // 9 + 1, on=on),
            lambda: fund.unspent(vehicle, self.deals[2], krw, on=on),
            self.reverse(which),
        )
        try:
            entry = moves[kind % len(moves)]()
        except MoneyNotThere:
            return
        if entry is not None:
            self.entries.append(entry)

    def reverse(self, which: int):
        def reverse():
            if not self.entries:
                return None
            entry = self.entries.pop(which % len(self.entries))
            recorded = min(datetime.combine(self.day + timedelta(which % 50), datetime.min.time(), UTC), NOW)
            return self.fund.reverse(entry, on=entry.effective_on, recorded_at=recorded)

        return reverse


FILLED = [
    (1, 2_000, 0), (2, 1_900, 0), (0, 1_200, 0), (0, 500, 2), (1, 1_000, 1), (2, 900, 1), (1, 400, 2), (2, 350, 2),
    (3, 300, 0), (3, 200, 1), (3, 250, 2), (3, 100, 3), (4, 200, 0), (4, 150, 1), (4, 250, 2), (4, 60, 3),
]  # fmt: skip
"""Money in every vehicle and deal, so that what is drawn finds something to move."""
drawn = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 500), st.integers(0, 999)), max_size=12)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=drawn, back=st.integers(0, 300), known=st.integers(0, 300), vehicle=st.integers(0, 3))
@example(moves=[(5, 90, 0), (9, 200, 0), (8, 300, 1), (12, 1, 3), (11, 50, 2)], back=0, known=0, vehicle=0)
@example(moves=[(5, 90, 0), (9, 200, 0), (8, 300, 1), (12, 1, 3), (11, 50, 2)], back=1_000, known=900, vehicle=1)
def test_every_figure_equals_the_sum_of_its_lines(fund, moves, back, known, vehicle):
    with fund.session.begin_nested() as savepoint:
        made = Moves(fund)
        for move in [*FILLED, *moves]:
            made.move(*move)
        day = max(START, made.day - timedelta(back))
        until = max(day - timedelta(5), business_date(NOW) - timedelta(known))
        chosen = [None, made.mother.id, made.sub.id, made.below.id][vehicle]
        check_report(fund.session, ask(chosen, as_of=day, known_at=until.isoformat()))
        savepoint.rollback()
    fund.session.expire_all()


def check_report(session, asked) -> None:
    """Hold every figure of a report against the lines listed for it."""
    view = performance(session, asked, today=business_date(NOW), whole=True)
    for figure in view.figures:
        page = lines_of(session, figure.key, asked)
        assert page.figure.model_dump() == figure.model_dump(include=set(page.figure.model_dump())), figure.key
        check_parts(page, asked)
        if figure.unit == "won":
            assert figure.krw == sum(line.counts_krw for entry in page.items for line in entry.lines)
    for figure in view.leverage:
        page = lines_of(session, figure.kind, asked, stage=figure.stage)
        check_parts(page, asked)
        sums = {part.name: part.total_krw for part in page.parts}
        assert sums[PartName.DENOMINATOR] == figure.denominator_krw
        assert figure.numerator_krw in {None, sums[PartName.NUMERATOR]}
        assert page.figure.value == figure.value
    for deal in view.deals:
        for key, krw in (("deal_commitments", deal.committed_krw), ("invested", deal.invested_krw)):
            assert lines_of(session, read_key(key), asked, deal_id=deal.deal_id).figure.krw == krw
        moic = lines_of(session, FigureKey.MOIC, asked, deal_id=deal.deal_id).figure
        assert moic == deal.moic
    narrowed = {
        ConcentrationBy.COMPANY: "company_id",
        ConcentrationBy.GROUP: "group_id",
        ConcentrationBy.MEGA_REGION: "mega_region_code",
        ConcentrationBy.INITIATIVE: "initiative_code",
    }
    for by, name in narrowed.items():
        for row in view.concentration[by]:
            assert lines_of(session, FigureKey.DEAL_COMMITMENTS, asked, **{name: row.id}).figure.krw == row.krw
    assert view.figure("nav").krw == sum(view.figure(key).krw for key in ("cash", "cost", "fair_value_adjustment"))


def check_parts(page, asked) -> None:
    entries = page.items
    assert page.next_cursor is None
    for part in page.parts:
        lines = [line for entry in entries for line in entry.lines if line.part is part.name]
        assert (part.lines, part.ledger_krw) == (len(lines), sum(line.counts_krw for line in lines))
        assert part.stated_krw == sum(item.krw for item in page.stated if item.part is part.name)
        assert part.total_krw == part.ledger_krw + part.stated_krw
    for entry in entries:
        assert entry.effective_on <= asked.as_of
        assert entry.recorded_at <= asked.known_at
    ids = [entry.entry_id for entry in entries]
    assert ids == sorted(set(ids), reverse=True)


@pytest.fixture
def moved(fund):
    """A fund whose money has moved."""
    made = Moves(fund)
    for move in [*FILLED, (5, 90, 0), (9, 200, 0), (8, 300, 1)]:
        made.move(*move)
    return fund


def test_paging_and_export_give_the_same_entries(moved):
    asked = ask()
    paged = list(all_entries(moved.session, FigureKey.NAV, asked, limit=3))
    exported = exported_entries(
        moved.session, FigureKey.NAV, asked, narrowing=DealNarrowing(), stage=LeverageStage.SIGNED
    )
    assert paged == exported
    assert len(paged) > 3


def test_figures_read_lines_and_not_the_balances_that_the_database_keeps(moved):
    kept = moved.session.connection().scalar(sa.text("SELECT sum(guard_krw) FROM account WHERE kind = 'cash'"))
    assert performance(moved.session, ask(), today=business_date(NOW)).figure("cash").krw == kept > 0
    assert performance(moved.session, ask(as_of=START), today=business_date(NOW)).figure("cash").krw != kept


def test_a_figure_nobody_knows_is_refused():
    with pytest.raises(RecordNotFound):
        read_key("alpha")


def test_leverage_is_not_told_of_one_deal(moved):
    with pytest.raises(ValueNotAllowed):
        lines_of(moved.session, LeverageKind.PROGRAMME, ask(), deal_id=new_id())


def test_leverage_of_a_fund_without_private_money_is_told_to_its_lines(fund):
    mother = fund.vehicle(fiscal_contribution_krw=50)
    fund.size(mother, 1_000, on=START)
    fund.call(mother, 400, on=START)
    fund.receive(mother, 300, on=START)
    for stage, krw in ((LeverageStage.SIGNED, 1_000), (LeverageStage.REALISED, 300)):
        page = lines_of(fund.session, LeverageKind.FUND_RAISING, ask(), stage=stage)
        assert page.figure.numerator_krw == krw
        assert sum(line.counts_krw for entry in page.items for line in entry.lines) == krw
