import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from sqlmodel import select

from fund_service.accounts import passwords
from fund_service.app import create_app
from models.clock import utc_now
from models.person import Role, SignInThrottle

pytestmark = pytest.mark.usefixtures("cheap_hashes")

ATTEMPTS = 10


def row_of(read, email: str) -> SignInThrottle:
    digest = hashlib.sha256(email.encode()).hexdigest()
    return read.exec(select(SignInThrottle).where(SignInThrottle.email_digest == digest)).one()


class TestLock:
    @pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
    def test_ten_wrong_passwords_lock_an_address_for_fifteen_minutes(self, browser, members, read, known):
        email = members[Role.INVESTOR].email if known else "nobody@example.org"
        opened = browser()
        first = [opened.sign_in(email, "wrong") for _ in range(ATTEMPTS)]
        assert {answer.status_code for answer in first} == {401}
        locked = opened.sign_in(email, "wrong")
        assert (locked.status_code, locked.headers["Retry-After"]) == (429, "900")
        assert opened.sign_in(email).status_code == 429  # the right password opens nothing either
        assert abs(row_of(read, email).locked_until - utc_now() - timedelta(minutes=15)) < timedelta(seconds=20)
        read.connection().execute(sa.update(SignInThrottle).values(locked_until=utc_now() - timedelta(seconds=1)))
        assert opened.sign_in(email, "wrong").status_code == 401
        assert opened.sign_in(email).status_code == (303 if known else 401)

    def test_known_and_unknown_addresses_are_answered_alike(self, browser, members):
        known, unknown = browser(), browser()
        for _ in range(ATTEMPTS + 2):
            answers = known.sign_in(members[Role.INVESTOR].email, "wrong"), unknown.sign_in("x@example.org", "wrong")
            one, other = ((answer.status_code, answer.json()["fault"], sorted(answer.headers)) for answer in answers)
            assert one == other

    def test_failures_are_committed_although_the_answer_is_an_error(self, browser, members, read):
        assert browser().sign_in(members[Role.INVESTOR].email, "wrong").status_code == 401
        assert row_of(read, members[Role.INVESTOR].email).failures == 1

    def test_a_success_forgets_the_failures_before_it(self, browser, members, read):
        email = members[Role.INVESTOR].email
        opened = browser()
        for _ in range(ATTEMPTS - 1):
            opened.sign_in(email, "wrong")
        assert opened.sign_in(email).status_code == 303
        assert row_of(read, email).failures == 0
        assert browser().sign_in(email, "wrong").status_code == 401

    @pytest.mark.parametrize("spelling", ["INVESTOR@example.org", " investor@example.org ", "Investor@Example.org"])
    def test_spellings_of_an_address_are_one(self, browser, members, spelling):
        opened = browser()
        for _ in range(ATTEMPTS):
            opened.sign_in(spelling, "wrong")
        assert opened.sign_in(members[Role.INVESTOR].email).status_code == 429

    def test_another_address_is_not_locked_with_it(self, browser, members):
        opened = browser()
        for _ in range(ATTEMPTS + 1):
            opened.sign_in(members[Role.INVESTOR].email, "wrong")
        assert opened.sign_in(members[Role.PLANNER].email).status_code == 303

    def test_a_forwarded_address_of_one_s_choice_changes_nothing(self, visit, members):
        client = visit()
        for attempt in range(ATTEMPTS):
            form = {"email": members[Role.INVESTOR].email, "password": "wrong"}
            client.post("/sign-in", data=form, headers={"X-Forwarded-For": f"10.0.0.{attempt}"})
        answer = client.post("/sign-in", data=form, headers={"X-Forwarded-For": "10.0.1.1"})
        assert answer.status_code == 429

    def test_parallel_attempts_on_two_instances_get_ten_tries_together(self, app, settings, members, portal):
        instances = [app, create_app(settings, app.state.engine)]

        def attempt(number: int) -> int:
            client = TestClient(instances[number % 2])
            client.blocking_portal = portal
            return client.post("/sign-in", data={"email": members[Role.INVESTOR].email, "password": "x"}).status_code

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(attempt, range(40)))
        assert sorted(answers) == [401] * ATTEMPTS + [429] * (40 - ATTEMPTS)


class TestPasswords:
    def test_an_unknown_address_costs_a_verification_too(self, browser, members, monkeypatch):
        verified = []
        verify = passwords.PasswordHasher.verify
        monkeypatch.setattr(
            passwords.PasswordHasher,
            "verify",
            lambda self, stored, given: (verified.append(stored), verify(self, stored, given))[1],
        )
        browser().sign_in("nobody@example.org", "wrong")
        browser().sign_in(members[Role.INVESTOR].email, "wrong")
        assert verified == [passwords._NOBODY, members[Role.INVESTOR].password_hash]  # noqa: SLF001 - the point of it

    def test_the_hash_of_nobody_costs_as_much_as_anybodys(self, monkeypatch):
        monkeypatch.undo()
        costs = [hashed.rsplit("$", 2)[0] for hashed in (passwords._NOBODY, passwords.hash_password("x"))]  # noqa: SLF001 - the same
        assert costs[0] == costs[1]

    def test_no_password_fits_where_there_is_no_account(self):
        assert not passwords.password_fits("nobody has this password", None)

    def test_a_hash_that_is_none_fits_no_password(self):
        assert not passwords.password_fits("x", "none: these people come with tokens")

    def test_a_password_fits_its_own_hash_alone(self):
        stored = passwords.hash_password("비밀번호")
        assert stored.startswith("$argon2id$")
        assert passwords.password_fits("비밀번호", stored)
        assert not passwords.password_fits("비밀번호 ", stored)
