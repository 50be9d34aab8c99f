import pytest

from models.person import Role


@pytest.fixture
def plan(client_for, reference_data):
    return client_for(Role.PLANNER).get("/plan").json()


def test_the_register_is_whole(plan):
    assert len(plan["pillars"]) == 3
    assert plan["foundations"]
    assert [region["kind"] for region in plan["regions"]] == ["mega_region"] * 5 + ["special_province"] * 3
    assert sum(len(region["provinces"]) for region in plan["regions"]) == 17
    assert len(plan["fields"]) == 12
    assert sum(len(field["technologies"]) for field in plan["fields"]) == 50
    assert [level["level"] for level in plan["trl"]] == list(range(1, 10))


def test_every_figure_names_a_source_that_is_shown(plan):
    initiatives = [*plan["foundations"], *(row for pillar in plan["pillars"] for row in pillar["initiatives"])]
    sources = {source["code"] for source in plan["sources"]}
    assert {initiative["source_code"] for initiative in initiatives} <= sources
    assert {target["source_code"] for initiative in initiatives for target in initiative["targets"]} <= sources


def test_announced_figures_stand_where_they_belong(plan):
    budgets = {
        initiative["code"]: initiative["budget_krw"]
        for pillar in plan["pillars"]
        for initiative in pillar["initiatives"]
    }
    assert budgets["regional-rnd-package"] == 2_000_000_000_000
    [factories] = [
        target
        for pillar in plan["pillars"]
        for initiative in pillar["initiatives"]
        for target in initiative["targets"]
        if target["code"] == "ai-factories"
    ]
    assert (factories["quantity"], factories["unit"], factories["due_on"]) == (500, "factory", "2030-12-31")


def test_targets_stand_by_the_day_they_are_due(plan):
    for initiative in (*plan["foundations"], *(row for pillar in plan["pillars"] for row in pillar["initiatives"])):
        due = [target["due_on"] or "9999" for target in initiative["targets"]]
        assert due == sorted(due)


def test_an_empty_register_is_an_empty_page(client_for):
    view = client_for(Role.PLANNER).get("/plan").json()
    assert view == {"pillars": [], "foundations": [], "regions": [], "fields": [], "trl": [], "sources": []}


def test_it_is_read_anew_in_a_fixed_number_of_statements(client_for, statements, request):
    planner = client_for(Role.PLANNER)

    def count():
        with statements() as made:
            assert planner.get("/plan").status_code == 200
        return len(made)

    empty = count()
    request.getfixturevalue("reference_data")
    assert count() == empty
    assert planner.get("/plan").json()["pillars"], "nothing of the empty register was kept"
    assert planner.get("/plan").headers["Cache-Control"] == "no-store"
