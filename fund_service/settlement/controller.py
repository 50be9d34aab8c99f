"""HTTP of expense claims, as research teams make them."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer, key_of
from fund_service.keyed import Keyed, typed
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.problems import documented
from fund_service.settlement import commands, queries, receipts, tables
from fund_service.settlement.parameters import FILE_FIELD, provide_claim_filters, provide_upload, text_of
from fund_service.settlement.receipts import Upload
from fund_service.settlement.schemas import (
    ClaimFilters,
    ClaimForm,
    ClaimIn,
    ClaimPage,
    ClaimsPage,
    ClaimView,
    SettlementHome,
)
from models.clock import utc_now
from models.errors import FundError


class SettlementController(Controller):
    """Settlement of the money that research teams were paid."""

    path = "/settlement"
    tags = ("settlement",)
    dependencies = {  # noqa: RUF012 - Litestar's own attribute
        "filters": Provide(provide_claim_filters, sync_to_thread=False),
        "upload": Provide(provide_upload),
    }

    @get(
        operation_id="read_settlement",
        template="settlement/home.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def read_settlement(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
    ) -> SettlementHome:
        """Show where the grants stand: a team's own, or all for those who read the fund."""
        return queries.settlement_home(session, caller=caller, after=after, limit=limit)

    @get(
        "/claims",
        operation_id="list_claims",
        template="settlement/claims.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_claims(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        filters: NamedDependency[ClaimFilters],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
    ) -> ClaimsPage:
        """List the claims, newest first."""
        return queries.list_claims(session, filters, caller=caller, after=after, limit=limit)

    @get(
        "/claims/export",
        operation_id="export_claims",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_claims(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        filters: NamedDependency[ClaimFilters],
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the claims of a list as a table."""
        rows = tables.claim_rows(session, filters, caller=caller)
        return download_table(kind, tables.claim_headings(), rows=rows, name="claims")

    @post("/claims", operation_id="create_claim", sync_to_thread=True, responses=documented(404, 409, 413, 415, 422))
    def create_claim(
        self,
        keyed: NamedDependency[Keyed],
        data: JSONBody[ClaimIn],
    ) -> Response[ClaimView]:
        """Claim an expense; below the threshold it is settled at once, else it waits for a review."""

        def effect() -> Answer:
            upload = None if data.document is None else receipts.upload_of(data.document)
            claim = commands.make_claim(keyed.session, data, upload=upload, caller=keyed.caller, at=utc_now())
            view = queries.claim_view(keyed.session, claim.id, caller=keyed.caller)
            return Answer(HTTP_201_CREATED, f"/settlement/claims/{claim.id}", view)

        return keyed.once("create_claim", effect)

    @get(
        "/claims/new",
        operation_id="new_claim_page",
        template="settlement/claim_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_claim_page(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        filters: NamedDependency[ClaimFilters],
    ) -> ClaimForm:
        """Show the form to claim an expense, for a tranche where the address names one."""
        form = queries.claim_form(session, caller=caller, at=utc_now())
        chosen = {} if filters.tranche_id is None else {"tranche_id": str(filters.tranche_id)}
        return form.model_copy(update={"values": chosen})

    @post(
        "/claims/new",
        operation_id="submit_claim",
        template="settlement/claim_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_claim(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        form: NamedDependency[Values],
        upload: NamedDependency[Upload | None],
    ) -> Response[Any]:
        """Claim an expense from the form, or show the form again with what is at fault."""

        def effect() -> Answer:
            claim = commands.make_claim(session, data, upload=upload, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, f"/settlement/claims/{claim.id}")

        try:
            data = read_form(ClaimIn, typed(form, FILE_FIELD))
            text = text_of("/settlement/claims/new", form, upload)
            return Keyed(session, caller, key_of(form), text).once("submit_claim", effect)
        except (FormRejected, FundError) as refusal:
            return show_again(
                session, refusal, form, blank=lambda: queries.claim_form(session, caller=caller, at=utc_now())
            )

    @get(
        "/claims/{claim_id:uuid}",
        operation_id="read_claim",
        template="settlement/claim.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_claim(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], claim_id: FromPath[UUID]
    ) -> ClaimPage:
        """Show a claim, and what the reader may do about it."""
        return queries.claim_page(session, claim_id, caller=caller)
