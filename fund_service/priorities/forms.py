"""What the forms of priorities show before they are filled in."""

from uuid import UUID

from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.planning.commands import find_planning_round
from fund_service.planning.queries import round_heads
from fund_service.priorities.bodies import PAIRS
from fund_service.priorities.comparing import comparisons_of
from fund_service.priorities.page_schemas import ComparisonsForm, WeightsForm
from fund_service.priorities.queries import current_weights
from models.planning import PlanningStage


def weights_form(session: Session, round_id: UUID) -> WeightsForm:
    """Prepare the form to set the weights, filled with those that stand.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such round, or it does not propose.
    """
    find_planning_round(session, round_id).require(PlanningStage.PROPOSING)
    weights = current_weights(session, round_id)
    return WeightsForm(
        round=round_heads(session, [round_id])[round_id],
        version=weights.number,
        values={criterion.value: str(share) for criterion, share in weights.shares.items()},
    )


def comparisons_form(session: Session, round_id: UUID, *, caller: Caller) -> ComparisonsForm:
    """Prepare the form to compare the criteria, filled with how the caller compared them before.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such round, or it does not propose.
    """
    find_planning_round(session, round_id).require(PlanningStage.PROPOSING)
    own = comparisons_of(session, round_id).get(caller.person_id, [])
    return ComparisonsForm(
        round=round_heads(session, [round_id])[round_id],
        pairs=PAIRS,
        values={f"{one.first.value}_{one.second.value}": str(one.intensity) for one in own},
    )
