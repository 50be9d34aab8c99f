"""HTTP of the quotas of a round: look, set, one at a time or from a file, and download."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.forms import FormRejected, Values, read_form, show_again, version_of
from fund_service.keyed import typed
from fund_service.pages import Page
from fund_service.parameters import etag_of
from fund_service.problems import documented
from fund_service.rounds import commands, quotas, tables
from fund_service.rounds.bodies import QuotaIn, QuotaSide, QuotasIn
from fund_service.rounds.schemas import QuotaFileForm, QuotaForm, QuotasView
from fund_service.settlement.parameters import FILE_FIELD, provide_upload
from fund_service.settlement.receipts import Upload
from models.clock import utc_now
from models.errors import FundError, ValueNotAllowed


class RoundQuotasController(Controller):
    """Quotas of a round."""

    path = "/rounds/{round_id:uuid}/quotas"
    tags = ("rounds",)
    dependencies = {"upload": Provide(provide_upload)}  # noqa: RUF012 - Litestar's own attribute

    @get(
        operation_id="read_round_quotas",
        template="rounds/quotas.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_round_quotas(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], round_id: FromPath[UUID]
    ) -> Response[QuotasView]:
        """Show what investors bring and projects take in a round."""
        view = quotas.quotas_view(session, round_id, caller=caller)
        return Page(view, headers={"ETag": etag_of(view.round.version)})

    @put(
        operation_id="set_round_quotas",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def set_round_quotas(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        round_id: FromPath[UUID],
        data: JSONBody[QuotasIn],
    ) -> Response[QuotasView]:
        """Set some quotas of a draft, all of them or none; needs If-Match."""
        commands.set_quotas(session, round_id, data.items, version=version, at=utc_now())
        view = quotas.quotas_view(session, round_id, caller=caller)
        return Response(view, headers={"ETag": etag_of(view.round.version)})

    @get(
        "/export",
        operation_id="export_round_quotas",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def export_round_quotas(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        round_id: FromPath[UUID],
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the quotas as a table that can be changed and sent in again."""
        rows = tables.quota_rows(session, round_id, caller=caller)
        return download_table(kind, quotas.headings(), rows=rows, name="quotas")

    @get(
        "/import",
        operation_id="import_round_quotas_page",
        template="rounds/import.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def import_round_quotas_page(self, session: NamedDependency[Session], round_id: FromPath[UUID]) -> QuotaFileForm:
        """Show the form to set quotas from a file."""
        return quotas.file_form(session, round_id)

    @post(
        "/import",
        operation_id="submit_round_quotas_file",
        template="rounds/import.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_round_quotas_file(
        self,
        session: NamedDependency[Session],
        round_id: FromPath[UUID],
        form: NamedDependency[Values],
        upload: NamedDependency[Upload | None],
    ) -> Response[Any]:
        """Set every quota of the file, or show the form again with every bad line."""
        try:
            if upload is None:
                raise ValueNotAllowed("Choose the file to put on record.", field=FILE_FIELD)
            items = quotas.read_quotas(session, round_id, upload)
            commands.set_quotas(session, round_id, items, version=version_of(form), at=utc_now())
        except FundError as refusal:
            return show_again(session, refusal, form, blank=lambda: quotas.file_form(session, round_id))
        return Redirect(f"/rounds/{round_id}/quotas", status_code=HTTP_303_SEE_OTHER)

    @get(
        "/{side:str}/{record_id:uuid}/edit",
        operation_id="edit_round_quota_page",
        template="rounds/quota_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def edit_round_quota_page(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        round_id: FromPath[UUID],
        side: FromPath[QuotaSide],
        record_id: FromPath[UUID],
    ) -> QuotaForm:
        """Show the form of one quota."""
        return quotas.quota_form(session, round_id, side, record_id, caller=caller)

    @post(
        "/{side:str}/{record_id:uuid}/edit",
        operation_id="submit_round_quota",
        template="rounds/quota_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_round_quota(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        round_id: FromPath[UUID],
        side: FromPath[QuotaSide],
        record_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Set one quota from the form, or show the form again with what is at fault."""
        try:
            data = read_form(QuotaIn, {**typed(form), "side": side.value, "id": str(record_id)})
            commands.set_quotas(session, round_id, [data], version=version_of(form), at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(
                session,
                refusal,
                form,
                blank=lambda: quotas.quota_form(session, round_id, side, record_id, caller=caller),
            )
        return Redirect(f"/rounds/{round_id}/quotas", status_code=HTTP_303_SEE_OTHER)
