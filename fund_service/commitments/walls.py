"""Who may decide on a step: a fund manager whom nothing binds to the organisation that claimed it."""

from datetime import date

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.committee.interests import Parties, interests_of
from models.clock import business_date
from models.commitment import CommitmentStep
from models.errors import FourEyesNeeded
from models.organisation import Organisation
from models.person import Person, Role
from models.signal import DemandSignal


def check_verifier(
    session: Session, step: CommitmentStep, signal: DemandSignal, *, caller: Caller, today: date
) -> None:
    """Refuse whoever may not decide on a step; the database refuses the same, declared interests apart.

    Raises
    ------
    FourEyesNeeded
        When they are no fund manager, claimed it under whatever account, or are bound to its ownership group.
    """
    reason = bound_because(session, step, signal, caller=caller, today=today, deciding=True)
    if reason is not None:
        raise reason


def bound_because(
    session: Session, step: CommitmentStep, signal: DemandSignal, *, caller: Caller, today: date, deciding: bool = False
) -> FourEyesNeeded | None:
    """Say what keeps a caller from deciding on a step; none: they may. Who is deciding is held to what was declared."""
    if not caller.has(Role.FUND_MANAGER):
        return FourEyesNeeded("Fund managers verify steps.")
    accounts = select(Person.human_id).where(col(Person.id).in_([step.claimed_by_id, caller.person_id]))
    if len(set(session.exec(accounts).all())) == 1:
        return FourEyesNeeded("Nobody verifies what they claimed, under whatever account.")
    organisation = session.get_one(Organisation, signal.organisation_id)
    parties = Parties(
        frozenset({organisation.id}), frozenset({organisation.ownership_group_id}), business_date(step.recorded_at)
    )
    interests = interests_of(session, [caller.person_id], deciding=deciding).get(caller.person_id, [])
    if any(interest.binds(parties, on=today) for interest in interests):
        return FourEyesNeeded("You have an interest in this organisation or its group; somebody else verifies it.")
    return None
