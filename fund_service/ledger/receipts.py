"""Receipts: what a program that asked for, checked or voided an instruction goes on with."""

from sqlmodel import Session, func, select

from fund_service.ledger.schemas import InstructionReceipt
from models.instruction import Instruction, InstructionCheck
from models.ledger import JournalEntry


def receipt(asked: Instruction, *, checks_given: int = 0, entry: JournalEntry | None = None) -> InstructionReceipt:
    """Say how an instruction stands, of which all is known; nothing is read for it."""
    return InstructionReceipt(
        **asked.model_dump(include=set(InstructionReceipt.model_fields)),
        checks_given=checks_given,
        entry_id=None if entry is None else entry.id,
        entry_number=None if entry is None else entry.number,
    )


def receipt_of_void(session: Session, asked: Instruction) -> InstructionReceipt:
    """Say how a voided instruction stands, with how many had checked it."""
    given = select(func.count()).select_from(InstructionCheck).where(InstructionCheck.instruction_id == asked.id)
    return receipt(asked, checks_given=session.exec(given).one())
