import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.facts.eligibility import GATE_BITS, GateChange, GateCode, GateStatus, check_gates, failed_gates
from matching.facts.exclusions import holds, searchable_passages
from matching.facts.fit import LARGEST_KRW, ProjectFacts
from matching.facts.stages import STAGES
from matching.parameters import MatchParameters
from tests.matching.makers import TODAY, make_project, make_signal

PARAMETERS = MatchParameters()
FIELDS = st.frozensets(st.sampled_from(["01", "02", "03"]), max_size=2)
AMOUNTS = st.none() | st.integers(0, 10**10) | st.sampled_from([1, 10**9, 2**63, 10**25])
PARTIES = st.frozensets(st.sampled_from(["group:a", "group:b", "organisation:c"]), max_size=2)
LEVELS = st.none() | st.integers(1, 9)


@st.composite
def pairs(draw):
    project = make_project(
        "p",
        draw(st.sampled_from(["", "weapons system", "무기 체계"])),
        fields=draw(FIELDS),
        region=draw(st.sampled_from([None, "11", "26"])),
        trl_now=draw(LEVELS),
        trl_target=draw(LEVELS),
        need_krw=draw(AMOUNTS),
        stage=draw(st.none() | st.sampled_from(STAGES)),
        parties=draw(PARTIES),
    )
    signal = make_signal(
        "s",
        "x",
        regions=draw(st.frozensets(st.sampled_from(["11", "26", "50"]), max_size=2)),
        region_bound=draw(st.booleans()),
        stages=draw(st.frozensets(st.sampled_from(STAGES), max_size=3)),
        bound_to=draw(PARTIES),
        trl_min=draw(LEVELS),
        trl_max=draw(LEVELS),
        ticket_min_krw=draw(AMOUNTS),
        ticket_max_krw=draw(AMOUNTS),
        available_krw=draw(AMOUNTS),
        expires_on=draw(st.none() | st.dates(TODAY - timedelta(9), TODAY + timedelta(9))),
        live=draw(st.booleans()),
        excluded_fields=draw(FIELDS),
        excluded_terms=draw(st.sampled_from([(), ("weapon",), ("무기", "drone")])),
    )
    return signal, project


def gates_of(signal, project):
    return {gate.code: gate for gate in check_gates(signal, project, today=TODAY, parameters=PARAMETERS)}


AFTER = {
    GateChange.RAISE_TICKET_MAX: lambda s, by: replace(s, ticket_max_krw=s.ticket_max_krw + by),
    GateChange.RAISE_AVAILABLE: lambda s, by: replace(s, available_krw=s.available_krw + by),
    GateChange.LOWER_TICKET_MIN: lambda s, by: replace(s, ticket_min_krw=s.ticket_min_krw - by),
    GateChange.LOWER_TRL_MIN: lambda s, by: replace(s, trl_min=s.trl_min - by),
    GateChange.RAISE_TRL_MAX: lambda s, by: replace(s, trl_max=s.trl_max + by),
    GateChange.ADD_STAGE: lambda s, by: replace(s, stages=s.stages | {by[0]}),
    GateChange.ADD_REGION: lambda s, by: replace(s, regions=s.regions | {by}),
    GateChange.ALLOW_FIELDS: lambda s, by: replace(s, excluded_fields=s.excluded_fields - set(by)),
    GateChange.ALLOW_TERMS: lambda s, by: replace(s, excluded_terms=tuple(set(s.excluded_terms) - set(by))),
    GateChange.EXTEND: lambda s, by: replace(s, expires_on=s.expires_on + timedelta(by)),
    GateChange.RENEW: lambda s, _: replace(s, live=True),
}


def status_after(signal, project, gate, shortfall):
    """What the same gate says once its signal has been changed by so much."""
    return gates_of(AFTER[gate.change](signal, shortfall), project)[gate.code]


def is_crossed(signal):
    """A ticket range whose smallest ticket is beyond its largest cannot be opened by one change."""
    caps = [cap for cap in (signal.ticket_max_krw, signal.available_krw) if cap is not None]
    return bool(caps) and signal.ticket_min_krw is not None and signal.ticket_min_krw > min(caps)


@given(pairs())
def test_the_one_change_named_opens_a_closed_gate_and_one_less_does_not(pair):
    signal, project = pair
    for code, gate in gates_of(signal, project).items():
        assert (gate.change is None) == (gate.passed or code is GateCode.CONFLICT)
        if gate.change is None or (code is GateCode.TICKET and is_crossed(signal)):
            continue
        after = status_after(signal, project, gate, gate.shortfall)
        assert after.passed or (code is GateCode.TICKET and gate.change != after.change)  # the other cap now binds
        if isinstance(gate.shortfall, int) and gate.shortfall > 1:
            assert not status_after(signal, project, gate, gate.shortfall - 1).passed


