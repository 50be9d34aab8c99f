"""Books: transfers between two accounts of one vehicle or envelope, in the ledger's terms."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from fund_service.ledger.posting import AccountKey, Line, There, nothing_more
from models.instruction import Instruction
from models.ledger import AccountKind

_A = AccountKind
OF_A_DEAL = frozenset(
    {
        _A.COMMITTED, _A.DRAWN, _A.INVESTMENT, _A.FAIR_VALUE, _A.UNREALISED, _A.REALISED, _A.ROYALTY, _A.WRITTEN_OFF,
        _A.ADVANCED, _A.UNSETTLED, _A.SETTLED,
    }
)  # fmt: skip
"""Kinds of account that a vehicle keeps for each deal."""
OF_A_CHILD = frozenset({_A.PROMISED, _A.HOLDING})
"""Kinds of account that a vehicle keeps for each child vehicle."""


@dataclass(frozen=True, slots=True)
class Posting:
    """An instruction that is being posted, and by whom."""

    session: Session
    instruction: Instruction
    person_id: UUID
    at: datetime


def _nothing_more(_: Posting) -> None:
    """Leave it at the lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an instruction does: the lines it posts, and what becomes of its instruments with them.

    ``weigh`` asks of the ledger, once nobody else can write on it, what the lines alone do not ask: it is given the
    balances of the accounts that they move.
    """

    lines: tuple[Line, ...]
    weigh: Callable[[Session, There], None] = field(default=nothing_more)
    carry_out: Callable[[Posting], None] = field(default=_nothing_more)
    reverses_id: UUID | None = None


def vehicle_account(
    kind: AccountKind, vehicle_id: UUID, *, deal_id: UUID | None = None, child_id: UUID | None = None
) -> AccountKey:
    """Name an account in a vehicle's book; the deal and child count where accounts of the kind are kept for each."""
    return AccountKey(
        kind,
        vehicle_id=vehicle_id,
        deal_id=deal_id if kind in OF_A_DEAL else None,
        child_id=child_id if kind in OF_A_CHILD else None,
    )


def transfer(
    vehicle_id: UUID,
    amount: int,
    *,
    debit: AccountKind,
    credit: AccountKind,
    deal_id: UUID | None = None,
    child_id: UUID | None = None,
) -> tuple[Line, Line]:
    """Debit one account of a vehicle's book and credit another with the same won, or the reverse if negative."""
    return (
        (vehicle_account(debit, vehicle_id, deal_id=deal_id, child_id=child_id), amount),
        (vehicle_account(credit, vehicle_id, deal_id=deal_id, child_id=child_id), -amount),
    )


def envelope_transfer(envelope_id: UUID, amount: int, *, debit: AccountKind, credit: AccountKind) -> tuple[Line, Line]:
    """Debit one account of an envelope's book and credit another with the same won."""
    return (AccountKey(debit, envelope_id=envelope_id), amount), (AccountKey(credit, envelope_id=envelope_id), -amount)


def joined(transfers: Iterable[tuple[Line, Line]]) -> tuple[Line, ...]:
    """Join transfers into the lines of one entry."""
    return tuple(line for pair in transfers for line in pair)


def party(identifier: UUID | None) -> UUID:
    """Give the id of a vehicle, envelope or deal that the kind of instruction always names.

    Raises
    ------
    ValueError
        When an instruction without it got this far, which `commands.draft` does not let happen.
    """
    if identifier is None:
        raise ValueError("the instruction lacks a party of its kind")
    return identifier
