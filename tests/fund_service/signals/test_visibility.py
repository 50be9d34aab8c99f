from uuid import uuid4

import pytest

from models.person import Person, PersonRole, Role
from models.signal import Confidentiality, DemandSignal, SignalState

pytestmark = pytest.mark.usefixtures("reference_data")

CANARY = "카나리아-7f3a"
READERS = [Role.INVESTOR, Role.FUND_MANAGER, Role.COMMITTEE_MEMBER]
SHUT_OUT = [Role.PLANNER, Role.ADMINISTRATOR]
STATED = {"text": "고쳐 쓴 수요를 열 글자 넘게 적습니다."}
READS = ["/signals/{}", "/signals/{}/matches", "/signals/{}/matches/export?format=csv"]
CHANGES = [
    ("PUT", "/signals/{}", {"json": STATED, "headers": {"If-Match": '"1"'}}),
    ("POST", "/signals/{}/withdraw", {"headers": {"If-Match": '"1"'}}),
    ("POST", "/signals/{}/edit", {"data": {**STATED, "version": "1"}}),
    ("POST", "/signals/{}/withdrawal", {"data": {"version": "1"}}),
    ("GET", "/signals/{}/edit", {}),
]


def said(answer):
    """Give all that an answer says, but for its length and the moment."""
    return answer.status_code, answer.json(), sorted(answer.headers)


@pytest.mark.parametrize("role", READERS)
class TestAnothersConfidentialSignal:
    @pytest.mark.parametrize("path", READS)
    def test_it_reads_like_one_that_is_not_there(self, client_for, foreign, role, path):
        client = client_for(role)
        anothers, missing = client.get(path.format(foreign.signal_id)), client.get(path.format(uuid4()))
        assert said(anothers) == said(missing)
        assert anothers.status_code == 404

    def test_so_do_its_matches_by_their_own_id(self, client_for, foreign, role):
        client = client_for(role)
        anothers, missing = client.get(f"/matches/{foreign.id}"), client.get(f"/matches/{uuid4()}")
        assert said(anothers) == said(missing)
        assert anothers.status_code == 404

    def test_it_is_in_no_list_export_page_or_count(self, client_for, foreign, rival, role):
        client = client_for(role)
        shown = [
            client.get(address, headers={"Accept": accept})
            for accept in ("application/json", "text/html")
            for address in (
                "/",
                "/signals",
                "/signals?q=7f3a",
                "/signals/export?format=csv",
                "/projects",
                f"/projects/{foreign.project_id}",
                f"/organisations/{rival.organisation_id}",
            )
        ]
        assert {answer.status_code for answer in shown} == {200}
        for answer in shown:
            assert CANARY not in answer.text
            assert str(foreign.signal_id) not in answer.text
            assert str(foreign.id) not in answer.text


@pytest.mark.parametrize("change", CHANGES, ids=[path for _, path, _ in CHANGES])
class TestChanges:
    @pytest.mark.parametrize("confidentiality", Confidentiality)
    def test_an_investor_changes_nobody_elses(self, investor, foreign, read, change, confidentiality):
        method, path, request = change
        signal = read.get(DemandSignal, foreign.signal_id)
        signal.confidentiality = confidentiality
        read.flush()
        anothers = investor.request(method, path.format(signal.id), **request)
        missing = investor.request(method, path.format(uuid4()), **request)
        assert said(anothers) == said(missing)
        assert anothers.status_code == 404
        read.refresh(signal)
        assert (signal.version, signal.state, signal.text.startswith(CANARY)) == (1, SignalState.LIVE, True)

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.INVESTOR])
    def test_no_other_role_changes_any(self, client_for, foreign, read, change, role):
        method, path, request = change
        answer = client_for(role).request(method, path.format(foreign.signal_id), **request)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
        assert read.get(DemandSignal, foreign.signal_id).version == 1


@pytest.fixture(params=[Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR])
def of_two_roles(request, client_of, people, store):
    """A program of an investor who reviews demand in a second role."""
    store(PersonRole(person_id=people[Role.INVESTOR].id, role=request.param))
    return client_of(people[Role.INVESTOR])


@pytest.mark.parametrize("change", CHANGES, ids=[path for _, path, _ in CHANGES])
def test_who_reads_anothers_signal_in_a_second_role_changes_only_their_own(
    of_two_roles, rival, signal_of, read, change
):
    method, path, request = change
    signal = signal_of(rival, confidentiality=Confidentiality.OPEN)
    assert of_two_roles.get(f"/signals/{signal.id}").status_code == 200
    assert of_two_roles.request(method, path.format(signal.id), **request).status_code == 404
    assert read.get(DemandSignal, signal.id).version == 1


