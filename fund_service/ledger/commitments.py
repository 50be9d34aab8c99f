"""What promises do on the ledger: the fund's size, envelopes, vehicles, deals, and the release of what is not drawn."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.committee.approvals import standing_approval
from fund_service.consultations.holds import refuse_waiting
from fund_service.deals.steps import take_step
from fund_service.ledger.books import Effect, Posting, envelope_transfer, joined, party, transfer, vehicle_account
from fund_service.ledger.envelope_returns import envelope_lines
from fund_service.ledger.posting import Line, There, balance
from fund_service.ledger.terms import DealCommitmentTerms, NoTerms, ReleaseTerms, VehicleCommitmentTerms
from fund_service.vehicles.envelopes import envelopes_for
from fund_service.vehicles.limits import limits_on, proposal_of, refuse_broken_limits, refuse_what_breaks
from models.clock import business_date
from models.deal import Deal, DealStage
from models.errors import GateClosed, MoneyNotThere, StepNotAllowed, ValueNotAllowed
from models.instruction import Commitment, EnvelopeDraw, Instruction, Tranche, TrancheState
from models.ledger import AccountKind, JournalEntry
from models.vehicle import Envelope, Vehicle, VehicleKind

_A = AccountKind
PAYING_STAGES = (DealStage.CONTRACTED, DealStage.DISBURSING, DealStage.MONITORING)
"""Stages in which a deal may be paid."""
OPEN_TRANCHES = (TrancheState.PLANNED, TrancheState.MET)
"""Tranches that may still be paid."""


def fund_size(session: Session, asked: Instruction, _: NoTerms) -> Effect:
    """Set up the mother fund's won, to be promised and to be called."""
    vehicle_id = party(asked.vehicle_id)
    if session.get_one(Vehicle, vehicle_id).kind is not VehicleKind.MOTHER_FUND:
        raise ValueNotAllowed("Only the mother fund is set up with won of its own.", field="vehicle_id")
    return Effect(lines=_promised_to(vehicle_id, asked.amount_krw))


def _promised_to(vehicle_id: UUID, amount: int) -> tuple[Line, ...]:
    return joined(
        [
            transfer(vehicle_id, amount, debit=_A.UNCOMMITTED, credit=_A.SIZE),
            transfer(vehicle_id, amount, debit=_A.CALLABLE, credit=_A.CALLS),
        ]
    )


def envelope_budget(_: Session, asked: Instruction, __: NoTerms) -> Effect:
    """Give won to an envelope."""
    pair = envelope_transfer(
        party(asked.envelope_id), asked.amount_krw, debit=_A.ENVELOPE_AVAILABLE, credit=_A.ENVELOPE_BUDGET
    )
    return Effect(lines=pair)


def vehicle_commitment(session: Session, asked: Instruction, terms: VehicleCommitmentTerms) -> Effect:
    """Promise won of a vehicle to a child vehicle, which may promise and call them in turn."""
    vehicle_id = party(asked.vehicle_id)
    child = session.get(Vehicle, terms.child_id)
    if child is None or child.parent_id != vehicle_id:
        raise ValueNotAllowed("The vehicle promised to does not draw on this one.", field="child_id")
    if asked.effective_on < child.formed_on:
        raise ValueNotAllowed(
            "{vehicle} was formed only on {day}.",
            field="effective_on",
            vehicle=locales.pick(child.name_ko, child.name_en),
            day=child.formed_on.isoformat(),
        )
    promised = transfer(vehicle_id, asked.amount_krw, debit=_A.PROMISED, credit=_A.UNCOMMITTED, child_id=child.id)
    return Effect(lines=(*promised, *_promised_to(child.id, asked.amount_krw)))


