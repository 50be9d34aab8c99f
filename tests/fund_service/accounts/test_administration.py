"""Account administration: who may have which roles, and what ends when an account does."""

import re
from datetime import date
from uuid import UUID

import pytest
from sqlmodel import select

from models.identity import new_id
from models.person import INCOMPATIBLE_ROLES, AccessToken, Person, PersonRole, Role
from models.vehicle import Vehicle

NEW = {"email": "new.manager@example.org", "name": "새 운용역", "roles": ["fund_manager"]}
HTML = {"Accept": "text/html"}
MOTHER = {"kind": "fund_size", "amount_krw": 10**12, "words": "조성"}


@pytest.fixture
def administrator(client_for):
    return client_for(Role.ADMINISTRATOR)


def made(administrator, **said):
    answer = administrator.post("/people", json={**NEW, **said})
    assert answer.status_code == 201, answer.text
    return answer


class TestCreating:
    def test_a_new_account_signs_in_with_the_password_shown_once(self, administrator, visit):
        answer = made(administrator, email="New.Manager@Example.org")
        person, password = answer.json()["person"], answer.json()["password"]
        assert (person["email"], person["roles"]) == (NEW["email"], ["fund_manager"])
        assert answer.headers["Location"] == f"/people/{person['id']}"
        assert len(password) >= 20
        assert password not in administrator.get("/people").text
        browser = visit()
        token = re.search(r'name="csrf_token" value="([^"]*)"', browser.get("/sign-in", headers=HTML).text)
        signed_in = browser.post(
            "/sign-in",
            data={"email": NEW["email"], "password": password, "csrf_token": token[1]},
            follow_redirects=False,
        )
        assert signed_in.status_code == 303

    def test_an_address_has_one_account(self, administrator):
        made(administrator)
        again = administrator.post("/people", json={**NEW, "email": "NEW.manager@example.org"})
        assert (again.status_code, again.json()["fields"][0]["field"]) == (409, "email")

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"email": "no address"}, "email"),
            ({"roles": []}, "roles"),
            ({"roles": ["king"]}, "roles.0"),
            ({"organisation_id": str(new_id())}, "organisation_id"),
            ({"roles": ["investor"]}, "organisation_id"),
            ({"same_human_as": str(new_id())}, "same_human_as"),
            ({"id": str(new_id())}, "id"),
            ({"password_hash": "x"}, "password_hash"),
        ],
    )
    def test_what_cannot_be_is_refused_by_field(self, administrator, read, said, field):
        before = len(read.exec(select(Person)).all())
        answer = administrator.post("/people", json={**NEW, **said})
        assert answer.status_code in {400, 422}
        assert answer.json()["fields"][0]["field"] == field
        assert len(read.exec(select(Person)).all()) == before

    @pytest.mark.parametrize(("one", "others"), sorted(INCOMPATIBLE_ROLES.items()))
    def test_roles_that_do_not_go_together_are_refused_in_one_account_and_in_two(
        self, administrator, investor_organisation, one, others
    ):
        speaks = {"organisation_id": str(investor_organisation.id)}
        for at, other in enumerate(sorted(others)):
            both = administrator.post("/people", json={**NEW, **speaks, "roles": [one.value, other.value]})
            assert both.status_code == 409
            first = made(administrator, **speaks, email=f"one{at}@example.org", roles=[one.value]).json()["person"]
            second = {**NEW, **speaks, "email": f"two{at}@example.org", "roles": [other.value]}
            twice = administrator.post("/people", json={**second, "same_human_as": first["id"]})
            assert twice.status_code == 409


