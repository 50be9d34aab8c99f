"""Writes of the ledger: instructions made, checked by others, and posted or given up; money moves no other way."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.deals.steps import lock_deal
from fund_service.deals.timeline import record_activity
from fund_service.ledger.actors import check_actor, check_checker, mover
from fund_service.ledger.books import Posting
from fund_service.ledger.drafting import draft
from fund_service.ledger.effects import WORKED_OUT_AHEAD, effect_of
from fund_service.ledger.posting import check_lines, lock_ledger, post
from fund_service.ledger.schemas import InstructionIn
from fund_service.ledger.splitting import refuse_unseen_parts, two_checkers_from_krw
from fund_service.notices.telling import holders_of, settle, tell
from fund_service.sentences import Krw, sentence
from models.deal import Deal
from models.errors import RecordConflicts, RecordNotFound, StepNotAllowed
from models.instruction import Instruction, InstructionCheck, InstructionState
from models.ledger import JournalEntry
from models.notice import NoticeKind
from models.person import Role
from models.timeline import ActivityKind


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
    asked = draft(session, data, maker_id=maker.person_id, at=at, hold=True)
    deal = None if asked.deal_id is None else session.get_one(Deal, asked.deal_id)
    check_actor(session, maker, deal=deal, at=at)
    effect = effect_of(session, asked)
    check_lines(session, effect.lines, effect.weigh)
    session.add(asked)
    session.flush()
    _tell(session, asked, maker, at=at)
    if asked.checks_needed:
        facts = {"amount_krw": asked.amount_krw}
        checkers = holders_of(Role.FUND_MANAGER)
        kind = NoticeKind.INSTRUCTION_TO_CHECK
        tell(session, kind, subject=asked.id, to=checkers, facts=facts, but=maker.person_id, at=at)
    return asked


@dataclass(frozen=True, slots=True)
class Checked:
    """An instruction after a check: how many it has, and the entry it was posted with, if that was the last."""

    instruction: Instruction
    checks_given: int
    entry: JournalEntry | None


def check_instruction(
    session: Session, instruction_id: UUID, *, checker: Caller, terms_digest: str, at: datetime
) -> Instruction:
    """Do what `record_check` does, and give the instruction alone."""
    return record_check(session, instruction_id, checker=checker, terms_digest=terms_digest, at=at).instruction


def record_check(
    session: Session, instruction_id: UUID, *, checker: Caller, terms_digest: str, at: datetime
) -> Checked:
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
    deal = None if asked.deal_id is None else lock_deal(session, asked.deal_id)
    if asked.terms_digest != terms_digest:
        raise RecordConflicts("What you read is not what is asked; load the instruction again.", field="terms_digest")
    person, given = check_checker(session, asked, checker, deal=deal, at=at)
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
    entry = None
    if given + 1 >= asked.checks_needed:
        settle(session, NoticeKind.INSTRUCTION_TO_CHECK, subject=asked.id, at=at)  # before the ledger is locked
        entry = _post(session, asked, person_id=person.id, at=at)
    _tell(session, asked, checker, at=at)
    return Checked(asked, given + 1, entry)


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
    mover(session, caller)
    settle(session, NoticeKind.INSTRUCTION_TO_CHECK, subject=asked.id, at=at)
    asked.state, asked.void_reason = InstructionState.VOID, reason
    asked.resolved_at, asked.resolved_by_id = at, caller.person_id
    session.add(asked)
    session.flush()
    _tell(session, asked, caller, at=at)
    return asked


def _lock_pending(session: Session, instruction_id: UUID) -> Instruction:
    """Find an instruction and hold its row until the transaction ends; one resolved meanwhile is refused."""
    query = select(Instruction).where(Instruction.id == instruction_id).with_for_update()
    asked = session.exec(query.execution_options(populate_existing=True)).first()
    if asked is None:
        raise RecordNotFound("There is no such instruction.")
    if asked.state is not InstructionState.PENDING:
        raise StepNotAllowed("This instruction is resolved already: {state}.", state=locales.label(asked.state))
    return asked


def _post(session: Session, asked: Instruction, *, person_id: UUID, at: datetime) -> JournalEntry:
    """Post an instruction that is checked by as many as needed, with all it brings about.

    Everybody who posts waits for whoever holds the ledger, so that what can be done before is.
    """
    posting = Posting(session, asked, person_id, at)
    ahead = effect_of(session, asked) if asked.kind in WORKED_OUT_AHEAD else None
    if ahead is not None:
        ahead.carry_out(posting)
    seen = asked.deal_id is not None or asked.checks_needed > 1
    two_from_krw = 0 if seen else two_checkers_from_krw(session)
    tip = lock_ledger(session)
    if not seen:
        refuse_unseen_parts(session, asked, two_from_krw=two_from_krw)
    effect = ahead or effect_of(session, asked)
    entry = post(
        session,
        asked,
        effect.lines,
        at=at,
        resolved_by_id=person_id,
        reverses_id=effect.reverses_id,
        tip=tip,
        weigh=effect.weigh,
    )
    if ahead is None:
        effect.carry_out(posting)
    return entry


def _tell(session: Session, asked: Instruction, caller: Caller, *, at: datetime) -> None:
    """Write on the deal's timeline, if there is a deal, what became of an instruction."""
    if asked.deal_id is not None:
        words = sentence("{kind}, {amount}: {state}", kind=asked.kind, amount=Krw(asked.amount_krw), state=asked.state)
        record_activity(
            session,
            asked.deal_id,
            ActivityKind.MONEY,
            person_id=caller.person_id,
            words=words,
            subject_id=asked.id,
            at=at,
        )
