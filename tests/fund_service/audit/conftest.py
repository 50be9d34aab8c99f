"""A ledger on which everything that can happen has happened once, as three people made it happen."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, col, select

from fund_service import cli
from fund_service.accounts.callers import Caller
from fund_service.cli import door
from fund_service.ledger.commands import check_instruction, make_instruction, void_instruction
from fund_service.ledger.schemas import InstructionIn
from fund_service.ledger.settling import post_settlement, reverse_settlement
from models.clock import business_date, utc_now
from models.committee import (
    AgendaItem,
    CommitteeMeeting,
    ConditionPrecedent,
    ItemState,
    MeetingState,
)
from models.deal import Deal, DealStage, InvestmentInstrument
from models.document import DealDocument, DocumentContent
from models.embedding import StoredYardstick
from models.instruction import (
    CapitalCall,
    Commitment,
    IdempotencyKey,
    Instruction,
    Tranche,
    TrancheState,
)
from models.instruction import InstructionKind as K
from models.ledger import JournalEntry
from models.match import Match, MatchRun, SignalMatching
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, PreferredLanguage, Role
from models.project import RndProject
from models.settlement import ClaimState, ExpenseCategory, ExpenseClaim
from models.signal import Confidentiality, DemandSignal
from models.vehicle import Envelope, Vehicle, VehicleKind
from tests.committee_acts import vote_of

EOK = 100_000_000
FORMED = date(2026, 1, 5)
EVIDENCE = b"%PDF-1.7 evidence"


def caller_of(person: Person) -> Caller:
    return Caller(
        person_id=person.id, name=person.name, email=person.email, language=PreferredLanguage.KOREAN,
        organisation_id=None, organisation_name=None, roles=frozenset({Role.FUND_MANAGER}), csrf_token=None,
    )  # fmt: skip


@dataclass
class Ledger:
    """The records of a small fund, and short ways to move its money."""

    session: Session
    people: list[Person]
    mother: Vehicle
    direct: Vehicle
    envelope: Envelope
    company: Organisation
    meeting: CommitteeMeeting
    by_kind: dict[str, Instruction] = field(default_factory=dict)
    """The last instruction of each kind."""
    deals: dict[str, Deal] = field(default_factory=dict)

    def move(self, kind: K, amount: int | None = None, **asked: Any) -> Instruction:
        maker, *checkers = self.people
        data = InstructionIn.model_validate({"kind": kind, "amount_krw": amount, "words": "시험", **asked})
        made = make_instruction(self.session, data, maker=caller_of(maker), at=utc_now())
        self.session.commit()
        for checker in checkers[: made.checks_needed]:
            done = check_instruction(
                self.session, made.id, checker=caller_of(checker), terms_digest=made.terms_digest, at=utc_now()
            )
            self.session.commit()
        self.by_kind[kind.value] = done
        return done

    def add(self, *rows: SQLModel) -> None:
        for row in rows:
            self.session.add(row)
            self.session.flush()
        self.session.commit()

    def entry(self, instruction: Instruction) -> JournalEntry:
        return self.session.exec(select(JournalEntry).where(JournalEntry.instruction_id == instruction.id)).one()

    def approved(self, name: str, amount: int, instrument: InvestmentInstrument) -> Deal:
        deal = Deal(
            title_ko=name, stage=DealStage.APPROVED, company_id=self.company.id, lead_id=self.people[0].id,
            vehicle_id=self.direct.id, amount_krw=amount, instrument=instrument,
        )  # fmt: skip
        item = AgendaItem(
            meeting_id=self.meeting.id, deal_id=deal.id, position=len(self.deals) + 1,
            terms_digest=deal.terms_digest(), state=ItemState.PENDING,
        )  # fmt: skip
        voters = self.people[1:3]
        self.add(deal, item, *(vote_of(item, voter) for voter in voters))
        item.state, item.decided_at, item.decided_by_id = ItemState.APPROVED, utc_now(), voters[0].id
        self.add(item)
        document = self.document(deal)
        self.add(
            ConditionPrecedent(
                item_id=item.id, words="담보 설정", evidence_document_id=document.id, met_at=utc_now(),
                met_by_id=self.people[0].id,
            )
        )  # fmt: skip
        self.deals[name] = deal
        return deal

    def document(self, deal: Deal) -> DealDocument:
        document = DealDocument(
            deal_id=deal.id, kind="evidence", name="증빙.pdf", media_type="application/pdf", size_bytes=len(EVIDENCE),
            sha256=hashlib.sha256(EVIDENCE).hexdigest(), uploaded_by_id=self.people[0].id,
        )  # fmt: skip
        self.add(document, DocumentContent(document_id=document.id, content=EVIDENCE))
        return document

    def commit(self, deal: Deal, *parts: int) -> list[Tranche]:
        planned = [{"milestone": f"{part}", "amount_krw": part} for part in parts]
        done = self.move(K.DEAL_COMMITMENT, sum(parts), deal_id=deal.id, terms={"tranches": planned})
        query = select(Tranche).join(Commitment, col(Commitment.id) == col(Tranche.commitment_id))
        return list(
            self.session.exec(query.where(Commitment.instruction_id == done.id).order_by(col(Tranche.position)))
        )

    def pay(self, deal: Deal, tranche: Tranche) -> Instruction:
        tranche.state, tranche.evidence_document_id = TrancheState.MET, self.document(deal).id
        self.add(tranche)
        return self.move(K.DISBURSEMENT, tranche.amount_krw, deal_id=deal.id, terms={"tranche_id": str(tranche.id)})

    def cash(self, vehicle: Vehicle, amount: int) -> None:
        today = business_date(utc_now()).isoformat()
        items = [{"purpose": "investment", "amount_krw": amount}]
        call = self.move(K.CAPITAL_CALL, amount, vehicle_id=vehicle.id, terms={"due_on": today, "items": items})
        found = self.session.exec(select(CapitalCall).where(CapitalCall.instruction_id == call.id)).one()
        for part in (amount // 2, amount // 4):
            self.move(K.CALL_RECEIPT, part, vehicle_id=vehicle.id, terms={"call_id": str(found.id)})


def founded(session: Session) -> Ledger:
    people = [
        Person(email=f"mover-{number}@example.org", name=f"{number}", password_hash="none")  # noqa: S106 - no secret
        for number in range(3)
    ]
    mother = Vehicle(kind=VehicleKind.MOTHER_FUND, name_ko="모펀드", name_en="Mother fund", formed_on=FORMED)
    direct = Vehicle(
        kind=VehicleKind.DIRECT, name_ko="직접투자", name_en="Direct", formed_on=FORMED, parent_id=mother.id,
        main_purpose_share_bp=0,
    )  # fmt: skip
    envelope = Envelope(name_ko="2026 직접", name_en="Direct 2026", vehicle_id=direct.id)
    group = OwnershipGroup(name_ko="세움")
    company = Organisation(kind=OrganisationKind.PARTNER_FIRM, name_ko="세움소재", ownership_group_id=group.id)
    meeting = CommitteeMeeting(
        title="제1차", meets_at=utc_now() - timedelta(days=1), chair_id=people[0].id, state=MeetingState.OPEN
    )
    ledger = Ledger(session, people, mother, direct, envelope, company, meeting)
    roles = [PersonRole(person_id=person.id, role=Role.FUND_MANAGER) for person in people]
    ledger.add(*people, *roles, mother, direct, envelope, group, company, meeting)
    return ledger


def filled(session: Session) -> Ledger:
    """Let everything happen once: all kinds of instruction, pending and void ones, reversals, claims, keys, matches."""
    ledger = founded(session)
    mother, direct = ledger.mother, ledger.direct
    ledger.move(K.FUND_SIZE, 1_000 * EOK, vehicle_id=mother.id)
    ledger.move(K.VEHICLE_COMMITMENT, 800 * EOK, vehicle_id=mother.id, terms={"child_id": str(direct.id)})
    ledger.move(K.ENVELOPE_BUDGET, 600 * EOK, envelope_id=ledger.envelope.id)
    ledger.cash(mother, 400 * EOK)
    ledger.cash(direct, 200 * EOK)
    equity = ledger.approved("지분", 40 * EOK, InvestmentInstrument.EQUITY)
    first, second = ledger.commit(equity, 30 * EOK, 10 * EOK)
    ledger.pay(equity, first)
    ledger.move(K.COMMITMENT_RELEASE, 10 * EOK, deal_id=equity.id, terms={"tranche_ids": [str(second.id)]})
    ledger.move(K.VALUATION, 45 * EOK, deal_id=equity.id, terms={"method": "최근 거래가격"})
    ledger.move(K.PROCEEDS, 12 * EOK, deal_id=equity.id, terms={"cost_krw": 10 * EOK})
    ledger.move(K.REPAYMENT, 5 * EOK, deal_id=equity.id)
    ledger.move(K.WRITE_OFF, 1 * EOK, deal_id=equity.id)
    ledger.move(K.ROYALTY, 1 * EOK, deal_id=equity.id)
    ledger.move(K.EXPENSE, 1 * EOK, vehicle_id=direct.id, terms={"purpose": "management_fee"})
    terms = {"capital_krw": 2 * EOK, "recallable_krw": 1 * EOK}
    ledger.move(K.DISTRIBUTION, 3 * EOK, vehicle_id=direct.id, terms=terms)
    spent = ledger.move(K.EXPENSE, 2 * EOK, vehicle_id=direct.id, terms={"purpose": "expense"})
    ledger.move(K.REVERSAL, terms={"entry_id": str(ledger.entry(spent).id)})
    grant = ledger.approved("출연", 20 * EOK, InvestmentInstrument.GRANT)
    (paid,) = ledger.commit(grant, 20 * EOK)
    wrongly = ledger.pay(grant, paid)
    ledger.move(K.REVERSAL, terms={"entry_id": str(ledger.entry(wrongly).id)})
    session.refresh(paid)
    ledger.pay(grant, paid)
    ledger.move(K.UNSPENT_RETURN, 4 * EOK, deal_id=grant.id)
    claims(ledger, grant, paid)
    pending_and_void(ledger)
    beside(ledger)
    return ledger


def claims(ledger: Ledger, grant: Deal, paid: Tranche) -> None:
    maker = ledger.people[0]
    today, at = business_date(utc_now()), utc_now()
    shared = {"tranche_id": paid.id, "deal_id": grant.id, "category": ExpenseCategory.MATERIALS, "spent_on": today}
    for state in (ClaimState.SETTLED, ClaimState.REFUSED):
        settled = post_settlement(
            ledger.session, deal_id=grant.id, vehicle_id=ledger.direct.id, amount_krw=250_000, words="시약",
            made_by_id=maker.id, on=today, at=at,
        )  # fmt: skip
        claim = ExpenseClaim(
            **shared, amount_krw=250_000, words="시약", state=state, threshold_krw=300_000,
            claimed_by_id=maker.id, instruction_id=settled.id,
        )  # fmt: skip
        if state is ClaimState.REFUSED:
            reverse_settlement(
                ledger.session, settled.id, words="과제와 무관", made_by_id=ledger.people[1].id, on=today, at=at
            )
            claim.reviewed_at, claim.reviewed_by_id, claim.review_words = at, ledger.people[1].id, "과제와 무관"
        else:
            ledger.by_kind["settlement"] = settled
        ledger.add(claim)
    ledger.add(
        ExpenseClaim(
            **shared, amount_krw=900_000, words="장비", state=ClaimState.IN_REVIEW, threshold_krw=300_000,
            claimed_by_id=maker.id,
        )
    )  # fmt: skip


def pending_and_void(ledger: Ledger) -> None:
    maker, checker, _ = ledger.people
    asked = {"kind": "expense", "amount_krw": EOK, "words": "시험", "vehicle_id": ledger.direct.id}
    for void in (False, True):
        data = InstructionIn.model_validate(asked | {"terms": {"purpose": "expense"}})
        made = make_instruction(ledger.session, data, maker=caller_of(maker), at=utc_now())
        if void:
            void_instruction(ledger.session, made.id, caller=caller_of(checker), reason="잘못", at=utc_now())
        ledger.session.commit()
        ledger.by_kind["void" if void else "pending"] = made


def beside(ledger: Ledger) -> None:
    """Store an answer under an Idempotency-Key, and a match."""
    location = f"/ledger/instructions/{ledger.by_kind['expense'].id}"
    ledger.add(
        IdempotencyKey(
            person_id=ledger.people[0].id, operation="make_instruction", key="first", fingerprint="a" * 64, status=201,
            location=location, body='{"id": 1}',
        ),
        IdempotencyKey(
            person_id=ledger.people[0].id, operation="submit_instruction", key="second", fingerprint="b" * 64,
            status=303, location=location, body="",
        ),
    )  # fmt: skip
    yardstick = StoredYardstick(digest="0" * 64, encoder="e", revision="r", documents=1, content=b"")
    run = MatchRun(
        encoder="e", revision="r", parameters={}, method_digest="0" * 64, yardstick_id=yardstick.id, signals_due=1,
        projects=1,
    )  # fmt: skip
    signal = DemandSignal(organisation_id=ledger.company.id, text="수요", confidentiality=Confidentiality.OPEN)
    project = RndProject(title_ko="과제")
    matching = SignalMatching(
        signal_id=signal.id, run_id=run.id, signal_version=1, signal_digest="0" * 64, method_digest="0" * 64
    )
    match = Match(
        signal_id=signal.id, project_id=project.id, run_id=run.id, eligible=True, rank=1, score=0.5, components={},
        reasons={},
    )  # fmt: skip
    ledger.add(yardstick, run, signal, project, matching, match)


@pytest.fixture(scope="module")
def ledger(engine: Engine, owner: Engine) -> Iterator[Ledger]:
    """The ledger, made once for a module; what a test plants in it is rolled back."""
    with Session(engine, expire_on_commit=False) as session:
        yield filled(session)
    tables = [table.name for table in reversed(SQLModel.metadata.sorted_tables) if table.name != "ledger_tip"]
    with owner.begin() as connection:
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        for table in tables:
            connection.execute(sa.text(f'DELETE FROM "{table}"'))  # noqa: S608 - our own tables
        connection.execute(sa.text("UPDATE ledger_tip SET number = 0, digest = repeat('0', 64)"))


@pytest.fixture
def fund(monkeypatch, engine, settings):
    """Run a command on the database of the tests."""
    monkeypatch.setattr(door, "read_settings", lambda: settings)
    monkeypatch.setattr(door, "open_engine", lambda _: engine)
    return lambda *arguments: CliRunner().invoke(cli.main, [*arguments], catch_exceptions=False)
