"""A planning round at each stage with a text of one's choice in all that people write of it."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from models.clock import business_date, utc_now
from models.market import DemandTheme, MarketSummary
from models.person import Person, Role
from models.planning import (
    PUBLIC_STAGES,
    CandidateDecision,
    CandidateOrigin,
    CandidateReview,
    CandidateTheme,
    DecisionReason,
    PlanningAnswer,
    PlanningCandidate,
    PlanningObjection,
    PlanningOutcome,
    PlanningRound,
    PlanningStage,
    SignalOutcome,
)
from models.priorities import (
    CandidateStanding,
    CriteriaComparison,
    CriteriaWeights,
    Criterion,
    PriorityRanking,
    ThemePriority,
    WeightsOrigin,
)
from models.release import CellState, MarketRelease, ReleaseCell
from models.signal import DemandSignal
from models.theme import NamingKind, Theme, ThemeNaming

AT_STAGE: Mapping[str, PlanningStage] = {
    "edit_planning_round_page": PlanningStage.COLLECTING,
    "new_candidate_page": PlanningStage.PROPOSING,
    "edit_candidate_page": PlanningStage.PROPOSING,
    "review_candidate_page": PlanningStage.DELIBERATING,
    "decide_candidate_page": PlanningStage.DECIDING,
    "set_weights_page": PlanningStage.PROPOSING,
    "compare_criteria_page": PlanningStage.PROPOSING,
}
"""Pages that a round has at one stage alone; of the others the published round is asked."""


def hostile_planning(people: Mapping[Role, Person], signal: DemandSignal, text: str) -> list[SQLModel]:
    """Make the rows, parents before children; the published round comes last."""
    summary = MarketSummary(
        as_of=business_date(utc_now()), input_digest="0" * 64, parameters={}, signals=1, groups=1, unclassified=0
    )
    known = Theme(
        field_code="01", name_ko=text[:200], name_en=text[:200], locked_by_id=people[Role.PLANNER].id,
        locked_at=utc_now(),
    )  # fmt: skip
    naming = ThemeNaming(
        theme_id=known.id, kind=NamingKind.LOCKED, name_ko=text[:200], name_en=text[:200],
        person_id=people[Role.PLANNER].id, reason=text,
    )  # fmt: skip
    theme = DemandTheme(
        theme_id=known.id, stability_bp=10_000, summary_id=summary.id, code="01", field_code="01", label_ko=text[:200],
        label_en=text[:200], terms_ko=[text],
        terms_en=[text], signals=1, groups=1, stated_krw=0, verified_krw=0, groups_recent=0, groups_before=0,
        answering_projects=0,
    )  # fmt: skip
    stages = [stage for stage in PlanningStage if stage is not PlanningStage.PUBLISHED]
    release = MarketRelease(number=7, as_of=summary.as_of, summary_id=summary.id, method=1, digest="0" * 64, waiting=0)
    cell = ReleaseCell(
        release_id=release.id, field_code="*", region_code="*", theme=str(known.id), label_ko=text[:200],
        label_en=text[:200],
        theme_field_code="01", groups="5-9", stated_state=CellState.UNSAFE, verified_state=CellState.UNSAFE, since=1,
    )  # fmt: skip
    whole = ReleaseCell(
        release_id=release.id, field_code="*", region_code="*", theme="*", groups="5-9",
        stated_state=CellState.PUBLISHED, stated_krw=10**9, verified_state=CellState.UNSAFE, since=1,
    )  # fmt: skip
    rows: list[SQLModel] = [summary, known, naming, theme, release, cell, whole]
    for stage in (*stages, PlanningStage.PUBLISHED):
        rows += _at_stage(stage, people, signal, (theme, release), text)
    return rows


def _at_stage(
    stage: PlanningStage,
    people: Mapping[Role, Person],
    signal: DemandSignal,
    rests_on: tuple[DemandTheme, MarketRelease],
    text: str,
) -> list[SQLModel]:
    planner, (theme, release) = people[Role.PLANNER], rests_on
    public = stage in PUBLIC_STAGES
    made = PlanningRound(
        title_ko=text[:200], title_en=text[:200], stage=stage, collects_until=business_date(utc_now()),
        summary_id=theme.summary_id, release_id=release.id, opened_by_id=planner.id,
        published_by_id=planner.id if public else None, published_at=utc_now() if public else None,
    )  # fmt: skip
    candidate = PlanningCandidate(
        round_id=made.id, number=1, origin=CandidateOrigin.THEME, field_code="01", title_ko=text[:500],
        title_en=text[:500], rationale_ko=text, rationale_en=text,
    )  # fmt: skip
    of: dict[str, Any] = {"round_id": made.id, "candidate_id": candidate.id}
    answer = PlanningAnswer(
        signal_id=signal.id, organisation_id=signal.organisation_id, outcome=SignalOutcome.ADOPTED, **of
    )
    return [
        made,
        candidate,
        CandidateTheme(theme_id=theme.id, **of),
        CandidateReview(reviewer_id=planner.id, strategic=1, market=1, commercial=1, words=text, **of),
        CandidateDecision(
            outcome=PlanningOutcome.ADOPTED, reason=DecisionReason.DEMAND, words_ko=text, words_en=text, place=1,
            decided_by_id=planner.id, **of,
        ),
        answer,
        PlanningObjection(
            round_id=made.id, answer_id=answer.id, filed_by_id=people[Role.INVESTOR].id, words=text
        ),
        *_priorities(made, candidate, theme, planner, text),
    ]  # fmt: skip


def _priorities(
    made: PlanningRound, candidate: PlanningCandidate, theme: DemandTheme, planner: Person, text: str
) -> list[SQLModel]:
    """Rank the theme, and let the planner compare the criteria."""
    shares = dict.fromkeys((criterion.value for criterion in Criterion), 20)
    places = dict.fromkeys(("previous_place", "by_evidence", "by_caps", "by_surety", "place"), 1)
    key = str(theme.theme_id)
    return [
        CriteriaWeights(round_id=made.id, number=1, origin=WeightsOrigin.HAND, set_by_id=planner.id, **shares),
        *(
            CriteriaComparison(round_id=made.id, reviewer_id=planner.id, first=first, second=second, intensity=9)
            for first, second in combinations(sorted(Criterion), 2)
        ),
        PriorityRanking(round_id=made.id, digest="0" * 64, surety=90, most_places=3, **shares),
        ThemePriority(
            round_id=made.id, theme=key, part_id=theme.id, field_code="01", label_ko=text[:200], label_en=text[:200],
            rank=1, low_rank=1, high_rank=1, raw_rank=1, **shares, **places,
        ),
        CandidateStanding(round_id=made.id, candidate_id=candidate.id, theme=key, place=1),
    ]  # fmt: skip


def staged_identifiers(rows: Sequence[SQLModel]) -> dict[str, dict[str, UUID]]:
    """Give, by the operation of a page, the identifiers of the round and the candidate that have it."""
    rounds = {row.stage: row.id for row in rows if isinstance(row, PlanningRound)}
    candidates = {row.round_id: row.id for row in rows if isinstance(row, PlanningCandidate)}
    return {
        operation: {"planning": rounds[stage], "candidates": candidates[rounds[stage]]}
        for operation, stage in AT_STAGE.items()
    }
