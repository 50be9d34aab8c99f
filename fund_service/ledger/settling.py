"""Settlements on the ledger: what research teams account for, posted with their claims and taken back with them.

No cash moves, so a settlement needs no checker; what a claim needs is for the settlement's own rules to say.
"""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, select

from fund_service.deals.steps import lock_deal
from fund_service.ledger.books import Effect, party, transfer
from fund_service.ledger.posting import post
from fund_service.ledger.terms import SettlementTerms
from models.errors import RecordConflicts, RecordNotFound
from models.instruction import Instruction, InstructionKind
from models.ledger import AccountKind, JournalEntry

_A = AccountKind


def settlement(_: Session, asked: Instruction, terms: SettlementTerms) -> Effect:
    """Settle won that a deal was paid, or open them again where terms name the entry that had settled them."""
    settled = asked.amount_krw if terms.entry_id is None else -asked.amount_krw
    lines = transfer(
        party(asked.vehicle_id), settled, debit=_A.SETTLED, credit=_A.UNSETTLED, deal_id=party(asked.deal_id)
    )
    return Effect(lines=lines, reverses_id=terms.entry_id)


def post_settlement(
    session: Session,
    *,
    deal_id: UUID,
    vehicle_id: UUID,
    amount_krw: int,
    words: str,
    made_by_id: UUID,
    on: date,
    at: datetime,
) -> Instruction:
    """Post the settlement of a claim; locks the deal, then the ledger.

    Raises
    ------
    MoneyNotThere
        When more would be settled than the deal was paid and has not settled.
    """
    lock_deal(session, deal_id)
    asked = Instruction(
        kind=InstructionKind.SETTLEMENT,
        vehicle_id=vehicle_id,
        deal_id=deal_id,
        amount_krw=amount_krw,
        effective_on=on,
        words=words,
        made_by_id=made_by_id,
        terms=SettlementTerms().model_dump(mode="json"),
        checks_needed=0,
        terms_digest="",
        recorded_at=at,
    )
    return _post(session, asked, at=at)


def reverse_settlement(
    session: Session, instruction_id: UUID, *, words: str, made_by_id: UUID, on: date, at: datetime
) -> Instruction:
    """Take the settlement of a claim back, once; what it had settled is open again.

    Raises
    ------
    RecordNotFound
        When no settlement was posted by this instruction.
    RecordConflicts
        When it was taken back already.
    """
    settled = session.get(Instruction, instruction_id)
    entry = session.exec(select(JournalEntry).where(JournalEntry.instruction_id == instruction_id)).first()
    if settled is None or settled.kind is not InstructionKind.SETTLEMENT or entry is None or entry.reverses_id:
        raise RecordNotFound("There is no such settlement.")
    lock_deal(session, party(settled.deal_id))
    if session.exec(select(JournalEntry.id).where(JournalEntry.reverses_id == entry.id)).first() is not None:
        raise RecordConflicts("This settlement was taken back already.")
    asked = Instruction(
        kind=InstructionKind.SETTLEMENT,
        vehicle_id=settled.vehicle_id,
        deal_id=settled.deal_id,
        amount_krw=settled.amount_krw,
        effective_on=max(on, entry.effective_on),
        words=words,
        made_by_id=made_by_id,
        terms=SettlementTerms(entry_id=entry.id).model_dump(mode="json"),
        checks_needed=0,
        terms_digest="",
        recorded_at=at,
    )
    return _post(session, asked, at=at)


def _post(session: Session, asked: Instruction, *, at: datetime) -> Instruction:
    asked.terms_digest = asked.digest_of_terms()
    effect = settlement(session, asked, SettlementTerms.model_validate(asked.terms))
    session.add(asked)
    session.flush()
    post(session, asked, effect.lines, at=at, resolved_by_id=asked.made_by_id, reverses_id=effect.reverses_id)
    return asked
