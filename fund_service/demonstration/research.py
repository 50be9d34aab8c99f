"""The invented research team: how it settles what it was paid."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlmodel import col, select

from fund_service.demonstration.cast import TEAM, Cast, after, on
from fund_service.demonstration.decisions import PAID
from fund_service.settlement.commands import make_claim
from fund_service.settlement.schemas import ClaimIn
from models.instruction import Commitment, Tranche, TrancheState
from models.settlement import ExpenseCategory
from seeds.demo_records import DealRecord

CLAIMS = (
    (ExpenseCategory.MATERIALS, 182_000, "감속기 시험편 가공"),
    (ExpenseCategory.ACTIVITIES, 96_500, "수요기업 현장 실증 출장"),
    (ExpenseCategory.MATERIALS, 254_300, "엔코더와 케이블"),
    (ExpenseCategory.ACTIVITIES, 143_000, "특허 출원 수수료"),
    (ExpenseCategory.MATERIALS, 78_900, "윤활제와 세정제"),
    (ExpenseCategory.OVERHEAD, 210_000, "실험실 공공요금"),
)
"""Small claims of successive days: below the threshold no documents are asked for."""


def settle(cast: Cast, record: DealRecord, decided: date) -> Iterator[datetime]:
    """Claim small expenses against the first tranche, one a week."""
    team, project = cast.callers[TEAM], cast.projects[record.project]
    begins = max(after(decided, PAID), project.starts_on or decided)
    for week, (category, amount_krw, words) in enumerate(CLAIMS, 1):
        at = on(after(begins, 7 * week))
        yield at
        tranche = cast.session.exec(
            select(Tranche)
            .join(Commitment, col(Commitment.id) == col(Tranche.commitment_id))
            .where(Commitment.deal_id == cast.deals[record.external_id], Tranche.state == TrancheState.PAID)
            .order_by(col(Tranche.position))
        ).first()
        if tranche is None:
            return
        claim = ClaimIn(
            tranche_id=tranche.id, category=category, amount_krw=amount_krw, spent_on=at.date(), words=words
        )
        make_claim(cast.session, claim, upload=None, caller=team, at=at)
