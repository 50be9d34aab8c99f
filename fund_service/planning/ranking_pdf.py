"""The ranking of a round in print: each theme's rank with its interval as a drawing, and what moved it in words."""

from fund_service import locales
from fund_service.fonts import FAMILY
from fund_service.planning.pdf_page import BLUE, CONTENT_MM, GREY, INK, MARGIN_MM, RoundPdf
from fund_service.priorities.schemas import RankingView, StandingView, ThemePriorityView

NAME_MM, LINE_MM = 92, 9
PALE = (177, 206, 251)
MOST_LETTERS = 52


def standing_in_words(standing: StandingView) -> str:
    """Say the place that demand alone gives a candidate, and where the best of its themes ranks."""
    rank = f"{standing.rank} ({_span(standing.low_rank, standing.high_rank)})"
    return f"{locales.gettext('Place')} {standing.place} · {locales.gettext('Rank and its interval')} {rank}"


def _span(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"


def print_ranking(pdf: RoundPdf, ranking: RankingView) -> None:
    """Print the themes by the place that demand alone justifies."""
    pdf.ln(8)
    pdf.paragraph(locales.gettext("Themes by priority"), size=14, bold=True)
    pdf.ln(2)
    for theme in ranking.themes:
        if pdf.will_page_break(LINE_MM):
            pdf.add_page()
        _theme(pdf, theme, count=len(ranking.themes))
    pdf.ln(2)
    pdf.paragraph(
        locales.gettext(
            "Dot: rank. Line: where the rank lies nine times of ten when groups and weights are drawn anew. Square: "
            "where it stood."
        ),
        size=8.5,
    )


def _theme(pdf: RoundPdf, theme: ThemePriorityView, *, count: int) -> None:
    """Print a theme's place, name, ranks and steps, with the drawing beside them."""
    top, left, width = pdf.y, MARGIN_MM + NAME_MM + 4, CONTENT_MM - NAME_MM - 4
    middle = top + LINE_MM / 2
    pdf.set_font(FAMILY, "", 9)
    pdf.set_text_color(*INK)
    pdf.cell(NAME_MM, LINE_MM / 2, f"{theme.place}. {locales.pick(theme.label_ko, theme.label_en)}"[:MOST_LETTERS])
    pdf.set_xy(MARGIN_MM, middle)
    pdf.set_font(FAMILY, "", 7.5)
    pdf.set_text_color(*GREY)
    pdf.cell(NAME_MM, LINE_MM / 2, _in_words(theme))

    def across(rank: float) -> float:
        return left + (rank - 0.5) / count * width

    pdf.set_line_width(2.2)
    pdf.set_draw_color(*PALE)
    pdf.line(across(theme.low_rank - 0.3), middle, across(theme.high_rank + 0.3), middle)
    if theme.previous_rank is not None:
        pdf.set_line_width(0.4)
        pdf.set_draw_color(*GREY)
        pdf.rect(across(theme.previous_rank) - 1.4, middle - 1.4, 2.8, 2.8)
    pdf.set_fill_color(*BLUE)
    pdf.circle(across(theme.rank), middle, 1.4, style="F")
    pdf.set_xy(MARGIN_MM, top + LINE_MM)


def _in_words(theme: ThemePriorityView) -> str:
    stood = locales.gettext("new") if theme.previous_rank is None else str(theme.previous_rank)
    said = [
        f"{locales.gettext('Rank and its interval')} {theme.rank} ({_span(theme.low_rank, theme.high_rank)})",
        f"{locales.gettext('Stood at')} {stood}",
    ]
    if theme.improves is not None:
        said.append(f"{locales.gettext('Certainty that it rises')} {theme.improves}%")
    return " · ".join(said)
