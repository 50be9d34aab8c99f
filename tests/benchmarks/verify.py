"""The figure of ``fund verify``, a million lines made up and verified: ``python -m tests.benchmarks.verify``.

The entries are written as the owner of the tables with the triggers off, since posting them one by one would take
hours; what they say, their digests and their checks included, is what posting would have written.
"""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import psutil
import sqlalchemy as sa
from sqlmodel import Session

from fund_service.audit.asked import Asked
from fund_service.audit.chain import Entry, Line
from fund_service.audit.verify import verify_on
from fund_service.database import migrate, open_engine, owner_engine
from fund_service.settings import Settings
from fund_service.vehicles.policy import POLICIES, TWO_CHECKERS_FROM_KRW
from models.committee import AgendaItem, CommitteeMeeting, ItemState
from models.deal import Deal, DealStage
from models.identity import new_id
from models.instruction import Instruction, InstructionKind
from models.ledger import AccountKind, entry_digest
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person
from models.vehicle import Vehicle, VehicleKind

_A, _K = AccountKind, InstructionKind
DAY, AMOUNT = date(2026, 3, 2), 10_000_000
COLUMNS = {
    "account": "id, kind, vehicle_id, deal_id, guard_krw",
    "instruction": "id, recorded_at, kind, state, vehicle_id, deal_id, amount_krw, effective_on, terms, terms_digest, "
    "words, made_by_id, checks_needed, resolved_at, resolved_by_id",
    "instruction_check": "instruction_id, human_id, person_id, terms_digest, checked_at",
    "journal_entry": "id, recorded_at, number, instruction_id, effective_on, line_count, previous_digest, digest",
    "ledger_line": "entry_id, position, account_id, amount_krw",
    "capital_call": "id, recorded_at, vehicle_id, instruction_id, amount_krw, due_on",
    "capital_call_item": "call_id, purpose, amount_krw",
    "capital_call_receipt": "id, recorded_at, call_id, instruction_id, amount_krw",
    "commitment": "id, recorded_at, deal_id, vehicle_id, instruction_id, amount_krw, approval_digest",
}


class Author:
    """Makes up the rows of a ledger, entry after entry."""

    def __init__(self, vehicle_id: UUID, maker: Person, *checkers: Person) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
        self.balances: dict[tuple[AccountKind, UUID | None], int] = {}
        self.accounts: dict[tuple[AccountKind, UUID | None], UUID] = {}
        self.asked: Counter[tuple[InstructionKind, UUID | None]] = Counter()
        self.number, self.digest, self.lines = 0, "0" * 64, 0
        self.at = datetime(2026, 3, 2, tzinfo=UTC)
        self._vehicle_id, self._maker, self._checkers = vehicle_id, maker, checkers

    def post(
        self,
        kind: InstructionKind,
        amount: int,
        moves: dict[AccountKind, int],
        deal_id: UUID | None = None,
        **terms: str,
    ) -> UUID:
        """Write an instruction, its check and its entry; gives the instruction's id."""
        self.at += timedelta(seconds=1)
        self.asked[kind, deal_id] += amount
        checkers = self._checkers[: 2 if self.asked[kind, deal_id] >= POLICIES[TWO_CHECKERS_FROM_KRW] else 1]
        asked_id = new_id()
        asked = Asked(
            str(asked_id), kind, str(self._vehicle_id), None, None if deal_id is None else str(deal_id), amount, DAY,
            terms, "시험", str(self._maker.id), len(checkers), "", self.at,
        )  # fmt: skip
        digest = Instruction.digest_of_terms(asked)  # type: ignore[arg-type] # it reads facts by name
        self.rows["instruction"].append((
            asked_id, self.at, kind.value, "posted", self._vehicle_id, deal_id, amount, DAY, json.dumps(terms), digest,
            "시험", self._maker.id, len(checkers), self.at, checkers[-1].id,
        ))  # fmt: skip
        for checker in checkers:
            self.rows["instruction_check"].append((asked_id, checker.human_id, checker.id, digest, self.at))
        self._enter(
            asked_id, {(account, deal_id if account in OF_A_DEAL else None): krw for account, krw in moves.items()}
        )
        return asked_id

    def _enter(self, instruction_id: UUID, moves: dict[tuple[AccountKind, UUID | None], int]) -> None:
        self.number += 1
        entry_id = new_id()
        lines = []
        for position, (key, krw) in enumerate(moves.items(), 1):
            self.balances[key] = self.balances.get(key, 0) + krw
            account_id = self.accounts.setdefault(key, new_id())
            lines.append(Line(position, str(account_id), krw))
            self.rows["ledger_line"].append((entry_id, position, account_id, krw))
        entry = Entry(
            self.number, str(entry_id), str(instruction_id), DAY, self.at, None, len(lines), self.digest, "",
            None, None, None, None, None, None,
        )  # fmt: skip
        sealed = entry_digest(entry, lines)  # type: ignore[arg-type] # it reads facts by name
        self.rows["journal_entry"].append(
            (entry_id, self.at, self.number, instruction_id, DAY, len(lines), self.digest, sealed)
        )
        self.digest, self.lines = sealed, self.lines + len(lines)

    def finish(self) -> None:
        """Write the accounts, with what their lines come to."""
        self.rows["account"] = [
            (account_id, kind.value, self._vehicle_id, deal_id, self.balances[kind, deal_id])
            for (kind, deal_id), account_id in self.accounts.items()
        ]


