"""What payments do on the ledger: tranches paid to deals, fees and expenses of vehicles."""

from sqlmodel import Session

from fund_service import locales
from fund_service.committee.approvals import unmet_conditions
from fund_service.consultations.holds import refuse_waiting
from fund_service.deals.steps import take_step
from fund_service.ledger.books import Effect, Posting, joined, party, transfer
from fund_service.ledger.commitments import PAYING_STAGES, live_commitment
from fund_service.ledger.terms import DisbursementTerms, ExpenseTerms
from models.deal import Deal, DealStage, InvestmentInstrument
from models.errors import GateClosed, ValueNotAllowed
from models.instruction import Instruction, Tranche, TrancheState
from models.ledger import AccountKind

_A = AccountKind


def disbursement(session: Session, asked: Instruction, terms: DisbursementTerms) -> Effect:
    """Pay a tranche whose milestone is met; a grant's is owed a settlement by the research team."""
    vehicle_id, deal = party(asked.vehicle_id), session.get_one(Deal, party(asked.deal_id))
    commitment = live_commitment(session, deal.id, vehicle_id)
    tranche = session.get(Tranche, terms.tranche_id, populate_existing=True)
    if tranche is None or tranche.commitment_id != commitment.id:
        raise ValueNotAllowed("The commitment has no such tranche.", field="tranche_id")
    if tranche.amount_krw != asked.amount_krw:
        raise ValueNotAllowed(
            "The tranche is of {amount} won; it is paid whole.", field="amount_krw", amount=f"{tranche.amount_krw:,}"
        )
    _check_payable(session, deal, tranche)
    pairs = [
        transfer(vehicle_id, asked.amount_krw, debit=_A.INVESTMENT, credit=_A.CASH, deal_id=deal.id),
        transfer(vehicle_id, asked.amount_krw, debit=_A.DRAWN, credit=_A.COMMITTED, deal_id=deal.id),
    ]
    if deal.instrument is InvestmentInstrument.GRANT:
        pairs.append(transfer(vehicle_id, asked.amount_krw, debit=_A.UNSETTLED, credit=_A.ADVANCED, deal_id=deal.id))

    def carry_out(posting: Posting) -> None:
        tranche.state, tranche.instruction_id = TrancheState.PAID, posting.instruction.id
        posting.session.add(tranche)
        posting.session.flush()
        if deal.stage is not DealStage.DISBURSING:
            take_step(
                posting.session,
                deal,
                DealStage.DISBURSING,
                person_id=posting.person_id,
                at=posting.at,
                words=posting.instruction.words,
            )

    return Effect(lines=joined(pairs), carry_out=carry_out)


def _check_payable(session: Session, deal: Deal, tranche: Tranche) -> None:
    if deal.stage not in PAYING_STAGES:
        raise GateClosed("A deal is paid once it is contracted; this one is: {stage}.", stage=locales.label(deal.stage))
    if tranche.state is not TrancheState.MET:
        raise GateClosed(
            "A tranche is paid once its milestone is met, with the evidence on file; this one is: {state}.",
            state=locales.label(tranche.state),
        )
    unmet = unmet_conditions(session, deal.id)
    if unmet:
        words = "; ".join(condition.words for condition in unmet)
        raise GateClosed("Conditions of the committee are not met: {words}", words=words)
    refuse_waiting(session, deal.id, DealStage.DISBURSING)


def expense(_: Session, asked: Instruction, __: ExpenseTerms) -> Effect:
    """Pay a fee or expense of a vehicle."""
    return Effect(lines=transfer(party(asked.vehicle_id), asked.amount_krw, debit=_A.EXPENSE, credit=_A.CASH))


def reopen_tranche(posting: Posting, paid: Instruction) -> None:
    """Let the tranche of a payment that is taken back be paid again."""
    terms = DisbursementTerms.model_validate(paid.terms)
    tranche = posting.session.get_one(Tranche, terms.tranche_id, populate_existing=True)
    tranche.state, tranche.instruction_id = TrancheState.MET, None
    posting.session.add(tranche)
    posting.session.flush()
