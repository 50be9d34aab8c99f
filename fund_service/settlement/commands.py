"""Claims made by a research team: settled at once where small, put to review where not."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.deals.steps import lock_deal
from fund_service.settlement.queries import threshold
from fund_service.settlement.receipts import Upload, file_receipt, keep_claim
from fund_service.settlement.rules import Period, check_category, check_day, check_document, needs_review
from fund_service.settlement.schemas import ClaimIn
from fund_service.settlement.standings import carried_out_by, deal_settlements
from fund_service.settlement.steps import settle_claim, tell
from models.clock import business_date
from models.deal import Deal
from models.errors import MoneyNotThere, RecordNotFound, StepNotAllowed
from models.instruction import Commitment, Tranche, TrancheState
from models.project import RndProject
from models.settlement import ClaimState, ExpenseClaim


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
    RecordConflicts
        When the document supports another claim already.
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
        recorded_at=at,
    )
    document = None if upload is None else file_receipt(session, deal.id, upload, caller=caller, at=at)
    keep_claim(session, claim, document, caller=caller)
    if needs_review(data.amount_krw, beside_krw=beside, threshold_krw=limit):
        _review_siblings(session, claim, caller=caller, at=at)
    else:
        claim.state = ClaimState.SETTLED
        settle_claim(session, claim, made_by_id=caller.person_id, at=at)
    tell(session, claim, words=claim.words, person_id=caller.person_id, at=at)
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
        tell(session, sibling, words=sibling.words, person_id=caller.person_id, at=at)
    session.flush()
