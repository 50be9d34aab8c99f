"""Maker and checkers are different human beings, at every amount; nobody moves money of their own interest."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from models.clock import business_date, utc_now
from models.committee import DeclaredInterest, InterestKind
from models.errors import FourEyesNeeded
from models.identity import new_id
from models.instruction import InstructionCheck
from models.instruction import InstructionKind as K
from models.ledger import JournalEntry
from models.person import Person, PersonRole, Role
from tests.committee_acts import figure_of_policy

EOK = 100_000_000


def check(client, instruction, *, digest=None, key=None):
    return client.post(
        f"/ledger/instructions/{instruction.id}/check",
        json={"terms_digest": digest or instruction.terms_digest},
        headers={"Idempotency-Key": key or new_id().hex},
    )


def entries(fund):
    with Session(fund.engine) as session:
        return session.exec(select(func.count()).select_from(JournalEntry)).one()


@pytest.fixture
def asked(funded):
    return funded.make(K.ENVELOPE_BUDGET, 1, envelope_id=funded.spare.id)


def test_another_person_checks(funded, asked, client_of):
    answer = check(client_of(funded.checkers[0]), asked)
    assert (answer.status_code, answer.json()["state"]) == (200, "posted")
    assert funded.balance("envelope_available") == 600 * EOK + 1


def test_the_maker_does_not(funded, asked, client_of):
    before = entries(funded)
    answer = check(client_of(funded.maker), asked)
    assert (answer.status_code, answer.json()["code"]) == (403, "four_eyes")
    assert entries(funded) == before


def test_nor_does_the_maker_under_a_second_account(funded, asked, client_of, store):
    second = Person(
        email="second@example.org",
        name="둘째 계정",
        password_hash="none",  # noqa: S106 - no secret
        human_id=funded.maker.human_id,
    )
    store(second, PersonRole(person_id=second.id, role=Role.FUND_MANAGER))
    answer = check(client_of(second), asked)
    assert (answer.status_code, answer.json()["code"]) == (403, "four_eyes")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.FUND_MANAGER])
def test_nor_does_anybody_who_is_no_fund_manager(funded, asked, client_for, role):
    assert check(client_for(role), asked).status_code == 403


def test_nor_does_a_fund_manager_who_manages_accounts(funded, asked, client_of, store):
    store(PersonRole(person_id=funded.checkers[0].id, role=Role.ADMINISTRATOR))
    assert check(client_of(funded.checkers[0]), asked).status_code == 403
    body = {"kind": "envelope_budget", "envelope_id": str(funded.envelope.id), "amount_krw": 1, "words": "시험"}
    made = client_of(funded.checkers[0]).post("/ledger/instructions", json=body, headers={"Idempotency-Key": "1"})
    assert made.status_code == 403


def test_from_the_threshold_on_two_others_check(funded, client_of, store):
    store(*figure_of_policy("two_checkers_from_krw", amount_krw=5))
    small = funded.make(K.ENVELOPE_BUDGET, 4, envelope_id=funded.spare.id)
    large = funded.make(K.DEAL_COMMITMENT, 5, deal_id=funded.deal(5).id)
    assert (small.checks_needed, large.checks_needed) == (1, 2)
    first, second = map(client_of, funded.checkers)
    assert check(first, large).json()["state"] == "pending"
    again = check(first, large)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert check(second, large).json()["state"] == "posted"


def test_twenty_checks_at_once_by_one_person_count_once(funded, client_of, store):
    store(*figure_of_policy("two_checkers_from_krw", amount_krw=5))
    large = funded.make(K.ENVELOPE_BUDGET, 5, envelope_id=funded.envelope.id)
    client = client_of(funded.checkers[0])
    with ThreadPoolExecutor(20) as threads:
        statuses = [answer.status_code for answer in threads.map(lambda _: check(client, large), range(20))]
    assert sorted(statuses) == [200, *[409] * 19]
    with Session(funded.engine) as session:
        assert (
            session.exec(
                select(func.count()).select_from(InstructionCheck).where(InstructionCheck.instruction_id == large.id)
            ).one()
            == 1
        )
    assert funded.balance("envelope_available") == 600 * EOK


def test_two_people_at_once_post_once(funded, client_of):
    before = entries(funded)
    asked = funded.make(K.ENVELOPE_BUDGET, 5, envelope_id=funded.spare.id)
    clients = [client_of(person) for person in funded.checkers] * 5
    with ThreadPoolExecutor(10) as threads:
        statuses = [answer.status_code for answer in threads.map(lambda client: check(client, asked), clients)]
    assert sorted(statuses) == [200, *[409] * 9]
    assert entries(funded) == before + 1


def test_a_check_binds_to_what_was_read(funded, asked, client_of):
    answer = check(client_of(funded.checkers[0]), asked, digest="0" * 64)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_what_is_resolved_is_not_resolved_again(funded, asked, client_of):
    client = client_of(funded.checkers[0])
    void = {"json": {"reason": "금액 오기"}, "headers": {"Idempotency-Key": "v-1"}}
    answer = client.post(f"/ledger/instructions/{asked.id}/void", **void)
    assert (answer.status_code, answer.json()["void_reason"]) == (200, "금액 오기")
    assert check(client, asked).status_code == 409
    void["headers"] = {"Idempotency-Key": "v-2"}
    assert client.post(f"/ledger/instructions/{asked.id}/void", **void).status_code == 409


def test_an_interest_in_the_deal_recuses_maker_and_checker(funded, client_of, store):
    deal = funded.deal(EOK)
    asked = funded.make(K.DEAL_COMMITMENT, EOK, deal_id=deal.id)
    for person in (funded.checkers[0], funded.maker):
        store(
            DeclaredInterest(
                person_id=person.id,
                kind=InterestKind.OWNERSHIP_GROUP,
                ownership_group_id=funded.company.ownership_group_id,
                known_on=business_date(utc_now()),
                words="주식 보유",
            )
        )
    refused = check(client_of(funded.checkers[0]), asked)
    assert (refused.status_code, refused.json()["code"]) == (403, "four_eyes")
    body = {"kind": "deal_commitment", "deal_id": str(deal.id), "amount_krw": EOK, "words": "시험"}
    made = client_of(funded.maker).post("/ledger/instructions", json=body, headers={"Idempotency-Key": "1"})
    assert made.status_code == 403
    unbound = check(client_of(funded.checkers[1]), asked)
    assert (unbound.status_code, unbound.json()["code"]) == (403, "four_eyes"), "its maker is bound since"


def test_an_account_closed_meanwhile_checks_nothing(funded, asked, client_of):
    client = client_of(funded.checkers[0])

    def close(session):
        person = session.get_one(Person, funded.checkers[0].id)
        person.active = False
        session.add(person)

    funded.write(close)
    assert check(client, asked).status_code == 401


def test_a_role_taken_away_while_the_request_was_under_way_checks_nothing(funded, asked):
    """The guard has let them in already; what counts is who they are in the transaction that would post."""
    checker = funded.checkers[0]
    with Session(funded.engine) as session:
        session.execute(sa.delete(PersonRole).where(col(PersonRole.person_id) == checker.id))
        session.commit()
    with pytest.raises(FourEyesNeeded, match="Only fund managers"):
        funded.check(asked, checker)
    assert funded.balance("envelope_available") == 600 * EOK


def test_what_waits_for_somebody_stands_above_their_list(funded, asked, client_of):
    waiting = [item["id"] for item in client_of(funded.checkers[0]).get("/ledger/instructions").json()["waiting"]]
    assert waiting == [str(asked.id)]
    assert client_of(funded.maker).get("/ledger/instructions").json()["waiting"] == []
    view = client_of(funded.maker).get(f"/ledger/instructions/{asked.id}").json()
    assert (view["may_check"], view["may_void"]) == (False, True)
    assert view["no_check_because"]
