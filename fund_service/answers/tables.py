"""Answers, and the demand that teams answer, as tables to export."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.answers.demand import team_demands
from fund_service.answers.queries import all_given
from fund_service.answers.schemas import AnswerFilters
from fund_service.exports import BETWEEN_ENTRIES, MAX_EXPORT_ROWS, Cell
from fund_service.paging import MAX_LIMIT, read_cursor

HEADINGS = {
    "given": (
        "Answered at", "Answer", "Reason", "In own words", "Answered by", "Demand signal", "R&D project",
        "Place in the list", "Answer of the project's team", "Deals", "Signal (id)", "Project (id)",
    ),
    "demand": (
        "R&D project", "Place in the list", "Demand signal", "Organisation", "Chance that both say yes (%)",
        "Answer of the investor", "Own answer", "Reason", "In own words", "Signal (id)", "Project (id)",
    ),
}  # fmt: skip
"""The columns of each table."""


def given_headings() -> list[str]:
    """Name the columns of the table of an investor's answers."""
    return [locales.gettext(heading) for heading in HEADINGS["given"]]


def given_rows(session: Session, filters: AnswerFilters, *, caller: Caller) -> Iterator[list[Cell]]:
    """Give the answers that a list narrowed like this would show, newest first."""
    for answer in all_given(session, filters, caller=caller, limit=MAX_EXPORT_ROWS + 1):
        yield [
            answer.answered_at,
            locales.label(answer.kind),
            None if answer.reason is None else locales.label(answer.reason),
            answer.words,
            answer.person_name,
            answer.signal_excerpt,
            locales.pick(answer.project_title_ko, answer.project_title_en),
            answer.position,
            None if answer.project_side is None else locales.label(answer.project_side.kind),
            BETWEEN_ENTRIES.join(locales.label(deal.stage) for deal in answer.deals),
            str(answer.signal_id),
            str(answer.project_id),
        ]


def demand_headings() -> list[str]:
    """Name the columns of the table of a team's demand."""
    return [locales.gettext(heading) for heading in HEADINGS["demand"]]


def demand_rows(session: Session, *, caller: Caller, at: datetime) -> Iterator[list[Cell]]:
    """Give the demand of all projects of the caller's team, project by project, best first."""
    cursor: str | None = None
    while True:
        page = team_demands(session, caller=caller, at=at, after=read_cursor(cursor), limit=MAX_LIMIT)
        for project in page.items:
            for item in project.items:
                own, investor = item.answers.project, item.answers.investor
                yield [
                    locales.pick(project.project_title_ko, project.project_title_en),
                    item.position,
                    item.text,
                    locales.pick(item.organisation_name_ko, item.organisation_name_en),
                    None if item.chance is None else round(100 * item.chance.probability, 1),
                    None if investor is None else locales.label(investor.kind),
                    None if own is None else locales.label(own.kind),
                    None if own is None or own.reason is None else locales.label(own.reason),
                    None if own is None else own.words,
                    str(item.signal_id),
                    str(project.project_id),
                ]
        cursor = page.next_cursor
        if cursor is None:
            return
