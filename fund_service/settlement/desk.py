"""What a research team sees of settlement on its first page."""

from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.settlement.queries import WAITING
from fund_service.settlement.schemas import SettlementDesk
from fund_service.settlement.standings import carried_out_by, deal_settlements
from models.deal import Deal
from models.instruction import Commitment
from models.settlement import ExpenseClaim


def settlement_desk(session: Session, *, caller: Caller) -> SettlementDesk:
    """Sum up the committed grants of the caller's team, in six statements."""
    committed = col(Deal.id).in_(select(Commitment.deal_id))
    grants = session.exec(select(Deal.id).where(carried_out_by(caller), committed)).all()
    asked = session.exec(
        select(func.count())
        .select_from(ExpenseClaim)
        .join(Deal, col(Deal.id) == col(ExpenseClaim.deal_id))
        .where(carried_out_by(caller), col(ExpenseClaim.state).in_(WAITING), col(ExpenseClaim.document_id).is_(None))
    ).one()
    return SettlementDesk(
        grants=len(grants),
        left_krw=sum(standing.left_krw for standing in deal_settlements(session, grants)),
        documents_asked=asked,
    )
