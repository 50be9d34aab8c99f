"""Delivering: what is due is claimed, looked at once more, sent once, and each try put on record.

A delivery's row stays locked while it is sent, and other workers pass locked ones by. A worker that dies between
sending and noting it leaves the row waiting: it is sent again under the same Message-ID or webhook-id, by which the
other side knows it.
"""

import smtplib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from fund_service import jobs
from fund_service.accounts.callers import Caller
from fund_service.accounts.queries import caller_of_person
from fund_service.database import transaction
from fund_service.notices.letters import letter_of
from fund_service.notices.mailing import FOR_GOOD, MailRoute, reply_code, write
from fund_service.notices.reaching import post
from fund_service.notices.showing import drop_unseen
from fund_service.notices.signing import signed_headers
from fund_service.notices.stopping import stop_webhook
from fund_service.notices.webhook_bodies import body_of, secrets_of
from fund_service.settings import Settings
from models.clock import utc_now
from models.delivery import (
    DeliveryAttempt,
    DeliveryNotice,
    DeliveryState,
    DeliveryWay,
    NoticeDelivery,
    StoppedBecause,
    Webhook,
    pause_after,
)
from models.errors import ValueNotAllowed
from models.notice import Notice, NoticeAddress, NoticeChoice, NoticeWay

AT_A_TIME = 50
"""Deliveries of one task; then it is queued again, so that a worker can be stopped."""
GONE = 410
"""A webhook's answer that it is gone for good (Standard Webhooks, "Responses")."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended."""

    code: int | None = None
    failure: str | None = None
    """The name of what went wrong; none: it was taken."""
    for_good: bool = False
    """Trying again would not help."""


