import json
import logging
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from litestar.exceptions import HTTPException
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session

from fund_service import faults, problems
from fund_service.signals import queries
from models.errors import FundError, StepNotAllowed
from models.organisation import Organisation
from models.person import PreferredLanguage, Role

HTML = {"Accept": "text/html"}
SHAPE = {"type", "title", "status", "code", "detail", "fields"}
PROTECTIVE = {
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "permissions-policy",
    "cache-control",
    "vary",
}


def requests() -> Iterator[tuple[str, str, str, dict, int]]:
    """Give one request for each way to be refused: before, at, and behind the routes."""
    yield "no route", "GET", "/nothing", {}, 404
    yield "no such method", "DELETE", "/signals", {}, 405
    yield "no such id", "GET", f"/signals/{uuid4()}", {}, 404
    yield "rubbish id", "GET", "/signals/rubbish", {}, 404
    yield "bad host", "GET", "/me", {"headers": {"Host": "x:99999"}}, 400
    yield "worse host", "GET", "/me", {"headers": {"Host": "a b"}}, 400
    yield "bad parameter", "GET", "/signals?limit=0", {}, 400
    yield "bad body", "POST", "/signals", {"json": {}}, 400
    yield "no body", "POST", "/signals", {"headers": {"Content-Type": "application/json"}}, 400
    yield "not JSON", "POST", "/signals", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 400
    yield "no version", "POST", f"/signals/{uuid4()}/withdraw", {}, 428
    yield "not permitted", "GET", "/people", {}, 403
    yield "no asset", "GET", "/assets/nothing.css", {}, 404
    yield "too large", "POST", "/signals", {"content": b"x" * 11_000_000}, 413


REFUSALS = list(requests())


