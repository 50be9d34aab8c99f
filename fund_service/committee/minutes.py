"""Minutes: who was there, who was recused and why, how all voted, what was decided on which conditions."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from fund_service import locales
from fund_service.committee.minutes_pdf import write_minutes_pdf
from fund_service.committee.minutes_words import attendance, decision_line, item_title, recusal_line, share
from fund_service.committee.schemas import ItemView, MeetingView, MemberView
from fund_service.exports import BETWEEN_ENTRIES, Cell, write_csv, write_xlsx


class MinutesFormat(StrEnum):
    """The files minutes come as."""

    PDF = "pdf"
    """To be read and signed."""
    XLSX = "xlsx"
    """A workbook, one row a member and item."""
    CSV = "csv"
    """The same as comma-separated values."""


MINUTES_TYPES: Mapping[MinutesFormat, str] = {
    MinutesFormat.PDF: "application/pdf",
    MinutesFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    MinutesFormat.CSV: "text/csv",
}


def write_minutes(view: MeetingView, *, kind: MinutesFormat) -> bytes:
    """Write the minutes of a meeting in the language at hand; the same view gives the same bytes as PDF or CSV."""
    match kind:
        case MinutesFormat.PDF:
            return write_minutes_pdf(view)
        case MinutesFormat.XLSX:
            return write_xlsx(_heads(), _rows(view), title=locales.gettext("Minutes"))
        case MinutesFormat.CSV:
            return write_csv(_heads(), _rows(view))


def _heads() -> list[str]:
    return [
        locales.gettext("Meeting"),
        locales.gettext("Date and time"),
        locales.gettext("Place"),
        locales.gettext("Chair"),
        locales.gettext("Quorum"),
        locales.gettext("Majority"),
        locales.gettext("No."),
        locales.gettext("Deal"),
        locales.gettext("Company"),
        locales.gettext("Amount (won)"),
        locales.gettext("Terms"),
        locales.gettext("Member"),
        locales.gettext("Attendance"),
        locales.gettext("Recused because"),
        locales.gettext("Vote"),
        locales.gettext("Words"),
        locales.gettext("Decision"),
        locales.gettext("Decided"),
        locales.gettext("Decided by"),
        locales.gettext("Reasoning"),
        locales.gettext("Conditions"),
    ]


def _rows(view: MeetingView) -> Iterator[list[Cell]]:
    """Give one row for each member and item."""
    for item in view.items:
        for member in item.members:
            yield [
                view.title,
                view.meets_at,
                view.place,
                view.chair_name,
                share(view.quorum_bp),
                share(view.approval_bp),
                *_item_cells(item),
                *_member_cells(item, member),
                decision_line(item),
                item.decided_at,
                item.decided_by_name,
                item.words,
                BETWEEN_ENTRIES.join(condition.words for condition in item.conditions),
            ]


def _item_cells(item: ItemView) -> list[Cell]:
    company = locales.pick(item.deal.company_name_ko, item.deal.company_name_en)
    return [item.position, item_title(item), company, item.deal.amount_krw, item.terms_digest]


def _member_cells(item: ItemView, member: MemberView) -> list[Cell]:
    vote = None if member.choice is None else locales.label(member.choice)
    return [member.name, attendance(item, member), recusal_line(member), vote, member.words]
