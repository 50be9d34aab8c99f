"""Consultations as a table to export."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.consultations.queries import all_consultations
from fund_service.consultations.schemas import ConsultationFilters
from fund_service.exports import MAX_EXPORT_ROWS, Cell

HEADINGS = (
    "R&D project", "Kind of consultation", "Authority", "Rule in question", "State", "Filed on", "Due on",
    "Days late", "Supplement wanted by", "Outcome", "Confirmed by another", "Valid from", "Valid until",
    "What a gate finds", "Consultation",
)  # fmt: skip


def consultation_headings() -> list[str]:
    """Name the columns of the table."""
    return [locales.gettext(heading) for heading in HEADINGS]


def consultation_rows(
    session: Session, filters: ConsultationFilters, *, caller: Caller, at: datetime
) -> Iterator[list[Cell]]:
    """Give the consultations that a list narrowed like this would show, in its order."""
    for one in all_consultations(session, filters, caller=caller, at=at, limit=MAX_EXPORT_ROWS + 1):
        yield [
            locales.pick(one.project_title_ko, one.project_title_en),
            locales.label(one.kind),
            one.authority,
            one.rule,
            locales.label(one.state),
            one.filed_on,
            one.due_on,
            one.overdue_days or None,
            one.reply_by,
            None if one.outcome is None else locales.label(one.outcome),
            locales.gettext("yes") if one.confirmed else locales.gettext("no"),
            one.valid_from,
            one.valid_until,
            locales.label(one.standing),
            str(one.id),
        ]