class TestChanging:
    def put(self, administrator, person, **said):
        headers = {"If-Match": f'"{person["version"]}"'}
        body = {"email": person["email"], "name": person["name"], "roles": person["roles"], **said}
        return administrator.put(f"/people/{person['id']}", json=body, headers=headers)

    def test_a_disabled_account_ends_with_all_that_was_signed_in(self, administrator, client_of, read):
        person = made(administrator).json()["person"]
        manager = client_of(read.get_one(Person, UUID(person["id"])))
        assert manager.get("/me").status_code == 200
        disabled = self.put(administrator, person, active=False)
        assert (disabled.status_code, disabled.json()["active"]) == (200, False)
        assert manager.get("/me").status_code == 401
        assert self.put(administrator, disabled.json(), active=True).status_code == 200
        assert manager.get("/me").status_code == 401, "what ended does not come back with the account"
        assert all(token.revoked_at for token in read.exec(select(AccessToken)) if str(token.person_id) == person["id"])

    def test_a_change_of_role_holds_from_the_next_request_on(self, administrator, client_of, read):
        person = made(administrator, roles=["planner"]).json()["person"]
        planner = client_of(read.get_one(Person, UUID(person["id"])))
        assert planner.get("/market/demand").status_code == 200
        assert self.put(administrator, person, roles=["committee_member"]).status_code == 200
        assert planner.get("/projects/new", headers={"Accept": "text/html"}).status_code == 403

    def test_an_administrator_does_not_change_their_own_account(self, administrator, people):
        me = administrator.get(f"/people/{people[Role.ADMINISTRATOR].id}").json()
        assert self.put(administrator, me, name="x").status_code == 409
        assert administrator.post(f"/people/{me['id']}/password").status_code == 409

    def test_a_stale_change_is_refused(self, administrator):
        person = made(administrator).json()["person"]
        assert self.put(administrator, person, name="먼저").status_code == 200
        assert self.put(administrator, person, name="나중").status_code == 412
        bare = administrator.put(f"/people/{person['id']}", json=NEW)
        assert bare.status_code == 428

    def test_two_accounts_can_be_declared_one_human_beings(self, administrator, read):
        first = made(administrator).json()["person"]
        second = made(administrator, email="second@example.org", same_human_as=first["id"]).json()["person"]
        assert (second["other_accounts"], administrator.get(f"/people/{first['id']}").json()["other_accounts"]) == (
            1,
            1,
        )
        third = made(administrator, email="third@example.org").json()["person"]
        assert self.put(administrator, third, same_human_as=first["id"]).json()["other_accounts"] == 2
        humans = {
            person.human_id for person in read.exec(select(Person)) if str(person.id) in {first["id"], second["id"]}
        }
        assert len(humans) == 1


class TestPasswords:
    def test_a_new_password_ends_the_sessions_of_the_old(self, administrator, client_of, read):
        person = made(administrator).json()["person"]
        manager = client_of(read.get_one(Person, UUID(person["id"])))
        reset = administrator.post(f"/people/{person['id']}/password")
        assert reset.status_code == 200
        assert manager.get("/me").status_code == 401

    def test_everybody_changes_their_own_with_the_present_one(self, administrator, client_of, read):
        answer = made(administrator).json()
        manager = client_of(read.get_one(Person, UUID(answer["person"]["id"])))
        wrong = manager.put("/me/password", json={"present": "nonsense", "new": "a new and long password"})
        assert (wrong.status_code, wrong.json()["fields"][0]["field"]) == (422, "present")
        short = manager.put("/me/password", json={"present": answer["password"], "new": "short"})
        assert short.status_code == 400
        same = manager.put("/me/password", json={"present": answer["password"], "new": answer["password"]})
        assert same.status_code == 422
        changed = {"present": answer["password"], "new": "a new and long password"}
        assert manager.put("/me/password", json=changed).status_code == 204
        assert manager.put("/me/password", json=changed).status_code == 422


