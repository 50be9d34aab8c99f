"""Faults of a request: each field that a closed schema refused, and why, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from litestar.exceptions import HTTPException, ValidationException
from pydantic import BaseModel, ValidationError

from fund_service import locales

MAX_FIELDS_NAMED, MAX_FIELD_NAME = 50, 100
"""How many fields at fault an answer names, and how much of a name that the client made up it repeats."""


class FieldProblem(BaseModel):
    """What is wrong with one field of the request."""

    field: str
    message: str


def fields_at_fault(error: ValidationError) -> list[FieldProblem]:
    """Name each field that a closed schema refused, and why, in the language at hand."""
    faults = []
    for fault in error.errors(include_url=False, include_input=False)[:MAX_FIELDS_NAMED]:
        name = ".".join(str(part) for part in fault["loc"]) or "body"
        message = _fault_sentence(fault["type"], fault.get("ctx"), fault["msg"])
        faults.append(FieldProblem(field=name[:MAX_FIELD_NAME], message=message))
    return faults


def _fault_sentence(kind: str, limits: Mapping[str, Any] | None, otherwise: str) -> str:
    """Say pydantic's commonest faults in our own two languages; the rest as pydantic says them."""
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
    "moment_parsing": "Must be a date and time such as 2026-12-01T14:00.",
    "date_from_datetime_parsing": "Must be a date such as 2026-11-22.",
    "date_parsing": "Must be a date such as 2026-11-22.",
    "uuid_parsing": "Must be an identifier of this service.",
    "too_long": "At most {max_length} entries.",
    "string_type": "Must be text.",
    "string_pattern_mismatch": "Must have the form {pattern}.",
    "date_type": "Must be a date such as 2026-11-22.",
    "list_type": "Must be a list.",
    "model_type": "Must be a JSON object.",
    "reason_needed": "Choose why you pass.",
    "reason_without_pass": "A reason belongs to a pass only.",
    "words_needed": "Say in words what the other reason is.",
    "attention_missing": "Say how many projects the investor looks at.",
    "province_missing": "Choose the province that a region-specific candidate is made for.",
    "reason_of_another": "This reason belongs to another outcome; choose one of it.",
    "place_of_adopted": "An adopted candidate has a place, and no other has one.",
    "goal_of_merged": "A merged candidate names the one that takes it up, and no other does.",
    "weights_not_whole": "The five weights sum to {total} percent; make it 100.",
    "not_on_scale": "Two criteria that count the same are 1, in either order.",
    "too_many_fields": "At most {max} fields.",
    "control_characters": "This contains control characters; type or paste plain text.",
    "nothing_seen": "Nothing of this can be seen; write it in letters.",
    "percent": "Must be a percentage with two decimals at most, such as 12.5.",
    "outside_calendar": "Must be a date between {first} and {last}.",
}


def parameters_at_fault(error: HTTPException) -> list[FieldProblem]:
    """Name the parameters that Litestar refused, as it says it."""
    if not isinstance(error, ValidationException) or not isinstance(error.extra, list):
        return []
    faults = []
    for fault in error.extra[:MAX_FIELDS_NAMED]:
        if isinstance(fault, dict):
            key, message = str(fault.get("key", "body")), str(fault.get("message", ""))
            if key == "data":  # the handlers' name for the body, when there is none
                key, message = "body", locales.gettext(FAULTS["missing"])
            faults.append(FieldProblem(field=key[:MAX_FIELD_NAME], message=message))
    return faults
