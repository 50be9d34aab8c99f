"""Reads of notices: a person's list, and how they are told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.notices.kinds import NOTICE_KINDS
from fund_service.notices.schemas import ChoiceView, NoticeSettings, NoticesPage, NoticeView
from fund_service.notices.showing import drop_unseen, say
from fund_service.operations import OPERATIONS
from fund_service.paging import Cursor, cut_page
from models.errors import RecordNotFound
from models.notice import Notice, NoticeAddress, NoticeChoice, NoticeKind, NoticeWay


def list_notices(
    session: Session, *, caller: Caller, kind: NoticeKind | None, after: Cursor | None, limit: int, at: datetime
) -> NoticesPage:
    """List the caller's notices, unread ones first, else the newest first; what they may no longer see is dropped."""
    query = select(Notice).where(standing(caller))
    if kind is not None:
        query = query.where(Notice.kind == kind)
    if after is not None:
        query = query.where(_after(session, after, caller))
    order = (col(Notice.read_at).is_not(None), col(Notice.id).desc())
    found = session.exec(query.order_by(*order).limit(limit + 1)).all()
    notices, next_cursor = cut_page(found, limit, key=lambda notice: notice.id)
    shown = drop_unseen(session, caller, notices, at=at)
    gone = len(notices) - len(shown)
    unread_gone = len([notice for notice in notices if notice.read_at is None and notice not in shown])
    return NoticesPage(
        items=[notice_view(notice) for notice in shown],
        next_cursor=next_cursor,
        kind=kind,
        unread=max(0, caller.unread - unread_gone),
        dropped=gone,
    )


def _after(session: Session, cursor: Cursor, caller: Caller) -> ColumnElement[bool]:
    """Go on after a notice: older ones that are unread like it, then those that are read."""
    last = session.get(Notice, cursor.after)
    if last is None or last.person_id != caller.person_id:
        return false()
    unread, older = col(Notice.read_at).is_(None), col(Notice.id) < last.id
    return or_(and_(unread, older), ~unread) if last.read_at is None else and_(~unread, older)


def standing(caller: Caller) -> ColumnElement[bool]:
    """Say which notices are the caller's, and neither dropped nor of a kind they did not want to be told of."""
    return and_(
        col(Notice.person_id) == caller.person_id, col(Notice.dropped_at).is_(None), col(Notice.way) != NoticeWay.OFF
    )


def find_notice(session: Session, notice_id: UUID, *, caller: Caller, at: datetime) -> Notice:
    """Find a notice of the caller's that they may still see.

    Raises
    ------
    RecordNotFound
        When there is none.
    """
    found = session.exec(select(Notice).where(Notice.id == notice_id, standing(caller))).first()
    if found is None or not drop_unseen(session, caller, [found], at=at):
        raise RecordNotFound("There is no such notice, or you may no longer see what it was about.")
    return found


def notice_view(notice: Notice) -> NoticeView:
    """Show a notice in the language at hand."""
    said = say(notice)
    return NoticeView(
        id=notice.id,
        kind=notice.kind,
        title=said.title,
        sentence=said.sentence,
        path=said.path,
        told_at=notice.recorded_at,
        read_at=notice.read_at,
    )


def notice_settings(session: Session, *, caller: Caller, mail_offered: bool, at: datetime) -> NoticeSettings:
    """Show how the caller is told of each kind that can concern them."""
    choices = session.exec(select(NoticeChoice).where(NoticeChoice.person_id == caller.person_id))
    chosen = {choice.kind: choice.way for choice in choices}
    address = session.get(NoticeAddress, caller.person_id)
    ours = address is not None and address.email == caller.email
    return NoticeSettings(
        choices=[ChoiceView(kind=kind, way=chosen.get(kind, NoticeWay.IN_APP)) for kind in kinds_of(caller)],
        email=caller.email,
        email_proved=address is not None and ours and address.verified_at is not None,
        code_sent=address is not None and ours and address.code_until is not None and address.code_until > at,
        mail_offered=mail_offered,
    )


def kinds_of(caller: Caller) -> list[NoticeKind]:
    """Give the kinds that can concern the caller, by their roles."""
    return [kind for kind in NoticeKind if caller.roles & OPERATIONS[NOTICE_KINDS[kind].operation]]
