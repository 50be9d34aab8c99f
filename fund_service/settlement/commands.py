"""Writes of claims: made by a research team, settled at once where small, reviewed by somebody else where not."""

import base64
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.committee.interests import interest_in
from fund_service.deals.steps import lock_deal
from fund_service.deals.timeline import record_activity
from fund_service.diligence.documents import file_document
from fund_service.diligence.standards import DocumentKind
from fund_service.ledger.settling import post_settlement, reverse_settlement
from fund_service.settlement.queries import WAITING, threshold
from fund_service.settlement.rules import Period, check_category, check_day, check_document, needs_review
from fund_service.settlement.schemas import ClaimIn, DocumentIn, ReviewIn
from fund_service.settlement.standings import carried_out_by, deal_settlements
from models.clock import business_date
from models.deal import ActivityKind, Deal
from models.errors import (
    FourEyesNeeded,
    GateClosed,
    MoneyNotThere,
    RecordNotFound,
    StepNotAllowed,
    ValueNotAllowed,
)
from models.instruction import Commitment, Tranche, TrancheState
from models.person import Person
from models.project import RndProject
from models.settlement import ClaimState, ExpenseClaim


@dataclass(frozen=True, slots=True)
class Upload:
    """A document as it came in, from a form or a program."""

    name: str
    media_type: str
    content: bytes


def upload_of(document: DocumentIn) -> Upload:
    """Read the document that a program sent.

    Raises
    ------
    ValueNotAllowed
        When its content is no base64.
    """
    try:
        content = base64.b64decode(document.content_base64, validate=True)
    except ValueError as error:
        raise ValueNotAllowed("The content of the document must be base64.", field="document") from error
    return Upload(document.name, document.media_type, content)


def make_claim(session: Session, data: ClaimIn, *, upload: Upload | None, caller: Caller, at: datetime) -> ExpenseClaim:
    """Claim an expense against a paid tranche; below the threshold it is settled at once, else it waits for a review.

    The deal's row is held meanwhile, so that claims made at the same moment see one another.

    Raises
    ------
    RecordNotFound
        When there is no such tranche among the grants of the caller's organisation.
    StepNotAllowed
        When the tranche has not been paid.
    ValueNotAllowed
        When the category, day or a missing document breaks a rule; the message names it.
    MoneyNotThere
        When less is left of the tranche, with what is left.
    """
    tranche, deal = _lock_own_tranche(session, data.tranche_id, caller=caller)
    if tranche.state is not TrancheState.PAID:
        raise StepNotAllowed("This tranche has not been paid; expenses are settled against paid tranches.")
    check_category(data.category)
    check_day(data.spent_on, _period(session, deal), today=business_date(at))
    limit, beside = threshold(session), _claimed_beside(session, deal.id, data)
    check_document(data.amount_krw, beside_krw=beside, threshold_krw=limit, given=upload is not None)
    _check_left(session, tranche, deal, amount_krw=data.amount_krw)
    claim = ExpenseClaim(
        **data.model_dump(exclude={"document"}),
        deal_id=deal.id,
        state=ClaimState.IN_REVIEW,
        threshold_krw=limit,
        claimed_by_id=caller.person_id,
        document_id=None if upload is None else _file(session, deal.id, upload, caller=caller, at=at),
        recorded_at=at,
    )
    session.add(claim)
    session.flush()
    if needs_review(data.amount_krw, beside_krw=beside, threshold_krw=limit):
        _review_siblings(session, claim, caller=caller, at=at)
    else:
        claim.state = ClaimState.SETTLED
        _settle(session, claim, made_by_id=caller.person_id, at=at)
    _note(session, claim, words=claim.words, person_id=caller.person_id, at=at)
    return claim


