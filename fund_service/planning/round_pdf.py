"""A planning round as a PDF to hand out: A4, Korean or English, what was decided on each candidate, and why."""

from fund_service import locales
from fund_service.planning.pdf_page import BLUE, CONTENT_MM, MARGIN_MM, RoundPdf
from fund_service.planning.ranking_pdf import print_ranking, standing_in_words
from fund_service.planning.schemas import CandidateView, PlanningView
from fund_service.planning.tables import field_of, region_of
from models.project import ProjectType


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
    if view.ranking is not None and view.ranking.themes:
        print_ranking(pdf, view.ranking)
    return bytes(pdf.output())


def _candidate(pdf: RoundPdf, candidate: CandidateView) -> None:
    pdf.ln(5)
    pdf.paragraph(f"{candidate.number}. {locales.pick(candidate.title_ko, candidate.title_en)}", size=12.5, bold=True)
    pdf.ln(1)
    pdf.fact(locales.gettext("Technology field"), field_of(candidate))
    if candidate.region_code is not None:
        pdf.fact(locales.gettext("Province"), region_of(candidate))
    if candidate.project_type is not ProjectType.NATIONWIDE:
        pdf.fact(locales.gettext("Project type"), locales.label(candidate.project_type))
    groups = ", ".join(theme.groups for theme in candidate.themes) or locales.gettext("proposed by hand")
    pdf.fact(locales.gettext("Ownership groups behind it"), groups)
    if candidate.standing is not None:
        pdf.fact(locales.gettext("By demand"), standing_in_words(candidate.standing))
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
