"""Declarations: an interest recuses from now on, and flags what its bearer decided since it began to exist."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service import jobs
from fund_service.accounts.callers import Caller
from fund_service.committee.bodies import InterestEndIn, InterestIn, ResolutionIn
from fund_service.committee.flagging import flag_past_decisions
from fund_service.committee.interests import interest_in, reaching
from fund_service.committee.proceedings import seat_of
from fund_service.deals.timeline import record_activity
from fund_service.sentences import sentence
from models.clock import business_date
from models.committee import AgendaItem, DecisionFlag, DeclaredInterest
from models.deal import Deal
from models.diligence import DealReview
from models.errors import FourEyesNeeded, RecordNotFound, StepNotAllowed, ValueNotAllowed
from models.instruction import Instruction
from models.organisation import Organisation, OwnershipGroup
from models.person import Person
from models.timeline import ActivityKind


def declare_interest(session: Session, data: InterestIn, *, caller: Caller, at: datetime) -> DeclaredInterest:
    """Declare an interest of the caller and flag what they decided since it began, in the same transaction.

    Raises
    ------
    ValueNotAllowed
        When it begins in the future, or names what is not recorded.
    """
    if data.known_on > business_date(at):
        raise ValueNotAllowed("An interest cannot begin after today.", field="known_on")
    organisation = _named(session, Organisation, data.organisation_id, field="organisation_id")
    group = _named(session, OwnershipGroup, data.ownership_group_id, field="ownership_group_id")
    accounts = _hold_accounts(session, caller.person_id)
    declared = DeclaredInterest(person_id=caller.person_id, recorded_at=at, **data.model_dump())
    session.add(declared)
    session.flush()
    flag_past_decisions(session, reaching(declared, organisation, group), accounts, at=at)
    jobs.queue_changes(session)
    return declared


def end_interest(
    session: Session, interest_id: UUID, data: InterestEndIn, *, caller: Caller, at: datetime
) -> DeclaredInterest:
    """Set the last day of an interest of the caller's own.

    Raises
    ------
    RecordNotFound
        When there is no such interest of theirs.
    StepNotAllowed
        When it has ended.
    ValueNotAllowed
        When the day lies in the past.
    """
    query = select(DeclaredInterest).where(DeclaredInterest.id == interest_id).with_for_update()
    interest = session.exec(query.execution_options(populate_existing=True)).first()
    if interest is None or interest.person_id != caller.person_id:
        raise RecordNotFound("There is no such interest of yours.")
    today = business_date(at)
    if interest.ends_on is not None and interest.ends_on < today:
        raise StepNotAllowed("This interest has ended.")
    if data.ends_on < today:
        raise ValueNotAllowed("An interest ends today at the earliest.", field="ends_on")
    interest.ends_on = data.ends_on
    session.add(interest)
    session.flush()
    jobs.queue_changes(session)
    return interest


def resolve_flag(session: Session, flag_id: UUID, data: ResolutionIn, *, caller: Caller, at: datetime) -> DecisionFlag:
    """Say what was found on a flagged decision; by somebody else, without an interest in the deal.

    Raises
    ------
    RecordNotFound
        When there is no such flag.
    StepNotAllowed
        When it is resolved.
    FourEyesNeeded
        When it is the caller's own decision, or they have an interest in the deal.
    """
    query = select(DecisionFlag).where(DecisionFlag.id == flag_id).with_for_update()
    flag = session.exec(query.execution_options(populate_existing=True)).first()
    if flag is None:
        raise RecordNotFound("There is no such flag.")
    if flag.resolved_at is not None:
        raise StepNotAllowed("This flag is resolved.")
    deal = _deal_of(session, flag)
    interest = session.get_one(DeclaredInterest, flag.interest_id)
    bearer = session.get_one(Person, interest.person_id)
    own = seat_of(session, caller).human_id == bearer.human_id
    if own or interest_in(session, person_id=caller.person_id, deal=deal, on=business_date(at)) is not None:
        raise FourEyesNeeded("A flag is resolved by somebody else, who has no interest in the deal.")
    flag.resolved_at, flag.resolved_by_id, flag.resolution = at, caller.person_id, data.resolution
    session.add(flag)
    session.flush()
    record_activity(
        session,
        deal.id,
        ActivityKind.COMMITTEE,
        person_id=caller.person_id,
        words=sentence("A flagged decision was looked at: {words}", words=data.resolution),
        subject_id=flag.id,
        at=at,
    )
    return flag


def _deal_of(session: Session, flag: DecisionFlag) -> Deal:
    """Find the deal of a flagged decision."""
    deal_id: UUID | None = None
    if flag.item_id is not None:
        deal_id = session.get_one(AgendaItem, flag.item_id).deal_id
    elif flag.instruction_id is not None:
        deal_id = session.get_one(Instruction, flag.instruction_id).deal_id
    elif flag.review_id is not None:
        deal_id = session.get_one(DealReview, flag.review_id).deal_id
    return session.get_one(Deal, deal_id)


def _hold_accounts(session: Session, person_id: UUID) -> list[Person]:
    """Lock every account of a human being, so that whatever they are deciding is there to be flagged, or waits."""
    human_id = select(Person.human_id).where(Person.id == person_id).scalar_subquery()
    query = select(Person).where(col(Person.human_id) == human_id).order_by(col(Person.id)).with_for_update()
    return list(session.exec(query))


R = TypeVar("R", Organisation, OwnershipGroup)


def _named(session: Session, table: type[R], record_id: UUID | None, *, field: str) -> R | None:
    if record_id is None:
        return None
    found = session.get(table, record_id)
    if found is None:
        raise ValueNotAllowed("There is no {code} in this list.", field=field, code=record_id)
    return found