def attach_document(session: Session, claim_id: UUID, upload: Upload, *, caller: Caller, at: datetime) -> ExpenseClaim:
    """Put the document on file that a review of a claim asks for; once it is there it is not exchanged.

    Raises
    ------
    RecordNotFound
        When there is no such claim of the caller's organisation.
    StepNotAllowed
        When none is asked for, or one is on file.
    """
    claim, deal = _lock_claim(session, claim_id, own_of=caller)
    if claim.state not in WAITING or claim.document_id is not None:
        raise StepNotAllowed("No document is asked for; one that is on file is not exchanged.")
    claim.document_id = _file(session, deal.id, upload, caller=caller, at=at)
    session.add(claim)
    session.flush()
    return claim


def review_claim(session: Session, claim_id: UUID, data: ReviewIn, *, caller: Caller, at: datetime) -> ExpenseClaim:
    """Accept or refuse a claim that waits for a review, by another human being than claimed and without an interest.

    An accepted claim is settled on the ledger where it was not yet; a refused one that was is taken back there.

    Raises
    ------
    RecordNotFound
        When there is no such claim.
    StepNotAllowed
        When it does not wait for a review.
    FourEyesNeeded
        When the caller claimed it themselves, under whatever account, or has an interest in the deal.
    GateClosed
        When it is to be accepted and no document is on file.
    """
    claim, deal = _lock_claim(session, claim_id)
    if claim.state not in WAITING:
        raise StepNotAllowed("This claim does not wait for a review.")
    _check_reviewer(session, claim, deal, caller=caller, at=at)
    if data.outcome is ClaimState.ACCEPTED and claim.document_id is None:
        raise GateClosed("Ask the team for the document first: a claim is accepted with its document on file.")
    if data.outcome is ClaimState.ACCEPTED and claim.instruction_id is None:
        _settle(session, claim, made_by_id=caller.person_id, at=at)
    if data.outcome is ClaimState.REFUSED and claim.instruction_id is not None:
        reverse_settlement(
            session,
            claim.instruction_id,
            words=data.words or "",
            made_by_id=caller.person_id,
            on=business_date(at),
            at=at,
        )
    claim.state, claim.review_words = data.outcome, data.words
    claim.reviewed_by_id, claim.reviewed_at = caller.person_id, at
    session.add(claim)
    session.flush()
    _note(session, claim, words=data.words or claim.words, person_id=caller.person_id, at=at)
    return claim


def _lock_own_tranche(session: Session, tranche_id: UUID, *, caller: Caller) -> tuple[Tranche, Deal]:
    found = session.exec(
        select(Deal.id)
        .join(Commitment, col(Commitment.deal_id) == col(Deal.id))
        .join(Tranche, col(Tranche.commitment_id) == col(Commitment.id))
        .where(Tranche.id == tranche_id, carried_out_by(caller))
    ).first()
    if found is None:
        raise RecordNotFound("There is no such tranche among those you may see.")
    deal = lock_deal(session, found)
    query = select(Tranche).where(Tranche.id == tranche_id).execution_options(populate_existing=True)
    return session.exec(query).one(), deal


def _lock_claim(session: Session, claim_id: UUID, *, own_of: Caller | None = None) -> tuple[ExpenseClaim, Deal]:
    query = (
        select(ExpenseClaim)
        .join(Deal, col(Deal.id) == col(ExpenseClaim.deal_id))
        .where(ExpenseClaim.id == claim_id, *([] if own_of is None else [carried_out_by(own_of)]))
    )
    found = session.exec(query).first()
    if found is None:
        raise RecordNotFound("There is no such claim among those you may see.")
    deal = lock_deal(session, found.deal_id)
    # What was read before the lock may have changed while waiting for it.
    return session.exec(query.execution_options(populate_existing=True)).one(), deal


def _period(session: Session, deal: Deal) -> Period:
    project = None if deal.project_id is None else session.get(RndProject, deal.project_id)
    return Period(
        starts_on=None if project is None else project.starts_on, ends_on=None if project is None else project.ends_on
    )


