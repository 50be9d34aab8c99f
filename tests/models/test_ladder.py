"""The rule of the ladder, alone: examples, and a machine that climbs and falls at random."""

from datetime import date, timedelta

import pytest
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from models.identity import new_id
from models.ladder import (
    DEAL_LEVELS,
    LONGEST_DAYS,
    PROMISES,
    RUNGS,
    Standing,
    StepFacts,
    StepState,
    missing_below,
    newest_verified,
    standing_on,
    state_on,
)
from models.signal import VERIFIED_LEVELS, CommitmentLevel

L0, L1, L2, L3, L4, L5 = CommitmentLevel
DAY = date(2026, 11, 22)


def step(level: CommitmentLevel, number: int = 1, **facts) -> StepFacts:
    given = {
        "id": new_id(), "level": level, "number": number, "amount_krw": 10, "dated_on": DAY, "expires_on": DAY,
        "due_on": DAY if level in PROMISES else None, "verified_on": DAY,
    } | facts  # fmt: skip
    return StepFacts(**given)


def test_a_signal_without_steps_is_a_view():
    assert standing_on([], DAY) == Standing(level=L0, verified_krw=0, renew_by=None)


def test_it_stands_on_the_highest_rung_that_holds_with_all_below():
    steps = [step(L1, 1, amount_krw=99), step(L2, 2, expires_on=DAY + timedelta(days=3)), step(L3, 3, amount_krw=7)]
    assert standing_on(steps, DAY) == Standing(level=L3, verified_krw=10, renew_by=DAY, evidence_on=DAY)
    earlier = DAY - timedelta(days=9)
    lone = [step(L1, dated_on=earlier)]
    assert standing_on(lone, DAY) == Standing(level=L1, verified_krw=0, renew_by=DAY, evidence_on=earlier)
    assert standing_on([*lone, *steps[1:]], DAY).evidence_on == DAY, "the newest document of the rungs it stands on"
    assert standing_on(steps[1:], DAY).level == L0, "no rung is skipped"
    assert standing_on([steps[0], steps[2]], DAY).level == L1
    assert standing_on([step(rung, number) for number, rung in enumerate(RUNGS, 1)], DAY).level == L5


@pytest.mark.parametrize(
    ("facts", "day", "state", "level"),
    [
        ({}, 0, StepState.VERIFIED, L1),
        ({}, 1, StepState.EXPIRED, L0),
        ({"verified_on": None}, 0, StepState.CLAIMED, L0),
        ({"verified_on": None}, 1, StepState.EXPIRED, L0),
        ({"verified_on": DAY + timedelta(days=1), "expires_on": DAY + timedelta(days=2)}, 0, StepState.CLAIMED, L0),
        ({"verified_on": None, "refused_on": DAY}, 0, StepState.REFUSED, L0),
        ({"verified_on": None, "refused_on": DAY + timedelta(days=1)}, 0, StepState.CLAIMED, L0),
        ({"revoked_on": DAY}, 0, StepState.REVOKED, L0),
        ({"revoked_on": DAY + timedelta(days=1)}, 0, StepState.VERIFIED, L1),
        ({"vouches": False}, 0, StepState.OUTDATED, L0),
        ({"vouches": False, "verified_on": None}, 0, StepState.OUTDATED, L0),
    ],
)
def test_a_step_ends_in_one_way(facts, day, state, level):
    one = step(L1, **facts)
    on = DAY + timedelta(days=day)
    assert state_on(one, [one], on) is state
    assert standing_on([one], on).level is level
    assert one.holds_on(on) is (state is StepState.VERIFIED)
    assert one.waits_on(on) is (state is StepState.CLAIMED)


def test_a_newer_step_speaks_for_its_rung_and_the_older_one_does_not_come_back():
    older, newer = step(L1, 1, expires_on=DAY + timedelta(days=9)), step(L1, 2, revoked_on=DAY)
    assert newest_verified([older, newer], L1, DAY) is newer
    assert state_on(older, [older, newer], DAY) is StepState.RENEWED
    assert standing_on([older, newer], DAY).level == L0
    waiting = step(L1, 3, verified_on=None)
    assert state_on(older, [older, waiting], DAY) is StepState.VERIFIED


def test_what_is_missing_below_is_named_and_claims_may_stand_in():
    waits = step(L1, 1, verified_on=None)
    assert missing_below([waits], L3, DAY, claims_count=False) == [L1, L2]
    assert missing_below([waits], L3, DAY, claims_count=True) == [L2]
    assert missing_below([], L1, DAY, claims_count=False) == []
    assert missing_below([step(L1), step(L2, 2)], L3, DAY, claims_count=False) == []


