"""What records know of themselves: digests that bind to all they say, stages that let nothing else be done."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from models.delivery import MOST_ATTEMPTS, pause_after
from models.errors import StepNotAllowed
from models.identity import new_id
from models.instruction import Instruction, InstructionKind
from models.ledger import JournalEntry, LedgerLine, entry_digest
from models.matching_round import MatchingRound, RoundState
from models.person import Person
from models.planning import PLANNING_STEPS, PlanningRound, PlanningStage
from models.regional import SpilloverReview, spread_of
from models.signal import stated_amount
from models.theme import Theme

AT = datetime(2026, 11, 23, 3, tzinfo=UTC)


def test_an_approval_binds_to_everything_that_is_asked():
    asked = {
        "kind": InstructionKind.DEAL_COMMITMENT, "vehicle_id": new_id(), "envelope_id": new_id(), "deal_id": new_id(),
        "amount_krw": 10, "effective_on": date(2026, 11, 23), "terms": {"tranche": 1}, "words": "first",
        "made_by_id": new_id(), "checks_needed": 1,
    }  # fmt: skip
    other = {
        "kind": InstructionKind.VALUATION, "vehicle_id": None, "envelope_id": None, "deal_id": None,
        "amount_krw": 11, "effective_on": date(2026, 11, 24), "terms": {"tranche": 2}, "words": "second",
        "made_by_id": new_id(), "checks_needed": 2,
    }  # fmt: skip
    assert asked.keys() == other.keys()
    digests = {Instruction(**asked | {name: other[name]}).digest_of_terms() for name in asked}
    assert len(digests | {Instruction(**asked).digest_of_terms()}) == len(asked) + 1
    assert Instruction(**asked).digest_of_terms() == Instruction(**asked).digest_of_terms()


def test_the_seal_of_an_entry_covers_each_of_its_facts_and_lines_in_any_order():
    facts = {
        "previous_digest": "0" * 64, "number": 1, "id": new_id(), "instruction_id": new_id(),
        "effective_on": date(2026, 11, 23), "recorded_at": AT, "reverses_id": None,
    }  # fmt: skip
    other = {
        "previous_digest": "1" * 64, "number": 2, "id": new_id(), "instruction_id": new_id(),
        "effective_on": date(2026, 11, 24), "recorded_at": AT + timedelta(microseconds=1), "reverses_id": new_id(),
    }  # fmt: skip
    account = new_id()
    lines = [LedgerLine(position=at, account_id=account, amount_krw=amount) for at, amount in enumerate((5, -2, -3))]
    sealed = {entry_digest(JournalEntry(**facts), order) for order in permutations(lines)}
    assert len(sealed) == 1
    sealed |= {entry_digest(JournalEntry(**facts | {name: other[name]}), lines) for name in facts}
    moved = [LedgerLine(position=0, account_id=account, amount_krw=6), *lines[1:]]
    elsewhere = [LedgerLine(position=0, account_id=new_id(), amount_krw=5), *lines[1:]]
    sealed |= {entry_digest(JournalEntry(**facts), changed) for changed in (moved, elsewhere, lines[:2])}
    assert len(sealed) == 1 + len(facts) + 3


@pytest.mark.parametrize("state", RoundState)
def test_a_matching_round_can_be_changed_as_a_draft_alone(state):
    found = MatchingRound(state=state)
    if state is RoundState.DRAFT:
        found.require_draft()
    else:
        with pytest.raises(StepNotAllowed):
            found.require_draft()
    assert found.state is state


@pytest.mark.parametrize("stage", PlanningStage)
def test_a_planning_round_lets_be_done_what_its_stage_is_for_and_goes_where_a_step_leads(stage):
    found = PlanningRound(stage=stage)
    for other in PlanningStage:
        if other is stage:
            found.require(other)
        else:
            with pytest.raises(StepNotAllowed):
                found.require(other)
        if other in PLANNING_STEPS[stage]:
            found.require_step(other)
        else:
            with pytest.raises(StepNotAllowed):
                found.require_step(other)
    assert found.stage is stage


def test_objections_are_heard_from_publishing_on_by_days_of_seoul():
    assert PlanningRound().objections_until is None
    late = datetime(2026, 11, 22, 15, tzinfo=UTC)
    assert PlanningRound(objection_days=14, published_at=late).objections_until == date(2026, 12, 7)


@pytest.mark.parametrize(
    ("issued_by", "confirmed_by", "may"),
    [(None, None, True), (UUID(int=1), None, False), (UUID(int=1), UUID(int=2), True)],
)
def test_an_account_that_one_administrator_made_decides_nothing_until_another_stands_for_it(
    issued_by, confirmed_by, may
):
    assert Person(issued_by_id=issued_by, confirmed_by_id=confirmed_by).may_decide is may


@pytest.mark.parametrize(
    ("amounts", "stated"),
    [((7, 5, 3), 7), ((None, 5, 3), 5), ((None, None, 3), 3), ((None, None, None), 0), ((0, 5, 3), 0)],
)
def test_a_signal_stands_for_what_is_set_aside_then_its_largest_cheque_then_its_smallest(amounts, stated):
    assert stated_amount(*amounts) == stated


def test_a_locked_name_is_its_editors_until_it_is_left_to_the_summaries():
    theme, person = Theme(name_ko="전지", name_en="Batteries", version=1), new_id()
    theme.lock(name_ko="이차전지", name_en="Secondary batteries", by=person, at=AT)
    assert (theme.name_ko, theme.name_en) == ("이차전지", "Secondary batteries")
    assert (theme.locked_by_id, theme.locked_at, theme.version) == (person, AT, 2)
    theme.unlock(at=AT + timedelta(hours=1))
    assert (theme.locked_by_id, theme.locked_at, theme.version) == (None, None, 3)
    assert theme.updated_at == AT + timedelta(hours=1)
    assert theme.name_ko == "이차전지"


def test_a_delivery_is_tried_ever_more_seldom_and_given_up_within_a_day():
    pauses = [pause_after(tries) for tries in range(1, MOST_ATTEMPTS)]
    assert pauses == [timedelta(minutes=minutes) for minutes in (1, 4, 16, 64, 256, 1_024)]
    assert sum(pauses, timedelta()) < timedelta(days=1)
    assert pause_after(MOST_ATTEMPTS) is None


def test_a_spillover_is_the_mean_of_its_criteria_and_how_far_its_assessors_are_apart():
    assert SpilloverReview(investment=5, jobs=3, production=4).mean == pytest.approx(4)
    assert spread_of([4.0, 2.5, 3.0]) == pytest.approx(1.5)
