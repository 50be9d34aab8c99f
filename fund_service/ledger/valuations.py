"""What valuations do on the ledger: fair value set, cost written off."""

from datetime import date
from uuid import UUID

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from fund_service.ledger.books import Effect, party, transfer, vehicle_account
from fund_service.ledger.posting import balances
from fund_service.ledger.returns import released_value
from fund_service.ledger.terms import NoTerms, ValuationTerms
from models.errors import MoneyNotThere, StepNotAllowed, ValueNotAllowed
from models.instruction import Instruction
from models.ledger import Account, AccountKind, JournalEntry, LedgerLine

_A = AccountKind
VALUED = (_A.INVESTMENT, _A.FAIR_VALUE)
"""What a deal is worth on the books is the sum of these."""


def valuation(session: Session, asked: Instruction, _: ValuationTerms) -> Effect:
    """Set a deal's fair value: the difference to what it stood at goes to unrealised gains."""
    vehicle_id, deal_id = party(asked.vehicle_id), party(asked.deal_id)
    invested, above = balances(
        session, [vehicle_account(kind, vehicle_id, deal_id=deal_id) for kind in VALUED]
    ).values()
    if not invested:
        raise MoneyNotThere("Nothing is invested in this deal that could be valued.", field="deal_id")
    later = session.exec(_moves(vehicle_id, deal_id).where(col(JournalEntry.effective_on) > asked.effective_on)).first()
    if later is not None:
        raise ValueNotAllowed(
            "The deal's cost or value moved on {day}; date the valuation then or later.",
            field="effective_on",
            day=later.isoformat(),
        )
    difference = asked.amount_krw - invested - above
    if not difference:
        raise ValueNotAllowed("The deal stands at this value already.", field="amount_krw")
    return Effect(lines=transfer(vehicle_id, difference, debit=_A.FAIR_VALUE, credit=_A.UNREALISED, deal_id=deal_id))


def write_off(session: Session, asked: Instruction, _: NoTerms) -> Effect:
    """Write off cost that will not come back."""
    lines = transfer(
        party(asked.vehicle_id), asked.amount_krw, debit=_A.WRITTEN_OFF, credit=_A.INVESTMENT, deal_id=asked.deal_id
    )
    return Effect(lines=(*lines, *released_value(session, asked, asked.amount_krw)))


def check_valuation_reversible(session: Session, entry: JournalEntry, valued: Instruction) -> None:
    """Refuse to take back a valuation on which something was built since.

    Raises
    ------
    StepNotAllowed
        When the deal's cost or value moved after it.
    """
    moved = _moves(party(valued.vehicle_id), party(valued.deal_id)).where(col(JournalEntry.number) > entry.number)
    if session.exec(moved).first() is not None:
        raise StepNotAllowed("The deal's cost or value moved after this valuation; set the value anew instead.")


def _moves(vehicle_id: UUID, deal_id: UUID) -> SelectOfScalar[date]:
    """Select the last date on which a deal's cost or value moved."""
    return (
        select(func.max(JournalEntry.effective_on))
        .join(LedgerLine, col(LedgerLine.entry_id) == col(JournalEntry.id))
        .join(Account, col(Account.id) == col(LedgerLine.account_id))
        .where(Account.vehicle_id == vehicle_id, Account.deal_id == deal_id, col(Account.kind).in_(VALUED))
    )
