"""The double-entry ledger: accounts, entries of whole won that sum to zero, and the chain that seals them.

Debits are positive, credits negative. Nothing here is ever changed or deleted: the database refuses it by trigger and
by privilege, and a mistake is corrected by an entry that reverses it.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import Row, by_value
from models.identity import new_id
from models.money import MAX_KRW


class AccountKind(StrEnum):
    """What an account counts. Four chains, each closed in itself: promises, cash and value, envelopes, settlement."""

    SIZE = "size"
    """What a vehicle was promised in all: the credit side of its promises."""
    UNCOMMITTED = "uncommitted"
    """What a vehicle may still promise to deals and child vehicles. Never below zero."""
    PROMISED = "promised"
    """What a vehicle promised to a child vehicle."""
    COMMITTED = "committed"
    """What is promised to a deal and not yet drawn. Never below zero."""
    DRAWN = "drawn"
    """What a deal has drawn of its commitment."""
    CALLABLE = "callable"
    """What a vehicle may still call from those who promised. Never below zero."""
    CALLED = "called"
    """What a vehicle has called and not yet received. Never below zero."""
    CALLS = "calls"
    """The credit side of what can be called, is called, and was received."""
    RECEIVED = "received"
    """What was received on capital calls."""
    CASH = "cash"
    """Cash. Never below zero."""
    PAID_IN = "paid_in"
    """Capital paid into a vehicle (납입): credit."""
    HOLDING = "holding"
    """A vehicle's share in a child vehicle, at cost."""
    INVESTMENT = "investment"
    """What was paid to a deal and not yet returned or written off, at cost. Never below zero."""
    FAIR_VALUE = "fair_value"
    """Fair value of a deal above (debit) or below (credit) its cost."""
    UNREALISED = "unrealised"
    """The other side of fair value."""
    REALISED = "realised"
    """Gains (credit) and losses (debit) that were realised."""
    ROYALTY = "royalty"
    """Royalties received (기술료): credit."""
    WRITTEN_OFF = "written_off"
    """Cost that was written off: debit."""
    EXPENSE = "expense"
    """Fees and expenses: debit."""
    DISTRIBUTED = "distributed"
    """What a vehicle paid out to those who paid in (분배): debit."""
    INCOME = "income"
    """Distributions a vehicle received from a child vehicle: credit."""
    RECALLABLE = "recallable"
    """Distributed and open to be called again (재출자 가능분). Never below zero."""
    RECALLS = "recalls"
    """The credit side of what is recallable."""
    ENVELOPE_BUDGET = "envelope_budget"
    """What an envelope was given: credit."""
    ENVELOPE_AVAILABLE = "envelope_available"
    """What an envelope has left. Never below zero."""
    ENVELOPE_DRAWN = "envelope_drawn"
    """What commitments have drawn from an envelope."""
    ADVANCED = "advanced"
    """What research teams were paid in tranches: the credit side of settlement."""
    UNSETTLED = "unsettled"
    """Paid to a research team and not yet settled. Never below zero."""
    SETTLED = "settled"
    """Settled by the research team's claims."""


GUARDED = frozenset(
    {
        AccountKind.UNCOMMITTED,
        AccountKind.COMMITTED,
        AccountKind.CALLABLE,
        AccountKind.CALLED,
        AccountKind.CASH,
        AccountKind.INVESTMENT,
        AccountKind.RECALLABLE,
        AccountKind.ENVELOPE_AVAILABLE,
        AccountKind.UNSETTLED,
    }
)
"""Kinds whose balance may never fall below zero: money that is not there."""

_GUARDED_VALUES = ", ".join(f"'{kind.value}'" for kind in sorted(GUARDED))


class Account(SQLModel, table=True):
    """An account: a kind within one book, that of a vehicle or an envelope, for a deal or child where it has one.

    ``guard_krw`` is kept by the database alone, with every line, so that a balance below zero is refused at the moment
    of writing whoever writes. No figure is read from it: balances are sums of lines, and `fund verify` compares.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("num_nonnulls(vehicle_id, envelope_id) = 1", name="one_book"),
        CheckConstraint(f"kind NOT IN ({_GUARDED_VALUES}) OR guard_krw >= 0", name="money_is_there"),
        Index(
            "uq_account_identity",
            "kind",
            "vehicle_id",
            "envelope_id",
            "deal_id",
            "child_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    kind: AccountKind = Field(sa_type=by_value(AccountKind))
    vehicle_id: UUID | None = Field(default=None, foreign_key="vehicle.id", index=True)
    envelope_id: UUID | None = Field(default=None, foreign_key="envelope.id", index=True)
    deal_id: UUID | None = Field(default=None, foreign_key="deal.id", index=True)
    child_id: UUID | None = Field(default=None, foreign_key="vehicle.id", index=True)
    guard_krw: int = Field(default=0, sa_type=BigInteger)


class JournalEntry(Row, table=True):
    """An entry (분개): posted once, by one instruction; ``number`` has no gaps, ``digest`` seals it to the one before.

    ``effective_on`` is the business date it counts for, ``recorded_at`` when it was written.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("line_count >= 2", name="two_lines_or_more"),
        CheckConstraint("reverses_id <> id", name="reverses_another"),
    )

    number: int = Field(sa_type=BigInteger, unique=True)
    instruction_id: UUID = Field(foreign_key="instruction.id", unique=True)
    effective_on: date = Field(index=True)
    line_count: int
    reverses_id: UUID | None = Field(default=None, foreign_key="journal_entry.id", unique=True)
    """The entry this one takes back; each can be taken back once."""
    previous_digest: str = Field(max_length=64)
    digest: str = Field(max_length=64, unique=True)


class LedgerLine(SQLModel, table=True):
    """One line of an entry: whole won on one account, never zero."""

    __tablename__ = "ledger_line"
    __table_args__ = (
        CheckConstraint(f"amount_krw <> 0 AND abs(amount_krw) <= {MAX_KRW}", name="amount_krw_range"),
        UniqueConstraint("entry_id", "account_id"),
        Index("ix_ledger_line_account_id", "account_id", postgresql_include=["amount_krw", "entry_id"]),
    )

    entry_id: UUID = Field(foreign_key="journal_entry.id", primary_key=True)
    position: int = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id")
    amount_krw: int = Field(sa_type=BigInteger)


class LedgerTip(SQLModel, table=True):
    """The last entry's number and digest: one row, locked by each posting, so that the chain has one writer."""

    __tablename__ = "ledger_tip"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("number >= 0", name="number_not_negative"),
    )

    id: int = Field(default=1, primary_key=True)
    number: int = Field(default=0, sa_type=BigInteger)
    digest: str = Field(default="0" * 64, max_length=64)


def entry_digest(entry: JournalEntry, lines: Iterable[LedgerLine]) -> str:
    """Give the sha256 that seals an entry: its facts and lines as canonical JSON, after the previous digest."""
    facts = [
        entry.previous_digest,
        entry.number,
        str(entry.id),
        str(entry.instruction_id),
        entry.effective_on.isoformat(),
        entry.recorded_at.astimezone(UTC).isoformat(),
        None if entry.reverses_id is None else str(entry.reverses_id),
        [
            [line.position, str(line.account_id), line.amount_krw]
            for line in sorted(lines, key=lambda line: line.position)
        ],
    ]
    return hashlib.sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()
