"""Pages about the settlement of one deal, put together from its tranches, claims and draws."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.deals.heads import deal_head
from fund_service.forms import Values
from fund_service.settlement.deal_schemas import DealSettlementPage, Unspent
from fund_service.settlement.draw_schemas import DrawPage
from fund_service.settlement.queries import claims_of_deal, threshold
from fund_service.settlement.sampling import draw_view, draws_of, sample_share, undrawn_claims
from fund_service.settlement.schemas import DealSettlement
from fund_service.settlement.standings import deal_settlements, settlement_balances
from fund_service.settlement.tranche_schemas import CommitmentLeft, TranchePlanForm
from fund_service.settlement.tranches import commitments_left, evidence_choices
from models.clock import business_date
from models.ledger import AccountKind

SHOWN_CLAIMS = 20
ROW_FIELDS = ("milestone", "due_on", "amount_krw")
"""What a row of the form to plan tranches holds."""


def settlement_of(session: Session, deal_id: UUID) -> DealSettlement:
    """Show where a deal stands that is known to be there."""
    [standing] = deal_settlements(session, [deal_id])
    return standing


def deal_settlement_page(session: Session, deal_id: UUID, *, caller: Caller, at: datetime) -> DealSettlementPage:
    """Put the settlement tab of a deal together.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    """
    deal = deal_head(session, deal_id)
    settlement, commitments = settlement_of(session, deal_id), commitments_left(session, deal_id)
    return DealSettlementPage(
        deal=deal,
        settlement=settlement,
        commitments=commitments,
        unspent=_unspent(session, settlement, commitments),
        documents=evidence_choices(session, deal_id),
        draws=draws_of(session, deal_id),
        claims=claims_of_deal(session, deal_id, caller=caller, limit=SHOWN_CLAIMS),
        undrawn=undrawn_claims(session, deal_id),
        sample_share_bp=sample_share(session),
        threshold_krw=threshold(session),
        today=business_date(at),
    )


def _unspent(session: Session, settlement: DealSettlement, commitments: Sequence[CommitmentLeft]) -> list[Unspent]:
    """Show what each vehicle's book holds unsettled, less what waits for a review."""
    vehicles = {commitment.id: commitment.vehicle_id for commitment in commitments}
    left = {
        book.vehicle_id: totals.get(AccountKind.UNSETTLED, 0)
        for book, totals in settlement_balances(session, [settlement.deal_id]).items()
    }
    for tranche in settlement.tranches:
        vehicle_id = vehicles[tranche.commitment_id]
        left[vehicle_id] = left.get(vehicle_id, 0) - tranche.in_review_krw
    return [Unspent(vehicle_id=vehicle_id, amount_krw=amount) for vehicle_id, amount in left.items() if amount > 0]


def tranche_form(session: Session, deal_id: UUID, *, rows: int) -> TranchePlanForm:
    """Prepare the form to plan tranches.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    """
    return TranchePlanForm(deal=deal_head(session, deal_id), commitments=commitments_left(session, deal_id), rows=rows)


def draw_page(session: Session, deal_id: UUID, draw_id: UUID) -> DrawPage:
    """Put the page of a draw together.

    Raises
    ------
    RecordNotFound
        When there is no such draw of the deal.
    """
    return DrawPage(deal=deal_head(session, deal_id), draw=draw_view(session, deal_id, draw_id))


def rows_of(form: Values) -> dict[str, Any]:
    """Read the rows of the form to plan tranches as the plan a program would send; rows left empty are no tranches."""
    columns = {name: _column(form, name) for name in ROW_FIELDS}
    rows = [
        {name: _cell(name, cells[place]) for name, cells in columns.items() if len(cells) > place and cells[place]}
        for place in range(count_rows(form))
    ]
    return {
        **{name: value for name, value in form.items() if name not in ROW_FIELDS},
        "tranches": [row for row in rows if row],
    }


def count_rows(form: Values) -> int:
    """Count the rows that the form was shown with."""
    return max(1, *(len(_column(form, name)) for name in ROW_FIELDS))


def _column(form: Values, name: str) -> list[str]:
    texts = form.get(name, [])
    return [text.strip() for text in ([texts] if isinstance(texts, str) else texts)]


def _cell(name: str, text: str) -> str | int:
    """Read an amount with the commas people write; what is none is left for the schema to refuse."""
    digits = text.replace(",", "")
    return int(digits) if name == "amount_krw" and digits.isascii() and digits.isdigit() else text
