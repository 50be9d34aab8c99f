from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from sqlmodel import func, select

from fund_service import jobs
from fund_service.signals import commands
from models.clock import business_date, utc_now
from models.person import Role
from models.signal import CommitmentLevel, DemandSignal, SignalField, SignalState

pytestmark = pytest.mark.usefixtures("reference_data")

TEXT = "고체전해질 양산 기술에 투자하고자 합니다."
FULL = {
    "text": TEXT,
    "field_codes": ["02", "01"],
    "region_codes": ["11"],
    "region_bound": True,
    "stages": ["development", "demonstration"],
    "anchor_wanted": True,
    "trl_min": 4,
    "trl_max": 7,
    "ticket_min_krw": 500_000_000,
    "ticket_max_krw": 2_000_000_000,
    "available_krw": 10_000_000_000,
    "horizon_months": 24,
    "expires_on": "2099-12-31",
    "excluded_field_codes": ["03"],
    "excluded_terms": ["니켈", "수은"],
    "confidentiality": "open",
}
FORM = {
    **FULL,
    "region_bound": "true",
    "anchor_wanted": "true",
    "ticket_min_krw": "500,000,000",
    "excluded_terms": "니켈, 수은,",
    "trl_min": "4",
    "horizon_months": "",
}
NOT_OFFERED = {
    "id": "019a0000-0000-7000-8000-000000000000",
    "organisation_id": "019a0000-0000-7000-8000-000000000000",
    "submitted_by_id": None,
    "state": "withdrawn",
    "version": 7,
    "commitment_level": "L5",
    "claimed_level": "L5",
    "received_on": "2020-01-01",
    "recorded_at": "2020-01-01T00:00:00Z",
    "source": "import",
    "external_id": "X-1",
    "amount_as_stated": "$1",
    "exchange_rate": 1,
    "mine": True,
}


def stored(read) -> list[DemandSignal]:
    return list(read.exec(select(DemandSignal)))


def queued(read) -> list[dict]:
    return [
        dict(row) for row in read.execute(sa.text("SELECT task_name, args, status FROM procrastinate_jobs")).mappings()
    ]


class TestJson:
    def test_what_was_sent_is_what_is_read(self, investor, people, investor_organisation):
        answer = investor.post("/signals", json=FULL)
        assert answer.status_code == 201
        assert answer.headers["ETag"] == '"1"'
        view = investor.get(answer.headers["Location"])
        assert view.headers["ETag"] == '"1"'
        assert view.json() == answer.json()
        assert view.json() == view.json() | {**FULL, "field_codes": ["01", "02"]}
        assert view.json()["organisation_id"] == str(investor_organisation.id)
        assert view.json()["received_on"] == business_date(utc_now()).isoformat()
        assert people[Role.INVESTOR].organisation_id == investor_organisation.id

    @pytest.mark.parametrize(
        ("named", "level"), [({}, "L0"), ({"ticket_max_krw": 1}, "L1"), ({"available_krw": 9}, "L0")]
    )
    def test_a_ticket_claims_named_interest_and_nothing_claims_more_or_proves_anything(self, investor, named, level):
        view = investor.post("/signals", json={"text": TEXT, **named}).json()
        assert (view["claimed_level"], view["commitment_level"]) == (level, "L0")

    @pytest.mark.parametrize("name", NOT_OFFERED)
    def test_what_is_not_offered_cannot_be_set(self, investor, read, name):
        for method, path, headers in (
            ("POST", "/signals", {}),
            ("PUT", f"/signals/{NOT_OFFERED['id']}", {"If-Match": '"1"'}),
        ):
            answer = investor.request(method, path, json={"text": TEXT, name: NOT_OFFERED[name]}, headers=headers)
            assert answer.status_code == 400, answer.text
            assert [fault["field"] for fault in answer.json()["fields"]] == [name]
        assert stored(read) == []

    @pytest.mark.parametrize("name", [name for name in NOT_OFFERED if name != "version"])  # forms carry a version
    def test_nor_by_a_form(self, investor, read, name):
        answer = investor.post("/signals/new", data={"text": TEXT, name: str(NOT_OFFERED[name])})
        assert (answer.status_code, list(answer.json()["faults"])) == (422, [name])
        assert stored(read) == []

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"trl_min": 7, "trl_max": 4}, "trl_min"),
            ({"ticket_min_krw": 2, "ticket_max_krw": 1}, "ticket_min_krw"),
            ({"ticket_min_krw": 2, "available_krw": 1}, "ticket_min_krw"),
            ({"field_codes": ["01"], "excluded_field_codes": ["01"]}, "excluded_field_codes"),
            ({"field_codes": ["99"]}, "field_codes"),
            ({"excluded_field_codes": ["99"]}, "excluded_field_codes"),
            ({"region_codes": ["99"]}, "region_codes"),
            ({"region_bound": "true"}, "region_codes"),
        ],
    )
    def test_values_that_contradict_the_rules_are_named(self, investor, read, values, field):
        answer = investor.post("/signals", json={"text": TEXT, **values})
        assert answer.status_code == 422
        assert [fault["field"] for fault in answer.json()["fields"]] == [field]
        assert stored(read) == []
        again = investor.post("/signals/new", data={"text": TEXT, **values})
        assert (again.status_code, list(again.json()["faults"])) == (422, [field])


