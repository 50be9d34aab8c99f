"""The projects of a run as a table to download: a line for each, in the same bands as on the page."""

from collections.abc import Iterator, Sequence

from fund_service import locales
from fund_service.exports import Cell
from fund_service.relevance.schemas import FigureView

HEADINGS = (
    "Project", "Technology fields", "Finding", "Missing", "Months missing", "Approved", "Requests before approval",
    "Requests in six months", "Share at approval (%)", "Share now (%)", "Left of the demand", "Commitment withdrawn",
    "Review",
)  # fmt: skip


def figure_heads() -> list[str]:
    """Give the headings of the table."""
    return [locales.gettext(heading) for heading in HEADINGS]


def figure_rows(views: Sequence[FigureView]) -> Iterator[list[Cell]]:
    """Give the projects, as the page orders them."""
    for view in views:
        yield [
            locales.pick(view.title_ko, view.title_en),
            ", ".join(locales.gettext(f"TechnologyField.{code}") for code in view.field_codes) or None,
            locales.label(view.finding),
            None if view.missing is None else locales.label(view.missing),
            view.missing_months,
            view.approved_on,
            view.events_at_approval,
            view.events_now,
            view.percent_at_approval,
            view.percent_now,
            None if view.ratio is None else locales.label(view.ratio),
            locales.gettext("yes") if view.withdrawn else None,
            None if view.review_state is None else locales.label(view.review_state),
        ]
