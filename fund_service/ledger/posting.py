"""Posting: the one place that writes entries on the ledger."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from fund_service import locales
from models.errors import MoneyNotThere, ValueNotAllowed
from models.identity import new_id
from models.instruction import Instruction, InstructionState
from models.ledger import GUARDED, Account, AccountKind, JournalEntry, LedgerLine, LedgerTip, entry_digest
from models.vehicle import Envelope, Vehicle

MONEY_IS_THERE = "ck_account_money_is_there"
"""The database's own guard."""
TIP = 1
"""The id of the ledger's one tip."""


@dataclass(frozen=True, slots=True)
class AccountKey:
    """An account by what it is: a kind in the book of a vehicle or envelope, for a deal or child where it has one."""

    kind: AccountKind
    vehicle_id: UUID | None = None
    envelope_id: UUID | None = None
    deal_id: UUID | None = None
    child_id: UUID | None = None


Line = tuple[AccountKey, int]
"""An account and signed won: debit positive, credit negative."""
There = Mapping[AccountKey, int]
"""What is on accounts, in won."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An account as it stands: its id, none where no line has opened it yet, and its balance in won."""

    id: UUID | None = None
    balance_krw: int = 0


def nothing_more(_: Session, __: There) -> None:
    """Ask nothing of the ledger beyond that the money is there."""


def lock_ledger(session: Session) -> LedgerTip:
    """Make this transaction the ledger's only writer until it ends: every balance read from now on stays true.

    Rows of deals and instructions are locked before, never after, so that two postings never wait for each other.
    """
    query = select(LedgerTip).where(LedgerTip.id == TIP).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def balance(session: Session, key: AccountKey) -> int:
    """Sum the lines of an account, in won; zero for one that has none."""
    return balances(session, [key])[key]


def balances(session: Session, keys: Sequence[AccountKey]) -> dict[AccountKey, int]:
    """Sum the lines of several accounts, in won, in one statement."""
    return {key: standing.balance_krw for key, standing in standings(session, keys).items()}


def standings(session: Session, keys: Sequence[AccountKey]) -> dict[AccountKey, Standing]:
    """Find several accounts with the sums of their lines, in one statement."""
    rows = session.exec(
        select(Account, func.coalesce(func.sum(LedgerLine.amount_krw), 0))
        .outerjoin(LedgerLine, col(LedgerLine.account_id) == col(Account.id))
        .where(sa.or_(*(is_account(key) for key in keys)))
        .group_by(col(Account.id))
    ).all()
    found = {key_of_account(account): Standing(account.id, int(total)) for account, total in rows}
    return {key: found.get(key, Standing()) for key in keys}


def post(
    session: Session,
    instruction: Instruction,
    lines: Sequence[Line],
    *,
    at: datetime,
    resolved_by_id: UUID,
    reverses_id: UUID | None = None,
    tip: LedgerTip | None = None,
    weigh: Callable[[Session, There], None] = nothing_more,
) -> JournalEntry:
    """Post the entry of a pending instruction and mark it posted.

    Lines of one account are added up; what comes to nothing is left out. Every book must balance in itself, and no
    guarded account may fall below zero. The database holds both too, and that the instruction was checked.

    Parameters
    ----------
    tip : LedgerTip | None
        The tip, where this transaction holds it already.
    weigh
        What else is asked of the ledger as it stands, given the balances of the accounts that are moved.

    Raises
    ------
    MoneyNotThere
        When a guarded account would fall below zero, with what there is and what was asked.
    ValueNotAllowed
        When the lines do not sum to zero in every book.
    FundError
        When ``weigh`` refuses.
    """
    tip = tip or lock_ledger(session)
    moved = added_up(lines)
    accounts = _open(session, _weighed(session, moved, weigh))
    entry = JournalEntry(
        number=tip.number + 1,
        recorded_at=at,
        instruction_id=instruction.id,
        effective_on=instruction.effective_on,
        line_count=len(moved),
        reverses_id=reverses_id,
        previous_digest=tip.digest,
        digest="",
    )
    written = [
        LedgerLine(entry_id=entry.id, position=position, account_id=accounts[key], amount_krw=amount)
        for position, (key, amount) in enumerate(sorted(moved.items(), key=lambda move: accounts[move[0]]), 1)
    ]
    entry.digest = entry_digest(entry, written)
    session.add(entry)
    session.flush()
    _write_lines(session, written)
    tip.number, tip.digest = entry.number, entry.digest
    instruction.state, instruction.resolved_at = InstructionState.POSTED, at
    instruction.resolved_by_id = resolved_by_id
    session.flush()
    return entry


