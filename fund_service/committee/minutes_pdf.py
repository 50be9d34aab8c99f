"""Minutes as a PDF to sign: A4, Korean or English, one section an item with its votes, decision and conditions."""

from fpdf import FPDF
from fpdf.enums import TableCellFillMode, XPos, YPos
from fpdf.fonts import FontFace

from fund_service import locales
from fund_service.committee.minutes_words import (
    attendance,
    count_line,
    decision_line,
    item_title,
    minutes_title,
    recusal_line,
    share,
)
from fund_service.committee.schemas import ItemView, MeetingView
from fund_service.fonts import FAMILY, font_files

MARGIN_MM = 18
CONTENT_MM = 210 - 2 * MARGIN_MM
LABEL_MM = 34
MEMBER_WIDTHS = (34, 26, 46, 22, 46)
INK, GREY, RULE, BLUE, PALE = (30, 33, 36), (88, 97, 106), (205, 209, 213), (11, 80, 208), (236, 242, 254)


class MinutesPdf(FPDF):
    """An A4 page with the running title below and the number of the page."""

    def __init__(self, title: str, view: MeetingView) -> None:
        super().__init__(format="A4")
        self.running_title = f"{title} · {view.title}"
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(True, margin=MARGIN_MM + 4)
        fonts = font_files()
        self.add_font(FAMILY, "", fonts.regular)
        self.add_font(FAMILY, "B", fonts.bold)
        self.set_title(title)
        self.set_lang(locales.LANGUAGE.get().value)
        # The same minutes give the same bytes, whenever they are printed.
        self.set_creation_date(view.meets_at)

    def footer(self) -> None:
        """Print the running title and the page's number."""
        self.set_y(-MARGIN_MM)
        self.set_font(FAMILY, "", 8)
        self.set_text_color(*GREY)
        self.cell(CONTENT_MM - 20, 6, self.running_title[:90])
        self.cell(20, 6, f"{self.page_no()} / {{nb}}", align="R")

    def line_of(self, text: str, *, size: float, bold: bool = False, grey: bool = False) -> None:
        """Print a paragraph over the whole width."""
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*(GREY if grey else INK))
        self.multi_cell(CONTENT_MM, size * 0.52, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def fact(self, label: str, text: str) -> None:
        """Print what something is, and what it says beside it."""
        self.set_font(FAMILY, "", 9.5)
        self.set_text_color(*GREY)
        self.cell(LABEL_MM, 5.4, label)
        self.set_text_color(*INK)
        self.multi_cell(CONTENT_MM - LABEL_MM, 5.4, text or "-", align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def write_minutes_pdf(view: MeetingView) -> bytes:
    """Write the minutes; the same view gives the same bytes."""
    title = minutes_title(view)
    pdf = MinutesPdf(title, view)
    pdf.add_page()
    pdf.line_of(title, size=19, bold=True)
    pdf.ln(1)
    pdf.line_of(view.title, size=12)
    pdf.set_draw_color(*BLUE)
    pdf.set_line_width(0.6)
    pdf.line(MARGIN_MM, pdf.y + 2, MARGIN_MM + CONTENT_MM, pdf.y + 2)
    pdf.ln(6)
    pdf.fact(locales.gettext("Date and time"), locales.moment(view.meets_at))
    pdf.fact(locales.gettext("Place"), view.place)
    pdf.fact(locales.gettext("Chair"), view.chair_name)
    pdf.fact(locales.gettext("Members called"), ", ".join(view.members))
    pdf.fact(locales.gettext("Quorum"), share(view.quorum_bp))
    pdf.fact(locales.gettext("Majority"), share(view.approval_bp))
    for item in view.items:
        _item(pdf, item)
    _signatures(pdf, view)
    return bytes(pdf.output())


def _item(pdf: MinutesPdf, item: ItemView) -> None:
    pdf.ln(5)
    pdf.line_of(f"{item.position}. {item_title(item)}", size=12.5, bold=True)
    pdf.ln(1)
    company = locales.pick(item.deal.company_name_ko, item.deal.company_name_en)
    pdf.fact(locales.gettext("Company"), company)
    pdf.fact(locales.gettext("Amount (won)"), f"{item.deal.amount_krw:,}")
    pdf.fact(locales.gettext("Led by"), item.deal.lead_name)
    pdf.fact(locales.gettext("Terms"), item.terms_digest[:16])
    _members(pdf, item)
    pdf.fact(locales.gettext("Votes"), count_line(item))
    pdf.fact(locales.gettext("Decision"), decision_line(item))
    if item.decided_at is not None:
        pdf.fact(locales.gettext("Decided"), f"{locales.moment(item.decided_at)} · {item.decided_by_name}")
    pdf.fact(locales.gettext("Reasoning"), item.words)
    for number, condition in enumerate(item.conditions, 1):
        pdf.fact(locales.gettext("Condition {number}").format(number=number), condition.words)


def _members(pdf: MinutesPdf, item: ItemView) -> None:
    pdf.ln(1.5)
    pdf.set_font(FAMILY, "", 8.5)
    pdf.set_text_color(*INK)
    pdf.set_draw_color(*RULE)
    pdf.set_line_width(0.2)
    heads = [
        locales.gettext("Member"),
        locales.gettext("Attendance"),
        locales.gettext("Recused because"),
        locales.gettext("Vote"),
        locales.gettext("Words"),
    ]
    with pdf.table(
        col_widths=MEMBER_WIDTHS,
        text_align="LEFT",
        headings_style=FontFace(emphasis="BOLD", color=INK, fill_color=PALE, size_pt=8),
        borders_layout="HORIZONTAL_LINES",
        cell_fill_mode=TableCellFillMode.NONE,
        line_height=4.6,
        padding=(1.1, 1),
        width=CONTENT_MM,
    ) as table:
        table.row(heads)
        for member in item.members:
            vote = "" if member.choice is None else locales.label(member.choice)
            table.row([member.name, attendance(item, member), recusal_line(member), vote, member.words or ""])
    pdf.ln(2)


def _signatures(pdf: MinutesPdf, view: MeetingView) -> None:
    """Leave room for the chair and the members to sign."""
    pdf.ln(8)
    if pdf.will_page_break(20):
        pdf.add_page()
    pdf.line_of(locales.gettext("Signatures"), size=11, bold=True)
    for name in (view.chair_name, *(name for name in view.members if name != view.chair_name)):
        pdf.ln(4)
        pdf.fact(name, "______________________________")
