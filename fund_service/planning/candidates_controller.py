"""HTTP of candidates: add, word, give up, review, decide, approve."""

from uuid import UUID

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_204_NO_CONTENT
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed
from fund_service.pages import Page
from fund_service.parameters import etag_of
from fund_service.planning import candidates, judging, queries
from fund_service.planning.bodies import CandidateIn, DecisionIn, ReviewIn, ThemesIn
from fund_service.planning.schemas import CandidateDetail
from fund_service.problems import documented
from models.clock import utc_now


class CandidatesController(Controller):
    """Candidates of planning rounds."""

    path = "/planning"
    tags = ("planning",)

    @post(
        "/{round_id:uuid}/candidates",
        operation_id="create_candidate",
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def create_candidate(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        round_id: FromPath[UUID],
        data: JSONBody[CandidateIn],
    ) -> Response[CandidateDetail]:
        """Add a planner's own candidate to a round that proposes."""
        added = candidates.add_candidate(session, round_id, data)
        view = queries.candidate_detail(session, added.id, caller=caller)
        headers = {"Location": f"/planning/candidates/{added.id}", "ETag": etag_of(added.version)}
        return Response(view, status_code=HTTP_201_CREATED, headers=headers)

    @get(
        "/candidates/{candidate_id:uuid}",
        operation_id="read_candidate",
        template="planning/candidate.html",
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def read_candidate(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], candidate_id: FromPath[UUID]
    ) -> Response[CandidateDetail]:
        """Show a candidate with its themes, its reviews and its decision."""
        view = queries.candidate_detail(session, candidate_id, caller=caller)
        return Page(view, headers={"ETag": etag_of(view.version)})

    @put(
        "/candidates/{candidate_id:uuid}",
        operation_id="update_candidate",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 413, 415, 422, 428),
    )
    def update_candidate(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        version: NamedDependency[int],
        candidate_id: FromPath[UUID],
        data: JSONBody[CandidateIn],
    ) -> Response[CandidateDetail]:
        """Word a candidate anew while its round proposes; needs If-Match."""
        candidates.edit_candidate(session, candidate_id, data, version=version, at=utc_now())
        view = queries.candidate_detail(session, candidate_id, caller=caller)
        return Response(view, headers={"ETag": etag_of(view.version)})

    @delete(
        "/candidates/{candidate_id:uuid}",
        operation_id="delete_candidate",
        sync_to_thread=True,
        status_code=HTTP_204_NO_CONTENT,
        responses=documented(404, 409),
    )
    def delete_candidate(self, session: NamedDependency[Session], candidate_id: FromPath[UUID]) -> None:
        """Give a candidate up while its round proposes."""
        candidates.drop_candidate(session, candidate_id)

    @put(
        "/candidates/{candidate_id:uuid}/themes",
        operation_id="set_candidate_themes",
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def set_candidate_themes(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        candidate_id: FromPath[UUID],
        data: JSONBody[ThemesIn],
    ) -> CandidateDetail:
        """Say which themes a candidate takes up; those of another one move over."""
        candidates.take_up(session, candidate_id, data.theme_ids)
        return queries.candidate_detail(session, candidate_id, caller=caller)

    @put(
        "/candidates/{candidate_id:uuid}/review",
        operation_id="review_candidate",
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def review_candidate(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        candidate_id: FromPath[UUID],
        data: JSONBody[ReviewIn],
    ) -> CandidateDetail:
        """Say what the caller thinks of a candidate; said again it replaces what was said."""
        judging.review_candidate(session, candidate_id, data, caller=caller, at=utc_now())
        return queries.candidate_detail(session, candidate_id, caller=caller)

    @put(
        "/candidates/{candidate_id:uuid}/decision",
        operation_id="decide_candidate",
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def decide_candidate(
        self, keyed: NamedDependency[Keyed], candidate_id: FromPath[UUID], data: JSONBody[DecisionIn]
    ) -> Response[CandidateDetail]:
        """Decide on a candidate with a reason; needs an Idempotency-Key."""

        def effect() -> Answer:
            judging.decide_candidate(keyed.session, candidate_id, data, caller=keyed.caller, at=utc_now())
            return _shown(keyed, candidate_id)

        return keyed.once("decide_candidate", effect)

    @post(
        "/candidates/{candidate_id:uuid}/approval",
        operation_id="approve_decision",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 422),
    )
    def approve_decision(
        self, keyed: NamedDependency[Keyed], candidate_id: FromPath[UUID]
    ) -> Response[CandidateDetail]:
        """Stand for what somebody else adopted by policy; needs an Idempotency-Key."""

        def effect() -> Answer:
            judging.approve_decision(keyed.session, candidate_id, caller=keyed.caller)
            return _shown(keyed, candidate_id)

        return keyed.once("approve_decision", effect)


def _shown(keyed: Keyed, candidate_id: UUID) -> Answer:
    return Answer(HTTP_200_OK, body=queries.candidate_detail(keyed.session, candidate_id, caller=keyed.caller))
