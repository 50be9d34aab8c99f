"""Stopping a webhook: it is told nothing more, what waited for it is given up, and its organisation is told."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from fund_service.notices.telling import speakers_of, tell
from models.delivery import DeliveryState, NoticeDelivery, StoppedBecause, Webhook
from models.notice import NoticeKind
from models.person import Role


def stop_webhook(session: Session, hook: Webhook, because: StoppedBecause, *, at: datetime) -> None:
    """Stop a webhook; who stopped it by hand needs no notice of it."""
    if hook.stopped_at is not None:
        return
    hook.stopped_at, hook.stopped_because = at, because
    session.flush()
    session.connection().execute(
        sa.update(NoticeDelivery)
        .where(col(NoticeDelivery.webhook_id) == hook.id, col(NoticeDelivery.state) == DeliveryState.WAITING)
        .values(state=DeliveryState.DEAD)
    )
    if because is not StoppedBecause.BY_HAND:
        for role in (Role.INVESTOR, Role.PROJECT_TEAM):
            tell(
                session,
                NoticeKind.WEBHOOK_STOPPED,
                subject=hook.id,
                to=speakers_of([hook.organisation_id], role),
                key=f"webhook-stopped/{hook.id}/{at.isoformat()}",
                at=at,
            )
