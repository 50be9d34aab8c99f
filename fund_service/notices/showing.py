"""Showing: which notices their receiver may see at this moment, and how they are said; the others are dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.notices.kinds import NOTICE_KINDS, path_of
from fund_service.operations import OPERATIONS
from models.notice import Notice, NoticeKind


@dataclass(frozen=True, slots=True)
class Said:
    """A notice in words of the language at hand."""

    notice: Notice
    title: str
    sentence: str
    path: str


def visible(session: Session, caller: Caller, notices: Sequence[Notice], *, at: datetime) -> list[Notice]:
    """Give the notices that their receiver may see now, in the order given; each kind is asked about once."""
    by_kind: dict[NoticeKind, set[UUID]] = {}
    for notice in notices:
        by_kind.setdefault(notice.kind, set()).add(notice.subject_id)
    seen = {
        kind: NOTICE_KINDS[kind].seen(session, caller, subjects, at)
        for kind, subjects in by_kind.items()
        if caller.roles & OPERATIONS[NOTICE_KINDS[kind].operation]
    }
    return [notice for notice in notices if notice.subject_id in seen.get(notice.kind, ())]


def drop_unseen(session: Session, caller: Caller, notices: Sequence[Notice], *, at: datetime) -> list[Notice]:
    """Give the notices that may be shown, and drop the others for good."""
    shown = visible(session, caller, notices, at=at)
    gone = {notice.id for notice in notices} - {notice.id for notice in shown}
    if gone:
        session.connection().execute(
            sa.update(Notice).where(col(Notice.id).in_(gone), col(Notice.dropped_at).is_(None)).values(dropped_at=at)
        )
    return shown


def say(notice: Notice) -> Said:
    """Say a notice in the language at hand."""
    kind = NOTICE_KINDS[notice.kind]
    return Said(
        notice=notice,
        title=locales.label(notice.kind),
        sentence=kind.said(notice.facts),
        path=path_of(notice.kind, notice.subject_id, notice.facts),
    )
