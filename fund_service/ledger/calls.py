"""What capital calls do on the ledger: called capital, and what comes in on a call."""

from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service.ledger.books import Effect, Posting, joined, party, transfer, vehicle_account
from fund_service.ledger.posting import balances
from fund_service.ledger.standing import posting_stands
from fund_service.ledger.terms import CapitalCallTerms, ReceiptTerms
from fund_service.notices.telling import holders_of, settle, tell
from models.errors import MoneyNotThere, StepNotAllowed, ValueNotAllowed
from models.instruction import CapitalCall, CapitalCallItem, CapitalCallReceipt, Instruction
from models.ledger import AccountKind
from models.notice import NoticeKind
from models.person import Role
from models.vehicle import Vehicle

_A = AccountKind


def capital_call(session: Session, asked: Instruction, terms: CapitalCallTerms) -> Effect:
    """Call capital into a vehicle; what was never called goes first, then what was distributed as recallable."""
    vehicle_id = party(asked.vehicle_id)
    items = sum(item.amount_krw for item in terms.items)
    if items != asked.amount_krw:
        raise ValueNotAllowed(
            "The items come to {items} won, the call to {amount} won.",
            field="items",
            items=f"{items:,}",
            amount=f"{asked.amount_krw:,}",
        )
    if terms.due_on < asked.effective_on:
        raise ValueNotAllowed("A call is due on the day it is made or later.", field="due_on")
    keys = [vehicle_account(kind, vehicle_id) for kind in (_A.CALLABLE, _A.RECALLABLE)]
    callable_krw, recallable_krw = balances(session, keys).values()
    recalled = min(max(0, asked.amount_krw - (callable_krw - recallable_krw)), recallable_krw)
    pairs = [
        transfer(vehicle_id, asked.amount_krw, debit=_A.CALLED, credit=_A.CALLABLE),
        transfer(vehicle_id, recalled, debit=_A.RECALLS, credit=_A.RECALLABLE),
    ]

    def carry_out(posting: Posting) -> None:
        call = CapitalCall(
            vehicle_id=vehicle_id,
            instruction_id=posting.instruction.id,
            amount_krw=posting.instruction.amount_krw,
            due_on=terms.due_on,
            recorded_at=posting.at,
        )
        posting.session.add(call)
        posting.session.flush()
        posting.session.add_all(CapitalCallItem(call_id=call.id, **item.model_dump()) for item in terms.items)
        posting.session.flush()
        tell(
            posting.session,
            NoticeKind.CALL_ISSUED,
            subject=call.id,
            to=holders_of(Role.FUND_MANAGER),
            facts={
                "instruction_id": str(call.instruction_id),
                "amount_krw": call.amount_krw,
                "due_on": call.due_on.isoformat(),
            },
            but=posting.person_id,
            at=posting.at,
        )

    return Effect(lines=joined(pairs), carry_out=carry_out)


def call_receipt(session: Session, asked: Instruction, terms: ReceiptTerms) -> Effect:
    """Record what came in on a call, all or a part; the parent vehicle pays it out of its own cash."""
    vehicle_id = party(asked.vehicle_id)
    call = session.get(CapitalCall, terms.call_id)
    if call is None or call.vehicle_id != vehicle_id:
        raise ValueNotAllowed("The vehicle has made no such call.", field="call_id")
    outstanding = outstanding_of(session, call)
    if asked.amount_krw > outstanding:
        raise MoneyNotThere(
            "{asked} won cannot have come in on this call: {outstanding} won of it are outstanding.",
            field="amount_krw",
            asked=f"{asked.amount_krw:,}",
            outstanding=f"{outstanding:,}",
        )
    pairs = [
        transfer(vehicle_id, asked.amount_krw, debit=_A.RECEIVED, credit=_A.CALLED),
        transfer(vehicle_id, asked.amount_krw, debit=_A.CASH, credit=_A.PAID_IN),
    ]
    parent_id = session.get_one(Vehicle, vehicle_id).parent_id
    if parent_id is not None:
        pairs.append(transfer(parent_id, asked.amount_krw, debit=_A.HOLDING, credit=_A.CASH, child_id=vehicle_id))

    def carry_out(posting: Posting) -> None:
        posting.session.add(
            CapitalCallReceipt(
                call_id=call.id,
                instruction_id=posting.instruction.id,
                amount_krw=posting.instruction.amount_krw,
                recorded_at=posting.at,
            )
        )
        posting.session.flush()
        if asked.amount_krw == outstanding:
            for kind in (NoticeKind.CALL_ISSUED, NoticeKind.CALL_OVERDUE):
                settle(posting.session, kind, subject=call.id, at=posting.at)

    return Effect(lines=joined(pairs), carry_out=carry_out)


def outstanding_of(session: Session, call: CapitalCall) -> int:
    """Give what has not come in on a call yet, in won; nothing of a call that was taken back."""
    if session.exec(select(posting_stands(col(CapitalCall.instruction_id))).where(CapitalCall.id == call.id)).one():
        return call.amount_krw - _received_on(session, call.id)
    return 0


def _received_on(session: Session, call_id: UUID) -> int:
    received = select(func.coalesce(func.sum(CapitalCallReceipt.amount_krw), 0)).where(
        CapitalCallReceipt.call_id == call_id, posting_stands(col(CapitalCallReceipt.instruction_id))
    )
    return int(session.exec(received).one())


def check_call_reversible(session: Session, call_instruction: Instruction) -> None:
    """Refuse to take back a call on which something came in.

    Raises
    ------
    StepNotAllowed
        With how much.
    """
    call = session.exec(select(CapitalCall).where(CapitalCall.instruction_id == call_instruction.id)).one()
    received = _received_on(session, call.id)
    if received:
        raise StepNotAllowed(
            "{received} won came in on this call; take the receipts back first.", received=f"{received:,}"
        )
