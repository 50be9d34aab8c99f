"""Merging: one deal stands for both, both histories stay, and it can be undone."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from models.clock import business_date, utc_now
from models.committee import AgendaItem, CommitteeMeeting, ItemState
from models.deal import DealMerge, DealStage
from models.identity import new_id
from models.instruction import Instruction, InstructionKind, InstructionState
from models.person import Role
from tests.committee_acts import decide
from tests.fund_service.deals.facts import if_match, terms_of

pytestmark = pytest.mark.usefixtures("reference_data")

WHY = "같은 기업의 같은 사업이다."


@pytest.fixture
def merge(manager):
    def merge(deal, into, words=WHY):
        view = manager.get(f"/deals/{deal.id}").json()
        return manager.post(
            f"/deals/{deal.id}/merge", json={"into_id": str(into.id), "words": words}, headers=if_match(view)
        )

    return merge


@pytest.fixture
def two(manager, make_deal):
    """Two deals, each with a step behind it."""
    deals = make_deal(), make_deal()
    for deal in deals:
        answer = manager.post(f"/deals/{deal.id}/steps", json={"stage": "screening"}, headers={"If-Match": '"1"'})
        assert answer.status_code == 200
    return deals


def test_the_kept_deal_tells_both_histories_and_the_merged_one_is_hidden(manager, merge, two):
    merged, kept = two
    answer = merge(merged, kept)
    assert answer.status_code == 200, answer.text
    view = answer.json()
    assert view["deal"]["id"] == str(kept.id)
    steps = [(activity["kind"], activity["deal_id"]) for activity in view["items"]]
    assert sorted(steps) == sorted((kind, str(deal.id)) for deal in two for kind in ("stage", "merge"))
    assert [one["deal_id"] for one in view["merged"]] == [str(merged.id)]
    listed = manager.get("/deals").json()
    assert [item["id"] for item in listed["items"]] == [str(kept.id)]
    assert listed["stages"]["screening"] == {"count": 1, "amount_krw": kept.amount_krw}
    [column] = [one for one in manager.get("/deals/board").json()["columns"] if one["count"]]
    assert [card["id"] for card in column["cards"]] == [str(kept.id)]
    assert manager.get(f"/deals/{merged.id}").json()["deal"]["merged_into_id"] == str(kept.id)


def test_nothing_happens_to_a_merged_deal(manager, merge, two, make_deal):
    merged, kept = two
    merge(merged, kept)
    view = manager.get(f"/deals/{merged.id}").json()
    assert view["gates"] == []
    put = manager.put(f"/deals/{merged.id}", json=terms_of(view), headers=if_match(view))
    step = manager.post(f"/deals/{merged.id}/steps", json={"stage": "sourced"}, headers=if_match(view))
    again = merge(merged, kept)
    into = merge(make_deal(), merged)
    assert [answer.status_code for answer in (put, step, again, into)] == [409] * 4


def test_undoing_restores_the_deal_where_it_stood(manager, merge, two, read):
    merged, kept = two
    merge(merged, kept)
    view = manager.get(f"/deals/{merged.id}").json()
    undone = manager.post(f"/deals/{merged.id}/merge/undo", headers=if_match(view))
    assert undone.status_code == 200, undone.text
    assert (undone.json()["deal"]["stage"], undone.json()["deal"]["merged_into_id"]) == ("screening", None)
    assert {item["id"] for item in manager.get("/deals").json()["items"]} == {str(deal.id) for deal in two}
    assert {activity["deal_id"] for activity in manager.get(f"/deals/{kept.id}").json()["items"]} == {str(kept.id)}
    assert manager.post(f"/deals/{merged.id}/merge/undo", headers=if_match(undone.json())).status_code == 409
    assert manager.post(f"/deals/{merged.id}/merge/undo", headers=if_match(view)).status_code == 412
    [row] = read.exec(select(DealMerge)).all()
    assert row.undone_at is not None
    assert merge(merged, kept).status_code == 200, "once undone, it can be merged anew"


def test_history_reaches_through_merges_of_merges(manager, merge, make_deal):
    first, second, third = make_deal(), make_deal(), make_deal()
    merge(first, second)
    answer = merge(second, third)
    assert {activity["deal_id"] for activity in answer.json()["items"]} == {
        str(deal.id) for deal in (first, second, third)
    }


@pytest.fixture
def bind(database, store, people, vehicle):
    """Hang a decision or money on a deal."""

    def bind(deal, what):
        if isinstance(what, ItemState):
            meeting = CommitteeMeeting(title="1차", meets_at=utc_now(), chair_id=people[Role.COMMITTEE_MEMBER].id)
            store(meeting)
            item = AgendaItem(meeting_id=meeting.id, deal_id=deal.id, position=1, terms_digest=deal.terms_digest())
            with Session(database) as session:
                decide(session, item, what, at=utc_now() - timedelta(days=1))
                session.commit()
        else:
            asked = Instruction(
                kind=InstructionKind.DEAL_COMMITMENT, vehicle_id=vehicle.id, deal_id=deal.id, amount_krw=1,
                effective_on=business_date(utc_now()), terms_digest="0" * 64, words="x",
                made_by_id=people[Role.FUND_MANAGER].id,
            )  # fmt: skip
            store(asked)
            if what is InstructionState.VOID:
                asked.state, asked.resolved_at, asked.void_reason = what, utc_now(), "x"
                store(asked)

    return bind


@pytest.mark.parametrize("what", [ItemState.PENDING, ItemState.APPROVED, InstructionState.PENDING])
def test_a_deal_on_which_money_or_a_decision_hangs_stays(merge, make_deal, bind, what):
    bound, other = make_deal(DealStage.COMMITTEE), make_deal(DealStage.COMMITTEE)
    bind(bound, what)
    answer = merge(bound, other)
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")
    assert merge(other, bound).status_code == 200, "the other way round it works"


@pytest.mark.parametrize("what", [ItemState.REJECTED, ItemState.DEFERRED, ItemState.VOIDED, InstructionState.VOID])
def test_what_came_to_nothing_holds_no_deal(merge, make_deal, bind, what):
    deal, other = make_deal(DealStage.COMMITTEE), make_deal(DealStage.COMMITTEE)
    bind(deal, what)
    assert merge(deal, other).status_code == 200


def test_when_both_are_bound_neither_is_merged(merge, make_deal, bind):
    one, other = make_deal(DealStage.APPROVED), make_deal(DealStage.APPROVED)
    bind(one, ItemState.APPROVED)
    bind(other, ItemState.APPROVED)
    assert merge(one, other).status_code == merge(other, one).status_code == 409


def test_what_cannot_be_merged_is_refused(manager, merge, make_deal):
    deal, other = make_deal(), make_deal()
    assert merge(deal, deal).status_code == 422
    assert merge(deal, other, words=" ").status_code == 400
    body = {"into_id": str(new_id()), "words": WHY}
    assert manager.post(f"/deals/{deal.id}/merge", json=body, headers={"If-Match": '"1"'}).status_code == 404
    assert manager.post(f"/deals/{new_id()}/merge", json=body, headers={"If-Match": '"1"'}).status_code == 404
    assert manager.post(f"/deals/{deal.id}/merge", json=body).status_code == 428
    assert manager.post(f"/deals/{new_id()}/merge/undo", headers={"If-Match": '"1"'}).status_code == 404
