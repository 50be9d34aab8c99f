"""HTTP of a signal's ladder: where it stands, and the claims of its organisation."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.commitments import queries
from fund_service.commitments.claiming import claim_step
from fund_service.commitments.schemas import DocumentedStepIn, LadderPage, StepForm, StepIn, StepPage
from fund_service.forms import Values, read_form, submitted
from fund_service.idempotency import Answer, key_of
from fund_service.keyed import Keyed, typed
from fund_service.problems import documented
from fund_service.settlement.parameters import FILE_FIELD, provide_upload, text_of
from fund_service.settlement.receipts import Upload, upload_of
from models.clock import utc_now
from models.errors import ValueNotAllowed
from models.signal import CommitmentLevel


class ClaimsController(Controller):
    """The ladder of a signal."""

    path = "/signals/{signal_id:uuid}/commitments"
    tags = ("commitments",)
    dependencies = {"upload": Provide(provide_upload)}  # noqa: RUF012 - Litestar's own attribute

    @get(
        operation_id="read_ladder",
        template="commitments/ladder_page.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_ladder(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], signal_id: FromPath[UUID]
    ) -> LadderPage:
        """Show the ladder of a signal: what holds on each rung, and until when."""
        return queries.ladder_page(session, signal_id, caller=caller, at=utc_now())

    @post(operation_id="claim_step", sync_to_thread=True, responses=documented(404, 409, 413, 415, 422))
    def claim_step(
        self, keyed: NamedDependency[Keyed], signal_id: FromPath[UUID], data: JSONBody[DocumentedStepIn]
    ) -> Response[StepPage]:
        """Claim a rung on a document; it counts once somebody of the fund has verified it."""

        def effect() -> Answer:
            upload = upload_of(data.document)
            step = claim_step(keyed.session, signal_id, data, upload=upload, caller=keyed.caller, at=utc_now())
            view = queries.step_page(keyed.session, step.id, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_201_CREATED, f"/commitments/{step.id}", view)

        return keyed.once("claim_step", effect)

    @get(
        "/new",
        operation_id="new_step_page",
        template="commitments/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_step_page(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        signal_id: FromPath[UUID],
        level: FromQuery[CommitmentLevel | None] = None,
    ) -> StepForm:
        """Show the form to claim a step."""
        form = queries.step_form(session, signal_id, caller=caller, at=utc_now())
        return form.model_copy(update={"values": {} if level is None else {"level": level.value}})

    @post(
        "/new",
        operation_id="submit_step",
        template="commitments/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_step(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        signal_id: FromPath[UUID],
        form: NamedDependency[Values],
        upload: NamedDependency[Upload | None],
    ) -> Response[Any]:
        """Claim a step from the form, or show the form again with what is at fault."""

        def act() -> Response[Any]:
            data = read_form(StepIn, typed(form, FILE_FIELD))

            def effect() -> Answer:
                claim_step(session, signal_id, data, upload=_chosen(upload), caller=caller, at=utc_now())
                return Answer(HTTP_303_SEE_OTHER, f"/signals/{signal_id}#ladder")

            text = text_of(f"/signals/{signal_id}/commitments/new", form, upload)
            return Keyed(session, caller, key_of(form), text).once("submit_step", effect)

        return submitted(
            session, form, act, blank=lambda: queries.step_form(session, signal_id, caller=caller, at=utc_now())
        )


def _chosen(upload: Upload | None) -> Upload:
    if upload is None:
        raise ValueNotAllowed("Choose the file to put on record.", field=FILE_FIELD)
    return upload
