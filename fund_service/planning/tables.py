"""A planning round as a table to download: a line for each candidate."""

from collections.abc import Iterator

from fund_service import locales
from fund_service.exports import Cell
from fund_service.planning.schemas import CandidateView, PlanningView

HEADINGS = (
    "Place", "Number", "Candidate", "Technology field", "Province", "Project type", "Budget (won)",
    "Ownership groups behind it", "Place by demand", "Rank", "Best rank (90 %)", "Worst rank (90 %)", "Stood at",
    "Certainty that it rises (%)",
    "Reviews", "Score", "Outcome", "Reason", "In words", "Goes into number", "Approved by",
)  # fmt: skip


def candidate_heads() -> list[str]:
    """Give the headings of the table of candidates."""
    return [locales.gettext(heading) for heading in HEADINGS]


def field_of(candidate: CandidateView) -> str:
    """Say the technology field of a candidate."""
    return locales.gettext(f"TechnologyField.{candidate.field_code}")


def region_of(candidate: CandidateView) -> str:
    """Say the province of a candidate; nothing where it is for the whole country."""
    return "" if candidate.region_code is None else locales.gettext(f"Region.{candidate.region_code}")


def candidate_rows(view: PlanningView) -> Iterator[list[Cell]]:
    """Give the candidates of a round, as its page orders them."""
    for candidate in view.candidates:
        decision = candidate.decision
        decided: list[Cell] = [None] * 5
        if decision is not None:
            decided = [
                locales.label(decision.outcome),
                locales.label(decision.reason),
                locales.pick(decision.words_ko, decision.words_en),
                decision.merged_into_number,
                decision.approved_by,
            ]
        yield [
            None if decision is None else decision.place,
            candidate.number,
            locales.pick(candidate.title_ko, candidate.title_en),
            field_of(candidate),
            region_of(candidate) or None,
            locales.label(candidate.project_type),
            candidate.budget_krw,
            ", ".join(theme.groups for theme in candidate.themes) or None,
            *_standing_of(candidate),
            candidate.judgement.reviews,
            candidate.judgement.score,
            *decided,
        ]


def _standing_of(candidate: CandidateView) -> list[Cell]:
    """Say where the best of its themes stands; nothing where it has none, or the round has not been ranked."""
    one = candidate.standing
    if one is None:
        return [None] * 6
    return [one.place, one.rank, one.low_rank, one.high_rank, one.previous_rank, one.improves]
