"""How a deal that looks like others is refused over HTTP: problem details that name those others."""

from typing import Any

from litestar import Request, Response
from litestar.status_codes import HTTP_409_CONFLICT

from fund_service.deals.record_schemas import DuplicateCandidate
from fund_service.pages import prefers_html
from fund_service.problems import MEDIA_TYPE, Problem, answer_error, problem_of
from models.errors import RecordConflicts


class DuplicatesFound(Problem):
    """The refusal to make a deal that looks like others, with those others."""

    candidates: list[DuplicateCandidate]


def answer_duplicates(request: Request[Any, Any, Any], error: RecordConflicts) -> Response[Any]:
    """Name the deals that look the same in the problem details; other conflicts are answered as everywhere."""
    candidates = error.facts.get("candidates")
    if candidates is None or prefers_html(request):
        return answer_error(request, error)
    problem = problem_of(error).model_dump() | {"code": "duplicate_deals", "candidates": candidates}
    return Response(DuplicatesFound(**problem), status_code=HTTP_409_CONFLICT, media_type=MEDIA_TYPE)
