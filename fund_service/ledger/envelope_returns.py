"""What envelopes get back of a commitment: each its share of what it still has in it."""

from collections.abc import Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.ledger.allocation import allocate
from fund_service.ledger.books import envelope_transfer, joined
from fund_service.ledger.posting import Line
from fund_service.ledger.standing import stands
from models.instruction import Commitment, EnvelopeDraw, Instruction, InstructionKind
from models.ledger import Account, AccountKind, JournalEntry, LedgerLine

RETURNING = (InstructionKind.COMMITMENT_RELEASE, InstructionKind.UNSPENT_RETURN)
"""Kinds of instruction that give back to envelopes."""


def envelope_lines(session: Session, commitment: Commitment, amount: int) -> tuple[Line, ...]:
    """Give the lines that put won of a commitment back into the envelopes it was drawn from.

    Each envelope gets the part of ``amount`` that it still has of the commitment, by largest remainder, so that a
    commitment given back in pieces leaves every envelope exactly as it was before it.
    """
    draws = session.exec(
        select(EnvelopeDraw).where(EnvelopeDraw.commitment_id == commitment.id).order_by(col(EnvelopeDraw.envelope_id))
    ).all()
    given_back, returned = _given_back(session, commitment)
    left = [draw.amount_krw - given_back.get(draw.envelope_id, 0) for draw in draws]
    remaining = commitment.amount_krw - returned
    if not sum(left) or not 0 < amount <= remaining:
        return ()
    shares = allocate(amount * sum(left) // remaining, left)
    return joined(
        envelope_transfer(
            draw.envelope_id, share, debit=AccountKind.ENVELOPE_AVAILABLE, credit=AccountKind.ENVELOPE_DRAWN
        )
        for draw, share in zip(draws, shares, strict=True)
    )


def _given_back(session: Session, commitment: Commitment) -> tuple[Mapping[UUID, int], int]:
    """Sum what each envelope got back of a commitment, and what was given back of it in all."""
    committed = select(JournalEntry.number).where(JournalEntry.instruction_id == commitment.instruction_id)
    returns = (
        select(JournalEntry.id, col(Instruction.amount_krw))
        .join(Instruction, col(Instruction.id) == col(JournalEntry.instruction_id))
        .where(
            Instruction.deal_id == commitment.deal_id,
            Instruction.vehicle_id == commitment.vehicle_id,
            col(Instruction.kind).in_(RETURNING),
            col(JournalEntry.number) > committed.scalar_subquery(),
            stands(col(JournalEntry.id)),
        )
    )
    returned = dict(session.exec(returns).all())
    rows = session.exec(
        select(Account.envelope_id, func.sum(LedgerLine.amount_krw))
        .join(Account, col(Account.id) == col(LedgerLine.account_id))
        .where(col(LedgerLine.entry_id).in_(returned), Account.kind == AccountKind.ENVELOPE_AVAILABLE)
        .where(sa.not_(col(Account.envelope_id).is_(None)))
        .group_by(col(Account.envelope_id))
    ).all()
    return {envelope_id: int(total) for envelope_id, total in rows if envelope_id}, sum(returned.values())
