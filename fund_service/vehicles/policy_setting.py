"""Setting a figure of policy: one member of the committee proposes, another human being of it confirms."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.accounts.administration import refuse_unconfirmed
from fund_service.notices.telling import holders_of, settle, tell
from fund_service.vehicles.policy import POLICIES, confirmed_value
from models.errors import FourEyesNeeded, RecordNotFound, StepNotAllowed, ValueNotAllowed
from models.notice import NoticeKind
from models.person import Person, PersonRole, Role
from models.vehicle import PolicyConfirmation, PolicyValue


def propose_policy(
    session: Session, name: str, *, amount: int, person_id: UUID, reason: str, at: datetime
) -> PolicyValue:
    """Propose a figure of policy; what holds stays as it is until another member of the committee confirms it.

    Parameters
    ----------
    amount : int
        Won for names that end in ``_krw``, basis points for those that end in ``_bp``.

    Raises
    ------
    ValueNotAllowed
        When there is no such figure, or a share is above the whole.
    FourEyesNeeded
        When the human being is no member of the committee, or manages the fund under any account.
    """
    if name not in POLICIES:
        raise ValueNotAllowed("There is no figure of policy called {name}.", field="name", name=name)
    share = name.endswith("_bp")
    if share and amount > 10_000:  # noqa: PLR2004 - the whole in basis points
        raise ValueNotAllowed("A share is at most 10,000 basis points.", field="amount")
    _member(session, person_id)
    value = PolicyValue(
        name=name,
        amount_krw=None if share else amount,
        share_bp=amount if share else None,
        set_by_id=person_id,
        reason=reason,
        recorded_at=at,
    )
    session.add(value)
    session.flush()
    members = holders_of(Role.COMMITTEE_MEMBER)
    tell(session, NoticeKind.POLICY_FIGURE_TO_CONFIRM, subject=value.id, to=members, but=person_id, at=at)
    return value


def confirm_policy(session: Session, value_id: UUID, *, person_id: UUID, at: datetime) -> PolicyConfirmation:
    """Confirm a figure that another member of the committee proposed; it counts from now on.

    Raises
    ------
    RecordNotFound
        When no such figure was proposed.
    StepNotAllowed
        When it is confirmed, or a later one is.
    FourEyesNeeded
        When it would be confirmed by whoever proposed it, or either human being manages the fund under any account.
    """
    value = session.get(PolicyValue, value_id)
    if value is None or value.name not in POLICIES or value.set_by_id is None:
        raise RecordNotFound("There is no such figure of policy.")
    # One figure after the other, or two confirmed at once would both find themselves the latest.
    session.connection().execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 1))"), {"name": value.name}
    )
    holds = confirmed_value(session, value.name)
    if holds is not None and holds.id >= value.id:
        raise StepNotAllowed("This figure is confirmed already, or a later one is; propose it anew.")
    person, proposer = _member(session, person_id), session.get_one(Person, value.set_by_id)
    if person.human_id == proposer.human_id:
        raise FourEyesNeeded("A figure of policy is confirmed by somebody else than proposed it.")
    _refuse_managers(session, proposer.human_id)
    confirmation = PolicyConfirmation(policy_value_id=value.id, confirmed_by_id=person.id, confirmed_at=at)
    session.add(confirmation)
    session.flush()
    settle(session, NoticeKind.POLICY_FIGURE_TO_CONFIRM, subject=value.id, at=at)
    return confirmation


def manages_under_any_account(session: Session, human_id: UUID) -> bool:
    """Say whether a human being is a fund manager, under whatever account."""
    managing = (
        select(Person.id)
        .join(PersonRole, col(PersonRole.person_id) == col(Person.id))
        .where(Person.human_id == human_id, PersonRole.role == Role.FUND_MANAGER)
    )
    return session.exec(managing.limit(1)).first() is not None


def _member(session: Session, person_id: UUID) -> Person:
    """Find somebody who may have a say in policy, as they are in this transaction."""
    query = select(Person).where(Person.id == person_id).execution_options(populate_existing=True)
    person = session.exec(query).one()
    refuse_unconfirmed(person)
    if not person.active or session.get(PersonRole, (person_id, Role.COMMITTEE_MEMBER)) is None:
        raise FourEyesNeeded("Figures of policy are set by members of the investment committee.")
    _refuse_managers(session, person.human_id)
    return person


def _refuse_managers(session: Session, human_id: UUID) -> None:
    if manages_under_any_account(session, human_id):
        raise FourEyesNeeded("Whoever moves money, under whatever account, has no say in the figures of policy.")
