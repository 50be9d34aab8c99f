"""HTTP of answers: what a round told an organisation, its objections, and the replies to them."""

from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.planning import answering, answers, queries
from fund_service.planning.bodies import ObjectionIn, ReplyIn
from fund_service.planning.schemas import AnswersPage, AnswerView, PlanningView
from fund_service.problems import documented
from models.clock import utc_now


class PlanningAnswersController(Controller):
    """What became of what an organisation said."""

    path = "/planning"
    tags = ("planning",)

    @get(
        "/answers",
        operation_id="list_planning_answers",
        template="planning/answers.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_planning_answers(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        limit: Limit = 20,
        signal: FromQuery[UUID | None] = None,
    ) -> AnswersPage:
        """List what the reader's organisation was answered, of one signal or of all, the newest first."""
        return answers.own_answers(session, caller=caller, after=after, limit=limit, at=utc_now(), signal_id=signal)

    @post(
        "/answers/{answer_id:uuid}/objection",
        operation_id="create_objection",
        sync_to_thread=True,
        status_code=HTTP_201_CREATED,
        responses=documented(404, 409, 413, 415, 422),
    )
    def create_objection(
        self, keyed: NamedDependency[Keyed], answer_id: FromPath[UUID], data: JSONBody[ObjectionIn]
    ) -> Response[AnswerView]:
        """Object to an answer; needs an Idempotency-Key."""

        def effect() -> Answer:
            at = utc_now()
            answering.file_objection(keyed.session, answer_id, data.words, caller=keyed.caller, at=at)
            view = answers.own_answer(keyed.session, answer_id, caller=keyed.caller, at=at)
            return Answer(HTTP_201_CREATED, body=view, location=f"/planning/answers/{answer_id}/objection/new")

        return keyed.once("create_objection", effect)

    @post(
        "/objections/{objection_id:uuid}/reply",
        operation_id="reply_to_objection",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 415, 422),
    )
    def reply_to_objection(
        self, keyed: NamedDependency[Keyed], objection_id: FromPath[UUID], data: JSONBody[ReplyIn]
    ) -> Response[PlanningView]:
        """Reply to an objection, once; needs an Idempotency-Key."""

        def effect() -> Answer:
            replied = answering.reply_to_objection(
                keyed.session, objection_id, data.words, caller=keyed.caller, at=utc_now()
            )
            view = queries.round_view(keyed.session, replied.round_id, caller=keyed.caller)
            return Answer(HTTP_200_OK, body=view)

        return keyed.once("reply_to_objection", effect)
