"""What each kind of instruction posts, and what it refuses."""

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from fund_service.ledger.settling import post_settlement, reverse_settlement
from models.clock import business_date, utc_now
from models.committee import ConditionPrecedent
from models.deal import Deal, DealStage, InvestmentInstrument
from models.errors import (
    GateClosed,
    LimitBroken,
    MoneyNotThere,
    RecordConflicts,
    RecordNotFound,
    StepNotAllowed,
    ValueNotAllowed,
)
from models.instruction import Instruction, TrancheState
from models.instruction import InstructionKind as K
from models.vehicle import Envelope, LimitForce, LimitKind, LimitRule

EOK = 100_000_000


def lines(fund, instruction):
    """Give the lines of an instruction's entry: kind, book, won."""
    entry = fund.entry_of(instruction)
    with Session(fund.engine) as session:
        rows = session.execute(
            sa.text(
                "SELECT account.kind, coalesce(vehicle.name_en, envelope.name_en), amount_krw FROM ledger_line "
                "JOIN account ON account.id = account_id LEFT JOIN vehicle ON vehicle.id = account.vehicle_id "
                "LEFT JOIN envelope ON envelope.id = account.envelope_id WHERE entry_id = :id"
            ),
            {"id": entry.id},
        )
        return {(kind, book): amount for kind, book, amount in rows}


def test_the_fund_is_set_up_to_be_promised_and_called(fund):
    done = fund.move(K.FUND_SIZE, 7, vehicle_id=fund.mother.id)
    assert lines(fund, done) == {
        ("uncommitted", "Mother fund"): 7,
        ("size", "Mother fund"): -7,
        ("callable", "Mother fund"): 7,
        ("calls", "Mother fund"): -7,
    }
    with pytest.raises(ValueNotAllowed):
        fund.make(K.FUND_SIZE, 7, vehicle_id=fund.direct.id)


def test_a_commitment_draws_on_vehicle_and_envelope(funded):
    deal = funded.commit(10 * EOK, tranches=(4 * EOK, 6 * EOK))
    assert funded.balance("committed", deal_id=deal.id) == 10 * EOK
    assert funded.balance("uncommitted", vehicle_id=funded.direct.id) == 790 * EOK
    assert funded.balance("envelope_available") == 590 * EOK
    assert [tranche.amount_krw for tranche in funded.tranches(deal)] == [4 * EOK, 6 * EOK]
    with Session(funded.engine) as session:
        assert session.get_one(Deal, deal.id).stage is DealStage.CONTRACTED


def test_a_paid_tranche_moves_cash_and_promise(funded):
    deal = funded.paid(10 * EOK, instrument=InvestmentInstrument.GRANT)
    assert funded.balance("cash") == 0
    assert funded.balance("investment", deal_id=deal.id) == 10 * EOK
    assert funded.balance("unsettled", deal_id=deal.id) == 10 * EOK
    assert funded.balance("holding", vehicle_id=funded.mother.id) == 10 * EOK
    [tranche] = funded.tranches(deal)
    assert tranche.state is TrancheState.PAID


def today():
    return business_date(utc_now()).isoformat()


def test_a_promise_to_a_vehicle_is_its_size_and_may_be_called(funded):
    assert funded.balance("promised", vehicle_id=funded.mother.id, child_id=funded.direct.id) == 800 * EOK
    assert funded.balance("uncommitted", vehicle_id=funded.mother.id) == 200 * EOK
    assert funded.balance("size", vehicle_id=funded.direct.id) == -800 * EOK
    assert funded.balance("callable", vehicle_id=funded.direct.id) == 800 * EOK
    with pytest.raises(ValueNotAllowed):
        funded.make(K.VEHICLE_COMMITMENT, 1, vehicle_id=funded.direct.id, terms={"child_id": str(funded.mother.id)})


def test_no_more_is_promised_than_is_there(funded):
    with pytest.raises(MoneyNotThere) as refused:
        funded.make(
            K.VEHICLE_COMMITMENT, 201 * EOK, vehicle_id=funded.mother.id, terms={"child_id": str(funded.direct.id)}
        )
    assert refused.value.facts["there"] == "20,000,000,000"
    with pytest.raises(MoneyNotThere):
        funded.make(K.DEAL_COMMITMENT, 601 * EOK, deal_id=funded.deal(601 * EOK).id)


