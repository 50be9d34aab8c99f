"""A small fund to move money in: mother fund, direct window, an envelope, a company, deals the committee approved."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.ledger.commands import check_instruction, make_instruction
from fund_service.ledger.schemas import InstructionIn
from models.clock import business_date, utc_now
from models.committee import AgendaItem, CommitteeMeeting
from models.deal import Deal, DealStage
from models.document import DealDocument
from models.instruction import CapitalCall, Commitment, Instruction, InstructionKind, Tranche, TrancheState
from models.ledger import Account, JournalEntry, LedgerLine
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, PreferredLanguage, Role
from models.vehicle import Envelope, Vehicle, VehicleKind
from tests.committee_acts import decide

FORMED = date(2026, 1, 5)
EOK = 100_000_000


def caller_of(person: Person, *roles: Role) -> Caller:
    return Caller(
        person_id=person.id,
        name=person.name,
        email=person.email,
        language=PreferredLanguage.KOREAN,
        organisation_id=None,
        organisation_name=None,
        roles=frozenset(roles or {Role.FUND_MANAGER}),
        csrf_token=None,
    )


def manager(name: str, **facts: Any) -> tuple[Person, PersonRole]:
    person = Person(email=f"{name}@example.org", name=name, password_hash="none", **facts)  # noqa: S106 - no secret
    return person, PersonRole(person_id=person.id, role=Role.FUND_MANAGER)


@dataclass
class Fund:
    """The records of the small fund, and short ways to move its money as three different people do."""

    engine: Engine
    mother: Vehicle
    direct: Vehicle
    envelope: Envelope
    spare: Envelope
    """Another envelope, which no deal of today fits and nobody has given a won."""
    maker: Person
    checkers: tuple[Person, Person]
    company: Organisation
    meeting: CommitteeMeeting
    made: list[Instruction] = field(default_factory=list)

    def write(self, work: Callable[[Session], Any]) -> Any:
        with Session(self.engine, expire_on_commit=False) as session:
            given = work(session)
            session.commit()
            return given

    def make(self, kind: InstructionKind, amount: int | None = None, **asked: Any) -> Instruction:
        data = InstructionIn.model_validate({"kind": kind, "amount_krw": amount, "words": "시험", **asked})
        return self.write(lambda session: make_instruction(session, data, maker=caller_of(self.maker), at=utc_now()))

    def check(self, instruction: Instruction, by: Person | None = None) -> Instruction:
        return self.write(
            lambda session: check_instruction(
                session,
                instruction.id,
                checker=caller_of(by or self.checkers[0]),
                terms_digest=instruction.terms_digest,
                at=utc_now(),
            )
        )

    def move(self, kind: InstructionKind, amount: int | None = None, **asked: Any) -> Instruction:
        """Make an instruction and have it checked by as many as it needs."""
        made = self.make(kind, amount, **asked)
        for checker in self.checkers[: made.checks_needed]:
            done = self.check(made, checker)
        return done

    def deal(self, amount: int, **facts: Any) -> Deal:
        """Record a deal that the committee has approved as it is."""
        deal = Deal(
            title_ko="전고체 전지 양산",
            stage=DealStage.APPROVED,
            company_id=self.company.id,
            lead_id=self.maker.id,
            vehicle_id=self.direct.id,
            amount_krw=amount,
            **facts,
        )
        self.write(lambda session: session.add(deal))
        self.approve(deal)
        return deal

    def approve(self, deal: Deal) -> AgendaItem:
        item = AgendaItem(
            meeting_id=self.meeting.id,
            deal_id=deal.id,
            position=deal.id.int % 2**31 or 1,
            terms_digest=deal.terms_digest(),
        )
        return self.write(lambda session: decide(session, item, by_id=self.meeting.chair_id))

    def approval_of(self, deal: Deal) -> AgendaItem:
        """Find the approval of a deal."""
        with Session(self.engine) as session:
            return session.exec(select(AgendaItem).where(AgendaItem.deal_id == deal.id)).one()

    def commit(self, amount: int = 10 * EOK, *, tranches: tuple[int, ...] = (), **facts: Any) -> Deal:
        """Record an approved deal and commit to it."""
        deal = self.deal(amount, **facts)
        planned = [{"milestone": f"{part}", "amount_krw": part} for part in tranches]
        self.move(InstructionKind.DEAL_COMMITMENT, amount, deal_id=deal.id, terms={"tranches": planned})
        return deal

    def tranches(self, deal: Deal) -> list[Tranche]:

        query = select(Tranche).join(Commitment, col(Commitment.id) == col(Tranche.commitment_id))
        with Session(self.engine) as session:
            return list(session.exec(query.where(Commitment.deal_id == deal.id).order_by(col(Tranche.position))))

    def evidence(self, deal: Deal) -> DealDocument:
        """Put a document on a deal's file."""
        document = DealDocument(
            deal_id=deal.id,
            kind="evidence",
            name="증빙.pdf",
            media_type="application/pdf",
            size_bytes=1,
            sha256="0" * 64,
            uploaded_by_id=self.maker.id,
        )
        self.write(lambda session: session.add(document))
        return document

    def meet(self, tranche: Tranche, deal: Deal) -> None:
        """Put the evidence of a tranche's milestone on file."""
        document = self.evidence(deal)

        def write(session: Session) -> None:
            found = session.get_one(Tranche, tranche.id)
            found.state, found.evidence_document_id = TrancheState.MET, document.id
            session.add(found)

        self.write(write)

    def fund_cash(self, amount: int) -> None:
        """Bring cash into the direct window: called and received by the mother fund, then passed down."""
        for vehicle in (self.mother, self.direct):
            call = self.move(
                InstructionKind.CAPITAL_CALL,
                amount,
                vehicle_id=vehicle.id,
                terms={
                    "due_on": business_date(utc_now()).isoformat(),
                    "items": [{"purpose": "investment", "amount_krw": amount}],
                },
            )
            self.move(
                InstructionKind.CALL_RECEIPT,
                amount,
                vehicle_id=vehicle.id,
                terms={"call_id": str(self.call_of(call).id)},
            )

    def call_of(self, instruction: Instruction) -> Any:

        with Session(self.engine) as session:
            return session.exec(select(CapitalCall).where(CapitalCall.instruction_id == instruction.id)).one()

    def paid(self, amount: int = 10 * EOK, **facts: Any) -> Deal:
        """Record a deal whose one tranche has been paid."""
        deal = self.commit(amount, tranches=(amount,), **facts)
        [tranche] = self.tranches(deal)
        self.meet(tranche, deal)
        self.fund_cash(amount)
        self.move(InstructionKind.DISBURSEMENT, amount, deal_id=deal.id, terms={"tranche_id": str(tranche.id)})
        return deal

    def entry_of(self, instruction: Instruction) -> Any:

        with Session(self.engine) as session:
            return session.exec(select(JournalEntry).where(JournalEntry.instruction_id == instruction.id)).one()

    def balance(self, kind: str, **of: UUID) -> int:
        """Sum the lines of all accounts of a kind, of a vehicle, envelope or deal if given."""
        query = sa.select(sa.func.coalesce(sa.func.sum(col(LedgerLine.amount_krw)), 0)).join_from(
            LedgerLine, Account, col(Account.id) == col(LedgerLine.account_id)
        )
        query = query.where(
            col(Account.kind) == kind, *(col(getattr(Account, name)) == value for name, value in of.items())
        )
        with Session(self.engine) as session:
            return int(session.connection().execute(query).scalar_one())