class TestPages:
    def test_the_form_gives_an_account_and_keeps_what_was_typed(self, administrator, read):
        page = administrator.get("/people/new", headers=HTML)
        assert page.status_code == 200
        wrong = administrator.post("/people/new", data={"email": "x", "name": "새 사람"}, headers=HTML)
        assert wrong.status_code == 422
        assert 'value="새 사람"' in wrong.text
        right = administrator.post("/people/new", data={**NEW, "roles": "fund_manager"}, headers=HTML)
        assert right.status_code == 200
        person = read.exec(select(Person).where(Person.email == NEW["email"])).one()
        assert right.text.count("<code>") == 1
        edit = administrator.get(f"/people/{person.id}/edit", headers=HTML)
        assert NEW["email"] in edit.text
        form = {**NEW, "roles": ["committee_member", "planner"], "version": "1", "active": "true"}
        done = administrator.post(f"/people/{person.id}/edit", data=form, headers=HTML, follow_redirects=False)
        assert done.status_code == 303
        roles = read.exec(select(PersonRole.role).where(PersonRole.person_id == person.id)).all()
        assert set(roles) == {Role.COMMITTEE_MEMBER, Role.PLANNER}
        again = administrator.post(f"/people/{person.id}/edit", data=form, headers=HTML)
        assert again.status_code == 422
        reset = administrator.post(f"/people/{person.id}/new-password", headers=HTML)
        assert reset.text.count("<code>") == 1

    def test_my_password_page_says_what_is_wrong_and_what_is_done(self, administrator, client_of, read):
        answer = made(administrator).json()
        manager = client_of(read.get_one(Person, UUID(answer["person"]["id"])))
        assert manager.get("/me/password", headers=HTML).status_code == 200
        typed = {"present": "nonsense", "new": "a new and long password"}
        wrong = manager.post("/me/password", data=typed, headers=HTML)
        assert wrong.status_code == 422
        assert "a new and long password" not in wrong.text
        right = manager.post("/me/password", data={**typed, "present": answer["password"]}, headers=HTML)
        assert right.status_code == 200

    def test_nobody_but_administrators_gets_there(self, client_for, people):
        for role in set(Role) - {Role.ADMINISTRATOR}:
            client = client_for(role)
            assert client.post("/people", json=NEW).status_code == 403
            assert client.get("/people/new", headers=HTML).status_code == 403
            assert client.post(f"/people/{people[Role.PLANNER].id}/password").status_code == 403


class TestTwoAdministrators:
    """No administrator alone comes by an account that decides on money."""

    @pytest.fixture
    def second(self, store, client_of):
        person = Person(email="second.admin@example.org", name="둘째", password_hash="-")  # noqa: S106 - no secret
        store(person, PersonRole(person_id=person.id, role=Role.ADMINISTRATOR))
        return client_of(person)

    @pytest.fixture
    def mother(self, store):
        vehicle = Vehicle(kind="mother_fund", name_ko="모펀드", name_en="m", formed_on=date(2026, 1, 2))
        store(vehicle)
        return vehicle

    def asked(self, client, mother, key: str):
        headers = {"Idempotency-Key": key}
        return client.post("/ledger/instructions", json={**MOTHER, "vehicle_id": str(mother.id)}, headers=headers)

    def test_a_manager_decides_once_another_administrator_has_confirmed(
        self, administrator, second, client_of, mother, read
    ):
        person = made(administrator).json()["person"]
        assert person["may_decide"] is False
        manager = client_of(read.get_one(Person, UUID(person["id"])))
        refused = self.asked(manager, mother, "k1")
        assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")
        own = administrator.post(f"/people/{person['id']}/confirmation")
        assert (own.status_code, own.json()["code"]) == (403, "four_eyes")
        assert second.post(f"/people/{person['id']}/confirmation").json()["may_decide"] is True
        assert self.asked(manager, mother, "k2").status_code == 201
        assert second.post(f"/people/{person['id']}/confirmation").status_code == 409

    def test_a_new_password_or_role_has_to_be_confirmed_again(self, administrator, second, client_of, mother, read):
        person = made(administrator).json()["person"]
        second.post(f"/people/{person['id']}/confirmation")
        assert administrator.post(f"/people/{person['id']}/password").status_code == 200
        assert administrator.get(f"/people/{person['id']}").json()["may_decide"] is False
        manager = client_of(read.get_one(Person, UUID(person["id"])))
        assert self.asked(manager, mother, "k3").status_code == 403
        planner = made(administrator, email="p@example.org", roles=["planner"]).json()["person"]
        second.post(f"/people/{planner['id']}/confirmation")
        headers = {"If-Match": '"2"'}
        body = {**NEW, "email": "p@example.org", "roles": ["planner", "committee_member"]}
        changed = administrator.put(f"/people/{planner['id']}", json=body, headers=headers)
        assert (changed.status_code, changed.json()["may_decide"]) == (200, False)

    def test_the_page_says_so_and_confirms(self, administrator, second):
        person = made(administrator).json()["person"]
        assert "/confirm" in second.get(f"/people/{person['id']}/edit", headers=HTML).text
        own = administrator.post(f"/people/{person['id']}/confirm", headers=HTML)
        assert own.status_code == 422
        confirmed = second.post(f"/people/{person['id']}/confirm", headers=HTML, follow_redirects=False)
        assert confirmed.status_code == 303
        assert "/confirm" not in second.get(f"/people/{person['id']}/edit", headers=HTML).text
