import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.brief import ConsortiumShape
from matching.facts.fit import ProjectFacts
from matching.facts.kinship import KINSHIP, NEAR, RELATED, field_kinship, fields_worth
from matching.facts.regions import MEGA_REGION_OF, RegionDistance, region_distance
from matching.parameters import MatchParameters
from tests.matching.makers import make_project, make_signal


def fit_of(component, project, signal):
    fits = ProjectFacts([make_project("other", fields=frozenset({"09"}), region="50"), project]).fits(
        signal, MatchParameters()
    )
    if component not in fits or not fits[component].known[1]:
        return None
    return float(fits[component].worth[1])


BUSAN = frozenset({"26"})


@pytest.mark.parametrize(
    ("component", "facts", "wanted", "worth"),
    [
        ("field", {"fields": frozenset({"01", "02"})}, {"fields": frozenset({"01"})}, 1.0),
        ("field", {"fields": frozenset({"01", "02"})}, {"fields": frozenset({"02", "05"})}, 0.5),
        ("field", {"fields": frozenset({"01", "02"})}, {"fields": frozenset({"02", "03"})}, 0.75),
        ("field", {"fields": frozenset({"03"})}, {"fields": frozenset({"02"})}, 0.5),
        ("field", {"fields": frozenset({"07"})}, {"fields": frozenset({"02", "05"})}, 0.25),
        ("field", {"fields": frozenset({"01"})}, {"fields": frozenset({"03"})}, 0.0),
        ("field", {"fields": frozenset({"01"})}, {}, None),
        ("field", {}, {"fields": frozenset({"01"})}, None),
        ("region", {"region": "11"}, {"regions": frozenset({"11", "26"})}, 1.0),
        ("region", {"region": "11"}, {"regions": frozenset({"26"})}, 0.0),
        ("region", {"region": "31"}, {"regions": frozenset({"26"})}, 0.5),
        ("region", {"region": "46"}, {"regions": frozenset({"11", "26"})}, 0.2),
        ("region", {"region": "50"}, {"regions": frozenset({"46"})}, 0.0),
        ("region", {"region": "99"}, {"regions": frozenset({"98"})}, 0.0),
        ("consortium", {"consortium": ConsortiumShape.ANCHORED}, {"anchor_wanted": True}, 1.0),
        ("consortium", {"consortium": ConsortiumShape.ANCHOR_ALONE}, {"anchor_wanted": True}, 0.75),
        ("consortium", {"consortium": ConsortiumShape.NO_ANCHOR}, {"anchor_wanted": True}, 0.0),
        ("consortium", {"consortium": ConsortiumShape.ANCHORED}, {}, None),
        ("consortium", {}, {"anchor_wanted": True}, None),
        ("region", {"region": "11"}, {}, None),
        ("region", {}, {"regions": frozenset({"26"})}, None),
        ("region", {"region_specific": True}, {"region_specific_wanted": True}, 1.0),
        ("region", {"region_specific": False}, {"region_specific_wanted": True}, 0.0),
        ("region", {}, {"region_specific_wanted": True}, None),
        ("region", {"region_specific": True}, {}, None),
        ("region", {"region": "11", "region_specific": True}, {"regions": BUSAN, "region_specific_wanted": True}, 0.5),
        ("region", {"region": "31", "region_specific": True}, {"regions": BUSAN, "region_specific_wanted": True}, 0.75),
        ("region", {"region": "26", "region_specific": False}, {"regions": BUSAN, "region_specific_wanted": True}, 0.5),
        ("region", {"region_specific": True}, {"regions": BUSAN, "region_specific_wanted": True}, 1.0),
        ("region", {"region": "26"}, {"regions": BUSAN, "region_specific_wanted": True}, 1.0),
        ("trl", {"trl_now": 5, "trl_target": 7}, {"trl_min": 4, "trl_max": 6}, 1.0),
        ("trl", {"trl_now": 3, "trl_target": 7}, {"trl_min": 4, "trl_max": 6}, 0.75),
        ("trl", {"trl_now": 8}, {"trl_max": 6}, 0.5),
        ("trl", {"trl_now": 1}, {"trl_min": 9}, 0.0),
        ("trl", {"trl_target": 6}, {"trl_min": 6}, 1.0),
        ("trl", {}, {"trl_min": 6}, None),
        ("trl", {"trl_now": 3}, {}, None),
        ("ticket", {"need_krw": 500}, {"ticket_min_krw": 100, "ticket_max_krw": 1_000}, 1.0),
        ("ticket", {"need_krw": 10_000}, {"ticket_min_krw": 100, "ticket_max_krw": 1_000}, 0.0),
        ("ticket", {"need_krw": 10}, {"ticket_min_krw": 100}, 0.0),
        ("ticket", {"need_krw": 0}, {"available_krw": 0}, 1.0),
        ("ticket", {}, {"ticket_min_krw": 100}, None),
        ("ticket", {"need_krw": 500}, {}, None),
    ],
)
def test_each_component_is_worth_what_its_distance_says(component, facts, wanted, worth):
    found = fit_of(component, make_project("p", **facts), make_signal("s", **wanted))
    assert found == (worth if worth is None else pytest.approx(worth))


