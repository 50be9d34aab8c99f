"""HTTP of contradictions."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service import operations
from fund_service.accounts.callers import Caller
from fund_service.forms import FormRejected, Values, read_form, show_again
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.matches import contradictions_commands, contradictions_queries, queries
from fund_service.matches.contradictions_schemas import ContradictionIn, ContradictionsPage, ContradictionView
from fund_service.matches.method import MatchMethod
from fund_service.matches.schemas import MatchDetail, RefusedContradiction
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.problems import documented
from matching.encoding.encoder import Encoder
from models.clock import utc_now
from models.contradiction import ReasonKind
from models.errors import RecordConflicts, ValueNotAllowed


class ContradictionsController(Controller):
    """Contradictions of reasons."""

    tags = ("matches",)

    @get(
        "/contradictions",
        operation_id="list_contradictions",
        template="matches/contradictions.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_contradictions(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        kind: Annotated[ReasonKind | None, QueryParameter(description="Narrow to one kind of reason.")] = None,
        limit: Limit = 20,
    ) -> ContradictionsPage:
        """List which reasons of matches people said to be wrong, newest first, and count them by kind."""
        return contradictions_queries.list_contradictions(session, kind, caller=caller, after=after, limit=limit)

    @post(
        "/matches/{match_id:uuid}/contradictions",
        operation_id="contradict_reason",
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def contradict_reason(
        self,
        keyed: NamedDependency[Keyed],
        method: NamedDependency[MatchMethod],
        encoder: NamedDependency[Encoder],
        match_id: FromPath[UUID],
        data: JSONBody[ContradictionIn],
    ) -> Response[ContradictionView]:
        """Say that a reason of a match is wrong; needs an Idempotency-Key."""

        def effect() -> Answer:
            detail = _detail(keyed.session, match_id, caller=keyed.caller, method=method, encoder=encoder)
            made = contradictions_commands.contradict_reason(
                keyed.session, detail, data, caller=keyed.caller, at=utc_now()
            )
            views = contradictions_queries.contradictions_of_pair(
                keyed.session, made.signal_id, made.project_id, caller=keyed.caller
            )
            view = next(view for view in views if view.id == made.id)
            return Answer(HTTP_201_CREATED, f"/matches/{match_id}", view)

        return keyed.once("contradict_reason", effect)

    @post(
        "/matches/{match_id:uuid}/contradict",
        operation_id="submit_contradiction",
        template="matches/match.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_contradiction(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        method: NamedDependency[MatchMethod],
        encoder: NamedDependency[Encoder],
        match_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Say that a reason of a match is wrong, from its page, or show the page again with what is at fault."""

        def effect() -> Answer:
            detail = _detail(session, match_id, caller=caller, method=method, encoder=encoder)
            data = _read(form)
            contradictions_commands.contradict_reason(session, detail, data, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, location=f"/matches/{match_id}#contradictions")

        def blank() -> RefusedContradiction:
            detail = _detail(session, match_id, caller=caller, method=method, encoder=encoder)
            return RefusedContradiction(**dict(detail))

        keyed = keyed_form(session, caller, f"/matches/{match_id}/contradict", form)
        try:
            return keyed.once("contradict_reason", effect)
        except (FormRejected, RecordConflicts, ValueNotAllowed) as refusal:
            return show_again(session, refusal, form, blank=blank)


def _read(form: Values) -> ContradictionIn:
    """Read the form, where the reason's kind stands before it."""
    chosen = form.get("reason", "")
    kind, _, reason = chosen.partition(":") if isinstance(chosen, str) else ("", "", "")
    return read_form(ContradictionIn, {**typed(form, "reason"), "kind": kind, "reason": reason})


def _detail(session: Session, match_id: UUID, *, caller: Caller, method: MatchMethod, encoder: Encoder) -> MatchDetail:
    reads_deals = bool(caller.roles & operations.OPERATIONS["read_deal"])
    return queries.match_detail(
        session, match_id, caller=caller, reads_deals=reads_deals, method=method, encoder=encoder, at=utc_now()
    )
