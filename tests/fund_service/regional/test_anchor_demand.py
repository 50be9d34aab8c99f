"""What an anchor company states becomes its signal: one voice like any other, and none for its own consortium."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, select

from fund_service.matches.briefs import project_briefs, signals_to_match
from matching.facts.eligibility import check_gates
from matching.facts.gates import GateCode, GateStatus
from matching.parameters import MatchParameters
from models.clock import business_date, utc_now
from models.person import Person, Role
from models.project import ConsortiumMember, ConsortiumRole, RndProject
from models.regional import AnchorDemand
from models.signal import DemandSignal, SignalField, SignalOrigin, SignalState
from tests.fund_service.regional.conftest import document, keyed

HTML = {"Accept": "text/html"}
TODAY = business_date(utc_now())
STATED = {
    "text": "개발되면 연간 20만 개의 전력반도체 모듈을 구매하려 합니다.",
    "volume_krw": 30_000_000_000,
    "stated_on": TODAY.isoformat(),
    "confidentiality": "open",
}


@pytest.fixture
def buyer(person, anchor):
    """Somebody who speaks for the anchor company."""
    return person(Role.INVESTOR, anchor)


def state(client, project, **changes):
    body = STATED | {"document": document()} | changes
    return client.post(f"/projects/{project.id}/anchor-demand?lang=en", json=body, headers=keyed())


def test_a_statement_becomes_a_signal_of_the_anchors_own(buyer, leap, anchor, read):
    answer = state(buyer, leap)
    assert answer.status_code == 201, answer.text
    [stated] = answer.json()["statements"]
    signal = read.get_one(DemandSignal, stated["signal_id"])
    assert (signal.organisation_id, signal.origin, signal.text) == (anchor.id, SignalOrigin.ANCHOR, STATED["text"])
    assert (signal.ticket_max_krw, signal.available_krw) == (None, None), "a purchase is no money for R&D"
    assert read.exec(select(SignalField.field_code).where(SignalField.signal_id == signal.id)).all() == ["01"]
    assert stated["volume_krw"] == STATED["volume_krw"]
    page = buyer.get(f"/signals/{signal.id}?lang=ko", headers=HTML).text
    assert "앵커기업 수요" in page
    assert "자기 컨소시엄의 과제와는 매칭되지 않습니다" in page


def test_it_answers_other_projects_and_never_one_of_its_own_consortium(buyer, leap, partner, database, store):
    """Whoever leads the other project; and even when whoever stated it has left the company."""
    signal_id = state(buyer, leap).json()["statements"][0]["signal_id"]
    with Session(database) as session:
        speaker = session.get_one(Person, session.get_one(DemandSignal, signal_id).submitted_by_id)
        speaker.organisation_id = None
        session.commit()
    other = RndProject(title_ko=leap.title_ko)
    store(other, ConsortiumMember(project_id=other.id, organisation_id=partner.id, role=ConsortiumRole.LEAD))
    with Session(database) as session:
        [signal] = [it for it in signals_to_match(session, today=TODAY) if str(it.signal_id) == signal_id]
        gates = {
            brief.key: {
                gate.code: gate.status
                for gate in check_gates(signal.brief, brief, today=TODAY, parameters=MatchParameters())
            }
            for brief in project_briefs(session)
        }
    assert gates[str(leap.id)][GateCode.CONFLICT] is GateStatus.FAILED
    assert gates[str(other.id)][GateCode.CONFLICT] is GateStatus.PASSED


def test_only_the_anchor_states_and_only_for_a_leap_project(buyer, client_for, person, partner, leap):
    for client in (client_for(Role.INVESTOR), person(Role.INVESTOR, partner), person(Role.INVESTOR)):
        refused = state(client, leap)
        assert refused.status_code == 403
        assert "own demand" in refused.text
        assert client.get(f"/projects/{leap.id}/anchor-demand/new", headers=HTML).status_code == 403
    assert client_for(Role.FUND_MANAGER).post(f"/projects/{leap.id}/anchor-demand", json=STATED).status_code == 403
    plain = client_for(Role.FUND_MANAGER).post("/projects", json={"title_ko": "전국 과제"}).json()["id"]
    answer = buyer.post(f"/projects/{plain}/anchor-demand", json=STATED | {"document": document()}, headers=keyed())
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"stated_on": (TODAY + timedelta(days=1)).isoformat()}, "stated_on"),
        ({"expires_on": (TODAY - timedelta(days=1)).isoformat()}, "expires_on"),
        ({"document": {"name": "x.exe", "content_base64": "TVqQAAMAAAA="}}, "document"),
    ],
)
def test_a_statement_stands_on_a_document_of_its_day(buyer, leap, change, field):
    answer = state(buyer, leap, **change)
    assert answer.status_code == 422, answer.text
    assert answer.json()["fields"][0]["field"] == field


def test_a_document_stands_for_one_project(buyer, leap, client_for, body):
    manager = client_for(Role.FUND_MANAGER)
    other = manager.post("/projects", json=body).json()["id"]
    paper = document()
    assert state(buyer, leap, document=paper).status_code == 201
    answer = buyer.post(f"/projects/{other}/anchor-demand", json=STATED | {"document": paper}, headers=keyed())
    assert answer.status_code == 409


def test_a_new_statement_replaces_the_one_in_force_and_both_stay(buyer, leap, read):
    first = state(buyer, leap).json()["statements"][0]
    second = state(buyer, leap, text="연간 30만 개로 늘려 구매하려 합니다.").json()["statements"]
    assert [(it["number"], it["signal_state"]) for it in second] == [(2, "live"), (1, "withdrawn")]
    edited = buyer.put(
        f"/signals/{second[0]['signal_id']}?lang=en",
        json={"text": "다른 말을 하려 합니다."},
        headers={"If-Match": '"1"'},
    )
    assert edited.status_code == 409
    assert "state the demand anew" in edited.text
    assert read.get_one(DemandSignal, first["signal_id"]).state is SignalState.WITHDRAWN


def test_who_may_not_read_the_signal_learns_of_no_statement(buyer, client_for, leap):
    confidential = state(buyer, leap, confidentiality="confidential")
    assert confidential.status_code == 201
    [stated] = confidential.json()["statements"]
    for role, sees in {
        Role.FUND_MANAGER: False, Role.COMMITTEE_MEMBER: False, Role.INVESTOR: False, Role.AUDITOR: True,
    }.items():  # fmt: skip
        client = client_for(role)
        assert bool(client.get(f"/projects/{leap.id}/anchor-demand").json()["statements"]) is sees, role
        assert bool(client.get(f"/projects/{leap.id}").json()["anchor_demand"]) is sees, role
        paper = client.get(f"/projects/{leap.id}/anchor-demand/{stated['id']}/evidence")
        assert paper.status_code == (200 if sees else 404), role
    planner = client_for(Role.PLANNER).get(f"/projects/{leap.id}?lang=en", headers=HTML).text
    assert STATED["text"] not in planner
    assert "Demand of the anchor company" not in planner


def test_the_form_states_with_a_file_and_acts_once(buyer, leap, client_for):
    address = f"/projects/{leap.id}/anchor-demand"
    typed = {name: str(value) for name, value in STATED.items()} | {"idempotency_key": "a" * 32}
    refused = buyer.post(f"{address}/new", data=typed, headers=HTML)
    assert refused.status_code == 422
    assert "구매하려 합니다" in refused.text
    paper = {"document": ("구매의향서.pdf", b"%PDF-1.7\nx", "application/pdf")}
    for _ in range(2):
        answer = buyer.post(f"{address}/new", data=typed, files=paper, headers=HTML, follow_redirects=False)
        assert answer.status_code == 303, answer.text
    [stated] = buyer.get(address).json()["statements"]
    again = buyer.get(f"{address}/new?lang=ko", headers=HTML).text
    assert "유효한 진술이 있습니다" in again
    file = client_for(Role.FUND_MANAGER).get(f"{address}/{stated['id']}/evidence")
    assert file.content == b"%PDF-1.7\nx"
    assert file.headers["ETag"] == f'"{stated["sha256"]}"'
    page = client_for(Role.FUND_MANAGER).get(f"/projects/{leap.id}?lang=ko", headers=HTML).text
    assert "독립 수요로 세지 않습니다" in page


class TestDatabase:
    """What the service would refuse, tried past it."""

    @pytest.fixture
    def insert(self, buyer, leap, anchor, database):
        with Session(database) as session:
            email = buyer.get("/me").json()["email"]
            me = session.exec(select(Person.id).where(Person.email == email)).one()

        def insert(*, origin="anchor", says="구매하려 합니다", **changes):
            with Session(database) as session:
                signal = DemandSignal(organisation_id=anchor.id, text=says, origin=origin)
                session.add(signal)
                session.flush()
                values = {
                    "project_id": leap.id, "organisation_id": anchor.id, "signal_id": signal.id, "number": 1,
                    "text": "구매하려 합니다", "volume_krw": 1, "stated_on": TODAY, "stated_by_id": me,
                    "document_name": "a.pdf", "media_type": "application/pdf", "size_bytes": 1, "sha256": "0" * 64,
                } | changes  # fmt: skip
                session.add(AnchorDemand(**values))
                session.commit()

        return insert

    def test_holds_a_statement_to_its_anchor_its_speaker_and_its_signal(self, insert, partner, people, database):
        for said, changes in {
            "stated by the anchor company": {"organisation_id": partner.id},
            "speaks for the anchor company": {"stated_by_id": people[Role.INVESTOR].id},
            "says the same": {"says": "다른 말입니다"},
            "anchor's own and": {"origin": "submitted"},
            "follows the one before": {"number": 2},
            "not of tomorrow": {"stated_on": TODAY + timedelta(days=1)},
        }.items():
            with pytest.raises(IntegrityError, match=said):
                insert(**changes)
        insert()
        for act in (
            "UPDATE anchor_demand SET volume_krw = 2",
            "DELETE FROM anchor_demand",
            "UPDATE demand_signal SET text = '바꾼 말입니다'",
            "UPDATE demand_signal SET origin = 'submitted'",
        ):
            with database.connect() as connection, pytest.raises(DBAPIError):
                connection.execute(sa.text(act))
        with database.connect() as connection:
            connection.execute(sa.text("UPDATE demand_signal SET state = 'withdrawn'"))
