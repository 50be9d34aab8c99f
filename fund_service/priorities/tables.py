"""A round's themes by priority as a table to download."""

from collections.abc import Iterator

from fund_service import locales
from fund_service.exports import Cell
from fund_service.priorities.schemas import RankingView
from models.priorities import Criterion

CRITERIA = (Criterion.DEMAND, Criterion.BREADTH, Criterion.GROWTH, Criterion.GAP, Criterion.POLICY)
"""In the order in which they are read."""
HEADINGS = (
    "Place by demand", "Theme", "Technology field", "Rank", "Best rank (90 %)", "Worst rank (90 %)", "Stood at",
    "Certainty that it rises (%)", "Places won by evidence", "by caps", "by surety", "by the bound",
)  # fmt: skip


def theme_heads() -> list[str]:
    """Give the headings of the table."""
    return [
        *(locales.gettext(heading) for heading in HEADINGS),
        *(f"{locales.label(criterion)} (%)" for criterion in CRITERIA),
    ]


def theme_rows(ranking: RankingView | None) -> Iterator[list[Cell]]:
    """Give the themes by the place that demand alone justifies; none where nothing is ranked yet."""
    for theme in ranking.themes if ranking is not None else ():
        yield [
            theme.place,
            locales.pick(theme.label_ko, theme.label_en),
            locales.gettext(f"TechnologyField.{theme.field_code}"),
            theme.rank,
            theme.low_rank,
            theme.high_rank,
            theme.previous_rank,
            theme.improves,
            theme.steps.evidence,
            theme.steps.caps,
            theme.steps.surety,
            theme.steps.bound,
            *(theme.shares[criterion] for criterion in CRITERIA),
        ]
