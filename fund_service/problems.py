"""Errors over HTTP: problem+json for programs, a page for people, the same status and words for both."""

import logging
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Redirect, Template
from litestar.status_codes import (
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_404_NOT_FOUND,
    HTTP_405_METHOD_NOT_ALLOWED,
    HTTP_409_CONFLICT,
    HTTP_412_PRECONDITION_FAILED,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    HTTP_415_UNSUPPORTED_MEDIA_TYPE,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_428_PRECONDITION_REQUIRED,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
)
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from fund_service import locales
from fund_service.accounts.authentication import RequestForged, language_of
from fund_service.faults import FieldProblem, fields_at_fault, parameters_at_fault
from fund_service.headers import PRIVATE, protective_headers
from fund_service.pages import prefers_html
from models.errors import (
    FourEyesNeeded,
    FundError,
    GateClosed,
    KeyNeeded,
    KeyReused,
    LimitBroken,
    MoneyNotThere,
    RecordChanged,
    RecordConflicts,
    RecordNotFound,
    SignInRefused,
    StepNotAllowed,
    TooManyAttempts,
    TooManyRecords,
    ValueNotAllowed,
)

logger = logging.getLogger("fund_service")

MEDIA_TYPE = "application/problem+json"
MAX_NEXT = 300
"""The longest address that sign-in leads back to."""
RULES_OF_A_ROW = frozenset({"23502", "23514"})
"""PostgreSQL's states for a value that is missing or outside a CHECK; the others name a clash with another row."""

STATUS_OF_ERROR: dict[type[FundError], int] = {
    RecordNotFound: HTTP_404_NOT_FOUND,
    RecordConflicts: HTTP_409_CONFLICT,
    RecordChanged: HTTP_412_PRECONDITION_FAILED,
    StepNotAllowed: HTTP_409_CONFLICT,
    ValueNotAllowed: HTTP_422_UNPROCESSABLE_ENTITY,
    SignInRefused: HTTP_401_UNAUTHORIZED,
    TooManyAttempts: HTTP_429_TOO_MANY_REQUESTS,
    TooManyRecords: HTTP_429_TOO_MANY_REQUESTS,
    MoneyNotThere: HTTP_409_CONFLICT,
    LimitBroken: HTTP_409_CONFLICT,
    GateClosed: HTTP_409_CONFLICT,
    FourEyesNeeded: HTTP_403_FORBIDDEN,
    KeyNeeded: HTTP_400_BAD_REQUEST,
    KeyReused: HTTP_422_UNPROCESSABLE_ENTITY,
}

SENTENCES: dict[int, tuple[str, str]] = {
    HTTP_400_BAD_REQUEST: ("bad_request", "The request cannot be read; check the fields named below."),
    HTTP_401_UNAUTHORIZED: ("sign_in_needed", "Sign in first, or send a valid access token."),
    HTTP_403_FORBIDDEN: ("not_permitted", "Your role does not permit this."),
    HTTP_404_NOT_FOUND: ("not_found", "There is nothing here that you may see."),
    HTTP_405_METHOD_NOT_ALLOWED: ("method_not_allowed", "This address does not take that method."),
    HTTP_413_REQUEST_ENTITY_TOO_LARGE: ("too_large", "The request is too large."),
    HTTP_415_UNSUPPORTED_MEDIA_TYPE: ("media_type", "Send this request as JSON, or as the form the page shows."),
    HTTP_428_PRECONDITION_REQUIRED: ("if_match_needed", "Send If-Match with the ETag you read, so no change is lost."),
    HTTP_429_TOO_MANY_REQUESTS: ("too_many_requests", "Too many requests; wait a minute and try again."),
    HTTP_500_INTERNAL_SERVER_ERROR: ("internal", "Something went wrong on our side; nothing was changed."),
    HTTP_503_SERVICE_UNAVAILABLE: ("busy", "The service is busy or its database is away; try again in a moment."),
}


class Problem(BaseModel):
    """An error as RFC 9457 problem details."""

    type: str = "about:blank"
    title: str
    status: int
    code: str = Field(description="Stable, machine-readable name of the error.")
    detail: str = Field(description="A sentence a person can act on.")
    fields: list[FieldProblem] = []


def documented(*statuses: int) -> dict[int, ResponseSpec]:
    """Declare the problems a route may answer, for the OpenAPI document."""
    return {
        status: ResponseSpec(
            data_container=Problem, generate_examples=False, media_type=MEDIA_TYPE, description=SENTENCE_OF[status]
        )
        for status in sorted({*statuses, *EVERYWHERE})
    }


EVERYWHERE = (
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
)
SENTENCE_OF = {
    **{status: sentence for status, (_, sentence) in SENTENCES.items()},
    HTTP_409_CONFLICT: "The record conflicts with another, or cannot take this step.",
    HTTP_412_PRECONDITION_FAILED: "The record was changed since it was read.",
    HTTP_422_UNPROCESSABLE_ENTITY: "A value is outside what the rules allow.",
}


