"""The plan register as a PDF to take into a meeting: A4 across, Korean or English."""

from datetime import datetime, time

from fpdf import FPDF
from fpdf.enums import TableCellFillMode, XPos, YPos
from fpdf.fonts import FontFace

from fund_service import locales
from fund_service.fonts import FAMILY, font_files
from fund_service.plan.progress_schemas import RegisterView
from fund_service.plan.register_tables import said, source_of
from models.clock import SEOUL

MARGIN_MM = 14
CONTENT_MM = 297 - 2 * MARGIN_MM
WIDTHS = (66, 22, 62, 26, 22, 26, 26, 19)
ALIGNMENTS = ("LEFT", "LEFT", "LEFT", "RIGHT", "LEFT", "RIGHT", "RIGHT", "LEFT")
HEADINGS = ("Target", "By", "Figure", "Value", "As of", "Promised figure", "Expected by now", "State")
SENTENCES = (
    "Counted figures come from this service's records as of the day; they cover the projects and deals recorded here.",
    "Reported figures count once a second person has confirmed them; each names its source.",
    "What is expected by now lies on a straight line from the start to the date, cut to a whole figure.",
)
"""How the figures are made, below the table."""
INK, GREY, RULE, BLUE, PALE = (30, 33, 36), (88, 97, 106), (205, 209, 213), (11, 80, 208), (236, 242, 254)


class RegisterPdf(FPDF):
    """An A4 page across with the title below and the number of the page."""

    def __init__(self, view: RegisterView) -> None:
        super().__init__(orientation="landscape", format="A4")
        self.running_title = locales.gettext("Plan register")
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(True, margin=MARGIN_MM + 4)
        fonts = font_files()
        self.add_font(FAMILY, "", fonts.regular)
        self.add_font(FAMILY, "B", fonts.bold)
        self.set_title(self.running_title)
        self.set_lang(locales.LANGUAGE.get().value)
        # The same figures of the same day give the same bytes, whenever they are printed.
        self.set_creation_date(datetime.combine(view.as_of, time.min, SEOUL))

    def footer(self) -> None:
        """Print the running title and the page's number."""
        self.set_y(-MARGIN_MM)
        self.set_font(FAMILY, "", 8)
        self.set_text_color(*GREY)
        self.cell(CONTENT_MM - 20, 6, self.running_title)
        self.cell(20, 6, f"{self.page_no()} / {{nb}}", align="R")


def write_register_pdf(view: RegisterView) -> bytes:
    """Write the register; the same view gives the same bytes."""
    pdf = RegisterPdf(view)
    pdf.add_page()
    pdf.set_text_color(*INK)
    pdf.set_font(FAMILY, "B", 18)
    pdf.cell(CONTENT_MM, 10, pdf.running_title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_font(FAMILY, "", 10)
    pdf.set_text_color(*GREY)
    pdf.cell(
        CONTENT_MM,
        6,
        locales.gettext("As of {day}").format(day=locales.day(view.as_of)),
        new_x=XPos.LMARGIN,
        new_y=YPos.NEXT,
    )
    pdf.set_draw_color(*BLUE)
    pdf.set_line_width(0.6)
    pdf.line(MARGIN_MM, pdf.y + 2, MARGIN_MM + CONTENT_MM, pdf.y + 2)
    pdf.ln(6)
    _table(pdf, _rows(view))
    for note in SENTENCES:
        pdf.set_text_color(*GREY)
        pdf.set_font(FAMILY, "", 8.5)
        pdf.multi_cell(CONTENT_MM, 4.8, f"· {locales.gettext(note)}", align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return bytes(pdf.output())


def _rows(view: RegisterView) -> list[list[str]]:
    """Give a row for each figure; of a target with several, the name stands beside the first."""
    return [
        [
            locales.pick(target.name_ko, target.name_en) if line is target.lines[0] else "",
            locales.day(target.due_on) if line is target.lines[0] else "",
            " · ".join(part for part in (locales.label(line.measure), line.source and source_of(line)) if part),
            said(line.value, line.unit),
            locales.day(line.as_of),
            said(line.wanted, line.unit),
            said(line.expected, line.unit),
            locales.label(line.state),
        ]
        for target in view.targets
        for line in target.lines
    ]


def _table(pdf: RegisterPdf, rows: list[list[str]]) -> None:
    pdf.set_font(FAMILY, "", 8)
    pdf.set_text_color(*INK)
    pdf.set_draw_color(*RULE)
    pdf.set_line_width(0.2)
    head = FontFace(emphasis="BOLD", color=INK, fill_color=PALE, size_pt=8)
    with pdf.table(
        col_widths=WIDTHS,
        text_align=ALIGNMENTS,
        headings_style=head,
        borders_layout="HORIZONTAL_LINES",
        cell_fill_mode=TableCellFillMode.NONE,
        line_height=4.4,
        padding=(1, 1),
        width=CONTENT_MM,
    ) as table:
        for cells in ([locales.gettext(name) for name in HEADINGS], *rows):
            table.row(cells)
    pdf.ln(4)
