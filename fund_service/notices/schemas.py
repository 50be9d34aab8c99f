"""What crosses the wire of notices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from fund_service.paging import Listing
from fund_service.wire import ClosedModel
from models.delivery import DeliveryState, DeliveryWay, StoppedBecause
from models.notice import NoticeKind, NoticeWay

MOST_WEBHOOKS = 5
"""Webhooks that an organisation has at a time."""


class NoticeView(BaseModel):
    """A notice in words, as its receiver may see it now."""

    id: UUID
    kind: NoticeKind
    title: str
    sentence: str
    path: str = Field(description="The page it leads to.")
    told_at: datetime
    read_at: datetime | None


class NoticesPage(Listing):
    """A page of the reader's notices, unread ones first."""

    items: list[NoticeView]
    kind: NoticeKind | None
    unread: int = Field(description="Unread ones, counted up to 100.")
    dropped: int = Field(description="Of this page: what the reader may no longer see, and is not shown again.")


class AllRead(ClosedModel):
    """Which notices to mark as read."""

    kind: NoticeKind | None = Field(default=None, description="Of one kind alone; none: all.")


class Marked(BaseModel):
    """How many notices were marked as read."""

    marked: int


class SettingsIn(ClosedModel):
    """How one wants to be told of kinds; those left out stay as they are."""

    ways: dict[NoticeKind, NoticeWay]


class ChoiceView(BaseModel):
    """How one is told of a kind."""

    kind: NoticeKind
    way: NoticeWay


class NoticeSettings(BaseModel):
    """How the reader is told of what concerns them."""

    choices: list[ChoiceView]
    email: str
    email_proved: bool
    code_sent: bool = Field(description="A code is on its way to the address, or there already.")
    mail_offered: bool = Field(description="The service has a mail server.")
    saved: bool = False
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class EndingView(BaseModel):
    """What can be ended by the address in an e-mail."""

    what: NoticeKind | NoticeWay
    ended: bool = False


class AttemptView(BaseModel):
    """One try of a delivery."""

    tried_at: datetime
    code: int | None = Field(description="HTTP status or SMTP reply, where there was one.")
    failure: str | None = Field(description="The name of what went wrong; none: it was taken.")
    milliseconds: int


class DeliveryView(BaseModel):
    """A delivery without what is in it: who keeps it running does not read along."""

    id: UUID
    way: DeliveryWay
    to: str = Field(description="The e-mail address, or the host of the webhook.")
    state: DeliveryState
    notices: int
    left_out: int = Field(description="Notices of it that its receiver may not see any more.")
    attempts: int
    made_at: datetime
    due_at: datetime | None = Field(description="When it is tried next; none: not any more.")
    sent_at: datetime | None
    tries: list[AttemptView] = Field(description="The last tries, the newest first.")


class DeliveriesPage(Listing):
    """A page of deliveries."""

    items: list[DeliveryView]
    state: DeliveryState | None
    counts: dict[DeliveryState, int] = Field(description="How many deliveries stand where.")


class WebhookIn(ClosedModel):
    """A webhook as its organisation registers it."""

    url: Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=500)]
    kinds: list[NoticeKind] = Field(default=[], max_length=len(NoticeKind), description="None named: all.")


class WebhookView(BaseModel):
    """A webhook."""

    id: UUID
    url: str
    kinds: list[NoticeKind]
    registered_by: str
    registered_at: datetime
    stopped_at: datetime | None
    stopped_because: StoppedBecause | None
    old_secret_until: datetime | None = Field(description="Until then the secret before this one signs too.")
    secret: str | None = Field(default=None, description="Shown once, when it was just made; kept for signing alone.")


class WebhooksPage(BaseModel):
    """The webhooks of the reader's organisation, and the form to register one."""

    items: list[WebhookView]
    kinds: Sequence[NoticeKind] = ()
    made: WebhookView | None = Field(default=None, description="One that was just registered, with its secret.")
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class WebhookPage(BaseModel):
    """A webhook with what was sent to it."""

    webhook: WebhookView
    deliveries: list[DeliveryView] = Field(description="The newest twenty.")
