"""Reported figures: entered by one, confirmed by another, corrected or withdrawn, never overwritten."""

import re

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from models.clock import utc_now
from models.identity import new_id
from models.person import Role
from models.plan_progress import ReportDecision, ReportedFigure, ReportVerdict
from tests.fund_service.plan.conftest import keyed

HTML = {"Accept": "text/html"}
TOMORROW = "2099-01-01"


def value_of(office):
    return office.seen()["target"]["lines"][0]["value"]


def states_of(office):
    return [report["state"] for report in office.seen()["reports"]]


def refused(owner, row):
    """Say what the database refuses a row with, whoever writes it."""
    with Session(owner) as session:
        session.add(row)
        with pytest.raises(IntegrityError) as caught:
            session.flush()
    return str(caught.value.orig)


class TestSecondPerson:
    def test_a_figure_counts_once_another_person_has_confirmed_it(self, office):
        made = office.report(12)
        assert made.status_code == 201
        assert made.headers["Location"] == f"/plan/reported/{made.json()['id']}"
        assert (value_of(office), states_of(office)) == (None, ["waiting"])
        assert office.planner.get("/plan/register").json()["waiting"] == 1
        assert office.decide(made.json(), client=office.planner).status_code == 403, "nobody confirms their own"
        decided = office.decide(made.json())
        assert (decided.status_code, decided.json()["state"], decided.json()["decided_by"]) == (
            200, "standing", "둘째 기획자",
        )  # fmt: skip
        assert value_of(office) == 12
        assert office.decide(made.json()).status_code == 409, "it is decided once"

    def test_nor_under_another_account_of_theirs(self, office, people, make_planner):
        made = office.report(12).json()
        alias = make_planner(people[Role.PLANNER])
        assert not alias.get(f"/plan/reported/{made['id']}").json()["report"]["may_decide"]
        assert office.decide(made, client=alias).json()["code"] == "four_eyes"
        assert states_of(office) == ["waiting"]

    def test_a_fund_manager_may_be_the_second_person_and_an_auditor_not(self, office, client_for):
        made = office.report(12).json()
        assert office.decide(made, client=client_for(Role.AUDITOR)).status_code == 403
        assert office.report(1, client=client_for(Role.FUND_MANAGER)).status_code == 403
        assert office.decide(made, client=client_for(Role.FUND_MANAGER)).status_code == 200

    def test_a_refused_figure_never_counts_and_says_why(self, office):
        made = office.report(12).json()
        assert office.decide(made, "refused").json()["code"] == "invalid"
        refused = office.decide(made, "refused", words="출처에 그런 수가 없다.")
        assert (refused.json()["state"], refused.json()["words"]) == ("refused", "출처에 그런 수가 없다.")
        assert value_of(office) is None
        assert office.withdraw(made).status_code == 409

    def test_the_same_request_twice_reports_once(self, office):
        headers = keyed()
        body = {"as_of": "2026-11-01", "value": 1, "source_title": "가", "source_document": "나"}
        address = "/plan/targets/ai-factories/reported"
        answers = [office.planner.post(address, json=body, headers=headers) for _ in range(2)]
        assert answers[0].json()["id"] == answers[1].json()["id"]
        assert office.planner.post(address, json=body).status_code == 400

    def test_the_database_itself_asks_for_another_person(self, owner, office, people):
        made = office.report(12).json()
        own = ReportDecision(
            figure_id=made["id"], verdict=ReportVerdict.CONFIRMED, decided_by_id=people[Role.PLANNER].id
        )
        assert "somebody else" in refused(owner, own)


