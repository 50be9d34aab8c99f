"""What keeps pairs apart, what a match's page says of them, and what people say against it."""

import re
from datetime import timedelta
from itertools import cycle
from threading import Event
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from fund_service.accounts.callers import Caller
from fund_service.matches import queries
from fund_service.matches.briefs import project_briefs, signals_to_match
from fund_service.matches.commands import match_changes
from fund_service.matches.corpus import Matchmaker
from fund_service.matches.readiness import Readiness, SentenceReading, readiness_of
from matching.brief import ConsortiumShape
from matching.encoding.encoder import HashingEncoder
from matching.encoding.sentence_encoder import SentenceEncoder
from matching.explaining.counterfactuals import Supposition
from matching.facts.gates import GateCode
from models.clock import business_date, utc_now
from models.committee import DeclaredInterest, InterestKind
from models.contradiction import Contradiction, ReasonKind
from models.embedding import Embedding
from models.match import Match
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PreferredLanguage, Role
from models.project import ConsortiumMember, ConsortiumRole, DevelopmentStage, RndProject
from models.signal import SignalField, SignalRegion

TODAY = business_date(utc_now())
TOPIC = "solid electrolyte for lithium batteries with high ionic conductivity"
NEAR = "solid electrolyte sheets for lithium batteries"
REASON = {"kind": "component", "reason": "dense", "words": "두 글은 다른 전지를 말합니다."}


@pytest.fixture
def make_firm(store):
    def make_firm(name, group_id=None):
        new = [] if group_id else [OwnershipGroup(name_ko=f"{name} 그룹")]
        kind = OrganisationKind.PARTNER_FIRM
        firm = Organisation(kind=kind, name_ko=name, ownership_group_id=group_id or new[0].id)
        store(*new, firm)
        return firm

    return make_firm


@pytest.fixture
def join(store):
    def join(project, firm, role=ConsortiumRole.LEAD):
        store(ConsortiumMember(project_id=project.id, organisation_id=firm.id, role=role))

    return join


@pytest.fixture
def matched(matchmaker, make_project, make_signal, people):
    """A signal of the investor, open to the fund, and two projects that answer it, matched."""
    projects = [make_project(TOPIC), make_project(NEAR)]
    signal = make_signal(f"Looking for {TOPIC}", submitted_by_id=people[Role.INVESTOR].id)
    match_changes(matchmaker)
    return signal, projects


def listed(client, signal):
    page = client.get(f"/signals/{signal.id}/matches").json()
    return [match["project"]["title_en"] for match in (*page["eligible"], *page["near_misses"])]


def match_of(read, project):
    return read.exec(select(Match).where(Match.project_id == project.id)).one()


def declared(make_firm, store, people, **interest):
    firm = make_firm("이해관계 기업")
    party = (
        {"organisation_id": firm.id} if interest.pop("named", True) else {"ownership_group_id": firm.ownership_group_id}
    )
    store(DeclaredInterest(person_id=people[Role.INVESTOR].id, words="주식 보유", **party, **interest))
    return firm


def affiliate_of_the_declared(make_firm, store, people, kind):
    firm = declared(make_firm, store, people, kind=kind, known_on=TODAY)
    return make_firm("그 계열사", firm.ownership_group_id)


def the_other_employer(make_firm, store, people):
    """The human being who submitted the signal has an account with another organisation, too."""
    firm = make_firm("다른 직장")
    store(
        Person(
            email="second@example.org",
            name="second",
            organisation_id=firm.id,
            human_id=people[Role.INVESTOR].human_id,
            password_hash="-",  # noqa: S106 - no secret
        )
    )
    return make_firm("다른 직장의 계열사", firm.ownership_group_id)


