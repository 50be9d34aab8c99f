"""Approvals: which one stands on a deal's present terms, what it still asks for, and how an edit voids it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.deals.timeline import record_activity
from fund_service.sentences import sentence
from models.committee import AgendaItem, ConditionPrecedent, ItemState
from models.deal import Deal
from models.timeline import ActivityKind


def standing_approval(session: Session, deal: Deal) -> AgendaItem | None:
    """Find the committee's approval of the terms that a deal has now; of several, the latest."""
    return session.exec(
        select(AgendaItem)
        .where(
            AgendaItem.deal_id == deal.id,
            AgendaItem.state == ItemState.APPROVED,
            AgendaItem.terms_digest == deal.terms_digest(),
        )
        .order_by(col(AgendaItem.decided_at).desc())
    ).first()


def unmet_conditions(session: Session, deal_id: UUID) -> list[ConditionPrecedent]:
    """List the conditions of a deal's approvals, voided ones apart, that are not met; each blocks the first payment."""
    return list(
        session.exec(
            select(ConditionPrecedent)
            .join(AgendaItem, col(AgendaItem.id) == col(ConditionPrecedent.item_id))
            .where(
                AgendaItem.deal_id == deal_id,
                AgendaItem.state == ItemState.APPROVED,
                col(ConditionPrecedent.met_at).is_(None),
            )
            .order_by(col(ConditionPrecedent.id))
        )
    )


def void_approvals(session: Session, deal: Deal, *, at: datetime) -> int:
    """Void what the committee approved of a locked deal, whose terms or stage are being changed; count the approvals.

    The deal's timeline is told of each. What was approved comes back only by a new vote.
    """
    words = sentence("The deal was changed, so the committee's approval no longer holds.")
    approved = _approved(session, deal.id)
    for item in approved:
        _void(session, item, words=words, at=at)
    return len(approved)


def replace_approvals(session: Session, item: AgendaItem, *, at: datetime) -> None:
    """Void what the committee approved of a deal before it decided on an item anew."""
    for earlier in _approved(session, item.deal_id):
        if earlier.id != item.id:
            words = sentence("The committee decided anew, so its earlier approval no longer holds.")
            _void(session, earlier, words=words, at=at)


def _approved(session: Session, deal_id: UUID) -> list[AgendaItem]:
    return list(
        session.exec(
            select(AgendaItem)
            .where(AgendaItem.deal_id == deal_id, AgendaItem.state == ItemState.APPROVED)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _void(session: Session, item: AgendaItem, *, words: str, at: datetime) -> None:
    item.state = ItemState.VOIDED
    session.add(item)
    record_activity(
        session, item.deal_id, ActivityKind.COMMITTEE, person_id=None, words=words, subject_id=item.id, at=at
    )
