"""Pages of priorities: the ranking of a round with its weights, and the comparisons of its reviewers."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.planning.queries import known_round, round_heads, sees_the_making
from fund_service.priorities.comparing import comparisons_of, group_judgement
from fund_service.priorities.page_schemas import ComparisonsView, PrioritiesView
from fund_service.priorities.policy_fit import policy_fits
from fund_service.priorities.ranking import make_ranking
from fund_service.priorities.reading import frozen_ranking, newest_weights, ranking_view, shares_of
from fund_service.priorities.schemas import (
    FieldFit,
    JudgementView,
    RankingView,
    ReviewerJudgement,
    TripleView,
    WeightsView,
)
from fund_service.priorities.shares import whole_percents
from fund_service.priorities.weights import weights_history
from matching.demand.ahp import Judgement
from models.person import Person, Role
from models.planning import PlanningRound, PlanningStage
from models.priorities import CriteriaWeights, Criterion


def priorities_view(session: Session, round_id: UUID, *, caller: Caller) -> PrioritiesView:
    """Show the priorities of a round: as frozen, or while it proposes as its weights make them now.

    Raises
    ------
    RecordNotFound
        When there is none that the caller may know of.
    """
    found = known_round(session, round_id, caller=caller)
    ranking = ranking_now(session, found)
    kept = weights_history(session, round_id)
    names = _names(session, [one.set_by_id for one in kept])
    history = [weights_view(one, names) for one in kept]
    fields = {theme.field_code for theme in ranking.themes} if ranking is not None else set()
    return PrioritiesView(
        round=round_heads(session, [round_id])[round_id],
        ranking=ranking,
        weights=history[0] if history else weights_view(None, names),
        history=history if sees_the_making(caller) else [],
        fits=_fits(session, fields),
        may_change=found.stage is PlanningStage.PROPOSING and caller.has(Role.PLANNER),
    )


def ranking_now(session: Session, planning_round: PlanningRound) -> RankingView | None:
    """Show the frozen ranking, or the one that would be frozen now; none before there is anything to rank."""
    if planning_round.stage is PlanningStage.PROPOSING:
        made = make_ranking(session, planning_round, shares_of(newest_weights(session, planning_round.id)))
        return ranking_view(session, made.ranking, made.themes, frozen=False)
    return frozen_ranking(session, planning_round.id)


def weights_view(kept: CriteriaWeights | None, names: Mapping[UUID, str]) -> WeightsView:
    """Show weights, or those of the service where nobody set any."""
    if kept is None:
        return WeightsView(number=0, shares=shares_of(None))
    return WeightsView(
        number=kept.number,
        shares=shares_of(kept),
        origin=kept.origin,
        set_by=names[kept.set_by_id],
        set_at=kept.recorded_at,
    )


def current_weights(session: Session, round_id: UUID) -> WeightsView:
    """Show the weights of a round as they stand."""
    kept = newest_weights(session, round_id)
    return weights_view(kept, _names(session, [] if kept is None else [kept.set_by_id]))


def _names(session: Session, ids: Collection[UUID]) -> Mapping[UUID, str]:
    return dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(set(ids)))).all())


def _fits(session: Session, fields: Iterable[str]) -> list[FieldFit]:
    fits = policy_fits(session)
    return [
        FieldFit(
            field_code=code,
            percent=fits[code].percent,
            pillars=fits[code].pillars,
            targets=fits[code].targets,
            initiatives_ko=[one.name_ko for one in fits[code].initiatives],
            initiatives_en=[one.name_en for one in fits[code].initiatives],
        )
        for code in sorted(fields)
    ]


def comparisons_view(session: Session, round_id: UUID, *, caller: Caller) -> ComparisonsView:
    """Show what the reviewers' comparisons amount to, each alone and all together.

    Raises
    ------
    RecordNotFound
        When there is none that the caller may know of.
    """
    known_round(session, round_id, caller=caller)
    judged = group_judgement(session, round_id)
    view = ComparisonsView(round=round_heads(session, [round_id])[round_id], weights=current_weights(session, round_id))
    if judged is None:
        return view
    said = comparisons_of(session, round_id)
    names = _names(session, list(said))
    view.together = _judgement_view(judged.together)
    view.reviewers = [
        ReviewerJudgement(
            reviewer=names[key],
            own=key == caller.person_id,
            at=ones[0].recorded_at,
            judgement=_judgement_view(judged.reviewers[str(key)]),
        )
        for key, ones in said.items()
    ]
    view.to_revise = [names[UUID(key)] for key in judged.to_revise]
    return view


def _judgement_view(judgement: Judgement) -> JudgementView:
    worst = judgement.worst
    return JudgementView(
        shares=whole_percents(judgement.weights),
        consistency=round(judgement.consistency_ratio, 3),
        consistent=judgement.consistent,
        worst=None
        if worst is None
        else TripleView(
            first=Criterion(worst.first),
            second=Criterion(worst.second),
            third=Criterion(worst.third),
            stated=round(worst.stated, 2),
            implied=round(worst.implied, 2),
        ),
    )
