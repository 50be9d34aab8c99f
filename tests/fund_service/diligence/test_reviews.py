import pytest
from sqlmodel import select

from fund_service.diligence.queries import reviews_given
from models.clock import business_date, utc_now
from models.committee import DeclaredInterest, InterestKind
from models.deal import Deal, DealStage
from models.diligence import Criterion, DealReview, ReviewScore
from models.person import Role
from models.timeline import DealActivity


def scores(*given, words="근거입니다."):
    return dict(zip([criterion.value for criterion in Criterion], given, strict=True)) | {"words": words}


@pytest.fixture
def review(client_of, address):
    """Give somebody's review, with the edition of the one before if there is one."""

    def review(person, body, *, edition=None):
        headers = {} if edition is None else {"If-Match": f'"{edition}"'}
        return client_of(person).put(f"{address}/review", json=body, headers=headers)

    return review


def test_reviews_of_several_people_are_shown_with_their_spread(
    *, review, make_person, client_of, manager, address, read, deal
):
    for given in ((1, 3, 4, 2, 5), (4, 3, 5, 3, 5), (5, 3, 4, 4, 5)):
        assert review(make_person(), scores(*given)).status_code == 200
    page = manager.get(address).json()
    assert [entry["scores"]["technology"] for entry in page["reviews"]] == [5, 4, 1]
    spread = {row["criterion"]: row for row in page["spread"]}
    assert spread["technology"] == {
        "criterion": "technology", "count": 3, "minimum": 1, "median": 4, "maximum": 5, "deviation": 1.7,
        "disagreement": "기술성 점수가 1점에서 5점까지 갈립니다. 심사자들에게 근거를 물어보십시오.",
    }  # fmt: skip
    assert spread["market"]["deviation"] == 0
    assert [name for name, row in spread.items() if row["disagreement"]] == ["technology", "terms"]
    assert page["chart"]["title"]["text"] == "점수 분포"
    assert reviews_given(read, deal.id) == 3
    english = client_of(make_person(language="en")).get(address).json()
    assert "disagree on Technology: scores from 1 to 5" in english["spread"][0]["disagreement"]


def test_a_review_is_told_on_the_timeline(review, make_person, read, deal):
    person = make_person()
    view = review(person, scores(3, 3, 3, 3, 3, words="괜찮다")).json()
    told = read.exec(select(DealActivity).where(DealActivity.deal_id == deal.id)).one()
    assert (told.kind, told.person_id, str(told.subject_id), told.words) == ("review", person.id, view["id"], "괜찮다")


def test_a_later_review_of_the_same_person_replaces_the_earlier(review, make_person, read, deal):
    person = make_person()
    first = review(person, scores(1, 1, 1, 1, 1))
    assert first.headers["ETag"] == f'"{first.json()["edition"]}"'
    assert review(person, scores(2, 2, 2, 2, 2)).status_code == 428
    assert review(person, scores(2, 2, 2, 2, 2), edition="rubbish").status_code == 412
    second = review(person, scores(5, 5, 5, 5, 5), edition=first.json()["edition"])
    assert second.status_code == 200, second.text
    assert review(person, scores(2, 2, 2, 2, 2), edition=first.json()["edition"]).status_code == 412
    assert second.json()["id"] == first.json()["id"]
    assert set(read.exec(select(ReviewScore.score)).all()) == {5}
    assert len(read.exec(select(DealReview)).all()) == 1


def test_a_human_being_has_one_review_under_whatever_account(review, make_person, read, deal):
    first = make_person()
    second = make_person(human_id=first.human_id)
    edition = review(first, scores(1, 1, 1, 1, 1)).json()["edition"]
    assert review(second, scores(5, 5, 5, 5, 5)).status_code == 428
    assert review(second, scores(5, 5, 5, 5, 5), edition=edition).status_code == 200
    assert read.exec(select(DealReview.person_id)).all() == [second.id]
    assert reviews_given(read, deal.id) == 1


def test_the_lead_may_give_a_view_that_does_not_count(*, review, lead, make_person, manager, address, read, deal):
    assert review(lead, scores(5, 5, 5, 5, 5)).json()["independent"] is False
    alias = make_person(human_id=lead.human_id)
    assert reviews_given(read, deal.id) == 0
    page = manager.get(address).json()
    assert (len(page["reviews"]), page["spread"], page["chart"]) == (1, [], None)
    assert review(alias, scores(5, 5, 5, 5, 5)).status_code == 428, "another account of the lead is the lead"
    assert review(make_person(), scores(1, 1, 1, 1, 1)).json()["independent"] is True
    assert reviews_given(read, deal.id) == 1
    assert manager.get(address).json()["spread"][0]["count"] == 1


