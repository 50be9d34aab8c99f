"""The ledger lines that parts of figures count, selected and summed by the database."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func

from fund_service.metrics.balances import known
from fund_service.metrics.figures import DealSet, Part, PartName
from fund_service.metrics.formulas import Flow
from fund_service.metrics.holdings import NOT_STATED
from fund_service.metrics.line_schemas import DealNarrowing, EntryItem, LineItem
from fund_service.metrics.schemas import ReportAsked
from fund_service.metrics.sums import Scope
from models.deal import Deal, InvestmentInstrument
from models.instruction import Instruction
from models.ledger import Account, JournalEntry, LedgerLine
from models.organisation import Organisation
from models.plan import Region
from models.vehicle import Vehicle

IN_SET = {
    DealSet.MAIN_PURPOSE: col(Deal.main_purpose).is_(True),
    DealSet.GRANTS: col(Deal.instrument) == InvestmentInstrument.GRANT,
    DealSet.REPAYABLE: col(Deal.instrument) != InvestmentInstrument.GRANT,
}
"""The sets of deals as the database tells them (`sums.MEMBER`)."""


def chosen_lines(parts: Sequence[Part], scope: Scope, asked: ReportAsked, *, narrowing: DealNarrowing) -> sa.Subquery:
    """Select the lines of the parts, each as often as it counts; a line may count in two parts of one figure."""
    return sa.union_all(*(_lines_of(part, scope, asked, narrowing) for part in parts)).subquery("chosen")


def _lines_of(part: Part, scope: Scope, asked: ReportAsked, narrowing: DealNarrowing) -> sa.Select[*tuple[Any, ...]]:
    counted = [
        (sa.and_(col(Account.kind) == term.kind, col(Account.vehicle_id).in_(scope.books(term.reach))), term.sign)
        for term in part.terms
    ]
    query: sa.Select[*tuple[Any, ...]] = (
        sa.select(
            sa.literal(part.name.value).label("part"),
            col(LedgerLine.entry_id),
            col(LedgerLine.position),
            col(LedgerLine.account_id),
            col(LedgerLine.amount_krw),
            (col(LedgerLine.amount_krw) * sa.case(*counted)).label("counts_krw"),
            col(JournalEntry.effective_on),
        )
        .select_from(LedgerLine)
        .join(JournalEntry, col(JournalEntry.id) == col(LedgerLine.entry_id))
        .join(Account, col(Account.id) == col(LedgerLine.account_id))
        .where(known(asked), sa.or_(*(condition for condition, _ in counted)))
    )
    deals = [*_narrowed(narrowing)]
    if part.deals is not DealSet.ALL:
        deals.append(IN_SET[part.deals])
    return query.where(col(Account.deal_id).in_(sa.select(col(Deal.id)).where(*deals))) if deals else query


def _narrowed(narrowing: DealNarrowing) -> Iterator[sa.ColumnElement[bool]]:
    if narrowing.deal_id is not None:
        yield col(Deal.id) == narrowing.deal_id
    if narrowing.company_id is not None:
        yield col(Deal.company_id) == narrowing.company_id
    if narrowing.group_id is not None:
        members = sa.select(col(Organisation.id)).where(col(Organisation.ownership_group_id) == narrowing.group_id)
        yield col(Deal.company_id).in_(members)
    if narrowing.mega_region_code is not None:
        provinces = sa.select(col(Region.code)).where(col(Region.mega_region_code) == narrowing.mega_region_code)
        stated = col(Deal.region_code).in_(provinces)
        yield col(Deal.region_code).is_(None) if narrowing.mega_region_code == NOT_STATED else stated
    if narrowing.initiative_code is not None:
        code = None if narrowing.initiative_code == NOT_STATED else narrowing.initiative_code
        yield col(Deal.initiative_code).is_not_distinct_from(code)


def sums_of(session: Session, chosen: sa.Subquery) -> dict[str, tuple[int, int]]:
    """Count and sum the lines of each part."""
    query = sa.select(chosen.c.part, func.count(), func.sum(chosen.c.counts_krw)).group_by(chosen.c.part)
    return {part: (int(lines), int(krw)) for part, lines, krw in session.connection().execute(query)}


def flows_of(session: Session, chosen: sa.Subquery) -> list[Flow]:
    """Sum the flows of a rate by day."""
    query = (
        sa.select(chosen.c.effective_on, func.sum(chosen.c.counts_krw))
        .where(chosen.c.part == PartName.FLOWS.value)
        .group_by(chosen.c.effective_on)
    )
    return [(day, int(krw)) for day, krw in session.connection().execute(query)]


def entry_ids(session: Session, chosen: sa.Subquery, *, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Name the entries with lines that count, newest first."""
    query = sa.select(chosen.c.entry_id).distinct().order_by(chosen.c.entry_id.desc()).limit(limit)
    if after is not None:
        query = query.where(chosen.c.entry_id < after)
    return session.connection().scalars(query).all()


def entries_of(session: Session, chosen: sa.Subquery, ids: Sequence[UUID]) -> list[EntryItem]:
    """Read the entries with the lines that count, in the order of the ids."""
    query = (
        sa.select(
            chosen,
            col(Account.kind).label("account"),
            col(Account.deal_id),
            col(Vehicle.name_ko).label("vehicle_ko"),
            col(Vehicle.name_en).label("vehicle_en"),
            col(Deal.title_ko).label("deal_ko"),
            col(Deal.title_en).label("deal_en"),
            col(JournalEntry.number),
            col(JournalEntry.recorded_at),
            col(JournalEntry.reverses_id),
            col(Instruction.kind),
            col(Instruction.words),
        )
        .select_from(chosen)
        .join(JournalEntry, col(JournalEntry.id) == chosen.c.entry_id)
        .join(Instruction, col(Instruction.id) == col(JournalEntry.instruction_id))
        .join(Account, col(Account.id) == chosen.c.account_id)
        .join(Vehicle, col(Vehicle.id) == col(Account.vehicle_id))
        .outerjoin(Deal, col(Deal.id) == col(Account.deal_id))
        .where(chosen.c.entry_id.in_(ids))
        .order_by(chosen.c.entry_id.desc(), chosen.c.part, chosen.c.position)
    )
    entries: dict[UUID, EntryItem] = {}
    for row in session.connection().execute(query):
        entry = entries.get(row.entry_id) or entries.setdefault(
            row.entry_id,
            EntryItem(
                entry_id=row.entry_id,
                number=row.number,
                effective_on=row.effective_on,
                recorded_at=row.recorded_at,
                kind=row.kind,
                words=row.words,
                reverses=row.reverses_id is not None,
                lines=[],
            ),
        )
        entry.lines.append(LineItem(**{name: getattr(row, name) for name in LineItem.model_fields}))
    return list(entries.values())
