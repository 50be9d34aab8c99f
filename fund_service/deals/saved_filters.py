"""Saved filters: each person's own views of the pipeline, under names of their own."""

from datetime import datetime
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.deals.schemas import DealFilters, SavedFilterIn, SavedFilterView
from models.deal import SavedFilter
from models.errors import RecordNotFound, ValueNotAllowed

MAX_SAVED = 50
"""Filters a person keeps at most; all of them are shown on the board."""


def saved_filters(session: Session, caller: Caller) -> list[SavedFilterView]:
    """List a person's own filters by name."""
    rows = session.exec(
        select(SavedFilter).where(SavedFilter.person_id == caller.person_id).order_by(col(SavedFilter.name))
    )
    return [SavedFilterView(id=row.id, name=row.name, query=row.query) for row in rows]


def save_filter(session: Session, data: SavedFilterIn, *, caller: Caller, at: datetime) -> SavedFilterView:
    """Keep a filter; one of the same name is replaced.

    Raises
    ------
    ValueNotAllowed
        When the query narrows by nothing that the list knows, or the person keeps too many.
    """
    query = _narrowing(data.query)
    row = session.exec(
        select(SavedFilter).where(SavedFilter.person_id == caller.person_id, SavedFilter.name == data.name)
    ).first()
    if row is None:
        kept = session.exec(
            select(func.count()).select_from(SavedFilter).where(SavedFilter.person_id == caller.person_id)
        ).one()
        if kept >= MAX_SAVED:
            raise ValueNotAllowed("At most {max} filters can be kept; delete one first.", field="name", max=MAX_SAVED)
        row = SavedFilter(person_id=caller.person_id, name=data.name, query=query, recorded_at=at)
    row.query = query
    session.add(row)
    session.flush()
    return SavedFilterView(id=row.id, name=row.name, query=row.query)


def delete_filter(session: Session, filter_id: UUID, *, caller: Caller) -> None:
    """Forget a person's own filter.

    Raises
    ------
    RecordNotFound
        When there is none, or it is somebody else's: the two read the same.
    """
    row = session.exec(
        select(SavedFilter).where(SavedFilter.id == filter_id, SavedFilter.person_id == caller.person_id)
    ).first()
    if row is None:
        raise RecordNotFound("There is no such filter among yours.")
    session.delete(row)
    session.flush()


def _narrowing(query: str) -> str:
    """Keep of a query string what narrows the list, in one spelling; the list itself refuses values that are none."""
    pairs = [(name, value) for name, value in parse_qsl(query.removeprefix("?")) if name in DealFilters.model_fields]
    if not pairs:
        raise ValueNotAllowed("Narrow the list first; there is nothing to keep.", field="query")
    return urlencode(pairs)
