"""HTTP of files that fund managers import: deals and instructions, looked at first and confirmed."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer, answered
from fund_service.imports import uploads
from fund_service.imports.faults import FAULTS_SHOWN, ImportRefused
from fund_service.imports.schemas import ConfirmedFile, FaultView, FileIn, ImportOutcome, ImportPage
from fund_service.imports.uploads import DEALS, INSTRUCTIONS, Importer, Upload
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.pages import Page
from fund_service.parameters import posted_form
from fund_service.problems import documented
from models.clock import utc_now
from models.errors import FundError, ValueNotAllowed

FILE_FIELD = "file"


async def provide_upload(request: Request[Any, Any, Any]) -> Upload | None:
    """Read the file that a form carries, if it carries one."""
    file = (await posted_form(request)).get(FILE_FIELD)
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    return Upload(file.filename, await file.read())


class DealsImportController(Controller):
    """Deals from a file."""

    path = "/deals"
    tags = ("deals",)
    dependencies = {"upload": Provide(provide_upload)}  # noqa: RUF012 - Litestar's own attribute

    @post("/imports", operation_id="import_deals", sync_to_thread=True, status_code=HTTP_200_OK,
          responses=documented(409, 413, 415, 422))  # fmt: skip
    def import_deals(
        self,
        keyed: NamedDependency[Keyed],
        data: JSONBody[FileIn],
    ) -> Response[ImportOutcome]:
        """Import a file of deals, all of it or nothing; a dry run only says what it would do."""
        return imported(keyed, DEALS, data)

    @get("/import", operation_id="import_deals_page", template="imports/deals.html", sync_to_thread=True,
         include_in_schema=False)  # fmt: skip
    def import_deals_page(self) -> ImportPage:
        """Show the form to choose a file of deals."""
        return DEALS.page()

    @post("/import", operation_id="submit_deals_file", template="imports/deals.html", sync_to_thread=True,
          status_code=HTTP_200_OK, include_in_schema=False)  # fmt: skip
    def submit_deals_file(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], upload: NamedDependency[Upload | None]
    ) -> Response[ImportPage]:
        """Show what a file of deals would do, or every reason against it."""
        return looked_at(session, DEALS, upload, caller=caller)

    @post("/import/confirm", operation_id="submit_deals_import", template="imports/deals.html", sync_to_thread=True,
          include_in_schema=False)  # fmt: skip
    def submit_deals_import(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Import the file that was looked at, or show every reason against it."""
        return confirmed(session, DEALS, form, caller=caller, path="/deals")


class InstructionsImportController(Controller):
    """Instructions from a file; each waits for its checkers like any other."""

    path = "/ledger/instructions"
    tags = ("ledger",)
    dependencies = {"upload": Provide(provide_upload)}  # noqa: RUF012 - Litestar's own attribute

    @post("/imports", operation_id="import_instructions", sync_to_thread=True, status_code=HTTP_200_OK,
          responses=documented(409, 413, 415, 422))  # fmt: skip
    def import_instructions(
        self,
        keyed: NamedDependency[Keyed],
        data: JSONBody[FileIn],
    ) -> Response[ImportOutcome]:
        """Make the instructions of a file, all of them or none; a dry run only says what it would make."""
        return imported(keyed, INSTRUCTIONS, data)

    @get("/import", operation_id="import_instructions_page", template="imports/instructions.html",
         sync_to_thread=True, include_in_schema=False)  # fmt: skip
    def import_instructions_page(self) -> ImportPage:
        """Show the form to choose a file of instructions."""
        return INSTRUCTIONS.page()

    @post("/import", operation_id="submit_instructions_file", template="imports/instructions.html",
          sync_to_thread=True, status_code=HTTP_200_OK, include_in_schema=False)  # fmt: skip
    def submit_instructions_file(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], upload: NamedDependency[Upload | None]
    ) -> Response[ImportPage]:
        """Show which instructions a file would make, or every reason against it."""
        return looked_at(session, INSTRUCTIONS, upload, caller=caller)

    @post("/import/confirm", operation_id="submit_instructions_import", template="imports/instructions.html",
          sync_to_thread=True, include_in_schema=False)  # fmt: skip
    def submit_instructions_import(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Make the instructions of the file that was looked at, or show every reason against it."""
        return confirmed(session, INSTRUCTIONS, form, caller=caller, path="/ledger/instructions")


def imported(keyed: Keyed, importer: Importer, data: FileIn) -> Response[ImportOutcome]:
    """Import a file that a program sent, once for its key; a dry run only says what it would do."""

    def effect() -> Answer:
        upload = uploads.upload_of(data)
        outcome = uploads.import_upload(
            keyed.session, importer, upload, caller=keyed.caller, dry_run=data.dry_run, at=utc_now()
        )
        return Answer(HTTP_200_OK, body=outcome)

    return answered(effect()) if data.dry_run else keyed.once(f"{importer.operation}_json", effect)


def looked_at(session: Session, importer: Importer, upload: Upload | None, *, caller: Caller) -> Response[ImportPage]:
    """Show what a file would do, or every reason against it."""
    try:
        if upload is None:
            raise ValueNotAllowed("Choose the file to import.", field=FILE_FIELD)
        return Page(uploads.look_at(session, importer, upload, caller=caller, at=utc_now()))
    except FundError as refusal:
        return _refused(session, refusal, {}, blank=importer.page)


def confirmed(session: Session, importer: Importer, form: Values, *, caller: Caller, path: str) -> Response[Any]:
    """Import the file that was looked at and go to ``path``, or show every reason against it."""

    def effect() -> Answer:
        uploads.import_confirmed(session, importer, data, caller=caller, at=utc_now())
        return Answer(HTTP_303_SEE_OTHER, path)

    try:
        data = read_form(ConfirmedFile, typed(form))
        return keyed_form(session, caller, f"{path}/import/confirm", form).once(importer.operation, effect)
    except (FormRejected, FundError) as refusal:
        return _refused(session, refusal, form, blank=importer.page)


def _refused(
    session: Session, refusal: FormRejected | FundError, form: Values, *, blank: Callable[[], ImportPage]
) -> Response[ImportPage]:
    """Show the form again with what is at fault: of a file, every line that is."""
    if not isinstance(refusal, ImportRefused):
        return show_again(session, refusal, form, blank=blank)
    session.rollback()
    faults = [
        FaultView(line=fault.line, column=fault.column, value=fault.value, expected=fault.expected.said())
        for fault in refusal.faults[:FAULTS_SHOWN]
    ]
    view = blank().model_copy(update={"refused": faults, "refused_count": refusal.total})
    return Page(view, status_code=HTTP_422_UNPROCESSABLE_ENTITY)
