"""Forms of instructions: what each kind's form offers to choose from, and what it would post, to be reviewed."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.forms import Values
from fund_service.ledger.calls import outstanding_of
from fund_service.ledger.deal_money import commitments_of
from fund_service.ledger.deal_schemas import TrancheView
from fund_service.ledger.drafting import draft
from fund_service.ledger.effects import effect_of
from fund_service.ledger.form_schemas import InstructionForm, ReviewPage
from fund_service.ledger.journal import entry_columns, entry_items
from fund_service.ledger.journal_schemas import EntryItem
from fund_service.ledger.naming import names_of, parties, preview
from fund_service.ledger.posting import check_lines
from fund_service.ledger.saying import said_terms
from fund_service.ledger.schemas import InstructionIn, Party
from fund_service.ledger.splitting import asked_beside
from fund_service.ledger.terms import PARTIES
from models.deal import Deal, DealStage
from models.instruction import CapitalCall, Commitment, InstructionKind, TrancheState
from models.ledger import JournalEntry
from models.vehicle import Envelope, Vehicle

_K = InstructionKind
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


def review(session: Session, asked: InstructionIn, values: Values, *, maker_id: UUID, at: datetime) -> ReviewPage:
    """Show what an instruction would post, before it is made.

    Raises
    ------
    FundError
        When it could not be made as it is asked.
    """
    drafted = draft(session, asked, maker_id=maker_id, at=at)
    effect = effect_of(session, drafted)
    check_lines(session, effect.lines, effect.weigh)
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
        beside_krw=asked_beside(session, drafted),
        lines=preview(session, effect.lines),
        values=dict(values),
    )
