"""Steps by hand: which there are, who takes the others, and what each lacks."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.deals.gates import missing_for
from fund_service.deals.record_schemas import GateView, MissingView, StepTaker
from fund_service.deals.schemas import StepIn
from fund_service.deals.steps import lock_deal, take_step
from fund_service.deals.timeline import MAX_WORDS
from fund_service.diligence.checklist import set_standard_items
from models.deal import DEAL_STEPS, Deal, DealStage, DeclineReason
from models.errors import GateClosed, RecordChanged, StepNotAllowed, ValueNotAllowed

TAKEN_BY = {
    DealStage.APPROVED: StepTaker.COMMITTEE,
    DealStage.CONTRACTED: StepTaker.LEDGER,
    DealStage.DISBURSING: StepTaker.LEDGER,
}
"""Stages that nobody takes a deal to by hand."""
ENDED = frozenset({DealStage.DECLINED, DealStage.WITHDRAWN})
"""Stages that need a reason."""
_BETWEEN = ": "


def steps_by_hand(stage: DealStage) -> list[DealStage]:
    """List the stages that a deal at a stage can be taken to by hand, in the order of the pipeline."""
    return [step for step in DealStage if step in DEAL_STEPS[stage] and step not in TAKEN_BY]


def gates_of(session: Session, deal: Deal) -> list[GateView]:
    """List the steps that lead on from where a deal stands, with what each lacks."""
    return [
        GateView(
            stage=stage,
            taken_by=TAKEN_BY.get(stage, StepTaker.PERSON),
            missing=[MissingView(code=one.code, sentence=one.sentence) for one in missing_for(session, deal, stage)],
        )
        for stage in DealStage
        if stage in DEAL_STEPS[deal.stage] and deal.merged_into_id is None
    ]


def step_deal(session: Session, deal_id: UUID, data: StepIn, *, version: int, caller: Caller, at: datetime) -> Deal:
    """Take a deal to a stage by hand, when its gate is open.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    RecordChanged
        When somebody changed it since ``version``.
    StepNotAllowed
        When no step leads there, or only the committee or the ledger takes it.
    GateClosed
        Naming all that is missing.
    ValueNotAllowed
        When an end has no reason and words, or another step has a reason.
    """
    deal = lock_deal(session, deal_id)
    if deal.version != version:
        raise RecordChanged("This deal was changed since you opened it; load it again and repeat your change.")
    _check_step(deal, data.stage)
    reason, words = _reason(data)
    missing = missing_for(session, deal, data.stage)
    if missing:
        raise GateClosed(
            "Before this step, the deal still lacks: {missing}",
            missing=" · ".join(one.sentence for one in missing),
        )
    deal.decline_reason, deal.decline_words = reason, words or None if reason else None
    take_step(session, deal, data.stage, person_id=caller.person_id, at=at, words=tell_step(reason, words))
    if data.stage is DealStage.DUE_DILIGENCE:
        set_standard_items(session, deal.id, caller=caller, at=at)
    return deal


def _check_step(deal: Deal, stage: DealStage) -> None:
    if stage in TAKEN_BY:
        raise StepNotAllowed(
            "Nobody takes a deal to {to_stage} by hand: the committee's decision or a posting on the ledger does.",
            to_stage=locales.label(stage),
        )
    if stage not in DEAL_STEPS[deal.stage]:
        raise StepNotAllowed(
            "A deal that is {from_stage} cannot become {to_stage}.",
            from_stage=locales.label(deal.stage),
            to_stage=locales.label(stage),
        )


def _reason(data: StepIn) -> tuple[DeclineReason | None, str]:
    if data.stage not in ENDED:
        if data.reason is not None:
            raise ValueNotAllowed("Only declining or withdrawing takes a reason.", field="reason")
        return None, data.words
    if data.reason is None:
        raise ValueNotAllowed("Choose the reason.", field="reason")
    if not data.words:
        raise ValueNotAllowed("Say why in a sentence.", field="words")
    return data.reason, data.words


def tell_step(reason: DeclineReason | None, words: str) -> str:
    """Write the reason before the words: a deal that is taken up again forgets it, the stage log does not."""
    return words if reason is None else f"{reason.value}{_BETWEEN}{words}"[:MAX_WORDS]


def read_told(stage: DealStage, told: str) -> tuple[DeclineReason | None, str]:
    """Read the reason and words of a step from the stage log, as `tell_step` wrote them."""
    if stage not in ENDED:
        return None, told
    reason, _, words = told.partition(_BETWEEN)
    return DeclineReason(reason), words
