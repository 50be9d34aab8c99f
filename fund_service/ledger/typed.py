"""What was typed into the form of an instruction, read as what is asked."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from fund_service.faults import FieldProblem, fields_at_fault
from fund_service.forms import WHOLE_NUMBER, FormRejected, Values
from fund_service.ledger.schemas import InstructionIn
from fund_service.ledger.terms import TERMS
from models.instruction import CallPurpose, InstructionKind

_K = InstructionKind
PLAIN = ("vehicle_id", "envelope_id", "deal_id", "amount_krw", "effective_on", "words")


def is_id(text: str) -> bool:
    """Say whether a text is an identifier."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def read_instruction(values: Values) -> InstructionIn:
    """Read a form as what is asked.

    Raises
    ------
    FormRejected
        Naming each field at fault, as the form calls it.
    """
    kind = _text(values, "kind")
    terms = _TERMS_TYPED[InstructionKind(kind)](values) if kind in set(InstructionKind) else {}
    asked: dict[str, Any] = {"kind": kind, "terms": terms}
    asked |= {name: _won(text) if name == "amount_krw" else text for name in PLAIN if (text := _text(values, name))}
    try:
        return InstructionIn.model_validate(asked)
    except ValidationError as error:
        faults = [FieldProblem(field=_typed_as(fault.field), message=fault.message) for fault in fields_at_fault(error)]
        raise FormRejected(values, faults) from error


def _typed_as(field: str) -> str:
    """Give the form's name of a field at fault."""
    return field.removeprefix("terms.").split(".")[0]


def _text(values: Values, name: str) -> str:
    text = values.get(name, "")
    return (text if isinstance(text, str) else text[0]).strip()


def _texts(values: Values, name: str) -> list[str]:
    texts = values.get(name, [])
    return [texts] if isinstance(texts, str) else list(texts)


def _won(text: str) -> int | str:
    """Read digits, with the commas people write, as a whole number; anything else is refused by the schema."""
    return int(text.replace(",", "")) if WHOLE_NUMBER.fullmatch(text) else text


def _named(*names: str, won: tuple[str, ...] = ()) -> Callable[[Values], dict[str, Any]]:
    """Read terms that are one field each."""

    def read(values: Values) -> dict[str, Any]:
        plain: dict[str, Any] = {name: text for name in names if (text := _text(values, name))}
        return plain | {name: _won(text) for name in won if (text := _text(values, name))}

    return read


def _planned(values: Values) -> dict[str, Any]:
    """Read the tranches that are planned with a commitment, a row each; empty rows are left out."""
    rows = zip(*(_texts(values, f"tranche_{name}") for name in ("milestone", "due_on", "amount_krw")), strict=False)
    return {
        "tranches": [
            {"milestone": milestone, "due_on": due_on or None, "amount_krw": _won(amount.strip())}
            for milestone, due_on, amount in rows
            if milestone.strip() or amount.strip()
        ]
    }


def _items(values: Values) -> dict[str, Any]:
    """Read the items of a call, a field each purpose."""
    items = [
        {"purpose": purpose, "amount_krw": _won(text)}
        for purpose in CallPurpose
        if (text := _text(values, f"item_{purpose.value}"))
    ]
    return {"items": items, **_named("due_on")(values)}


def _cancelled(values: Values) -> dict[str, Any]:
    return {"tranche_ids": _texts(values, "tranche_ids")}


_TERMS_TYPED: Mapping[InstructionKind, Callable[[Values], dict[str, Any]]] = MappingProxyType(
    {
        **dict.fromkeys(TERMS, _named()),
        _K.VEHICLE_COMMITMENT: _named("child_id"),
        _K.DEAL_COMMITMENT: _planned,
        _K.COMMITMENT_RELEASE: _cancelled,
        _K.CAPITAL_CALL: _items,
        _K.CALL_RECEIPT: _named("call_id"),
        _K.DISBURSEMENT: _named("tranche_id"),
        _K.EXPENSE: _named("purpose"),
        _K.DISTRIBUTION: _named(won=("capital_krw", "recallable_krw")),
        _K.PROCEEDS: _named(won=("cost_krw",)),
        _K.VALUATION: _named("method"),
        _K.REVERSAL: _named("entry_id"),
    }
)
"""How the terms of each kind are read from its form."""
