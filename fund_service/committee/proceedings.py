"""Proceedings: an agenda item with all that says who may vote on it or close it, read in a fixed number of statements.

Pages and commands ask the same questions here, so that a page offers what the command would do and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import orm
from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.accounts.administration import refuse_unconfirmed
from fund_service.accounts.callers import Caller
from fund_service.committee.counting import Tally
from fund_service.committee.interests import Parties, interests_of, parties_of
from fund_service.committee.recusals import Recusal, Seat, recusal_of, recused_on
from fund_service.deals.leads import leads_of
from models.committee import (
    AgendaItem,
    CommitteeMeeting,
    CommitteeVote,
    ItemState,
    MeetingMember,
    MeetingState,
    VoteChoice,
)
from models.deal import Deal, DealStage
from models.errors import FourEyesNeeded, FundError, RecordConflicts, StepNotAllowed
from models.organisation import Organisation
from models.person import Person, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Proceeding:
    """An agenda item with its meeting, deal, members, votes and recusals."""

    item: AgendaItem
    meeting: CommitteeMeeting
    deal: Deal
    company: Organisation
    lead: Person
    led: Mapping[UUID, datetime]
    """The human beings who lead the deal or led it, and since when."""
    seats: Sequence[Seat]
    votes: Sequence[CommitteeVote]
    parties: Parties
    recused: Mapping[UUID, Recusal]
    """Recused members by account: as things stand, or as they stood when the item was decided."""

    @property
    def pending(self) -> bool:
        """Say whether it is yet to be decided."""
        return self.item.state is ItemState.PENDING

    @property
    def outdated(self) -> bool:
        """Say whether the deal was edited, or left the committee, since it was listed."""
        listed = self.deal.terms_digest() == self.item.terms_digest and self.deal.stage is DealStage.COMMITTEE
        return self.pending and (not listed or self.deal.merged_into_id is not None)

    @property
    def vote_over(self) -> bool:
        """Say whether no vote is taken any more, so that the votes may be seen."""
        return not self.pending or self.item.vote_closed_at is not None

    @property
    def all_voted(self) -> bool:
        """Say whether everybody who may vote has voted."""
        voted = {vote.human_id for vote in self.votes}
        return all(seat.human_id in voted for seat in self.seats if seat.person_id not in self.recused)

    @property
    def outcome(self) -> ItemState | None:
        """Say what the votes decide, once they are closed; nothing: only that the item is put off."""
        tally = self.tally()
        if not self.vote_over or self.outdated or not tally.has_quorum(self.meeting.quorum_bp):
            return None
        return ItemState.APPROVED if tally.carries(self.meeting.approval_bp) else ItemState.REJECTED

    def vote_of(self, human_id: UUID) -> CommitteeVote | None:
        """Find the vote of a human being, under whatever account."""
        return next((vote for vote in self.votes if vote.human_id == human_id), None)

    def tally(self) -> Tally:
        """Count the votes of the members not recused."""
        eligible = {seat.human_id for seat in self.seats if seat.person_id not in self.recused}
        counted = [vote.choice for vote in self.votes if vote.human_id in eligible]
        return Tally(
            eligible=len(eligible),
            votes_for=counted.count(VoteChoice.FOR),
            votes_against=counted.count(VoteChoice.AGAINST),
            abstentions=counted.count(VoteChoice.ABSTAIN),
        )

    def recusal_now(self, seat: Seat, *, at: datetime) -> Recusal | None:
        """Say whether and why somebody, called or not, is recused from the deal at this moment."""
        return recusal_of(seat, led=self.led, parties=self.parties, at=at)

    def refusal_to_vote(self, seat: Seat) -> FundError | None:
        """Say why somebody may not vote on it now; nothing: they may."""
        if self.meeting.state is not MeetingState.OPEN or self.vote_over:
            return StepNotAllowed("Votes are taken while the meeting is open, until the vote on the item is closed.")
        if seat.person_id not in {called.person_id for called in self.seats}:
            return FourEyesNeeded("You were not called to this meeting.")
        if seat.person_id in self.recused:
            reason = locales.label(self.recused[seat.person_id].reason)
            return FourEyesNeeded("You are recused from this item: {reason}.", reason=reason)
        if self.vote_of(seat.human_id) is not None:
            return RecordConflicts("You have voted on this item; a vote is not changed.")
        if self.outdated:
            return StepNotAllowed("The deal was edited since it was listed; it has to be put on the agenda anew.")
        return None

    def refusal_to_decide(self, seat: Seat, *, manager: bool, at: datetime) -> FundError | None:
        """Say why somebody may not close it now; nothing: they may.

        The chair closes items, or a fund manager in the chair's place: a chair may be recused. Neither does on a deal
        that they lead or have an interest in.
        """
        if self.meeting.state is not MeetingState.OPEN:
            return StepNotAllowed("Items are decided only while the meeting is open.")
        if not self.pending:
            return StepNotAllowed("This item is decided already.")
        if not manager and seat.person_id != self.meeting.chair_id:
            return FourEyesNeeded("Items are closed by the chair, or by a fund manager.")
        recusal = self.recusal_now(seat, at=at)
        if recusal is not None:
            return FourEyesNeeded("You are recused from this item: {reason}.", reason=locales.label(recusal.reason))
        return None


def read_proceedings(session: Session, items: Sequence[AgendaItem], *, at: datetime) -> list[Proceeding]:
    """Read all there is to know of items, in the order given, in seven statements."""
    deals = _deals_of(session, items)
    led = leads_of(session, deals)
    meeting_ids = {item.meeting_id for item in items}
    meetings = {
        meeting.id: meeting
        for meeting in session.exec(select(CommitteeMeeting).where(col(CommitteeMeeting.id).in_(meeting_ids)))
    }
    seats = seats_of(session, meeting_ids)
    parties = parties_of(session, [deal for deal, _, _ in deals.values()])
    votes = session.exec(
        select(CommitteeVote)
        .where(col(CommitteeVote.item_id).in_({item.id for item in items}))
        .order_by(col(CommitteeVote.cast_at))
    ).all()
    found = []
    for item in items:
        deal, company, lead = deals[item.deal_id]
        called = seats[item.meeting_id]
        found.append(
            Proceeding(
                item=item,
                meeting=meetings[item.meeting_id],
                deal=deal,
                company=company,
                lead=lead,
                led=led[deal.id],
                seats=called,
                votes=[vote for vote in votes if vote.item_id == item.id],
                parties=parties[deal.id],
                recused=recused_on(item, called, led=led[deal.id], parties=parties[deal.id], now=at),
            )
        )
    return found


def _deals_of(session: Session, items: Sequence[AgendaItem]) -> dict[UUID, tuple[Deal, Organisation, Person]]:
    lead = orm.aliased(Person)
    rows = session.exec(
        select(Deal, Organisation, lead)
        .join(Organisation, col(Organisation.id) == col(Deal.company_id))
        .join(lead, col(lead.id) == col(Deal.lead_id))
        .where(col(Deal.id).in_({item.deal_id for item in items}))
    ).all()
    return {deal.id: (deal, company, person) for deal, company, person in rows}


def seats_of(session: Session, meeting_ids: set[UUID]) -> dict[UUID, list[Seat]]:
    """List who was called to each meeting, by name, with what binds them, in three statements."""
    rows = session.exec(
        select(MeetingMember.meeting_id, Person)
        .join(Person, col(Person.id) == col(MeetingMember.person_id))
        .where(col(MeetingMember.meeting_id).in_(meeting_ids))
        .order_by(col(Person.name), col(Person.id))
    ).all()
    interests = interests_of(session, {person.id for _, person in rows})
    seats: dict[UUID, list[Seat]] = {meeting_id: [] for meeting_id in meeting_ids}
    for meeting_id, person in rows:
        seats[meeting_id].append(Seat(person.id, person.human_id, person.name, interests[person.id]))
    return seats


def seat_of(session: Session, caller: Caller, *, deciding: bool = False) -> Seat:
    """Tell the human being behind the caller and what binds them, in three statements, called anywhere or not."""
    interests = interests_of(session, [caller.person_id], deciding=deciding)
    person = session.exec(select(Person).where(Person.id == caller.person_id)).one()
    if deciding:
        refuse_unconfirmed(person)
    return Seat(caller.person_id, person.human_id, caller.name, interests[caller.person_id])


def manages(caller: Caller) -> bool:
    """Say whether the caller manages the fund, and so may stand in for a chair."""
    return caller.has(Role.FUND_MANAGER)
