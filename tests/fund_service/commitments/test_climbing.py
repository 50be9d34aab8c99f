"""Claims, their verification, and what the signal's level becomes."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from models.person import Role
from models.signal import CommitmentLevel, DemandSignal
from tests.fund_service.commitments.conftest import EOK, TODAY, document, keyed, step

pytestmark = pytest.mark.usefixtures("reference_data")


def test_a_claim_counts_when_somebody_else_has_verified_it(signal, climbing, investor, read):
    claim, decide, level_of = climbing
    claimed = claim(signal, "L1")
    assert claimed.status_code == 201, claimed.text
    assert claimed.json()["step"]["state"] == "claimed"
    assert claimed.json()["step"]["amount_krw"] == 5 * EOK, "named interest is about the ticket"
    assert level_of(signal) == "L0"
    answer = decide(claimed)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["step"]["state"], level_of(signal)) == ("verified", "L1")
    ladder = investor.get(f"/signals/{signal.id}").json()["ladder"]
    assert [rung["state"] for rung in ladder["rungs"]] == ["held", "held", "open", "open", "open", "open"]
    assert [rung["may_claim"] for rung in ladder["rungs"]] == [False, True, True, False, False, False]
    assert ladder["verified_krw"] == 0, "interest is no money"
    queued = read.execute(sa.text("SELECT task_name FROM procrastinate_jobs")).scalars().all()
    assert queued == ["summarise_demand"], "a claim changes nothing in the demand, a decision does"


def test_all_six_rungs_are_climbed(signal, climb, level_of, investor):
    climb(signal, "L5")
    assert level_of(signal) == "L5"
    ladder = investor.get(f"/signals/{signal.id}/commitments").json()["ladder"]
    assert (ladder["verified_krw"], len(ladder["steps"])) == (5 * EOK, 5)
    assert ladder["renew_by"] == (TODAY + timedelta(days=300)).isoformat()


def test_no_rung_is_skipped(signal, claim, decide, level_of):
    answer = claim(signal, "L2")
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")
    first, second = claim(signal, "L1"), claim(signal, "L2")
    assert second.status_code == 201, "claims may wait one above the other"
    answer = decide(second)
    assert (answer.status_code, answer.json()["code"]) == (409, "gate_closed")
    assert decide(first).status_code == decide(second).status_code == 200
    assert level_of(signal) == "L2"


def test_what_waits_is_not_claimed_twice_and_a_replaced_file_is_a_new_step(signal, claim, decide, level_of, investor):
    first = claim(signal, "L1")
    assert claim(signal, "L1").json()["code"] == "step_not_allowed"
    path = f"/commitments/{first.json()['step']['id']}/revocation"
    assert investor.post(path, json={"reason": "다른 파일"}, headers=keyed()).status_code == 200
    second = claim(signal, "L1")
    assert second.json()["step"]["number"] == 2
    assert second.json()["step"]["sha256"] != first.json()["step"]["sha256"]
    assert decide(first).json()["code"] == "step_not_allowed"
    assert decide(second).status_code == 200
    assert level_of(signal) == "L1"


def test_a_refusal_says_why_and_never_counts(signal, climbing, investor):
    claim, decide, level_of = climbing
    claimed = claim(signal, "L1")
    unsaid = decide(claimed, "refused")
    assert (unsaid.status_code, unsaid.json()["fields"][0]["field"]) == (422, "words")
    assert decide(claimed, "refused", words="서명이 없습니다.").status_code == 200
    shown = investor.get(f"/commitments/{claimed.json()['step']['id']}").json()["step"]
    assert (shown["state"], shown["decision_words"]) == ("refused", "서명이 없습니다.")
    assert level_of(signal) == "L0"
    assert decide(claimed).json()["code"] == "step_not_allowed", "a decision is never changed"
    assert claim(signal, "L2").status_code == 409, "what is refused carries nothing"
    assert claim(signal, "L1").status_code == 201


def test_what_is_taken_back_falls_at_once_and_stays_on_record(signal, climb, level_of, investor, manager):
    _, letter, _ = climb(signal, "L3")
    path = f"/commitments/{letter.json()['step']['id']}"
    assert investor.post(f"{path}/revocation", json={"reason": " "}, headers=keyed()).status_code == 400
    assert investor.post(f"{path}/revocation", json={"reason": "투자위원회 부결"}, headers=keyed()).status_code == 200
    assert level_of(signal) == "L1", "the rung above does not hold without it"
    shown = manager.get(path).json()["step"]
    assert (shown["state"], shown["revoked_by"], shown["revocation_reason"]) == (
        "revoked", "organisation", "투자위원회 부결",
    )  # fmt: skip
    again = investor.post(f"{path}/revocation", json={"reason": "또"}, headers=keyed())
    assert again.json()["code"] == "step_not_allowed"


def test_the_fund_strikes_what_it_should_not_have_verified_but_refuses_what_waits(
    signal, climb, claim, manager, level_of
):
    [interest] = climb(signal, "L1")
    path = f"/commitments/{interest.json()['step']['id']}/revocation"
    assert manager.post(path, json={"reason": "위조"}, headers=keyed()).status_code == 200
    assert level_of(signal) == "L0"
    waiting = claim(signal, "L1").json()["step"]["id"]
    answer = manager.post(f"/commitments/{waiting}/revocation", json={"reason": "x"}, headers=keyed())
    assert answer.json()["code"] == "step_not_allowed"


def test_a_document_vouches_for_the_words_and_the_money_it_was_claimed_of(signal, climb, level_of, investor):
    climb(signal, "L2")
    before = investor.get(f"/signals/{signal.id}").json()
    edit = {"text": before["text"], "ticket_min_krw": EOK, "ticket_max_krw": 5 * EOK, "available_krw": 20 * EOK}
    investor.put(f"/signals/{signal.id}", json={**edit, "horizon_months": 24}, headers={"If-Match": '"1"'})
    assert level_of(signal) == "L2"
    investor.put(f"/signals/{signal.id}", json={**edit, "available_krw": 30 * EOK}, headers={"If-Match": '"2"'})
    assert level_of(signal) == "L0"
    steps = investor.get(f"/signals/{signal.id}").json()["ladder"]["steps"]
    assert {one["state"] for one in steps} == {"outdated"}
    investor.put(f"/signals/{signal.id}", json=edit, headers={"If-Match": '"3"'})
    assert level_of(signal) == "L2", "what was vouched for is said again"


def test_a_claim_of_words_that_were_changed_cannot_be_verified(signal, claim, decide, investor, manager):
    claimed = claim(signal, "L1")
    edit = {"text": TEXT_CHANGED, "ticket_min_krw": EOK, "ticket_max_krw": 5 * EOK, "available_krw": 20 * EOK}
    edit["confidentiality"] = "open"
    assert investor.put(f"/signals/{signal.id}", json=edit, headers={"If-Match": '"1"'}).status_code == 200
    assert decide(claimed).json()["code"] == "step_not_allowed"
    assert manager.get("/commitments").json()["items"] == []
    assert decide(claimed, "refused", words="수요신호가 바뀌었습니다.").status_code == 200


TEXT_CHANGED = "다른 기술에 투자하고자 고쳐 씁니다."


LONG_AGO, YESTERDAY = ((TODAY - timedelta(days=days)).isoformat() for days in (9, 1))


@pytest.mark.parametrize(
    ("level", "case"),
    [
        ("L1", ({"amount_krw": 1}, "amount_krw")),
        ("L2", ({"amount_krw": None}, "amount_krw")),
        ("L2", ({"amount_krw": 20 * EOK + 1}, "amount_krw")),
        ("L2", ({"conditions": "조건"}, "conditions")),
        ("L2", ({"round_share_bp": 1}, "round_share_bp")),
        ("L3", ({"conditions": None}, "conditions")),
        ("L3", ({"round_share_bp": None}, "round_share_bp")),
        ("L0", ({}, "level")),
        ("L1", ({"dated_on": (TODAY + timedelta(days=1)).isoformat()}, "dated_on")),
        ("L1", ({"dated_on": LONG_AGO, "expires_on": YESTERDAY}, "expires_on")),
        ("L1", ({"expires_on": (TODAY + timedelta(days=732)).isoformat()}, "expires_on")),
        ("L1", ({"document": document(b"MZ nothing of a letter")}, "document")),
        ("L1", ({"document": document(b"<html>") | {"name": "x.html"}}, "document")),
    ],
)  # fmt: skip
def test_a_claim_that_no_document_could_bear_is_refused_by_its_field(signal, climb, claim, level, case):
    changes, field = case
    if level in {"L2", "L3"}:
        climb(signal, "L2" if level == "L3" else "L1")
    answer = claim(signal, level, **changes)
    assert answer.status_code == 422, answer.text
    assert [fault["field"] for fault in answer.json()["fields"]] == [field]


def test_named_interest_names_a_ticket(people, signal_of, claim):
    signal = signal_of(people[Role.INVESTOR], ticket_min_krw=None)
    assert claim(signal, "L1").json()["code"] == "step_not_allowed"


def test_one_letter_stands_for_one_signal_until_it_is_refused_or_taken_back(signal, people, signal_of, claim, decide):
    other = signal_of(people[Role.INVESTOR], text="또 다른 수요를 적습니다.")
    letter = document(b"%PDF-1.7 the only letter")
    first = claim(signal, "L1", document=letter)
    answer = claim(other, "L1", document=letter)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert claim(signal, "L2", document=letter).status_code == 201, "one letter may show several rungs of one signal"
    assert decide(first, "refused", words="다른 수요신호의 의향서입니다.").status_code == 200
    assert claim(other, "L1", document=letter).status_code == 409, "the other rung still rests on it"


def test_a_withdrawn_or_expired_signal_climbs_no_more(signal, claim, investor, people, signal_of):
    investor.post(f"/signals/{signal.id}/withdraw", headers={"If-Match": '"1"'})
    assert claim(signal, "L1").json()["code"] == "step_not_allowed"
    past = signal_of(people[Role.INVESTOR], expires_on=TODAY - timedelta(days=1))
    assert claim(past, "L1").json()["code"] == "step_not_allowed"


def test_what_waits_when_its_signal_is_withdrawn_is_refused_and_not_verified(signal, claim, decide, investor):
    claimed = claim(signal, "L1")
    investor.post(f"/signals/{signal.id}/withdraw", headers={"If-Match": '"1"'})
    answer = decide(claimed)
    assert (answer.status_code, answer.json()["code"]) == (409, "step_not_allowed")
    assert decide(claimed, "refused", words="철회되었습니다.").status_code == 200


def test_the_same_claim_sent_twice_is_one(signal, investor, read):
    body, headers = step("L1"), keyed()
    answers = [investor.post(f"/signals/{signal.id}/commitments", json=body, headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert read.execute(sa.text("SELECT count(*) FROM commitment_step")).scalar() == 1
    assert investor.post(f"/signals/{signal.id}/commitments", json=body).json()["code"] == "idempotency_key_needed"


def test_what_was_not_seen_is_not_decided_on(signal, claim, decide):
    answer = decide(claim(signal, "L1"), evidence_sha256="0" * 64)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")


def test_a_signature_that_the_ledger_does_not_know_is_said_how_it_was_checked(signal, climb, claim, decide, level_of):
    climb(signal, "L3")
    signed = claim(signal, "L4")
    assert signed.json()["ledger"] == {"deals": 0, "instruction_id": None, "amount_krw": None}
    assert decide(signed).json()["code"] == "gate_closed"
    assert decide(signed, words="계약서 원본을 대조했습니다.").status_code == 200
    assert level_of(signal) == "L4"


def test_a_level_that_a_file_brings_is_a_claim(people, signal_of, level_of, investor):
    signal: DemandSignal = signal_of(people[Role.INVESTOR], claimed_level=CommitmentLevel.CASH_CALLED)
    assert level_of(signal) == "L0"
    page = investor.get(f"/signals/{signal.id}", headers={"Accept": "text/html"})
    assert "밝힌 단계는" in page.text