OF_A_DEAL = frozenset({_A.COMMITTED, _A.INVESTMENT, _A.ROYALTY})


def write_commitment(author: Author, deal: Deal, approval: str) -> None:
    """Write the promise to a deal: 2 lines in an entry."""
    asked = author.post(_K.DEAL_COMMITMENT, AMOUNT, {_A.COMMITTED: AMOUNT, _A.UNCOMMITTED: -AMOUNT}, deal.id)
    author.rows["commitment"].append((new_id(), author.at, deal.id, deal.vehicle_id, asked, AMOUNT, approval))


def write_year(author: Author, deal: Deal) -> None:
    """Write a year with a deal: capital called and received in two parts, royalties, a fee. 18 lines in 7 entries."""
    rows, half = author.rows, AMOUNT // 2
    asked = author.post(_K.CAPITAL_CALL, AMOUNT, {_A.CALLED: AMOUNT, _A.CALLABLE: -AMOUNT})
    call_id = new_id()
    rows["capital_call"].append((call_id, author.at, deal.vehicle_id, asked, AMOUNT, DAY))
    rows["capital_call_item"].append((call_id, "investment", AMOUNT))
    for _ in range(2):
        moves = {_A.RECEIVED: half, _A.CALLED: -half, _A.CASH: half, _A.PAID_IN: -half}
        asked = author.post(_K.CALL_RECEIPT, half, moves, call_id=str(call_id))
        rows["capital_call_receipt"].append((new_id(), author.at, call_id, asked, half))
    for _ in range(3):
        author.post(_K.ROYALTY, 1_000, {_A.CASH: 1_000, _A.ROYALTY: -1_000}, deal.id)
    author.post(_K.EXPENSE, 1_000, {_A.EXPENSE: 1_000, _A.CASH: -1_000}, purpose="expense")