@pytest.mark.parametrize("kind", list(InterestKind))
def test_who_has_an_interest_is_refused(*, review, make_person, store, company, client_of, address, read, kind):
    person = make_person()
    other_account = make_person(human_id=person.human_id)
    store(
        DeclaredInterest(
            person_id=person.id, kind=kind, organisation_id=company.id, known_on=business_date(utc_now()), words="자문"
        )
    )
    for account in (person, other_account):
        answer = review(account, scores(5, 5, 5, 5, 5))
        assert (answer.status_code, answer.json()["code"]) == (403, "four_eyes")
        page = client_of(account).get(address).json()
        assert (page["may_review"], bool(page["interest"])) == (False, True)
    form = client_of(person).post(f"{address}/review/edit", data=scores(5, 5, 5, 5, 5))
    assert form.status_code == 403
    assert not read.exec(select(DealReview)).all()


def test_an_employee_of_the_company_is_refused(review, make_person, company):
    answer = review(make_person(organisation_id=company.id), scores(5, 5, 5, 5, 5))
    assert (answer.status_code, answer.json()["code"]) == (403, "four_eyes")


@pytest.mark.parametrize("stage", list(DealStage))
def test_what_the_committee_decided_on_is_not_rewritten(stage, make_deal, client_of, make_person, read):
    ended = {"decline_reason": "market", "decline_words": "늦다"} if stage in {"declined", "withdrawn"} else {}
    deal = make_deal(stage, **ended)
    undecided = stage in {"sourced", "screening", "due_diligence", "committee"}
    client = client_of(make_person())
    answer = client.put(f"/deals/{deal.id}/diligence/review", json=scores(3, 3, 3, 3, 3))
    assert answer.status_code == (200 if undecided else 409), answer.text
    assert client.get(f"/deals/{deal.id}/diligence").json()["may_review"] is undecided


def test_a_merged_deal_takes_nothing(make_deal, store, client_of, make_person):
    kept = make_deal()
    merged = make_deal(merged_into_id=kept.id)
    client = client_of(make_person())
    base = f"/deals/{merged.id}/diligence"
    assert client.put(f"{base}/review", json=scores(3, 3, 3, 3, 3)).status_code == 409
    assert client.post(f"{base}/notes", json={"text": "메모"}).status_code == 409
    assert client.post(f"{base}/checklist", json={"title": "항목"}).status_code == 409
    assert client.get(base).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"technology": 0}, {"technology": 6}, {"technology": True}, {"technology": 3.0}, {"technology": "3"},
        {"words": ""}, {"words": "\x00"}, {"words": "가" * 4_001}, {"deal_id": "x"}, {"person_id": "x"},
        {"edition": "x"},
        {"human_id": "x"}, {"independent": True}, {"recorded_at": "2026-01-01T00:00:00Z"},
    ],
)  # fmt: skip
def test_a_review_with_a_value_that_cannot_be_is_refused(review, make_person, read, change):
    answer = review(make_person(), scores(3, 3, 3, 3, 3) | change)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["fields"][0]["field"] == next(iter(change))
    assert not read.exec(select(DealReview)).all()


def test_the_form_keeps_what_was_typed_and_then_leads_back(client_of, make_person, address, read):
    client = client_of(make_person())
    typed = {name: str(value) for name, value in scores(3, 3, 3, 3, 3).items()}
    again = client.post(f"{address}/review/edit", data=typed | {"market": "9"})
    assert (again.status_code, again.json()["faults"].keys()) == (422, {"market"})
    assert again.json()["values"]["words"] == typed["words"]
    done = client.post(f"{address}/review/edit", data=typed, follow_redirects=False)
    assert (done.status_code, done.headers["Location"]) == (303, f"{address}#reviews")
    form = client.get(f"{address}/review/edit").json()
    assert form["values"]["technology"] == "3"
    stale = client.post(f"{address}/review/edit", data=typed)
    assert stale.status_code == 422, "the form was filled before there was a review"
    fresh = client.post(f"{address}/review/edit", data=form["values"] | {"team": "5"}, follow_redirects=False)
    assert fresh.status_code == 303
    assert client.get(address).json()["reviews"][0]["scores"]["team"] == 5


def test_the_lead_of_today_counts(*, store, review, make_person, read, deal, database):
    person = make_person()
    review(person, scores(3, 3, 3, 3, 3))
    assert reviews_given(read, deal.id) == 1
    row = read.get(Deal, deal.id)
    row.lead_id = person.id
    read.add(row)
    read.flush()
    assert reviews_given(read, deal.id) == 0, "who takes a deal over is no longer independent of it"


def test_a_committee_member_reviews_and_an_auditor_does_not(client_for, address):
    assert client_for(Role.COMMITTEE_MEMBER).put(f"{address}/review", json=scores(3, 3, 3, 3, 3)).status_code == 200
    assert client_for(Role.AUDITOR).put(f"{address}/review", json=scores(3, 3, 3, 3, 3)).status_code == 403