@given(st.lists(pairs(), min_size=1, max_size=6))
def test_the_gates_of_many_are_the_gates_of_each(drawn):
    projects = [project for _, project in drawn]
    facts = ProjectFacts(projects)
    for signal, _ in drawn:
        excluded = np.array(
            [any(holds(searchable_passages(p.passages), term) for term in signal.excluded_terms) for p in projects]
        )
        bits = failed_gates(signal, facts, excluded=excluded, today=TODAY, parameters=PARAMETERS)
        for project, failed in zip(projects, bits.tolist(), strict=True):
            compared = [code for code in GateCode if code is not GateCode.TICKET or not is_beyond_arrays(project)]
            expected = [code for code in compared if not gates_of(signal, project)[code].passed]
            assert [code for code in compared if failed & int(GATE_BITS[code])] == expected


def is_beyond_arrays(project):
    return project.need_krw is not None and project.need_krw > LARGEST_KRW


@given(pairs())
def test_every_result_can_be_stored_and_said(pair):
    signal, project = pair
    gates = check_gates(signal, project, today=TODAY, parameters=PARAMETERS)
    assert [gate.code for gate in gates] == list(GateCode)
    for gate in gates:
        assert json.loads(json.dumps(gate.as_dict()))["status"] == gate.status.value
        assert gate.sentence().endswith(".")
        assert "None" not in gate.sentence()


def test_a_project_that_says_nothing_is_kept_out_of_nothing():
    signal = make_signal(
        "s",
        "x",
        regions=frozenset({"11"}),
        region_bound=True,
        stages=frozenset({"applied"}),
        bound_to=frozenset({"group:a"}),
        trl_min=3,
        ticket_min_krw=100,
        excluded_fields=frozenset({"01"}),
        excluded_terms=("weapon",),
    )
    gates = gates_of(signal, make_project())
    unknown = {code for code, gate in gates.items() if gate.status is GateStatus.UNKNOWN}
    assert unknown == {
        GateCode.TICKET,
        GateCode.STAGE,
        GateCode.TRL,
        GateCode.REGION,
        GateCode.EXCLUDED_FIELD,
        GateCode.EXCLUDED_TERM,
        GateCode.CONFLICT,
    }
    assert all(gate.passed for gate in gates.values())


UNSTATED = {
    GateCode.TICKET: {"need_krw": None},
    GateCode.STAGE: {"stage": None, "trl_now": None, "trl_target": None},
    GateCode.TRL: {"trl_now": None, "trl_target": None},
    GateCode.REGION: {"region": None},
    GateCode.EXCLUDED_FIELD: {"fields": frozenset()},
    GateCode.EXCLUDED_TERM: {"passages": ()},
    GateCode.CONFLICT: {"parties": frozenset()},
}


@given(pairs())
def test_what_a_project_does_not_state_closes_no_gate(pair):
    signal, project = pair
    for code, unstated in UNSTATED.items():
        assert gates_of(signal, replace(project, **unstated))[code].passed


@given(pairs(), st.sampled_from(["group:a", "organisation:z"]))
def test_a_party_that_the_owner_is_bound_to_always_closes_the_gate_and_nothing_opens_it(pair, party):
    signal, project = pair
    tied = gates_of(replace(signal, bound_to=signal.bound_to | {party}), replace(project, parties=frozenset({party})))
    gate = tied[GateCode.CONFLICT]
    assert (gate.status, gate.change, gate.shortfall) == (GateStatus.FAILED, None, None)
    assert (gate.signal_value, gate.project_value) == (None, None), "who is bound to whom is told to nobody"
    assert gate.sentence() == "Conflict of interest: failed."


def test_wanted_regions_keep_nothing_out_unless_law_binds_the_money_to_them():
    wish = make_signal("s", "x", regions=frozenset({"26", "48"}))
    seoul = make_project("p", region="11")
    assert gates_of(wish, seoul)[GateCode.REGION].status is GateStatus.PASSED
    gate = gates_of(replace(wish, region_bound=True), seoul)[GateCode.REGION]
    assert (gate.change, gate.signal_value, gate.shortfall) == (GateChange.ADD_REGION, ("26", "48"), "11")


