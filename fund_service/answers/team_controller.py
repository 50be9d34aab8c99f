"""HTTP of a project team's answers to the demand that answers its projects."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.answers import commands, demand, queries, tables
from fund_service.answers.schemas import AnswerIn, AnswerView, PairPage, TeamDemands
from fund_service.answers.shown import note_project_list
from fund_service.answers.sides import is_told
from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.problems import documented
from models.clock import utc_now
from models.errors import FundError


class TeamAnswersController(Controller):
    """Answers of project teams."""

    tags = ("answers",)

    @get(
        "/answers",
        operation_id="list_demand",
        template="answers/demand.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_demand(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        looked_at: NamedDependency[bool],
        limit: Limit = 10,
    ) -> TeamDemands:
        """List the projects of one's own team, each with the open demand that it answers, best first."""
        view = demand.team_demands(session, caller=caller, at=utc_now(), after=after, limit=limit)
        for project in view.items if looked_at else ():
            listed = [item.signal_id for item in project.items]
            note_project_list(session, project.project_id, signal_ids=listed, caller=caller)
        return view

    @get(
        "/answers/export",
        operation_id="export_demand",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_demand(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download the demand that answers one's own projects, and what was answered, as a table."""
        rows = tables.demand_rows(session, caller=caller, at=utc_now())
        return download_table(kind, tables.demand_headings(), rows=rows, name="demand")

    @get(
        "/projects/{project_id:uuid}/answers/{signal_id:uuid}",
        operation_id="read_team_answers",
        template="answers/team_pair.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_team_answers(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        project_id: FromPath[UUID],
        signal_id: FromPath[UUID],
    ) -> PairPage:
        """Show a demand that one's own project answers, and what the team has answered so far."""
        return queries.pair_of_project(session, (signal_id, project_id), caller=caller, at=utc_now())

    @post(
        "/projects/{project_id:uuid}/answers/{signal_id:uuid}",
        operation_id="give_team_answer",
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def give_team_answer(
        self,
        keyed: NamedDependency[Keyed],
        project_id: FromPath[UUID],
        signal_id: FromPath[UUID],
        data: JSONBody[AnswerIn],
    ) -> Response[AnswerView]:
        """Answer a demand for the organisation that leads the project; the latest answer counts."""

        def effect() -> Answer:
            pair = (signal_id, project_id)
            answer = commands.answer_as_team(keyed.session, pair, data, caller=keyed.caller, at=utc_now())
            view = queries.answer_view(keyed.session, answer)
            return Answer(HTTP_201_CREATED, f"/projects/{project_id}/answers/{signal_id}", view)

        return keyed.once("give_team_answer", effect)

    @post(
        "/projects/{project_id:uuid}/answers/{signal_id:uuid}/new",
        operation_id="submit_team_answer",
        template="answers/team_pair.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_team_answer(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        project_id: FromPath[UUID],
        signal_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Answer from a page, or show the demand with what is at fault."""
        pair = (signal_id, project_id)
        path = f"/projects/{project_id}/answers/{signal_id}"

        def effect() -> Answer:
            commands.answer_as_team(session, pair, said, caller=caller, at=utc_now())
            listed = f"/answers#pair-{project_id}-{signal_id}"
            gone = not is_told(session, pair, at=utc_now())  # with a yes taken back the demand may go
            return Answer(HTTP_303_SEE_OTHER, listed if gone or form.get("back") == "list" else path)

        try:
            said = read_form(AnswerIn, typed(form, "back"))
            return keyed_form(session, caller, path, form).once("submit_team_answer", effect)
        except (FormRejected, FundError) as refusal:
            return show_again(
                session,
                refusal,
                form,
                blank=lambda: queries.pair_of_project(session, pair, caller=caller, at=utc_now()),
            )
