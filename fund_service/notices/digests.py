"""Digests: notices that a person wants by the day or by the week, gathered into one e-mail."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from fund_service import jobs
from models.clock import business_date
from models.delivery import DeliveryNotice, DeliveryState, DeliveryWay, NoticeDelivery
from models.identity import new_id
from models.notice import Notice, NoticeAddress, NoticeChoice, NoticeWay
from models.person import Person

MONDAY, SATURDAY = 0, 5


def gather(session: Session, *, at: datetime) -> int:
    """Make the digests of this business day, on Mondays those of the week too, and give how many; once a day each.

    Saturdays and Sundays are no business days. Public holidays are not known here: a digest on one is read on the next.
    """
    today = business_date(at)
    if today.weekday() >= SATURDAY:
        return 0
    made = _gather(session, NoticeWay.DAILY, today, at=at)
    if today.weekday() == MONDAY:
        made += _gather(session, NoticeWay.WEEKLY, today, at=at)
    if made:
        jobs.queue_deliveries(session)
    return made


def _gather(session: Session, way: NoticeWay, today: date, *, at: datetime) -> int:
    waiting = _waiting(session, way)
    if not waiting:
        return 0
    digests: list[dict[str, Any]] = [
        {
            "id": new_id(), "person_id": person_id, "way": DeliveryWay(way.value), "period": today, "due_at": at,
            "recorded_at": at, "state": DeliveryState.WAITING, "attempts": 0, "left_out": 0,
        }
        for person_id in waiting
    ]  # fmt: skip
    statement = insert(NoticeDelivery).values(digests).on_conflict_do_nothing()
    made = set(session.connection().scalars(statement.returning(col(NoticeDelivery.id))))
    parts = [
        {"notice_id": notice_id, "receiver_id": digest["person_id"], "delivery_id": digest["id"]}
        for digest in digests
        if digest["id"] in made
        for notice_id in waiting[digest["person_id"]]
    ]
    if parts:
        session.connection().execute(insert(DeliveryNotice).values(parts).on_conflict_do_nothing())
    return len(made)


def _waiting(session: Session, way: NoticeWay) -> Mapping[UUID, Sequence[UUID]]:
    """Give the unread notices that go into a digest and were in none, by person, whose address is proved."""
    sent = sa.exists().where(
        col(DeliveryNotice.notice_id) == col(Notice.id), col(DeliveryNotice.receiver_id) == col(Notice.person_id)
    )
    chosen = sa.and_(
        col(NoticeChoice.person_id) == col(Notice.person_id),
        col(NoticeChoice.kind) == col(Notice.kind),
        col(NoticeChoice.way) == way,
    )
    rows = session.exec(
        select(Notice.person_id, Notice.id)
        .join(NoticeChoice, chosen)
        .join(NoticeAddress, col(NoticeAddress.person_id) == col(Notice.person_id))
        .join(Person, col(Person.id) == col(Notice.person_id))
        .where(
            Notice.way == way,
            col(Notice.read_at).is_(None),
            col(Notice.dropped_at).is_(None),
            col(NoticeAddress.verified_at).is_not(None),
            NoticeAddress.email == Person.email,
            col(Person.active),
            ~sent,
        )
        .order_by(col(Notice.id))
    )
    waiting: dict[UUID, list[UUID]] = {}
    for person_id, notice_id in rows:
        waiting.setdefault(person_id, []).append(notice_id)
    return waiting