def deal_commitment(session: Session, asked: Instruction, terms: DealCommitmentTerms) -> Effect:
    """Promise won of a vehicle to a deal, as the committee approved, within the limits, out of its envelopes."""
    vehicle_id, deal = party(asked.vehicle_id), session.get_one(Deal, party(asked.deal_id))
    approval_digest = _check_approval(session, asked, deal)
    planned = sum(tranche.amount_krw for tranche in terms.tranches)
    if terms.tranches and planned != asked.amount_krw:
        raise ValueNotAllowed(
            "The tranches come to {planned} won, the commitment to {amount} won.",
            field="tranches",
            planned=f"{planned:,}",
            amount=f"{asked.amount_krw:,}",
        )
    limits = limits_on(
        session, [proposal_of(deal, vehicle_id=vehicle_id, amount_krw=asked.amount_krw)], on=asked.effective_on
    )
    envelopes = envelopes_for(session, deal, vehicle_id=vehicle_id, on=asked.effective_on)
    pairs = [transfer(vehicle_id, asked.amount_krw, debit=_A.COMMITTED, credit=_A.UNCOMMITTED, deal_id=deal.id)]
    pairs += [
        envelope_transfer(envelope.id, asked.amount_krw, debit=_A.ENVELOPE_DRAWN, credit=_A.ENVELOPE_AVAILABLE)
        for envelope in envelopes
    ]

    def weigh(session: Session, there: There) -> None:
        left = there[vehicle_account(_A.COMMITTED, vehicle_id, deal_id=deal.id)]
        if left:
            raise GateClosed("{left} won of an earlier commitment are not released yet.", left=f"{left:,}")
        refuse_what_breaks(session, limits)

    def carry_out(posting: Posting) -> None:
        _commit(posting, terms, envelopes, approval_digest)

    return Effect(lines=joined(pairs), weigh=weigh, carry_out=carry_out)


def _check_approval(session: Session, asked: Instruction, deal: Deal) -> str:
    """Refuse a commitment that is not what the committee approved; give the digest of what it approved."""
    if deal.stage is not DealStage.APPROVED:
        raise GateClosed(
            "Only an approved deal is committed to; this one is: {stage}.", stage=locales.label(deal.stage)
        )
    approval = standing_approval(session, deal)
    if approval is None:
        raise GateClosed("No approval by the committee stands on the deal's present terms.")
    refuse_waiting(session, deal.id, DealStage.CONTRACTED)
    if deal.vehicle_id != asked.vehicle_id:
        raise ValueNotAllowed("The committee approved another vehicle.", field="vehicle_id")
    if deal.amount_krw != asked.amount_krw:
        raise ValueNotAllowed(
            "The committee approved {approved} won.", field="amount_krw", approved=f"{deal.amount_krw:,}"
        )
    if approval.decided_at is not None and asked.effective_on < business_date(approval.decided_at):
        raise ValueNotAllowed(
            "The committee approved this only on {day}.",
            field="effective_on",
            day=business_date(approval.decided_at).isoformat(),
        )
    return approval.terms_digest


def _commit(posting: Posting, terms: DealCommitmentTerms, envelopes: Sequence[Envelope], approval_digest: str) -> None:
    """Record the commitment, what it drew from each envelope and its tranches; the deal is contracted."""
    session, asked = posting.session, posting.instruction
    deal = session.get_one(Deal, party(asked.deal_id))
    commitment = Commitment(
        deal_id=deal.id,
        vehicle_id=party(asked.vehicle_id),
        instruction_id=asked.id,
        amount_krw=asked.amount_krw,
        approval_digest=approval_digest,
        recorded_at=posting.at,
    )
    session.add(commitment)
    session.flush()
    session.add_all(
        EnvelopeDraw(commitment_id=commitment.id, envelope_id=envelope.id, amount_krw=asked.amount_krw)
        for envelope in envelopes
    )
    session.add_all(
        Tranche(commitment_id=commitment.id, position=position, recorded_at=posting.at, **tranche.model_dump())
        for position, tranche in enumerate(terms.tranches, 1)
    )
    session.flush()
    take_step(session, deal, DealStage.CONTRACTED, person_id=posting.person_id, at=posting.at, words=asked.words)


