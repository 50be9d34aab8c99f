"""Flags: what somebody decided on a deal before the interest that they had in it was declared."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.committee.interests import Interest
from fund_service.deals.timeline import record_activity
from fund_service.sentences import sentence
from models.clock import SEOUL, utc_now
from models.committee import AgendaItem, CommitteeVote, DecisionFlag
from models.deal import Deal
from models.diligence import DealReview
from models.instruction import Instruction, InstructionCheck
from models.organisation import Organisation
from models.person import Person
from models.project import ConsortiumMember
from models.timeline import ActivityKind

Flagged = tuple[DecisionFlag, UUID]
"""A flag and the deal that the decision was on."""


def flag_past_decisions(session: Session, interest: Interest, accounts: Iterable[Person], *, at: datetime) -> int:
    """Flag what a human being decided on deals an interest reaches, from its first day until it was declared.

    Votes and decisions in the committee, checks of instructions and reviews each get a row, and the deals' timelines
    are told. Gives how many.
    """
    row = interest.row
    since = datetime.combine(row.known_on, time(), SEOUL)
    # Not until ``at``: a vote whose request came after this one's may have been cast while this one waited for it.
    until = utc_now()
    if row.ends_on is not None:
        until = min(until, datetime.combine(row.ends_on + timedelta(days=1), time(), SEOUL))
    flags = [
        *_of_items(session, interest, accounts, since, until),
        *_of_checks(session, interest, accounts, since, until),
        *_of_reviews(session, interest, accounts, since, until),
    ]
    session.add_all(flag for flag, _ in flags)
    session.flush()
    for flag, deal_id in flags:
        words = sentence("An interest was declared after a decision; the decision has to be looked at.")
        record_activity(
            session, deal_id, ActivityKind.COMMITTEE, person_id=row.person_id, words=words, subject_id=flag.id, at=at
        )
    return len(flags)


def _of_items(
    session: Session, interest: Interest, accounts: Iterable[Person], since: datetime, until: datetime
) -> list[Flagged]:
    """Flag items that the human being voted on or closed."""
    voted = select(CommitteeVote.item_id).where(
        col(CommitteeVote.human_id).in_({account.human_id for account in accounts}),
        _between(CommitteeVote.cast_at, since, until),
    )
    closed = sa.and_(
        col(AgendaItem.decided_by_id).in_({account.id for account in accounts}),
        _between(AgendaItem.decided_at, since, until),
    )
    items = session.exec(
        select(AgendaItem.id, AgendaItem.deal_id)
        .where(sa.or_(col(AgendaItem.id).in_(voted), closed), col(AgendaItem.deal_id).in_(deals_reached(interest)))
        .order_by(col(AgendaItem.id))
    ).all()
    return [(DecisionFlag(interest_id=interest.row.id, item_id=item_id), deal_id) for item_id, deal_id in items]


def _of_checks(
    session: Session, interest: Interest, accounts: Iterable[Person], since: datetime, until: datetime
) -> list[Flagged]:
    """Flag instructions that the human being checked."""
    rows = session.exec(
        select(Instruction.id, Instruction.deal_id)
        .join(InstructionCheck, col(InstructionCheck.instruction_id) == col(Instruction.id))
        .where(
            col(InstructionCheck.human_id).in_({account.human_id for account in accounts}),
            _between(InstructionCheck.checked_at, since, until),
            col(Instruction.deal_id).in_(deals_reached(interest)),
        )
        .order_by(col(Instruction.id))
    ).all()
    return [
        (DecisionFlag(interest_id=interest.row.id, instruction_id=instruction_id), deal_id)
        for instruction_id, deal_id in rows
        if deal_id is not None
    ]


def _of_reviews(
    session: Session, interest: Interest, accounts: Iterable[Person], since: datetime, until: datetime
) -> list[Flagged]:
    """Flag reviews that the human being gave."""
    rows = session.exec(
        select(DealReview.id, DealReview.deal_id)
        .where(
            col(DealReview.person_id).in_({account.id for account in accounts}),
            _between(DealReview.recorded_at, since, until),
            col(DealReview.deal_id).in_(deals_reached(interest)),
        )
        .order_by(col(DealReview.id))
    ).all()
    return [(DecisionFlag(interest_id=interest.row.id, review_id=review_id), deal_id) for review_id, deal_id in rows]


def deals_reached(interest: Interest) -> Any:  # noqa: ANN401 - a subquery of ids, which SQLAlchemy gives many types
    """Select the ids of the deals of which a party is within reach of an interest."""
    reached = sa.or_(
        col(Organisation.id) == interest.row.organisation_id,
        col(Organisation.ownership_group_id) == interest.group_id,
    )
    companies = select(Organisation.id).where(reached)
    projects = select(ConsortiumMember.project_id).where(col(ConsortiumMember.organisation_id).in_(companies))
    return select(Deal.id).where(sa.or_(col(Deal.company_id).in_(companies), col(Deal.project_id).in_(projects)))


def _between(column: Any, since: datetime, until: datetime) -> sa.ColumnElement[bool]:  # noqa: ANN401 - an attribute of any table
    return sa.and_(col(column) >= since, col(column) <= until)
