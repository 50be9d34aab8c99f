"""HTTP of checks given and instructions voided: by programs, and on pages after one more look."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.ledger import commands, queries
from fund_service.ledger.form_schemas import ResolveForm
from fund_service.ledger.receipts import receipt, receipt_of_void
from fund_service.ledger.schemas import CheckIn, InstructionReceipt, VoidIn
from fund_service.problems import documented
from models.clock import utc_now


class ResolvingController(Controller):
    """Checks and voids."""

    path = "/ledger/instructions/{instruction_id:uuid}"
    tags = ("ledger",)

    @post(
        "/check",
        operation_id="check_instruction",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 415, 422),
    )
    def check_instruction(
        self,
        keyed: NamedDependency[Keyed],
        instruction_id: FromPath[UUID],
        data: JSONBody[CheckIn],
    ) -> Response[InstructionReceipt]:
        """Approve an instruction as it was read; the last approval needed posts it. Needs Idempotency-Key."""

        def effect() -> Answer:
            checked = commands.record_check(
                keyed.session, instruction_id, checker=keyed.caller, terms_digest=data.terms_digest, at=utc_now()
            )
            given = receipt(checked.instruction, checks_given=checked.checks_given, entry=checked.entry)
            return Answer(HTTP_200_OK, None, given)

        return keyed.once("check_instruction", effect)

    @post(
        "/void",
        operation_id="void_instruction",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 415, 422),
    )
    def void_instruction(
        self,
        keyed: NamedDependency[Keyed],
        instruction_id: FromPath[UUID],
        data: JSONBody[VoidIn],
    ) -> Response[InstructionReceipt]:
        """Give up or refuse an instruction. Needs Idempotency-Key."""

        def effect() -> Answer:
            voided = commands.void_instruction(
                keyed.session, instruction_id, caller=keyed.caller, reason=data.reason, at=utc_now()
            )
            return Answer(HTTP_200_OK, None, receipt_of_void(keyed.session, voided))

        return keyed.once("void_instruction", effect)

    @get(
        "/checking",
        operation_id="check_page",
        template="ledger/checking.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def check_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], instruction_id: FromPath[UUID]
    ) -> ResolveForm:
        """Show what a check would post, to be confirmed."""
        return _form(session, instruction_id, caller)

    @post(
        "/checking",
        operation_id="submit_check",
        template="ledger/checking.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_check(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        instruction_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Give the check; what is refused is answered with its own page and reason."""
        path = f"/ledger/instructions/{instruction_id}"

        def effect() -> Answer:
            digest = read_form(CheckIn, typed(form)).terms_digest
            commands.check_instruction(session, instruction_id, checker=caller, terms_digest=digest, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, path)

        try:
            return keyed_form(session, caller, f"{path}/checking", form).once("submit_check", effect)
        except FormRejected as refusal:
            return show_again(session, refusal, form, blank=lambda: _form(session, instruction_id, caller))

    @get(
        "/voiding",
        operation_id="void_page",
        template="ledger/voiding.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def void_page(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], instruction_id: FromPath[UUID]
    ) -> ResolveForm:
        """Show what would be given up, and ask for the reason."""
        return _form(session, instruction_id, caller)

    @post(
        "/voiding",
        operation_id="submit_void",
        template="ledger/voiding.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_void(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        instruction_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Void the instruction, or show the page again where the reason is missing."""
        path = f"/ledger/instructions/{instruction_id}"

        def effect() -> Answer:
            reason = read_form(VoidIn, typed(form)).reason
            commands.void_instruction(session, instruction_id, caller=caller, reason=reason, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, path)

        try:
            return keyed_form(session, caller, f"{path}/voiding", form).once("submit_void", effect)
        except FormRejected as refusal:
            return show_again(session, refusal, form, blank=lambda: _form(session, instruction_id, caller))


def _form(session: Session, instruction_id: UUID, caller: Caller) -> ResolveForm:
    view = queries.instruction_view(session, instruction_id, caller=caller, at=utc_now())
    return ResolveForm(instruction=view)
