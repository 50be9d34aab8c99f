"""Errors over HTTP: problem+json for programs, a page for people, the same status and words for both."""

import logging
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Redirect
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
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from fund_service import locales
from fund_service.pages import prefers_html
from models.errors import (
    FundError,
    RecordChanged,
    RecordConflicts,
    RecordNotFound,
    SignInRefused,
    StepNotAllowed,
    TooManyAttempts,
    ValueNotAllowed,
)

logger = logging.getLogger("fund_service")

MEDIA_TYPE = "application/problem+json"

STATUS_OF_ERROR: dict[type[FundError], int] = {
    RecordNotFound: HTTP_404_NOT_FOUND,
    RecordConflicts: HTTP_409_CONFLICT,
    RecordChanged: HTTP_412_PRECONDITION_FAILED,
    StepNotAllowed: HTTP_409_CONFLICT,
    ValueNotAllowed: HTTP_422_UNPROCESSABLE_ENTITY,
    SignInRefused: HTTP_401_UNAUTHORIZED,
    TooManyAttempts: HTTP_429_TOO_MANY_REQUESTS,
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


class FieldProblem(BaseModel):
    """What is wrong with one field of the request."""

    field: str
    message: str


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
    if isinstance(error, ValidationError):
        return _standard(HTTP_400_BAD_REQUEST, fields_at_fault(error))
    if isinstance(error, HTTPException):
        return _standard(error.status_code, _litestar_fields(error), fallback=str(error.detail))
    if isinstance(error, IntegrityError):
        logger.warning("the database refused a write: %s", error.orig)
        return Problem(
            title="Conflict",
            status=HTTP_409_CONFLICT,
            code=RecordConflicts.code,
            detail=locales.gettext("This conflicts with a record that exists already; nothing was changed."),
        )
    if isinstance(error, (OperationalError, PoolTimeout)):
        logger.error("the database is away or busy: %s", error)
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


def fields_at_fault(error: ValidationError) -> list[FieldProblem]:
    """Name each field that a closed schema refused, and why, in the language at hand."""
    faults = []
    for fault in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in fault["loc"]) or "body"
        faults.append(FieldProblem(field=name, message=_fault_sentence(fault["type"], fault.get("ctx"), fault["msg"])))
    return faults


def _fault_sentence(kind: str, limits: dict[str, Any] | None, otherwise: str) -> str:
    """Say pydantic's commonest faults in our own two languages; the rest as pydantic says them."""
    if kind == "value_error" and limits and isinstance(limits.get("error"), FundError):
        return locales.error_message(limits["error"])
    template = FAULTS.get(kind)
    return locales.gettext(template).format(**(limits or {})) if template else otherwise


FAULTS = {
    "missing": "This is required.",
    "extra_forbidden": "This field is not known here.",
    "string_too_long": "At most {max_length} characters.",
    "string_too_short": "At least {min_length} characters.",
    "greater_than_equal": "Must be at least {ge}.",
    "less_than_equal": "Must be at most {le}.",
    "int_type": "Must be a whole number.",
    "int_parsing": "Must be a whole number.",
    "int_from_float": "Must be a whole number.",
    "enum": "Must be one of {expected}.",
    "date_from_datetime_parsing": "Must be a date such as 2026-11-22.",
    "date_parsing": "Must be a date such as 2026-11-22.",
    "uuid_parsing": "Must be an identifier of this service.",
    "too_long": "At most {max_length} entries.",
}


def _litestar_fields(error: HTTPException) -> list[FieldProblem]:
    if not isinstance(error, ValidationException) or not isinstance(error.extra, list):
        return []
    faults = []
    for fault in error.extra:
        if isinstance(fault, dict):
            message = str(fault.get("message", ""))
            faults.append(FieldProblem(field=str(fault.get("key", "body")), message=message))
    return faults


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer any error: a page for browsers, problem details for programs, sign-in for strangers' browsers."""
    problem = problem_of(error)
    headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language, Cookie"}
    if problem.status in {HTTP_429_TOO_MANY_REQUESTS, HTTP_503_SERVICE_UNAVAILABLE}:
        headers["Retry-After"] = "60" if problem.status == HTTP_429_TOO_MANY_REQUESTS else "5"
    if isinstance(error, HTTPException) and error.headers:
        headers |= {name: value for name, value in error.headers.items() if name.lower() == "allow"}
    if not prefers_html(request):
        return Response(problem, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)
    if problem.status == HTTP_401_UNAUTHORIZED and request.method == "GET":
        return Redirect(f"/sign-in?next={request.url.path}")
    from litestar.response import Template  # noqa: PLC0415

    return Template("error.html", context={"page": problem}, status_code=problem.status, headers=headers)
