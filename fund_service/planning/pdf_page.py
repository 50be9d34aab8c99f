"""An A4 page of a planning round, on which its parts are printed."""

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from fund_service import locales
from fund_service.fonts import FAMILY, font_files
from fund_service.planning.schemas import PlanningView

MARGIN_MM = 18
CONTENT_MM = 210 - 2 * MARGIN_MM
LABEL_MM = 38
INK, GREY, BLUE = (30, 33, 36), (88, 97, 106), (11, 80, 208)


class RoundPdf(FPDF):
    """An A4 page with the round's title below and the number of the page."""

    def __init__(self, view: PlanningView) -> None:
        super().__init__(format="A4")
        self.running_title = locales.pick(view.title_ko, view.title_en)
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(True, margin=MARGIN_MM + 4)
        fonts = font_files()
        self.add_font(FAMILY, "", fonts.regular)
        self.add_font(FAMILY, "B", fonts.bold)
        self.set_title(self.running_title)
        self.set_lang(locales.LANGUAGE.get().value)
        # The same round gives the same bytes, whenever it is printed.
        self.set_creation_date(view.published_at or view.opened_at)

    def footer(self) -> None:
        """Print the running title and the page's number."""
        self.set_y(-MARGIN_MM)
        self.set_font(FAMILY, "", 8)
        self.set_text_color(*GREY)
        self.cell(CONTENT_MM - 20, 6, self.running_title[:90])
        self.cell(20, 6, f"{self.page_no()} / {{nb}}", align="R")

    def paragraph(self, text: str, *, size: float, bold: bool = False) -> None:
        """Print a paragraph over the whole width."""
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*INK)
        self.multi_cell(CONTENT_MM, size * 0.52, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def fact(self, label: str, text: str) -> None:
        """Print what something is, and what it says beside it."""
        self.set_font(FAMILY, "", 9.5)
        self.set_text_color(*GREY)
        self.cell(LABEL_MM, 5.4, label)
        self.set_text_color(*INK)
        self.multi_cell(CONTENT_MM - LABEL_MM, 5.4, text or "-", align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
