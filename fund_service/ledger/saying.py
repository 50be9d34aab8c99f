"""Terms of instructions as people read them: names for ids, one entry a term."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.ledger.schemas import TermView
from models.instruction import CallPurpose, CapitalCall, Tranche
from models.ledger import JournalEntry
from models.vehicle import Vehicle


def said_terms(session: Session, terms: Mapping[str, Any]) -> list[TermView]:
    """Say the terms of an instruction; those that are left open are not said."""
    return [
        view
        for name, value in terms.items()
        if value not in (None, [])
        for view in (_SAID[name](session, name, value) if name in _SAID else _plain(session, name, value))
    ]


def _plain(_: Session, name: str, value: str | int) -> Iterator[TermView]:
    yield TermView(name=name, value=value)


def _child(session: Session, name: str, value: str) -> Iterator[TermView]:
    child = session.get(Vehicle, UUID(value))
    if child is not None:
        yield TermView(name=name, value=locales.pick(child.name_ko, child.name_en), link=f"/vehicles/{child.id}")


def _planned(_: Session, __: str, tranches: list[dict[str, Any]]) -> Iterator[TermView]:
    for tranche in tranches:
        due = f" ({tranche['due_on']})" if tranche["due_on"] else ""
        yield TermView(name="tranche", value=f"{tranche['milestone']}{due}: {locales.won(tranche['amount_krw'])}")


def _tranche(session: Session, _: str, value: str) -> Iterator[TermView]:
    yield from _tranches(session, "tranche", [value])


def _tranches(session: Session, name: str, values: list[str]) -> Iterator[TermView]:
    query = select(Tranche).where(col(Tranche.id).in_(values)).order_by(col(Tranche.position))
    for tranche in session.exec(query):
        said = f"{tranche.position}. {tranche.milestone}: {locales.won(tranche.amount_krw)}"
        yield TermView(name=name, value=said)


def _items(_: Session, __: str, items: list[dict[str, Any]]) -> Iterator[TermView]:
    for item in items:
        said = f"{locales.label(CallPurpose(item['purpose']))}: {locales.won(item['amount_krw'])}"
        yield TermView(name="item", value=said)


def _purpose(_: Session, name: str, value: str) -> Iterator[TermView]:
    yield TermView(name=name, value=locales.label(CallPurpose(value)))


def _call(session: Session, name: str, value: str) -> Iterator[TermView]:
    call = session.get(CapitalCall, UUID(value))
    if call is not None:
        said = f"{call.due_on.isoformat()}, {locales.won(call.amount_krw)}"
        yield TermView(name=name, value=said, link=f"/ledger/instructions/{call.instruction_id}")


def _entry(session: Session, name: str, value: str) -> Iterator[TermView]:
    entry = session.get(JournalEntry, UUID(value))
    if entry is not None:
        yield TermView(name=name, value=f"#{entry.number}", link=f"/ledger/entries/{entry.id}")


_SAID: Mapping[str, Callable[[Session, str, Any], Iterator[TermView]]] = MappingProxyType(
    {
        "child_id": _child,
        "tranches": _planned,
        "tranche_id": _tranche,
        "tranche_ids": _tranches,
        "items": _items,
        "purpose": _purpose,
        "call_id": _call,
        "entry_id": _entry,
    }
)
"""How terms are said that are more than a word, a date or won."""
