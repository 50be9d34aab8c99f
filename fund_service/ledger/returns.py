"""What comes back does on the ledger: distributions, proceeds, repayments, royalties, money not spent."""

from uuid import UUID

from sqlmodel import Session

from fund_service.ledger.books import Effect, joined, party, transfer, vehicle_account
from fund_service.ledger.commitments import live_commitment
from fund_service.ledger.envelope_returns import envelope_lines
from fund_service.ledger.posting import Line, balance, balances
from fund_service.ledger.terms import DistributionTerms, NoTerms, ProceedsTerms
from models.deal import Deal, InvestmentInstrument
from models.errors import MoneyNotThere, ValueNotAllowed
from models.instruction import Instruction
from models.ledger import AccountKind
from models.vehicle import Vehicle

_A = AccountKind


def distribution(session: Session, asked: Instruction, terms: DistributionTerms) -> Effect:
    """Pay out of a vehicle; the parent vehicle takes it as returned capital and income."""
    vehicle_id, amount = party(asked.vehicle_id), asked.amount_krw
    parent_id = session.get_one(Vehicle, vehicle_id).parent_id
    if terms.recallable_krw > amount:
        raise ValueNotAllowed("No more can be recallable than is distributed.", field="recallable_krw")
    if terms.capital_krw > (0 if parent_id is None else amount):
        raise ValueNotAllowed(
            "Returned capital is a part of what a vehicle distributes to its parent vehicle.", field="capital_krw"
        )
    pairs = [
        transfer(vehicle_id, amount, debit=_A.DISTRIBUTED, credit=_A.CASH),
        transfer(vehicle_id, terms.recallable_krw, debit=_A.RECALLABLE, credit=_A.RECALLS),
        transfer(vehicle_id, terms.recallable_krw, debit=_A.CALLABLE, credit=_A.CALLS),
    ]
    if parent_id is not None:
        _check_holding(session, parent_id, vehicle_id, terms.capital_krw)
        income = amount - terms.capital_krw
        pairs += [
            transfer(parent_id, terms.capital_krw, debit=_A.CASH, credit=_A.HOLDING, child_id=vehicle_id),
            transfer(parent_id, income, debit=_A.CASH, credit=_A.INCOME),
        ]
    return Effect(lines=joined(pairs))


def _check_holding(session: Session, parent_id: UUID, vehicle_id: UUID, capital_krw: int) -> None:
    held = balance(session, vehicle_account(_A.HOLDING, parent_id, child_id=vehicle_id))
    if capital_krw > held:
        raise MoneyNotThere(
            "{asked} won of capital cannot be returned: the parent vehicle holds {held} won at cost.",
            field="capital_krw",
            asked=f"{capital_krw:,}",
            held=f"{held:,}",
        )


def proceeds(session: Session, asked: Instruction, terms: ProceedsTerms) -> Effect:
    """Record what came back from a deal: its cost, and a gain or loss."""
    vehicle_id, deal_id = party(asked.vehicle_id), party(asked.deal_id)
    pairs = [
        transfer(vehicle_id, terms.cost_krw, debit=_A.CASH, credit=_A.INVESTMENT, deal_id=deal_id),
        transfer(vehicle_id, asked.amount_krw - terms.cost_krw, debit=_A.CASH, credit=_A.REALISED, deal_id=deal_id),
    ]
    live_commitment(session, deal_id, vehicle_id)
    return Effect(lines=(*joined(pairs), *released_value(session, asked, terms.cost_krw)))


def repayment(session: Session, asked: Instruction, _: NoTerms) -> Effect:
    """Record money that a deal paid back, at cost."""
    lines = transfer(
        party(asked.vehicle_id), asked.amount_krw, debit=_A.CASH, credit=_A.INVESTMENT, deal_id=asked.deal_id
    )
    return Effect(lines=(*lines, *released_value(session, asked, asked.amount_krw)))


def royalty(session: Session, asked: Instruction, _: NoTerms) -> Effect:
    """Record a royalty."""
    vehicle_id, deal_id = party(asked.vehicle_id), party(asked.deal_id)
    live_commitment(session, deal_id, vehicle_id)
    return Effect(lines=transfer(vehicle_id, asked.amount_krw, debit=_A.CASH, credit=_A.ROYALTY, deal_id=deal_id))


def unspent_return(session: Session, asked: Instruction, _: NoTerms) -> Effect:
    """Take back what a research team has not spent: into cash, to the vehicle's promises and to the envelopes."""
    vehicle_id, deal = party(asked.vehicle_id), session.get_one(Deal, party(asked.deal_id))
    if deal.instrument is not InvestmentInstrument.GRANT:
        raise ValueNotAllowed("Only a grant is settled; what other deals pay back is a repayment.", field="deal_id")
    commitment = live_commitment(session, deal.id, vehicle_id)
    pairs = [
        transfer(vehicle_id, asked.amount_krw, debit=_A.CASH, credit=_A.INVESTMENT, deal_id=deal.id),
        transfer(vehicle_id, asked.amount_krw, debit=_A.ADVANCED, credit=_A.UNSETTLED, deal_id=deal.id),
        transfer(vehicle_id, asked.amount_krw, debit=_A.UNCOMMITTED, credit=_A.DRAWN, deal_id=deal.id),
    ]
    returned = envelope_lines(session, commitment, asked.amount_krw)
    return Effect(lines=(*joined(pairs), *returned, *released_value(session, asked, asked.amount_krw)))


def released_value(session: Session, asked: Instruction, cost: int) -> tuple[Line, ...]:
    """Give the lines that take fair value off the books with the cost it stands above or below, pro rata.

    Without them a deal that is sold whole would keep a value that nobody holds.
    """
    vehicle_id, deal_id = party(asked.vehicle_id), asked.deal_id
    keys = [vehicle_account(kind, vehicle_id, deal_id=deal_id) for kind in (_A.INVESTMENT, _A.FAIR_VALUE)]
    invested, above = balances(session, keys).values()
    if not above or not 0 < cost <= invested:
        return ()
    part = abs(above) * cost // invested
    released = part if above > 0 else -part
    return transfer(vehicle_id, released, debit=_A.UNREALISED, credit=_A.FAIR_VALUE, deal_id=deal_id)