def _claimed_beside(session: Session, deal_id: UUID, data: ClaimIn) -> int:
    """Sum what the team has claimed for the same category and day, refused claims apart."""
    return int(
        session.exec(
            select(func.coalesce(func.sum(ExpenseClaim.amount_krw), 0)).where(
                ExpenseClaim.deal_id == deal_id,
                ExpenseClaim.category == data.category,
                ExpenseClaim.spent_on == data.spent_on,
                ExpenseClaim.state != ClaimState.REFUSED,
            )
        ).one()
    )


def _check_left(session: Session, tranche: Tranche, deal: Deal, *, amount_krw: int) -> None:
    [standing] = deal_settlements(session, [deal.id])
    left = next(shown.left_krw for shown in standing.tranches if shown.id == tranche.id)
    if amount_krw > left:
        raise MoneyNotThere(
            "Rule of the tranche: {asked} won were claimed, but only {left} won are left of it.",
            field="amount_krw",
            asked=f"{amount_krw:,}",
            left=f"{left:,}",
        )


def _review_siblings(session: Session, claim: ExpenseClaim, *, caller: Caller, at: datetime) -> None:
    """Ask for the documents of the small claims that together with this one reach the threshold.

    They count already and go on doing so, until a review refuses them.
    """
    siblings = session.exec(
        select(ExpenseClaim).where(
            ExpenseClaim.deal_id == claim.deal_id,
            ExpenseClaim.category == claim.category,
            ExpenseClaim.spent_on == claim.spent_on,
            ExpenseClaim.state == ClaimState.SETTLED,
        )
    ).all()
    for sibling in siblings:
        sibling.state = ClaimState.IN_REVIEW
        session.add(sibling)
        _note(session, sibling, words=sibling.words, person_id=caller.person_id, at=at)
    session.flush()


def _settle(session: Session, claim: ExpenseClaim, *, made_by_id: UUID, at: datetime) -> None:
    vehicle_id = session.exec(
        select(Commitment.vehicle_id)
        .join(Tranche, col(Tranche.commitment_id) == col(Commitment.id))
        .where(Tranche.id == claim.tranche_id)
    ).one()
    instruction = post_settlement(
        session,
        deal_id=claim.deal_id,
        vehicle_id=vehicle_id,
        amount_krw=claim.amount_krw,
        words=claim.words,
        made_by_id=made_by_id,
        on=business_date(at),
        at=at,
    )
    claim.instruction_id = instruction.id
    session.add(claim)
    session.flush()


def _check_reviewer(session: Session, claim: ExpenseClaim, deal: Deal, *, caller: Caller, at: datetime) -> None:
    accounts = select(Person.human_id).where(col(Person.id).in_([claim.claimed_by_id, caller.person_id]))
    if len(set(session.exec(accounts).all())) == 1:
        raise FourEyesNeeded("Nobody reviews a claim that they made.")
    if interest_in(session, person_id=caller.person_id, deal=deal, on=business_date(at)) is not None:
        raise FourEyesNeeded("You have an interest in this deal; somebody else reviews its claims.")


def _file(session: Session, deal_id: UUID, upload: Upload, *, caller: Caller, at: datetime) -> UUID:
    try:
        document = file_document(
            session,
            deal_id,
            kind=DocumentKind.RECEIPT,
            name=upload.name,
            media_type=upload.media_type,
            content=upload.content,
            person_id=caller.person_id,
            at=at,
        )
    except ValueNotAllowed as refusal:
        refusal.field = "document"  # as claims call it
        raise
    return document.id


def _note(session: Session, claim: ExpenseClaim, *, words: str, person_id: UUID, at: datetime) -> None:
    told = f"{claim.amount_krw:,} · {words}"
    record_activity(
        session, claim.deal_id, ActivityKind.SETTLEMENT, person_id=person_id, words=told, subject_id=claim.id, at=at
    )
