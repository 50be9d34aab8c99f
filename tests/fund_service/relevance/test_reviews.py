"""Reviews over HTTP: proposed by one, decided by another, answered by the team, seen by nobody else."""

import re

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from models.clock import utc_now
from models.committee import CommitteeMeeting, DeclaredInterest, InterestKind, MeetingState
from models.deal import Deal, DealStage
from models.person import Person
from models.project import ProjectState, RndProject
from models.relevance import (
    ProposalOutcome,
    RelevanceContribution,
    RelevanceDecision,
    RelevanceProposal,
    ReviewCourse,
)
from models.signal import DemandSignal
from models.timeline import DealActivity

HTML = {"Accept": "text/html"}
REVISED = {
    "scope": "시험 생산을 뺀다.",
    "budget_krw": 7 * 10**9,
    "ends_on": "2027-12-31",
    "agreement": "참여기관을 바꾼다.",
}


def send(client, address, **form):
    """Post a form, and give where it leads."""
    answer = client.post(address, data=form, headers=HTML, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def meeting(watched, **facts):
    """Commit a committee's meeting."""
    said = {"title": "투자심의", "meets_at": utc_now(), "chair_id": watched.chair_id, "state": MeetingState.OPEN}
    made = CommitteeMeeting(**said | facts)
    watched.add(made)
    return made


def test_a_revision_is_proposed_by_one_and_approved_by_another(watched):
    address = watched.review()
    asked = watched.propose(address, "revise", **REVISED)
    assert asked.status_code == 201, asked.text
    assert asked.json()["state"] == "proposed"
    assert watched.propose(address, by=watched.manager).status_code == 409, "one proposal at a time"
    assert watched.decide(address, by=watched.planner).status_code == 403, "who proposed it does not decide"
    decided = watched.decide(address)
    assert decided.status_code == 201, decided.text
    seen = decided.json()
    [proposal] = seen["proposals"]
    assert seen["state"] == "decided"
    assert REVISED.items() <= proposal.items()
    assert proposal["decision"]["outcome"] == "approved"
    assert watched.decide(address).status_code == 409
    assert watched.propose(address).status_code == 409
    refused = watched.team.post(f"{address}/contributions", json={"words": "늦은 말"}, headers={"Idempotency-Key": "k"})
    assert refused.status_code == 409


def test_what_was_returned_can_be_proposed_otherwise(watched):
    address = watched.review()
    watched.propose(address, "discontinue")
    assert watched.decide(address, "returned").json()["state"] == "open"
    assert watched.propose(address, by=watched.manager).status_code == 201
    assert watched.decide(address, by=watched.planner).json()["state"] == "decided"


def test_a_proposal_needs_words_and_a_revision_what_it_changes(watched):
    address = watched.review()
    for said in (
        {"course": "revise"},
        {"course": "continue", "scope": "범위"},
        {"course": "discontinue", "budget_krw": 1},
        {"course": "continue", "words": " "},
        {"course": "stop"},
    ):
        assert watched.propose(address, **said).status_code == 400, said
    assert watched.propose(address, "revise", ends_on="2020-01-01").status_code == 422


def test_where_money_is_committed_the_committee_in_session_decides_on_an_end_and_nothing_is_stopped(watched):
    deal = watched.deal(stage=DealStage.DISBURSING)
    address = watched.review()
    assert watched.propose(address, "discontinue", by=watched.manager).status_code == 201
    assert watched.decide(address).status_code == 409, "not without the committee"
    planned, others = meeting(watched, state=MeetingState.PLANNED), meeting(watched, chair_id=deal.lead_id)
    for wrong in (planned, others):
        assert watched.decide(address, by=watched.chair, meeting_id=str(wrong.id)).status_code == 409
    in_session = meeting(watched)
    assert watched.decide(address, meeting_id=str(in_session.id)).status_code == 409, "the chair records it"
    decided = watched.decide(address, by=watched.chair, meeting_id=str(in_session.id))
    assert decided.status_code == 201, decided.text
    assert decided.json()["proposals"][0]["decision"]["meeting"] == "투자심의"
    with Session(watched.world.engine) as session:
        assert session.get_one(Deal, deal.id).stage is DealStage.DISBURSING
        assert session.get_one(RndProject, watched.memory.id).state is ProjectState.RUNNING
        [told] = session.exec(select(DealActivity).where(col(DealActivity.deal_id) == deal.id)).all()
        assert told.sentence == "Review of the project's relevance decided: {course}"
    page = watched.manager.get(address, headers=HTML).text
    assert f"/deals/{deal.id}/settlement" in page, "it points at the settlement there is"
    assert "이 결정으로 중단된 것은 없습니다" in page


def test_to_continue_any_other_person_is_enough(watched):
    watched.deal(stage=DealStage.DISBURSING)
    address = watched.review()
    watched.propose(address, "continue")
    assert watched.decide(address).status_code == 201


def test_who_has_an_interest_in_a_deal_does_not_decide(watched):
    watched.deal()
    address = watched.review()
    watched.propose(address, "continue", by=watched.manager)
    interest = DeclaredInterest(
        person_id=watched.chair_id, kind=InterestKind.PERSONAL, organisation_id=watched.world.organisations[-1].id,
        known_on=utc_now().date(), words="지분이 있다.",
    )  # fmt: skip
    watched.add(interest)
    assert watched.decide(address, by=watched.chair).status_code == 403
    assert watched.decide(address).status_code == 201


def test_a_team_sees_and_answers_the_review_of_its_own_project_alone(watched):
    address = watched.review()
    listed = watched.team.get("/relevance").json()
    assert [one["project_id"] for one in listed["items"]] == [str(watched.memory.id)]
    assert listed["run"]["projects"] == 1
    said = {"words": "고객 세 곳과 시험을 시작했습니다."}
    answer = watched.team.post(f"{address}/contributions", json=said, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 201, answer.text
    assert said["words"] in watched.planner.get(address, headers=HTML).text
    assert watched.others.get(address).status_code == 404
    assert [one["project_id"] for one in watched.others.get("/relevance").json()["items"]] == [str(watched.battery.id)]
    refused = watched.others.post(f"{address}/contributions", json=said, headers={"Idempotency-Key": "l"})
    assert refused.status_code == 404
    for client in (watched.team, watched.auditor, watched.chair):
        assert watched.propose(address, by=client).status_code == 403
    for path in ("/relevance", "/relevance/export", address):
        assert watched.investor.get(path).status_code == 403
    assert watched.team.get("/relevance/export").status_code == 403


def test_nobody_is_told_an_exact_count_or_a_single_signal(watched):
    watched.deal()
    address = watched.review()
    with Session(watched.world.engine) as session:
        words = session.exec(select(DemandSignal.text).limit(5)).all()
    for client in (watched.planner, watched.team, watched.manager, watched.chair):
        for accept in ({}, HTML):
            told = "".join(client.get(path, headers=accept).text for path in ("/relevance", address))
            assert not any(text in told for text in words)
    seen = watched.planner.get(address).json()
    assert (seen["figure"]["events_at_approval"], seen["figure"]["events_now"]) == ("50-99", "0-4")
    assert seen["figure"]["percent_now"] is None
    assert seen["figure"]["ratio"] == "quarter"
    assert {bar["groups"] for bar in seen["quarters"]} == {"10-19", "5-9", "0-4"}
    assert "events" not in seen["figure"]
    assert seen["money"] | {"rounded": True, "links": [], "milestones": []} == seen["money"]
    assert watched.manager.get(address).json()["money"]["links"] != []


def test_the_list_is_narrowed_read_on_and_downloaded(watched):
    watched.review()
    first = watched.planner.get("/relevance", params={"limit": 1}).json()
    rest = watched.planner.get("/relevance", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [one["items"][0]["project_id"] for one in (first, rest)] == [
        str(watched.memory.id), str(watched.battery.id),
    ], "flagged ones first"  # fmt: skip
    assert first["run"] | {"projects": 2, "flagged": 1, "not_enough_data": 1} == first["run"]
    for query, count in (
        ("shown=flagged", 1), ("shown=not_enough_data", 1), ("shown=none", 0), ("field=01", 2), ("field=02", 0),
    ):  # fmt: skip
        assert len(watched.planner.get(f"/relevance?{query}").json()["items"]) == count, query
        assert watched.planner.get(f"/relevance?{query}", headers=HTML).status_code == 200
    unknown = watched.planner.get("/relevance", params={"cursor": "AAAAAAAAAAAAAAAAAAAAAA"})
    assert unknown.json()["items"] == []
    for kind in ("csv", "xlsx"):
        answer = watched.auditor.get("/relevance/export", params={"format": kind})
        assert "relevance" in answer.headers["content-disposition"]
    table = watched.auditor.get("/relevance/export", params={"format": "csv"}).text
    assert "고대역폭 메모리 적층" in table
    assert "수요 급감" in table


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_shows_in_both_languages_to_all_who_may_read_it(language, watched):
    empty = watched.planner.get(f"/relevance?lang={language}", headers=HTML).text
    assert {"ko": "아직 점검하지 않았습니다", "en": "The watch has not run yet"}[language] in empty
    watched.deal(stage=DealStage.DISBURSING)
    address = watched.review()
    words = {"ko": "수요 급감", "en": "Demand collapsed"}[language]
    lacking = {"ko": "4개월 뒤부터 점검", "en": "watched in 4 months"}[language]
    for client in (watched.planner, watched.manager, watched.chair, watched.auditor):
        listed = client.get(f"/relevance?lang={language}", headers=HTML).text
        assert words in listed
        assert lacking in listed
    for client in (watched.planner, watched.manager, watched.chair, watched.auditor, watched.team):
        page = client.get(f"{address}?lang={language}", headers=HTML)
        assert page.status_code == 200
        assert words in page.text
        assert "demand-bars" in page.text
    for course in ("continue", "revise"):
        watched.propose(address, course, **(REVISED if course == "revise" else {}))
        proposal = watched.planner.get(address).json()["proposals"][-1]["id"]
        for client in (watched.second, watched.chair):
            form = client.get(f"/relevance/proposals/{proposal}/deciding?lang={language}", headers=HTML)
            assert form.status_code == 200
        watched.decide(address, "returned")
        assert watched.planner.get(f"{address}?lang={language}", headers=HTML).status_code == 200


def test_a_review_is_led_to_its_end_on_its_pages(watched):
    address = watched.review()
    assert watched.team.get(f"{address}/contributing", headers=HTML).status_code == 200
    empty = watched.team.post(f"{address}/contributing", data={"words": "", "idempotency_key": "a"}, headers=HTML)
    assert empty.status_code == 422
    assert send(watched.team, f"{address}/contributing", words="시장이 돌아옵니다.", idempotency_key="b") == address
    assert watched.planner.get(f"{address}/proposing", headers=HTML).status_code == 200
    typed = {"course": "revise", "words": "줄여서 간다.", "idempotency_key": "c"}
    refused = watched.planner.post(f"{address}/proposing", data=typed, headers=HTML)
    assert refused.status_code == 422
    assert "줄여서 간다." in refused.text, "nothing typed is lost"
    assert send(watched.planner, f"{address}/proposing", **typed | {"scope": "절반", "budget_krw": "7,000"}) == address
    assert watched.manager.get(f"{address}/proposing", headers=HTML).status_code == 409
    assert "결정하기" not in watched.planner.get(address, headers=HTML).text
    [form] = set(
        re.findall(r"/relevance/proposals/[0-9a-f-]+/deciding", watched.second.get(address, headers=HTML).text)
    )
    assert "줄여서 간다." in watched.second.get(form, headers=HTML).text
    own = watched.planner.post(
        form, data={"outcome": "approved", "words": "스스로", "idempotency_key": "d"}, headers=HTML
    )
    assert own.status_code == 422
    assert send(watched.second, form, outcome="approved", words="그리 한다.", idempotency_key="e") == address
    assert watched.second.get(form, headers=HTML).status_code == 409
    assert watched.team.get(f"{address}/contributing", headers=HTML).status_code == 409
    page = watched.manager.get(address, headers=HTML).text
    assert "그리 한다." in page
    assert "이 결정으로 바뀐 것은 없습니다" in page


def test_what_is_not_there_is_not_found(watched):
    nowhere = watched.memory.id
    assert watched.planner.get(f"/relevance/reviews/{nowhere}").status_code == 404
    assert watched.propose(f"/relevance/reviews/{nowhere}").status_code == 404
    body = {"outcome": "approved", "words": "좋다."}
    answer = watched.planner.post(
        f"/relevance/proposals/{nowhere}/decision", json=body, headers={"Idempotency-Key": "k"}
    )
    assert answer.status_code == 404


def test_the_database_keeps_the_rules_of_a_review(watched):
    deal = watched.deal(stage=DealStage.CONTRACTED)
    watched.review()
    [review] = watched.reviews()

    def proposal(**facts):
        said = {"review_id": review.id, "course": ReviewCourse.DISCONTINUE, "words": "까닭"}
        return RelevanceProposal(proposed_by_id=deal.lead_id, **said | facts)

    def decision(of, **facts):
        said = {"outcome": ProposalOutcome.APPROVED, "words": "까닭", "decided_by_id": watched.chair_id}
        return RelevanceDecision(proposal_id=of.id, **said | facts)

    first = proposal()
    watched.add(first)
    with Session(watched.world.engine) as session:
        lead = session.get_one(Person, deal.lead_id)
    twin = Person(email="twin@example.org", name="같은 사람", human_id=lead.human_id, password_hash="-")  # noqa: S106 - no secret
    watched.add(twin)
    in_session = meeting(watched)
    for refused, words in (
        (proposal(), "waits to be decided"),
        (decision(first, decided_by_id=deal.lead_id), "somebody else"),
        (decision(first, decided_by_id=twin.id), "somebody else"),
        (decision(first), "the committee decides"),
        (decision(first, meeting_id=meeting(watched, state=MeetingState.CLOSED).id), "in session"),
        (decision(first, meeting_id=meeting(watched, chair_id=deal.lead_id).id), "in session"),
    ):
        with pytest.raises(IntegrityError, match=words):
            watched.add(refused)
    watched.add(decision(first, meeting_id=in_session.id))
    for late in (proposal(), RelevanceContribution(review_id=review.id, person_id=deal.lead_id, words="늦은 말")):
        with pytest.raises(IntegrityError, match="is decided"):
            watched.add(late)