def problem_of(error: Exception) -> Problem:
    """Describe an error for the asker; what is ours alone stays in the log."""
    if isinstance(error, FundError):
        status = STATUS_OF_ERROR.get(type(error), HTTP_422_UNPROCESSABLE_ENTITY)
        sentence = locales.error_message(error)
        fields = [FieldProblem(field=error.field, message=sentence)] if error.field else []
        return Problem(title=type(error).__name__, status=status, code=error.code, detail=sentence, fields=fields)
    if isinstance(error, HTTPException):
        return _problem_of_request(error)
    if isinstance(error, (RecursionError, UnicodeDecodeError)):
        logger.warning("a body cannot be decoded: %s", type(error).__name__)
        return _standard(HTTP_400_BAD_REQUEST)
    return _problem_of_database(error)


def _problem_of_request(error: HTTPException) -> Problem:
    """Describe what was refused before any rule of ours was asked."""
    if isinstance(error, RequestForged):
        return Problem(
            title="Forged",
            status=HTTP_403_FORBIDDEN,
            code="forged",
            detail=locales.gettext("This form is out of date or came from another site; load the page again."),
        )
    body = _refused_body(error)
    if body is not None:
        return _standard(HTTP_400_BAD_REQUEST, fields_at_fault(body))
    return _standard(error.status_code, parameters_at_fault(error), fallback=str(error.detail))


def _refused_body(error: BaseException | None) -> ValidationError | None:
    """Find the closed schema's own refusal behind Litestar's.

    Litestar answers 500 where an unknown field is called like one of our dependencies, as ``version`` is.
    """
    while error is not None and not isinstance(error, ValidationError):
        error = error.__cause__
    return error


def _problem_of_database(error: Exception) -> Problem:
    """Describe what the database refused; the log names the rule but never the row, which may be confidential."""
    if isinstance(error, IntegrityError):
        diagnosis = getattr(error.orig, "diag", None)
        logger.warning("the database refused a write: %s", getattr(diagnosis, "constraint_name", None))
        if getattr(diagnosis, "sqlstate", None) in RULES_OF_A_ROW:
            return Problem(
                title="Not allowed",
                status=HTTP_422_UNPROCESSABLE_ENTITY,
                code=ValueNotAllowed.code,
                detail=locales.gettext("A value is outside what the rules allow."),
            )
        return Problem(
            title="Conflict",
            status=HTTP_409_CONFLICT,
            code=RecordConflicts.code,
            detail=locales.gettext("This conflicts with a record that exists already; nothing was changed."),
        )
    if isinstance(error, DataError):
        logger.warning("the database cannot hold a value: %s", type(error.orig).__name__)
        return _standard(HTTP_400_BAD_REQUEST)
    if isinstance(error, (OperationalError, PoolTimeout)):
        logger.error("the database is away or busy: %s", getattr(error, "orig", error))
        return _standard(HTTP_503_SERVICE_UNAVAILABLE)
    logger.error("unexpected error", exc_info=error)
    return _standard(HTTP_500_INTERNAL_SERVER_ERROR)


def _standard(status: int, fields: list[FieldProblem] | None = None, *, fallback: str = "") -> Problem:
    code, sentence = SENTENCES.get(status, ("refused", fallback))
    return Problem(
        title=code.replace("_", " ").capitalize(),
        status=status,
        code=code,
        detail=locales.gettext(sentence),
        fields=fields or [],
    )


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer any error: a page for browsers, problem details for programs, sign-in for strangers' browsers.

    Some errors arise before any route is found or any middleware has run, so the answer brings headers and language.
    """
    headers = {**protective_headers(request.app.state.settings), **PRIVATE}
    if not _has_readable_address(request):
        problem = _standard(HTTP_400_BAD_REQUEST)
        return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)
    if "user" not in set(request.scope):
        locales.LANGUAGE.set(language_of(request, None))
    problem = problem_of(error)
    if problem.status in {HTTP_429_TOO_MANY_REQUESTS, HTTP_503_SERVICE_UNAVAILABLE}:
        headers["retry-after"] = "60" if problem.status == HTTP_429_TOO_MANY_REQUESTS else "5"
    if isinstance(error, HTTPException) and error.headers:
        headers |= {name: value for name, value in error.headers.items() if name.lower() == "allow"}
    if not prefers_html(request):
        return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)
    if problem.status == HTTP_401_UNAUTHORIZED and request.method == "GET":
        wanted = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        back = f"?{urlencode({'next': wanted})}" if len(wanted) <= MAX_NEXT else ""
        return Redirect(f"/sign-in{back}", headers=headers)
    return Template("error.html", context={"page": problem}, status_code=problem.status, headers=headers)


def _has_readable_address(request: Request[Any, Any, Any]) -> bool:
    """Say whether path and host make a URL; a Host header such as ``x:99999`` makes none."""
    try:
        return bool(request.url.path)
    except ValueError:
        return False
