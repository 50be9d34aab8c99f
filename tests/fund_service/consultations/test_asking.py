"""A consultation from draft to answer: its days, its states, who may do what, what is late."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from models.person import Role
from tests.fund_service.consultations.conftest import LETTER, TODAY, ago, keyed


def test_a_rapid_confirmation_is_due_thirty_days_after_it_was_filed_and_then_stands_out(asking):
    asked = asking.filed("rapid_confirmation", days_ago=31)
    seen = asking.see(asked)
    assert (seen["filed_on"], seen["due_on"]) == (ago(31).isoformat(), ago(1).isoformat())
    assert (seen["overdue_days"], seen["days_left"], seen["silent"]) == (1, -1, True)
    later = asking.filed("demonstration_exemption", days_ago=80, days_allowed=60)
    asking.filed(days_ago=0)
    page = asking.planner.get("/consultations").json()
    assert [item["id"] for item in page["items"]][:2] == [later, asked], "the latest comes first"
    assert [item["overdue_days"] for item in page["items"]] == [20, 1, 0]
    assert page["counts"] == {"awaited": 3, "overdue": 2, "due_soon": 0, "expiring": 0, "all": 3}
    overdue = asking.planner.get("/consultations", params={"which": "overdue", "kind": "rapid_confirmation"}).json()
    assert [item["id"] for item in overdue["items"]] == [asked]
    first = asking.planner.get("/consultations", params={"limit": 2}).json()
    rest = asking.planner.get("/consultations", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [len(first["items"]), len(rest["items"]), rest["next_cursor"]] == [2, 1, None]


def test_other_days_than_thirty_are_refused_for_a_rapid_confirmation_and_ninety_are_planned_for_the_others(asking):
    body = {
        "kind": "rapid_confirmation",
        "authority": "환경부",
        "rule": "법",
        "question": "묻는다.",
        "days_allowed": 40,
    }
    answer = asking.team.post(f"/projects/{asking.project.id}/consultations", json=body)
    assert answer.status_code == 422
    assert asking.see(asking.open("temporary_permit"))["days_allowed"] == 90
    assert asking.see(asking.open("temporary_permit", days_allowed=45))["days_allowed"] == 45


def test_the_days_of_a_supplement_are_not_counted_its_first_and_last_included(asking):
    asked = asking.filed("rapid_confirmation", days_ago=20)
    seen = asking.steps(asked, ("supplement_asked", 15, {"words": "시험성적서", "reply_by": ago(5).isoformat()}))
    assert (seen["state"], seen["overdue_days"], seen["days_left"]) == ("supplement", 5, -5), "ours is late"
    promised = seen["due_if_supplied"]
    assert promised == (TODAY + timedelta(days=10 + 16)).isoformat()
    seen = asking.steps(asked, ("supplied", 0, {}))
    assert (seen["state"], seen["due_on"], seen["overdue_days"]) == ("filed", promised, 0)
    seen = asking.steps(asked, ("supplement_asked", 0, {"words": "더"}), ("supplied", 0, {}))
    assert seen["due_on"] == promised, "a day is not taken out twice"


def test_a_deadline_that_had_passed_stays_passed_whatever_is_supplied(asking):
    asked = asking.filed("rapid_confirmation", days_ago=50)
    seen = asking.steps(asked, ("supplement_asked", 10, {"words": "보완"}), ("supplied", 1, {}))
    assert (seen["due_on"], seen["overdue_days"]) == (ago(20).isoformat(), 20)


def test_an_answer_needs_its_document_and_a_permit_its_end(asking):
    asked = asking.filed()
    bare = asking.step(asked, "answered", outcome="refused")
    assert (bare.status_code, bare.json()["fields"][0]["field"]) == (422, "document")
    endless = asking.step(asked, "answered", outcome="permitted", document=LETTER)
    assert (endless.status_code, endless.json()["fields"][0]["field"]) == (422, "valid_until")
    unsaid = asking.step(asked, "answered", outcome="permitted_conditionally", document=LETTER)
    assert unsaid.status_code == 422
    assert asking.see(asked)["steps"][-1]["kind"] == "filed", "nothing of these stayed"


def test_an_answer_is_confirmed_by_somebody_else_who_has_seen_its_document(asking):
    asked = asking.filed()
    body = {"outcome": "no_regulation", "document": LETTER}
    asking.steps(asked, ("answered", 0, body), client=asking.planner)
    assert asking.see(asked)["standing"] == "unconfirmed"
    assert asking.confirm(asked, client=asking.planner).status_code == 403, "who entered it"
    assert asking.confirm(asked, client=asking.team).status_code == 403, "who wants it"
    unseen = asking.step(asked, "confirmed", client=asking.manager, seen_sha256="0" * 64)
    assert unseen.status_code == 412
    assert asking.confirm(asked).status_code == 200
    seen = asking.see(asked)
    assert (seen["standing"], seen["confirmed_by"], seen["valid_until"]) == ("in_force", "fund_manager", None)
    assert asking.step(asked, "reopened", words="다시").status_code == 409, "what was confirmed stands"


def test_an_answer_entered_wrong_is_reopened_and_stays_in_the_history(asking):
    asked = asking.answered("refused")
    seen = asking.steps(asked, ("reopened", 0, {"words": "다른 과제의 회신이었다."}))
    assert (seen["state"], seen["outcome"], seen["answer_sha256"]) == ("filed", None, None)
    assert [step["kind"] for step in seen["steps"]] == ["filed", "answered", "reopened"]


@pytest.mark.parametrize(
    ("kind", "said", "status"),
    [
        ("supplied", {}, 409),
        ("filed", {}, 409),
        ("confirmed", {"seen_sha256": "0" * 64}, 409),
        ("answered", {}, 422),
        ("documented", {"outcome": "refused", "document": LETTER}, 422),
        ("withdrawn", {}, 422),
        ("supplement_asked", {"words": "x", "reply_by": "2020-01-01"}, 422),
    ],
)
def test_a_step_that_does_not_lead_on_or_lacks_something_is_refused(asking, kind, said, status):
    assert asking.step(asking.filed(), kind, **said).status_code == status


def test_days_of_steps_lie_neither_ahead_nor_before_the_step_before(asking):
    asked = asking.filed(days_ago=5)
    assert asking.step(asked, "withdrawn", words="x", days_ago=-1).status_code == 422
    assert asking.step(asked, "withdrawn", words="x", days_ago=6).status_code == 422
    assert asking.step(asked, "withdrawn", words="x", days_ago=5).status_code == 200
    assert asking.see(asked)["may_take"] == []


def test_a_draft_is_edited_and_what_was_filed_is_not(asking):
    asked = asking.open()
    body = {"kind": "rapid_confirmation", "authority": "환경부", "rule": "법", "question": "묻는다."}
    put = asking.planner.put(f"/consultations/{asked}", json=body, headers={"If-Match": '"1"'})
    assert (put.status_code, put.json()["days_allowed"]) == (200, 30)
    assert asking.planner.put(f"/consultations/{asked}", json=body, headers={"If-Match": '"1"'}).status_code == 412
    assert asking.manager.put(f"/consultations/{asked}", json=body, headers={"If-Match": '"2"'}).status_code == 403
    asking.steps(asked, ("filed", 0, {}))
    assert asking.planner.put(f"/consultations/{asked}", json=body, headers={"If-Match": '"3"'}).status_code == 409


def test_consultations_are_seen_by_their_own_and_by_planners_fund_and_auditors(asking, client_for):
    asked = asking.answered()
    for client in (asking.team, asking.planner, asking.manager, client_for(Role.AUDITOR)):
        assert client.get(f"/consultations/{asked}").status_code == 200
        assert len(client.get(f"/projects/{asking.project.id}").json()["consultations"]) == 1
    document = f"/consultations/{asked}/steps/{asking.see(asked)['steps'][-1]['id']}/document"
    assert asking.team.get(document).content.decode() == "적용되는 규제가 없습니다."
    for path in (f"/consultations/{asked}", document):
        assert asking.stranger.get(path).status_code == 404
    assert asking.stranger.get("/consultations?which=all").json()["items"] == []
    assert asking.stranger.get(f"/projects/{asking.project.id}").json()["consultations"] == []
    body = {"kind": "temporary_permit", "authority": "환경부", "rule": "법", "question": "묻는다."}
    assert asking.stranger.post(f"/projects/{asking.project.id}/consultations", json=body).status_code == 404
    assert asking.step(asked, "documented", client=asking.stranger, document=LETTER).status_code == 404
    assert asking.step(asked, "documented", client=asking.manager, document=LETTER).status_code == 409
    for role in (Role.INVESTOR, Role.COMMITTEE_MEMBER, Role.ADMINISTRATOR):
        assert client_for(role).get("/consultations").status_code == 403
    assert client_for(Role.INVESTOR).get(f"/projects/{asking.project.id}").json()["consultations"] == []


def test_no_consultation_is_opened_beside_a_project_that_has_ended(asking, owner):
    with owner.begin() as connection:
        connection.execute(sa.text("UPDATE rnd_project SET state = 'completed'"))
    body = {"kind": "temporary_permit", "authority": "환경부", "rule": "법", "question": "묻는다."}
    assert asking.team.post(f"/projects/{asking.project.id}/consultations", json=body).status_code == 409


def test_the_same_request_again_takes_one_step(asking):
    asked, key = asking.open(), keyed()
    body = {"kind": "filed", "on_day": TODAY.isoformat()}
    answers = [asking.team.post(f"/consultations/{asked}/steps", json=body, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(asking.see(asked)["steps"]) == 1


@pytest.mark.parametrize("file", ["csv", "xlsx"])
def test_the_list_is_downloaded_as_a_table(asking, file):
    asking.filed("rapid_confirmation", days_ago=40)
    answer = asking.planner.get("/consultations/export", params={"format": file})
    assert answer.status_code == 200
    if file == "csv":
        assert "신속확인" in answer.text


STEP = (
    "INSERT INTO consultation_step (id, recorded_at, consultation_id, number, kind, on_day, person_id, words) SELECT "
)
MADE = "gen_random_uuid(), now(), c.id"
FORGERIES = {
    "consultation_as_its_steps_say": "UPDATE consultation SET state = 'answered', outcome = 'permitted'",
    "consultation_step_leads_on": f"{STEP} {MADE}, 2, 'supplied', filed_on, opened_by_id, 'x' FROM consultation c",
    "consultation_step_follows": f"{STEP} {MADE}, 9, 'withdrawn', filed_on, opened_by_id, 'x' FROM consultation c",
    "consultation_step_by_its_own": f"{STEP} {MADE}, 2, 'withdrawn', c.filed_on, p.id, 'x' "
    "FROM consultation c, person p WHERE p.email = 'stranger@example.org'",
    "consultation_document_as_named": "INSERT INTO consultation_content (id, recorded_at, step_id, content) "
    "SELECT gen_random_uuid(), now(), id, 'x' FROM consultation_step",
}


@pytest.mark.parametrize("rule", sorted(FORGERIES))
def test_the_database_refuses_what_the_service_would(asking, owner, rule):
    asking.filed()
    with pytest.raises(DBAPIError) as caught, owner.begin() as connection:
        connection.execute(sa.text(FORGERIES[rule]))
    assert caught.value.orig.diag.constraint_name == rule


@pytest.mark.parametrize(
    "statement",
    ["UPDATE consultation_step SET words = 'x'", "DELETE FROM consultation_step", "DELETE FROM consultation"],
)
def test_history_is_neither_changed_nor_removed(asking, owner, statement):
    asking.filed()
    with pytest.raises(DBAPIError), owner.begin() as connection:
        connection.execute(sa.text(statement))


def test_the_database_lets_nobody_confirm_their_own_answer_under_another_account(asking, owner, people):
    asked = asking.answered()
    with owner.begin() as connection:
        connection.execute(sa.text("ALTER TABLE person DISABLE TRIGGER USER"))
        same = {"one": people[Role.FUND_MANAGER].id, "other": people[Role.PROJECT_TEAM].id}
        connection.execute(
            sa.text("UPDATE person SET human_id = (SELECT human_id FROM person WHERE id = :other) WHERE id = :one"),
            same,
        )
        connection.execute(sa.text("ALTER TABLE person ENABLE TRIGGER USER"))
    assert asking.confirm(asked, client=asking.manager).status_code == 403
    insert = (
        f"{STEP.replace('words', 'seen_sha256')} {MADE}, 3, 'confirmed', s.on_day, :one, s.sha256 "
        "FROM consultation c JOIN consultation_step s ON s.consultation_id = c.id AND s.kind = 'answered'"
    )
    with pytest.raises(DBAPIError) as caught, owner.begin() as connection:
        connection.execute(sa.text(insert), {"one": people[Role.FUND_MANAGER].id})
    assert caught.value.orig.diag.constraint_name == "consultation_confirmed_by_another"
