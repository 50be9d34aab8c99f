"""Market demand as a file: every kind is made from the one view, so all give the same figures."""

import io
import re
from collections.abc import Mapping

from rich.box import ASCII2
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from fund_service import locales
from fund_service.exports import write_csv, write_xlsx
from fund_service.market.pdf import write_pdf
from fund_service.market.queries import TITLES, market_demand
from fund_service.market.schemas import Breakdown, DocumentKind, MarketDemandView
from fund_service.market.tables import exported_table, printed_table

TERMINAL_COLUMNS = 120
LABEL_COLUMNS, FIGURE_COLUMNS = 58, 14
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#~])")

MEDIA_TYPES: Mapping[DocumentKind, str] = {
    DocumentKind.TEXT: "text/plain",
    DocumentKind.JSON: "application/json",
    DocumentKind.CSV: "text/csv",
    DocumentKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    DocumentKind.MARKDOWN: "text/markdown",
    DocumentKind.PDF: "application/pdf",
}


def demand_document(session: Session, *, kind: str, by: str, number: int | None = None) -> bytes:
    """Write a release as a file in the language at hand, the newest one where no number is given.

    ``kind`` and ``by`` are values of their enums.

    Raises
    ------
    RecordNotFound
        When there is no release of that number.
    """
    return document_of(market_demand(session, by=Breakdown(by), number=number), kind=DocumentKind(kind))


def document_of(view: MarketDemandView, *, kind: DocumentKind) -> bytes:
    """Write a view as a file of one kind."""
    match kind:
        case DocumentKind.TEXT:
            return write_text(view).encode()
        case DocumentKind.JSON:
            return view.model_dump_json(indent=2).encode() + b"\n"
        case DocumentKind.CSV:
            return write_csv(*exported_table(view))
        case DocumentKind.XLSX:
            return write_xlsx(*exported_table(view), title=title_of(view))
        case DocumentKind.MARKDOWN:
            return write_markdown(view).encode()
        case DocumentKind.PDF:
            return write_pdf(view, title=title_of(view), notes=notes_of(view))


def title_of(view: MarketDemandView) -> str:
    """Give the title of a breakdown."""
    return locales.gettext(TITLES[view.by])


def notes_of(view: MarketDemandView) -> list[str]:
    """Say what is counted, what is held back, and why; without a release, that there is none."""
    if view.as_of is None:
        return [locales.gettext("No release of market demand has been made yet.")]
    return [
        locales.gettext(
            "Release {number}: live signals as of {day}, confidential ones included. Affiliates count as one ownership "
            "group; the same words from one group count once. A release never changes."
        ).format(number=view.release, day=locales.day(view.as_of)),
        locales.gettext(
            "Stated: money set aside, or the largest ticket where none is named. Verified: the part that rests on a "
            "document (L2 and above). Amounts are rounded to {step} so that what adds up still does; a signal's money "
            "is shared out over the fields and regions it names, in whole won."
        ).format(step=locales.won(view.rounded_to_krw)),
        locales.gettext(
            "An amount is published when it rests on at least {groups} ownership groups, none of which could be told "
            "from it, and when nothing that is withheld follows from it to within 15 %. What nobody asked for looks "
            "like what is withheld."
        ).format(groups=view.min_groups),
        locales.gettext(
            "What is published changes from one release to the next only where at least three ownership groups "
            "changed; late signals wait for a later release."
        ),
    ]


def write_text(view: MarketDemandView) -> str:
    """Write a view as a table for terminals, Korean in double width."""
    written = io.StringIO()
    console = Console(file=written, width=TERMINAL_COLUMNS, color_system=None, highlight=False, markup=False)
    console.print(title_of(view), soft_wrap=True)
    columns, rows = printed_table(view)
    if rows:
        table = Table(box=ASCII2, show_edge=False, pad_edge=False)
        table.add_column(columns[0], width=LABEL_COLUMNS, overflow="fold")
        for position, column in enumerate(columns[1:], 1):
            table.add_column(column, justify="right" if _is_figure(position) else "left", max_width=FIGURE_COLUMNS)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for note in notes_of(view):
        console.print(f"- {note}", soft_wrap=True)
    return written.getvalue()


def write_markdown(view: MarketDemandView) -> str:
    """Write a view as Markdown with one pipe table."""
    columns, rows = printed_table(view)
    lines = [f"# {_markdown(title_of(view))}", ""]
    if rows:
        lines.append(_markdown_row(columns))
        lines.append(f"|{'|'.join('---:' if _is_figure(position) else '---' for position in range(len(columns)))}|")
        lines += [_markdown_row(row) for row in rows]
        lines.append("")
    lines += [f"- {_markdown(note)}" for note in notes_of(view)]
    return "\n".join(lines) + "\n"


def _is_figure(position: int) -> bool:
    """Say whether a column of the printed table holds figures: all but the label."""
    return position > 0


def _markdown_row(cells: list[str]) -> str:
    return f"| {' | '.join(_markdown(cell) for cell in cells)} |"


def _markdown(text: str) -> str:
    """Escape what Markdown would read as its own, and keep a cell on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))
