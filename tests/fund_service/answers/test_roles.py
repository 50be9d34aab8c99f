"""Each role against each route of answers: what happens is what the table says."""

from uuid import uuid4

import pytest

from fund_service.operations import OPERATIONS
from models.person import Role

PAIR = f"/signals/{uuid4()}/answers/{uuid4()}"
TEAM_PAIR = f"/projects/{uuid4()}/answers/{uuid4()}"
ROUTES = {
    "list_answers": ("GET", "/answers/given"),
    "export_answers": ("GET", "/answers/given/export"),
    "read_answers": ("GET", PAIR),
    "give_answer": ("POST", PAIR),
    "submit_answer": ("POST", f"{PAIR}/new"),
    "list_demand": ("GET", "/answers"),
    "export_demand": ("GET", "/answers/export"),
    "read_team_answers": ("GET", TEAM_PAIR),
    "give_team_answer": ("POST", TEAM_PAIR),
    "submit_team_answer": ("POST", f"{TEAM_PAIR}/new"),
    "read_acceptance": ("GET", "/acceptance"),
    "adopt_acceptance": ("POST", "/acceptance/adoptions"),
    "adoption_page": ("GET", "/acceptance/adoptions/new?side=investor"),
    "submit_adoption": ("POST", "/acceptance/adoptions/new"),
}


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_a_role_may_do_what_the_table_says_and_nothing_else(reference_data, client_for, role):
    client = client_for(role)
    for operation, (method, address) in ROUTES.items():
        status = client.request(method, address).status_code
        if role is None:
            assert status == 401, operation
        elif role in OPERATIONS[operation]:
            assert status in {200, 400, 404, 409, 422}, f"{operation}: {status}"
        else:
            assert status == 403, f"{operation}: {status}"


def test_all_operations_of_the_domain_are_tried():
    ours = {name for name in OPERATIONS if "answer" in name or "accept" in name or "adoption" in name}
    ours -= {"list_planning_answers"}  # what a planning round answered: a route of planning
    assert ours | {"list_demand", "export_demand"} == set(ROUTES)