class TestForm:
    def test_a_form_says_the_same_as_json(self, investor):
        sent = investor.post("/signals", json={**FULL, "horizon_months": None}).json()
        answer = investor.post("/signals/new", data=FORM, follow_redirects=False)
        assert answer.status_code == 303
        shown = investor.get(answer.headers["Location"]).json()
        changing = {"id", "recorded_at", "updated_at"}
        assert {name: value for name, value in shown.items() if name not in changing} == {
            name: value for name, value in sent.items() if name not in changing
        }

    def test_a_form_with_faults_comes_back_with_what_was_typed(self, investor, read):
        typed = {"text": "짧다", "available_krw": "일억", "field_codes": ["01", "02"], "excluded_terms": "니켈"}
        answer = investor.post("/signals/new", data=typed)
        assert answer.status_code == 422
        assert set(answer.json()["faults"]) == {"text", "available_krw"}
        assert answer.json()["values"] == typed
        page = investor.post("/signals/new", data=typed, headers={"Accept": "text/html"})
        assert page.status_code == 422
        assert "일억" in page.text
        assert stored(read) == []
        assert queued(read) == []

    def test_the_edit_form_starts_from_what_stands(self, investor):
        path = investor.post("/signals", json=FULL).headers["Location"]
        form = investor.get(f"{path}/edit").json()
        assert form["version"] == 1
        assert form["values"]["available_krw"] == "10000000000"
        assert form["values"]["excluded_terms"] == "니켈, 수은"
        assert form["values"]["field_codes"] == ["01", "02"]
        data = {**form["values"], "version": form["version"]}
        answer = investor.post(f"{path}/edit", data=data, follow_redirects=False)
        assert answer.status_code == 303
        shown = investor.get(path).json()
        assert shown == shown | {**FULL, "field_codes": ["01", "02"], "version": 2}

    @pytest.mark.parametrize("version", [None, "", "0", "2", "1.0", "x", "9" * 30, ["1", "1"]])
    def test_a_form_of_another_version_changes_nothing(self, investor, read, version):
        path = investor.post("/signals", json=FULL).headers["Location"]
        data = {"text": "바꾸어 쓴 수요를 적습니다."} | ({} if version is None else {"version": version})
        assert investor.post(f"{path}/edit", data=data).status_code == 422
        assert investor.post(f"{path}/withdrawal", data=data).status_code == 412
        assert [(signal.version, signal.text) for signal in stored(read)] == [(1, TEXT)]

    def test_a_signal_is_withdrawn_from_its_page(self, investor, read):
        path = investor.post("/signals", json=FULL).headers["Location"]
        answer = investor.post(f"{path}/withdrawal", data={"version": "1"}, follow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, path)
        assert stored(read)[0].state is SignalState.WITHDRAWN


