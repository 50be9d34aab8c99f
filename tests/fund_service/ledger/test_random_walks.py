"""Random walks of instructions over HTTP against a ledger kept in plain Python: the same answers, the same won."""

import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from models.clock import business_date, utc_now
from models.deal import InvestmentInstrument
from models.identity import new_id
from models.vehicle import Envelope, Vehicle, VehicleKind

WALKS, STEPS = int(os.environ.get("LEDGER_WALKS", "4")), 30
"""Walks of every run, and steps of each; `LEDGER_WALKS` asks for more walks."""
won = st.integers(1, 60)
some = st.integers(0, 60)
which = st.integers(0, 10**6)
GUARDED = {
    "uncommitted", "committed", "callable", "called", "cash", "investment", "recallable", "envelope_available",
    "unsettled",
}  # fmt: skip


FORGET = (
    "SET LOCAL session_replication_role = replica",
    *(
        f"DELETE FROM {table}"  # noqa: S608 - our own tables
        for table in (
            "ledger_line", "journal_entry", "account", "tranche", "envelope_draw", "commitment", "capital_call_receipt",
            "capital_call_item", "capital_call", "instruction_check", "instruction", "idempotency_key",
        )
    ),
    "UPDATE ledger_tip SET number = 0, digest = repeat('0', 64)",
)  # fmt: skip


@dataclass
class Paper:
    """The ledger on paper: balances by account, and what a clerk would remember beside them."""

    balances: Counter = field(default_factory=Counter)

    def move(self, lines: dict[tuple, int]) -> bool:
        """Post lines, unless money is not there."""
        after = Counter(self.balances)
        for account, amount in lines.items():
            after[account] += amount
        if any(amount < 0 for account, amount in after.items() if account[0] in GUARDED and account in lines):
            return False
        self.balances = after
        return True


@dataclass
class Done:
    """A posted entry as the clerk remembers it."""

    kind: str
    lines: dict[tuple, int]
    entry_id: str
    deal: "PaperDeal | None" = None
    call: "PaperCall | None" = None
    amount: int = 0
    cancelled: bool = False
    place: int = 0
    taken_back: bool = False


@dataclass
class PaperDeal:
    row: Any
    tranche: Any
    amount: int
    grant: bool
    state: str = "planned"
    met: bool = False
    valued_at: int = 0


@dataclass
class PaperCall:
    id: str
    vehicle: str
    outstanding: int
    received: int = 0
    taken_back: bool = False


def transfer(debit, credit, amount):
    return {debit: amount, credit: -amount} if amount else {}


def released_value(paper, deal, cost):
    """The part of fair value that goes with cost, cut towards nothing."""
    above, invested = paper.balances["fair_value", "direct", deal], paper.balances["investment", "direct", deal]
    if not above or not 0 < cost <= invested:
        return {}
    part = abs(above) * cost // invested * (1 if above > 0 else -1)
    return transfer(("unrealised", "direct", deal), ("fair_value", "direct", deal), part)


