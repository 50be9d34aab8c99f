"""The ranking of a round's themes: from the signals of its release, against the order of the last published round."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from fund_service.planning.evidence import PublishedTheme, published_themes
from fund_service.priorities.evidence import evidence_of
from fund_service.priorities.previous import PreviousOrder, previous_order
from fund_service.priorities.shares import weights_of
from matching.demand.components import COMPONENTS
from matching.demand.priority import PriorityRanking as Ranked
from matching.demand.priority import ThemePriority as RankedTheme
from matching.demand.priority import rank_priorities
from matching.demand.revision import DEFAULT_REVISION, PriorityMove, RevisionPolicy, revise_order
from models.planning import PlanningRound
from models.priorities import PERCENT, Criterion, PriorityRanking, ThemePriority

REVISION: RevisionPolicy = DEFAULT_REVISION
"""What demand alone may do in one round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeRanking:
    """A ranking as it would be frozen: rows that no session holds yet, themes by the place demand alone gives them."""

    ranking: PriorityRanking
    themes: Sequence[ThemePriority]


def make_ranking(session: Session, planning_round: PlanningRound, shares: Mapping[Criterion, int]) -> MadeRanking:
    """Rank the published themes of a round's release; the same round and weights give the same."""
    if planning_round.release_id is None:
        raise ValueError("a round is ranked on the release it rests on")
    themes = {theme.key: theme for theme in published_themes(session, planning_round)}
    before = previous_order(session, planning_round)
    evidence, exposure = evidence_of(session, planning_round.release_id, list(themes.values()))
    ranked = rank_priorities(evidence, exposure=exposure, weights=weights_of(shares), previous=before.themes)
    moves = revise_order(ranked, previous=before.themes, policy=REVISION)
    rows = {one.theme: one for one in ranked.themes}
    return MadeRanking(
        ranking=_ranking_row(planning_round.id, ranked, before, shares),
        themes=[_theme_row(planning_round.id, themes[move.theme], rows[move.theme], move) for move in moves],
    )


def _ranking_row(
    round_id: UUID, ranked: Ranked, before: PreviousOrder, shares: Mapping[Criterion, int]
) -> PriorityRanking:
    return PriorityRanking(
        round_id=round_id,
        digest=ranked.digest,
        previous_round_id=before.round_id,
        breadth=shares[Criterion.BREADTH],
        demand=shares[Criterion.DEMAND],
        gap=shares[Criterion.GAP],
        growth=shares[Criterion.GROWTH],
        policy=shares[Criterion.POLICY],
        surety=round(REVISION.surety * PERCENT),
        most_places=REVISION.most_places,
    )


def _theme_row(round_id: UUID, theme: PublishedTheme, ranked: RankedTheme, move: PriorityMove) -> ThemePriority:
    """Keep what may be published: ranks, places, and shares cut to whole percents.

    Cut and not rounded, so that what is shown as sure enough is.
    """
    return ThemePriority(
        round_id=round_id,
        theme=theme.key,
        part_id=theme.id,
        field_code=theme.field_code,
        label_ko=theme.label_ko,
        label_en=theme.label_en,
        rank=ranked.rank,
        low_rank=ranked.low_rank,
        high_rank=ranked.high_rank,
        raw_rank=ranked.raw_rank,
        previous_rank=ranked.previous_rank,
        improves=None if ranked.improves is None else int(round(ranked.improves * PERCENT, 6)),
        **{component: round(ranked.worths[component] * PERCENT) for component in COMPONENTS},
        previous_place=move.previous,
        by_evidence=move.by_evidence,
        by_caps=move.by_caps,
        by_surety=move.by_surety,
        place=move.by_bound,
    )
