"""What a vote or decision holds while it is taken, and how a refusal leaves a trace.

Rows are always locked in the order person, deal, meeting, item. A vote takes all but the item shared, so that votes on
one item follow one another, and a vote that comes while the item is being closed finds it decided. A declaration of the
voter's own waits for the vote, and then flags it.
"""

import logging
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from fund_service.committee.proceedings import Proceeding, read_proceedings
from fund_service.committee.recusals import Seat
from models.committee import AgendaItem, CommitteeMeeting
from models.errors import FourEyesNeeded, FundError, RecordChanged

logger = logging.getLogger("fund_service.committee")


def hold_item(session: Session, item_id: UUID, *, at: datetime) -> Proceeding:
    """Lock the meeting against being closed and the item against other votes, and read what there is to know."""
    query = select(AgendaItem).where(AgendaItem.id == item_id)
    meeting_id = session.exec(select(AgendaItem.meeting_id).where(AgendaItem.id == item_id)).one()
    meeting = select(CommitteeMeeting).where(CommitteeMeeting.id == meeting_id).with_for_update(read=True)
    session.exec(meeting.execution_options(populate_existing=True)).one()
    item = session.exec(query.with_for_update().execution_options(populate_existing=True)).one()
    [proceeding] = read_proceedings(session, [item], at=at)
    return proceeding


def check_terms(item: AgendaItem, digest: str) -> None:
    """Refuse a vote or decision on other terms than those on the agenda."""
    if item.terms_digest != digest:
        raise RecordChanged("The terms on the agenda are not those you read; load the page again and read them.")


def refuse(refusal: FundError | None, seat: Seat, item_id: UUID) -> None:
    """Raise a refusal, if any, and leave a trace of who tried in their own interest: the refusal undoes all else."""
    if refusal is None:
        return
    if isinstance(refusal, FourEyesNeeded):
        logger.warning("refused on item %s for person %s: %s", item_id, seat.person_id, refusal.template)
    raise refusal