def test_what_is_asked_is_looked_at_again_when_it_is_posted(funded):
    first, second = (funded.deal(350 * EOK) for _ in range(2))
    asked = [funded.make(K.DEAL_COMMITMENT, 350 * EOK, deal_id=deal.id) for deal in (first, second)]
    for checker in funded.checkers:
        funded.check(asked[0], checker)
    funded.check(asked[1], funded.checkers[0])
    with pytest.raises(MoneyNotThere):
        funded.check(asked[1], funded.checkers[1])
    assert funded.balance("envelope_available") == 250 * EOK


@pytest.mark.parametrize("stage", [DealStage.COMMITTEE, DealStage.CONTRACTED, DealStage.DECLINED])
def test_only_an_approved_deal_is_committed_to(funded, stage):
    deal = funded.deal(EOK)

    def move(session):
        found = session.get_one(Deal, deal.id)
        found.stage = stage
        if stage is DealStage.DECLINED:
            found.decline_reason, found.decline_words = "market", "시장 없음"
        session.add(found)

    funded.write(move)
    with pytest.raises(GateClosed):
        funded.make(K.DEAL_COMMITMENT, EOK, deal_id=deal.id)


def test_a_deal_edited_since_its_approval_is_not_committed_to(funded):
    deal = funded.deal(EOK)
    asked = funded.make(K.DEAL_COMMITMENT, EOK, deal_id=deal.id)

    def edit(session):
        found = session.get_one(Deal, deal.id)
        found.summary = "바뀐 조건"
        session.add(found)

    funded.write(edit)
    with pytest.raises(GateClosed, match="No approval"):
        funded.check(asked)


def test_a_commitment_is_what_the_committee_approved(funded):
    deal = funded.deal(EOK)
    with pytest.raises(ValueNotAllowed, match="approved"):
        funded.make(K.DEAL_COMMITMENT, EOK - 1, deal_id=deal.id)
    with pytest.raises(ValueNotAllowed, match="another vehicle"):
        funded.make(K.DEAL_COMMITMENT, EOK, deal_id=deal.id, vehicle_id=str(funded.mother.id))
    planned = {"tranches": [{"milestone": "착수", "amount_krw": EOK - 1}]}
    with pytest.raises(ValueNotAllowed, match="tranches"):
        funded.make(K.DEAL_COMMITMENT, EOK, deal_id=deal.id, terms=planned)


def test_a_broken_limit_refuses_the_commitment_with_rule_and_won(funded, store):
    rule = LimitRule(
        kind=LimitKind.COMPANY_CONCENTRATION,
        force=LimitForce.BLOCKS,
        vehicle_id=funded.direct.id,
        share_bp=100,
        basis_ko="규약",
        basis_en="agreement",
    )
    store(rule)
    with pytest.raises(LimitBroken) as refused:
        funded.make(K.DEAL_COMMITMENT, 10 * EOK, deal_id=funded.deal(10 * EOK).id)
    assert refused.value.facts["breach"] == "200,000,000"


def test_a_release_gives_back_to_vehicle_and_envelope(funded):
    deal = funded.commit(10 * EOK, tranches=(4 * EOK, 6 * EOK))
    with pytest.raises(MoneyNotThere, match="cancel"):
        funded.make(K.COMMITMENT_RELEASE, EOK, deal_id=deal.id)
    last = funded.tranches(deal)[1]
    funded.move(K.COMMITMENT_RELEASE, 6 * EOK, deal_id=deal.id, terms={"tranche_ids": [str(last.id)]})
    assert funded.balance("committed", deal_id=deal.id) == 4 * EOK
    assert funded.balance("envelope_available") == 596 * EOK
    assert funded.tranches(deal)[1].state is TrancheState.CANCELLED
    with pytest.raises(ValueNotAllowed, match="cancelled"):
        funded.make(K.COMMITMENT_RELEASE, EOK, deal_id=deal.id, terms={"tranche_ids": [str(last.id)]})
    with pytest.raises(MoneyNotThere):
        funded.make(K.COMMITMENT_RELEASE, 5 * EOK, deal_id=deal.id)


