"""Tables of rounds to download: quotas, and assignments."""

from collections.abc import Iterator
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.exports import MAX_EXPORT_ROWS, Cell
from fund_service.rounds.commands import find_round
from fund_service.rounds.queries import assignment_views
from fund_service.rounds.quotas import all_quotas
from fund_service.rounds.sight import known_to
from models.matching_round import RoundAssignment


def quota_rows(session: Session, round_id: UUID, *, caller: Caller) -> Iterator[list[Cell]]:
    """Give the quotas of a round as an import reads them again."""
    find_round(session, round_id)
    for quotas in all_quotas(session, round_id, caller=caller):
        for quota in quotas:
            name = locales.pick(quota.name_ko, quota.name_en)
            yield [locales.label(quota.side), str(quota.id), name, quota.meetings, quota.krw]


def assignment_heads() -> list[str]:
    """Give the headings of the table of assignments."""
    return [
        locales.gettext("Investor"),
        locales.gettext("Project"),
        locales.gettext("Both sides accept"),
        locales.gettext("Chance of being drawn"),
        locales.gettext("Smallest ticket (won)"),
    ]


def assignment_rows(session: Session, round_id: UUID, *, caller: Caller) -> Iterator[list[Cell]]:
    """Give the assignments of a round that the caller may know of."""
    find_round(session, round_id)
    rows = session.exec(
        select(RoundAssignment)
        .where(RoundAssignment.round_id == round_id, known_to(caller))
        .order_by(col(RoundAssignment.organisation_id), col(RoundAssignment.value).desc(), col(RoundAssignment.id))
        .limit(MAX_EXPORT_ROWS + 1)
    ).all()
    for view in assignment_views(session, [(row, row.chance) for row in rows]):
        yield [
            locales.pick(view.investor.name_ko, view.investor.name_en),
            locales.pick(view.project.name_ko, view.project.name_en),
            round(view.value, 4),
            round(view.chance, 4),
            view.ticket_krw,
        ]
