"""The ledger as tables to export: entries with every line, balances, instructions, commitments."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlmodel import Session, col, func

from fund_service import locales
from fund_service.exports import MAX_EXPORT_ROWS, Cell
from fund_service.ledger import journal, queries
from fund_service.ledger.journal_schemas import BalancesPage, EntryFilters
from fund_service.ledger.schemas import InstructionFilters, Party
from models.deal import Deal
from models.instruction import Commitment, Instruction
from models.ledger import Account, AccountKind, JournalEntry, LedgerLine
from models.organisation import Organisation
from models.vehicle import Envelope, Vehicle

Rows = Iterator[list[Cell]]

HEADINGS = {
    "entries": (
        "Number", "Effective date", "Recorded at", "Instruction", "Reason", "Line", "Book", "Account", "Deal",
        "Child vehicle", "Debit (won)", "Credit (won)", "Takes back", "Taken back by", "Seal",
    ),
    "balances": ("Book", "Account", "Balance (won)", "Lines", "As of"),
    "instructions": (
        "Instruction", "State", "Vehicle", "Envelope", "Deal", "Amount (won)", "Effective date", "Reason", "Made by",
        "Made at", "Checks given", "Checks needed", "Entry",
    ),
    "commitments": (
        "Deal", "Company", "Vehicle", "Committed (won)", "Drawn (won)", "Not drawn (won)", "Committed at",
        "Digest of the approval", "Instruction",
    ),
}  # fmt: skip


def headings(table: str) -> list[str]:
    """Give the headings of a table in the language at hand."""
    return [locales.gettext(heading) for heading in HEADINGS[table]]


def entry_rows(session: Session, filters: EntryFilters) -> Rows:
    """Give every line of the entries a list narrowed like this would show, last entry first, in one statement."""
    child = sa.orm.aliased(Vehicle)
    query = (
        journal.entry_columns(journal.conditions(filters))
        .add_columns(
            col(JournalEntry.digest),
            col(LedgerLine.position),
            col(LedgerLine.amount_krw).label("line_krw"),
            col(Account.kind).label("account_kind"),
            func.coalesce(col(Vehicle.name_ko), col(Envelope.name_ko)).label("book_ko"),
            func.coalesce(col(Vehicle.name_en), col(Envelope.name_en)).label("book_en"),
            col(Deal.title_ko),
            col(Deal.title_en),
            col(child.name_ko).label("child_ko"),
            col(child.name_en).label("child_en"),
        )
        .join(LedgerLine, col(LedgerLine.entry_id) == col(JournalEntry.id))
        .join(Account, col(Account.id) == col(LedgerLine.account_id))
        .join(Vehicle, col(Vehicle.id) == col(Account.vehicle_id), isouter=True)
        .join(Envelope, col(Envelope.id) == col(Account.envelope_id), isouter=True)
        .join(Deal, col(Deal.id) == col(Account.deal_id), isouter=True)
        .join(child, col(child.id) == col(Account.child_id), isouter=True)
        .order_by(col(JournalEntry.number).desc(), col(LedgerLine.position))
        .limit(MAX_EXPORT_ROWS + 1)
    )
    for row in session.connection().execute(query):
        yield [
            row.number,
            row.effective_on,
            row.recorded_at,
            locales.label(row.kind),
            row.words,
            row.position,
            locales.pick(row.book_ko, row.book_en),
            locales.label(row.account_kind),
            locales.pick(row.title_ko, row.title_en),
            locales.pick(row.child_ko, row.child_en),
            max(row.line_krw, 0),
            max(-row.line_krw, 0),
            row.reverses_number,
            row.reversed_by_number,
            row.digest,
        ]


def balance_rows(page: BalancesPage) -> Rows:
    """Give the balances of a page."""
    for book in page.books:
        for found in book.balances:
            name = _name(book.vehicle or book.envelope)
            yield [name, locales.label(found.kind), found.balance_krw, found.lines, page.as_of]


def instruction_rows(session: Session, filters: InstructionFilters) -> Rows:
    """Give the instructions a list narrowed like this would show, newest first."""
    query = queries.item_columns(queries.conditions(filters)).order_by(col(Instruction.id).desc())
    rows = session.connection().execute(query.limit(MAX_EXPORT_ROWS + 1)).all()
    for item in queries.instruction_items(session, rows):
        yield [
            locales.label(item.kind),
            locales.label(item.state),
            _name(item.vehicle),
            _name(item.envelope),
            _name(item.deal),
            item.amount_krw,
            item.effective_on,
            item.words,
            _name(item.made_by),
            item.recorded_at,
            item.checks_given,
            item.checks_needed,
            item.entry_number,
        ]


def commitment_rows(session: Session) -> Rows:
    """Give all commitments to deals, newest first, with where their won are.

    What is drawn and not drawn is that of deal and vehicle: of several commitments the earlier ones were released.
    """
    moved = (
        sa.select(
            col(Account.vehicle_id),
            col(Account.deal_id),
            *(
                func.coalesce(func.sum(col(LedgerLine.amount_krw)).filter(col(Account.kind) == kind), 0).label(kind)
                for kind in (AccountKind.DRAWN, AccountKind.COMMITTED)
            ),
        )
        .join_from(LedgerLine, Account, col(Account.id) == col(LedgerLine.account_id))
        .where(col(Account.kind).in_([AccountKind.DRAWN, AccountKind.COMMITTED]))
        .group_by(col(Account.vehicle_id), col(Account.deal_id))
        .subquery()
    )
    query = (
        sa.select(Commitment, Deal, Organisation, Vehicle, moved.c.drawn, moved.c.committed)
        .join_from(Commitment, Deal, col(Deal.id) == col(Commitment.deal_id))
        .join(Organisation, col(Organisation.id) == col(Deal.company_id))
        .join(Vehicle, col(Vehicle.id) == col(Commitment.vehicle_id))
        .join(
            moved,
            sa.and_(moved.c.vehicle_id == col(Commitment.vehicle_id), moved.c.deal_id == col(Commitment.deal_id)),
            isouter=True,
        )
        .order_by(col(Commitment.id).desc())
        .limit(MAX_EXPORT_ROWS + 1)
    )
    for commitment, deal, company, vehicle, drawn, committed in session.execute(query):
        yield [
            locales.pick(deal.title_ko, deal.title_en),
            locales.pick(company.name_ko, company.name_en),
            locales.pick(vehicle.name_ko, vehicle.name_en),
            commitment.amount_krw,
            int(drawn or 0),
            int(committed or 0),
            commitment.recorded_at,
            commitment.approval_digest,
            str(commitment.instruction_id),
        ]


def _name(party: Party | None) -> str | None:
    return None if party is None else locales.pick(party.name_ko, party.name_en)
