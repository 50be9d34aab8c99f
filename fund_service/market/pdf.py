"""Market demand as a PDF to take into a meeting: A4, Korean or English, with chart, table and what was held back."""

import io
import struct
from collections.abc import Sequence

import vl_convert
from fpdf import FPDF
from fpdf.enums import TableCellFillMode, XPos, YPos
from fpdf.fonts import FontFace

from fund_service import locales
from fund_service.fonts import FAMILY, font_files, use_in_charts
from fund_service.market.charts import amount
from fund_service.market.schemas import MarketDemandView, Said
from fund_service.market.tables import printed_index, printed_table

MARGIN_MM = 18
CONTENT_MM = 210 - 2 * MARGIN_MM
COLUMN_WIDTHS = (84, 30, 30, 30)
ALIGNMENTS = ("LEFT", "RIGHT", "RIGHT", "RIGHT")
INDEX_WIDTHS = (12, 58, 18, 18, 18, 18, 32)
INDEX_ALIGNMENTS = ("RIGHT", "LEFT", "RIGHT", "RIGHT", "RIGHT", "RIGHT", "LEFT")
INK, GREY, RULE, BLUE, PALE = (30, 33, 36), (88, 97, 106), (205, 209, 213), (11, 80, 208), (236, 242, 254)
CHART_MAX_MM = 120
VEGA_LITE = "6.4"
"""Version the chart is drawn with: the newest the renderer carries of the one the pages use."""
CHART_SCALE = 3
"""Pixels for each unit of the chart: about 250 to the inch on the page."""


class DemandPdf(FPDF):
    """An A4 page with the running title below and the number of the page."""

    def __init__(self, title: str, view: MarketDemandView) -> None:
        super().__init__(format="A4")
        self.running_title = title
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(True, margin=MARGIN_MM + 4)
        fonts = font_files()
        self.add_font(FAMILY, "", fonts.regular)
        self.add_font(FAMILY, "B", fonts.bold)
        self.set_title(title)
        self.set_lang(locales.LANGUAGE.get().value)
        if view.made_at is not None:
            # The same release gives the same bytes, whenever it is printed.
            self.set_creation_date(view.made_at)

    def footer(self) -> None:
        """Print the running title and the page's number."""
        self.set_y(-MARGIN_MM)
        self.set_font(FAMILY, "", 8)
        self.set_text_color(*GREY)
        self.cell(CONTENT_MM - 20, 6, self.running_title)
        self.cell(20, 6, f"{self.page_no()} / {{nb}}", align="R")


def write_pdf(view: MarketDemandView, *, title: str, notes: Sequence[str]) -> bytes:
    """Write a view as a PDF; the same view gives the same bytes."""
    pdf = DemandPdf(title, view)
    pdf.add_page()
    _heading(pdf, view, title)
    if view.chart is not None:
        _chart(pdf, view, title)
    _table(pdf, view)
    _index(pdf, view)
    _notes(pdf, notes)
    return bytes(pdf.output())


def _heading(pdf: DemandPdf, view: MarketDemandView, title: str) -> None:
    pdf.set_text_color(*INK)
    pdf.set_font(FAMILY, "B", 20)
    pdf.multi_cell(CONTENT_MM, 10, title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_font(FAMILY, "", 10)
    pdf.set_text_color(*GREY)
    if view.as_of is not None:
        line = locales.gettext("Release {number}, as of {day}").format(number=view.release, day=locales.day(view.as_of))
        pdf.cell(CONTENT_MM, 6, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_draw_color(*BLUE)
    pdf.set_line_width(0.6)
    pdf.line(MARGIN_MM, pdf.y + 2, MARGIN_MM + CONTENT_MM, pdf.y + 2)
    pdf.ln(5)
    if view.total is not None:
        pdf.set_font(FAMILY, "B", 11)
        pdf.set_text_color(*INK)
        pdf.multi_cell(CONTENT_MM, 6, _key_figures(view.total), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.ln(2)


def _key_figures(total: Said) -> str:
    return locales.gettext("Ownership groups {groups}, {stated} stated, {verified} of it verified.").format(
        groups=total.groups or locales.gettext("withheld"),
        stated=_amount(total.stated_krw),
        verified=_amount(total.verified_krw),
    )


def _amount(krw: int | None) -> str:
    return locales.gettext("withheld") if krw is None else amount(krw)


def _chart(pdf: DemandPdf, view: MarketDemandView, title: str) -> None:
    use_in_charts()
    spec = {name: part for name, part in (view.chart or {}).items() if name != "title"}
    drawing = vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE, scale=CHART_SCALE)
    across, down = struct.unpack(">II", drawing[16:24])  # a PNG's size stands in its first chunk
    width = min(CONTENT_MM, CHART_MAX_MM * across / down)
    pdf.image(io.BytesIO(drawing), x=MARGIN_MM + (CONTENT_MM - width) / 2, w=width, alt_text=title)
    pdf.ln(4)


def _table(pdf: DemandPdf, view: MarketDemandView) -> None:
    columns, rows = printed_table(view)
    if not rows:
        return
    pdf.set_font(FAMILY, "", 8.5)
    pdf.set_text_color(*INK)
    pdf.set_draw_color(*RULE)
    pdf.set_line_width(0.2)
    bold = FontFace(emphasis="BOLD")
    head = FontFace(emphasis="BOLD", color=INK, fill_color=PALE, size_pt=8)
    with pdf.table(
        col_widths=COLUMN_WIDTHS,
        text_align=ALIGNMENTS,
        headings_style=head,
        borders_layout="HORIZONTAL_LINES",
        cell_fill_mode=TableCellFillMode.NONE,
        line_height=4.6,
        padding=(1.1, 1),
        width=CONTENT_MM,
    ) as table:
        for position, cells in enumerate((columns, *rows)):
            is_total = view.total is not None and position == len(rows)
            table.row(cells, style=bold if is_total else None)
    pdf.ln(5)


def _index(pdf: DemandPdf, view: MarketDemandView) -> None:
    columns, rows = printed_index(view)
    if not rows:
        return
    pdf.set_font(FAMILY, "B", 9.5)
    pdf.set_text_color(*INK)
    pdf.cell(CONTENT_MM, 6, locales.gettext("Demand index"), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_font(FAMILY, "", 8)
    with pdf.table(
        col_widths=INDEX_WIDTHS,
        text_align=INDEX_ALIGNMENTS,
        headings_style=FontFace(emphasis="BOLD", color=INK, fill_color=PALE, size_pt=7.5),
        borders_layout="HORIZONTAL_LINES",
        cell_fill_mode=TableCellFillMode.NONE,
        line_height=4.2,
        padding=(1, 0.8),
        width=CONTENT_MM,
    ) as table:
        for cells in (columns, *rows):
            table.row(cells)
    pdf.ln(5)


def _notes(pdf: DemandPdf, notes: Sequence[str]) -> None:
    pdf.set_font(FAMILY, "B", 9.5)
    pdf.set_text_color(*INK)
    pdf.cell(CONTENT_MM, 6, locales.gettext("How this is counted"), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_font(FAMILY, "", 8.5)
    pdf.set_text_color(*GREY)
    for note in notes:
        pdf.cell(4, 4.8, "·")
        pdf.multi_cell(CONTENT_MM - 4, 4.8, note, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
