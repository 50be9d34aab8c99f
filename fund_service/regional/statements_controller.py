"""HTTP of what an anchor company states: look, state on a document, read the document."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download, file_operation
from fund_service.forms import Values, read_form, submitted
from fund_service.idempotency import Answer, key_of
from fund_service.keyed import Keyed, typed
from fund_service.problems import documented
from fund_service.regional import commands, statements
from fund_service.regional.schemas import (
    AnchorDemandForm,
    AnchorDemandIn,
    AnchorDemandPage,
    DocumentedAnchorDemandIn,
)
from fund_service.settlement.parameters import FILE_FIELD, provide_upload, text_of
from fund_service.settlement.receipts import Upload, upload_of
from models.clock import utc_now
from models.errors import ValueNotAllowed


class AnchorDemandController(Controller):
    """What the anchor company of a Leap project means to buy."""

    path = "/projects/{project_id:uuid}/anchor-demand"
    tags = ("projects",)
    dependencies = {"upload": Provide(provide_upload)}  # noqa: RUF012 - Litestar's own attribute

    @get(
        operation_id="read_anchor_demand",
        template="regional/statements.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_anchor_demand(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], project_id: FromPath[UUID]
    ) -> AnchorDemandPage:
        """Show the statements of a project's anchor company, among those the reader may read."""
        return statements.statements_page(session, project_id, caller=caller)

    @post(
        operation_id="state_anchor_demand",
        sync_to_thread=True,
        responses=documented(403, 404, 409, 413, 415, 422),
    )
    def state_anchor_demand(
        self, keyed: NamedDependency[Keyed], project_id: FromPath[UUID], data: JSONBody[DocumentedAnchorDemandIn]
    ) -> Response[AnchorDemandPage]:
        """State the anchor company's demand on a document; it becomes a signal of that company."""

        def effect() -> Answer:
            upload = upload_of(data.document)
            commands.state_demand(keyed.session, project_id, data, upload=upload, caller=keyed.caller, at=utc_now())
            view = statements.statements_page(keyed.session, project_id, caller=keyed.caller)
            return Answer(HTTP_201_CREATED, f"/projects/{project_id}/anchor-demand", view)

        return keyed.once("state_anchor_demand", effect)

    @get(
        "/{demand_id:uuid}/evidence",
        operation_id="download_anchor_demand_evidence",
        operation_class=file_operation(["application/octet-stream"]),
        sync_to_thread=True,
        responses=documented(404),
    )
    def download_anchor_demand_evidence(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        project_id: FromPath[UUID],
        demand_id: FromPath[UUID],
    ) -> Response[bytes]:
        """Download the document of a statement, always as a file to save."""
        statement, content = statements.document_of(session, project_id, demand_id, caller=caller)
        plain = f"statement-{statement.sha256[:12]}.{statement.document_name.rpartition('.')[2].lower()}"
        answer = download(content, media_type="application/octet-stream", name=plain)
        # The name in Korean for all that read RFC 6266, the plain one for the rest.
        named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(statement.document_name, safe='')}"
        answer.headers["Content-Disposition"] = named
        answer.headers["ETag"] = f'"{statement.sha256}"'
        return answer

    @get(
        "/new",
        operation_id="anchor_demand_page",
        template="regional/statement_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def anchor_demand_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], project_id: FromPath[UUID]
    ) -> AnchorDemandForm:
        """Show the form to state demand."""
        return statements.statement_form(session, project_id, caller=caller)

    @post(
        "/new",
        operation_id="submit_anchor_demand",
        template="regional/statement_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_anchor_demand(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        project_id: FromPath[UUID],
        form: NamedDependency[Values],
        upload: NamedDependency[Upload | None],
    ) -> Response[Any]:
        """State demand from the form, or show the form again with what is at fault."""
        address = f"/projects/{project_id}/anchor-demand"

        def effect() -> Answer:
            data = read_form(AnchorDemandIn, typed(form, FILE_FIELD))
            if upload is None:
                raise ValueNotAllowed("Choose the file to put on record.", field=FILE_FIELD)
            commands.state_demand(session, project_id, data, upload=upload, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location=address)

        keyed = Keyed(session, caller, key_of(form), text_of(f"{address}/new", form, upload))
        return submitted(
            session,
            form,
            lambda: keyed.once("state_anchor_demand", effect),
            blank=lambda: statements.statement_form(session, project_id, caller=caller),
        )