def test_a_call_is_itemised_and_comes_in_piece_by_piece(funded):
    items = [{"purpose": "investment", "amount_krw": 7}, {"purpose": "expense", "amount_krw": 3}]
    with pytest.raises(ValueNotAllowed, match="items"):
        funded.make(K.CAPITAL_CALL, 11, vehicle_id=funded.mother.id, terms={"due_on": today(), "items": items})
    with pytest.raises(ValueNotAllowed, match="one item"):
        funded.make(
            K.CAPITAL_CALL, 14, vehicle_id=funded.mother.id, terms={"due_on": today(), "items": [items[0], items[0]]}
        )
    call = funded.move(K.CAPITAL_CALL, 10, vehicle_id=funded.mother.id, terms={"due_on": today(), "items": items})
    assert lines(funded, call) == {("called", "Mother fund"): 10, ("callable", "Mother fund"): -10}
    terms = {"call_id": str(funded.call_of(call).id)}
    first = funded.move(K.CALL_RECEIPT, 6, vehicle_id=funded.mother.id, terms=terms)
    assert lines(funded, first) == {
        ("received", "Mother fund"): 6,
        ("called", "Mother fund"): -6,
        ("cash", "Mother fund"): 6,
        ("paid_in", "Mother fund"): -6,
    }
    with pytest.raises(MoneyNotThere, match="outstanding"):
        funded.make(K.CALL_RECEIPT, 5, vehicle_id=funded.mother.id, terms=terms)
    with pytest.raises(ValueNotAllowed):
        funded.make(K.CALL_RECEIPT, 4, vehicle_id=funded.direct.id, terms=terms)
    with pytest.raises(StepNotAllowed, match="receipts"):
        funded.make(K.REVERSAL, vehicle_id=None, terms={"entry_id": str(funded.entry_of(call).id)})
    funded.move(K.REVERSAL, terms={"entry_id": str(funded.entry_of(first).id)})
    funded.move(K.CALL_RECEIPT, 10, vehicle_id=funded.mother.id, terms=terms)


def test_a_call_taken_back_takes_no_receipt(funded):
    items = [{"purpose": "investment", "amount_krw": 10}]
    call = funded.move(K.CAPITAL_CALL, 10, vehicle_id=funded.mother.id, terms={"due_on": today(), "items": items})
    funded.move(K.REVERSAL, terms={"entry_id": str(funded.entry_of(call).id)})
    assert funded.balance("callable", vehicle_id=funded.mother.id) == 1_000 * EOK
    terms = {"call_id": str(funded.call_of(call).id)}
    with pytest.raises(MoneyNotThere, match="outstanding"):
        funded.make(K.CALL_RECEIPT, 1, vehicle_id=funded.mother.id, terms=terms)


def test_a_tranche_is_paid_when_its_milestone_and_the_conditions_are_met(funded, store):
    deal = funded.deal(EOK)
    item = funded.approval_of(deal)
    condition = ConditionPrecedent(item_id=item.id, words="특허 이전 등록")
    store(condition)
    planned = {"tranches": [{"milestone": "착수", "amount_krw": EOK}]}
    funded.move(K.DEAL_COMMITMENT, EOK, deal_id=deal.id, terms=planned)
    funded.fund_cash(EOK)
    [tranche] = funded.tranches(deal)
    asked = {"deal_id": deal.id, "terms": {"tranche_id": str(tranche.id)}}
    with pytest.raises(GateClosed, match="milestone"):
        funded.make(K.DISBURSEMENT, EOK, **asked)
    funded.meet(tranche, deal)
    with pytest.raises(GateClosed, match="특허"):
        funded.make(K.DISBURSEMENT, EOK, **asked)

    def meet(session):
        found = session.get_one(ConditionPrecedent, condition.id)
        found.met_at, found.met_by_id = utc_now(), funded.maker.id
        session.add(found)

    funded.write(meet)
    with pytest.raises(ValueNotAllowed, match="whole"):
        funded.make(K.DISBURSEMENT, EOK - 1, **asked)
    paid = funded.move(K.DISBURSEMENT, EOK, **asked)
    assert lines(funded, paid) == {
        ("investment", "Direct window"): EOK,
        ("cash", "Direct window"): -EOK,
        ("drawn", "Direct window"): EOK,
        ("committed", "Direct window"): -EOK,
    }
    with Session(funded.engine) as session:
        assert session.get_one(Deal, deal.id).stage is DealStage.DISBURSING
    with pytest.raises(GateClosed):
        funded.make(K.DISBURSEMENT, EOK, **asked)