class TestCorrecting:
    def test_a_correction_takes_the_place_of_what_it_names_once_confirmed(self, office):
        first = office.standing(12)
        second = office.report(15, corrects_id=first["id"]).json()
        assert value_of(office) == 12
        assert office.decide(second).status_code == 200
        assert (value_of(office), states_of(office)) == (15, ["standing", "corrected"])
        old = office.planner.get(f"/plan/reported/{first['id']}").json()["report"]
        assert (old["value"], old["corrected_by_id"]) == (12, second["id"]), "the old figure stays on record"
        assert office.withdraw(second).json()["withdrawn_by"] == "planner"
        assert (value_of(office), states_of(office)) == (12, ["withdrawn", "standing"])

    def test_only_a_figure_of_the_target_that_counts_is_corrected(self, office):
        waiting = office.report(12).json()
        assert office.report(15, corrects_id=waiting["id"]).json()["code"] == "step_not_allowed"
        assert office.report(15, corrects_id=str(new_id())).status_code == 409
        counts = office.standing(3, "2026-10-01")
        office.target = "joint-industry-academia-labs"
        assert office.report(15, corrects_id=counts["id"]).status_code == 409

    def test_of_one_day_one_figure_stands(self, office):
        office.standing(12)
        other = office.report(13).json()
        assert office.decide(other).json()["code"] == "conflict"
        assert office.decide(other, "refused", words="이미 있다.").status_code == 200
        office.standing(14, "2026-11-02")
        assert value_of(office) == 14

    def test_the_database_itself_lets_one_stand(self, office, owner, people):
        office.standing(12)
        rival = office.report(13).json()
        decision = ReportDecision(
            figure_id=rival["id"], verdict=ReportVerdict.CONFIRMED, decided_by_id=people[Role.FUND_MANAGER].id
        )
        assert "stands already" in refused(owner, decision)

    def test_a_withdrawn_figure_counts_nowhere_and_is_not_confirmed(self, office):
        made = office.report(12).json()
        assert office.withdraw(made, "").status_code == 400
        assert office.withdraw(made).json()["reason"] == "잘못 적었다."
        assert office.decide(made).status_code == 409
        assert office.withdraw(made).status_code == 409

    @pytest.mark.parametrize("table", ["reported_figure", "report_decision", "report_withdrawal"])
    def test_nothing_reported_is_rewritten_or_deleted_by_anybody(self, table, office, owner, database):
        first = office.standing(12)
        office.withdraw(first)
        changes = (f"DELETE FROM {table}", f"UPDATE {table} SET {CHANGES[table]}", f"TRUNCATE {table} CASCADE")  # noqa: S608 - our own
        for engine in (owner, database):
            for statement in changes:
                with engine.connect() as connection, pytest.raises((IntegrityError, sa.exc.ProgrammingError)):
                    connection.execute(sa.text(statement))


CHANGES = {"reported_figure": "value = 9", "report_decision": "words = 'x'", "report_withdrawal": "reason = 'x'"}


class TestWhatIsReported:
    @pytest.mark.parametrize(
        ("said", "status"),
        [
            ({"source_document": None}, 422),
            ({"as_of": TOMORROW}, 422),
            ({"value": -1}, 400),
            ({"value": 2**53}, 400),
            ({"value": 1.5}, 400),
            ({"source_title": " "}, 400),
            ({"source_document": None, "source_url": "javascript:alert(1)"}, 400),
            ({"source_document": None, "source_url": "ftp://example.org"}, 400),
            ({"source_document": None, "source_url": "https://"}, 400),
            ({"unit": "won"}, 400),
        ],
    )
    def test_a_source_can_be_looked_up_and_a_figure_is_one(self, said, status, office):
        answer = office.report(**{"value": 1, **said})
        assert answer.status_code == status, answer.text
        assert states_of(office) == []

    def test_an_address_is_a_source(self, office):
        assert office.report(1, source_document=None, source_url="https://www.motir.go.kr/a?b=c").status_code == 201

    def test_a_share_is_at_most_the_whole(self, office):
        office.target = "large-project-share"
        assert office.report(10_001).status_code == 422
        assert office.report(10_000).json()["unit"] == "share"

    def test_the_database_itself_refuses_tomorrow_and_a_stray_correction(self, office, owner, people):
        other = office.standing(3)
        facts = {
            "target_code": "joint-industry-academia-labs", "value": 1, "unit": "count", "source_title": "s",
            "source_document": "d", "reported_by_id": people[Role.PLANNER].id,
        }  # fmt: skip
        for wrong, words in (({"as_of": TOMORROW}, "tomorrow"), ({"corrects_id": other["id"]}, "own target")):
            assert words in refused(owner, ReportedFigure(**{"as_of": utc_now().date(), **facts, **wrong}))