def deliver_due(engine: Engine, settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> int:
    """Send what is due, one after the other, and give how many deliveries were looked at."""
    with MailRoute(settings.mail) as route:
        for done in range(AT_A_TIME):
            with transaction(engine) as session:
                delivery = _claim(session, at=clock())
                if delivery is None:
                    return done
                _carry(session, delivery, route=route, settings=settings, at=clock())
    with transaction(engine) as session:
        jobs.queue_deliveries(session)
    return AT_A_TIME


def _claim(session: Session, *, at: datetime) -> NoticeDelivery | None:
    """Take the delivery that has been due longest and that no other worker has."""
    return session.exec(
        select(NoticeDelivery)
        .where(NoticeDelivery.state == DeliveryState.WAITING, NoticeDelivery.due_at <= at)
        .order_by(col(NoticeDelivery.due_at), col(NoticeDelivery.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()


def _carry(session: Session, delivery: NoticeDelivery, *, route: MailRoute, settings: Settings, at: datetime) -> None:
    hook = None if delivery.webhook_id is None else session.get_one(Webhook, delivery.webhook_id)
    person_id = delivery.person_id if hook is None else hook.person_id
    caller = None if person_id is None else caller_of_person(session, person_id)
    if hook is not None and (caller is None or caller.organisation_id != hook.organisation_id):
        stop_webhook(session, hook, StoppedBecause.NO_SPEAKER, at=at)
        session.refresh(delivery)
        return
    notices = [] if caller is None else _notices(session, delivery, caller, at=at)
    if caller is None or (not notices and delivery.way not in {DeliveryWay.CODE, DeliveryWay.PING}):
        delivery.state = DeliveryState.DROPPED
        session.flush()
        return
    began = time.monotonic()
    if hook is None:
        outcome = _mail(session, delivery, caller, notices, route=route, settings=settings, at=at)
    else:
        outcome = _call(delivery, hook, notices, settings=settings, at=at)
    _note(session, delivery, outcome, milliseconds=round((time.monotonic() - began) * 1_000), hook=hook, at=at)


def _notices(session: Session, delivery: NoticeDelivery, caller: Caller, *, at: datetime) -> Sequence[Notice]:
    """Read what a delivery carries and its receiver may still see; the others are dropped and counted.

    An e-mail leaves out what was read in the service meanwhile, and what its receiver no longer wants by e-mail.
    """
    query = (
        select(Notice)
        .join(DeliveryNotice, col(DeliveryNotice.notice_id) == col(Notice.id))
        .where(DeliveryNotice.delivery_id == delivery.id)
        .order_by(col(Notice.id))
    )
    carried = session.exec(query).all()
    shown = drop_unseen(session, caller, [notice for notice in carried if notice.dropped_at is None], at=at)
    delivery.left_out = len(carried) - len(shown)
    if delivery.webhook_id is not None:
        return shown
    wanted = (
        set(
            session.exec(
                select(NoticeChoice.kind).where(
                    NoticeChoice.person_id == caller.person_id, NoticeChoice.way == NoticeWay(delivery.way.value)
                )
            )
        )
        if shown
        else set()
    )
    return [notice for notice in shown if notice.read_at is None and notice.kind in wanted]


def _mail(
    session: Session,
    delivery: NoticeDelivery,
    caller: Caller,
    notices: Sequence[Notice],
    *,
    route: MailRoute,
    settings: Settings,
    at: datetime,
) -> Outcome:
    proved = session.get(NoticeAddress, caller.person_id)
    if proved is None or proved.email != caller.email or (proved.verified_at is None and delivery.code is None):
        return Outcome(failure="AddressNotProved", for_good=True)
    with letter_of(delivery, caller, notices, proved=proved, settings=settings) as letter:
        sender = "" if settings.mail is None else settings.mail.sender
        message = write(letter, sender=sender, at=at)
    try:
        route.send(message)
    except (smtplib.SMTPException, OSError) as error:
        code = reply_code(error)
        return Outcome(code=code, failure=type(error).__name__, for_good=code is not None and code >= FOR_GOOD)
    return Outcome()


def _call(
    delivery: NoticeDelivery, hook: Webhook, notices: Sequence[Notice], *, settings: Settings, at: datetime
) -> Outcome:
    body = body_of(delivery, notices, settings=settings)
    headers = signed_headers(secrets_of(hook, at=at), str(delivery.id), at, body)
    try:
        status = post(hook.url, body, headers, networks=settings.webhook_networks)
    except ValueNotAllowed:
        return Outcome(failure="AddressRefused")
    except (httpx.HTTPError, OSError, TimeoutError) as error:
        return Outcome(failure=type(error).__name__)
    taken = 200 <= status < 300  # noqa: PLR2004 - the class of statuses that means success
    return Outcome(code=status, failure=None if taken else "Refused", for_good=status == GONE)


def _note(
    session: Session,
    delivery: NoticeDelivery,
    outcome: Outcome,
    *,
    milliseconds: int,
    hook: Webhook | None,
    at: datetime,
) -> None:
    """Put a try on record, and say what becomes of its delivery."""
    session.add(
        DeliveryAttempt(
            delivery_id=delivery.id,
            code=outcome.code,
            failure=outcome.failure,
            milliseconds=milliseconds,
            recorded_at=at,
        )
    )
    delivery.attempts += 1
    if outcome.failure is None:
        delivery.state, delivery.sent_at, delivery.code = DeliveryState.SENT, at, None
        session.flush()
        return
    pause = None if outcome.for_good or delivery.way is DeliveryWay.PING else pause_after(delivery.attempts)
    if pause is None:
        delivery.state = DeliveryState.DEAD
    else:
        delivery.due_at = at + pause
        _hold_back_others(session, delivery)
    session.flush()
    if hook is not None and delivery.state is DeliveryState.DEAD and delivery.way is DeliveryWay.WEBHOOK:
        because = StoppedBecause.GONE if outcome.for_good else StoppedBecause.FAILURES
        stop_webhook(session, hook, because, at=at)


def _hold_back_others(session: Session, delivery: NoticeDelivery) -> None:
    """Let what goes the same way wait as long: one that does not answer is not asked again for each of them."""
    same = (
        col(NoticeDelivery.webhook_id).is_(None)
        if delivery.webhook_id is None
        else col(NoticeDelivery.webhook_id) == delivery.webhook_id
    )
    waiting = (
        sa.select(col(NoticeDelivery.id))
        .where(
            same,
            col(NoticeDelivery.id) != delivery.id,
            col(NoticeDelivery.state) == DeliveryState.WAITING,
            col(NoticeDelivery.due_at) < delivery.due_at,
        )
        .with_for_update(skip_locked=True)
    )
    session.connection().execute(
        sa.update(NoticeDelivery).where(col(NoticeDelivery.id).in_(waiting)).values(due_at=delivery.due_at)
    )
