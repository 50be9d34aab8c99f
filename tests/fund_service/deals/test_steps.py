"""Steps of deals: which there are, who takes them, what their gates ask, what ending needs."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from fund_service.deals.gates import SENTENCES, missing_for
from fund_service.ledger.posting import AccountKey, post
from models.clock import business_date, utc_now
from models.deal import DEAL_STEPS, Deal, DealStage, InvestmentInstrument
from models.diligence import ChecklistItem
from models.instruction import Commitment, Instruction, InstructionCheck, InstructionKind, Tranche
from models.ledger import AccountKind
from models.person import Person, Role
from models.timeline import DealStageChange
from tests.fund_service.deals.facts import BY_HAND, STAGES, if_match

pytestmark = pytest.mark.usefixtures("reference_data")

ENDED = {DealStage.DECLINED, DealStage.WITHDRAWN}
NOT_BY_HAND = [stage for stage in STAGES if stage not in BY_HAND]


def step_to(stage):
    reason = {"reason": "market", "words": "시장이 없다."} if stage in ENDED else {}
    return {"stage": stage.value} | reason


@pytest.fixture
def take(manager):
    """Try a step by hand from where the deal stands."""

    def take(deal_id, stage, **changes):
        view = manager.get(f"/deals/{deal_id}").json()
        return manager.post(f"/deals/{deal_id}/steps", json=step_to(stage) | changes, headers=if_match(view))

    return take


@pytest.mark.parametrize("stage", STAGES)
def test_a_step_by_hand_leads_where_the_table_leads_and_nowhere_else(ready_deal, take, stage):
    for target in STAGES:
        deal = ready_deal(stage)
        answer = take(deal.id, target)
        allowed = target in DEAL_STEPS[stage] and target in BY_HAND
        assert answer.status_code == (200 if allowed else 409), (stage, target, answer.text)
        if allowed:
            assert answer.json()["deal"]["stage"] == target.value
        else:
            assert answer.json()["code"] == "step_not_allowed"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(st.sampled_from(STAGES), min_size=1, max_size=12))
def test_no_walk_by_hand_reaches_what_committee_and_ledger_decide(ready_deal, take, read, walk):
    deal = ready_deal(DealStage.SOURCED)
    stage, taken = DealStage.SOURCED, 0
    for target in walk:
        answer = take(deal.id, target)
        if target in DEAL_STEPS[stage] and target not in NOT_BY_HAND:
            assert answer.status_code == 200, answer.text
            stage, taken = target, taken + 1
        else:
            assert answer.status_code == 409, answer.text
        read.expire_all()
        assert read.get_one(Deal, deal.id).stage == stage
        assert stage not in NOT_BY_HAND
    log = read.exec(select(DealStageChange).where(DealStageChange.deal_id == deal.id)).all()
    assert len(log) == taken
    assert [change.from_stage for change in sorted(log, key=lambda change: change.id)][1:] == [
        change.to_stage for change in sorted(log, key=lambda change: change.id)
    ][:-1]


def test_due_diligence_asks_for_a_vehicle_and_sets_the_standard_checklist(make_deal, vehicle, take, read):
    deal = make_deal(DealStage.SCREENING)
    answer = take(deal.id, DealStage.DUE_DILIGENCE)
    assert (answer.status_code, answer.json()["code"]) == (409, "gate_closed")
    deal = make_deal(DealStage.SCREENING, vehicle_id=vehicle.id)
    assert take(deal.id, DealStage.DUE_DILIGENCE).status_code == 200
    assert read.exec(select(ChecklistItem).where(ChecklistItem.deal_id == deal.id)).all()


@pytest.mark.parametrize(
    "lacking",
    ["reviews", "checklist_unset", "checklist", "document", "spillover", "additionality", "region", "vehicle"],
)
def test_the_gate_to_the_committee_names_what_is_missing(manager, ready_deal, take, lacking):
    blank = {"additionality": {"additionality": "  "}, "region": {"region_code": None}, "vehicle": {"vehicle_id": None}}
    deal = ready_deal(leave_out={lacking}, **blank.get(lacking, {}))
    [gate] = [gate for gate in manager.get(f"/deals/{deal.id}").json()["gates"] if gate["stage"] == "committee"]
    assert {one["code"] for one in gate["missing"]} == {lacking}
    answer = take(deal.id, DealStage.COMMITTEE)
    assert (answer.status_code, answer.json()["code"]) == (409, "gate_closed")
    assert all(one["sentence"] in answer.json()["detail"] for one in gate["missing"])
    assert manager.get(f"/deals/{deal.id}").json()["deal"]["stage"] == "due_diligence"


def test_two_accounts_of_one_human_being_are_one_review(ready_deal, database, take):
    deal = ready_deal()
    with Session(database) as session:
        first, second = session.exec(select(Person).where(Person.name == "검토자")).all()
        second.human_id = first.human_id
        session.add(second)
        session.commit()
    assert take(deal.id, DealStage.COMMITTEE).json()["code"] == "gate_closed"


def test_declining_asks_for_reason_and_words_and_the_log_keeps_both(manager, make_deal, take):
    deal = make_deal(DealStage.SCREENING)
    address = f"/deals/{deal.id}"
    view = manager.get(address).json()
    for lacking, field in ({"reason": None}, "reason"), ({"words": "  "}, "words"):
        answer = take(deal.id, DealStage.DECLINED, **lacking)
        assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, field)
    assert take(deal.id, DealStage.SOURCED, reason="market").status_code == 422
    assert take(deal.id, DealStage.DECLINED, reason="whim").status_code == 400
    assert manager.get(address).json() == view
    declined = take(deal.id, DealStage.DECLINED).json()
    assert (declined["decline_reason"], declined["decline_words"]) == ("market", "시장이 없다.")
    reopened = take(deal.id, DealStage.SCREENING, words="새 고객이 생겼다.").json()
    assert (reopened["decline_reason"], reopened["decline_words"]) == (None, None)
    assert [(step["to_stage"], step["reason"], step["words"]) for step in reopened["stages"]] == [
        ("declined", "market", "시장이 없다."), ("screening", None, "새 고객이 생겼다."),
    ]  # fmt: skip
    assert [activity["to_stage"] for activity in reopened["items"]] == ["screening", "declined"]


@pytest.fixture
def commit_won(store, vehicle, database, people):
    """Post the commitment of won to a deal, made by one person and checked by another."""

    def commit_won(deal, amount):
        maker, checker = people[Role.FUND_MANAGER], people[Role.COMMITTEE_MEMBER]
        size = AccountKey(AccountKind.SIZE, vehicle_id=vehicle.id)
        uncommitted = AccountKey(AccountKind.UNCOMMITTED, vehicle_id=vehicle.id)
        committed = AccountKey(AccountKind.COMMITTED, vehicle_id=vehicle.id, deal_id=deal.id)
        instructions = []
        with Session(database, expire_on_commit=False) as session:
            for kind, lines in (
                (InstructionKind.FUND_SIZE, [(uncommitted, amount), (size, -amount)]),
                (InstructionKind.DEAL_COMMITMENT, [(committed, amount), (uncommitted, -amount)]),
            ):
                instruction = Instruction(
                    kind=kind, vehicle_id=vehicle.id, deal_id=deal.id, amount_krw=amount, words="x", terms_digest="",
                    effective_on=business_date(utc_now()), made_by_id=maker.id,
                )  # fmt: skip
                instruction.terms_digest = instruction.digest_of_terms()
                session.add(instruction)
                session.flush()
                session.add(
                    InstructionCheck(instruction_id=instruction.id, human_id=checker.human_id, person_id=checker.id,
                                     terms_digest=instruction.terms_digest)
                )  # fmt: skip
                session.flush()
                post(session, instruction, lines, at=utc_now(), resolved_by_id=checker.id)
                instructions.append(instruction)
            session.commit()
        commitment = Commitment(
            deal_id=deal.id, vehicle_id=vehicle.id, instruction_id=instructions[1].id, amount_krw=amount,
            approval_digest="0" * 64,
        )  # fmt: skip
        store(commitment)
        return commitment

    return commit_won


def test_a_deal_ends_only_without_won_on_it(manager, make_deal, commit_won, take):
    contracted = make_deal(DealStage.CONTRACTED)
    commit_won(contracted, 7)
    answer = take(contracted.id, DealStage.WITHDRAWN)
    assert (answer.status_code, answer.json()["code"]) == (409, "gate_closed")
    assert "7" in answer.json()["detail"]
    disbursing = make_deal(DealStage.DISBURSING)
    commit_won(disbursing, 7)
    assert take(disbursing.id, DealStage.EXITED).status_code == 409
    assert take(make_deal(DealStage.CONTRACTED).id, DealStage.WITHDRAWN).status_code == 200


def test_monitoring_waits_for_the_last_tranche(make_deal, commit_won, store, take):
    deal = make_deal(DealStage.DISBURSING)
    store(Tranche(commitment_id=commit_won(deal, 7).id, position=1, milestone="시제품", amount_krw=7))
    answer = take(deal.id, DealStage.MONITORING)
    assert (answer.status_code, answer.json()["code"]) == (409, "gate_closed")


def test_a_contract_needs_a_standing_approval(database, make_deal, vehicle):
    deal = make_deal(DealStage.APPROVED, vehicle_id=vehicle.id)
    with Session(database) as session:
        assert [one.code for one in missing_for(session, deal, DealStage.CONTRACTED)] == ["approval"]
        assert missing_for(session, deal, DealStage.SCREENING) == []


def test_every_missing_thing_is_said_in_both_languages(manager, english, make_deal):
    deal = make_deal(DealStage.DUE_DILIGENCE, instrument=InvestmentInstrument.GRANT)
    said = {
        language: [
            one["sentence"] for gate in client.get(f"/deals/{deal.id}").json()["gates"] for one in gate["missing"]
        ]
        for language, client in {"ko": manager, "en": english}.items()
    }
    assert len(said["ko"]) == len(said["en"]) > 5
    assert not set(said["ko"]) & set(said["en"])
    assert len(SENTENCES) == len(set(SENTENCES.values()))