class TestPages:
    def send(self, client, address, **form):
        answer = client.post(
            address, data={"idempotency_key": new_id().hex, **form}, headers=HTML, follow_redirects=False
        )
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def test_a_figure_is_reported_confirmed_corrected_and_withdrawn_from_its_pages(self, office):
        address = "/plan/targets/large-project-share/reporting"
        form = {"as_of": "2026-10-31", "share_percent": "23.5", "source_title": "통계", "source_document": "R&D-12"}
        refused = office.planner.post(
            address, data=form | {"share_percent": "많이", "idempotency_key": "a"}, headers=HTML
        )
        assert refused.status_code == 422
        assert "통계" in refused.text, "nothing typed is lost"
        assert 'id="share_percent-fault"' in refused.text
        assert self.send(office.planner, address, **form) == "/plan/targets/large-project-share#reported"
        waiting = office.second.get("/plan/reported", headers=HTML).text
        page = re.search(r"/plan/reported/[0-9a-f-]{36}", waiting)[0]
        assert "/deciding" not in office.planner.get(page, headers=HTML).text, "nobody is offered their own"
        assert "23.5%" in office.second.get(page, headers=HTML).text
        lacking = office.second.post(
            f"{page}/deciding", data={"verdict": "refused", "idempotency_key": "b"}, headers=HTML
        )
        assert lacking.status_code == 422
        assert "반려 사유를" in lacking.text
        assert self.send(office.second, f"{page}/deciding", verdict="confirmed") == page
        assert "출처가 말하는" not in office.planner.get(page, headers=HTML).text
        target = office.planner.get("/plan/targets/large-project-share").json()
        assert [line["value"] for line in target["target"]["lines"]] == [None, None, 2350]
        correcting = office.planner.get(f"{address}?corrects={page.rsplit('/', 1)[1]}", headers=HTML).text
        assert 'value="23.5"' in correcting
        corrects = re.search(r'name="corrects_id" value="([0-9a-f-]+)"', correcting)[1]
        self.send(office.planner, address, **form | {"share_percent": "24", "corrects_id": corrects})
        assert (
            office.planner.post(
                f"{page}/withdrawing", data={"reason": "", "idempotency_key": "c"}, headers=HTML
            ).status_code
            == 422
        )
        assert self.send(office.planner, f"{page}/withdrawing", reason="출처가 잘못되었다.") == page
        assert "출처가 잘못되었다." in office.planner.get(f"{page}?lang=en", headers=HTML).text
        other = f"/plan/targets/ai-factories/reporting?corrects={corrects}"
        assert office.planner.get(other, headers=HTML).status_code == 404

    def test_won_and_things_are_typed_as_whole_numbers(self, office):
        said = {"as_of": "2026-10-31", "source_title": "결산", "source_url": "https://example.org/1"}
        self.send(
            office.planner,
            "/plan/targets/commercialization-fund-established/reporting",
            value="700,000,000,000",
            **said,
        )
        self.send(office.planner, "/plan/targets/ai-factories/reporting", value="7", **said)
        listed = office.planner.get("/plan/reported", params={"which": "all", "limit": 1}).json()
        rest = office.planner.get("/plan/reported", params={"which": "all", "cursor": listed["next_cursor"]}).json()
        assert [(row["unit"], row["value"]) for row in (*listed["items"], *rest["items"])] == [
            ("count", 7), ("won", 700_000_000_000),
        ]  # fmt: skip

    def test_the_chart_tells_counted_and_reported_points_apart(self, office, project):
        office.target = "large-project-share"
        project(10**10)
        office.standing(2_000)
        [chart] = office.seen()["charts"]
        marks = [layer["mark"] for layer in chart["layer"]]
        assert [mark.get("shape") or mark.get("point", {}).get("shape") for mark in marks] == [
            None,
            "circle",
            "diamond",
        ]
        assert {value["series"] for layer in chart["layer"] for value in layer["data"]["values"]} == {
            "기한까지의 직선", "대형과제 비중(과제 수)", "대형과제 비중(금액)", "보고된 실적",
        }  # fmt: skip
        office.target = "ai-factories"
        office.standing(20)
        marks = [layer["mark"] for layer in office.seen()["charts"][0]["layer"]]
        assert [mark.get("strokeDash") for mark in marks] == [[6, 4], None, None]

    def test_a_target_is_downloaded_with_everything_that_was_said_of_it(self, office):
        first = office.standing(12)
        office.withdraw(first)
        file = office.planner.get("/plan/targets/ai-factories/export", params={"format": "csv"})
        text = file.content.decode("utf-8-sig")
        assert all(words in text for words in ("산업통상부 보도자료", "제1호", "철회", "잘못 적었다.", first["id"]))
