"""Promises kept, alone."""

from datetime import timedelta

import pytest

from models.ladder import StepFacts
from models.promise import Promise, PromiseRecord, promise_of, record_of
from models.signal import CommitmentLevel
from tests.models.test_ladder import DAY, L1, L2, L3, L4, L5, step

DUE = DAY + timedelta(days=100)
END = DAY + timedelta(days=50)
LATER = DAY + timedelta(days=400)


def letter(level: CommitmentLevel = L2, number: int = 1, **facts) -> StepFacts:
    return step(level, number, **{"due_on": DUE, "expires_on": END} | facts)


def test_interest_promises_nothing_and_neither_does_a_claim():
    assert promise_of([step(L1)], DAY) is None
    assert promise_of([letter(verified_on=None)], DAY) is None
    assert promise_of([letter(verified_on=LATER)], DAY) is None
    assert promise_of([letter(struck=True)], DAY) is None, "what the fund struck was no promise"


@pytest.mark.parametrize(
    ("steps", "amount", "due"),
    [
        ([letter()], 10, END),
        ([letter(expires_on=LATER)], 10, DUE),
        ([letter(), letter(L3, 2, amount_krw=30)], 30, END),
        ([letter(), letter(L2, 2, expires_on=LATER, due_on=LATER)], 10, DUE),
        ([letter(revoked_on=DAY)], 10, DAY),
        ([letter(revoked_on=LATER)], 10, END),
    ],
)
def test_renewals_are_one_promise_due_once(steps, amount, due):
    assert promise_of(steps, DAY) == Promise(amount_krw=amount, due_on=due, signed_krw=0, called_krw=0)


def test_what_became_of_it_is_at_most_what_was_promised_and_outlives_its_expiry():
    steps = [letter(), step(L4, 3, amount_krw=8), step(L5, 4, amount_krw=50)]
    assert promise_of(steps, LATER) == Promise(amount_krw=10, due_on=END, signed_krw=10, called_krw=10)
    taken_back = [letter(), step(L4, 3, amount_krw=8), step(L5, 4, amount_krw=50, revoked_on=DAY)]
    assert promise_of(taken_back, LATER) == Promise(amount_krw=10, due_on=END, signed_krw=8, called_krw=0)


def test_a_record_counts_what_came_due_alone():
    kept = Promise(amount_krw=10, due_on=DAY, signed_krw=10, called_krw=4)
    broken = Promise(amount_krw=30, due_on=DAY, signed_krw=5, called_krw=0)
    open_yet = Promise(amount_krw=99, due_on=LATER, signed_krw=0, called_krw=0)
    record = record_of([kept, broken, open_yet], DAY + timedelta(days=1))
    assert record == PromiseRecord(due=2, signed=2, called=1, due_krw=40, signed_krw=15, called_krw=4)
    assert record_of([kept], DAY) == PromiseRecord(), "on its day it can still be kept"
