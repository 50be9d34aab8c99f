"""Steps of claims: the claim locked behind its deal, settled on the ledger, told on the deal's timeline."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.deals.steps import lock_deal
from fund_service.deals.timeline import record_activity
from fund_service.ledger.settling import post_settlement
from fund_service.sentences import Krw, sentence
from fund_service.settlement.standings import carried_out_by
from models.clock import business_date
from models.deal import Deal
from models.errors import RecordNotFound
from models.instruction import Commitment, Tranche
from models.settlement import ExpenseClaim
from models.timeline import ActivityKind


def lock_claim(session: Session, claim_id: UUID, *, own_of: Caller | None = None) -> tuple[ExpenseClaim, Deal]:
    """Find a claim, among those of a team where one is named, and hold its deal until the transaction ends.

    Raises
    ------
    RecordNotFound
        When there is no such claim.
    """
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


def settle_claim(session: Session, claim: ExpenseClaim, *, made_by_id: UUID, at: datetime) -> None:
    """Post a claim on the ledger, in the book of the vehicle that paid its tranche.

    Raises
    ------
    MoneyNotThere
        When more would be settled than the deal was paid and has not settled.
    """
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


def tell(session: Session, claim: ExpenseClaim, *, words: str, person_id: UUID, at: datetime) -> None:
    """Note what happens to a claim on its deal's timeline."""
    told = sentence("{amount}: {words}", amount=Krw(claim.amount_krw), words=words)
    record_activity(
        session, claim.deal_id, ActivityKind.SETTLEMENT, person_id=person_id, words=told, subject_id=claim.id, at=at
    )
