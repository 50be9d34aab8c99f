"""Writes of reviews, the spillover assessment and notes; each told on the deal's timeline in the same transaction."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, delete, select

from fund_service.accounts.callers import Caller
from fund_service.deals.steps import lock_deal
from fund_service.deals.timeline import record_activity
from fund_service.diligence.lists import review_edition
from fund_service.diligence.queries import UNDECIDED_STAGES, interest_of, own_review, spillover_row
from fund_service.diligence.schemas import NoteIn, ReviewIn, SpilloverIn
from fund_service.editions import check_edition, edition_of
from models.deal import Deal
from models.diligence import Criterion, DealReview, ReviewScore, SpilloverAssessment
from models.errors import FourEyesNeeded, StepNotAllowed, ValueNotAllowed
from models.plan import Region
from models.timeline import ActivityKind, DealNote


def give_review(
    session: Session, deal_id: UUID, data: ReviewIn, *, caller: Caller, edition: str | None, at: datetime
) -> DealReview:
    """Give the caller's review of a deal; it replaces an earlier one of the same human being, under any account.

    The deal's lead may give one too: it is shown, but counts neither as a review nor in the spread, because nobody is
    independent of the deal they answer for.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    StepNotAllowed
        When the committee has decided, or the deal has ended: what it decided on is not rewritten.
    FourEyesNeeded
        When the caller has an interest in the deal.
    RecordChanged
        When there is an earlier review and ``edition`` is not its present one.
    """
    deal = _undecided_deal(session, deal_id)
    bound = interest_of(session, deal_id, caller=caller, at=at)
    if bound is not None:
        raise FourEyesNeeded(
            "You have an interest in this deal ({interest}), so you may not review it.", interest=bound
        )
    review = own_review(session, deal_id, caller.person_id)
    check_edition(edition, None if review is None else review_edition(review, _scores(session, review)))
    if review is None:
        review = DealReview(deal_id=deal.id, person_id=caller.person_id, words=data.words, recorded_at=at)
    review.person_id, review.words, review.recorded_at = caller.person_id, data.words, at
    session.add(review)
    session.flush()
    session.exec(delete(ReviewScore).where(col(ReviewScore.review_id) == review.id))
    session.add_all(
        ReviewScore(review_id=review.id, criterion=criterion, score=score) for criterion, score in data.scores().items()
    )
    session.flush()
    record_activity(
        session, deal_id, ActivityKind.REVIEW, person_id=caller.person_id, subject_id=review.id, words=data.words, at=at
    )
    return review


def _scores(session: Session, review: DealReview) -> dict[Criterion, int]:
    given = session.exec(select(ReviewScore).where(ReviewScore.review_id == review.id)).all()
    return {score.criterion: score.score for score in given}


def _undecided_deal(session: Session, deal_id: UUID) -> Deal:
    """Lock a deal that the committee has not decided on."""
    deal = lock_deal(session, deal_id)
    if deal.stage not in UNDECIDED_STAGES:
        raise StepNotAllowed(
            "This deal has been decided on or has ended; its reviews and assessment stand as they are."
        )
    return deal


def assess_spillover(
    session: Session, deal_id: UUID, data: SpilloverIn, *, caller: Caller, edition: str | None, at: datetime
) -> SpilloverAssessment:
    """Record what a deal is expected to do for a region; it replaces an earlier assessment.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    StepNotAllowed
        When the committee has decided, or the deal has ended.
    RecordChanged
        When there is an earlier assessment and ``edition`` is not its present one.
    ValueNotAllowed
        When the region is unknown.
    """
    _undecided_deal(session, deal_id)
    if session.get(Region, data.region_code) is None:
        raise ValueNotAllowed("There is no {code} in this list.", field="region_code", code=data.region_code)
    assessed = spillover_row(session, deal_id)
    check_edition(edition, None if assessed is None else edition_of(assessed))
    if assessed is None:
        assessed = SpilloverAssessment(deal_id=deal_id, person_id=caller.person_id, **data.model_dump())
    for name, value in data.model_dump().items():
        setattr(assessed, name, value)
    assessed.person_id, assessed.recorded_at = caller.person_id, at
    session.add(assessed)
    session.flush()
    record_activity(
        session,
        deal_id,
        ActivityKind.EDITED,
        person_id=caller.person_id,
        subject_id=assessed.id,
        words=data.method,
        at=at,
    )
    return assessed


def add_note(session: Session, deal_id: UUID, data: NoteIn, *, caller: Caller, at: datetime) -> DealNote:
    """Write a note on a deal.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    """
    lock_deal(session, deal_id)
    note = DealNote(deal_id=deal_id, person_id=caller.person_id, text=data.text, recorded_at=at)
    session.add(note)
    session.flush()
    record_activity(
        session, deal_id, ActivityKind.NOTE, person_id=caller.person_id, subject_id=note.id, words=data.text, at=at
    )
    return note
