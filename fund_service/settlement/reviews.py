"""Reviews of claims: accepted on a document or refused with a reason, by somebody else without an interest."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.committee.interests import interest_in
from fund_service.ledger.settling import reverse_settlement
from fund_service.settlement.queries import WAITING
from fund_service.settlement.schemas import ReviewIn
from fund_service.settlement.steps import lock_claim, settle_claim, tell
from models.clock import business_date
from models.deal import Deal
from models.errors import FourEyesNeeded, GateClosed, StepNotAllowed
from models.person import Person
from models.settlement import ClaimState, ExpenseClaim


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
    claim, deal = lock_claim(session, claim_id)
    if claim.state not in WAITING:
        raise StepNotAllowed("This claim does not wait for a review.")
    _check_reviewer(session, claim, deal, caller=caller, at=at)
    if data.outcome is ClaimState.ACCEPTED and claim.document_id is None:
        raise GateClosed("Ask the team for the document first: a claim is accepted with its document on file.")
    if data.outcome is ClaimState.ACCEPTED and claim.instruction_id is None:
        settle_claim(session, claim, made_by_id=caller.person_id, at=at)
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
    tell(session, claim, words=data.words or claim.words, person_id=caller.person_id, at=at)
    return claim


def _check_reviewer(session: Session, claim: ExpenseClaim, deal: Deal, *, caller: Caller, at: datetime) -> None:
    accounts = select(Person.human_id).where(col(Person.id).in_([claim.claimed_by_id, caller.person_id]))
    if len(set(session.exec(accounts).all())) == 1:
        raise FourEyesNeeded("Nobody reviews a claim that they made.")
    if interest_in(session, person_id=caller.person_id, deal=deal, on=business_date(at)) is not None:
        raise FourEyesNeeded("You have an interest in this deal; somebody else reviews its claims.")
