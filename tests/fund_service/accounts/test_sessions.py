from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import digest_secret
from fund_service.app import create_app
from models.clock import utc_now
from models.person import Person, PersonRole, Role, SignInSession


def count_sessions(read: Session) -> int:
    return read.exec(select(func.count()).select_from(SignInSession)).one()


def change_sessions(database: Any, **values: Any) -> None:
    with database.begin() as connection:
        connection.execute(sa.update(SignInSession).values(**values))


class TestSecret:
    def test_a_cookie_chosen_before_sign_in_is_worth_nothing_after(self, browser, members):
        victim, attacker = browser(), browser()
        chosen = "attacker-chose-this"
        for opened in (victim, attacker):
            opened.client.cookies.set("fund_session", chosen, domain="testserver.local", path="/")
        assert victim.sign_in(members[Role.INVESTOR].email).status_code == 303
        assert victim.is_signed_in()
        assert victim.cookie != chosen
        assert not attacker.is_signed_in()

    def test_signing_in_again_gives_a_new_secret_and_ends_the_old_session(self, signed_in, members, browser, read):
        opened = signed_in(Role.INVESTOR)
        before = opened.cookie
        assert opened.sign_in(members[Role.INVESTOR].email).status_code == 303
        assert opened.cookie != before
        left_behind = browser()
        left_behind.client.cookies.set("fund_session", before, domain="testserver.local", path="/")
        assert not left_behind.is_signed_in()
        assert count_sessions(read) == 1

    def test_the_database_keeps_only_the_digest(self, signed_in, read):
        secret = signed_in(Role.INVESTOR).cookie
        stored = read.exec(select(SignInSession)).one()
        assert stored.token_digest == digest_secret(secret)
        assert secret not in stored.model_dump_json()

    def test_sessions_of_the_person_that_ran_out_are_cleared_away(self, signed_in, database, read):
        signed_in(Role.INVESTOR)
        signed_in(Role.PLANNER)
        change_sessions(database, expires_at=utc_now() - timedelta(seconds=1))
        signed_in(Role.INVESTOR)
        assert count_sessions(read) == 2  # the planner's old one and the investor's new one


class TestEnd:
    def test_signing_out_ends_the_session_on_the_server(self, signed_in, browser, read):
        opened = signed_in(Role.INVESTOR)
        secret = opened.cookie
        answer = opened.post("/sign-out")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
        assert opened.cookie is None
        thief = browser()
        thief.client.cookies.set("fund_session", secret, domain="testserver.local", path="/")
        assert not thief.is_signed_in()
        assert count_sessions(read) == 0

    @pytest.mark.parametrize("idle", [timedelta(minutes=30), timedelta(days=1)])
    def test_thirty_minutes_without_use_end_it(self, signed_in, database, idle):
        opened = signed_in(Role.INVESTOR)
        change_sessions(database, last_seen_at=utc_now() - idle)
        assert not opened.is_signed_in()

    def test_use_pushes_the_idle_limit_forward(self, signed_in, database, read):
        opened = signed_in(Role.INVESTOR)
        change_sessions(database, last_seen_at=utc_now() - timedelta(minutes=29))
        assert opened.is_signed_in()
        assert read.exec(select(SignInSession.last_seen_at)).one() > utc_now() - timedelta(minutes=1)

    def test_twelve_hours_end_it_however_busy(self, signed_in, database, read):
        opened = signed_in(Role.INVESTOR)
        opened_at, expires_at = read.exec(select(SignInSession.recorded_at, SignInSession.expires_at)).one()
        assert abs(expires_at - opened_at - timedelta(hours=12)) < timedelta(seconds=5)
        change_sessions(database, last_seen_at=utc_now(), expires_at=utc_now())
        assert not opened.is_signed_in()

    def test_disabling_a_person_ends_browsers_and_programs_at_the_next_request(
        self, signed_in, client_for, members, database
    ):
        opened, program = signed_in(Role.INVESTOR), client_for(Role.INVESTOR)
        assert opened.is_signed_in()
        assert program.get("/me").status_code == 200
        with database.begin() as connection:
            connection.execute(
                sa.update(Person).where(col(Person.id) == members[Role.INVESTOR].id).values(active=False)
            )
        assert not opened.is_signed_in()
        assert program.get("/me").status_code == 401
        assert opened.sign_in(members[Role.INVESTOR].email).status_code == 401