@pytest.mark.parametrize(
    ("facts", "status", "found"),
    [
        ({"stage": "basic"}, GateStatus.FAILED, ("basic",)),
        ({"stage": "development", "trl_now": 1}, GateStatus.PASSED, ("development",)),
        ({"trl_now": 2, "trl_target": 4}, GateStatus.FAILED, ("basic", "applied")),
        ({"trl_now": 4, "trl_target": 7}, GateStatus.PASSED, ("applied", "development", "demonstration")),
        ({"trl_target": 9}, GateStatus.FAILED, ("commercialisation",)),
        ({}, GateStatus.UNKNOWN, None),
    ],
)
def test_money_that_may_serve_some_stages_only_is_kept_from_the_others(facts, status, found):
    signal = make_signal("s", "x", stages=frozenset({"demonstration", "development"}))
    gate = gates_of(signal, make_project("p", **facts))[GateCode.STAGE]
    assert (gate.status, gate.signal_value, gate.project_value) == (status, ("development", "demonstration"), found)
    assert gate.shortfall == (found if status is GateStatus.FAILED else None)


@pytest.mark.parametrize(
    ("need", "change", "shortfall"),
    [
        (66, GateChange.LOWER_TICKET_MIN, 1),
        (67, None, None),
        (300, None, None),
        (301, GateChange.RAISE_TICKET_MAX, 1),
        (3_000, GateChange.RAISE_TICKET_MAX, 1_800),
    ],
)
def test_a_need_may_lie_half_beyond_the_ticket_range_and_no_further(need, change, shortfall):
    signal = make_signal("s", "x", ticket_min_krw=100, ticket_max_krw=200)
    gate = gates_of(signal, make_project("p", need_krw=need))[GateCode.TICKET]
    assert (gate.change, gate.shortfall) == (change, shortfall)


def test_what_is_left_to_spend_caps_the_largest_ticket():
    signal = make_signal("s", "x", ticket_max_krw=200, available_krw=100)
    gate = gates_of(signal, make_project("p", need_krw=180))[GateCode.TICKET]
    assert (gate.signal_value, gate.change, gate.shortfall) == ((None, 100), GateChange.RAISE_AVAILABLE, 20)


def test_a_project_on_its_way_into_the_wanted_readiness_is_let_in():
    signal = make_signal("s", "x", trl_min=6, trl_max=8)
    assert gates_of(signal, make_project("p", trl_now=4, trl_target=6))[GateCode.TRL].passed
    assert not gates_of(signal, make_project("p", trl_now=4, trl_target=5))[GateCode.TRL].passed
    assert not gates_of(signal, make_project("p", trl_now=9))[GateCode.TRL].passed


def test_a_signal_stands_on_its_last_day():
    signal = make_signal("s", "x", expires_on=date(2026, 3, 2))
    assert gates_of(signal, make_project())[GateCode.EXPIRED].passed
    late = check_gates(signal, make_project(), today=date(2026, 3, 4), parameters=PARAMETERS)
    assert next(gate.shortfall for gate in late if gate.code is GateCode.EXPIRED) == 2


@pytest.mark.parametrize(
    ("facts", "wanted", "sentence"),
    [
        (
            {"need_krw": 3_000},
            {"ticket_max_krw": 200},
            "Ticket: failed (signal: up to KRW 200; project: KRW 3,000). "  # noqa: ISC004 - one sentence too long
            "The largest ticket would have to rise by KRW 1,800.",
        ),
        ({"trl_now": 4}, {"trl_min": 2}, "Readiness: passed (signal: from TRL 2; project: TRL 4)."),
        ({"trl_now": 4}, {"trl_max": 5}, "Readiness: passed (signal: up to TRL 5; project: TRL 4)."),
        ({"trl_now": 4}, {}, "Readiness: passed (project: TRL 4)."),
        ({}, {"trl_min": 2}, "Readiness: unknown, the signal says from TRL 2 and the project says nothing of it."),
        (
            {"fields": frozenset({"01"})},
            {"excluded_fields": frozenset({"01", "03"})},
            "Excluded fields: failed (signal: 01, 03; project: 01). These fields would have to be allowed: 01.",
        ),
        (
            {"stage": "basic"},
            {"stages": frozenset({"development", "applied"})},
            "Stage: failed (signal: applied, development; project: basic). "  # noqa: ISC004 - one sentence too long
            "The rules of the money would have to allow one of: basic.",
        ),
        ({}, {"live": False}, "Live: failed. The signal would have to be made live again."),
        ({}, {"expires_on": TODAY}, "Last day: passed (signal: 2026-03-02)."),
    ],
)
def test_a_result_reads_as_a_sentence(facts, wanted, sentence):
    gates = check_gates(make_signal("s", "x", **wanted), make_project("p", **facts), today=TODAY, parameters=PARAMETERS)
    assert sentence in [gate.sentence() for gate in gates]