def test_the_ticket_falls_by_the_logarithm_of_the_factor():
    signal = make_signal("s", ticket_max_krw=1_000)
    near, far = (fit_of("ticket", make_project("p", need_krw=need), signal) for need in (2_000, 4_000))
    assert 1 - far == pytest.approx(2 * (1 - near))


def test_no_projects_have_no_facts():
    assert ProjectFacts([]).need.shape == (0,)


FIELDS = [f"{number:02d}" for number in range(1, 13)]
SETS = st.frozensets(st.sampled_from(FIELDS), min_size=1, max_size=5)
PROVINCES = sorted(MEGA_REGION_OF)


@given(
    fields=SETS,
    wanted=SETS,
    region=st.sampled_from(PROVINCES),
    regions=st.frozensets(st.sampled_from(PROVINCES), min_size=1, max_size=4),
    need=st.integers(0, 10**14),
    ticket=st.integers(0, 10**14),
    levels=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    shape=st.sampled_from(ConsortiumShape),
)
def test_every_component_lies_between_nothing_and_all(*, fields, wanted, region, regions, need, ticket, levels, shape):
    project = make_project("p", fields=fields, region=region, need_krw=need, trl_now=levels[0], consortium=shape)
    signal = make_signal(
        "s", fields=wanted, regions=regions, ticket_max_krw=ticket, trl_max=levels[1], anchor_wanted=True
    )
    facts = ProjectFacts([project])
    fits = facts.fits(signal, MatchParameters())
    again = facts.fits(signal, MatchParameters())
    assert all((again[name].worth == part.worth).all() for name, part in fits.items())
    assert set(fits) == {"field", "region", "trl", "ticket", "consortium"}
    for part in fits.values():
        assert 0 <= part.worth[0] <= 1
        assert part.known[0]


@given(st.lists(st.integers(1, 10**14), min_size=2, max_size=5), st.integers(1, 10**14))
def test_the_farther_a_need_lies_from_the_ticket_the_less_it_is_worth(needs, ticket):
    projects = [make_project(str(at), need_krw=need) for at, need in enumerate(needs)]
    worth = ProjectFacts(projects).fits(make_signal("s", ticket_max_krw=ticket), MatchParameters())["ticket"].worth
    by_distance = sorted(zip((max(0.0, math.log(need / ticket)) for need in needs), worth.tolist(), strict=True))
    worths = [value for _, value in by_distance]
    assert all(near >= far - 1e-9 for near, far in pairwise(worths))


@given(st.integers(1, 9), st.integers(1, 9))
def test_the_farther_a_project_is_from_the_wanted_readiness_the_less_it_is_worth(low, high):
    low, high = sorted((low, high))
    levels = [make_project(str(level), trl_now=level) for level in range(1, 10)]
    worth = ProjectFacts(levels).fits(make_signal("s", trl_min=low, trl_max=high), MatchParameters())["trl"].worth
    distances = [max(low - level, level - high, 0) for level in range(1, 10)]
    assert all(
        (worth[one] >= worth[other]) or distances[one] > distances[other] for one in range(9) for other in range(9)
    )


@given(st.sampled_from(PROVINCES), st.sampled_from(PROVINCES), st.sampled_from(PROVINCES))
def test_the_farther_a_province_lies_the_less_it_is_worth(wanted, one, other):
    projects = [make_project("p", region=one), make_project("q", region=other)]
    fits = ProjectFacts(projects).fits(make_signal("s", regions=frozenset({wanted})), MatchParameters())
    steps = [list(RegionDistance).index(region_distance(province, wanted)) for province in (one, other)]
    near, far = (fits["region"].worth[at] for at in sorted((0, 1), key=lambda at: steps[at]))
    assert near > far if steps[0] != steps[1] else near == far


@given(st.sampled_from(PROVINCES), st.sampled_from(PROVINCES))
def test_it_is_as_far_there_as_back(one, other):
    assert region_distance(one, other) is region_distance(other, one)


@given(SETS, SETS)
def test_fields_are_worth_the_same_from_both_sides_and_never_less_than_those_shared(one, other):
    assert fields_worth(one, other) == pytest.approx(fields_worth(other, one))
    assert fields_worth(one, other) >= len(one & other) / min(len(one), len(other)) - 1e-9
    assert (fields_worth(one, other) == pytest.approx(1)) == (one <= other or other <= one)


def test_kinship_is_declared_between_different_fields_each_with_its_reason():
    assert {field for pair in KINSHIP for field in pair} <= set(FIELDS)
    assert all(len(pair) == 2 for pair in KINSHIP)
    assert all(kinship.worth in {NEAR, RELATED} and kinship.reason for kinship in KINSHIP.values())
    assert (field_kinship("02", "02"), field_kinship("05", "04")) == (1.0, 0.0)


def test_a_party_is_found_wherever_it_takes_part():
    facts = ProjectFacts([make_project("p", parties=frozenset({"a", "b"})), make_project("q", parties=frozenset("c"))])
    assert facts.tied_to({"b", "x"}).tolist() == [True, False]
    assert not facts.tied_to(()).any()