def test_the_rungs_and_what_they_rest_on():
    assert RUNGS == (L1, L2, L3, L4, L5)
    assert (*PROMISES, *DEAL_LEVELS) == VERIFIED_LEVELS
    assert set(LONGEST_DAYS) == set(RUNGS)


class Ladder(RuleBasedStateMachine):
    """Claims, decisions, revocations, edits and passing days in any order; the level is read anew after each."""

    def __init__(self) -> None:
        super().__init__()
        self.today = DAY
        self.steps: list[StepFacts] = []

    def change(self, index: int, **facts) -> None:
        old = self.steps[index]
        self.steps[index] = StepFacts(**{name: getattr(old, name) for name in StepFacts.__slots__} | facts)

    def pick(self, draw: int, wanted) -> int:
        found = [index for index, one in enumerate(self.steps) if wanted(one)]
        assume(found)
        return found[draw % len(found)]

    @rule(rung=st.sampled_from(RUNGS), days=st.integers(0, 40), amount=st.integers(1, 100))
    def claim(self, rung, days, amount):
        assume(not missing_below(self.steps, rung, self.today, claims_count=True))
        assume(not any(one.level is rung and one.waits_on(self.today) for one in self.steps))
        self.steps.append(
            step(
                rung, len(self.steps) + 1, verified_on=None, amount_krw=amount, dated_on=self.today,
                expires_on=self.today + timedelta(days=days), due_on=self.today if rung in PROMISES else None,
            )
        )  # fmt: skip

    @rule(draw=st.integers(0, 99))
    def verify(self, draw):
        index = self.pick(draw, lambda one: one.waits_on(self.today))
        assume(not missing_below(self.steps, self.steps[index].level, self.today, claims_count=False))
        before = standing_on(self.steps, self.today)
        renewal = newest_verified(self.steps, self.steps[index].level, self.today) is not None
        self.change(index, verified_on=self.today)
        after = standing_on(self.steps, self.today)
        assert after.level >= before.level
        assert renewal or after.verified_krw >= before.verified_krw

    @rule(draw=st.integers(0, 99))
    def refuse(self, draw):
        before = standing_on(self.steps, self.today)
        self.change(self.pick(draw, lambda one: one.waits_on(self.today)), refused_on=self.today)
        assert standing_on(self.steps, self.today) == before

    @rule(draw=st.integers(0, 99))
    def revoke(self, draw):
        index = self.pick(draw, lambda one: one.waits_on(self.today) or one.holds_on(self.today))
        before = standing_on(self.steps, self.today)
        self.change(index, revoked_on=self.today)
        assert standing_on(self.steps, self.today).level <= before.level

    @rule()
    def edit_the_signal(self):
        for index in range(len(self.steps)):
            self.change(index, vouches=False)
        assert standing_on(self.steps, self.today) == Standing()

    @rule(days=st.integers(1, 20))
    def wait(self, days):
        before = standing_on(self.steps, self.today)
        self.today += timedelta(days=days)
        after = standing_on(self.steps, self.today)
        assert after.level <= before.level, "no level rises by waiting"
        if before.renew_by is not None:
            assert (after == before) is (self.today <= before.renew_by)

    @invariant()
    def the_level_is_what_a_plain_reading_says(self):
        reached = L0
        for rung in RUNGS:
            spoken = [one for one in self.steps if one.level is rung and one.verified_on is not None]
            speaks = spoken[-1] if spoken else None
            if speaks is None or speaks.revoked_on is not None or not speaks.vouches or speaks.expires_on < self.today:
                break
            reached = rung
        standing = standing_on(self.steps, self.today)
        assert standing.level is reached
        assert (standing.verified_krw > 0) is (reached in VERIFIED_LEVELS)

    @invariant()
    def what_was_refused_or_waits_never_counts(self):
        counted = [one for one in self.steps if one.verified_on is not None]
        assert standing_on(counted, self.today) == standing_on(self.steps, self.today)

    @invariant()
    def each_step_is_in_one_state_and_one_at_most_speaks_for_a_rung(self):
        states = {one.id: state_on(one, self.steps, self.today) for one in self.steps}
        for rung in RUNGS:
            held = [one for one in self.steps if one.level is rung and states[one.id] is StepState.VERIFIED]
            assert len(held) <= 1
            assert all(one is newest_verified(self.steps, rung, self.today) for one in held)


TestLadder = Ladder.TestCase