TIES = {
    "the owner itself": (lambda f: f.investor, True),
    "an affiliate": (lambda f: f.make_firm("계열사", f.investor.ownership_group_id), True),
    "a stranger": (lambda f: f.make_firm("남남"), False),
    "a declared interest": (
        lambda f: declared(f.make_firm, f.store, f.people, kind=InterestKind.PERSONAL, known_on=TODAY), True,
    ),
    "an interest in a group": (
        lambda f: declared(
            f.make_firm, f.store, f.people, named=False, kind=InterestKind.OWNERSHIP_GROUP, known_on=TODAY
        ), True,
    ),
    "an interest that has ended": (
        lambda f: declared(
            f.make_firm, f.store, f.people, kind=InterestKind.PERSONAL, known_on=TODAY - timedelta(9),
            ends_on=TODAY - timedelta(1),
        ), False,
    ),
    "a personal interest does not reach affiliates": (
        lambda f: affiliate_of_the_declared(f.make_firm, f.store, f.people, InterestKind.PERSONAL), False,
    ),
    "an employer's affiliate": (
        lambda f: affiliate_of_the_declared(f.make_firm, f.store, f.people, InterestKind.EMPLOYER), True,
    ),
    "another account's employer": (lambda f: the_other_employer(f.make_firm, f.store, f.people), True),
}  # fmt: skip


@pytest.fixture
def cast(make_firm, store, people, investor_organisation):
    return SimpleNamespace(make_firm=make_firm, store=store, people=people, investor=investor_organisation)


@pytest.mark.parametrize(("tie", "role"), list(zip(TIES, cycle(ConsortiumRole))))
def test_a_pair_in_conflict_is_shown_to_nobody_at_once_and_not_matched_again(
    *, client_for, matchmaker, matched, join, read, cast, tie, role
):
    signal, [answering, other] = matched
    bound, in_conflict = TIES[tie]
    match = match_of(read, answering)
    firm = bound(cast)
    join(answering, firm, role)
    left = [NEAR] if in_conflict else [TOPIC, NEAR]
    for reader in (Role.INVESTOR, Role.FUND_MANAGER, Role.AUDITOR):
        assert listed(client_for(reader), signal) == left
        assert client_for(reader).get(f"/matches/{match.id}").status_code == (404 if in_conflict else 200)
        assert client_for(reader).get(f"/signals/{signal.id}").json()["eligible_matches"] == len(left)
    demand = client_for(Role.AUDITOR).get(f"/projects/{answering.id}").json()["demand"]
    assert demand["eligible_matches"] == 0, "matched by another method than the service's, so it never counts here"
    deal = client_for(Role.FUND_MANAGER).get(f"/matches/{match.id}/deal/new")
    assert (deal.status_code == 404) == in_conflict
    match_changes(Matchmaker(matchmaker.engine, HashingEncoder()), everything=True)
    read.rollback()
    kept = set(read.exec(select(Match.project_id).where(Match.signal_id == signal.id)))
    assert kept == ({other.id} if in_conflict else {answering.id, other.id})


def test_a_signal_without_a_submitter_is_bound_to_its_own_group_alone(
    *, matchmaker, make_project, make_signal, make_firm, store, people, join
):
    project, signal = make_project(TOPIC), make_signal(f"Looking for {TOPIC}")
    join(project, declared(make_firm, store, people, kind=InterestKind.PERSONAL, known_on=TODAY))
    with Session(matchmaker.engine) as session:
        [read] = signals_to_match(session, today=TODAY, signal_ids=[signal.id])
    assert {key.split(":")[0] for key in read.brief.bound_to} == {"group", "organisation"}
    match_changes(matchmaker)
    with Session(matchmaker.engine) as session:
        assert session.exec(select(Match.project_id)).one() == project.id