class TestReaders:
    @pytest.mark.parametrize("role", [Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR])
    def test_an_open_signal_is_read_by_those_who_review_demand(self, client_for, rival, signal_of, role):
        signal = signal_of(rival, confidentiality=Confidentiality.OPEN)
        view = client_for(role).get(f"/signals/{signal.id}").json()
        assert view["text"].startswith(CANARY)
        assert not view["mine"]

    def test_an_auditor_reads_all_and_changes_nothing(self, client_for, rival, signal_of, matched):
        signal = signal_of(rival)
        match = matched(signal)
        auditor = client_for(Role.AUDITOR)
        for path in (f"/signals/{signal.id}", f"/signals/{signal.id}/matches", f"/matches/{match.id}"):
            assert auditor.get(path).status_code == 200
        assert [item["id"] for item in auditor.get("/signals").json()["items"]] == [str(signal.id)]
        assert auditor.post("/signals", json=STATED).status_code == 403

    @pytest.mark.parametrize("role", SHUT_OUT)
    @pytest.mark.parametrize("path", ["/signals", *READS])
    def test_planners_and_administrators_see_no_signal(self, client_for, rival, signal_of, role, path):
        signal = signal_of(rival, confidentiality=Confidentiality.OPEN)
        assert client_for(role).get(path.format(signal.id)).status_code == 403

    def test_colleagues_share_their_organisations_signals(self, client_of, people, signal_of, store):
        signal = signal_of(people[Role.INVESTOR])
        organisation_id = people[Role.INVESTOR].organisation_id
        colleague = Person(email="c@example.org", name="c", organisation_id=organisation_id, password_hash="-")  # noqa: S106 - no secret
        store(colleague, PersonRole(person_id=colleague.id, role=Role.INVESTOR))
        assert client_of(colleague).get(f"/signals/{signal.id}").json()["mine"]

    def test_an_investor_without_organisation_sees_none_and_submits_none(self, client_of, signal_of, rival, store):
        signal_of(rival, confidentiality=Confidentiality.OPEN)
        loner = Person(email="l@example.org", name="l", password_hash="-")  # noqa: S106 - no secret
        store(loner, PersonRole(person_id=loner.id, role=Role.INVESTOR))
        client = client_of(loner)
        assert client.get("/signals").json()["items"] == []
        assert client.post("/signals", json=STATED).status_code == 422

    def test_somebody_of_the_organisation_who_is_no_investor_reads_only_what_is_open(
        self, client_of, people, signal_of, store
    ):
        closed = signal_of(people[Role.INVESTOR])
        opened = signal_of(people[Role.INVESTOR], confidentiality=Confidentiality.OPEN)
        organisation_id = people[Role.INVESTOR].organisation_id
        manager = Person(email="m@example.org", name="m", organisation_id=organisation_id, password_hash="-")  # noqa: S106 - no secret
        store(manager, PersonRole(person_id=manager.id, role=Role.FUND_MANAGER))
        client = client_of(manager)
        assert client.get(f"/signals/{closed.id}").status_code == 404
        assert client.get(f"/signals/{opened.id}").status_code == 200

    def test_a_person_of_two_roles_reads_what_either_may(self, client_of, people, rival, signal_of, store):
        own = signal_of(people[Role.INVESTOR])
        foreign_open = signal_of(rival, confidentiality=Confidentiality.OPEN)
        foreign = signal_of(rival)
        store(PersonRole(person_id=people[Role.INVESTOR].id, role=Role.FUND_MANAGER))
        client = client_of(people[Role.INVESTOR])
        statuses = [client.get(f"/signals/{signal.id}").status_code for signal in (own, foreign_open, foreign)]
        assert statuses == [200, 200, 404]


class TestList:
    def test_pages_neither_repeat_nor_skip(self, investor, people, signal_of):
        made = [str(signal_of(people[Role.INVESTOR]).id) for _ in range(7)]
        seen, cursor = [], None
        while True:
            page = investor.get("/signals", params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert seen == made[::-1]

    def test_it_takes_as_many_statements_for_many_as_for_few(self, investor, people, signal_of, statements):
        signal_of(people[Role.INVESTOR])
        with statements() as few:
            investor.get("/signals")
        for _ in range(9):
            signal_of(people[Role.INVESTOR])
        with statements() as many:
            assert len(investor.get("/signals").json()["items"]) == 10
        assert len(few) == len(many)

    @pytest.mark.parametrize(("q", "found"), [("7f3a", 1), ("%", 0), ("_", 0), ("고체 없는", 0), ("", 1)])
    def test_search_takes_words_and_no_wildcards(self, investor, people, signal_of, q, found):
        signal_of(people[Role.INVESTOR])
        assert len(investor.get("/signals", params={"q": q}).json()["items"]) == found

    def test_filters_narrow_it(self, investor, people, signal_of):
        live = signal_of(people[Role.INVESTOR])
        signal_of(people[Role.INVESTOR], state=SignalState.WITHDRAWN)
        shown = investor.get("/signals", params={"state": "live"}).json()
        assert [item["id"] for item in shown["items"]] == [str(live.id)]
        assert investor.get("/signals", params={"field_code": "01"}).json()["items"] == []