def test_a_payment_without_cash_is_refused(funded):
    deal = funded.commit(EOK, tranches=(EOK,))
    [tranche] = funded.tranches(deal)
    funded.meet(tranche, deal)
    with pytest.raises(MoneyNotThere) as refused:
        funded.make(K.DISBURSEMENT, EOK, deal_id=deal.id, terms={"tranche_id": str(tranche.id)})
    assert refused.value.facts["account"] == "현금"


def test_an_expense_is_paid_from_cash(funded):
    funded.fund_cash(100)
    spent = funded.move(K.EXPENSE, 30, vehicle_id=funded.direct.id, terms={"purpose": "management_fee"})
    assert lines(funded, spent) == {("expense", "Direct window"): 30, ("cash", "Direct window"): -30}
    with pytest.raises(ValueNotAllowed):
        funded.make(K.EXPENSE, 1, vehicle_id=funded.direct.id, terms={"purpose": "investment"})


def test_a_distribution_goes_up_and_its_recallable_part_can_be_called_again(funded):
    funded.fund_cash(100)
    terms = {"capital_krw": 50, "recallable_krw": 20}
    done = funded.move(K.DISTRIBUTION, 60, vehicle_id=funded.direct.id, terms=terms)
    assert lines(funded, done) == {
        ("distributed", "Direct window"): 60,
        ("cash", "Direct window"): -60,
        ("recallable", "Direct window"): 20,
        ("recalls", "Direct window"): -20,
        ("callable", "Direct window"): 20,
        ("calls", "Direct window"): -20,
        ("cash", "Mother fund"): 60,
        ("holding", "Mother fund"): -50,
        ("income", "Mother fund"): -10,
    }
    with pytest.raises(ValueNotAllowed):
        funded.make(K.DISTRIBUTION, 5, vehicle_id=funded.direct.id, terms={"recallable_krw": 6})
    with pytest.raises(MoneyNotThere, match="at cost"):
        funded.make(K.DISTRIBUTION, 60, vehicle_id=funded.direct.id, terms={"capital_krw": 51})
    with pytest.raises(ValueNotAllowed, match="parent"):
        funded.make(K.DISTRIBUTION, 5, vehicle_id=funded.mother.id, terms={"capital_krw": 1})


def test_a_call_beyond_what_was_never_called_calls_again_what_was_distributed(funded):
    funded.fund_cash(100)
    funded.move(K.DISTRIBUTION, 60, vehicle_id=funded.direct.id, terms={"capital_krw": 60, "recallable_krw": 20})
    never_called = 800 * EOK - 100
    for amount in (never_called - 5, 15):
        items = [{"purpose": "investment", "amount_krw": amount}]
        funded.move(K.CAPITAL_CALL, amount, vehicle_id=funded.direct.id, terms={"due_on": today(), "items": items})
    assert funded.balance("recallable", vehicle_id=funded.direct.id) == 10
    assert funded.balance("callable", vehicle_id=funded.direct.id) == 10