def test_who_moves_to_another_group_or_declares_an_interest_has_pairs_matched_anew(client_for, make_firm, read, people):
    def queued():
        return read.scalar(sa.text("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%match_changes'"))

    manager = client_for(Role.FUND_MANAGER)
    firm, other = make_firm("이사하는 기업"), make_firm("다른 기업")
    answer = manager.get(f"/organisations/{firm.id}")
    body = {"name_ko": "이사하는 기업", "kind": "partner_firm", "ownership_group_id": str(other.ownership_group_id)}
    moved = manager.put(f"/organisations/{firm.id}", json=body, headers={"If-Match": answer.headers["ETag"]})
    assert moved.status_code == 200, moved.text
    assert queued() == 1
    read.execute(sa.text("DELETE FROM procrastinate_jobs"))
    interest = {
        "kind": "personal",
        "organisation_id": str(firm.id),
        "known_on": TODAY.isoformat(),
        "words": "주식 보유",
    }
    made = manager.post("/committee/interests", json=interest, headers={"Idempotency-Key": "k-1"})
    assert made.status_code == 201, made.text
    assert queued() == 1
    read.execute(sa.text("DELETE FROM procrastinate_jobs"))
    ended = manager.post(
        f"/committee/interests/{made.json()['id']}/end",
        json={"ends_on": TODAY.isoformat()},
        headers={"Idempotency-Key": "k-2"},
    )
    assert (ended.status_code, queued()) == (200, 1)


def test_a_corpus_notices_that_a_member_changed_hands(matchmaker, make_project, make_firm, join, store):
    project, firm = make_project(TOPIC), make_firm("주인이 바뀌는 기업")
    join(project, firm)
    before = matchmaker.corpus().project_digests[str(project.id)]
    group = OwnershipGroup(name_ko="새 주인")
    store(group)
    with Session(matchmaker.engine) as session:
        moved = session.get_one(Organisation, firm.id)
        moved.ownership_group_id = group.id
        moved.mark_edited(utc_now())
        session.add(moved)
        session.commit()
    assert matchmaker.corpus().project_digests[str(project.id)] != before


@pytest.mark.parametrize(
    ("roles", "shape"),
    [
        ((), None),
        ((ConsortiumRole.LEAD,), ConsortiumShape.NO_ANCHOR),
        ((ConsortiumRole.ANCHOR,), ConsortiumShape.ANCHOR_ALONE),
        ((ConsortiumRole.ANCHOR, ConsortiumRole.PARTNER), ConsortiumShape.ANCHORED),
    ],
)
def test_a_brief_says_who_stands_together(*, matchmaker, make_project, make_firm, join, roles, shape):
    project = make_project(TOPIC, stage=DevelopmentStage.APPLIED)
    for role in roles:
        join(project, make_firm(f"{role} 기관"), role)
    with Session(matchmaker.engine) as session:
        [brief] = project_briefs(session, project_ids=[project.id])
    assert (brief.consortium, brief.stage, len(brief.parties)) == (shape, "applied", 2 * len(roles))


def test_law_and_rules_make_near_misses_that_say_what_would_let_them_in(
    client_for, matchmaker, make_project, make_signal, store
):
    facts = {"region_code": "11", "stage": DevelopmentStage.BASIC}
    make_project(TOPIC, **facts)
    bound = make_signal(f"Looking for {TOPIC}", region_bound=True)
    ruled = make_signal(f"Looking for {TOPIC} too", stages=["development"])
    wishing = make_signal(f"Looking for {TOPIC} as well")
    store(*(SignalRegion(signal_id=signal.id, region_code="26") for signal in (bound, wishing)))
    match_changes(matchmaker)
    manager = client_for(Role.FUND_MANAGER)
    said = {}
    for signal in (bound, ruled):
        page = manager.get(f"/signals/{signal.id}/matches").json()
        assert page["eligible"] == []
        [gate] = [gate for gate in page["near_misses"][0]["gates"] if gate["status"] == "failed"]
        said[gate["code"]] = (gate["change"], gate["sentence_ko"])
    assert said[GateCode.REGION] == (
        "add_region",
        "과제 지역은 서울특별시, 자금이 법령상 한정된 지역은 부산광역시입니다. "  # noqa: ISC004 - one sentence too long
        "자금의 한정 지역에 서울특별시 지역을 더하거나 지역 한정을 없애면 포함됩니다.",
    )
    assert said[GateCode.STAGE][0] == "add_stage"
    assert "기초연구" in said[GateCode.STAGE][1]
    assert "개발연구" in said[GateCode.STAGE][1]
    [wished] = manager.get(f"/signals/{wishing.id}/matches").json()["eligible"]
    assert wished["components"]["region"] == 0


