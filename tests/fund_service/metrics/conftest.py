"""A fund whose money moves as in service: each entry by an instruction one person made and another checked."""

from collections.abc import Iterable
from datetime import date, datetime, time
from uuid import UUID

import pytest
from sqlmodel import Session

from fund_service.ledger.posting import AccountKey, Line, balances, post
from models.clock import SEOUL
from models.deal import Deal, InvestmentInstrument
from models.identity import new_id
from models.instruction import Instruction, InstructionCheck, InstructionKind
from models.ledger import AccountKind, JournalEntry
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person
from models.vehicle import Vehicle, VehicleKind

K = AccountKind


def end_of(day: date) -> datetime:
    """Give a moment on a day in Seoul."""
    return datetime.combine(day, time(18), SEOUL)


class Fund:
    """Moves the money of vehicles and deals; each move is one entry, recorded on its day unless told otherwise."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.maker, self.checker = (self._person(name) for name in ("maker", "checker"))
        self.lines: dict[UUID, list[Line]] = {}

    def _person(self, name: str) -> Person:
        email = f"{name}-{new_id().hex}@example.org"
        return self.add(Person(email=email, name=name, password_hash="none"))  # noqa: S106 - no secret

    def add(self, row):
        self.session.add(row)
        self.session.flush()
        return row

    def vehicle(self, parent: Vehicle | None = None, *, formed_on: date = date(2026, 1, 1), **facts) -> Vehicle:
        kind = VehicleKind.MOTHER_FUND if parent is None else VehicleKind.SUB_FUND
        return self.add(
            Vehicle(
                kind=kind,
                parent_id=None if parent is None else parent.id,
                name_ko="모펀드" if parent is None else "자펀드",
                name_en="Mother fund" if parent is None else "Sub-fund",
                formed_on=formed_on,
                **facts,
            )
        )

    def company(self, name: str = "가나소재", group: OwnershipGroup | None = None) -> Organisation:
        group = group or self.add(OwnershipGroup(name_ko=f"{name} 계열"))
        return self.add(
            Organisation(kind=OrganisationKind.PARTNER_FIRM, name_ko=name, name_en=None, ownership_group_id=group.id)
        )

    def deal(self, company: Organisation | None = None, *, krw: int = 100, **facts) -> Deal:
        company = company or self.company()
        facts = {"title_ko": f"{company.name_ko} 투자", "additionality": "민간이 혼자 하지 않는다.", **facts}
        return self.add(Deal(company_id=company.id, lead_id=self.maker.id, amount_krw=krw, **facts))

    def post(
        self,
        kind: InstructionKind,
        lines: Iterable[tuple[AccountKind, Vehicle, int] | tuple[AccountKind, Vehicle, int, Deal | Vehicle]],
        *,
        on: date,
        recorded_at: datetime | None = None,
        reverses: JournalEntry | None = None,
    ) -> JournalEntry:
        written = [self._line(*line) for line in lines]
        return self._post(kind, written, on=on, recorded_at=recorded_at, reverses=reverses)

    @staticmethod
    def _line(kind: AccountKind, vehicle: Vehicle, krw: int, about: Deal | Vehicle | None = None) -> Line:
        return (
            AccountKey(
                kind,
                vehicle.id,
                deal_id=about.id if isinstance(about, Deal) else None,
                child_id=about.id if isinstance(about, Vehicle) else None,
            ),
            krw,
        )

    def _post(self, kind, lines, *, on, recorded_at, reverses) -> JournalEntry:
        at = recorded_at or end_of(on)
        instruction = Instruction(
            kind=kind,
            vehicle_id=lines[0][0].vehicle_id,
            deal_id=next((key.deal_id for key, _ in lines if key.deal_id), None),
            amount_krw=max(abs(krw) for _, krw in lines),
            effective_on=on,
            terms_digest="",
            words=f"{kind.value} {on}",
            made_by_id=self.maker.id,
        )
        instruction.terms_digest = instruction.digest_of_terms()
        self.add(instruction)
        self.add(
            InstructionCheck(
                instruction_id=instruction.id,
                human_id=self.checker.human_id,
                person_id=self.checker.id,
                terms_digest=instruction.terms_digest,
            )
        )
        entry = post(
            self.session,
            instruction,
            lines,
            at=at,
            resolved_by_id=self.checker.id,
            reverses_id=None if reverses is None else reverses.id,
        )
        self.lines[entry.id] = lines
        return entry

    def size(self, vehicle: Vehicle, krw: int, *, on: date) -> JournalEntry:
        lines = [(K.UNCOMMITTED, vehicle, krw), (K.SIZE, vehicle, -krw), (K.CALLABLE, vehicle, krw)]
        return self.post(InstructionKind.FUND_SIZE, [*lines, (K.CALLS, vehicle, -krw)], on=on)

    def promise(self, parent: Vehicle, child: Vehicle, krw: int, *, on: date) -> JournalEntry:
        above = [(K.PROMISED, parent, krw, child), (K.UNCOMMITTED, parent, -krw)]
        below = [(K.UNCOMMITTED, child, krw), (K.SIZE, child, -krw), (K.CALLABLE, child, krw), (K.CALLS, child, -krw)]
        return self.post(InstructionKind.VEHICLE_COMMITMENT, [*above, *below], on=on)

    def call(self, vehicle: Vehicle, krw: int, *, on: date) -> JournalEntry:
        """Call what was never called first, then what was distributed as recallable, as the ledger does."""
        keys = [AccountKey(kind, vehicle.id) for kind in (K.CALLABLE, K.RECALLABLE)]
        callable_krw, recallable = balances(self.session, keys).values()
        recalled = min(max(0, krw - (callable_krw - recallable)), recallable)
        lines = [(K.CALLED, vehicle, krw), (K.CALLABLE, vehicle, -krw)]
        lines += [(K.RECALLS, vehicle, recalled), (K.RECALLABLE, vehicle, -recalled)] if recalled else []
        return self.post(InstructionKind.CAPITAL_CALL, lines, on=on)

    def receive(self, vehicle: Vehicle, krw: int, *, on: date, parent: Vehicle | None = None, **when) -> JournalEntry:
        lines = [(K.RECEIVED, vehicle, krw), (K.CALLED, vehicle, -krw), (K.CASH, vehicle, krw)]
        lines.append((K.PAID_IN, vehicle, -krw))
        above = [] if parent is None else [(K.HOLDING, parent, krw, vehicle), (K.CASH, parent, -krw)]
        return self.post(InstructionKind.CALL_RECEIPT, [*lines, *above], on=on, **when)

    def fill(self, vehicle: Vehicle, krw: int, *, on: date, parent: Vehicle | None = None) -> None:
        """Promise, call and receive at once."""
        if parent is None:
            self.size(vehicle, krw, on=on)
        else:
            self.promise(parent, vehicle, krw, on=on)
        self.call(vehicle, krw, on=on)
        self.receive(vehicle, krw, on=on, parent=parent)

    def commit(self, vehicle: Vehicle, deal: Deal, krw: int, *, on: date) -> JournalEntry:
        lines = [(K.COMMITTED, vehicle, krw, deal), (K.UNCOMMITTED, vehicle, -krw)]
        return self.post(InstructionKind.DEAL_COMMITMENT, lines, on=on)

    def disburse(self, vehicle: Vehicle, deal: Deal, krw: int, *, on: date, **when) -> JournalEntry:
        lines = [(K.INVESTMENT, vehicle, krw, deal), (K.CASH, vehicle, -krw)]
        lines += [(K.DRAWN, vehicle, krw, deal), (K.COMMITTED, vehicle, -krw, deal)]
        if deal.instrument is InvestmentInstrument.GRANT:
            lines += [(K.UNSETTLED, vehicle, krw, deal), (K.ADVANCED, vehicle, -krw, deal)]
        return self.post(InstructionKind.DISBURSEMENT, lines, on=on, **when)

    def invest(self, vehicle: Vehicle, deal: Deal, krw: int, *, on: date) -> None:
        self.commit(vehicle, deal, krw, on=on)
        self.disburse(vehicle, deal, krw, on=on)

    def value(self, vehicle: Vehicle, deal: Deal, difference: int, *, on: date, **when) -> JournalEntry:
        lines = [(K.FAIR_VALUE, vehicle, difference, deal), (K.UNREALISED, vehicle, -difference, deal)]
        return self.post(InstructionKind.VALUATION, lines, on=on, **when)

    def proceeds(self, vehicle: Vehicle, deal: Deal, *, cost: int, gain: int, on: date) -> JournalEntry:
        lines = [(K.CASH, vehicle, cost + gain), (K.INVESTMENT, vehicle, -cost, deal)]
        return self.post(InstructionKind.PROCEEDS, [*lines, (K.REALISED, vehicle, -gain, deal)], on=on)

    def royalty(self, vehicle: Vehicle, deal: Deal, krw: int, *, on: date) -> JournalEntry:
        lines = [(K.CASH, vehicle, krw), (K.ROYALTY, vehicle, -krw, deal)]
        return self.post(InstructionKind.ROYALTY, lines, on=on)

    def write_off(self, vehicle: Vehicle, deal: Deal, krw: int, *, on: date) -> JournalEntry:
        lines = [(K.WRITTEN_OFF, vehicle, krw, deal), (K.INVESTMENT, vehicle, -krw, deal)]
        return self.post(InstructionKind.WRITE_OFF, lines, on=on)

    def unspent(self, vehicle: Vehicle, deal: Deal, krw: int, *, on: date) -> JournalEntry:
        lines = [(K.CASH, vehicle, krw), (K.INVESTMENT, vehicle, -krw, deal)]
        lines += [(K.UNCOMMITTED, vehicle, krw), (K.DRAWN, vehicle, -krw, deal)]
        lines += [(K.ADVANCED, vehicle, krw, deal), (K.UNSETTLED, vehicle, -krw, deal)]
        return self.post(InstructionKind.UNSPENT_RETURN, lines, on=on)

    def spend(self, vehicle: Vehicle, krw: int, *, on: date) -> JournalEntry:
        return self.post(InstructionKind.EXPENSE, [(K.EXPENSE, vehicle, krw), (K.CASH, vehicle, -krw)], on=on)

    def distribute(
        self, vehicle: Vehicle, krw: int, *, on: date, recallable: int = 0, parent: Vehicle | None = None
    ) -> JournalEntry:
        lines = [(K.DISTRIBUTED, vehicle, krw), (K.CASH, vehicle, -krw)]
        if recallable:
            lines += [(K.RECALLABLE, vehicle, recallable), (K.RECALLS, vehicle, -recallable)]
            lines += [(K.CALLABLE, vehicle, recallable), (K.CALLS, vehicle, -recallable)]
        if parent is not None:
            lines += [(K.CASH, parent, krw), (K.INCOME, parent, -krw, vehicle)]
        return self.post(InstructionKind.DISTRIBUTION, lines, on=on)

    def reverse(self, entry: JournalEntry, *, on: date, recorded_at: datetime | None = None) -> JournalEntry:
        mirrored = [(key, -krw) for key, krw in self.lines[entry.id]]
        return self._post(InstructionKind.REVERSAL, mirrored, on=on, recorded_at=recorded_at, reverses=entry)


@pytest.fixture
def fund(session):
    """A fund whose entries leave no trace after the test."""
    return Fund(session)