class Walk(RuleBasedStateMachine):
    """A walk: each rule asks the service and the paper the same."""

    fund: Any
    owner: Any
    maker: Any
    checker: Any

    def __init__(self):
        super().__init__()
        self.paper, self.done, self.deals, self.calls, self.posted = Paper(), [], [], [], 0
        mother = self.fund.mother  # there is one alone; `teardown` leaves it as it was
        direct = Vehicle(
            kind=VehicleKind.DIRECT,
            name_ko="직",
            name_en="D",
            formed_on=mother.formed_on,
            parent_id=mother.id,
            main_purpose_share_bp=0,
        )
        envelope = Envelope(name_ko="봉", name_en="E", vehicle_id=direct.id)

        def store(session):
            for row in (direct, envelope):
                session.add(row)
                session.flush()

        self.fund.write(store)
        self.fund.direct = direct
        self.ids = {"mother": mother.id, "direct": direct.id, "envelope": envelope.id}
        self.ask("fund_size", 1_000, {"vehicle_id": "mother"}, self.promised("mother", 1_000))
        self.promise(800)
        self.ask("envelope_budget", 700, {"envelope_id": "envelope"}, self.budgeted(700))
        for place, vehicle in enumerate(("mother", "direct")):
            self.call(200, vehicle)
            self.receive(200, place, all_of_it=True)
        for place, grant in enumerate((True, False)):
            self.commit(60, grant)
            self.pay(place)

    def teardown(self):
        """Begin the next walk on an empty ledger, as only the database's owner can."""
        with self.owner.begin() as connection:
            connection.execute(sa.text("; ".join(FORGET)))

    # what is asked of both

    def ask(self, kind, amount, asked, lines, *, allowed=True, **remembered):
        """Make and check an instruction; the service posts it exactly where the paper does."""
        body = {"kind": kind, "amount_krw": amount, "words": "걸음", **asked}
        for name in ("vehicle_id", "envelope_id"):
            if name in body:
                body[name] = str(self.ids[body[name]])
        expected = bool(allowed and lines and self.paper.move(lines))
        made = self.maker.post("/ledger/instructions", json=body, headers=self.key())
        answer = made
        if made.status_code == 201:
            view = made.json()
            own = self.maker.post(f"/ledger/instructions/{view['id']}/check", **self.checking(view))
            assert own.status_code == 403
            answer = self.checker.post(f"/ledger/instructions/{view['id']}/check", **self.checking(view))
        assert answer.status_code in ({200} if expected else {409, 422}), (kind, asked, lines, answer.text)
        if expected:
            self.posted += 1
            entry_id = answer.json()["entry_id"]
            self.done.append(Done(kind, lines, entry_id, amount=amount, place=self.posted, **remembered))
        return answer.json() if expected else None

    def key(self):
        return {"Idempotency-Key": new_id().hex}

    def checking(self, view):
        return {"json": {"terms_digest": view["terms_digest"]}, "headers": self.key()}

    def promised(self, vehicle, amount):
        return {
            **transfer(("uncommitted", vehicle, None), ("size", vehicle, None), amount),
            **transfer(("callable", vehicle, None), ("calls", vehicle, None), amount),
        }

    def vehicle_promise(self, amount):
        return {
            **transfer(("promised", "mother", None), ("uncommitted", "mother", None), amount),
            **self.promised("direct", amount),
        }

    def budgeted(self, amount):
        return transfer(("envelope_available", "envelope", None), ("envelope_budget", "envelope", None), amount)

    def touched(self, deal):
        deal.valued_at = self.posted

    # rules

    @rule(amount=won)
    def promise(self, amount):
        terms = {"child_id": str(self.ids["direct"])}
        self.ask("vehicle_commitment", amount, {"vehicle_id": "mother", "terms": terms}, self.vehicle_promise(amount))

    @rule(amount=won, vehicle=st.sampled_from(["mother", "direct"]))
    def call(self, amount, vehicle):
        never_called = self.paper.balances["callable", vehicle, None] - self.paper.balances["recallable", vehicle, None]
        recalled = min(max(0, amount - never_called), self.paper.balances["recallable", vehicle, None])
        lines = {
            **transfer(("called", vehicle, None), ("callable", vehicle, None), amount),
            **transfer(("recalls", vehicle, None), ("recallable", vehicle, None), recalled),
        }
        items = [{"purpose": "investment", "amount_krw": amount}]
        terms = {"due_on": business_date(utc_now()).isoformat(), "items": items}
        call = PaperCall("", vehicle, amount)
        view = self.ask("capital_call", amount, {"vehicle_id": vehicle, "terms": terms}, lines, call=call)
        if view:
            with self.fund.engine.connect() as connection:
                query = sa.text("SELECT id FROM capital_call WHERE instruction_id = :id")
                call.id = str(connection.execute(query, {"id": view["id"]}).scalar_one())
            self.calls.append(call)

    @rule(amount=won, which=which, all_of_it=st.booleans())
    def receive(self, amount, which, all_of_it):
        call = self.calls[which % len(self.calls)]
        amount = call.outstanding - call.received if all_of_it else amount
        if not amount:
            return
        lines = {
            **transfer(("received", call.vehicle, None), ("called", call.vehicle, None), amount),
            **transfer(("cash", call.vehicle, None), ("paid_in", call.vehicle, None), amount),
        }
        if call.vehicle == "direct":
            lines |= transfer(("holding", "mother", None), ("cash", "mother", None), amount)
        allowed = not call.taken_back and amount <= call.outstanding - call.received
        asked = {"vehicle_id": call.vehicle, "terms": {"call_id": call.id}}
        if self.ask("call_receipt", amount, asked, lines, allowed=allowed, call=call):
            call.received += amount

    @rule(amount=won, grant=st.booleans())
    def commit(self, amount, grant):
        instrument = InvestmentInstrument.GRANT if grant else InvestmentInstrument.EQUITY
        row = self.fund.deal(amount, instrument=instrument)
        lines = {
            **transfer(("committed", "direct", row.id), ("uncommitted", "direct", None), amount),
            **transfer(("envelope_drawn", "envelope", None), ("envelope_available", "envelope", None), amount),
        }
        terms = {"tranches": [{"milestone": "전부", "amount_krw": amount}]}
        deal = PaperDeal(row, None, amount, grant)
        if self.ask("deal_commitment", amount, {"deal_id": str(row.id), "terms": terms}, lines, deal=deal):
            [deal.tranche] = self.fund.tranches(row)
            self.deals.append(deal)

    @rule(which=which)
    def pay(self, which):
        deal = self.deals[which % len(self.deals)]
        if deal.state == "planned":
            self.fund.meet(deal.tranche, deal.row)
            deal.state, deal.met = "met", True
        name, amount = deal.row.id, deal.amount
        lines = {
            **transfer(("investment", "direct", name), ("cash", "direct", None), amount),
            **transfer(("drawn", "direct", name), ("committed", "direct", name), amount),
        }
        if deal.grant:
            lines |= transfer(("unsettled", "direct", name), ("advanced", "direct", name), amount)
        asked = {"deal_id": str(name), "terms": {"tranche_id": str(deal.tranche.id)}}
        if self.ask("disbursement", amount, asked, lines, allowed=deal.state == "met", deal=deal):
            deal.state = "paid"
            self.touched(deal)

    @rule(amount=won, which=which, cancel=st.booleans())
    def release(self, amount, which, cancel):
        deal = self.deals[which % len(self.deals)]
        name, open_ = deal.row.id, deal.state in {"planned", "met"}
        kept = deal.amount if open_ and not cancel else 0
        left = self.paper.balances["committed", "direct", name] - amount
        lines = {
            **transfer(("uncommitted", "direct", None), ("committed", "direct", name), amount),
            **transfer(("envelope_available", "envelope", None), ("envelope_drawn", "envelope", None), amount),
        }
        asked = {"deal_id": str(name), "terms": {"tranche_ids": [str(deal.tranche.id)] if cancel else []}}
        allowed = (open_ or not cancel) and kept <= left
        if self.ask("commitment_release", amount, asked, lines, allowed=allowed, deal=deal, cancelled=cancel):
            deal.state = "cancelled" if cancel else deal.state

    @rule(kind=st.sampled_from(["repayment", "write_off", "royalty", "unspent_return"]), amount=won, which=which)
    def come_back(self, kind, amount, which):
        deal = self.deals[which % len(self.deals)]
        name, cash = deal.row.id, ("cash", "direct", None)
        invested = ("investment", "direct", name)
        lines = {
            "repayment": lambda: {**transfer(cash, invested, amount), **released_value(self.paper, name, amount)},
            "write_off": lambda: {
                **transfer(("written_off", "direct", name), invested, amount),
                **released_value(self.paper, name, amount),
            },
            "royalty": lambda: transfer(cash, ("royalty", "direct", name), amount),
            "unspent_return": lambda: {
                **transfer(cash, invested, amount),
                **transfer(("advanced", "direct", name), ("unsettled", "direct", name), amount),
                **transfer(("uncommitted", "direct", None), ("drawn", "direct", name), amount),
                **transfer(("envelope_available", "envelope", None), ("envelope_drawn", "envelope", None), amount),
                **released_value(self.paper, name, amount),
            },
        }[kind]()
        allowed = kind != "unspent_return" or deal.grant
        asked = self.ask(kind, amount, {"deal_id": str(name)}, lines, allowed=allowed, deal=deal)
        if asked and kind != "royalty":
            self.touched(deal)

    @rule(amount=won, cost=some, which=which)
    def sell(self, amount, cost, which):
        cost = cost // 4
        deal = self.deals[which % len(self.deals)]
        name = deal.row.id
        lines = Counter({("cash", "direct", None): amount, ("investment", "direct", name): -cost})
        lines["realised", "direct", name] = cost - amount
        lines = {account: moved for account, moved in lines.items() if moved} | released_value(self.paper, name, cost)
        asked = {"deal_id": str(name), "terms": {"cost_krw": cost}}
        if self.ask("proceeds", amount, asked, lines, deal=deal) and cost:
            self.touched(deal)

    @rule(amount=some, which=which)
    def value(self, amount, which):
        deal = self.deals[which % len(self.deals)]
        name = deal.row.id
        invested = self.paper.balances["investment", "direct", name]
        difference = amount - invested - self.paper.balances["fair_value", "direct", name]
        lines = transfer(("fair_value", "direct", name), ("unrealised", "direct", name), difference)
        asked = {"deal_id": str(name), "terms": {"method": "걸음"}}
        if self.ask("valuation", amount, asked, lines, allowed=invested > 0, deal=deal):
            self.touched(deal)

    @rule(amount=won, vehicle=st.sampled_from(["mother", "direct"]))
    def spend(self, amount, vehicle):
        lines = transfer(("expense", vehicle, None), ("cash", vehicle, None), amount)
        self.ask("expense", amount, {"vehicle_id": vehicle, "terms": {"purpose": "expense"}}, lines)

    @rule(amount=won, capital=st.integers(0, 11), recallable=st.integers(0, 11))
    def distribute(self, amount, capital, recallable):
        """A tenth more than can be is asked for now and then."""
        capital, recallable = amount * capital // 10, amount * recallable // 10
        lines = {
            **transfer(("distributed", "direct", None), ("cash", "direct", None), amount),
            **transfer(("recallable", "direct", None), ("recalls", "direct", None), recallable),
            **transfer(("callable", "direct", None), ("calls", "direct", None), recallable),
            ("cash", "mother", None): amount,
            ("holding", "mother", None): -capital,
            ("income", "mother", None): capital - amount,
        }
        held = self.paper.balances["holding", "mother", None]
        allowed = recallable <= amount and capital <= min(amount, held)
        terms = {"capital_krw": capital, "recallable_krw": recallable}
        self.ask("distribution", amount, {"vehicle_id": "direct", "terms": terms}, lines, allowed=allowed)

    @rule(which=which)
    def take_back(self, which):
        done = self.done[which % len(self.done)]
        lines = {account: -amount for account, amount in done.lines.items()}
        allowed = not done.taken_back and done.kind not in {"deal_commitment", "reversal"}
        if done.kind == "capital_call":
            allowed = allowed and done.call.received == 0
        if done.kind == "valuation":
            allowed = allowed and done.deal.valued_at == done.place
        if not self.ask("reversal", None, {"terms": {"entry_id": done.entry_id}}, lines, allowed=allowed):
            return
        done.taken_back = True
        if done.kind == "capital_call":
            done.call.taken_back = True
        if done.kind == "call_receipt":
            done.call.received -= done.amount
        if done.kind == "disbursement":
            done.deal.state = "met"
        if done.kind == "commitment_release" and done.cancelled:
            done.deal.state = "met" if done.deal.met else "planned"
        if any(account[0] in {"investment", "fair_value"} for account in lines):
            self.touched(done.deal)

    # what always holds

    @invariant()
    def the_books_are_the_same(self):
        with self.fund.engine.connect() as connection:
            rows = connection.execute(
                sa.text(
                    "SELECT kind, coalesce(vehicle_id, envelope_id) AS book, deal_id, "
                    "coalesce(sum(amount_krw), 0)::bigint AS balance, guard_krw FROM account "
                    "LEFT JOIN ledger_line ON account_id = account.id "
                    "WHERE coalesce(vehicle_id, envelope_id) = ANY(:books) GROUP BY account.id"
                ),
                {"books": list(self.ids.values())},
            ).all()
        named = {identifier: name for name, identifier in self.ids.items()}
        books = {(row.kind, named[row.book], row.deal_id): row.balance for row in rows}
        assert {account: won for account, won in books.items() if won} == {
            account: won for account, won in self.paper.balances.items() if won
        }
        assert all(row.balance == row.guard_krw for row in rows)
        assert sum(books.values()) == 0
        assert all(balance >= 0 for (kind, *_), balance in books.items() if kind in GUARDED)


@pytest.mark.slow
def test_the_service_and_the_paper_agree_on_every_walk(fund, owner, client_of):
    hands = {"maker": client_of(fund.maker), "checker": client_of(fund.checkers[0])}
    machine = type("Walked", (Walk,), {"fund": fund, "owner": owner, **hands})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