def test_a_page_says_what_would_change_the_outcome(*, client_for, matchmaker, make_project, make_signal, store, read):
    _, second = make_project(TOPIC), make_project(TOPIC, region_code="11", need_krw=100)
    signal = make_signal(f"Looking for {TOPIC}", ticket_max_krw=10)
    store(SignalRegion(signal_id=signal.id, region_code="26"), SignalField(signal_id=signal.id, field_code="01"))
    match_changes(matchmaker)
    match = match_of(read, second)
    assert not match.eligible, "its need is far beyond the ticket"
    with Session(matchmaker.engine) as session:
        row = session.get_one(RndProject, second.id)
        row.need_krw = 15
        row.mark_edited(utc_now())
        session.add(row)
        session.commit()
    assert client_for(Role.FUND_MANAGER).get(f"/matches/{match.id}").json()["rank_if_open"] in {1, 2}
    match_changes(matchmaker)
    read.rollback()
    match = match_of(read, second)
    page = client_for(Role.FUND_MANAGER).get(f"/matches/{match.id}").json()
    found = {(what["component"], what["supposition"]): what for what in page["what_ifs"]}
    region = found["region", Supposition.FULL]
    assert page["rank_if_open"] is None
    assert region["score"] > match.score
    assert region["sentence_ko"] == "과제 지역이 희망 지역인 경우"
    assert region["sentence_en"] == "The project is in a wanted region."
    assert match.score < found["region", Supposition.LEFT_OUT]["score"] < region["score"]
    assert ("field", Supposition.STATED) in found
    with Session(matchmaker.engine) as session:
        row = session.get_one(RndProject, second.id)
        row.region_code = "26"
        row.mark_edited(utc_now())
        session.add(row)
        session.commit()
    match_changes(matchmaker)
    read.rollback()
    then = match_of(read, second)
    assert (then.score, then.rank) == (region["score"], region["rank"]), "the matcher then finds what was foretold"


def test_nothing_is_foretold_of_a_match_made_by_another_method(client_for, matched, read, store, owner):
    _, [project, _] = matched
    match = match_of(read, project)
    with owner.begin() as connection:
        connection.execute(sa.text("UPDATE match_run SET parameters = '{}'"))
    page = client_for(Role.FUND_MANAGER).get(f"/matches/{match.id}")
    assert page.json()["what_ifs"] == []
    html = client_for(Role.FUND_MANAGER).get(f"/matches/{match.id}", headers={"Accept": "text/html"}).text
    assert "지금과 다른 방식으로 만든 매칭입니다" in html


def detail_of(matchmaker, match, person, encoder):
    caller = Caller(
        person_id=person.id, name="n", email="e", language=PreferredLanguage.KOREAN, organisation_id=None,
        organisation_name=None, roles=frozenset({Role.AUDITOR}), csrf_token=None,
    )  # fmt: skip
    with Session(matchmaker.engine) as session:
        detail = queries.match_detail(
            session, match.id, caller=caller, reads_deals=True, method=matchmaker.method, encoder=encoder, at=utc_now()
        )
        session.commit()
    return detail


def test_sentences_that_answer_each_other_are_found_and_encoded_once(matchmaker, matched, people, read):
    _, [project, _] = matched
    encoded = []

    class Counting(HashingEncoder):
        def encode(self, texts):
            encoded.extend(texts)
            return super().encode(texts)

    match, counting = match_of(read, project), Counting()
    assert readiness_of(counting).reading(patience=60) is SentenceReading.DONE
    encoded.clear()
    first = detail_of(matchmaker, match, people[Role.AUDITOR], counting)
    again = detail_of(matchmaker, match, people[Role.AUDITOR], counting)
    assert first.sentence_pairs == again.sentence_pairs
    assert first.sentence_pairs[0].signal.text == f"Looking for {TOPIC}"
    assert first.sentence_pairs[0].project.text in {TOPIC, f"We develop {TOPIC}."}
    assert len(encoded) == len(set(encoded)) > 0
    assert len(read.exec(select(Embedding.text_digest)).all()) >= len(encoded)


