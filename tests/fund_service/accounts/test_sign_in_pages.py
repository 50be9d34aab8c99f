from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from fund_service.accounts.commands import create_token
from fund_service.accounts.controller import local_path
from models.clock import utc_now
from models.errors import RecordNotFound
from models.person import AccessToken, Role

pytestmark = pytest.mark.usefixtures("people")

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "/\x00/evil.example",
    " //evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "/a\r\nSet-Cookie: fund_session=x",
    "\uff0f\uff0fevil.example",
    "",
]
BASE = "http://testserver.local/sign-in"


def followed_by_a_browser(location: str) -> str:
    """Give the host a browser goes to: it drops tabs and line breaks, and takes a backslash for a slash."""
    cleaned = location.strip(" ").translate({9: None, 10: None, 13: None}).replace("\\", "/")
    return urlsplit(urljoin(BASE, cleaned)).netloc


class TestNext:
    @pytest.mark.parametrize("address", ELSEWHERE)
    def test_sign_in_leads_nowhere_else(self, browser, members, address):
        answer = browser().sign_in(members[Role.INVESTOR].email, next=address)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")

    @pytest.mark.parametrize("address", ELSEWHERE)
    def test_the_form_and_the_language_switch_lead_nowhere_else(self, visit, address):
        assert visit().get("/sign-in", params={"next": address}).json()["next"] == "/"
        answer = visit().post("/language", data={"language": "en", "next": address}, follow_redirects=False)
        assert answer.headers["Location"] == "/"

    def test_an_encoded_line_break_stays_encoded(self, browser, members):
        answer = browser().sign_in(members[Role.INVESTOR].email, next="/signals?q=%0d%0aSet-Cookie:x")
        assert answer.headers["Location"] == "/signals?q=%0d%0aSet-Cookie:x"

    @settings(deadline=None)
    @given(st.text(alphabet=st.sampled_from("/\\ \t\n\r\x00:@?#.ehx가"), max_size=12))
    def test_every_local_path_stays_on_this_host(self, path):
        assert followed_by_a_browser(local_path(path)) == "testserver.local"

    def test_a_page_of_ours_is_kept(self, browser, members):
        answer = browser().sign_in(members[Role.INVESTOR].email, next="/signals?state=live&q=전지")
        assert urlsplit(answer.headers["Location"]).path == "/signals"
        assert local_path("/signals?state=live#top") == "/signals?state=live#top"


class TestStrangers:
    def test_a_browser_is_sent_to_sign_in_and_back(self, visit):
        answer = visit().get("/signals?state=live&q=%EA%B0%80", headers={"Accept": "text/html"}, follow_redirects=False)
        location = answer.headers["Location"]
        assert answer.status_code == 302
        assert visit().get(location).json()["next"] == "/signals?state=live&q=%EA%B0%80"
        assert answer.headers["Cache-Control"] == "no-store"

    def test_a_very_long_address_is_not_carried_along(self, visit):
        answer = visit().get(f"/signals?q={'x' * 400}", headers={"Accept": "text/html"}, follow_redirects=False)
        assert answer.headers["Location"] == "/sign-in"

    def test_a_program_is_told(self, visit):
        answer = visit().get("/signals")
        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_needed")

    def test_what_was_typed_comes_back_escaped_and_without_the_password(self, visit):
        form = {"email": '"><script>alert(1)</script>', "password": "s3cret-phrase"}
        page = visit().post("/sign-in", data=form, headers={"Accept": "text/html"})
        assert page.status_code == 401
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text
        assert "s3cret-phrase" not in page.text

    @pytest.mark.parametrize("body", [b"email=a%00@b&password=x", b"email=a&password=%00", b"", b"email=a&email=b"])
    def test_rubbish_signs_nobody_in(self, visit, body):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert visit().post("/sign-in", content=body, headers=form).status_code in {400, 401}


class TestPeople:
    def test_the_list_names_everybody_with_their_roles_page_by_page(self, client_for):
        administrator = client_for(Role.ADMINISTRATOR)
        whole = administrator.get("/people").json()["items"]
        assert {tuple(person["roles"]) for person in whole} == {(role.value,) for role in Role}
        page = administrator.get("/people", params={"limit": 4}).json()
        rest = administrator.get("/people", params={"limit": 4, "cursor": page["next_cursor"]}).json()
        assert [*page["items"], *rest["items"]] == whole
        assert rest["next_cursor"] is None

    def test_it_shows_no_secret(self, client_for):
        for person in client_for(Role.AUDITOR).get("/people").json()["items"]:
            assert set(person) == {
                "id",
                "email",
                "name",
                "organisation_id",
                "active",
                "roles",
                "version",
                "other_accounts",
                "may_decide",
            }

    def test_everybody_learns_who_they_are(self, client_for, investor_organisation):
        me = client_for(Role.INVESTOR).get("/me").json()
        assert me["organisation_id"] == str(investor_organisation.id)
        assert me["organisation_name"] == "한빛벤처스"
        assert me["roles"] == ["investor"]
        assert client_for(Role.PLANNER).get("/me").json()["organisation_name"] is None


class TestTokens:
    def test_a_token_opens_the_account_of_its_person_and_only_its_digest_is_kept(self, database, read, visit):
        with Session(database) as session:
            secret = create_token(
                session, " Planner@example.org", label="nightly", lifetime=timedelta(days=1), at=utc_now()
            )
            session.commit()
        program = visit()
        program.headers["Authorization"] = f"Bearer {secret}"
        assert program.get("/me").json()["email"] == "planner@example.org"
        assert secret not in read.exec(select(AccessToken)).one().model_dump_json()

    def test_nobody_gets_a_token_for_an_address_that_is_not_there(self, session):
        with pytest.raises(RecordNotFound, match=r"nobody@example\.org"):
            create_token(session, "nobody@example.org", label="x", lifetime=timedelta(days=1), at=utc_now())
