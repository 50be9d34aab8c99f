"""HTTP of webhooks: registered, tried, given a new secret, stopped, by those who speak for their organisation."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import Values, read_form, submitted
from fund_service.notices import webhooks
from fund_service.notices.schemas import WebhookIn, WebhookPage, WebhooksPage
from fund_service.pages import Page
from fund_service.problems import documented
from fund_service.settings import Settings
from models.clock import utc_now

LIST, ONE = "notices/webhooks.html", "notices/webhook.html"


class WebhooksController(Controller):
    """Addresses of an organisation's own systems."""

    path = "/notices/webhooks"
    tags = ("notices",)

    @get(operation_id="list_webhooks", template=LIST, sync_to_thread=True, responses=documented())
    def list_webhooks(self, session: NamedDependency[Session], caller: NamedDependency[Caller]) -> WebhooksPage:
        """List the webhooks of the reader's organisation."""
        return webhooks.list_webhooks(session, caller=caller)

    @post(
        operation_id="create_webhook",
        sync_to_thread=True,
        status_code=HTTP_201_CREATED,
        responses=documented(409, 413, 415, 422),
    )
    def create_webhook(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        settings: NamedDependency[Settings],
        data: JSONBody[WebhookIn],
    ) -> Response[WebhookPage]:
        """Register an address; the answer alone carries the secret that signs what it is sent."""
        return _registered(session, caller, settings, data)

    @post(
        "/new",
        operation_id="submit_webhook",
        template=LIST,
        sync_to_thread=True,
        status_code=HTTP_201_CREATED,
        include_in_schema=False,
    )
    def submit_webhook(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        settings: NamedDependency[Settings],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Register an address from the page, which shows its secret this once."""

        def act() -> Response[Any]:
            data = read_form(WebhookIn, form, lists=["kinds"])
            hook = webhooks.register(session, data, caller=caller, networks=settings.webhook_networks, at=utc_now())
            made = webhooks.webhook_page(session, hook.id, caller=caller, secret=hook.secret).webhook
            listed = webhooks.list_webhooks(session, caller=caller)
            return Page(listed.model_copy(update={"made": made}), status_code=HTTP_201_CREATED)

        return submitted(session, form, act, blank=lambda: webhooks.list_webhooks(session, caller=caller))

    @get(
        "/{webhook_id:uuid}", operation_id="read_webhook", template=ONE, sync_to_thread=True, responses=documented(404)
    )
    def read_webhook(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], webhook_id: FromPath[UUID]
    ) -> WebhookPage:
        """Show a webhook with what was sent to it and what it answered."""
        return webhooks.webhook_page(session, webhook_id, caller=caller)

    @post(
        "/{webhook_id:uuid}/ping",
        operation_id="ping_webhook",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409),
    )
    def ping_webhook(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], webhook_id: FromPath[UUID]
    ) -> WebhookPage:
        """Have a message sent that says nothing, once, to try the address."""
        webhooks.ping(session, webhook_id, caller=caller, at=utc_now())
        return webhooks.webhook_page(session, webhook_id, caller=caller)

    @post(
        "/{webhook_id:uuid}/ping/new",
        operation_id="submit_webhook_ping",
        sync_to_thread=True,
        status_code=HTTP_303_SEE_OTHER,
        include_in_schema=False,
    )
    def submit_webhook_ping(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], webhook_id: FromPath[UUID]
    ) -> Redirect:
        """Try the address from its page."""
        webhooks.ping(session, webhook_id, caller=caller, at=utc_now())
        return Redirect(f"/notices/webhooks/{webhook_id}", status_code=HTTP_303_SEE_OTHER)

    @post(
        "/{webhook_id:uuid}/secret",
        operation_id="rotate_webhook_secret",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409),
    )
    def rotate_webhook_secret(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], webhook_id: FromPath[UUID]
    ) -> WebhookPage:
        """Make a new secret; the answer alone carries it, and for a day messages are signed with the old one too."""
        return _with_new_secret(session, caller, webhook_id)

    @post(
        "/{webhook_id:uuid}/secret/new",
        operation_id="submit_webhook_secret",
        template=ONE,
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        include_in_schema=False,
    )
    def submit_webhook_secret(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], webhook_id: FromPath[UUID]
    ) -> Page[WebhookPage]:
        """Make a new secret from the page, which shows it this once."""
        return Page(_with_new_secret(session, caller, webhook_id))

    @post(
        "/{webhook_id:uuid}/stop",
        operation_id="stop_webhook",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409),
    )
    def stop_webhook(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], webhook_id: FromPath[UUID]
    ) -> WebhookPage:
        """Stop a webhook for good; its address can be registered anew."""
        webhooks.stop(session, webhook_id, caller=caller, at=utc_now())
        return webhooks.webhook_page(session, webhook_id, caller=caller)

    @post(
        "/{webhook_id:uuid}/stop/new",
        operation_id="submit_webhook_stop",
        sync_to_thread=True,
        status_code=HTTP_303_SEE_OTHER,
        include_in_schema=False,
    )
    def submit_webhook_stop(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], webhook_id: FromPath[UUID]
    ) -> Redirect:
        """Stop a webhook from its page."""
        webhooks.stop(session, webhook_id, caller=caller, at=utc_now())
        return Redirect("/notices/webhooks", status_code=HTTP_303_SEE_OTHER)


def _registered(session: Session, caller: Caller, settings: Settings, data: WebhookIn) -> Response[WebhookPage]:
    hook = webhooks.register(session, data, caller=caller, networks=settings.webhook_networks, at=utc_now())
    view = webhooks.webhook_page(session, hook.id, caller=caller, secret=hook.secret)
    return Page(view, status_code=HTTP_201_CREATED, headers={"Location": f"/notices/webhooks/{hook.id}"})


def _with_new_secret(session: Session, caller: Caller, webhook_id: UUID) -> WebhookPage:
    hook = webhooks.rotate_secret(session, webhook_id, caller=caller, at=utc_now())
    return webhooks.webhook_page(session, webhook_id, caller=caller, secret=hook.secret)
