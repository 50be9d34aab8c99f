"""Webhooks of an organisation: registered, tried, given a new secret, stopped."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service import jobs
from fund_service.accounts.callers import Caller
from fund_service.notices.deliveries import delivery_views
from fund_service.notices.queries import kinds_of
from fund_service.notices.reaching import target_of
from fund_service.notices.schemas import MOST_WEBHOOKS, WebhookIn, WebhookPage, WebhooksPage, WebhookView
from fund_service.notices.signing import PREFIX, new_webhook_secret
from fund_service.notices.stopping import stop_webhook
from models.delivery import DeliveryWay, NoticeDelivery, StoppedBecause, Webhook
from models.errors import RecordConflicts, RecordNotFound, StepNotAllowed, ValueNotAllowed
from models.notice import NoticeKind
from models.person import Person

OLD_SECRET_HOLDS = timedelta(days=1)
"""How long the secret before a new one signs too, so that receivers can change it without losing a message."""
SHOWN = 20


def list_webhooks(session: Session, *, caller: Caller) -> WebhooksPage:
    """List the webhooks of the caller's organisation, the newest first."""
    rows = session.exec(
        select(Webhook, Person.name)
        .join(Person, col(Person.id) == col(Webhook.person_id))
        .where(Webhook.organisation_id == caller.organisation_id)
        .order_by(col(Webhook.id).desc())
    ).all()
    return WebhooksPage(items=[_view(hook, name) for hook, name in rows], kinds=kinds_of(caller))


def webhook_page(session: Session, webhook_id: UUID, *, caller: Caller, secret: str | None = None) -> WebhookPage:
    """Show a webhook of the caller's organisation with what was sent to it; a secret where it was just made.

    Raises
    ------
    RecordNotFound
        When it has none by this id.
    """
    hook = find_webhook(session, webhook_id, caller=caller)
    deliveries = session.exec(
        select(NoticeDelivery)
        .where(NoticeDelivery.webhook_id == hook.id)
        .order_by(col(NoticeDelivery.id).desc())
        .limit(SHOWN)
    ).all()
    view = _view(hook, session.get_one(Person, hook.person_id).name)
    view.secret = None if secret is None else f"{PREFIX}{secret}"
    return WebhookPage(webhook=view, deliveries=delivery_views(session, deliveries))


def _view(hook: Webhook, name: str) -> WebhookView:
    return WebhookView(
        **hook.model_dump(include={"id", "url", "stopped_at", "stopped_because", "old_secret_until"}),
        kinds=[NoticeKind(kind) for kind in hook.kinds],
        registered_by=name,
        registered_at=hook.recorded_at,
    )


def find_webhook(session: Session, webhook_id: UUID, *, caller: Caller, to_change: bool = False) -> Webhook:
    """Find a webhook of the caller's organisation; to change it, it is locked until the request ends.

    Raises
    ------
    RecordNotFound
        When it has none by this id.
    """
    query = select(Webhook).where(Webhook.id == webhook_id, Webhook.organisation_id == caller.organisation_id)
    if to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).first()
    if found is None:
        raise RecordNotFound("There is no such webhook of your organisation.")
    return found


def register(session: Session, data: WebhookIn, *, caller: Caller, networks: Sequence[str], at: datetime) -> Webhook:
    """Register an address; it is told from now on what the caller is told, as long as they speak for the organisation.

    Raises
    ------
    StepNotAllowed
        When the caller speaks for no organisation.
    ValueNotAllowed
        When the address may not be reached, or a kind cannot concern the caller.
    RecordConflicts
        When the organisation has as many as it may, or this address already.
    """
    if caller.organisation_id is None:
        raise StepNotAllowed("Your account speaks for no organisation; only those who do register webhooks.")
    if set(data.kinds) - set(kinds_of(caller)):
        raise ValueNotAllowed("This kind of notice does not concern your roles.", field="kinds")
    target_of(data.url, networks=networks)
    session.connection().execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
        {"name": f"webhooks\n{caller.organisation_id}"},
    )
    live = select(func.count()).where(
        Webhook.organisation_id == caller.organisation_id, col(Webhook.stopped_at).is_(None)
    )
    if session.exec(live).one() >= MOST_WEBHOOKS:
        raise RecordConflicts("Your organisation has {most} webhooks; stop one first.", most=MOST_WEBHOOKS)
    if session.exec(live.where(Webhook.url == data.url)).one():
        raise RecordConflicts("This address is registered already.", field="url")
    hook = Webhook(
        organisation_id=caller.organisation_id,
        person_id=caller.person_id,
        url=data.url,
        kinds=sorted(set(data.kinds)),
        secret=new_webhook_secret(),
        recorded_at=at,
    )
    session.add(hook)
    session.flush()
    return hook


def ping(session: Session, webhook_id: UUID, *, caller: Caller, at: datetime) -> NoticeDelivery:
    """Have a message sent that says nothing, once, to try the address.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such webhook of theirs, or it was stopped.
    """
    hook = _live(session, webhook_id, caller=caller)
    delivery = NoticeDelivery(webhook_id=hook.id, way=DeliveryWay.PING, due_at=at, recorded_at=at)
    session.add(delivery)
    session.flush()
    jobs.queue_deliveries(session)
    return delivery


def rotate_secret(session: Session, webhook_id: UUID, *, caller: Caller, at: datetime) -> Webhook:
    """Make a new secret; for a day messages are signed with both.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such webhook of theirs, or it was stopped.
    """
    hook = _live(session, webhook_id, caller=caller)
    hook.old_secret, hook.old_secret_until = hook.secret, at + OLD_SECRET_HOLDS
    hook.secret = new_webhook_secret()
    session.flush()
    return hook


def stop(session: Session, webhook_id: UUID, *, caller: Caller, at: datetime) -> Webhook:
    """Stop a webhook for good; another one can be registered under the same address.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such webhook of theirs, or it was stopped.
    """
    hook = _live(session, webhook_id, caller=caller)
    stop_webhook(session, hook, StoppedBecause.BY_HAND, at=at)
    return hook


def _live(session: Session, webhook_id: UUID, *, caller: Caller) -> Webhook:
    hook = find_webhook(session, webhook_id, caller=caller, to_change=True)
    if hook.stopped_at is not None:
        raise StepNotAllowed("This webhook was stopped; register its address anew.")
    return hook
