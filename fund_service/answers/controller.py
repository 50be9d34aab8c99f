"""HTTP of an investor's answers to projects, and of the history of a pair for readers of its signal."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.answers import commands, queries, tables
from fund_service.answers.schemas import AnswerFilters, AnswerIn, AnswerView, GivenAnswers, PairPage
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.problems import documented
from models.answer import AnswerKind
from models.clock import utc_now
from models.errors import FundError


def provide_answer_filters(kind: FromQuery[AnswerKind | None] = None) -> AnswerFilters:
    """Read what a list of answers is narrowed to."""
    return AnswerFilters(kind=kind)


class AnswersController(Controller):
    """Answers of investors."""

    tags = ("answers",)
    dependencies = {"filters": Provide(provide_answer_filters, sync_to_thread=False)}  # noqa: RUF012 - Litestar's own attribute

    @get(
        "/answers/given",
        operation_id="list_answers",
        template="answers/given.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_answers(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        filters: NamedDependency[AnswerFilters],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
    ) -> GivenAnswers:
        """List the answers that one's own organisation has given, with what became of each, newest first."""
        return queries.given_answers(session, filters, caller=caller, after=after, limit=limit)

    @get(
        "/answers/given/export",
        operation_id="export_answers",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_answers(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        filters: NamedDependency[AnswerFilters],
        table: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download one's own answers as a table."""
        rows = tables.given_rows(session, filters, caller=caller)
        return download_table(table, tables.given_headings(), rows=rows, name="answers")

    @get(
        "/signals/{signal_id:uuid}/answers/{project_id:uuid}",
        operation_id="read_answers",
        template="answers/pair.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_answers(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        signal_id: FromPath[UUID],
        project_id: FromPath[UUID],
    ) -> PairPage:
        """Show what was answered to a signal and a project, and every answer before it."""
        return queries.pair_of_signal(session, (signal_id, project_id), caller=caller)

    @post(
        "/signals/{signal_id:uuid}/answers/{project_id:uuid}",
        operation_id="give_answer",
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def give_answer(
        self,
        keyed: NamedDependency[Keyed],
        signal_id: FromPath[UUID],
        project_id: FromPath[UUID],
        data: JSONBody[AnswerIn],
    ) -> Response[AnswerView]:
        """Answer a project for the organisation of the signal; the latest answer counts, and all are kept."""

        def effect() -> Answer:
            pair = (signal_id, project_id)
            answer = commands.answer_as_investor(keyed.session, pair, data, caller=keyed.caller, at=utc_now())
            view = queries.answer_view(keyed.session, answer)
            return Answer(HTTP_201_CREATED, f"/signals/{signal_id}/answers/{project_id}", view)

        return keyed.once("give_answer", effect)

    @post(
        "/signals/{signal_id:uuid}/answers/{project_id:uuid}/new",
        operation_id="submit_answer",
        template="answers/pair.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_answer(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        signal_id: FromPath[UUID],
        project_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Answer from a page, or show the pair with what is at fault."""
        pair = (signal_id, project_id)
        path = f"/signals/{signal_id}/answers/{project_id}"

        def effect() -> Answer:
            commands.answer_as_investor(session, pair, said, caller=caller, at=utc_now())
            listed = f"/signals/{signal_id}/matches#pair-{project_id}"
            return Answer(HTTP_303_SEE_OTHER, listed if form.get("back") == "list" else path)

        try:
            said = read_form(AnswerIn, typed(form, "back"))
            return keyed_form(session, caller, path, form).once("submit_answer", effect)
        except (FormRejected, FundError) as refusal:
            return show_again(
                session, refusal, form, blank=lambda: queries.pair_of_signal(session, pair, caller=caller)
            )
