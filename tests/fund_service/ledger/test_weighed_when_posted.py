"""What could be posted when it was asked for is weighed again when it is posted, as the ledger stands then."""

import pytest
from sqlmodel import Session, func, select

from models.deal import Deal, DealStage
from models.errors import GateClosed, LimitBroken
from models.instruction import Commitment
from models.instruction import InstructionKind as K
from models.vehicle import LimitKind, LimitRule

EOK = 100_000_000


def test_a_limit_that_another_commitment_used_up_meanwhile_refuses_the_next_whole(funded, store):
    ten_percent = LimitRule(kind=LimitKind.COMPANY_CONCENTRATION, share_bp=1_000, basis_ko="규약", basis_en="Agreement")
    store(ten_percent)
    deals = [funded.deal(60 * EOK) for _ in range(2)]
    first, second = (funded.make(K.DEAL_COMMITMENT, 60 * EOK, deal_id=deal.id) for deal in deals)
    funded.check(first)
    with pytest.raises(LimitBroken):
        funded.check(second)
    assert funded.balance("committed") == 60 * EOK
    with Session(funded.engine) as session:
        assert session.exec(select(func.count()).select_from(Commitment)).one() == 1, "what was written ahead is undone"
        assert session.get_one(Deal, deals[1].id).stage is DealStage.APPROVED


def test_of_two_commitments_to_one_deal_one_is_posted(funded):
    deal = funded.deal(EOK)
    first, second = (funded.make(K.DEAL_COMMITMENT, EOK, deal_id=deal.id) for _ in range(2))
    funded.check(first)
    with pytest.raises(GateClosed):
        funded.check(second)
    assert funded.balance("committed", deal_id=deal.id) == EOK
