"""HTTP of claims that come in a file."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.status_codes import HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer, key_of
from fund_service.keyed import Keyed, typed
from fund_service.settlement import many_claims, queries
from fund_service.settlement.parameters import FILE_FIELD, provide_upload, text_of
from fund_service.settlement.receipts import Upload
from fund_service.settlement.schemas import ClaimForm, ClaimsFileIn
from models.clock import utc_now
from models.errors import FundError, ValueNotAllowed

PATH = "/settlement/claims/import"


class ClaimsImportController(Controller):
    """Claims from a file."""

    path = PATH
    tags = ("settlement",)
    dependencies = {"upload": Provide(provide_upload)}  # noqa: RUF012 - Litestar's own attribute

    @get(
        operation_id="import_claims_page",
        template="settlement/import.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def import_claims_page(self, session: NamedDependency[Session], caller: NamedDependency[Caller]) -> ClaimForm:
        """Show the form to claim the rows of a file."""
        return queries.claim_form(session, caller=caller, at=utc_now())

    @post(
        operation_id="submit_claims_import",
        template="settlement/import.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_claims_import(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        form: NamedDependency[Values],
        upload: NamedDependency[Upload | None],
    ) -> Response[Any]:
        """Claim every row of the file, or show the form again with every bad line."""

        def effect() -> Answer:
            many_claims.make_claims(session, data.tranche_id, _chosen(upload), caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, f"/settlement/claims?tranche_id={data.tranche_id}")

        try:
            data = read_form(ClaimsFileIn, typed(form, FILE_FIELD))
            keyed = Keyed(session, caller, key_of(form), text_of(PATH, form, upload))
            return keyed.once("submit_claims_import", effect)
        except (FormRejected, FundError) as refusal:
            return show_again(
                session, refusal, form, blank=lambda: queries.claim_form(session, caller=caller, at=utc_now())
            )


def _chosen(upload: Upload | None) -> Upload:
    if upload is None:
        raise ValueNotAllowed("Choose the file to put on record.", field=FILE_FIELD)
    return upload