def test_proceeds_return_cost_and_gain(funded):
    deal = funded.paid(EOK)
    done = funded.move(K.PROCEEDS, EOK, deal_id=deal.id, terms={"cost_krw": EOK // 2})
    assert lines(funded, done) == {
        ("cash", "Direct window"): EOK,
        ("investment", "Direct window"): -EOK // 2,
        ("realised", "Direct window"): -EOK // 2,
    }
    loss = funded.move(K.PROCEEDS, 10, deal_id=deal.id, terms={"cost_krw": EOK // 2})
    assert lines(funded, loss)["realised", "Direct window"] == EOK // 2 - 10
    with pytest.raises(MoneyNotThere):
        funded.make(K.PROCEEDS, 10, deal_id=deal.id, terms={"cost_krw": 1})


def test_repayment_royalty_and_write_off(funded):
    deal = funded.paid(EOK)
    repaid = funded.move(K.REPAYMENT, 30, deal_id=deal.id)
    assert lines(funded, repaid) == {("cash", "Direct window"): 30, ("investment", "Direct window"): -30}
    royalty = funded.move(K.ROYALTY, 7, deal_id=deal.id)
    assert lines(funded, royalty) == {("cash", "Direct window"): 7, ("royalty", "Direct window"): -7}
    written = funded.move(K.WRITE_OFF, EOK - 30, deal_id=deal.id)
    assert lines(funded, written)["written_off", "Direct window"] == EOK - 30
    with pytest.raises(MoneyNotThere):
        funded.make(K.REPAYMENT, 1, deal_id=deal.id)
    with pytest.raises(ValueNotAllowed, match="no commitment"):
        funded.make(K.ROYALTY, 1, deal_id=funded.deal(EOK).id)


def test_a_valuation_sets_the_value_and_follows_the_cost(funded):
    deal = funded.paid(100)
    up = funded.move(K.VALUATION, 150, deal_id=deal.id, terms={"method": "최근 투자단가"})
    assert lines(funded, up) == {("fair_value", "Direct window"): 50, ("unrealised", "Direct window"): -50}
    funded.move(K.PROCEEDS, 80, deal_id=deal.id, terms={"cost_krw": 50})
    assert funded.balance("fair_value", deal_id=deal.id) == 25
    down = funded.move(K.VALUATION, 0, deal_id=deal.id, terms={"method": "원가법"})
    assert funded.balance("fair_value", deal_id=deal.id) == -50
    with pytest.raises(ValueNotAllowed, match="already"):
        funded.make(K.VALUATION, 0, deal_id=deal.id, terms={"method": "원가법"})
    with pytest.raises(ValueNotAllowed, match="moved on"):
        funded.make(K.VALUATION, 9, deal_id=deal.id, terms={"method": "원가법"}, effective_on="2026-02-01")
    with pytest.raises(StepNotAllowed, match="anew"):
        funded.make(K.REVERSAL, terms={"entry_id": str(funded.entry_of(up).id)})
    funded.move(K.REVERSAL, terms={"entry_id": str(funded.entry_of(down).id)})
    funded.move(K.WRITE_OFF, 50, deal_id=deal.id)
    assert funded.balance("fair_value", deal_id=deal.id) == funded.balance("investment", deal_id=deal.id) == 0
    with pytest.raises(MoneyNotThere, match="Nothing is invested"):
        funded.make(K.VALUATION, 9, deal_id=deal.id, terms={"method": "원가법"})


def test_a_grant_is_settled_and_what_is_not_spent_comes_back(funded):
    deal = funded.paid(100, instrument=InvestmentInstrument.GRANT)
    at = utc_now()
    facts = {"deal_id": deal.id, "vehicle_id": funded.direct.id, "made_by_id": funded.maker.id, "words": "재료비"}
    settled = funded.write(
        lambda session: post_settlement(session, amount_krw=60, on=business_date(at), at=at, **facts)
    )
    assert settled.checks_needed == 0
    assert lines(funded, settled) == {("settled", "Direct window"): 60, ("unsettled", "Direct window"): -60}
    with pytest.raises(MoneyNotThere):
        funded.write(lambda session: post_settlement(session, amount_krw=41, on=business_date(at), at=at, **facts))
    back = funded.move(K.UNSPENT_RETURN, 40, deal_id=deal.id)
    assert lines(funded, back) == {
        ("cash", "Direct window"): 40,
        ("investment", "Direct window"): -40,
        ("advanced", "Direct window"): 40,
        ("unsettled", "Direct window"): -40,
        ("uncommitted", "Direct window"): 40,
        ("drawn", "Direct window"): -40,
        ("envelope_available", "Direct 2026"): 40,
        ("envelope_drawn", "Direct 2026"): -40,
    }
    again = {"words": "반려", "made_by_id": funded.maker.id, "on": business_date(at), "at": at}
    opened = funded.write(lambda session: reverse_settlement(session, settled.id, **again))
    assert funded.balance("unsettled", deal_id=deal.id) == 60
    for instruction_id, refusal in ((settled.id, RecordConflicts), (opened.id, RecordNotFound)):
        with pytest.raises(refusal):
            funded.write(lambda session, named=instruction_id: reverse_settlement(session, named, **again))
    with pytest.raises(StepNotAllowed, match="claim"):
        funded.make(K.REVERSAL, terms={"entry_id": str(funded.entry_of(settled).id)})
    with pytest.raises(ValueNotAllowed):
        funded.make(K.SETTLEMENT, 1, deal_id=deal.id)


def test_only_a_grant_returns_what_is_not_spent(funded):
    with pytest.raises(ValueNotAllowed, match="grant"):
        funded.make(K.UNSPENT_RETURN, 1, deal_id=funded.paid(100).id)


def test_an_entry_is_taken_back_once_line_by_line(funded):
    spent = funded.fund_cash(100) or funded.move(
        K.EXPENSE, 30, vehicle_id=funded.direct.id, terms={"purpose": "expense"}
    )
    entry = funded.entry_of(spent)
    with pytest.raises(ValueNotAllowed, match="whole"):
        funded.make(K.REVERSAL, 29, terms={"entry_id": str(entry.id)})
    twice = [funded.make(K.REVERSAL, terms={"entry_id": str(entry.id)}) for _ in range(2)]
    done = funded.check(twice[0])
    assert lines(funded, done) == {("expense", "Direct window"): -30, ("cash", "Direct window"): 30}
    assert funded.entry_of(done).reverses_id == entry.id
    with pytest.raises(RecordConflicts, match="taken back already"):
        funded.check(twice[1])
    with pytest.raises(StepNotAllowed, match="itself"):
        funded.make(K.REVERSAL, terms={"entry_id": str(funded.entry_of(done).id)})


def test_a_payment_taken_back_lets_its_tranche_be_paid_again(funded):
    deal = funded.paid(EOK)
    [tranche] = funded.tranches(deal)
    with Session(funded.engine) as session:
        paid = session.get_one(Instruction, tranche.instruction_id)
    funded.move(K.REVERSAL, terms={"entry_id": str(funded.entry_of(paid).id)})
    [tranche] = funded.tranches(deal)
    assert tranche.state is TrancheState.MET
    assert funded.balance("committed", deal_id=deal.id) == EOK
    funded.move(K.DISBURSEMENT, EOK, deal_id=deal.id, terms={"tranche_id": str(tranche.id)})


def test_a_release_taken_back_opens_its_tranches_again(funded):
    deal = funded.commit(EOK, tranches=(EOK,))
    [tranche] = funded.tranches(deal)
    released = funded.move(K.COMMITMENT_RELEASE, EOK, deal_id=deal.id, terms={"tranche_ids": [str(tranche.id)]})
    funded.move(K.REVERSAL, terms={"entry_id": str(funded.entry_of(released).id)})
    assert funded.tranches(deal)[0].state is TrancheState.PLANNED
    assert funded.balance("envelope_available") == 599 * EOK


def test_a_commitment_is_released_not_taken_back(funded):
    deal = funded.commit(EOK)
    with Session(funded.engine) as session:
        committed = session.exec(select(Instruction).where(Instruction.deal_id == deal.id)).one()
    with pytest.raises(StepNotAllowed, match="released"):
        funded.make(K.REVERSAL, terms={"entry_id": str(funded.entry_of(committed).id)})


def test_envelopes_get_back_their_share_whatever_the_pieces(funded, store):
    whole = Envelope(name_ko="2026년", name_en="Year 2026", year=business_date(utc_now()).year)
    store(whole)
    funded.move(K.ENVELOPE_BUDGET, 100, envelope_id=whole.id)
    deal = funded.commit(100)
    for piece in (33, 33, 34):
        funded.move(K.COMMITMENT_RELEASE, piece, deal_id=deal.id)
    assert funded.balance("envelope_available", envelope_id=whole.id) == 100
    assert funded.balance("envelope_drawn") == 0