def test_an_encoder_that_needs_torch_keeps_no_page_waiting(matchmaker, matched, people, read):
    _, [project, _] = matched
    match = match_of(read, project)
    slow = object.__new__(SentenceEncoder)
    slow.__class__ = type("Unready", (SentenceEncoder,), {"languages": HashingEncoder().languages})
    assert readiness_of(slow).reading(patience=60) is SentenceReading.DONE
    detail = detail_of(matchmaker, match, people[Role.AUDITOR], slow)
    assert (detail.sentence_pairs, detail.sentence_reading) == ([], SentenceReading.NOT_HERE)


def test_what_reads_sentences_is_loaded_after_the_page_that_asked_not_with_it(monkeypatch):
    monkeypatch.setattr("fund_service.matches.readiness.AFTER_THE_PAGE_SECONDS", 0.3)
    loaded = Event()
    Readiness(loaded.set).prepare()
    assert not loaded.is_set()
    assert loaded.wait(30)


def test_no_page_waits_for_a_model_to_load_and_one_that_fails_is_given_up():
    gate = Event()
    loading = Readiness(gate.wait)
    assert loading.reading(patience=0.01) is SentenceReading.LOADING
    gate.set()
    assert loading.reading(patience=60) is SentenceReading.DONE
    assert Readiness(lambda: 1 / 0).reading(patience=60) is SentenceReading.NOT_HERE