class TestEdit:
    def test_it_replaces_all_that_was_said(self, investor, read):
        path = investor.post("/signals", json=FULL).headers["Location"]
        answer = investor.put(path, json={"text": "새로 쓴 수요를 적습니다."}, headers={"If-Match": '"1"'})
        assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
        view = investor.get(path).json()
        assert view["field_codes"] == view["region_codes"] == view["excluded_terms"] == []
        assert view["ticket_min_krw"] is view["expires_on"] is None
        assert view["confidentiality"] == "confidential"
        assert view["commitment_level"] == "L0"
        assert read.exec(select(func.count()).select_from(SignalField)).one() == 0

    @pytest.mark.parametrize(
        ("etag", "status"),
        [
            (None, 428),
            ("*", 428),
            ('"2"', 412),
            ('"0"', 412),
            ("1", 412),
            ('W/"1"', 412),
            ('"1", "2"', 412),
            ('"\u0661"', 412),
        ],
    )
    def test_without_the_right_etag_nothing_changes(self, investor, read, etag, status):
        path = investor.post("/signals", json=FULL).headers["Location"]
        headers = {} if etag is None else {"If-Match": etag.encode()}
        assert investor.put(path, json={"text": "바꾸어 쓴 수요입니다."}, headers=headers).status_code == status
        assert investor.post(f"{path}/withdraw", headers=headers).status_code == status
        assert [(signal.version, signal.state) for signal in stored(read)] == [(1, SignalState.LIVE)]

    def test_a_withdrawn_signal_takes_no_further_step(self, investor):
        path = investor.post("/signals", json=FULL).headers["Location"]
        assert investor.post(f"{path}/withdraw", headers={"If-Match": '"1"'}).json()["state"] == "withdrawn"
        for answer in (
            investor.post(f"{path}/withdraw", headers={"If-Match": '"2"'}),
            investor.put(path, json=FULL, headers={"If-Match": '"2"'}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")

    @pytest.mark.parametrize(
        ("changes", "level"),
        [
            ({}, "L2"),
            ({"excluded_terms": ["납"], "expires_on": "2098-01-01"}, "L2"),
            ({"available_krw": 10_000_000_001}, "L1"),
            ({"ticket_max_krw": None, "ticket_min_krw": None}, "L0"),
            ({"text": "다른 것을 원한다고 고쳐 씁니다."}, "L1"),
        ],
    )
    def test_a_claimed_level_does_not_outlive_what_it_was_claimed_of(self, investor, read, changes, level):
        path = investor.post("/signals", json=FULL).headers["Location"]
        read.connection().execute(sa.update(DemandSignal).values(claimed_level=CommitmentLevel.LETTER_OF_INTENT))
        answer = investor.put(path, json={**FULL, **changes}, headers={"If-Match": '"1"'})
        assert answer.json()["claimed_level"] == level

    def test_of_two_edits_of_one_version_at_once_exactly_one_wins(self, client_for, read):
        investors = [client_for(Role.INVESTOR) for _ in range(4)]
        for round_ in range(10):
            path = investors[0].post("/signals", json=FULL).headers["Location"]
            together = Barrier(len(investors))

            def edit(number: int, path: str = path, together: Barrier = together) -> int:
                together.wait()
                text = f"{number}번이 고쳐 쓴 수요입니다."
                return investors[number].put(path, json={"text": text}, headers={"If-Match": '"1"'}).status_code

            with ThreadPoolExecutor(len(investors)) as pool:
                answers = list(pool.map(edit, range(len(investors))))
            assert sorted(answers) == [200, 412, 412, 412], round_
            kept = investors[0].get(path).json()
            assert (kept["version"], kept["text"][0]) == (2, str(answers.index(200)))
        assert len(queued(read)) == 20

    def test_of_two_forms_of_one_version_at_once_exactly_one_wins(self, client_for):
        investors = [client_for(Role.INVESTOR) for _ in range(2)]
        path = investors[0].post("/signals", json=FULL).headers["Location"]
        together = Barrier(2)

        def edit(number: int) -> int:
            together.wait()
            data = {"text": f"{number}번이 고쳐 쓴 수요입니다.", "version": "1"}
            return investors[number].post(f"{path}/edit", data=data, follow_redirects=False).status_code

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(edit, range(2))) == [303, 422]


class TestJobs:
    def test_a_signal_and_its_job_are_committed_together(self, investor, read):
        made = investor.post("/signals", json=FULL).json()
        assert queued(read) == [{"task_name": jobs.MATCH_SIGNAL, "args": {"signal_id": made["id"]}, "status": "todo"}]
        assert made["matching"] == "waiting"

    def test_each_edit_and_withdrawal_queues_its_own(self, investor, read):
        path = investor.post("/signals", json=FULL).headers["Location"]
        investor.put(path, json=FULL, headers={"If-Match": '"1"'})
        investor.post(f"{path}/withdraw", headers={"If-Match": '"2"'})
        assert len(queued(read)) == 3

    def test_a_signal_that_is_rolled_back_leaves_no_job(self, investor, read, monkeypatch):
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("after the job was queued")

        queue = jobs.queue_signal
        monkeypatch.setattr(commands.jobs, "queue_signal", lambda *given: (queue(*given), fail()))
        assert investor.post("/signals", json=FULL).status_code == 500
        assert stored(read) == []
        assert queued(read) == []


def test_a_signal_expires_at_the_end_of_its_last_day_in_seoul(investor, people, signal_of):
    today = business_date(utc_now())
    last_day = signal_of(people[Role.INVESTOR], expires_on=today)
    over = signal_of(people[Role.INVESTOR], expires_on=today - timedelta(days=1))
    shown = {item["id"]: item["expired"] for item in investor.get("/signals").json()["items"]}
    assert shown == {str(last_day.id): False, str(over.id): True}
