"""Who may do what with deals: managers work on them, members and auditors read, nobody else knows of them."""

import pytest

from models.identity import new_id
from models.person import Role

pytestmark = pytest.mark.usefixtures("reference_data")

READERS = {Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR}
OTHERS = [None, *(role for role in Role if role not in READERS)]


@pytest.mark.parametrize("role", Role)
def test_who_reads_deals(client_for, make_deal, role):
    deal, client = make_deal(), client_for(role)
    addresses = ["/deals", "/deals/board", "/deals/export?format=csv", f"/deals/{deal.id}"]
    assert {client.get(address).status_code for address in addresses} == {200 if role in READERS else 403}


def test_a_visitor_sees_nothing(client_for, make_deal):
    assert client_for(None).get(f"/deals/{make_deal().id}").status_code == 401


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FUND_MANAGER])
def test_only_fund_managers_change_deals(client_for, make_deal, make_match, said, role):
    deal, (match, _, _), client = make_deal(), make_match(), client_for(role)
    header = {"If-Match": '"1"'}
    answers = [
        client.post("/deals", json=said),
        client.post(f"/matches/{match.id}/deal", json={}),
        client.put(f"/deals/{deal.id}", json=said, headers=header),
        client.post(f"/deals/{deal.id}/steps", json={"stage": "screening"}, headers=header),
        client.post(f"/deals/{deal.id}/merge", json={"into_id": str(new_id()), "words": "x"}, headers=header),
        client.post(f"/deals/{deal.id}/merge/undo", headers=header),
        client.get("/deals/new"), client.get(f"/deals/{deal.id}/edit"), client.get(f"/deals/{deal.id}/step"),
        client.post("/deals/new", data={}), client.post(f"/deals/{deal.id}/edit", data={}),
        client.post(f"/deals/{deal.id}/step", data={}), client.post(f"/deals/{deal.id}/merge/new", data={}),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {403}
    assert client_for(Role.FUND_MANAGER).get(f"/deals/{deal.id}").json()["version"] == 1


@pytest.mark.parametrize("role", [Role.AUDITOR, *OTHERS])
def test_filters_are_kept_by_those_who_work_with_deals(client_for, role):
    answer = client_for(role).post("/deals/filters", json={"name": "x", "query": "q=x"})
    assert answer.status_code == (401 if role is None else 403)
