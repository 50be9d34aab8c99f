"""The chain: every entry in its order, its seal made anew, its lines added up, and no guarded account below zero."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fund_service.audit.findings import Findings
from fund_service.audit.lines import EXPECTED_LINES
from models.instruction import InstructionKind
from models.ledger import GUARDED, AccountKind, JournalEntry, LedgerLine, entry_digest

CHECKS = (
    "entry_numbers", "entry_chain", "entry_digest", "line_count", "line_account", "entry_balance", "entry_amount",
    "account_never_negative", "account_guard", "ledger_tip", "anchor",
)  # fmt: skip
NO_DIGEST = "0" * 64
BLOCK = 5_000
"""Entries fetched at once."""
_KINDS = {kind.value: kind for kind in InstructionKind}

ENTRIES = """
    SELECT entry.number, entry.id::text, entry.instruction_id::text, entry.effective_on, entry.recorded_at,
        entry.reverses_id::text, entry.line_count, entry.previous_digest, entry.digest, moved.lines,
        asked.kind, asked.amount_krw, coalesce(asked.vehicle_id, asked.envelope_id)::text AS book,
        asked.deal_id::text AS deal, asked.terms ->> 'entry_id' AS taken_back
    FROM journal_entry AS entry
    LEFT JOIN (
        SELECT entry_id, string_agg(concat(position, ' ', account_id, ' ', amount_krw), ',' ORDER BY position) AS lines
        FROM ledger_line GROUP BY entry_id
    ) AS moved ON moved.entry_id = entry.id
    LEFT JOIN instruction AS asked ON asked.id = entry.instruction_id
    ORDER BY entry.number
"""
ACCOUNTS = """
    SELECT id::text, kind, coalesce(vehicle_id, envelope_id)::text, deal_id::text, guard_krw FROM account