def make_up(engine: sa.Engine, lines: int) -> int:
    """Write a ledger of at least so many lines into an empty database; gives how many entries it has."""
    people = [
        Person(email=f"{name}@example.org", name=name, password_hash="none")  # noqa: S106 - no secret
        for name in ("maker", "first", "second")
    ]
    mother = Vehicle(kind=VehicleKind.MOTHER_FUND, name_ko="모펀드", name_en="Mother fund", formed_on=DAY)
    group = OwnershipGroup(name_ko="세움")
    company = Organisation(kind=OrganisationKind.PARTNER_FIRM, name_ko="세움", ownership_group_id=group.id)
    meeting = CommitteeMeeting(title="제1차", meets_at=datetime(2026, 3, 1, tzinfo=UTC), chair_id=people[0].id)
    author = Author(mother.id, *people)
    total = lines * AMOUNT
    author.post(_K.FUND_SIZE, total, {_A.UNCOMMITTED: total, _A.SIZE: -total, _A.CALLABLE: total, _A.CALLS: -total})
    deals, items = [], []
    while author.lines < lines:
        deal = Deal(
            title_ko=f"투자 {len(deals)}", stage=DealStage.CONTRACTED, company_id=company.id, lead_id=people[0].id,
            vehicle_id=mother.id, amount_krw=AMOUNT,
        )  # fmt: skip
        deals.append(deal)
        items.append(
            AgendaItem(
                meeting_id=meeting.id,
                deal_id=deal.id,
                position=len(deals),
                terms_digest=deal.terms_digest(),
                state=ItemState.APPROVED,
                decided_at=datetime(2026, 3, 1, tzinfo=UTC),
                decided_by_id=people[0].id,
            )
        )
        write_commitment(author, deal, items[-1].terms_digest)
        for _ in range(5):
            write_year(author, deal)
    author.finish()
    with Session(engine) as session:
        for rows in ([*people, group, mother], [company, meeting]):
            session.add_all(rows)
            session.flush()
        session.connection().execute(sa.insert(Deal), [deal.model_dump() for deal in deals])
        session.connection().execute(sa.text("SET LOCAL session_replication_role = replica"))
        session.connection().execute(sa.insert(AgendaItem), [item.model_dump() for item in items])
        for table, columns in COLUMNS.items():
            copy(session.connection(), table, columns, author.rows[table])
        tip = {"number": author.number, "digest": author.digest}
        session.connection().execute(sa.text("UPDATE ledger_tip SET number = :number, digest = :digest"), tip)
        session.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
    return author.number


def copy(connection: sa.Connection, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    """Write rows as COPY does."""
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as writing:
        for row in rows:
            writing.write_row(row)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    given = work()
    return time.perf_counter() - started, given


def measured(engine: sa.Engine) -> str:
    """Verify once; say how long it took, and how much of that each side computed, since machines are shared."""
    with engine.execution_options(isolation_level="REPEATABLE READ").connect() as connection, connection.begin():
        raw: Any = connection.connection.driver_connection
        server = psutil.Process(raw.info.backend_pid)
        ours, theirs = time.process_time(), sum(server.cpu_times()[:2])
        seconds, found = timed(lambda: verify_on(connection))
        ours, theirs = time.process_time() - ours, sum(server.cpu_times()[:2]) - theirs
    assert found.whole, found.findings[:5]
    return (
        f"| verified {found.lines:,} lines of {found.entries:,} entries in | {seconds:.1f} s "
        f"(processor time: {ours:.1f} s ours, {theirs:.1f} s the database's) |"
    )


@click.command()
@click.option("--lines", default=1_000_000, show_default=True, type=click.IntRange(20), help="Ledger lines.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1, 20), help="Verifications.")
def main(lines: int, rounds: int) -> None:
    """Make up a ledger, verify it, and print how long that takes."""
    with tempfile.TemporaryDirectory(prefix="fund-verify-", ignore_cleanup_errors=True) as home:
        engine = open_engine(Settings(home=Path(home), database_url=None, encoder=None, public_url="http://localhost"))
        migrate(engine)
        owner = owner_engine(engine)
        seconds, entries = timed(lambda: make_up(owner, lines))
        engine.dispose()
        click.echo(f"| made up {entries:,} entries in | {seconds:.1f} s |")
        for _ in range(rounds):
            click.echo(measured(engine))
        engine.dispose()


if __name__ == "__main__":
    main()
