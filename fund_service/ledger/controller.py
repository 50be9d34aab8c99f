"""HTTP of instructions: listed, made, looked at."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.forms import FormRejected, Values, show_again
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.ledger import commands, queries, tables
from fund_service.ledger.form_schemas import InstructionForm
from fund_service.ledger.forms import instruction_form, review
from fund_service.ledger.receipts import receipt
from fund_service.ledger.schemas import (
    InstructionFilters,
    InstructionIn,
    InstructionReceipt,
    InstructionsPage,
    InstructionView,
)
from fund_service.ledger.typed import is_id, read_instruction
from fund_service.pages import Page
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.problems import documented
from models.clock import business_date, utc_now
from models.errors import FundError
from models.instruction import InstructionKind, InstructionState

KIND_SHOWN_FIRST = InstructionKind.CAPITAL_CALL
KNOWN = ("vehicle_id", "envelope_id", "deal_id", "entry_id", "tranche_id", "call_id")
"""What a page that leads to a form may fill in."""
AGAIN = "again"
"""The button that leads from the review back to the form."""


def provide_filters(
    instruction_state: Annotated[InstructionState | None, QueryParameter(name="state")] = None,
    kind: FromQuery[InstructionKind | None] = None,
    vehicle_id: FromQuery[UUID | None] = None,
    deal_id: FromQuery[UUID | None] = None,
) -> InstructionFilters:
    """Read what a list of instructions is narrowed to."""
    return InstructionFilters(state=instruction_state, kind=kind, vehicle_id=vehicle_id, deal_id=deal_id)


class InstructionsController(Controller):
    """Instructions to move money."""

    path = "/ledger/instructions"
    tags = ("ledger",)

    @get(
        operation_id="list_instructions",
        template="ledger/instructions.html",
        sync_to_thread=True,
        responses=documented(422),
        dependencies={"filters": Provide(provide_filters, sync_to_thread=False)},
    )
    def list_instructions(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        filters: NamedDependency[InstructionFilters],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
    ) -> InstructionsPage:
        """List the instructions, newest first; those that wait for the caller stand above on the first page."""
        return queries.list_instructions(session, filters, caller=caller, after=after, limit=limit)

    @get(
        "/export",
        operation_id="export_instructions",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
        dependencies={"filters": Provide(provide_filters, sync_to_thread=False)},
    )
    def export_instructions(
        self,
        session: NamedDependency[Session],
        filters: NamedDependency[InstructionFilters],
        file_kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the instructions of a list as a table."""
        rows = tables.instruction_rows(session, filters)
        return download_table(file_kind, tables.headings("instructions"), rows=rows, name="instructions")

    @post(operation_id="make_instruction", sync_to_thread=True, responses=documented(404, 409, 413, 415, 422))
    def make_instruction(
        self,
        keyed: NamedDependency[Keyed],
        data: JSONBody[InstructionIn],
    ) -> Response[InstructionReceipt]:
        """Make an instruction; others check it before anything moves. Needs Idempotency-Key."""

        def effect() -> Answer:
            asked = commands.make_instruction(keyed.session, data, maker=keyed.caller, at=utc_now())
            return Answer(HTTP_201_CREATED, _path(asked.id), receipt(asked))

        return keyed.once("make_instruction", effect)

    @get(
        "/new",
        operation_id="new_instruction_page",
        template="ledger/form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_instruction_page(
        self,
        session: NamedDependency[Session],
        kind: FromQuery[InstructionKind] = KIND_SHOWN_FIRST,
        vehicle_id: FromQuery[UUID | None] = None,
        envelope_id: FromQuery[UUID | None] = None,
        deal_id: FromQuery[UUID | None] = None,
        entry_id: FromQuery[UUID | None] = None,
        tranche_id: FromQuery[UUID | None] = None,
        call_id: FromQuery[UUID | None] = None,
    ) -> InstructionForm:
        """Show the form of a kind of instruction, filled with what the page that led here knows."""
        named = zip(KNOWN, (vehicle_id, envelope_id, deal_id, entry_id, tranche_id, call_id), strict=True)
        values = {name: str(value) for name, value in named if value is not None}
        return instruction_form(session, kind, values, today=business_date(utc_now()))

    @post(
        "/review",
        operation_id="review_instruction",
        template="ledger/ask.html",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        include_in_schema=False,
    )
    def review_instruction(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Show every line that an instruction would post, before it is made, or the form again; nothing is stored."""
        values = typed(form, AGAIN)
        if AGAIN in form:
            return Page(_blank(session, values).model_copy(update={"values": values}))
        try:
            asked = read_instruction(values)
            return Page(review(session, asked, values, maker_id=caller.person_id, at=utc_now()))
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, values, blank=lambda: _blank(session, values))

    @post(
        "/new",
        operation_id="submit_instruction",
        template="ledger/ask.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_instruction(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Make the instruction that was reviewed, or show the form again with what is at fault."""
        values = typed(form)

        def effect() -> Answer:
            asked = commands.make_instruction(session, read_instruction(values), maker=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, _path(asked.id))

        try:
            return keyed_form(session, caller, "/ledger/instructions/new", form).once("submit_instruction", effect)
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: _blank(session, form))

    @get(
        "/{instruction_id:uuid}",
        operation_id="read_instruction",
        template="ledger/instruction.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_instruction(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], instruction_id: FromPath[UUID]
    ) -> InstructionView:
        """Show an instruction: what it asks, who checked it, what it posted or would post now."""
        return queries.instruction_view(session, instruction_id, caller=caller, at=utc_now())


def _path(instruction_id: UUID) -> str:
    return f"/ledger/instructions/{instruction_id}"


def _blank(session: Session, form: Values) -> InstructionForm:
    """Prepare the form of the kind that was posted; what identifies nothing is left out."""
    kind = form.get("kind")
    named = {name: text for name in KNOWN if isinstance(text := form.get(name), str) and is_id(text)}
    known = InstructionKind(kind) if isinstance(kind, str) and kind in set(InstructionKind) else KIND_SHOWN_FIRST
    return instruction_form(session, known, named, today=business_date(utc_now()))
