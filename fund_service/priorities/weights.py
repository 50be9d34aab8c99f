"""Weights of a round: what each criterion counts, set anew any number of times while it proposes, all on record."""

from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.planning.commands import find_planning_round
from fund_service.priorities.bodies import WeightsIn
from fund_service.priorities.comparing import group_judgement
from fund_service.priorities.reading import newest_weights
from fund_service.priorities.shares import whole_percents
from models.errors import GateClosed, RecordChanged
from models.planning import PlanningStage
from models.priorities import CriteriaWeights, WeightsOrigin


def set_weights(session: Session, round_id: UUID, data: WeightsIn, *, version: int, caller: Caller) -> CriteriaWeights:
    """Set the weights by hand; ``version`` is the number of those that were read.

    Raises
    ------
    RecordNotFound, StepNotAllowed, RecordChanged
        When there is no such round, it does not propose, or somebody set them since.
    """
    return _add(session, round_id, data, WeightsOrigin.HAND, version=version, caller=caller)


def take_over_weights(session: Session, round_id: UUID, *, version: int, caller: Caller) -> CriteriaWeights:
    """Set the weights that follow from the comparisons of all reviewers together.

    Raises
    ------
    RecordNotFound, StepNotAllowed, RecordChanged
        As with weights by hand.
    GateClosed
        When nobody has compared the criteria, or the comparisons together are not consistent.
    """
    find_planning_round(session, round_id, to_change=True).require(PlanningStage.PROPOSING)
    judged = group_judgement(session, round_id)
    if judged is None:
        raise GateClosed("Nobody has compared the criteria yet; there are no weights to take over.")
    if not judged.together.consistent:
        raise GateClosed(
            "The comparisons together contradict each other (consistency ratio {ratio}, at most 0.10); have them "
            "revised first.",
            ratio=f"{judged.together.consistency_ratio:.2f}",
        )
    data = WeightsIn.model_validate(whole_percents(judged.together.weights))
    return _add(session, round_id, data, WeightsOrigin.COMPARISONS, version=version, caller=caller)


def _add(
    session: Session, round_id: UUID, data: WeightsIn, origin: WeightsOrigin, *, version: int, caller: Caller
) -> CriteriaWeights:
    find_planning_round(session, round_id, to_change=True).require(PlanningStage.PROPOSING)
    last = newest_weights(session, round_id)
    number = 0 if last is None else last.number
    if number != version:
        raise RecordChanged("Someone set the weights since you read them; load them again and repeat your change.")
    added = CriteriaWeights(
        round_id=round_id, number=number + 1, **data.model_dump(), origin=origin, set_by_id=caller.person_id
    )
    session.add(added)
    session.flush()
    return added


def weights_history(session: Session, round_id: UUID) -> list[CriteriaWeights]:
    """Read the weights of a round as they were set, the newest first."""
    query = select(CriteriaWeights).where(CriteriaWeights.round_id == round_id)
    return list(session.exec(query.order_by(col(CriteriaWeights.number).desc())))
