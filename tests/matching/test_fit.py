import pytest

from matching.fit import ProjectFacts
from matching.parameters import MatchParameters
from tests.matching.makers import make_project, make_signal


def fit_of(component, project, signal):
    fits = ProjectFacts([make_project("other", fields=frozenset({"09"}), region="50"), project]).fits(
        signal, MatchParameters()
    )
    if component not in fits or not fits[component].known[1]:
        return None
    return float(fits[component].worth[1])


@pytest.mark.parametrize(
    ("component", "facts", "wanted", "worth"),
    [
        ("field", {"fields": frozenset({"01", "02"})}, {"fields": frozenset({"01"})}, 1.0),
        ("field", {"fields": frozenset({"01", "02"})}, {"fields": frozenset({"02", "03"})}, 0.5),
        ("field", {"fields": frozenset({"01"})}, {"fields": frozenset({"03"})}, 0.0),
        ("field", {"fields": frozenset({"01"})}, {}, None),
        ("field", {}, {"fields": frozenset({"01"})}, None),
        ("region", {"region": "11"}, {"regions": frozenset({"11", "26"})}, 1.0),
        ("region", {"region": "11"}, {"regions": frozenset({"26"})}, 0.0),
        ("region", {"region": "11"}, {}, None),
        ("region", {}, {"regions": frozenset({"26"})}, None),
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
