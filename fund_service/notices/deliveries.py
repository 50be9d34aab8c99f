"""Deliveries as those see them who keep them running: where they went and what was answered, not what was in them."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service import jobs
from fund_service.notices.schemas import AttemptView, DeliveriesPage, DeliveryView
from fund_service.paging import Cursor, cut_page
from models.delivery import DeliveryAttempt, DeliveryNotice, DeliveryState, DeliveryWay, NoticeDelivery, Webhook
from models.errors import RecordNotFound, StepNotAllowed
from models.person import Person

TRIES_SHOWN = 10


def list_deliveries(
    session: Session, *, state: DeliveryState | None, after: Cursor | None, limit: int
) -> DeliveriesPage:
    """List deliveries, the newest first, with how many stand where."""
    query = select(NoticeDelivery)
    if state is not None:
        query = query.where(NoticeDelivery.state == state)
    if after is not None:
        query = query.where(col(NoticeDelivery.id) < after.after)
    found = session.exec(query.order_by(col(NoticeDelivery.id).desc()).limit(limit + 1)).all()
    deliveries, next_cursor = cut_page(found, limit, key=lambda delivery: delivery.id)
    counted = dict(session.exec(select(NoticeDelivery.state, func.count()).group_by(col(NoticeDelivery.state))).all())
    return DeliveriesPage(
        items=delivery_views(session, deliveries),
        next_cursor=next_cursor,
        state=state,
        counts={one: counted.get(one, 0) for one in DeliveryState},
    )


def delivery_views(session: Session, deliveries: Sequence[NoticeDelivery]) -> list[DeliveryView]:
    """Show deliveries with their last tries, in four statements."""
    ids = [delivery.id for delivery in deliveries]
    tries: dict[UUID, list[AttemptView]] = {}
    for attempt in session.exec(
        select(DeliveryAttempt)
        .where(col(DeliveryAttempt.delivery_id).in_(ids))
        .order_by(col(DeliveryAttempt.id).desc())
    ):
        tries.setdefault(attempt.delivery_id, []).append(
            AttemptView(
                tried_at=attempt.recorded_at,
                code=attempt.code,
                failure=attempt.failure,
                milliseconds=attempt.milliseconds,
            )
        )
    carried = dict(
        session.exec(
            select(DeliveryNotice.delivery_id, func.count())
            .where(col(DeliveryNotice.delivery_id).in_(ids))
            .group_by(col(DeliveryNotice.delivery_id))
        ).all()
    )
    people = [delivery.person_id for delivery in deliveries]
    hooks = [delivery.webhook_id for delivery in deliveries]
    to: dict[UUID | None, str] = dict(
        session.exec(select(Person.id, Person.email).where(col(Person.id).in_(people))).all()
    )
    for hook_id, url in session.exec(select(Webhook.id, Webhook.url).where(col(Webhook.id).in_(hooks))):
        to[hook_id] = urlsplit(url).netloc
    return [
        DeliveryView(
            id=delivery.id,
            way=delivery.way,
            to=to[delivery.person_id or delivery.webhook_id],
            state=delivery.state,
            notices=carried.get(delivery.id, 0),
            left_out=delivery.left_out,
            attempts=delivery.attempts,
            made_at=delivery.recorded_at,
            due_at=delivery.due_at if delivery.state is DeliveryState.WAITING else None,
            sent_at=delivery.sent_at,
            tries=tries.get(delivery.id, [])[:TRIES_SHOWN],
        )
        for delivery in deliveries
    ]


def send_again(session: Session, delivery_id: UUID, *, at: datetime) -> NoticeDelivery:
    """Have a delivery tried again that was given up, from the first try on.

    Raises
    ------
    RecordNotFound
        When there is none.
    StepNotAllowed
        When it was not given up, its webhook was stopped, or its code has run out.
    """
    delivery = session.exec(select(NoticeDelivery).where(NoticeDelivery.id == delivery_id).with_for_update()).first()
    if delivery is None:
        raise RecordNotFound("There is no such delivery.")
    if delivery.state is not DeliveryState.DEAD:
        raise StepNotAllowed("Only what was given up is sent again.")
    hook = None if delivery.webhook_id is None else session.get_one(Webhook, delivery.webhook_id)
    if delivery.way is DeliveryWay.CODE or (hook is not None and hook.stopped_at is not None):
        raise StepNotAllowed("This is not sent again: its code has run out, or its webhook was stopped.")
    delivery.state, delivery.attempts, delivery.due_at = DeliveryState.WAITING, 0, at
    session.flush()
    jobs.queue_deliveries(session)
    return delivery
