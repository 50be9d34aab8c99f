"""HTTP of consultations: the list, one of them, its documents, what programs send."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.consultations import commands, queries, tables
from fund_service.consultations.schemas import (
    ConsultationFilters,
    ConsultationIn,
    ConsultationLists,
    ConsultationsPage,
    ConsultationStepIn,
    ConsultationView,
    DocumentedConsultationStepIn,
)
from fund_service.downloads import download, download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed
from fund_service.pages import Page
from fund_service.paging import Cursor
from fund_service.parameters import Limit, etag_of
from fund_service.problems import documented
from fund_service.settlement.receipts import upload_of
from models.clock import utc_now
from models.consultation import ConsultationKind


def provide_filters(
    which: FromQuery[ConsultationLists] = ConsultationLists.AWAITED,
    kind: FromQuery[ConsultationKind | None] = None,
    authority: Annotated[str | None, QueryParameter(max_length=200, pattern=r"^[^\x00]*$")] = None,
) -> ConsultationFilters:
    """Read what a list of consultations is narrowed to."""
    return ConsultationFilters(which=which, kind=kind, authority=authority)


class ConsultationsController(Controller):
    """Regulatory consultations, wherever their projects are."""

    path = "/consultations"
    tags = ("consultations",)
    dependencies = {"filters": Provide(provide_filters, sync_to_thread=False)}  # noqa: RUF012 - Litestar's own attribute

    @get(
        operation_id="list_consultations",
        template="consultations/list.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_consultations(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        filters: NamedDependency[ConsultationFilters],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
    ) -> ConsultationsPage:
        """List the consultations the caller may see; what is late comes first."""
        return queries.list_consultations(session, filters, caller=caller, at=utc_now(), after=after, limit=limit)

    @get(
        "/export",
        operation_id="export_consultations",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_consultations(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        filters: NamedDependency[ConsultationFilters],
        file: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the consultations of a list as a table."""
        rows = tables.consultation_rows(session, filters, caller=caller, at=utc_now())
        return download_table(file, tables.consultation_headings(), rows=rows, name="consultations")

    @get(
        "/{consultation_id:uuid}",
        operation_id="read_consultation",
        template="consultations/consultation.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_consultation(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], consultation_id: FromPath[UUID]
    ) -> Response[ConsultationView]:
        """Show a consultation with its history, and what the reader may do."""
        view = queries.consultation_view(session, consultation_id, caller=caller, at=utc_now())
        return Page(view, headers={"ETag": etag_of(view.version)})

    @put(
        "/{consultation_id:uuid}",
        operation_id="update_consultation",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def update_consultation(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        consultation_id: FromPath[UUID],
        data: JSONBody[ConsultationIn],
    ) -> Response[ConsultationView]:
        """Replace what a draft says; needs If-Match."""
        at = utc_now()
        commands.edit_consultation(session, consultation_id, data, version=version, caller=caller, at=at)
        view = queries.consultation_view(session, consultation_id, caller=caller, at=at)
        return Response(view, headers={"ETag": etag_of(view.version)})

    @post(
        "/{consultation_id:uuid}/steps",
        operation_id="step_consultation",
        status_code=HTTP_200_OK,
        sync_to_thread=True,
        responses=documented(403, 404, 409, 412, 413, 415, 422),
    )
    def step_consultation(
        self,
        keyed: NamedDependency[Keyed],
        consultation_id: FromPath[UUID],
        data: JSONBody[DocumentedConsultationStepIn],
    ) -> Response[ConsultationView]:
        """Record a step, with its document where it needs one; a confirmation names the document as it was seen."""

        def effect() -> Answer:
            upload = None if data.document is None else upload_of(data.document)
            said = ConsultationStepIn.model_validate(data.model_dump(exclude={"document"}))
            at = utc_now()
            commands.take_step(keyed.session, consultation_id, said, upload=upload, caller=keyed.caller, at=at)
            view = queries.consultation_view(keyed.session, consultation_id, caller=keyed.caller, at=at)
            return Answer(HTTP_200_OK, body=view)

        return keyed.once("step_consultation", effect)

    @get(
        "/{consultation_id:uuid}/steps/{step_id:uuid}/document",
        operation_id="download_consultation_document",
        operation_class=file_operation(["application/octet-stream"]),
        sync_to_thread=True,
        responses=documented(404),
    )
    def download_consultation_document(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        consultation_id: FromPath[UUID],
        step_id: FromPath[UUID],
    ) -> Response[bytes]:
        """Download the document of a step, always as a file to save."""
        step, content = queries.document_of(session, consultation_id, step_id, caller=caller)
        name, sha256 = str(step.document_name), str(step.sha256)
        plain = f"consultation-{sha256[:12]}.{name.rpartition('.')[2].lower()}"
        answer = download(content, media_type="application/octet-stream", name=plain)
        # The name in Korean for all that read RFC 6266, the plain one for the rest.
        named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
        answer.headers["Content-Disposition"] = named
        answer.headers["ETag"] = f'"{sha256}"'
        return answer


class ProjectConsultationsController(Controller):
    """Consultations as they are opened, beside their project."""

    path = "/projects/{project_id:uuid}/consultations"
    tags = ("consultations",)

    @post(operation_id="open_consultation", sync_to_thread=True, responses=documented(404, 409, 413, 415, 422))
    def open_consultation(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        project_id: FromPath[UUID],
        data: JSONBody[ConsultationIn],
    ) -> Response[ConsultationView]:
        """Open a consultation beside a project, as a draft."""
        at = utc_now()
        opened = commands.open_consultation(session, project_id, data, caller=caller, at=at)
        view = queries.consultation_view(session, opened.id, caller=caller, at=at)
        headers = {"Location": f"/consultations/{opened.id}", "ETag": etag_of(opened.version)}
        return Response(view, status_code=HTTP_201_CREATED, headers=headers)
