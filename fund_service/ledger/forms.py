"""Forms of instructions: what each kind's form offers to choose from, and what was typed read as what is asked."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import ValidationError
from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.faults import FieldProblem, fields_at_fault
from fund_service.forms import WHOLE_NUMBER, FormRejected, Values
from fund_service.ledger.calls import outstanding_of
from fund_service.ledger.deal_money import commitments_of
from fund_service.ledger.deal_schemas import TrancheView
from fund_service.ledger.drafting import draft
from fund_service.ledger.effects import effect_of
from fund_service.ledger.form_schemas import InstructionForm, ReviewPage
from fund_service.ledger.journal import entry_columns, entry_items
from fund_service.ledger.journal_schemas import EntryItem
from fund_service.ledger.naming import names_of, parties, preview
from fund_service.ledger.posting import added_up, check_lines
from fund_service.ledger.saying import said_terms
from fund_service.ledger.schemas import InstructionIn, Party
from fund_service.ledger.terms import PARTIES, TERMS
from models.deal import Deal, DealStage
from models.instruction import CallPurpose, CapitalCall, Commitment, InstructionKind, TrancheState
from models.ledger import JournalEntry
from models.vehicle import Envelope, Vehicle

_K = InstructionKind
PLAIN = ("vehicle_id", "envelope_id", "deal_id", "amount_krw", "effective_on", "words")
MAX_CHOICES = 300
"""Deals a form offers to choose from; from a deal's own page the deal is chosen already."""


def instruction_form(
    session: Session, kind: InstructionKind, values: Mapping[str, str], *, today: date
) -> InstructionForm:
    """Prepare the form of a kind; ``values`` are those known already, from the page that led here."""
    wanted = PARTIES[kind]
    deal = session.get(Deal, UUID(values["deal_id"])) if values.get("deal_id") else None
    filled = {"effective_on": today.isoformat(), **values}
    form = InstructionForm(
        kind=kind,
        today=today,
        vehicles=_vehicles(session, kind) if "vehicle_id" in wanted else (),
        children=_children(session) if kind is _K.VEHICLE_COMMITMENT else (),
        envelopes=parties(session, Envelope) if "envelope_id" in wanted else (),
        deal=None if deal is None else Party(id=deal.id, name_ko=deal.title_ko, name_en=deal.title_en),
        deals=_deals(session, kind) if "deal_id" in wanted and deal is None else (),
        calls=_calls(session) if kind is _K.CALL_RECEIPT else (),
        tranches=[] if deal is None else _tranches(session, kind, deal),
        entry=_entry(session, values.get("entry_id")),
    )
    if deal is not None:
        filled = {**_of_deal(kind, deal, form), **filled}
    return form.model_copy(update={"values": filled})


def _vehicles(session: Session, kind: InstructionKind) -> list[Party]:
    """Offer the vehicles that the kind is for."""
    if kind is not _K.FUND_SIZE:
        return parties(session, Vehicle)
    mothers = session.exec(select(Vehicle).where(col(Vehicle.parent_id).is_(None)))
    return [Party(id=mother.id, name_ko=mother.name_ko, name_en=mother.name_en) for mother in mothers]


def _children(session: Session) -> list[Party]:
    query = select(Vehicle).where(sa.not_(col(Vehicle.parent_id).is_(None))).order_by(col(Vehicle.name_ko))
    return [Party(id=child.id, name_ko=child.name_ko, name_en=child.name_en) for child in session.exec(query)]


def _deals(session: Session, kind: InstructionKind) -> list[Party]:
    """Offer the deals that the kind is for: approved ones to commit to, committed ones for the rest."""
    query = select(Deal.id, Deal.title_ko, Deal.title_en).order_by(col(Deal.id).desc()).limit(MAX_CHOICES)
    if kind is _K.DEAL_COMMITMENT:
        query = query.where(Deal.stage == DealStage.APPROVED)
    else:
        query = query.where(col(Deal.id).in_(select(Commitment.deal_id)))
    return [
        Party(id=identifier, name_ko=korean, name_en=english) for identifier, korean, english in session.exec(query)
    ]


def _calls(session: Session) -> list[Party]:
    """Offer the calls on which something is outstanding, each with its vehicle, due date and what is outstanding."""
    calls = session.exec(select(CapitalCall).order_by(col(CapitalCall.id).desc()).limit(MAX_CHOICES)).all()
    names = names_of(session, vehicles=[call.vehicle_id for call in calls])
    offered = []
    for call in calls:
        outstanding = outstanding_of(session, call)
        if outstanding:
            vehicle = names.known[call.vehicle_id]
            said = f"{call.due_on.isoformat()} · {locales.won(outstanding)}"
            offered.append(
                Party(id=call.id, name_ko=f"{vehicle.name_ko} · {said}", name_en=f"{vehicle.name_en} · {said}")
            )
    return offered


def _tranches(session: Session, kind: InstructionKind, deal: Deal) -> list[TrancheView]:
    """Offer the tranches that can be paid, or cancelled."""
    states = {
        _K.DISBURSEMENT: {TrancheState.MET},
        _K.COMMITMENT_RELEASE: {TrancheState.PLANNED, TrancheState.MET},
    }.get(kind, set())
    live = (commitment for commitment in commitments_of(session, deal.id) if commitment.live)
    return [tranche for commitment in live for tranche in commitment.tranches if tranche.state in states]


def _entry(session: Session, entry_id: str | None) -> EntryItem | None:
    if not entry_id:
        return None
    rows = session.connection().execute(entry_columns([col(JournalEntry.id) == UUID(entry_id)])).all()
    return next(iter(entry_items(session, rows)), None)


def _of_deal(kind: InstructionKind, deal: Deal, form: InstructionForm) -> dict[str, str]:
    """Fill in what follows from the deal: its vehicle, and the won of its commitment or of the one tranche."""
    filled = {"vehicle_id": "" if deal.vehicle_id is None else str(deal.vehicle_id)}
    if kind is _K.DEAL_COMMITMENT:
        filled["amount_krw"] = f"{deal.amount_krw:,}"
    if kind is _K.DISBURSEMENT and len(form.tranches) == 1:
        [tranche] = form.tranches
        filled |= {"tranche_id": str(tranche.id), "amount_krw": f"{tranche.amount_krw:,}"}
    return filled


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


def review(session: Session, asked: InstructionIn, values: Values, *, maker_id: UUID, at: datetime) -> ReviewPage:
    """Show what an instruction would post, before it is made.

    Raises
    ------
    FundError
        When it could not be made as it is asked.
    """
    drafted = draft(session, asked, maker_id=maker_id, at=at)
    lines = effect_of(session, drafted).lines
    check_lines(session, added_up(lines))
    names = names_of(session, vehicles=[drafted.vehicle_id], envelopes=[drafted.envelope_id], deals=[drafted.deal_id])
    return ReviewPage(
        asked=asked,
        vehicle=names.of(drafted.vehicle_id),
        envelope=names.of(drafted.envelope_id),
        deal=names.of(drafted.deal_id),
        amount_krw=drafted.amount_krw,
        effective_on=drafted.effective_on,
        said=said_terms(session, drafted.terms),
        checks_needed=drafted.checks_needed,
        lines=preview(session, lines),
        values=dict(values),
    )
