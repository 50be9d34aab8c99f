"""HTTP of figures of policy."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import KEY_FIELD, Answer, IdempotencyKeyHeader, answered, form_text, key_of, once
from fund_service.problems import documented
from fund_service.vehicles import rule_queries
from fund_service.vehicles.policy import set_policy
from fund_service.vehicles.rule_views import PolicyView
from fund_service.vehicles.schemas import PolicyIn
from models.clock import utc_now
from models.errors import FundError


class PolicyController(Controller):
    """Figures of policy."""

    path = "/policy"
    tags = ("vehicles",)

    @get(operation_id="read_policy", template="vehicles/policy.html", sync_to_thread=True, responses=documented())
    def read_policy(self, session: NamedDependency[Session]) -> PolicyView:
        """Show the figures of policy, and who set them, when and why."""
        return rule_queries.policy(session)

    @post(operation_id="set_policy", sync_to_thread=True, responses=documented(409, 413, 415, 422))
    def set_policy(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        request_text: NamedDependency[str],
        data: JSONBody[PolicyIn],
        idempotency_key: IdempotencyKeyHeader = None,
    ) -> Response[PolicyView]:
        """Set a figure of policy from now on, with the reason."""

        def effect() -> Answer:
            _set(session, data, caller=caller)
            return Answer(HTTP_201_CREATED, "/policy", rule_queries.policy(session))

        return answered(
            once(
                session,
                caller,
                operation="set_policy",
                key=idempotency_key,
                request_text=request_text,
                effect=effect,
            )
        )

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
        """Set a figure of policy from the form, or show the form again with what is at fault."""

        def effect() -> Answer:
            _set(session, data, caller=caller)
            return Answer(HTTP_303_SEE_OTHER, "/policy")

        try:
            data = read_form(PolicyIn, {name: value for name, value in form.items() if name != KEY_FIELD})
            answer = once(
                session,
                caller,
                operation="submit_policy",
                key=key_of(form),
                request_text=form_text("/policy/new", form),
                effect=effect,
            )
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: rule_queries.policy(session))
        return answered(answer)


def _set(session: Session, data: PolicyIn, *, caller: Caller) -> None:
    set_policy(session, data.name, amount=data.amount, person_id=caller.person_id, reason=data.reason, at=utc_now())
