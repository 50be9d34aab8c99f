"""Each role against each route of plan, home, organisations and projects: what happens is what the table says."""

from uuid import uuid4

import pytest

from fund_service.operations import OPERATIONS
from models.person import Role

ID = str(uuid4())
ROUTES = {
    "home": ("GET", "/"),
    "read_plan": ("GET", "/plan"),
    "export_signals": ("GET", "/signals/export"),
} | {
    operation.format(record): (method, address.format(f"/{record}s"))
    for record in ("organisation", "project")
    for operation, (method, address) in {
        "list_{}s": ("GET", "{}"),
        "read_{}": ("GET", f"{{}}/{ID}"),
        "new_{}_page": ("GET", "{}/new"),
        "submit_{}": ("POST", "{}/new"),
        "create_{}": ("POST", "{}"),
        "edit_{}_page": ("GET", f"{{}}/{ID}/edit"),
        "submit_{}_edit": ("POST", f"{{}}/{ID}/edit"),
        "update_{}": ("PUT", f"{{}}/{ID}"),
    }.items()
} | {"export_projects": ("GET", "/projects/export")}  # fmt: skip


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_a_role_may_do_what_the_table_says_and_nothing_else(client_for, role):
    client = client_for(role)
    for operation, (method, address) in ROUTES.items():
        status = client.request(method, address, headers={"If-Match": '"1"'}).status_code
        if role is None:
            assert status == 401, operation
        elif role in OPERATIONS[operation]:
            assert status in {200, 400, 404, 422}, f"{operation}: {status}"
        else:
            assert status == 403, f"{operation}: {status}"


def test_all_operations_of_these_domains_are_tried():
    ours = {name for name in OPERATIONS if "organisation" in name or "project" in name}
    ours = {name for name in ours if not name.endswith(("project_spillover", "project_spillover_page"))}  # of regional
    assert ours <= set(ROUTES)


@pytest.mark.parametrize("role", [Role.INVESTOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.COMMITTEE_MEMBER])
@pytest.mark.parametrize(
    ("address", "body"), [("/organisations", {"kind": "agency", "name_ko": "가"}), ("/projects", {"title_ko": "가"})]
)
def test_those_who_keep_no_records_change_none(client_for, role, address, body):
    assert client_for(role).post(address, json=body).status_code == 403
    assert client_for(role).post(f"{address}/new", data=body).status_code == 403