"""


class Line(NamedTuple):
    """A line of an entry, as `models.ledger.entry_digest` reads it."""

    position: int
    account_id: str
    amount_krw: int


class Entry(NamedTuple):
    """An entry with its lines and what was asked, read without the mapper: it would take minutes for a million."""

    number: int
    id: str
    instruction_id: str
    effective_on: date
    recorded_at: datetime
    reverses_id: str | None
    line_count: int
    previous_digest: str
    digest: str
    lines: str | None
    kind: str | None
    amount_krw: int | None
    book: str | None
    deal: str | None
    taken_back: str | None


@dataclass(slots=True)
class Balance:
    """An account and what its lines come to so far."""

    kind: AccountKind
    book: str
    deal: str | None
    guard_krw: int
    guarded: bool
    krw: int = 0


class Chain:
    """Walks along the chain and adds up as it goes."""

    def __init__(self, findings: Findings, accounts: dict[str, Balance], anchors: Mapping[int, str]) -> None:
        self.entries = self.lines = 0
        self.number, self.digest = 0, NO_DIGEST
        self._findings, self._accounts, self._anchors = findings, accounts, anchors
        self._value = {
            (account.book, account.deal, account.kind): account
            for account in accounts.values()
            if account.kind in {AccountKind.INVESTMENT, AccountKind.FAIR_VALUE}
        }

    def take(self, entry: Entry) -> None:
        """Check the next entry of the chain."""
        record = f"entry {entry.number}"
        lines = list(_lines_of(entry))
        self._check_place(entry, record)
        self._check_seal(entry, lines, record)
        if len(lines) != entry.line_count:
            self._findings.add("line_count", record, expected=entry.line_count, found=len(lines))
        self._check_books(lines, record)
        self._move(lines, record)
        self._check_amount(entry, lines, record)
        self.entries += 1
        self.lines += len(lines)

    def _check_place(self, entry: Entry, record: str) -> None:
        for missing in range(self.number + 1, min(entry.number, self.number + 10)):
            self._findings.add("entry_numbers", f"entry {missing}", expected="an entry of this number", found="none")
        if entry.previous_digest != self.digest:
            self._findings.add("entry_chain", record, expected=self.digest, found=entry.previous_digest)
        self.number, self.digest = entry.number, entry.digest
        anchored = self._anchors.get(entry.number)
        if anchored is not None and anchored != entry.digest:
            self._findings.add("anchor", record, expected=anchored, found=entry.digest)

    def _check_seal(self, entry: Entry, lines: list[Line], record: str) -> None:
        # The digest asks for nothing but these facts, by name.
        sealed = entry_digest(cast(JournalEntry, entry), cast(list[LedgerLine], lines))
        if sealed != entry.digest:
            self._findings.add("entry_digest", record, expected=sealed, found=entry.digest)

    def _check_books(self, lines: list[Line], record: str) -> None:
        books: dict[str, int] = {}
        for line in lines:
            account = self._accounts.get(line.account_id)
            if account is None:
                self._findings.add("line_account", record, expected=f"account {line.account_id}", found="none")
            else:
                books[account.book] = books.get(account.book, 0) + line.amount_krw
        for book, krw in books.items():
            if krw:
                self._findings.add("entry_balance", record, expected=f"0 won in the book of {book}", found=krw)

    def _move(self, lines: list[Line], record: str) -> None:
        for line in lines:
            account = self._accounts.get(line.account_id)
            if account is None:
                continue
            before, account.krw = account.krw, account.krw + line.amount_krw
            if account.guarded and account.krw < 0 <= before:
                self._findings.add(
                    "account_never_negative",
                    f"account {line.account_id} at {record}",
                    expected=f"{account.kind.value} of 0 won or more",
                    found=account.krw,
                )

    def _check_amount(self, entry: Entry, lines: list[Line], record: str) -> None:
        """Compare the entry's lines with what its instruction asks for."""
        kind, amount = _KINDS.get(entry.kind or ""), entry.amount_krw
        if kind is None or amount is None:
            return  # without its instruction, which another check names
        if kind is InstructionKind.VALUATION:
            found = sum(
                account.krw
                for valued in (AccountKind.INVESTMENT, AccountKind.FAIR_VALUE)
                if (account := self._value.get((entry.book or "", entry.deal, valued))) is not None
            )
            if found != amount:
                self._findings.add("entry_amount", record, expected=f"{amount} won of value", found=found)
            return
        if kind is InstructionKind.SETTLEMENT and entry.taken_back is not None:
            amount = -amount
        moved: dict[AccountKind, int] = {}
        for line in lines:
            account = self._accounts.get(line.account_id)
            if account is not None and account.book == entry.book and account.deal in {None, entry.deal}:
                moved[account.kind] = moved.get(account.kind, 0) + line.amount_krw
        for account_kind, sign in EXPECTED_LINES.get(kind, {}).items():
            if moved.get(account_kind, 0) != sign * amount:
                expected = f"{kind.value} of {sign * amount} won on {account_kind.value}"
                self._findings.add("entry_amount", record, expected=expected, found=moved.get(account_kind, 0))

    def finish(self, tip: tuple[int, str]) -> None:
        """Compare what all entries come to with the tip, the anchors and the guards."""
        if tip != (self.number, self.digest):
            self._findings.add("ledger_tip", f"entry {tip[0]}", expected=(self.number, self.digest), found=tip)
        for number, digest in self._anchors.items():
            if number > self.number:
                self._findings.add("anchor", f"entry {number}", expected=digest, found="none: the chain ends before")
        for identifier, account in self._accounts.items():
            if account.guard_krw != account.krw:
                self._findings.add(
                    "account_guard", f"account {identifier}", expected=account.krw, found=account.guard_krw
                )


def _lines_of(entry: Entry) -> Iterator[Line]:
    for written in (entry.lines or "").split(","):
        if written:
            position, account_id, amount = written.split(" ")
            yield Line(int(position), account_id, int(amount))


def walk_chain(connection: Connection, findings: Findings, anchors: Mapping[int, str]) -> Chain:
    """Check every entry of the ledger in its order, a block at a time."""
    findings.begin(*CHECKS)
    chain = Chain(findings, read_accounts(connection), anchors)
    # An option for this statement alone: on the connection it would hold for all that follow.
    streamed: Any = sa.text(ENTRIES).execution_options(stream_results=True, yield_per=BLOCK)
    for block in connection.execute(streamed).partitions():
        for row in block:
            chain.take(Entry(*row))
    tip = connection.execute(sa.text("SELECT number, digest FROM ledger_tip")).one()
    chain.finish((tip.number, tip.digest))
    return chain


def read_accounts(connection: Connection) -> dict[str, Balance]:
    """Read all accounts, with nothing on them yet."""
    return {
        identifier: Balance(AccountKind(kind), book, deal, guard, AccountKind(kind) in GUARDED)
        for identifier, kind, book, deal, guard in connection.execute(sa.text(ACCOUNTS))
    }
