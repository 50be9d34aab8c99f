"""Spillover assessments: by whom, how many count, and that nothing of them is ever lost."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, select

from fund_service.operations import OPERATIONS
from fund_service.regional.queries import ASSESSORS
from models.answer import AnswerKind, AnswerSide, MatchAnswer
from models.clock import business_date, utc_now
from models.committee import DeclaredInterest, InterestKind
from models.organisation import OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, Role
from models.project import ConsortiumMember, ConsortiumRole
from models.regional import SpilloverReview
from models.signal import DemandSignal
from tests.fund_service.regional.conftest import keyed

HTML = {"Accept": "text/html"}
SCORES = {"investment": 4, "jobs": 3, "production": 5, "words": "협력사 12곳이 지역에 있습니다."}


@pytest.fixture
def planner(client_for):
    return client_for(Role.PLANNER)


@pytest.fixture
def member(client_for):
    return client_for(Role.COMMITTEE_MEMBER)


def test_who_assesses_is_who_may_post_an_assessment():
    assert OPERATIONS["assess_project_spillover"] == ASSESSORS


def assess(client, project, **changes):
    return client.post(f"/projects/{project.id}/spillover?lang=en", json=SCORES | changes, headers=keyed())


def test_it_counts_once_two_have_assessed_and_the_newest_of_each_does(planner, member, client_for, leap):
    address = f"/projects/{leap.id}/spillover"
    assert assess(planner, leap).status_code == 201
    assert planner.get(address).json()["summary"] == {
        "assessors": 1, "least": 2, "overall": None, "criteria": None,
    }  # fmt: skip
    assert assess(member, leap, investment=2, jobs=1, production=1).status_code == 201
    summary = planner.get(address).json()["summary"]
    assert summary["overall"] == {"mean": 2.67, "spread": 2.67, "lowest": 1.33, "highest": 4.0}
    assert summary["criteria"]["investment"] == {"mean": 3.0, "spread": 2.0, "lowest": 2.0, "highest": 4.0}
    assert assess(member, leap, investment=5).status_code == 201
    view = client_for(Role.AUDITOR).get(address).json()
    assert view["summary"]["assessors"] == 2
    assert view["summary"]["criteria"]["investment"]["mean"] == 4.5
    assert [(it["number"], it["newest"], it["counts"]) for it in view["reviews"]] == [
        (2, True, True), (1, False, False), (1, True, True),
    ]  # fmt: skip
    assert client_for(Role.INVESTOR).get(f"/projects/{leap.id}").json()["spillover"] == view["summary"]
    assert client_for(Role.INVESTOR).get(address).status_code == 403


def test_one_human_being_is_one_assessor_under_whatever_account(planner, people, leap, store, client_of):
    other = Person(
        email="same@example.org",
        name="둘째 계정",
        password_hash="none",  # noqa: S106 - no secret
        human_id=people[Role.PLANNER].human_id,
    )
    store(other, _held(other, Role.PLANNER))
    assert assess(planner, leap).status_code == 201
    assert assess(client_of(other), leap, jobs=1).status_code == 201
    summary = planner.get(f"/projects/{leap.id}/spillover").json()["summary"]
    assert (summary["assessors"], summary["overall"]) == (1, None)


def _held(person, role):
    return PersonRole(person_id=person.id, role=role)


class TestNobodyOfTheConsortiumOrItsInvestorsAssesses:
    @pytest.fixture(params=["member", "affiliate", "investor", "declared"])
    def bound(self, *, request, leap, anchor, partner, organisation, person, store, people):
        """Somebody bound to the project, and whether the database knows it as well."""
        if request.param == "member":
            return person(Role.PLANNER, partner), True
        if request.param == "affiliate":
            group = OwnershipGroup(id=anchor.ownership_group_id, name_ko="대한")
            return person(Role.PLANNER, organisation("대한상사", OrganisationKind.AGENCY, group)), True
        if request.param == "investor":
            funder = organisation("다온캐피탈", OrganisationKind.INVESTOR)
            signal = DemandSignal(organisation_id=funder.id, text="전력반도체에 투자합니다")
            said = MatchAnswer(
                signal_id=signal.id, project_id=leap.id, side=AnswerSide.INVESTOR, number=1,
                person_id=people[Role.INVESTOR].id, organisation_id=funder.id, kind=AnswerKind.INVESTED,
            )  # fmt: skip
            people[Role.INVESTOR].organisation_id = funder.id
            store(people[Role.INVESTOR], signal, said)
            return person(Role.COMMITTEE_MEMBER, funder), True
        planner = people[Role.PLANNER]
        interest = DeclaredInterest(
            person_id=planner.id, organisation_id=partner.id, kind=InterestKind.FAMILY, words="형제",
            known_on=business_date(utc_now()),
        )  # fmt: skip
        store(interest)
        return None, False

    def test_in_words_and_in_the_database(self, *, bound, leap, planner, database, read):
        client, known = bound
        client = client or planner
        refused = assess(client, leap)
        assert refused.status_code == 403, refused.text
        assert "others assess it" in refused.text
        page = client.get(f"/projects/{leap.id}/spillover/new?lang=en", headers=HTML).text
        assert "You do not assess this project" in page
        assert '<form method="post" action="/projects' not in page
        assert read.scalar(sa.select(sa.func.count()).select_from(SpilloverReview)) == 0
        if known:
            me = read.exec(select(Person).where(Person.email == client.get("/me").json()["email"])).one()
            with pytest.raises(IntegrityError, match="assessed by nobody"):
                _insert(database, leap, me, number=1)


def test_whoever_becomes_a_party_no_longer_counts(*, planner, member, people, leap, organisation, store):
    assert assess(planner, leap).status_code == 201
    assert assess(member, leap).status_code == 201
    assert planner.get(f"/projects/{leap.id}").json()["spillover"]["overall"]["mean"] == 4.0
    joining = organisation("지역연구원", OrganisationKind.RESEARCH_INSTITUTE)
    people[Role.COMMITTEE_MEMBER].organisation_id = joining.id
    store(
        people[Role.COMMITTEE_MEMBER],
        ConsortiumMember(project_id=leap.id, organisation_id=joining.id, role=ConsortiumRole.PARTNER),
    )
    view = planner.get(f"/projects/{leap.id}/spillover").json()
    assert view["summary"]["overall"] is None
    assert [it["counts"] for it in view["reviews"]] == [False, True]


def _insert(database, project, person, *, number, **changes):
    values = {
        "project_id": project.id, "assessor_id": person.id, "number": number, "assessed_on": business_date(utc_now()),
        "investment": 3, "jobs": 3, "production": 3, "words": "근거",
    } | changes  # fmt: skip
    with Session(database) as session:
        session.add(SpilloverReview(**values))
        session.commit()


def test_the_database_counts_editions_and_lets_none_be_changed(database, people, leap):
    planner = people[Role.PLANNER]
    _insert(database, leap, planner, number=1)
    for number in (1, 3):
        with pytest.raises(IntegrityError):
            _insert(database, leap, planner, number=number)
    for act in ("UPDATE spillover_review SET jobs = 5", "DELETE FROM spillover_review", "TRUNCATE spillover_review"):
        with database.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(sa.text(act))


def test_the_form_holds_the_last_scores_and_acts_once(planner, leap):
    address = f"/projects/{leap.id}/spillover/new"
    empty = planner.get(f"/projects/{leap.id}/spillover?lang=ko", headers=HTML).text
    assert "아직 아무도 이 과제를 평가하지 않았습니다" in empty
    typed = {name: str(value) for name, value in SCORES.items()} | {"idempotency_key": "k" * 32}
    refused = planner.post(address, data=typed | {"jobs": "6"}, headers=HTML)
    assert refused.status_code == 422
    assert SCORES["words"] in refused.text
    for _ in range(2):
        answer = planner.post(address, data=typed, headers=HTML, follow_redirects=False)
        assert answer.status_code == 303, answer.text
    assert len(planner.get(f"/projects/{leap.id}/spillover").json()["reviews"]) == 1
    page = planner.get(f"{address}?lang=en", headers=HTML).text
    assert '<option value="5" selected>5 very much' in page
    assert "replaces that" in page


def test_it_is_downloaded_as_the_page_shows_it(planner, leap):
    assert assess(planner, leap).status_code == 201
    answer = planner.get(f"/projects/{leap.id}/spillover/export?format=csv&lang=ko")
    assert answer.status_code == 200
    text = answer.content.decode("utf-8-sig")
    assert text.startswith("평가자,")
    assert SCORES["words"] in text
