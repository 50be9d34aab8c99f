"""Deliveries of notices: e-mails and webhooks, each sent once, with every try on record."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Column, Index, String, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import Row, by_value
from models.clock import UtcDateTime, utc_now

MOST_ATTEMPTS = 7
"""Times that a delivery is tried: a minute after the first try, then four times as long each time; the last one comes
after 23 hours."""


def pause_after(attempts: int) -> timedelta | None:
    """Say how long to wait after so many tries that failed; none: it is given up."""
    return None if attempts >= MOST_ATTEMPTS else timedelta(minutes=4 ** (attempts - 1))


class StoppedBecause(StrEnum):
    """Why a webhook is told nothing more."""

    BY_HAND = "by_hand"
    """Its organisation stopped it."""
    FAILURES = "failures"
    """A delivery failed for a day."""
    GONE = "gone"
    """The address answered that it is gone for good (410)."""
    NO_SPEAKER = "no_speaker"
    """Who registered it no longer speaks for the organisation."""


class Webhook(Row, table=True):
    """An address of an organisation's own system, told what the person who registered it is told."""

    __tablename__ = "webhook"
    __table_args__ = (
        CheckConstraint("url ~ '^https?://'", name="url_scheme"),
        CheckConstraint("(stopped_at IS NULL) = (stopped_because IS NULL)", name="stopped_for_a_reason"),
        CheckConstraint("(old_secret IS NULL) = (old_secret_until IS NULL)", name="old_secret_for_a_while"),
    )

    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    """Who registered it: it is told what they may see, as long as they speak for the organisation."""
    url: str = Field(max_length=500)
    kinds: list[str] = Field(sa_column=Column(ARRAY(String(32)), nullable=False))
    """Kinds it is told; none named: all."""
    secret: str = Field(max_length=64)
    """Base64 of 32 random bytes that sign what is sent: the receiver has the same, so it cannot be kept as a digest."""
    old_secret: str | None = Field(default=None, max_length=64)
    """Signs too for a day after it was replaced."""
    old_secret_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stopped_because: StoppedBecause | None = Field(default=None, sa_type=by_value(StoppedBecause))


class DeliveryWay(StrEnum):
    """What a delivery is."""

    AT_ONCE = "at_once"
    """An e-mail with one notice."""
    DAILY = "daily"
    """An e-mail with those of a day."""
    WEEKLY = "weekly"
    """An e-mail with those of a week."""
    CODE = "code"
    """An e-mail with the code that proves an address."""
    WEBHOOK = "webhook"
    """A request to a webhook with one notice."""
    PING = "ping"
    """A request to a webhook that says nothing, to try it."""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    """To be sent when it is due."""
    SENT = "sent"
    """The other side took it."""
    DROPPED = "dropped"
    """Not sent: nothing in it may be seen by its receiver any more."""
    DEAD = "dead"
    """Given up; an administrator can have it tried again."""


class NoticeDelivery(Row, table=True):
    """Something to be sent once, to a person's e-mail address or to a webhook; its id is in what is sent."""

    __tablename__ = "notice_delivery"
    __table_args__ = (
        UniqueConstraint("person_id", "way", "period"),
        CheckConstraint("num_nonnulls(person_id, webhook_id) = 1", name="to_one"),
        CheckConstraint("(webhook_id IS NOT NULL) = (way IN ('webhook', 'ping'))", name="way_of_its_receiver"),
        CheckConstraint("(period IS NOT NULL) = (way IN ('daily', 'weekly'))", name="digest_of_a_day"),
        CheckConstraint(f"attempts BETWEEN 0 AND {MOST_ATTEMPTS}", name="attempts_range"),
        CheckConstraint("left_out >= 0", name="left_out_not_negative"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at_a_moment"),
        Index("ix_notice_delivery_due", "due_at", postgresql_where=text("state = 'waiting'")),
    )

    person_id: UUID | None = Field(default=None, foreign_key="person.id")
    webhook_id: UUID | None = Field(default=None, foreign_key="webhook.id", index=True)
    way: DeliveryWay = Field(sa_type=by_value(DeliveryWay))
    period: date | None = None
    """The day in Seoul of a digest: a person has one of each kind a day."""
    code: str | None = Field(default=None, max_length=16)
    """The code that an e-mail of that kind carries; taken away when it is sent."""
    state: DeliveryState = Field(default=DeliveryState.WAITING, sa_type=by_value(DeliveryState))
    attempts: int = 0
    due_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    left_out: int = 0
    """Notices of it that were dropped because their receiver may not see them any more."""


class DeliveryNotice(SQLModel, table=True):
    """That a delivery carries a notice: no receiver is sent one twice, whichever deliveries are made."""

    __tablename__ = "delivery_notice"

    notice_id: UUID = Field(foreign_key="notice.id", primary_key=True)
    receiver_id: UUID = Field(primary_key=True)
    """The person or the webhook."""
    delivery_id: UUID = Field(foreign_key="notice_delivery.id", index=True)


class DeliveryAttempt(Row, table=True):
    """One try of a delivery and what the other side said: a status or reply code, and the kind of failure; no text."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (
        CheckConstraint("code BETWEEN 100 AND 999", name="code_range"),
        CheckConstraint("milliseconds >= 0", name="milliseconds_not_negative"),
    )

    delivery_id: UUID = Field(foreign_key="notice_delivery.id", index=True)
    code: int | None = None
    failure: str | None = Field(default=None, max_length=100)
    """The name of what went wrong; none: it was taken."""
    milliseconds: int
