"""Who moves money: fund managers as they are in this transaction, whom nothing binds to the deal."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.accounts.administration import refuse_unconfirmed
from fund_service.accounts.callers import Caller
from fund_service.committee.interests import interests_of, parties_of
from models.clock import business_date
from models.committee import DeclaredInterest
from models.deal import Deal
from models.errors import FourEyesNeeded, RecordConflicts
from models.instruction import Instruction, InstructionCheck
from models.person import Person, PersonRole, Role


def check_actor(session: Session, caller: Caller, *, deal: Deal | None, at: datetime) -> Person:
    """Refuse whoever may not move money, or none of this deal; give the person behind the account.

    Raises
    ------
    FourEyesNeeded
        When they are no active fund manager, manage accounts, or have an interest in the deal.
    """
    person = mover(session, caller)
    _refuse_bound(person, _bound(session, deal, {person.id}, at=at))
    return person


def check_checker(
    session: Session, asked: Instruction, checker: Caller, *, deal: Deal | None, at: datetime
) -> tuple[Person, int]:
    """Refuse whoever may not check an instruction; give the person behind the account and how many checked before.

    Raises
    ------
    FourEyesNeeded
        When they may not move money of this deal, made the instruction under whatever account, or somebody who made or
        checked it is bound to the deal by now.
    RecordConflicts
        When they have checked it already.
    """
    person = mover(session, checker)
    given = session.exec(select(InstructionCheck).where(InstructionCheck.instruction_id == asked.id)).all()
    hands = {asked.made_by_id, *(check.person_id for check in given)}
    bound = _bound(session, deal, {person.id, *hands}, at=at)
    _refuse_bound(person, bound)
    if person.human_id == session.get_one(Person, asked.made_by_id).human_id:
        raise FourEyesNeeded("Nobody checks what they made, under whatever account.")
    if person.human_id in {check.human_id for check in given}:
        raise RecordConflicts("You have checked this instruction already; it needs somebody else.")
    if bound:
        raise FourEyesNeeded(
            "Somebody who made or checked this has an interest in the deal by now; void it and have it made anew."
        )
    return person, len(given)


def mover(session: Session, caller: Caller) -> Person:
    """Find the caller's person, as they are in this transaction: active, a fund manager, no administrator.

    Raises
    ------
    FourEyesNeeded
        When they are not.
    """
    rows = session.exec(
        select(Person, PersonRole.role)
        .join(PersonRole, col(PersonRole.person_id) == col(Person.id), isouter=True)
        .where(Person.id == caller.person_id)
        .execution_options(populate_existing=True)
    ).all()
    person, roles = rows[0][0], {role for _, role in rows}
    if not person.active or Role.FUND_MANAGER not in roles:
        raise FourEyesNeeded("Only fund managers move money.")
    if Role.ADMINISTRATOR in roles:
        raise FourEyesNeeded("Who manages accounts does not move money.")
    refuse_unconfirmed(person)
    return person


def _bound(
    session: Session, deal: Deal | None, person_ids: Collection[UUID], *, at: datetime
) -> Mapping[UUID, DeclaredInterest]:
    """Find who of several people is bound to a deal, and by what, in three statements; their accounts stay locked."""
    if deal is None:
        return {}
    today = business_date(at)
    parties = parties_of(session, [deal])[deal.id]
    found = interests_of(session, person_ids, deciding=True)
    binding = {
        person_id: [interest.row for interest in interests if interest.binds(parties, on=today)]
        for person_id, interests in found.items()
    }
    return {person_id: rows[0] for person_id, rows in binding.items() if rows}


def _refuse_bound(person: Person, bound: Mapping[UUID, DeclaredInterest]) -> None:
    if person.id in bound:
        raise FourEyesNeeded(
            "You have an interest in this deal ({kind}); somebody else must do this.",
            kind=locales.label(bound[person.id].kind),
        )
