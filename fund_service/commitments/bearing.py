"""What the ledger bears out of a step: it knows the fund's own deals, and nothing of an investor's other accounts."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlmodel import Session, col, select

from fund_service.commitments.schemas import LedgerWord
from models.deal import Deal, DealStage
from models.instruction import Instruction, InstructionKind, InstructionState
from models.ladder import DEAL_LEVELS
from models.ledger import JournalEntry
from models.signal import CommitmentLevel

ENDED = (DealStage.DECLINED, DealStage.WITHDRAWN)
_KIND_OF = {
    CommitmentLevel.SIGNED: InstructionKind.DEAL_COMMITMENT,
    CommitmentLevel.CASH_CALLED: InstructionKind.DISBURSEMENT,
}
"""What is on the ledger once a deal is signed, and once money has gone out to it."""


def ledger_word(session: Session, signal_id: UUID, level: CommitmentLevel) -> LedgerWord | None:
    """Say what the ledger knows of a signature or payment for a signal; none for the rungs that move no money.

    A deal that came of the signal is borne out by its commitment, or by a payment to it, as long as it was not taken
    back. Whose money stands beside the fund's the ledger does not know: that is for document and verifier.
    """
    if level not in DEAL_LEVELS:
        return None
    merged = orm.aliased(Deal)
    came_of_it = sa.or_(
        col(Deal.signal_id) == signal_id,
        sa.select(col(merged.id))
        .where(col(merged.merged_into_id) == col(Deal.id), col(merged.signal_id) == signal_id)
        .exists(),
    )
    deals = session.exec(
        select(Deal.id).where(came_of_it, col(Deal.merged_into_id).is_(None), col(Deal.stage).not_in(ENDED))
    ).all()
    reversal = orm.aliased(JournalEntry)
    found = session.exec(
        select(Instruction)
        .join(JournalEntry, col(JournalEntry.instruction_id) == col(Instruction.id))
        .join(reversal, col(reversal.reverses_id) == col(JournalEntry.id), isouter=True)
        .where(
            col(Instruction.deal_id).in_(deals),
            Instruction.kind == _KIND_OF[level],
            Instruction.state == InstructionState.POSTED,
            col(reversal.id).is_(None),
        )
        .order_by(col(JournalEntry.number).desc())
        .limit(1)
    ).first()
    return LedgerWord(
        deals=len(deals),
        instruction_id=None if found is None else found.id,
        amount_krw=None if found is None else found.amount_krw,
    )