def added_up(lines: Sequence[Line]) -> dict[AccountKey, int]:
    """Add up the lines of each account, in their order; what comes to nothing is left out."""
    moved: dict[AccountKey, int] = {}
    for key, amount in lines:
        moved[key] = moved.get(key, 0) + amount
    return {key: amount for key, amount in moved.items() if amount}


def check_lines(
    session: Session, lines: Sequence[Line], weigh: Callable[[Session, There], None] = nothing_more
) -> None:
    """Refuse lines that could not be posted as the ledger stands now.

    Raises
    ------
    MoneyNotThere
        When a guarded account would fall below zero, with what there is and what was asked.
    ValueNotAllowed
        When the lines do not sum to zero in every book.
    FundError
        When ``weigh`` refuses.
    """
    _weighed(session, added_up(lines), weigh)


def _weighed(
    session: Session, moved: Mapping[AccountKey, int], weigh: Callable[[Session, There], None]
) -> dict[AccountKey, Standing]:
    """Read the accounts that are moved, in one statement, and refuse what they do not permit."""
    _check_books(moved)
    found = standings(session, list(moved))
    there = {key: standing.balance_krw for key, standing in found.items()}
    weigh(session, there)
    _check_money(session, moved, there)
    return found


def _write_lines(session: Session, lines: Sequence[LedgerLine]) -> None:
    """Write the lines of an entry; the database keeps the guards and has the last word on what is there."""
    try:
        session.connection().execute(sa.insert(LedgerLine), [line.model_dump() for line in lines])
    except IntegrityError as error:
        if getattr(getattr(error.orig, "diag", None), "constraint_name", None) == MONEY_IS_THERE:
            raise MoneyNotThere("The money is not there any more; nothing was posted.") from error
        raise


def _check_books(moved: Mapping[AccountKey, int]) -> None:
    books: dict[UUID | None, int] = {}
    for key, amount in moved.items():
        book = key.vehicle_id or key.envelope_id
        books[book] = books.get(book, 0) + amount
    if not books or any(books.values()):
        raise ValueNotAllowed("The lines of an entry must sum to zero in every book.")


def _check_money(session: Session, moved: Mapping[AccountKey, int], there: There) -> None:
    for key, amount in moved.items():
        if amount < 0 and key.kind in GUARDED and there[key] + amount < 0:
            raise MoneyNotThere(
                "{asked} won were asked for, but only {there} won are there ({account}, {book}).",
                field="amount_krw",
                asked=f"{-amount:,}",
                there=f"{there[key]:,}",
                account=locales.label(key.kind),
                book=_book_name(session, key),
            )


def _book_name(session: Session, key: AccountKey) -> str:
    book = session.get(Envelope, key.envelope_id) if key.vehicle_id is None else session.get(Vehicle, key.vehicle_id)
    return "" if book is None else locales.pick(book.name_ko, book.name_en)


def _open(session: Session, found: Mapping[AccountKey, Standing]) -> dict[AccountKey, UUID]:
    """Open the accounts that are new, in one statement; the ledger is locked, so nobody else opens one meanwhile."""
    accounts = {key: standing.id or new_id() for key, standing in found.items()}
    opened = [
        Account(
            id=accounts[key],
            kind=key.kind,
            vehicle_id=key.vehicle_id,
            envelope_id=key.envelope_id,
            deal_id=key.deal_id,
            child_id=key.child_id,
        ).model_dump()
        for key, standing in found.items()
        if standing.id is None
    ]
    if opened:
        session.connection().execute(sa.insert(Account), opened)
    return accounts


def is_account(key: AccountKey) -> sa.ColumnElement[bool]:
    """Say that a row is the account of a key; what it has none of is asked as IS NULL, which an index can find."""
    return sa.and_(
        col(Account.kind) == key.kind,
        *(
            col(getattr(Account, name)) == getattr(key, name)
            for name in ("vehicle_id", "envelope_id", "deal_id", "child_id")
        ),
    )


def key_of_account(account: Account) -> AccountKey:
    """Say what an account is."""
    return AccountKey(account.kind, account.vehicle_id, account.envelope_id, account.deal_id, account.child_id)