class TestContradictions:
    def test_a_reason_is_contradicted_once_by_each_and_counted(self, client_for, matched, read):
        _, [project, _] = matched
        match = match_of(read, project)
        investor, manager = client_for(Role.INVESTOR), client_for(Role.FUND_MANAGER)
        path = f"/matches/{match.id}/contradictions"
        made = investor.post(path, json=REASON, headers={"Idempotency-Key": "a"})
        assert (made.status_code, made.headers["Location"]) == (201, f"/matches/{match.id}")
        assert investor.post(path, json=REASON, headers={"Idempotency-Key": "a"}).json() == made.json()
        again = investor.post(path, json=REASON, headers={"Idempotency-Key": "b"})
        assert (again.status_code, again.json()["code"]) == (409, "conflict")
        assert investor.post(path, json=REASON).status_code in {400, 422, 428}
        gate = {"kind": "gate", "reason": "region", "words": "지역 제한이 있습니다."}
        assert manager.post(path, json=gate, headers={"Idempotency-Key": "c"}).status_code == 201
        page = manager.get("/contradictions").json()
        assert page["counts"] == {"term": 0, "sentences": 0, "component": 1, "gate": 1}
        assert [(item["reason"], item["match_id"]) for item in page["items"]] == [
            ("region", str(match.id)), ("dense", str(match.id)),
        ]  # fmt: skip
        assert [item["reason"] for item in manager.get("/contradictions?kind=gate&limit=1").json()["items"]] == [
            "region"
        ]
        first = manager.get("/contradictions?limit=1").json()
        rest = manager.get("/contradictions", params={"limit": 1, "cursor": first["next_cursor"]}).json()
        assert [item["reason"] for item in rest["items"]] == ["dense"]
        seen = {role: client_for(role).get(f"/matches/{match.id}").json()["contradictions"] for role in (
            Role.INVESTOR, Role.FUND_MANAGER, Role.COMMITTEE_MEMBER)}  # fmt: skip
        assert {role: len(said) for role, said in seen.items()} == {
            Role.INVESTOR: 1, Role.FUND_MANAGER: 2, Role.COMMITTEE_MEMBER: 0,
        }  # fmt: skip
        assert seen[Role.INVESTOR][0]["own"]
        html = manager.get("/contradictions", headers={"Accept": "text/html"}).text
        assert REASON["words"] in html

    def test_only_reasons_that_are_given_can_be_contradicted(self, client_for, matched, read):
        _, [project, _] = matched
        match = match_of(read, project)
        manager = client_for(Role.FUND_MANAGER)
        path = f"/matches/{match.id}/contradictions"
        for number, body in enumerate((
            {**REASON, "reason": "ticket"}, {**REASON, "kind": "term", "reason": "nonsense"}, {**REASON, "words": " "},
            {**REASON, "person_id": "x"},
        )):  # fmt: skip
            refused = manager.post(path, json=body, headers={"Idempotency-Key": f"k{number}"})
            assert refused.status_code in {400, 422}, body
        assert read.exec(select(Contradiction)).all() == []

    def test_the_words_of_a_confidential_signal_stay_with_its_readers(self, client_for, matched, read, owner):
        _, [project, _] = matched
        match = match_of(read, project)
        with owner.begin() as connection:
            connection.execute(sa.text("UPDATE demand_signal SET confidentiality = 'confidential'"))
        made = client_for(Role.INVESTOR).post(
            f"/matches/{match.id}/contradictions", json=REASON, headers={"Idempotency-Key": "a"}
        )
        assert made.status_code == 201
        page = client_for(Role.FUND_MANAGER).get("/contradictions").json()
        assert (page["items"], page["counts"]["component"]) == ([], 0), "not even as a number"
        told = client_for(Role.AUDITOR).get("/contradictions").json()
        assert (len(told["items"]), told["counts"]["component"]) == (1, 1)
        assert client_for(Role.INVESTOR).get("/contradictions").status_code == 403
        assert (
            client_for(Role.AUDITOR)
            .post(f"/matches/{match.id}/contradictions", json=REASON, headers={"Idempotency-Key": "b"})
            .status_code
            == 403
        )

    def test_the_form_stores_or_comes_back_with_what_was_typed(self, client_for, matched, read):
        _, [project, _] = matched
        match = match_of(read, project)
        manager = client_for(Role.FUND_MANAGER)
        html = manager.get(f"/matches/{match.id}", headers={"Accept": "text/html"}).text
        term = re.search(r'value="(term:[^"]+)"', html).group(1)
        path, form = f"/matches/{match.id}/contradict", {"reason": term, "idempotency_key": "f1"}
        short = manager.post(path, data={**form, "words": "x"}, headers={"Accept": "text/html"})
        assert short.status_code == 422
        assert f'value="{term}" selected' in short.text
        done = manager.post(path, data={**form, "words": "다른 뜻으로 쓰인 말입니다."}, follow_redirects=False)
        assert (done.status_code, done.headers["Location"]) == (303, f"/matches/{match.id}#contradictions")
        [stored] = read.exec(select(Contradiction)).all()
        assert (stored.kind, f"term:{stored.reason}") == (ReasonKind.TERM, term)
        html = manager.get(f"/matches/{match.id}", headers={"Accept": "text/html"}).text
        assert "이의 1건" in html
        again = manager.post(path, data={**form, "words": "또 한 번", "idempotency_key": "f2"})
        assert again.status_code == 409 or "이미 이의를 남겼습니다" in again.text


@pytest.mark.parametrize("language", PreferredLanguage)
def test_the_page_of_reasons_reads_in_both_languages(client_for, matched, read, language):
    _, [project, _] = matched
    match = match_of(read, project)
    client = client_for(Role.FUND_MANAGER)
    html = client.get(f"/matches/{match.id}", headers={"Accept": "text/html", "Accept-Language": language.value}).text
    assert ("무엇이 결과를 바꾸는가" in html) or ("What would change it" in html)
    assert "MatchComponent." not in html
    assert "GateCode." not in html
