"""Figures of policy: proposed by one of the committee, confirmed by another, neither of whom moves money."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from fund_service.audit.postings import _two_checkers_from
from fund_service.vehicles.policy import POLICIES, SETTLEMENT_SAMPLE_BP, TWO_CHECKERS_FROM_KRW, policy_bp, policy_krw
from models.clock import utc_now
from models.identity import new_id
from models.person import Person, PersonRole, Role
from models.vehicle import PolicyConfirmation, PolicyValue
from tests.fund_service.page_reading import faults_of

BILLION = 10**9
HTML = {"Accept": "text/html"}


@pytest.fixture
def committee(client_for):
    return client_for(Role.COMMITTEE_MEMBER)


@pytest.fixture
def make_member(store, client_of):
    """Commit a person of the committee, or of other roles, and give their client."""

    def make_member(*roles, **facts):
        person = Person(email=f"{new_id().hex}@example.org", name="둘째 위원", password_hash="none", **facts)  # noqa: S106 - no secret
        store(person, *(PersonRole(person_id=person.id, role=role) for role in roles or (Role.COMMITTEE_MEMBER,)))
        return client_of(person)

    return make_member


@pytest.fixture
def second(make_member):
    return make_member()


def keyed():
    return {"Idempotency-Key": new_id().hex}


def propose(client, amount=5, name=TWO_CHECKERS_FROM_KRW, **changes):
    return client.post("/policy", json={"name": name, "amount": amount, "reason": "의결"} | changes, headers=keyed())


def figure_of(answer, name=TWO_CHECKERS_FROM_KRW):
    [figure] = [figure for figure in answer.json()["figures"] if figure["name"] == name]
    return figure


def waiting(client, name=TWO_CHECKERS_FROM_KRW):
    return figure_of(client.get("/policy"), name)["proposals"]


def confirm(client, proposal):
    return client.post(f"/policy/values/{proposal['id']}/confirm", headers=keyed())


def test_a_figure_counts_once_another_member_confirms_it_and_keeps_who_when_and_why(committee, second, people, read):
    before = {figure["name"]: figure for figure in committee.get("/policy").json()["figures"]}
    assert {name: figure["amount"] for name, figure in before.items()} == dict(POLICIES)
    for number, amount in enumerate((BILLION, 2 * BILLION)):
        proposed = propose(committee, amount, reason=f"의결 {number}")
        assert proposed.status_code == 201, proposed.text
        assert policy_krw(read, TWO_CHECKERS_FROM_KRW, otherwise=7) == (7 if number == 0 else BILLION)
        [proposal] = waiting(second)
        assert (proposal["amount"], proposal["may_confirm"]) == (amount, True)
        assert not waiting(committee)[0]["may_confirm"]
        confirmed = confirm(second, proposal)
        assert confirmed.status_code == 200, confirmed.text
        assert policy_krw(read, TWO_CHECKERS_FROM_KRW, otherwise=7) == amount
    figure = figure_of(committee.get("/policy"))
    name = people[Role.COMMITTEE_MEMBER].name
    assert [
        (change["amount"], change["reason"], change["person_name"], change["confirmed_by_name"])
        for change in figure["history"]
    ] == [(2 * BILLION, "의결 1", name, "둘째 위원"), (BILLION, "의결 0", name, "둘째 위원")]
    assert figure["proposals"] == []
    assert policy_bp(read, SETTLEMENT_SAMPLE_BP, otherwise=500) == 500


def test_nobody_confirms_what_they_proposed_under_whatever_account(committee, make_member, people, read):
    propose(committee)
    twin = make_member(human_id=people[Role.COMMITTEE_MEMBER].human_id)
    [proposal] = waiting(twin)
    assert not proposal["may_confirm"]
    for client in (committee, twin):
        refused = confirm(client, proposal)
        assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")
    assert policy_krw(read, TWO_CHECKERS_FROM_KRW, otherwise=7) == 7


def test_whoever_moves_money_under_whatever_account_neither_proposes_nor_confirms(committee, make_member, store):
    both = make_member(Role.COMMITTEE_MEMBER, Role.FUND_MANAGER)
    human_id = new_id()
    make_member(Role.FUND_MANAGER, human_id=human_id)
    twin = make_member(Role.COMMITTEE_MEMBER, human_id=human_id)
    propose(committee)
    for client in (both, twin):
        assert propose(client).json()["code"] == "four_eyes"
        [proposal] = waiting(client)
        assert not proposal["may_confirm"]
        assert not client.get("/policy").json()["may_propose"]
        assert confirm(client, proposal).json()["code"] == "four_eyes"


def test_what_somebody_proposed_who_moves_money_since_is_not_confirmed(committee, second, people, store):
    propose(committee)
    store(PersonRole(person_id=people[Role.COMMITTEE_MEMBER].id, role=Role.FUND_MANAGER))
    refused = confirm(second, waiting(second)[0])
    assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.COMMITTEE_MEMBER}))
def test_nobody_else_confirms(committee, client_for, role):
    propose(committee)
    assert confirm(client_for(role), waiting(committee)[0]).status_code == 403


def test_an_older_proposal_lapses_when_a_later_one_is_confirmed(committee, second, read):
    propose(committee, 1)
    propose(committee, 2)
    newer, older = waiting(second)
    assert confirm(second, newer).status_code == 200
    for proposal in (older, newer):
        assert confirm(second, proposal).status_code == 409
    assert waiting(second) == []
    assert policy_krw(read, TWO_CHECKERS_FROM_KRW, otherwise=7) == 2
    assert confirm(second, {"id": uuid4()}).status_code == 404


def test_the_figure_of_a_past_moment_is_the_one_confirmed_by_then(store, people, make_member, database, owner):
    make_member()
    with Session(database) as session:
        second = session.exec(select(Person.id).where(Person.name == "둘째 위원")).one()
    now = utc_now()
    value = PolicyValue(
        name=TWO_CHECKERS_FROM_KRW, amount_krw=5, set_by_id=people[Role.COMMITTEE_MEMBER].id, reason="의결",
        recorded_at=now - timedelta(days=2),
    )  # fmt: skip
    store(value)
    with owner.connect() as connection:
        assert [krw for _, krw in _two_checkers_from(connection)] == [POLICIES[TWO_CHECKERS_FROM_KRW]]
    confirmed_at = now - timedelta(days=1)
    store(PolicyConfirmation(policy_value_id=value.id, confirmed_by_id=second, confirmed_at=confirmed_at))
    with owner.connect() as connection:
        assert _two_checkers_from(connection)[1:] == [(confirmed_at, 5)]


class TestWalls:
    """What the database refuses, whoever writes."""

    @pytest.fixture
    def value(self, committee, read):
        propose(committee)
        return read.exec(select(PolicyValue)).one()

    def test_a_figure_is_confirmed_by_another_human_being(self, value, people, make_member, store, read):
        make_member(human_id=people[Role.COMMITTEE_MEMBER].human_id)
        twin = read.exec(select(Person).where(Person.name == "둘째 위원")).one()
        for person in (people[Role.COMMITTEE_MEMBER], twin):
            with pytest.raises(IntegrityError) as refused:
                store(PolicyConfirmation(policy_value_id=value.id, confirmed_by_id=person.id))
            assert refused.value.orig.diag.constraint_name == "policy_by_two"

    @pytest.mark.parametrize(
        "roles", [(Role.FUND_MANAGER,), (Role.FUND_MANAGER, Role.COMMITTEE_MEMBER), (Role.PLANNER,)]
    )
    def test_of_the_committee_and_no_fund_manager(self, value, make_member, store, read, roles):
        make_member(*roles)
        person = read.exec(select(Person).where(Person.name == "둘째 위원")).one()
        with pytest.raises(IntegrityError) as refused:
            store(PolicyConfirmation(policy_value_id=value.id, confirmed_by_id=person.id))
        assert refused.value.orig.diag.constraint_name == "policy_by_the_committee"

    def test_a_figure_nobody_proposed_is_not_confirmed(self, make_member, store, read):
        make_member()
        value = PolicyValue(name=TWO_CHECKERS_FROM_KRW, amount_krw=5, reason="x")
        store(value)
        person = read.exec(select(Person).where(Person.name == "둘째 위원")).one()
        with pytest.raises(IntegrityError):
            store(PolicyConfirmation(policy_value_id=value.id, confirmed_by_id=person.id))

    def test_a_confirmation_is_not_rewritten(self, value, second, database):
        confirm(second, {"id": value.id})
        for change in ("UPDATE policy_confirmation SET confirmed_at = now()", "DELETE FROM policy_confirmation"):
            with database.connect() as connection, pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
                connection.exec_driver_sql(change)


def test_a_figure_is_proposed_once_for_a_key_and_confirmed_once(committee, second, read):
    figure = {"name": SETTLEMENT_SAMPLE_BP, "amount": 1_000, "reason": "의결"}
    assert committee.post("/policy", json=figure).status_code == 400
    first = committee.post("/policy", json=figure, headers={"Idempotency-Key": "k"})
    again = committee.post("/policy", json=figure, headers={"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    other = committee.post("/policy", json=figure | {"amount": 2}, headers={"Idempotency-Key": "k"})
    assert other.status_code == 422
    assert len(read.exec(select(PolicyValue)).all()) == 1
    [proposal] = waiting(second, SETTLEMENT_SAMPLE_BP)
    assert second.post(f"/policy/values/{proposal['id']}/confirm").status_code == 400
    address, key = f"/policy/values/{proposal['id']}/confirm", {"Idempotency-Key": "c"}
    one, two = second.post(address, headers=key), second.post(address, headers=key)
    assert (one.status_code, two.status_code, two.content) == (200, 200, one.content)
    assert policy_bp(read, SETTLEMENT_SAMPLE_BP, otherwise=500) == 1_000


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "other"}, {"name": SETTLEMENT_SAMPLE_BP, "amount": 10_001}, {"amount": -1}, {"amount": True},
        {"amount": 2**53}, {"amount": "5"}, {"reason": ""}, {"set_by_id": str(uuid4())},
    ],
)  # fmt: skip
def test_a_figure_that_cannot_be_is_refused(committee, read, changes):
    assert propose(committee, **changes).status_code in {400, 422}
    assert not read.exec(select(PolicyValue)).all()


def test_the_form_proposes_keeps_what_was_typed_and_the_page_confirms(committee, second, read):
    typed = {"name": TWO_CHECKERS_FROM_KRW, "amount": "5,000", "reason": "", "idempotency_key": "form-1"}
    refused = committee.post("/policy/new", data=typed, headers=HTML)
    assert refused.status_code == 422
    assert "5,000" in refused.text
    made = committee.post("/policy/new", data=typed | {"reason": "의결"}, follow_redirects=False)
    assert (made.status_code, made.headers["Location"]) == (303, "/policy")
    [proposal] = waiting(second)
    address = f"/policy/values/{proposal['id']}/confirming"
    assert address in second.get("/policy", headers=HTML).text
    assert address not in committee.get("/policy", headers=HTML).text, "no button for who proposed it"
    own = committee.post(address, data={"idempotency_key": "c"}, headers=HTML)
    assert own.status_code == 422
    assert "제안한 사람이 아닌 다른 사람이 확인합니다" in own.text
    confirmed = second.post(address, data={"idempotency_key": "c"}, follow_redirects=False)
    assert (confirmed.status_code, confirmed.headers["Location"]) == (303, "/policy")
    assert policy_krw(read, TWO_CHECKERS_FROM_KRW, otherwise=7) == 5_000


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_is_well_made_with_proposals_and_history(committee, second, client_for, language):
    propose(committee, 1)
    confirm(second, waiting(second)[0])
    propose(committee, 2)
    for reader in (committee, second, client_for(Role.FUND_MANAGER)):
        page = reader.get("/policy", headers=HTML, params={"lang": language})
        assert (page.status_code, faults_of(page.text, language=language)) == (200, [])