class TestRoles:
    def test_a_role_taken_away_is_gone_at_the_next_request(self, signed_in, members, database):
        opened = signed_in(Role.AUDITOR)
        assert opened.client.get("/people").status_code == 200
        with database.begin() as connection:
            connection.execute(sa.delete(PersonRole).where(col(PersonRole.person_id) == members[Role.AUDITOR].id))
        assert opened.client.get("/people").status_code == 403

    def test_a_role_given_holds_at_the_next_request(self, signed_in, members, store):
        opened = signed_in(Role.PLANNER)
        assert opened.client.get("/people").status_code == 403
        store(PersonRole(person_id=members[Role.PLANNER].id, role=Role.ADMINISTRATOR))
        assert opened.client.get("/people").status_code == 200


class TestTokens:
    @pytest.mark.parametrize("column", ["expires_at", "revoked_at"])
    def test_a_token_that_ran_out_or_was_revoked_opens_nothing(self, client_for, database, column):
        program = client_for(Role.INVESTOR)
        assert program.get("/me").status_code == 200
        with database.begin() as connection:
            connection.execute(sa.text(f"UPDATE access_token SET {column} = now()"))  # noqa: S608 - one of two columns
        assert program.get("/me").status_code == 401

    @pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer x", "Basic abc", "bearer " + "x" * 5000])
    def test_rubbish_is_no_token(self, client_for, header):
        visitor = client_for(None)
        assert visitor.get("/me", headers={"Authorization": header}).status_code == 401

    def test_a_bad_token_is_not_made_good_by_a_cookie(self, signed_in):
        opened = signed_in(Role.INVESTOR)
        assert opened.client.get("/me", headers={"Authorization": "Bearer stolen"}).status_code == 401


class TestCookies:
    def test_over_plain_http_the_cookie_is_http_only_and_same_site(self, browser, members):
        cookie = browser().sign_in(members[Role.INVESTOR].email).headers["Set-Cookie"].lower()
        assert cookie.startswith("fund_session=")
        assert {"httponly", "samesite=lax", "path=/"} <= set(cookie.split("; "))
        assert "max-age" not in cookie
        assert "domain" not in cookie

    def test_over_tls_the_cookie_belongs_to_this_host_alone(self, settings, engine, members, portal):
        secure = create_app(replace(settings, public_url="https://fund.example"), engine)
        client = TestClient(secure, base_url="https://fund.example")
        client.blocking_portal = portal
        form = {"email": members[Role.INVESTOR].email, "password": "correct horse battery staple"}
        answer = client.post("/sign-in", data=form, headers={"Origin": "https://fund.example"}, follow_redirects=False)
        cookie = answer.headers["Set-Cookie"].lower()
        assert cookie.startswith("__host-fund_session=")
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= set(cookie.split("; "))
        assert "domain" not in cookie
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert client.get("/me").status_code == 200
        token = client.get("/sign-in", headers={"Accept": "text/html"}).text.split('name="csrf_token" value="')[1][:64]
        gone = (
            client.post("/sign-out", data={"csrf_token": token}, follow_redirects=False).headers["Set-Cookie"].lower()
        )
        # A browser takes no __Host- cookie, not even an empty one, that is not Secure.
        assert gone.startswith('__host-fund_session="";')
        assert {"secure", "path=/", "max-age=0"} <= set(gone.split("; "))
        assert client.get("/me").status_code == 401


def test_assets_ask_the_database_for_nobody(signed_in: Callable[..., Any], statements: Callable[..., Any]):
    opened = signed_in(Role.INVESTOR)
    with statements() as made:
        assert opened.client.get("/assets/css/layout.css").status_code == 200
    assert made == []