def commitment_release(session: Session, asked: Instruction, terms: ReleaseTerms) -> Effect:
    """Give back what a deal has not drawn, to the vehicle and pro rata to the envelopes it was drawn from."""
    vehicle_id, deal_id = party(asked.vehicle_id), party(asked.deal_id)
    commitment = live_commitment(session, deal_id, vehicle_id)
    undrawn = balance(session, vehicle_account(_A.COMMITTED, vehicle_id, deal_id=deal_id))
    kept, tranches = 0, tranches_of(session, commitment.id)
    for tranche in tranches:
        if tranche.id not in terms.tranche_ids:
            kept += tranche.amount_krw if tranche.state in OPEN_TRANCHES else 0
        elif tranche.state not in OPEN_TRANCHES:
            raise ValueNotAllowed(
                "Tranche {position} cannot be cancelled any more.", field="tranche_ids", position=tranche.position
            )
    if kept > undrawn - asked.amount_krw:
        raise MoneyNotThere(
            "Unpaid tranches of {kept} won would remain, but only {left} won; cancel tranches with this release.",
            field="tranche_ids",
            kept=f"{kept:,}",
            left=f"{undrawn - asked.amount_krw:,}",
        )
    released = transfer(vehicle_id, asked.amount_krw, debit=_A.UNCOMMITTED, credit=_A.COMMITTED, deal_id=deal_id)
    returned = envelope_lines(session, commitment, asked.amount_krw)

    def carry_out(posting: Posting) -> None:
        for tranche in tranches:
            if tranche.id in terms.tranche_ids:
                tranche.state = TrancheState.CANCELLED
                posting.session.add(tranche)
        posting.session.flush()

    return Effect(lines=(*released, *returned), carry_out=carry_out)


def check_release_reversible(session: Session, entry: JournalEntry, released: Instruction, *, on: date) -> None:
    """Refuse to promise again what was given back, where the committee or the limits did not agree to that.

    Raises
    ------
    StepNotAllowed
        When the deal was committed to anew since: the committee approved that commitment, not both.
    LimitBroken
        When a limit forbids the won that would be committed again.
    GateClosed
        When the deal waits for a consultation before money is committed.
    """
    deal = session.get_one(Deal, party(released.deal_id))
    later = (
        select(JournalEntry.number)
        .join(Commitment, col(Commitment.instruction_id) == col(JournalEntry.instruction_id))
        .where(Commitment.deal_id == deal.id, col(JournalEntry.number) > entry.number)
    )
    if session.exec(later).first() is not None:
        raise StepNotAllowed("The deal was committed to anew since; what was released before stays released.")
    refuse_waiting(session, deal.id, DealStage.CONTRACTED)
    proposal = proposal_of(deal, vehicle_id=party(released.vehicle_id), amount_krw=released.amount_krw)
    refuse_broken_limits(session, proposal, on=on)


def reopen_cancelled(posting: Posting, released: Instruction) -> None:
    """Open the tranches again that a release had cancelled, now that it is taken back.

    Raises
    ------
    GateClosed
        When the deal has gone on to where it takes no money any more.
    """
    deal = posting.session.get_one(Deal, party(released.deal_id))
    if deal.stage not in PAYING_STAGES:
        raise GateClosed("A deal is paid once it is contracted; this one is: {stage}.", stage=locales.label(deal.stage))
    cancelled = ReleaseTerms.model_validate(released.terms).tranche_ids
    for tranche in posting.session.exec(select(Tranche).where(col(Tranche.id).in_(cancelled))):
        tranche.state = TrancheState.PLANNED if tranche.evidence_document_id is None else TrancheState.MET
        posting.session.add(tranche)
    posting.session.flush()


def live_commitment(session: Session, deal_id: UUID, vehicle_id: UUID) -> Commitment:
    """Find the commitment of a vehicle to a deal; of several, each of them released before the next, the latest.

    Raises
    ------
    ValueNotAllowed
        When there is none.
    """
    latest = select(Commitment).where(Commitment.deal_id == deal_id, Commitment.vehicle_id == vehicle_id)
    commitment = session.exec(latest.order_by(col(Commitment.id).desc()).limit(1)).first()
    if commitment is None:
        raise ValueNotAllowed("The vehicle has no commitment to this deal.", field="vehicle_id")
    return commitment


def tranches_of(session: Session, commitment_id: UUID) -> list[Tranche]:
    """List the tranches of a commitment in their order, as they stand now."""
    query = select(Tranche).where(Tranche.commitment_id == commitment_id).order_by(col(Tranche.position))
    return list(session.exec(query.execution_options(populate_existing=True)))