@pytest.mark.parametrize("refusal", [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
class TestEveryRefusal:
    def test_a_program_gets_problem_details_with_every_protective_header_once(self, client_for, refusal):
        method, path, sent, status = refusal
        answer = client_for(Role.INVESTOR).request(method, path, **sent)
        assert answer.status_code == status, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert set(problem) == SHAPE
        assert (problem["status"], problem["type"]) == (status, "about:blank")
        assert problem["code"]
        assert problem["detail"]
        for name in PROTECTIVE:
            assert len(answer.headers.get_list(name)) == 1, name
        assert answer.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("language", PreferredLanguage)
    def test_a_person_gets_a_page_in_their_language(self, client_for, refusal, language):
        method, path, sent, _ = refusal
        if "Host" in sent.get("headers", {}):
            path, sent = "/nothing", {}  # no browser sends such a host
        headers = {**sent.get("headers", {}), **HTML, "Cookie": f"fund_language={language.value}"}
        answer = client_for(Role.INVESTOR).request(method, path, **{**sent, "headers": headers})
        assert answer.headers["Content-Type"].startswith("text/html")
        assert f'<html lang="{language.value}">' in answer.text
        assert "Traceback" not in answer.text
        korean = any("가" <= letter <= "힣" for letter in answer.text.split("<h1>")[1].split("</h1>")[0])
        assert korean is (language is PreferredLanguage.KOREAN)


class TestFields:
    def test_each_field_at_fault_is_named_in_the_readers_language(self, client_for):
        body = {
            "text": "a",
            "trl_min": 10,
            "field_codes": "01",
            "extra": 1,
            "available_krw": True,
            "expires_on": "soon",
        }
        korean = client_for(Role.INVESTOR).post("/signals", json=body).json()["fields"]
        english = client_for(Role.INVESTOR).post("/signals?lang=en", json=body).json()["fields"]
        assert {fault["field"] for fault in english} == set(body)
        assert {fault["field"]: fault["message"] for fault in english} == {
            "text": "At least 10 characters.",
            "trl_min": "Must be at most 9.",
            "field_codes": "Must be a list.",
            "extra": "This field is not known here.",
            "available_krw": "Must be a whole number.",
            "expires_on": "Must be a date such as 2026-11-22.",
        }
        for fault in korean:
            assert any("가" <= letter <= "힣" for letter in fault["message"]), fault

    @pytest.mark.parametrize("name", ["version", "session", "caller", "form", "method", "after", "settings", "data"])
    def test_a_field_called_like_one_of_our_dependencies_is_the_clients_mistake(self, client_for, name):
        answer = client_for(Role.INVESTOR).post("/signals", json={"text": "열 글자가 넘는 수요 설명입니다.", name: 1})
        assert (answer.status_code, answer.json()["fields"][0]["field"]) == (400, name)

    def test_a_missing_body_is_said_to_be_missing(self, client_for):
        answer = client_for(Role.INVESTOR).post("/signals?lang=en", headers={"Content-Type": "application/json"})
        assert answer.json()["fields"] == [{"field": "body", "message": "This is required."}]

    def test_a_flood_of_faults_is_answered_briefly(self, client_for):
        investor = client_for(Role.INVESTOR)
        few = investor.post("/signals", json={"x" * 5000: 1, **{f"a{number}": 1 for number in range(60)}}).json()
        assert len(few["fields"]) == 50
        assert max(len(fault["field"]) for fault in few["fields"]) == 100
        many = investor.post("/signals", json={f"a{number}": 1 for number in range(50_000)}).json()
        assert [fault["field"] for fault in many["fields"]] == ["body"]


class Leaky(BaseModel):
    """A view that cannot be made."""

    amount: int


class TestOurOwnMistakes:
    LEAK = "SELECT secret FROM /srv/fund/queries.py"

    @pytest.mark.parametrize("headers", [{}, HTML], ids=["JSON", "page"])
    def test_they_show_no_sql_path_or_trace_but_stand_in_the_log(self, client_for, monkeypatch, caplog, headers):
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError(self.LEAK)

        monkeypatch.setattr(queries, "signal_board", fail)
        answer = client_for(Role.INVESTOR).get("/signals", headers=headers)
        assert answer.status_code == 500
        for leak in ("SELECT", "secret", ".py", "Traceback", "RuntimeError"):
            assert leak not in answer.text
        assert self.LEAK in caplog.text

    def test_a_view_that_cannot_be_made_is_no_mistake_of_the_client(self):
        with pytest.raises(ValidationError) as caught:
            Leaky.model_validate({"amount": "x"})
        assert problems.problem_of(caught.value).status == 500

    def test_the_database_away_is_busy_and_says_nothing_of_itself(self, caplog):
        error = OperationalError("SELECT text", {"text": "confidential"}, psycopg.OperationalError("no such host db7"))
        problem = problems.problem_of(error)
        assert (problem.status, problem.code) == (503, "busy")
        assert "db7" not in problem.detail
        assert "confidential" not in caplog.text


class TestDatabaseRefusals:
    def test_a_clash_is_a_conflict_and_the_row_stays_out_of_the_log(self, session: Session, caplog):
        caplog.set_level(logging.DEBUG)
        session.add(Organisation(kind="investor", name_ko="기밀 이름", ownership_group_id=uuid4()))
        with pytest.raises(IntegrityError) as caught:
            session.flush()
        problem = problems.problem_of(caught.value)
        assert (problem.status, problem.code) == (409, "conflict")
        assert "ownership_group" in caplog.text
        assert "기밀" not in caplog.text

    def test_a_value_outside_a_check_is_not_allowed_and_its_row_stays_out_of_the_log(self, session: Session, caplog):
        session.add(Organisation(kind="investor", name_ko="기밀 이름", country="kr", ownership_group_id=uuid4()))
        with pytest.raises(IntegrityError) as caught:
            session.flush()
        assert "기밀" in str(caught.value.orig)  # PostgreSQL quotes the failing row
        problem = problems.problem_of(caught.value)
        assert (problem.status, problem.code) == (422, "invalid")
        assert "country_code" in caplog.text
        assert "기밀" not in caplog.text


class TestMapping:
    @pytest.mark.parametrize(("error", "status"), problems.STATUS_OF_ERROR.items())
    def test_every_fact_has_its_status(self, error, status):
        problem = problems.problem_of(error("{a} {b}", field="text", a="{b}", b=2))
        assert (problem.status, problem.code, problem.detail) == (status, error.code, "{b} 2")
        assert problem.fields == [faults.FieldProblem(field="text", message="{b} 2")]

    def test_a_fact_without_a_status_of_its_own_is_not_allowed(self):
        assert problems.problem_of(FundError("no")).status == 422
        assert problems.problem_of(StepNotAllowed("no")).fields == []

    def test_a_status_without_a_sentence_of_its_own_says_what_it_was_raised_with(self):
        problem = problems.problem_of(HTTPException("I am a teapot", status_code=418))
        assert (problem.status, problem.code, problem.detail) == (418, "refused", "I am a teapot")

    @pytest.mark.parametrize("error", [RecursionError(), UnicodeDecodeError("utf-8", b"x", 0, 1, "x")])
    def test_what_cannot_be_decoded_is_a_bad_request(self, error):
        assert problems.problem_of(error).status == 400

    def test_what_a_route_declares_holds_what_any_route_may_answer(self):
        declared = problems.documented(404)
        assert set(declared) == {400, 401, 403, 404, 429, 500, 503}
        assert all(json.dumps(spec.description) for spec in declared.values())
