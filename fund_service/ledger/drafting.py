"""Drafts: what is asked of the ledger as an instruction that is stored nowhere yet, its parties and figures checked."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlmodel import Session, SQLModel, func, select

from fund_service import locales
from fund_service.deals.steps import lock_deal
from fund_service.ledger.reversal import amount_to_reverse, entry_to_reverse
from fund_service.ledger.schemas import InstructionIn
from fund_service.ledger.splitting import asked_beside, checks_for, two_checkers_from_krw
from fund_service.ledger.terms import ASKED_BY_HAND, PARTIES, ReversalTerms
from models.clock import business_date
from models.deal import Deal
from models.errors import ValueNotAllowed
from models.instruction import Instruction, InstructionKind
from models.vehicle import Envelope, Vehicle

R = TypeVar("R", bound=SQLModel)

NOTHING_TO_MOVE = frozenset({InstructionKind.VALUATION})
"""Kinds whose amount may be nothing: a value, not won that move."""


def draft(session: Session, data: InstructionIn, *, maker_id: UUID, at: datetime, hold: bool = False) -> Instruction:
    """Put what is asked into an instruction that is stored nowhere yet: parties, amount, date, checks needed.

    With ``hold``, as it is asked for and not only looked at, the deal's row is held first: what else is asked of the
    same deal is then there to be counted, or waits.

    Raises
    ------
    ValueNotAllowed
        When a party, amount or date is missing, unknown, or not one of the kind's.
    StepNotAllowed
        When the deal to be held was merged into another.
    """
    if data.kind not in ASKED_BY_HAND:
        raise ValueNotAllowed("Settlements are posted with the claims they settle.", field="kind")
    parties = _parties(session, data)
    if hold and parties["deal_id"] is not None:
        lock_deal(session, parties["deal_id"])
    amount = _amount(session, data)
    asked = Instruction(
        kind=data.kind,
        vehicle_id=parties["vehicle_id"],
        envelope_id=parties["envelope_id"],
        deal_id=parties["deal_id"],
        amount_krw=amount,
        effective_on=data.effective_on or business_date(at),
        terms=data.terms,
        terms_digest="",
        words=data.words,
        made_by_id=maker_id,
        recorded_at=at,
    )
    _check_date(session, asked, at=at)
    beside, two_from = asked_beside(session, asked), two_checkers_from_krw(session)
    asked.checks_needed = checks_for(asked, beside_krw=beside, two_from_krw=two_from)
    asked.terms_digest = asked.digest_of_terms()
    return asked


def _parties(session: Session, data: InstructionIn) -> dict[str, UUID | None]:
    """Give the records an instruction names: those of its kind, no others, all of them there."""
    if data.kind is InstructionKind.REVERSAL:
        _, posted = entry_to_reverse(session, ReversalTerms.model_validate(data.terms).entry_id)
        return {"vehicle_id": posted.vehicle_id, "envelope_id": posted.envelope_id, "deal_id": posted.deal_id}
    named: dict[str, UUID | None] = {
        "vehicle_id": data.vehicle_id, "envelope_id": data.envelope_id, "deal_id": data.deal_id
    }  # fmt: skip
    wanted = PARTIES[data.kind]
    deal = _find(session, Deal, data.deal_id, field="deal_id") if "deal_id" in wanted else None
    if deal is not None and named["vehicle_id"] is None:
        named["vehicle_id"] = deal.vehicle_id
    for field, identifier in named.items():
        if identifier is not None and field not in wanted:
            raise ValueNotAllowed(
                "An instruction of this kind ({kind}) does not name this.", field=field, kind=locales.label(data.kind)
            )
    if "vehicle_id" in wanted:
        _find(session, Vehicle, named["vehicle_id"], field="vehicle_id")
    if "envelope_id" in wanted:
        _find(session, Envelope, named["envelope_id"], field="envelope_id")
    return named


def _find(session: Session, table: type[R], identifier: UUID | None, *, field: str) -> R:
    found = None if identifier is None else session.get(table, identifier)
    if found is None:
        raise ValueNotAllowed("Name one that is recorded here.", field=field)
    return found


def _amount(session: Session, data: InstructionIn) -> int:
    """Give the won an instruction asks for; those of a reversal follow from the entry."""
    if data.kind is InstructionKind.REVERSAL:
        moved = amount_to_reverse(session, ReversalTerms.model_validate(data.terms).entry_id)
        if data.amount_krw not in {None, moved}:
            raise ValueNotAllowed(
                "An entry is taken back whole: {amount} won.", field="amount_krw", amount=f"{moved:,}"
            )
        return moved
    if data.amount_krw is None or (not data.amount_krw and data.kind not in NOTHING_TO_MOVE):
        raise ValueNotAllowed("Name the won: a whole number of at least 1.", field="amount_krw")
    return data.amount_krw


def _check_date(session: Session, asked: Instruction, *, at: datetime) -> None:
    """Refuse a date to come, and one before the vehicle, or for an envelope the first vehicle, was formed."""
    if asked.effective_on > business_date(at):
        raise ValueNotAllowed(
            "An entry cannot count from a day to come; today in Seoul is {today}.",
            field="effective_on",
            today=business_date(at).isoformat(),
        )
    formed = select(func.min(Vehicle.formed_on))
    if asked.vehicle_id is not None:
        formed = formed.where(Vehicle.id == asked.vehicle_id)
    formed_on = session.exec(formed).first()
    if formed_on is not None and asked.effective_on < formed_on:
        raise ValueNotAllowed("The fund was formed only on {day}.", field="effective_on", day=formed_on.isoformat())
