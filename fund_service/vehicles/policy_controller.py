"""HTTP of figures of policy."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.problems import documented
from fund_service.vehicles.policy_queries import policy
from fund_service.vehicles.policy_setting import confirm_policy, propose_policy
from fund_service.vehicles.policy_views import PolicyView
from fund_service.vehicles.schemas import PolicyIn
from models.clock import utc_now
from models.errors import FourEyesNeeded, FundError, StepNotAllowed


class PolicyController(Controller):
    """Figures of policy."""

    path = "/policy"
    tags = ("vehicles",)

    @get(operation_id="read_policy", template="vehicles/policy.html", sync_to_thread=True, responses=documented())
    def read_policy(self, session: NamedDependency[Session], caller: NamedDependency[Caller]) -> PolicyView:
        """Show the figures of policy, what waits to be confirmed, and who set them, when and why."""
        return policy(session, reader=caller)

    @post(operation_id="propose_policy", sync_to_thread=True, responses=documented(409, 413, 415, 422))
    def propose_policy(
        self,
        keyed: NamedDependency[Keyed],
        data: JSONBody[PolicyIn],
    ) -> Response[PolicyView]:
        """Propose a figure of policy, with the reason; it counts once another member of the committee confirms it."""

        def effect() -> Answer:
            _propose(keyed.session, data, caller=keyed.caller)
            return Answer(HTTP_201_CREATED, "/policy", policy(keyed.session, reader=keyed.caller))

        return keyed.once("propose_policy", effect)

    @post(
        "/new",
        operation_id="submit_policy",
        template="vehicles/policy.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_policy(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Propose a figure of policy from the form, or show the form again with what is at fault."""

        def effect() -> Answer:
            _propose(session, data, caller=caller)
            return Answer(HTTP_303_SEE_OTHER, "/policy")

        try:
            data = read_form(PolicyIn, typed(form))
            return keyed_form(session, caller, "/policy/new", form).once("submit_policy", effect)
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: policy(session, reader=caller))

    @post(
        "/values/{value_id:uuid}/confirm",
        operation_id="confirm_policy",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 422),
    )
    def confirm_policy(
        self,
        keyed: NamedDependency[Keyed],
        value_id: FromPath[UUID],
    ) -> Response[PolicyView]:
        """Confirm a figure of policy that another member of the committee proposed; it counts from now on."""

        def effect() -> Answer:
            confirm_policy(keyed.session, value_id, person_id=keyed.caller.person_id, at=utc_now())
            return Answer(HTTP_200_OK, body=policy(keyed.session, reader=keyed.caller))

        return keyed.once("confirm_policy", effect)

    @post(
        "/values/{value_id:uuid}/confirming",
        operation_id="submit_policy_confirmation",
        template="vehicles/policy.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_policy_confirmation(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        value_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Confirm a figure of policy from its page, or show the page again with why it is refused."""

        def effect() -> Answer:
            confirm_policy(session, value_id, person_id=caller.person_id, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, "/policy")

        try:
            keyed = keyed_form(session, caller, f"/policy/values/{value_id}/confirming", form)
            return keyed.once("confirm_policy", effect)
        except (StepNotAllowed, FourEyesNeeded) as refusal:
            return show_again(session, refusal, {}, blank=lambda: policy(session, reader=caller))


def _propose(session: Session, data: PolicyIn, *, caller: Caller) -> None:
    propose_policy(session, data.name, amount=data.amount, person_id=caller.person_id, reason=data.reason, at=utc_now())
