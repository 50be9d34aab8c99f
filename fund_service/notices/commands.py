"""Writes of notices: read ones marked, how one is told chosen, the e-mail address proved."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

from fund_service import jobs
from fund_service.accounts.callers import Caller
from fund_service.notices.queries import find_notice, kinds_of, standing
from fund_service.notices.signing import ends, new_secret, read_ending_token
from models.delivery import DeliveryWay, NoticeDelivery
from models.errors import RecordNotFound, StepNotAllowed, TooManyAttempts, ValueNotAllowed
from models.notice import Notice, NoticeAddress, NoticeChoice, NoticeKind, NoticeWay

MAILED = frozenset({NoticeWay.AT_ONCE, NoticeWay.DAILY, NoticeWay.WEEKLY})
"""Ways that need a proved address."""
DIGESTS = frozenset({NoticeWay.DAILY, NoticeWay.WEEKLY})
CODE_DIGITS = 8
CODE_HOLDS, CODE_AGAIN = timedelta(hours=1), timedelta(minutes=5)
"""How long a code holds, and after which time another one is sent."""
MOST_TRIES = 5


def mark_read(session: Session, notice_id: UUID, *, caller: Caller, at: datetime) -> Notice:
    """Mark a notice as read; one that is stays as it is.

    Raises
    ------
    RecordNotFound
        When there is none of the caller's that they may see.
    """
    notice = find_notice(session, notice_id, caller=caller, at=at)
    if notice.read_at is None:
        notice.read_at = at
        session.flush()
    return notice


def mark_all_read(session: Session, kind: NoticeKind | None, *, caller: Caller, at: datetime) -> int:
    """Mark all that is unread as read, of one kind or of all; give how many were."""
    unread = sa.update(Notice).where(standing(caller), col(Notice.read_at).is_(None))
    if kind is not None:
        unread = unread.where(col(Notice.kind) == kind)
    return session.connection().execute(unread.values(read_at=at)).rowcount


def choose(
    session: Session, ways: dict[NoticeKind, NoticeWay], *, caller: Caller, mail_offered: bool, at: datetime
) -> bool:
    """Choose how the caller is told of kinds; whoever first wants e-mails is sent a code. Say whether one was sent.

    Raises
    ------
    ValueNotAllowed
        When a kind cannot concern the caller, or e-mails are wanted and the service sends none.
    """
    if set(ways) - set(kinds_of(caller)):
        raise ValueNotAllowed("This kind of notice does not concern your roles.", field="ways")
    mailed = bool(MAILED & set(ways.values()))
    if mailed and not mail_offered:
        raise ValueNotAllowed("This service sends no e-mails: it has no mail server.", field="ways")
    rows = [{"person_id": caller.person_id, "kind": kind, "way": way} for kind, way in ways.items()]
    if rows:
        statement = insert(NoticeChoice).values(rows)
        session.connection().execute(
            statement.on_conflict_do_update(index_elements=["person_id", "kind"], set_={"way": statement.excluded.way})
        )
    address = session.get(NoticeAddress, caller.person_id)
    proving = address is not None and address.email == caller.email
    if mailed and not proving:
        send_code(session, caller=caller, mail_offered=mail_offered, at=at)
    return mailed and not proving


def send_code(session: Session, *, caller: Caller, mail_offered: bool, at: datetime) -> None:
    """Send a code to the address of the caller's account, to be typed in here: nothing else is sent there before.

    Raises
    ------
    StepNotAllowed
        When the service sends no e-mails, or the address is proved.
    TooManyAttempts
        When a code was sent a moment ago.
    """
    if not mail_offered:
        raise StepNotAllowed("This service sends no e-mails: it has no mail server.")
    address = session.exec(
        select(NoticeAddress).where(NoticeAddress.person_id == caller.person_id).with_for_update()
    ).first()
    if address is None:
        address = NoticeAddress(person_id=caller.person_id, email=caller.email, secret=new_secret())
    ours = address.email == caller.email
    if ours and address.verified_at is not None:
        raise StepNotAllowed("This address is proved already.")
    if ours and address.code_until is not None and at < address.code_until - CODE_HOLDS + CODE_AGAIN:
        raise TooManyAttempts("A code was sent a moment ago; look for it, and ask again in five minutes.")
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    address.email, address.verified_at, address.tries = caller.email, None, 0
    address.code_digest, address.code_until = _digest(address, code), at + CODE_HOLDS
    session.add(address)
    session.add(NoticeDelivery(person_id=caller.person_id, way=DeliveryWay.CODE, code=code, due_at=at))
    session.flush()
    jobs.queue_deliveries(session)


def prove_address(session: Session, code: str, *, caller: Caller, at: datetime) -> bool:
    """Say whether a code is the one that was sent; a value, so that wrong ones are counted and committed."""
    address = session.exec(
        select(NoticeAddress).where(NoticeAddress.person_id == caller.person_id).with_for_update()
    ).first()
    if (
        address is None
        or address.email != caller.email
        or address.code_digest is None
        or address.code_until is None
        or address.code_until <= at
        or address.tries >= MOST_TRIES
    ):
        return False
    fits = hmac.compare_digest(_digest(address, code.strip()), address.code_digest)
    if fits:
        address.verified_at, address.code_digest, address.code_until = at, None, None
    else:
        address.tries += 1
    session.flush()
    return fits


def _digest(address: NoticeAddress, code: str) -> str:
    return hmac.new(address.secret.encode(), f"code\n{address.email}\n{code}".encode(), hashlib.sha256).hexdigest()


def ended_by(session: Session, token: str) -> tuple[UUID, NoticeKind | NoticeWay]:
    """Read which e-mails of whom the address in an e-mail ends.

    Raises
    ------
    RecordNotFound
        When it is none that we gave out.
    """
    refused = RecordNotFound("This address ends no e-mails; copy it whole from the e-mail.")
    read = read_ending_token(token)
    if read is None:
        raise refused
    person_id, what, mac = read
    address = session.get(NoticeAddress, person_id)
    if address is None or not ends(address.secret, person_id, what, mac):
        raise refused
    return person_id, NoticeWay(what) if what in set(DIGESTS) else NoticeKind(what)


def end_mails(session: Session, token: str) -> NoticeKind | NoticeWay:
    """End e-mails of a kind, or a digest: from now on they are told in the service alone.

    Raises
    ------
    RecordNotFound
        When the token is none that we gave out.
    """
    person_id, what = ended_by(session, token)
    ended = (
        col(NoticeChoice.way) == what
        if isinstance(what, NoticeWay)
        else sa.and_(col(NoticeChoice.kind) == what, col(NoticeChoice.way) != NoticeWay.OFF)
    )
    session.connection().execute(
        sa.update(NoticeChoice).where(col(NoticeChoice.person_id) == person_id, ended).values(way=NoticeWay.IN_APP)
    )
    return what
