"""The pages on which people draft consultations and record their steps."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.consultations import commands, forms
from fund_service.consultations.schemas import (
    ConsultationForm,
    ConsultationIn,
    ConsultationStepForm,
    ConsultationStepIn,
)
from fund_service.forms import Values, read_form, submitted, version_of
from fund_service.idempotency import Answer, key_of
from fund_service.keyed import Keyed, typed
from fund_service.settlement.parameters import FILE_FIELD, provide_upload, text_of
from fund_service.settlement.receipts import Upload
from models.clock import utc_now
from models.consultation import ConsultationStepKind


class ConsultationFormsController(Controller):
    """Forms of consultations."""

    path = "/"
    include_in_schema = False
    dependencies = {"upload": Provide(provide_upload)}  # noqa: RUF012 - Litestar's own attribute

    @get(
        "/projects/{project_id:uuid}/consultations/new",
        operation_id="new_consultation_page",
        template="consultations/form.html",
        sync_to_thread=True,
    )
    def new_consultation_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], project_id: FromPath[UUID]
    ) -> ConsultationForm:
        """Show the form to open a consultation beside a project."""
        return forms.new_form(session, project_id, caller=caller)

    @post(
        "/projects/{project_id:uuid}/consultations/new",
        operation_id="submit_consultation",
        template="consultations/form.html",
        sync_to_thread=True,
    )
    def submit_consultation(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        project_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Open a consultation from the form, or show the form again with what is at fault."""

        def act() -> Response[Any]:
            data = read_form(ConsultationIn, typed(form))
            opened = commands.open_consultation(session, project_id, data, caller=caller, at=utc_now())
            return Redirect(f"/consultations/{opened.id}", status_code=HTTP_303_SEE_OTHER)

        return submitted(session, form, act, blank=lambda: forms.new_form(session, project_id, caller=caller))

    @get(
        "/consultations/{consultation_id:uuid}/edit",
        operation_id="edit_consultation_page",
        template="consultations/form.html",
        sync_to_thread=True,
    )
    def edit_consultation_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], consultation_id: FromPath[UUID]
    ) -> ConsultationForm:
        """Show the form to edit a draft."""
        return forms.edit_form(session, consultation_id, caller=caller, at=utc_now())

    @post(
        "/consultations/{consultation_id:uuid}/edit",
        operation_id="submit_consultation_edit",
        template="consultations/form.html",
        sync_to_thread=True,
    )
    def submit_consultation_edit(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        consultation_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Edit a draft from the form, or show the form again with what is at fault."""

        def act() -> Response[Any]:
            data, at = read_form(ConsultationIn, typed(form)), utc_now()
            commands.edit_consultation(session, consultation_id, data, version=version_of(form), caller=caller, at=at)
            return Redirect(f"/consultations/{consultation_id}", status_code=HTTP_303_SEE_OTHER)

        return submitted(
            session, form, act, blank=lambda: forms.edit_form(session, consultation_id, caller=caller, at=utc_now())
        )

    @get(
        "/consultations/{consultation_id:uuid}/steps/new",
        operation_id="new_consultation_step_page",
        template="consultations/step.html",
        sync_to_thread=True,
    )
    def new_consultation_step_page(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        consultation_id: FromPath[UUID],
        step: Annotated[ConsultationStepKind, QueryParameter()] = ConsultationStepKind.DOCUMENTED,
    ) -> ConsultationStepForm:
        """Show the form to record a step."""
        return forms.step_form(session, consultation_id, step, caller=caller, at=utc_now())

    @post(
        "/consultations/{consultation_id:uuid}/steps/new",
        operation_id="submit_consultation_step",
        template="consultations/step.html",
        sync_to_thread=True,
    )
    def submit_consultation_step(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        consultation_id: FromPath[UUID],
        form: NamedDependency[Values],
        upload: NamedDependency[Upload | None],
    ) -> Response[Any]:
        """Record a step from the form, or show the form again with what is at fault."""
        path = f"/consultations/{consultation_id}"

        def act() -> Response[Any]:
            data = read_form(ConsultationStepIn, typed(form, FILE_FIELD))

            def effect() -> Answer:
                commands.take_step(session, consultation_id, data, upload=upload, caller=caller, at=utc_now())
                return Answer(HTTP_303_SEE_OTHER, path)

            keyed = Keyed(session, caller, key_of(form), text_of(f"{path}/steps/new", form, upload))
            return keyed.once("submit_consultation_step", effect)

        kind = _kind_of(form)
        return submitted(
            session,
            form,
            act,
            blank=lambda: forms.step_form(session, consultation_id, kind, caller=caller, at=utc_now()),
        )


def _kind_of(form: Values) -> ConsultationStepKind:
    """Say which step a form is about, for showing it again; one that names none is shown as a document's."""
    kind = form.get("kind")
    return ConsultationStepKind(kind) if kind in set(ConsultationStepKind) else ConsultationStepKind.DOCUMENTED
