"""Votes: each binds the terms that were read, none is of one who is recused, and none is shown before all are in."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from fund_service.accounts.callers import Caller
from fund_service.committee.bodies import VoteIn
from fund_service.committee.form_queries import find_item
from fund_service.committee.holding import check_terms, hold_item, refuse
from fund_service.committee.proceedings import manages, read_proceedings, seat_of
from fund_service.deals.steps import lock_any_deal
from models.committee import AgendaItem, CommitteeVote
from models.deal import Deal
from models.errors import StepNotAllowed


def cast_vote(session: Session, item_id: UUID, data: VoteIn, *, caller: Caller, at: datetime) -> CommitteeVote:
    """Cast the caller's vote on an item, once for the human being behind the account; the last one closes the vote.

    Raises
    ------
    RecordNotFound
        When there is no such item.
    StepNotAllowed
        When no vote is taken on it any more, or the deal was edited since it was listed.
    FourEyesNeeded
        When the caller was not called, or is recused.
    RecordConflicts
        When they have voted.
    RecordChanged
        When the terms read are not those on the agenda.
    """
    deal_id = find_item(session, item_id).deal_id
    seat = seat_of(session, caller, deciding=True)
    shared = select(Deal).where(Deal.id == deal_id).with_for_update(read=True)
    session.exec(shared.execution_options(populate_existing=True)).one()
    proceeding = hold_item(session, item_id, at=at)
    refusal = proceeding.refusal_to_vote(seat)
    refuse(refusal, seat, item_id)
    check_terms(proceeding.item, data.terms_digest)
    vote = CommitteeVote(
        item_id=item_id,
        human_id=seat.human_id,
        person_id=caller.person_id,
        choice=data.choice,
        terms_digest=data.terms_digest,
        words=data.words or "",
        cast_at=at,
    )
    session.add(vote)
    session.flush()
    _close_after_the_last(session, item_id, vote, at=at)
    return vote


def _close_after_the_last(session: Session, item_id: UUID, vote: CommitteeVote, *, at: datetime) -> None:
    """Close the vote when everybody who may vote has: from then on it may be seen, so nobody votes any more."""
    item = session.get_one(AgendaItem, item_id)
    [proceeding] = read_proceedings(session, [item], at=at)
    if proceeding.all_voted:
        item.vote_closed_at, item.vote_closed_by_id = at, vote.person_id
        session.add(item)
        session.flush()


def close_vote(session: Session, item_id: UUID, *, caller: Caller, at: datetime) -> AgendaItem:
    """Close the vote on an item before all have voted; how they voted is shown from now on, and nobody votes any more.

    Raises
    ------
    RecordNotFound
        When there is no such item.
    StepNotAllowed
        When the meeting is not open, or the item is decided or its vote closed.
    FourEyesNeeded
        When the caller may not close it.
    """
    deal_id = find_item(session, item_id).deal_id
    seat = seat_of(session, caller, deciding=True)
    lock_any_deal(session, deal_id)
    proceeding = hold_item(session, item_id, at=at)
    refuse(proceeding.refusal_to_decide(seat, manager=manages(caller), at=at), seat, item_id)
    item = proceeding.item
    if item.vote_closed_at is not None:
        raise StepNotAllowed("The vote on this item is closed.")
    item.vote_closed_at, item.vote_closed_by_id = at, caller.person_id
    session.add(item)
    session.flush()
    return item
