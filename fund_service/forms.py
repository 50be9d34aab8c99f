"""Forms: what a browser posted, read into the same closed schema that programs send as JSON."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar, get_args

from litestar import Request, Response
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from pydantic import BaseModel, ValidationError
from sqlmodel import Session

from fund_service import locales
from fund_service.accounts.authentication import CSRF_FIELD
from fund_service.faults import FieldProblem, fields_at_fault
from fund_service.pages import Page
from fund_service.parameters import posted_form
from models.errors import FundError, RecordChanged

M = TypeVar("M", bound=BaseModel)
F = TypeVar("F", bound=BaseModel)

Values = Mapping[str, str | list[str]]

WHOLE_NUMBER = re.compile(r"-?[0-9]{1,30}|[0-9]{1,3}(,[0-9]{3}){1,9}")
"""Digits, after a minus or not, or with a comma before each three: ``1,00`` is a slip of the finger, not a hundred."""


class FormRejected(Exception):  # noqa: N818 - named as a fact
    """A form with fields at fault; carries what was typed, so that nothing is lost."""

    def __init__(self, values: Values, faults: list[FieldProblem]) -> None:
        self.values = values
        self.faults = {fault.field.split(".")[0]: fault.message for fault in faults}
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))


async def provide_form(request: Request[Any, Any, Any]) -> Values:
    """Read the posted fields; a field posted several times is a list."""
    form = await posted_form(request)
    values: dict[str, str | list[str]] = {}
    for name in dict.fromkeys(form.keys()):
        texts = [text for text in form.getall(name) if isinstance(text, str)]
        if name != CSRF_FIELD:
            values[name] = texts[0] if len(texts) == 1 else texts
    return values


def read_form(schema: type[M], values: Values, *, lists: Collection[str] = ()) -> M:
    """Read form values into a schema: an empty field means absent, digits mean a number.

    Raises
    ------
    FormRejected
        Naming each field at fault.
    """
    read: dict[str, Any] = {}
    for name, value in values.items():
        if name in lists:
            read[name] = [value] if isinstance(value, str) else list(value)
        elif isinstance(value, str) and value.strip():
            read[name] = _number_or_text(schema, name, value.strip())
        elif not isinstance(value, str):
            read[name] = value
    try:
        return schema.model_validate(read)
    except ValidationError as error:
        raise FormRejected(values, fields_at_fault(error)) from error


def _number_or_text(schema: type[BaseModel], name: str, value: str) -> int | str:
    """Read digits, with the commas people write, as a whole number where the schema asks for one."""
    field = schema.model_fields.get(name)
    wanted = field is not None and _takes_whole_numbers(field.annotation)
    return int(value.replace(",", "")) if wanted and WHOLE_NUMBER.fullmatch(value) else value


def _takes_whole_numbers(annotation: object) -> bool:
    return annotation is int or any(_takes_whole_numbers(part) for part in get_args(annotation))


def submitted(
    session: Session, values: Values, act: Callable[[], Response[Any]], *, blank: Callable[[], F]
) -> Response[Any]:
    """Do what a form asks, or show it again with all that was typed and what is at fault."""
    try:
        return act()
    except (FormRejected, FundError) as refusal:
        return show_again(session, refusal, values, blank=blank)


def show_again(
    session: Session, refusal: FormRejected | FundError, values: Values, *, blank: Callable[[], F]
) -> Page[F]:
    """Undo what a refused form had begun and show it again, with all that was typed and what is at fault."""
    session.rollback()
    faults = (
        refusal.faults if isinstance(refusal, FormRejected) else {refusal.field or "": locales.error_message(refusal)}
    )
    view = blank().model_copy(update={"values": dict(values), "faults": faults})
    return Page(view, status_code=HTTP_422_UNPROCESSABLE_ENTITY)


def version_of(values: Values) -> int:
    """Read the version that a form was filled from.

    Raises
    ------
    RecordChanged
        When the form carries none that could be right.
    """
    text = values.get("version", "")
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > 9:  # noqa: PLR2004 - far beyond any count of edits
        raise RecordChanged("This form is out of date; load the page again and repeat your change.")
    return int(text)
