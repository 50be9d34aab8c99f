from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.consultation import (
    CONSULTATION_STEPS,
    Consultation,
    ConsultationKind,
    ConsultationOutcome,
    ConsultationStanding,
    ConsultationState,
    due_after,
)
from models.identity import new_id

TODAY = date(2026, 11, 23)
_S, _O, _F = ConsultationState, ConsultationOutcome, ConsultationStanding
DAYS = st.integers(min_value=0, max_value=120)


def asked(**said) -> Consultation:
    return Consultation(
        project_id=new_id(), kind=ConsultationKind.TEMPORARY_PERMIT, authority="부처", rule="법", question="묻는다.",
        days_allowed=30, opened_by_id=new_id(), **said,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ({"state": _S.FILED, "due_on": TODAY}, 0),
        ({"state": _S.FILED, "due_on": TODAY - timedelta(1)}, 1),
        ({"state": _S.SUPPLEMENT, "due_on": TODAY - timedelta(9)}, 0),
        ({"state": _S.SUPPLEMENT, "reply_by": TODAY - timedelta(3)}, 3),
        ({"state": _S.ANSWERED, "due_on": TODAY - timedelta(9)}, 0),
    ],
)
def test_only_what_is_awaited_can_be_late(said, days):
    assert asked(**said).overdue_days(TODAY) == days


CONFIRMED = {"state": _S.ANSWERED, "outcome": _O.PERMITTED, "confirmed_by_id": new_id()}


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({}, _F.AWAITED),
        ({"state": _S.WITHDRAWN}, _F.AWAITED),
        ({"state": _S.REVOKED, "outcome": _O.PERMITTED}, _F.ENDED),
        (CONFIRMED | {"outcome": _O.REFUSED}, _F.AGAINST),
        (CONFIRMED | {"confirmed_by_id": None}, _F.UNCONFIRMED),
        (CONFIRMED, _F.IN_FORCE),
        (CONFIRMED | {"outcome": _O.NO_REGULATION}, _F.IN_FORCE),
        (CONFIRMED | {"valid_from": TODAY, "valid_until": TODAY}, _F.IN_FORCE),
        (CONFIRMED | {"valid_from": TODAY - timedelta(9), "valid_until": TODAY - timedelta(1)}, _F.ENDED),
        (CONFIRMED | {"valid_from": TODAY + timedelta(1), "valid_until": TODAY + timedelta(9)}, _F.AWAITED),
    ],
)
def test_a_gate_opens_only_for_what_is_favourable_confirmed_and_in_force(said, standing):
    assert asked(**said).standing_on(TODAY) is standing


@given(days=st.integers(min_value=1, max_value=90), pauses=st.lists(st.tuples(DAYS, DAYS), max_size=4))
def test_a_deadline_is_the_last_of_its_days_that_no_supplement_took(days, pauses):
    """The rule said otherwise: count the days after filing that lie in no pause, until there are enough."""
    filed = date(2026, 1, 5)
    due, paused, last = filed + timedelta(days), set(), filed
    for wait, length in pauses:
        asked_on = last + timedelta(wait)
        supplied_on = asked_on + timedelta(length)
        due = due_after(due, asked_on=asked_on, supplied_on=supplied_on, counted_from=last + timedelta(1))
        paused |= {asked_on + timedelta(day) for day in range(length + 1)}
        last = supplied_on
    day, counted = filed, 0
    while counted < days:
        day += timedelta(1)
        counted += day not in paused
    assert due == day


def test_every_state_but_the_last_ones_leads_on():
    leaving = {state for steps in CONSULTATION_STEPS.values() for state in steps}
    assert set(_S) - leaving == {_S.REVOKED, _S.WITHDRAWN}
