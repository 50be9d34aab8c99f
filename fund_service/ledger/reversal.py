"""What taking back does on the ledger: an entry's every line mirrored, and its instrument opened again."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.ledger.books import Effect, Posting
from fund_service.ledger.calls import check_call_reversible
from fund_service.ledger.commitments import check_release_reversible, reopen_cancelled
from fund_service.ledger.payments import reopen_tranche
from fund_service.ledger.posting import Line, key_of_account
from fund_service.ledger.terms import ReversalTerms
from fund_service.ledger.valuations import check_valuation_reversible
from models.errors import RecordConflicts, StepNotAllowed, ValueNotAllowed
from models.instruction import Instruction, InstructionKind
from models.ledger import Account, JournalEntry, LedgerLine

_K = InstructionKind
NEVER_REVERSED = frozenset({_K.DEAL_COMMITMENT, _K.SETTLEMENT, _K.REVERSAL})
"""Kinds whose entries are taken back in another way, or not at all."""
REOPENED: Mapping[InstructionKind, Callable[[Posting, Instruction], None]] = MappingProxyType(
    {_K.DISBURSEMENT: reopen_tranche, _K.COMMITMENT_RELEASE: reopen_cancelled}
)
"""What becomes of the instruments of an entry that is taken back, by its kind."""


def reversal(session: Session, asked: Instruction, terms: ReversalTerms) -> Effect:
    """Take an entry back, once, by one that mirrors its every line."""
    entry, reversed_instruction = entry_to_reverse(session, terms.entry_id)
    if asked.effective_on < entry.effective_on:
        raise ValueNotAllowed(
            "The entry counts from {day}; it cannot be taken back before.",
            field="effective_on",
            day=entry.effective_on.isoformat(),
        )
    _check_reversible(session, entry, reversed_instruction, on=asked.effective_on)
    reopen = REOPENED.get(reversed_instruction.kind)

    def carry_out(posting: Posting) -> None:
        if reopen is not None:
            reopen(posting, reversed_instruction)

    return Effect(lines=mirrored(session, entry.id), carry_out=carry_out, reverses_id=entry.id)


def entry_to_reverse(session: Session, entry_id: UUID) -> tuple[JournalEntry, Instruction]:
    """Find an entry and the instruction that posted it.

    Raises
    ------
    ValueNotAllowed
        When there is no such entry.
    """
    entry = session.get(JournalEntry, entry_id)
    if entry is None:
        raise ValueNotAllowed("There is no such entry.", field="entry_id")
    return entry, session.get_one(Instruction, entry.instruction_id)


def _check_reversible(session: Session, entry: JournalEntry, posted: Instruction, *, on: date) -> None:
    if posted.kind is _K.DEAL_COMMITMENT:
        raise StepNotAllowed("A commitment to a deal is not taken back but released.")
    if posted.kind is _K.SETTLEMENT:
        raise StepNotAllowed("A settlement is taken back by refusing its claim.")
    if posted.kind is _K.REVERSAL:
        raise StepNotAllowed("What took an entry back is not taken back itself; make the instruction anew.")
    taken_back = select(JournalEntry.number).where(JournalEntry.reverses_id == entry.id)
    number = session.exec(taken_back).first()
    if number is not None:
        raise RecordConflicts("This entry was taken back already, by entry {number}.", number=number)
    if posted.kind is _K.CAPITAL_CALL:
        check_call_reversible(session, posted)
    if posted.kind is _K.VALUATION:
        check_valuation_reversible(session, entry, posted)
    if posted.kind is _K.COMMITMENT_RELEASE:
        check_release_reversible(session, entry, posted, on=on)


def mirrored(session: Session, entry_id: UUID) -> tuple[Line, ...]:
    """Give the lines of an entry with debit and credit exchanged."""
    rows = session.exec(
        select(Account, col(LedgerLine.amount_krw))
        .join(LedgerLine, col(LedgerLine.account_id) == col(Account.id))
        .where(LedgerLine.entry_id == entry_id)
        .order_by(col(LedgerLine.position))
    ).all()
    return tuple((key_of_account(account), -amount) for account, amount in rows)


def amount_to_reverse(session: Session, entry_id: UUID) -> int:
    """Give the won that a reversal moves: those of the instruction, or of the largest line where it set a value."""
    _, posted = entry_to_reverse(session, entry_id)
    if posted.kind is not _K.VALUATION:
        return posted.amount_krw
    return max(amount for _, amount in mirrored(session, entry_id))
