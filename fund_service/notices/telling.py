"""Telling: a notice for each receiver, written in the transaction of what it tells; nothing is sent from here.

What is written is the kind, the row it is about and numbers; the words are made, and whether the receiver may see it is
asked, when it is read or sent. So a room may tell more people than will see it, and must not put words of anybody here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from fund_service import jobs
from models.clock import utc_now
from models.delivery import DeliveryNotice, DeliveryWay, NoticeDelivery, Webhook
from models.identity import new_id
from models.notice import Notice, NoticeAddress, NoticeChoice, NoticeKind, NoticeWay
from models.person import Person, PersonRole, Role
from models.project import ConsortiumMember, ConsortiumRole

Audience = SelectOfScalar[UUID]
"""A statement that selects people."""
AT_A_TIME = 2_000
"""Notices written with one statement."""


def people(person_ids: Iterable[UUID]) -> Audience:
    """Name people one by one."""
    return select(Person.id).where(col(Person.id).in_(set(person_ids)))


def holders_of(*roles: Role) -> Audience:
    """Name everybody who holds one of the roles."""
    return select(PersonRole.person_id).where(col(PersonRole.role).in_(roles))


def speakers_of(organisation_ids: Iterable[UUID], role: Role = Role.INVESTOR) -> Audience:
    """Name everybody who speaks for an organisation in a role."""
    return (
        select(Person.id)
        .join(PersonRole, col(PersonRole.person_id) == col(Person.id))
        .where(col(Person.organisation_id).in_(set(organisation_ids)), PersonRole.role == role)
    )


def team_of(project_id: UUID) -> Audience:
    """Name the team of the organisation that leads a project."""
    led = select(ConsortiumMember.organisation_id).where(
        ConsortiumMember.project_id == project_id, ConsortiumMember.role == ConsortiumRole.LEAD
    )
    return (
        select(Person.id)
        .join(PersonRole, col(PersonRole.person_id) == col(Person.id))
        .where(col(Person.organisation_id).in_(led), PersonRole.role == Role.PROJECT_TEAM)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the people who speak for one organisation are told."""

    organisation_id: UUID
    subject: UUID
    facts: Mapping[str, int | str] = field(default_factory=dict)
    key: str | None = None


def tell(
    session: Session,
    kind: NoticeKind,
    *,
    subject: UUID,
    to: Audience,
    facts: Mapping[str, int | str] | None = None,
    key: str | None = None,
    but: UUID | None = None,
    at: datetime | None = None,
) -> None:
    """Tell people that something happened; they are told when the transaction at hand is committed, or not at all.

    Parameters
    ----------
    facts : Mapping, optional
        Numbers, and identifiers and days (ISO 8601) as text, that its sentence names.
    key : str, optional
        Under which each of them is told once; none: as often as it happens.
    but : UUID, optional
        Whoever did it themselves, and every other account of the same human being.
    """
    receivers = _receivers(session, kind, col(Person.id).in_(to), but=but)
    told = _columns(kind, subject, facts or {}, key, at or utc_now())
    rows = [{"id": new_id(), "person_id": receiver.id, "way": receiver.way, **told} for receiver in receivers]
    _write(session, rows, receivers, gathers=False)


def tell_speakers(
    session: Session, kind: NoticeKind, told: Sequence[Told], *, gathers: bool = False, at: datetime | None = None
) -> None:
    """Tell investors of many organisations, each of their own, in a fixed number of statements.

    Parameters
    ----------
    gathers : bool
        Told again under the same key, ``facts["count"]`` is added to the notice that is there, which is unread again.
    """
    if not told:
        return
    moment = at or utc_now()
    speaking = col(Person.organisation_id).in_({one.organisation_id for one in told})
    receivers = _receivers(session, kind, sa.and_(speaking, col(Person.id).in_(holders_of(Role.INVESTOR))), but=None)
    speakers: dict[UUID, list[Any]] = {}
    for receiver in receivers:
        speakers.setdefault(receiver.organisation_id, []).append(receiver)
    rows = [
        {
            "id": new_id(), "person_id": receiver.id, "way": receiver.way,
            **_columns(kind, one.subject, one.facts, one.key, moment),
        }
        for one in told
        for receiver in speakers.get(one.organisation_id, ())
    ]  # fmt: skip
    _write(session, rows, receivers, gathers=gathers)


def settle(session: Session, kind: NoticeKind, *, subject: UUID, at: datetime) -> None:
    """Take back what nobody has to look at any more, because it was done: unread notices of it are dropped."""
    session.connection().execute(
        sa.update(Notice)
        .where(
            col(Notice.subject_id) == subject,
            col(Notice.kind) == kind,
            col(Notice.read_at).is_(None),
            col(Notice.dropped_at).is_(None),
        )
        .values(dropped_at=at)
    )


