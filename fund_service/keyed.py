"""Decisions over HTTP: what each needs to have its effect once, in one dependency."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from litestar import Response
from litestar.di import NamedDependency
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import Values
from fund_service.idempotency import (
    KEY_FIELD,
    Answer,
    IdempotencyKeyHeader,
    answered,
    form_text,
    key_of,
    once,
)


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request that carries an Idempotency-Key: who sends it, in which session, and what makes it the same again."""

    session: Session
    caller: Caller
    key: str | None
    text: str

    def once(self, operation: str, effect: Callable[[], Answer]) -> Response[Any]:
        """Carry out ``effect`` once and answer; the same request coming again is answered the same."""
        answer = once(
            self.session, self.caller, operation=operation, key=self.key, request_text=self.text, effect=effect
        )
        return answered(answer)


def provide_keyed(
    session: NamedDependency[Session],
    caller: NamedDependency[Caller],
    request_text: NamedDependency[str],
    idempotency_key: IdempotencyKeyHeader = None,
) -> Keyed:
    """Read the key that a program sends."""
    return Keyed(session, caller, idempotency_key, request_text)


def keyed_form(session: Session, caller: Caller, path: str, form: Values) -> Keyed:
    """Read the key that a form carries."""
    return Keyed(session, caller, key_of(form), form_text(path, form))


def typed(form: Values, *others: str) -> Values:
    """Give what was typed into a form, without its key, version and fields that are read apart."""
    return {name: value for name, value in form.items() if name not in {KEY_FIELD, "version", *others}}
