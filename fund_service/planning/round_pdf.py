"""A planning round as a PDF to hand out: A4, Korean or English, what was decided on each candidate, and why."""

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from fund_service import locales
from fund_service.fonts import FAMILY, font_files
from fund_service.planning.schemas import CandidateView, PlanningView
from fund_service.planning.tables import field_of, region_of

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


def write_round_pdf(view: PlanningView) -> bytes:
    """Write a round; the same view gives the same bytes."""
    pdf = RoundPdf(view)
    pdf.add_page()
    pdf.paragraph(locales.gettext("Planning round"), size=11)
    pdf.paragraph(pdf.running_title, size=19, bold=True)
    pdf.set_draw_color(*BLUE)
    pdf.set_line_width(0.6)
    pdf.line(MARGIN_MM, pdf.y + 2, MARGIN_MM + CONTENT_MM, pdf.y + 2)
    pdf.ln(6)
    pdf.fact(locales.gettext("Stage"), locales.label(view.stage))
    pdf.fact(locales.gettext("Collects until"), locales.day(view.collects_until))
    pdf.fact(locales.gettext("Rests on market demand of"), locales.day(view.summary_as_of))
    if view.published_at is not None:
        pdf.fact(locales.gettext("Published"), f"{locales.moment(view.published_at)} · {view.published_by}")
        pdf.fact(locales.gettext("Objections until"), locales.day(view.objections_until))
    for candidate in view.candidates:
        _candidate(pdf, candidate)
    return bytes(pdf.output())


def _candidate(pdf: RoundPdf, candidate: CandidateView) -> None:
    pdf.ln(5)
    pdf.paragraph(f"{candidate.number}. {locales.pick(candidate.title_ko, candidate.title_en)}", size=12.5, bold=True)
    pdf.ln(1)
    pdf.fact(locales.gettext("Technology field"), field_of(candidate))
    if candidate.region_code is not None:
        pdf.fact(locales.gettext("Province"), region_of(candidate))
    groups = ", ".join(theme.groups for theme in candidate.themes) or locales.gettext("proposed by hand")
    pdf.fact(locales.gettext("Ownership groups behind it"), groups)
    pdf.fact(locales.gettext("Grounds"), locales.pick(candidate.rationale_ko, candidate.rationale_en))
    if candidate.budget_krw is not None:
        pdf.fact(locales.gettext("Budget"), locales.won(candidate.budget_krw))
    if candidate.judgement.score is not None:
        pdf.fact(locales.gettext("Score"), f"{candidate.judgement.score} / 100 ({candidate.judgement.reviews})")
    decision = candidate.decision
    if decision is None:
        return
    outcome = [locales.label(decision.outcome), locales.label(decision.reason)]
    if decision.place is not None:
        outcome.insert(1, f"{locales.gettext('Place')} {decision.place}")
    if decision.merged_into_number is not None:
        outcome.append(f"→ {decision.merged_into_number}")
    pdf.fact(locales.gettext("Decision"), " · ".join(outcome))
    pdf.fact(locales.gettext("In words"), locales.pick(decision.words_ko, decision.words_en))
    if decision.approved_by is not None:
        pdf.fact(locales.gettext("Approved by"), decision.approved_by)
