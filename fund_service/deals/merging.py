"""Merging: one deal stands for another from now on; both histories stay, and it can be undone."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.deals.duplicates import find_duplicates
from fund_service.deals.form_views import MergeForm
from fund_service.deals.heads import deal_head
from fund_service.deals.schemas import MergeIn
from fund_service.deals.steps import lock_any_deal, lock_deal
from fund_service.deals.timeline import record_activity
from fund_service.sentences import sentence
from models.committee import AgendaItem, ItemState
from models.deal import Deal, DealMerge
from models.errors import RecordChanged, StepNotAllowed, ValueNotAllowed
from models.instruction import Instruction, InstructionState
from models.timeline import ActivityKind

BOUND_ITEMS = (ItemState.PENDING, ItemState.APPROVED)
BOUND_INSTRUCTIONS = (InstructionState.PENDING, InstructionState.POSTED)


def merge_deal(session: Session, deal_id: UUID, data: MergeIn, *, version: int, caller: Caller, at: datetime) -> Deal:
    """Merge a deal into another, which is given back; the merged one disappears from board and list.

    Raises
    ------
    RecordNotFound
        When one of them does not exist.
    RecordChanged
        When somebody changed the deal to be merged since ``version``.
    StepNotAllowed
        When one of them is merged already, or money or a decision hangs on the deal to be merged.
    ValueNotAllowed
        When both are the same.
    """
    if deal_id == data.into_id:
        raise ValueNotAllowed("A deal cannot be merged into itself.", field="into_id")
    # In the order of ids, so that two merges never wait for each other.
    locked = {key: lock_deal(session, key) for key in sorted((deal_id, data.into_id))}
    merged, kept = locked[deal_id], locked[data.into_id]
    if merged.version != version:
        raise RecordChanged("This deal was changed since you opened it; load it again and repeat your change.")
    if _is_bound(session, merged.id):
        raise StepNotAllowed(
            "Money or a decision of the committee hangs on this deal, so it stays; merge the other one into it."
        )
    merge = DealMerge(
        kept_id=kept.id,
        merged_id=merged.id,
        merged_stage=merged.stage,
        person_id=caller.person_id,
        words=data.words,
        recorded_at=at,
    )
    merged.merged_into_id = kept.id
    merged.mark_edited(at)
    session.add_all([merged, merge])
    session.flush()
    _tell(session, merge, caller, words=data.words, at=at)
    return kept


def undo_merge(session: Session, deal_id: UUID, *, version: int, caller: Caller, at: datetime) -> Deal:
    """Let a merged deal stand for itself again, where it stood; it is given back.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    RecordChanged
        When somebody changed it since ``version``.
    StepNotAllowed
        When it is not merged.
    """
    deal = lock_any_deal(session, deal_id)
    if deal.version != version:
        raise RecordChanged("This deal was changed since you opened it; load it again and repeat your change.")
    merge = session.exec(
        select(DealMerge).where(DealMerge.merged_id == deal.id, col(DealMerge.undone_at).is_(None))
    ).first()
    if merge is None:
        raise StepNotAllowed("This deal is not merged into another one.")
    merge.undone_at, merge.undone_by_id = at, caller.person_id
    deal.merged_into_id = None
    deal.mark_edited(at)
    session.add_all([deal, merge])
    session.flush()
    _tell(session, merge, caller, words=sentence("The merge was undone."), at=at)
    return deal


def merge_form(session: Session, deal_id: UUID) -> MergeForm:
    """Prepare the form to merge a deal, with those that look the same.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    """
    head = deal_head(session, deal_id)
    deal = session.get_one(Deal, deal_id)
    candidates = find_duplicates(
        session,
        company_id=deal.company_id,
        project_id=deal.project_id,
        titles=(deal.title_ko, deal.title_en),
        summary=deal.summary,
        except_id=deal.id,
    )
    return MergeForm(deal=head, candidates=candidates)


def _is_bound(session: Session, deal_id: UUID) -> bool:
    """Say whether the ledger, an instruction or the committee has to do with a deal."""
    asked = select(Instruction.id).where(Instruction.deal_id == deal_id, col(Instruction.state).in_(BOUND_INSTRUCTIONS))
    decided = select(AgendaItem.id).where(AgendaItem.deal_id == deal_id, col(AgendaItem.state).in_(BOUND_ITEMS))
    return session.exec(asked.limit(1)).first() is not None or session.exec(decided.limit(1)).first() is not None


def _tell(session: Session, merge: DealMerge, caller: Caller, *, words: str, at: datetime) -> None:
    for deal_id in (merge.kept_id, merge.merged_id):
        record_activity(
            session, deal_id, ActivityKind.MERGE, person_id=caller.person_id, words=words, subject_id=merge.id, at=at
        )
