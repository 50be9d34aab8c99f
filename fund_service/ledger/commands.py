"""Writes of the ledger: instructions made, checked by others, and posted or given up; money moves no other way."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from fund_service import locales
from fund_service.accounts.administration import refuse_unconfirmed
from fund_service.accounts.callers import Caller
from fund_service.committee.interests import interest_in
from fund_service.deals.steps import lock_deal
from fund_service.deals.timeline import record_activity
from fund_service.ledger.books import Posting
from fund_service.ledger.drafting import draft
from fund_service.ledger.effects import effect_of
from fund_service.ledger.posting import added_up, check_lines, lock_ledger, post
from fund_service.ledger.schemas import InstructionIn
from models.clock import business_date
from models.deal import ActivityKind, Deal
from models.errors import FourEyesNeeded, RecordConflicts, RecordNotFound, StepNotAllowed
from models.instruction import Instruction, InstructionCheck, InstructionState
from models.person import Person, PersonRole, Role


def make_instruction(session: Session, data: InstructionIn, *, maker: Caller, at: datetime) -> Instruction:
    """Make an instruction; it holds nothing back until others have checked it.

    What it asks is worked out against the ledger as it is now, so that what could not be posted is refused at once;
    whether it can be posted later is found then.

    Raises
    ------
    FourEyesNeeded
        When the maker has an interest in the deal, or manages accounts.
    FundError
        When the kind's rules do not permit what is asked.
    """
    asked = draft(session, data, maker_id=maker.person_id, at=at)
    if asked.deal_id is not None:
        lock_deal(session, asked.deal_id)
    check_actor(session, maker, deal_id=asked.deal_id, at=at)
    check_lines(session, added_up(effect_of(session, asked).lines))
    session.add(asked)
    session.flush()
    _tell(session, asked, maker, at=at)
    return asked


def check_instruction(
    session: Session, instruction_id: UUID, *, checker: Caller, terms_digest: str, at: datetime
) -> Instruction:
    """Approve an instruction as it reads; the last approval needed posts it.

    Rows are locked in the order of instruction, deal, ledger, so that no two checks wait for each other.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    StepNotAllowed
        When it is posted or void.
    RecordConflicts
        When the checker read other terms, or has approved already.
    FourEyesNeeded
        When the checker made it, under whatever account, has an interest in the deal, or manages accounts.
    FundError
        When the last approval would post what the world does not permit now; nothing is stored then.
    """
    asked = _lock_pending(session, instruction_id)
    if asked.deal_id is not None:
        lock_deal(session, asked.deal_id)
    if asked.terms_digest != terms_digest:
        raise RecordConflicts("What you read is not what is asked; load the instruction again.", field="terms_digest")
    person = check_actor(session, checker, deal_id=asked.deal_id, at=at)
    if person.human_id == session.get_one(Person, asked.made_by_id).human_id:
        raise FourEyesNeeded("Nobody checks what they made, under whatever account.")
    given = session.exec(select(InstructionCheck).where(InstructionCheck.instruction_id == asked.id)).all()
    if person.human_id in {check.human_id for check in given}:
        raise RecordConflicts("You have checked this instruction already; it needs somebody else.")
    _refuse_bound(session, asked, [asked.made_by_id, *(check.person_id for check in given)], at=at)
    session.add(
        InstructionCheck(
            instruction_id=asked.id,
            human_id=person.human_id,
            person_id=person.id,
            terms_digest=terms_digest,
            checked_at=at,
        )
    )
    session.flush()
    if len(given) + 1 >= asked.checks_needed:
        _post(session, asked, person_id=person.id, at=at)
    _tell(session, asked, checker, at=at)
    return asked


def _refuse_bound(session: Session, asked: Instruction, person_ids: Iterable[UUID], *, at: datetime) -> None:
    """Refuse what somebody asked for or checked who, as is known by now, has an interest in the deal."""
    if asked.deal_id is None:
        return
    deal, today = session.get_one(Deal, asked.deal_id), business_date(at)
    if any(interest_in(session, person_id=one, deal=deal, on=today) is not None for one in sorted(person_ids)):
        raise FourEyesNeeded(
            "Somebody who made or checked this has an interest in the deal by now; void it and have it made anew."
        )


def void_instruction(
    session: Session, instruction_id: UUID, *, caller: Caller, reason: str, at: datetime
) -> Instruction:
    """Give up or refuse a pending instruction; it will never post.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    StepNotAllowed
        When it is posted or void.
    FourEyesNeeded
        When the caller manages accounts.
    """
    asked = _lock_pending(session, instruction_id)
    _mover(session, caller)
    asked.state, asked.void_reason = InstructionState.VOID, reason
    asked.resolved_at, asked.resolved_by_id = at, caller.person_id
    session.add(asked)
    session.flush()
    _tell(session, asked, caller, at=at)
    return asked


def check_actor(session: Session, caller: Caller, *, deal_id: UUID | None, at: datetime) -> Person:
    """Refuse whoever may not move money, or none of this deal; give the person behind the account.

    Raises
    ------
    FourEyesNeeded
        When they are no active fund manager, manage accounts, or have an interest in the deal.
    """
    person = _mover(session, caller)
    if deal_id is not None:
        deal = session.get_one(Deal, deal_id)
        interest = interest_in(session, person_id=person.id, deal=deal, on=business_date(at))
        if interest is not None:
            raise FourEyesNeeded(
                "You have an interest in this deal ({kind}); somebody else must do this.",
                kind=locales.label(interest.kind),
            )
    return person


def _mover(session: Session, caller: Caller) -> Person:
    """Find the caller's person, as they are in this transaction: active, a fund manager, no administrator."""
    person = session.exec(
        select(Person).where(Person.id == caller.person_id).execution_options(populate_existing=True)
    ).one()
    roles = set(session.exec(select(PersonRole.role).where(PersonRole.person_id == person.id)))
    if not person.active or Role.FUND_MANAGER not in roles:
        raise FourEyesNeeded("Only fund managers move money.")
    if Role.ADMINISTRATOR in roles:
        raise FourEyesNeeded("Who manages accounts does not move money.")
    refuse_unconfirmed(person)
    return person


def _lock_pending(session: Session, instruction_id: UUID) -> Instruction:
    """Find an instruction and hold its row until the transaction ends; one resolved meanwhile is refused."""
    query = select(Instruction).where(Instruction.id == instruction_id).with_for_update()
    asked = session.exec(query.execution_options(populate_existing=True)).first()
    if asked is None:
        raise RecordNotFound("There is no such instruction.")
    if asked.state is not InstructionState.PENDING:
        raise StepNotAllowed("This instruction is resolved already: {state}.", state=locales.label(asked.state))
    return asked


def _post(session: Session, asked: Instruction, *, person_id: UUID, at: datetime) -> None:
    """Post an instruction that is checked by as many as needed, with all it brings about."""
    lock_ledger(session)
    effect = effect_of(session, asked)
    entry = post(session, asked, effect.lines, at=at, resolved_by_id=person_id, reverses_id=effect.reverses_id)
    effect.carry_out(Posting(session, asked, entry, person_id, at))


def _tell(session: Session, asked: Instruction, caller: Caller, *, at: datetime) -> None:
    """Write on the deal's timeline, if there is a deal, what became of an instruction."""
    if asked.deal_id is not None:
        words = f"{locales.label(asked.kind)}, {locales.won(asked.amount_krw)}: {locales.label(asked.state)}"
        record_activity(
            session,
            asked.deal_id,
            ActivityKind.MONEY,
            person_id=caller.person_id,
            words=words,
            subject_id=asked.id,
            at=at,
        )
