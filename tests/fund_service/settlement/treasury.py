"""The fund's money in tests of settlement: moved by instructions that several people made and checked."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.ledger.commands import check_instruction, make_instruction
from fund_service.ledger.schemas import InstructionIn
from models.clock import business_date, utc_now
from models.committee import AgendaItem, CommitteeMeeting
from models.deal import Deal, DealStage, InvestmentInstrument
from models.document import DealDocument
from models.identity import new_id
from models.instruction import CapitalCall, Commitment, Instruction, InstructionKind, Tranche, TrancheState
from models.ledger import Account, LedgerLine
from models.organisation import Organisation
from models.person import Person, PersonRole, PreferredLanguage, Role
from models.vehicle import Envelope, Vehicle
from tests.committee_acts import decide

TODAY = business_date(utc_now())
PDF = b"%PDF-1.7\n" + b"receipt"
K = InstructionKind


def person_with(role: Role, name: str, **facts: Any) -> tuple[Person, PersonRole]:
    person = Person(email=f"{name}@example.org", name=name, password_hash="none", **facts)  # noqa: S106 - no secret
    return person, PersonRole(person_id=person.id, role=role)


def receipt(content: bytes | None = None) -> dict[str, str]:
    """Give a document as programs send it: another one each time, or the one of this content."""
    content = content or PDF + new_id().bytes
    return {
        "name": "영수증.pdf", "media_type": "application/pdf", "content_base64": base64.b64encode(content).decode(),
    }  # fmt: skip


def keyed(key: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": key or new_id().hex}


@dataclass
class Treasury:
    """The fund's money, moved as several people do."""

    engine: Engine
    mother: Vehicle
    envelope: Envelope
    maker: Person
    checker: Person
    meeting: CommitteeMeeting

    def write(self, work: Callable[[Session], Any]) -> Any:
        with Session(self.engine, expire_on_commit=False) as session:
            given = work(session)
            session.commit()
            return given

    def move(self, kind: InstructionKind, amount: int, **asked: Any) -> Instruction:
        """Make an instruction and have it checked by another."""
        data = InstructionIn.model_validate({"kind": kind, "amount_krw": amount, "words": "시험", **asked})
        made = self.write(lambda session: make_instruction(session, data, maker=as_manager(self.maker), at=utc_now()))
        assert made.checks_needed == 1
        return self.write(
            lambda session: check_instruction(
                session,
                made.id,
                checker=as_manager(self.checker),
                terms_digest=made.terms_digest,
                at=utc_now(),
            )
        )

    def fill(self, amount: int) -> None:
        """Call cash into the fund and receive it."""
        items = [{"purpose": "investment", "amount_krw": amount}]
        terms = {"due_on": business_date(utc_now()).isoformat(), "items": items}
        asked = self.move(K.CAPITAL_CALL, amount, vehicle_id=self.mother.id, terms=terms)
        with Session(self.engine) as session:
            call = session.exec(select(CapitalCall).where(CapitalCall.instruction_id == asked.id)).one()
        self.move(K.CALL_RECEIPT, amount, vehicle_id=self.mother.id, terms={"call_id": str(call.id)})

    def committed(self, company: Organisation, amount: int, *, tranches: tuple[int, ...] = (), **facts: Any) -> Deal:
        """Record a deal that the committee approved, and commit to it."""
        deal = Deal(
            title_ko="전고체 전지 양산", title_en="Solid-state cells", stage=DealStage.APPROVED, company_id=company.id,
            lead_id=self.maker.id, vehicle_id=self.mother.id, amount_krw=amount,
            **{"instrument": InvestmentInstrument.GRANT} | facts,
        )  # fmt: skip
        item = AgendaItem(
            meeting_id=self.meeting.id, deal_id=deal.id, position=deal.id.int % 2**31 or 1,
            terms_digest=deal.terms_digest(),
        )  # fmt: skip
        self.write(lambda session: (session.add(deal), session.flush(), decide(session, item, by_id=self.maker.id)))
        planned = [{"milestone": f"{number}차 시제품", "amount_krw": part} for number, part in enumerate(tranches, 1)]
        self.move(K.DEAL_COMMITMENT, amount, deal_id=deal.id, terms={"tranches": planned})
        return deal

    def pay(self, deal: Deal, tranche: Tranche) -> None:
        """Put the evidence of a milestone on file and pay the tranche."""
        evidence = self.evidence(deal, by=self.maker)

        def meet(session: Session) -> None:
            found = session.get_one(Tranche, tranche.id)
            found.state, found.evidence_document_id = TrancheState.MET, evidence.id
            session.add(found)

        self.write(meet)
        terms = {"tranche_id": str(tranche.id)}
        self.move(K.DISBURSEMENT, tranche.amount_krw, deal_id=deal.id, terms=terms)

    def evidence(self, deal: Deal, *, by: Person) -> DealDocument:
        document = DealDocument(
            deal_id=deal.id, kind="evidence", name="시험성적서.pdf", media_type="application/pdf", size_bytes=1,
            sha256="a" * 64, uploaded_by_id=by.id,
        )  # fmt: skip
        self.write(lambda session: session.add(document))
        return document

    def tranches(self, deal: Deal) -> list[Tranche]:
        query = select(Tranche).join(Commitment, col(Commitment.id) == col(Tranche.commitment_id))
        with Session(self.engine) as session:
            return list(session.exec(query.where(Commitment.deal_id == deal.id).order_by(col(Tranche.position))))

    def commitment(self, deal: Deal) -> Commitment:
        with Session(self.engine) as session:
            return session.exec(select(Commitment).where(Commitment.deal_id == deal.id)).one()

    def paid(self, company: Organisation, *amounts: int, **facts: Any) -> Deal:
        """Record a deal with a tranche of each amount, all of them paid."""
        deal = self.committed(company, sum(amounts), tranches=amounts, **facts)
        self.fill(sum(amounts))
        for tranche in self.tranches(deal):
            self.pay(deal, tranche)
        return deal

    def balance(self, kind: str, **of: UUID) -> int:
        query = (
            sa.select(sa.func.coalesce(sa.func.sum(col(LedgerLine.amount_krw)), 0))
            .join_from(LedgerLine, Account, col(Account.id) == col(LedgerLine.account_id))
            .where(col(Account.kind) == kind, *(col(getattr(Account, name)) == value for name, value in of.items()))
        )
        with Session(self.engine) as session:
            return int(session.connection().execute(query).scalar_one())


def as_manager(person: Person) -> Caller:
    return Caller(
        person_id=person.id, name=person.name, email=person.email, language=PreferredLanguage.KOREAN,
        organisation_id=None, organisation_name=None, roles=frozenset({Role.FUND_MANAGER}), csrf_token=None,
    )  # fmt: skip