def _columns(
    kind: NoticeKind, subject: UUID, facts: Mapping[str, int | str], key: str | None, at: datetime
) -> dict[str, Any]:
    return {
        "kind": kind, "subject_id": subject, "facts": dict(facts), "key": key, "recorded_at": at,
        "read_at": None, "dropped_at": None,
    }  # fmt: skip


def _receivers(session: Session, kind: NoticeKind, among: sa.ColumnElement[bool], *, but: UUID | None) -> Sequence[Any]:
    """Find active people with how each wants to be told, and whether something is to be sent to them."""
    chosen = sa.and_(col(NoticeChoice.person_id) == col(Person.id), col(NoticeChoice.kind) == kind)
    proved = sa.exists().where(
        col(NoticeAddress.person_id) == col(Person.id),
        col(NoticeAddress.email) == col(Person.email),
        col(NoticeAddress.verified_at).is_not(None),
    )
    hooked = sa.exists().where(col(Webhook.person_id) == col(Person.id), col(Webhook.stopped_at).is_(None))
    query = (
        sa.select(
            col(Person.id),
            col(Person.organisation_id),
            sa.func.coalesce(col(NoticeChoice.way), sa.literal(NoticeWay.IN_APP.value)).label("way"),
            proved.label("proved"),
            hooked.label("hooked"),
        )
        .join(NoticeChoice, chosen, isouter=True)
        .where(col(Person.active), among)
        .order_by(col(Person.id))
    )
    if but is not None:
        query = query.where(col(Person.human_id) != select(Person.human_id).where(Person.id == but).scalar_subquery())
    return session.connection().execute(query).all()


def _write(session: Session, rows: Sequence[dict[str, Any]], receivers: Sequence[Any], *, gathers: bool) -> None:
    """Write notices, and make the deliveries of those that were not there yet."""
    new: set[UUID] = set()
    for first in range(0, len(rows), AT_A_TIME):
        part = rows[first : first + AT_A_TIME]
        statement = insert(Notice).values(part)
        if gathers:
            count = statement.excluded.facts["count"].as_integer() + col(Notice.facts)["count"].as_integer()
            summed = sa.func.jsonb_build_object("count", count)
            statement = statement.on_conflict_do_update(
                index_elements=["person_id", "key"],
                set_={"facts": col(Notice.facts).op("||")(summed), "read_at": None},
            )
        else:
            statement = statement.on_conflict_do_nothing(index_elements=["person_id", "key"])
        # One that was there before keeps its id, and is not sent again.
        ids = {row["id"] for row in part}
        new |= ids & set(session.connection().scalars(statement.returning(col(Notice.id))))
    mailed = {receiver.id for receiver in receivers if receiver.proved and receiver.way == NoticeWay.AT_ONCE}
    hooked = {receiver.id for receiver in receivers if receiver.hooked}
    fresh = [row for row in rows if row["id"] in new and row["person_id"] in mailed | hooked]
    if fresh:
        _make_deliveries(session, fresh, mailed=mailed, hooks=_webhooks(session, hooked))


def _make_deliveries(
    session: Session,
    rows: Sequence[dict[str, Any]],
    *,
    mailed: set[UUID],
    hooks: Mapping[UUID, Sequence[Webhook]],
) -> None:
    """Make an e-mail for each notice that is sent at once, and a request for each webhook that is told of it."""
    deliveries: list[NoticeDelivery] = []
    parts: list[dict[str, UUID]] = []
    for row in rows:
        if row["person_id"] in mailed:
            deliveries.append(NoticeDelivery(person_id=row["person_id"], way=DeliveryWay.AT_ONCE))
            parts.append({"receiver_id": row["person_id"], "notice_id": row["id"], "delivery_id": deliveries[-1].id})
        for hook in hooks.get(row["person_id"], ()):
            if not hook.kinds or row["kind"].value in hook.kinds:
                deliveries.append(NoticeDelivery(webhook_id=hook.id, way=DeliveryWay.WEBHOOK))
                parts.append({"receiver_id": hook.id, "notice_id": row["id"], "delivery_id": deliveries[-1].id})
    if deliveries:
        session.add_all(deliveries)
        session.flush()
        session.connection().execute(sa.insert(DeliveryNotice), parts)
        jobs.queue_deliveries(session)


def _webhooks(session: Session, person_ids: set[UUID]) -> Mapping[UUID, Sequence[Webhook]]:
    found: dict[UUID, list[Webhook]] = {}
    if person_ids:
        query = select(Webhook).where(col(Webhook.person_id).in_(person_ids), col(Webhook.stopped_at).is_(None))
        for hook in session.exec(query.order_by(col(Webhook.id))):
            found.setdefault(hook.person_id, []).append(hook)
    return found
