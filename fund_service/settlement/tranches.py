"""Tranches of a commitment: planned to the won, their milestones confirmed by evidence, or cancelled."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.committee.interests import interest_in
from fund_service.deals.steps import lock_deal
from fund_service.deals.timeline import record_activity
from fund_service.diligence.standards import DocumentKind
from fund_service.ledger.allocation import allocate
from fund_service.ledger.posting import AccountKey, balance
from fund_service.sentences import Krw, sentence
from fund_service.settlement.tranche_schemas import CommitmentLeft, EvidenceChoice, MilestoneIn, TranchePlanIn
from models.clock import business_date
from models.deal import Deal
from models.document import DealDocument
from models.errors import FourEyesNeeded, MoneyNotThere, RecordNotFound, StepNotAllowed, ValueNotAllowed
from models.instruction import Commitment, Tranche, TrancheState
from models.ledger import AccountKind
from models.person import Person
from models.timeline import ActivityKind
from models.vehicle import Vehicle

MAX_CHOICES = 100
_UNPAID = (TrancheState.PLANNED, TrancheState.MET)


def plan_tranches(
    session: Session, deal_id: UUID, data: TranchePlanIn, *, caller: Caller, at: datetime
) -> list[Tranche]:
    """Add tranches to a commitment; they and those there are never come to more than it has left.

    Planning moves no money: each payment is an instruction of its own, made and checked by others.

    Raises
    ------
    RecordNotFound
        When there is no such commitment of the deal.
    MoneyNotThere
        When they come to more than is neither paid, planned nor released, with what is.
    """
    lock_deal(session, deal_id)
    commitment = session.exec(
        select(Commitment).where(Commitment.id == data.commitment_id, Commitment.deal_id == deal_id)
    ).first()
    if commitment is None:
        raise RecordNotFound("There is no such commitment of this deal.")
    amounts = _amounts(data)
    left = unplanned(session, commitment)
    if sum(amounts) > left:
        raise MoneyNotThere(
            "These tranches come to {asked} won, but only {left} won of the commitment are neither paid nor planned.",
            field="tranches",
            asked=f"{sum(amounts):,}",
            left=f"{left:,}",
        )
    last = session.exec(
        select(func.coalesce(func.max(Tranche.position), 0)).where(Tranche.commitment_id == commitment.id)
    ).one()
    planned = [
        Tranche(
            commitment_id=commitment.id,
            position=position,
            milestone=asked.milestone,
            due_on=asked.due_on,
            amount_krw=amount,
            recorded_at=at,
        )
        for position, (asked, amount) in enumerate(zip(data.tranches, amounts, strict=True), last + 1)
    ]
    session.add_all(planned)
    session.flush()
    words = sentence("{count} tranches planned: {amount}", count=len(planned), amount=Krw(sum(amounts)))
    record_activity(
        session,
        deal_id,
        ActivityKind.MONEY,
        person_id=caller.person_id,
        words=words,
        subject_id=commitment.id,
        at=at,
    )
    return planned


def _amounts(data: TranchePlanIn) -> list[int]:
    if data.split_krw is not None:
        return allocate(data.split_krw, [1] * len(data.tranches))
    return [tranche.amount_krw for tranche in data.tranches if tranche.amount_krw is not None]


def unplanned(session: Session, commitment: Commitment) -> int:
    """Give the won of a commitment that are neither paid, planned nor released.

    The least of two figures: the commitment less its tranches, and what the ledger still holds for the deal in this
    vehicle less the unpaid tranches of all its commitments there.
    """
    planned = _sum(session, Tranche.commitment_id == commitment.id, col(Tranche.state) != TrancheState.CANCELLED)
    unpaid = _sum(
        session,
        Commitment.deal_id == commitment.deal_id,
        Commitment.vehicle_id == commitment.vehicle_id,
        col(Tranche.state).in_(_UNPAID),
    )
    key = AccountKey(AccountKind.COMMITTED, vehicle_id=commitment.vehicle_id, deal_id=commitment.deal_id)
    return max(0, min(commitment.amount_krw - planned, balance(session, key) - unpaid))


def _sum(session: Session, *conditions: object) -> int:
    query = (
        select(func.coalesce(func.sum(Tranche.amount_krw), 0))
        .select_from(Tranche)
        .join(Commitment, col(Commitment.id) == col(Tranche.commitment_id))
        .where(*conditions)  # type: ignore[arg-type] # comparisons of columns
    )
    return int(session.exec(query).one())


def confirm_milestone(
    session: Session, deal_id: UUID, tranche_id: UUID, data: MilestoneIn, *, caller: Caller, at: datetime
) -> Tranche:
    """Confirm that a tranche's milestone is met, on the evidence of a document on the deal's file.

    Somebody else than filed the evidence confirms it, and nobody with an interest in the deal.

    Raises
    ------
    RecordNotFound
        When there is no such tranche of the deal.
    StepNotAllowed
        When it is not planned any more.
    ValueNotAllowed
        When the document is not on the deal's file.
    FourEyesNeeded
        When the caller filed the evidence, under whatever account, or has an interest in the deal.
    """
    tranche, deal = _lock_tranche(session, deal_id, tranche_id)
    if tranche.state is not TrancheState.PLANNED:
        raise StepNotAllowed("Only a planned tranche can have its milestone confirmed.")
    evidence = session.exec(
        select(DealDocument).where(DealDocument.id == data.evidence_document_id, DealDocument.deal_id == deal_id)
    ).first()
    if evidence is None:
        raise ValueNotAllowed("The evidence must be a document on the file of this deal.", field="evidence_document_id")
    accounts = select(Person.human_id).where(col(Person.id).in_([evidence.uploaded_by_id, caller.person_id]))
    if len(set(session.exec(accounts).all())) == 1:
        raise FourEyesNeeded("Somebody else than filed the evidence confirms the milestone.")
    if interest_in(session, person_id=caller.person_id, deal=deal, on=business_date(at)) is not None:
        raise FourEyesNeeded("You have an interest in this deal; somebody else confirms its milestones.")
    tranche.state, tranche.evidence_document_id = TrancheState.MET, evidence.id
    tranche.met_by_id = caller.person_id
    return _changed(session, tranche, deal_id, words=evidence.name, caller=caller, at=at)


def cancel_tranche(session: Session, deal_id: UUID, tranche_id: UUID, *, caller: Caller, at: datetime) -> Tranche:
    """Cancel a tranche that was not paid; its won can be planned again.

    Raises
    ------
    RecordNotFound
        When there is no such tranche of the deal.
    StepNotAllowed
        When it was paid or is cancelled already.
    """
    tranche, _ = _lock_tranche(session, deal_id, tranche_id)
    if tranche.state not in _UNPAID:
        raise StepNotAllowed("Only a tranche that was neither paid nor cancelled can be cancelled.")
    tranche.state = TrancheState.CANCELLED
    return _changed(session, tranche, deal_id, words="", caller=caller, at=at)


def _lock_tranche(session: Session, deal_id: UUID, tranche_id: UUID) -> tuple[Tranche, Deal]:
    deal = lock_deal(session, deal_id)
    tranche = session.exec(
        select(Tranche)
        .join(Commitment, col(Commitment.id) == col(Tranche.commitment_id))
        .where(Tranche.id == tranche_id, Commitment.deal_id == deal_id)
        .execution_options(populate_existing=True)
    ).first()
    if tranche is None:
        raise RecordNotFound("There is no such tranche of this deal.")
    return tranche, deal


def _changed(session: Session, tranche: Tranche, deal_id: UUID, *, words: str, caller: Caller, at: datetime) -> Tranche:
    session.add(tranche)
    session.flush()
    told = sentence(
        "{position}. {milestone}: {parts}",
        position=tranche.position,
        milestone=tranche.milestone,
        parts=[tranche.state, words] if words else [tranche.state],
    )
    record_activity(
        session, deal_id, ActivityKind.MONEY, person_id=caller.person_id, words=told, subject_id=tranche.id, at=at
    )
    return tranche


def commitments_left(session: Session, deal_id: UUID) -> list[CommitmentLeft]:
    """Show the deal's commitments, and how much of each can still be planned."""
    rows = session.exec(
        select(Commitment, Vehicle.name_ko, Vehicle.name_en)
        .join(Vehicle, col(Vehicle.id) == col(Commitment.vehicle_id))
        .where(Commitment.deal_id == deal_id)
        .order_by(col(Commitment.id))
    ).all()
    return [
        CommitmentLeft(
            **commitment.model_dump(include={"id", "vehicle_id", "amount_krw"}),
            vehicle_name_ko=name_ko,
            vehicle_name_en=name_en,
            unplanned_krw=unplanned(session, commitment),
        )
        for commitment, name_ko, name_en in rows
    ]


def evidence_choices(session: Session, deal_id: UUID) -> list[EvidenceChoice]:
    """Show the documents on the deal's file that may serve as evidence, the newest first; receipts are of claims."""
    documents = session.exec(
        select(DealDocument)
        .where(DealDocument.deal_id == deal_id, DealDocument.kind != DocumentKind.RECEIPT)
        .order_by(col(DealDocument.id).desc())
        .limit(MAX_CHOICES)
    ).all()
    return [EvidenceChoice(id=document.id, name=document.name, kind=document.kind) for document in documents]