@pytest.fixture
def fund(database: Engine, store: Callable[..., None]) -> Fund:
    """The small fund before any won is on its ledger."""
    maker, *of_maker = manager("maker")
    first, *of_first = manager("checker-1")
    second, *of_second = manager("checker-2")
    mother = Vehicle(kind=VehicleKind.MOTHER_FUND, name_ko="모펀드", name_en="Mother fund", formed_on=FORMED)
    direct = Vehicle(
        kind=VehicleKind.DIRECT,
        name_ko="직접투자",
        name_en="Direct window",
        formed_on=FORMED,
        parent_id=mother.id,
        main_purpose_share_bp=0,
    )
    envelope = Envelope(name_ko="2026 직접", name_en="Direct 2026", vehicle_id=direct.id)
    spare = Envelope(name_ko="2100 예비", name_en="Reserve 2100", year=2100)
    group = OwnershipGroup(name_ko="세움")
    company = Organisation(
        kind=OrganisationKind.PARTNER_FIRM, name_ko="세움소재", name_en="Seum Materials", ownership_group_id=group.id
    )
    meeting = CommitteeMeeting(title="제1차", meets_at=utc_now() - timedelta(days=1), chair_id=maker.id)
    store(
        maker, first, second, *of_maker, *of_first, *of_second, mother, direct, envelope, spare, group, company, meeting
    )
    return Fund(database, mother, direct, envelope, spare, maker, (first, second), company, meeting)


@pytest.fixture
def funded(fund: Fund) -> Fund:
    """The small fund with 100 billion won, 80 of them promised to the direct window and 60 in its envelope."""
    fund.move(InstructionKind.FUND_SIZE, 1_000 * EOK, vehicle_id=fund.mother.id)
    fund.move(
        InstructionKind.VEHICLE_COMMITMENT,
        800 * EOK,
        vehicle_id=fund.mother.id,
        terms={"child_id": str(fund.direct.id)},
    )
    fund.move(InstructionKind.ENVELOPE_BUDGET, 600 * EOK, envelope_id=fund.envelope.id)
    return fund
