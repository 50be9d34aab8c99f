"""Idempotency: a write of money or a decision has its effect once, however often its request arrives."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

import sqlalchemy as sa
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.params import HeaderParameter
from litestar.response import Redirect
from psycopg.errors import LockNotAvailable
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import Values
from models.errors import KeyNeeded, KeyReused, RecordConflicts
from models.identity import new_id
from models.instruction import IdempotencyKey

KEY_FIELD = "idempotency_key"
"""The hidden form field that carries the key, put there by ``{{ keyed(page) }}`` of macros/fields.html."""
KEY = re.compile(r"[\x21-\x7e]{1,255}")

IdempotencyKeyHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        required=True,
        description="Any text of 1 to 255 visible ASCII characters, new for each thing asked; a UUID for example.",
    ),
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write answers: kept with its effect, given again when the same request comes again.

    ``body`` is a view, or its JSON; empty for a redirect, which has a ``location`` alone.
    """

    status: int
    location: str | None = None
    body: BaseModel | str = ""

    @property
    def text(self) -> str:
        """The body as it leaves."""
        return self.body if isinstance(self.body, str) else self.body.model_dump_json()


def once(
    session: Session,
    caller: Caller,
    *,
    operation: str,
    key: str | None,
    request_text: str,
    effect: Callable[[], Answer],
) -> Answer:
    """Carry out ``effect`` once for a caller's key, and give the same answer whenever the request comes again.

    The key is stored in the transaction of the effect: both are there or neither. A request that comes while the
    first is still under way waits for it. What is refused is not stored, so it can be asked again under the same key.

    Raises
    ------
    KeyNeeded
        Without a key, or with one that is none.
    KeyReused
        When the caller's key was used for another request of this operation.
    RecordConflicts
        When the first request under this key takes too long to wait for.
    """
    if key is None or KEY.fullmatch(key) is None:
        raise KeyNeeded(
            "Send an Idempotency-Key of 1 to 255 visible ASCII characters, so that nothing happens twice.",
            field="Idempotency-Key",
        )
    fingerprint = hashlib.sha256(f"{operation}\n{request_text}".encode()).hexdigest()
    _wait_for_turn(session, f"{caller.person_id}\n{operation}\n{key}")
    stored = session.get(IdempotencyKey, (caller.person_id, operation, key))
    if stored is not None:
        if stored.fingerprint != fingerprint:
            raise KeyReused(
                "This Idempotency-Key was sent before with another request; send a new one.", field="Idempotency-Key"
            )
        return Answer(stored.status, stored.location, stored.body)
    answer = effect()
    answer = replace(answer, body=answer.text)
    session.add(
        IdempotencyKey(
            person_id=caller.person_id,
            operation=operation,
            key=key,
            fingerprint=fingerprint,
            status=answer.status,
            location=answer.location,
            body=answer.text,
        )
    )
    session.flush()
    return answer


def _wait_for_turn(session: Session, name: str) -> None:
    """Take the lock of a key until the transaction ends; the same request coming again waits here."""
    try:
        session.connection().execute(
            sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
        )
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise RecordConflicts(
                "The same request is being carried out at this moment; send it again in a few seconds."
            ) from error
        raise


async def provide_request_text(request: Request[Any, Any, Any]) -> str:
    """Give what makes a request the same as another: its path, its query and the digest of its raw body."""
    body = hashlib.sha256(await request.body()).hexdigest()
    return f"{request.url.path}?{request.url.query}\n{body}"


def form_text(path: str, form: Values) -> str:
    """Give what makes a posted form the same as another: its path and all that was typed, but for key and token."""
    typed = {name: value for name, value in form.items() if name != KEY_FIELD}
    return f"{path}\n{json.dumps(typed, ensure_ascii=False, sort_keys=True)}"


def key_of(form: Values) -> str | None:
    """Read the key a form carries."""
    key = form.get(KEY_FIELD)
    return key if isinstance(key, str) else None


def new_key() -> str:
    """Make the key of a form that is shown: each showing is one thing to ask."""
    return new_id().hex


def answered(answer: Answer) -> Response[Any]:
    """Answer over HTTP with what was stored, to the letter."""
    if answer.location is not None and not answer.text:
        return Redirect(answer.location, status_code=answer.status)  # type: ignore[arg-type] # a stored status is a plain int
    headers = {} if answer.location is None else {"Location": answer.location}
    return Response(answer.text.encode(), status_code=answer.status, media_type=MediaType.JSON, headers=headers)
