"""HTTP of acceptance models: which one ranks each side, and the decision to let another."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.answers.acceptance_queries import acceptance, adoption_form
from fund_service.answers.acceptance_schemas import AcceptanceView, AdoptionForm, AdoptionIn
from fund_service.answers.adopting import adopt_model
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.problems import documented
from models.answer import AnswerSide
from models.clock import utc_now
from models.errors import FundError, ValueNotAllowed


class AcceptanceController(Controller):
    """Models learned from answers."""

    path = "/acceptance"
    tags = ("acceptance",)

    @get(
        operation_id="read_acceptance",
        template="answers/acceptance.html",
        sync_to_thread=True,
        responses=documented(),
    )
    def read_acceptance(self, session: NamedDependency[Session], caller: NamedDependency[Caller]) -> AcceptanceView:
        """Show which model ranks each side, how it did on answers it had not seen, and which ranked before."""
        return acceptance(session, caller=caller)

    @post("/adoptions", operation_id="adopt_acceptance", sync_to_thread=True,
          responses=documented(404, 409, 412, 413, 415, 422))  # fmt: skip
    def adopt_acceptance(self, keyed: NamedDependency[Keyed], data: JSONBody[AdoptionIn]) -> Response[AcceptanceView]:
        """Let another model rank a side: one that ranked before, the prior weights, or one that did better."""

        def effect() -> Answer:
            adopt_model(keyed.session, data, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_201_CREATED, "/acceptance", acceptance(keyed.session, caller=keyed.caller))

        return keyed.once("adopt_acceptance", effect)

    @get(
        "/adoptions/new",
        operation_id="adoption_page",
        template="answers/adoption_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def adoption_page(
        self,
        session: NamedDependency[Session],
        side: FromQuery[AnswerSide],
        model_id: FromQuery[UUID | None] = None,
    ) -> AdoptionForm:
        """Show what is at stake, and ask for the reason."""
        return adoption_form(session, side, model_id)

    @post(
        "/adoptions/new",
        operation_id="submit_adoption",
        template="answers/adoption_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_adoption(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Let another model rank from the form, or show the form again with what is at fault."""

        def effect() -> Answer:
            adopt_model(session, said, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, f"/acceptance#side-{said.side}")

        side, model_id = _asked(form)
        try:
            said = read_form(AdoptionIn, typed(form))
            return keyed_form(session, caller, "/acceptance/adoptions/new", form).once("submit_adoption", effect)
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: adoption_form(session, side, model_id))


def _asked(form: Values) -> tuple[AnswerSide, UUID | None]:
    """Read which model of which side a form is about; what it does not offer is refused outright."""
    side, model_id = form.get("side"), form.get("model_id") or None
    try:
        return AnswerSide(str(side)), None if model_id is None else UUID(str(model_id))
    except ValueError:
        raise ValueNotAllowed("Start from the page of the models again.", field="model_id") from None
