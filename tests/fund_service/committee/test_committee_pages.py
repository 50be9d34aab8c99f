import csv
import io
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest
from pypdf import PdfReader

from fund_service import locales
from fund_service.operations import OPERATIONS
from models.clock import business_date, utc_now
from models.deal import DealStage
from models.person import Role
from tests.fund_service.page_reading import Reading, faults_of

HTML = {"Accept": "text/html"}
ID = str(uuid4())
TODAY = business_date(utc_now())
ROUTES = {
    "list_meetings": ("GET", "/committee"), "export_meetings": ("GET", "/committee/export"),
    "create_meeting": ("POST", "/committee/meetings"), "new_meeting_page": ("GET", "/committee/meetings/new"),
    "submit_meeting": ("POST", "/committee/meetings/new"), "read_meeting": ("GET", f"/committee/meetings/{ID}"),
    "update_meeting": ("PUT", f"/committee/meetings/{ID}"),
    "edit_meeting_page": ("GET", f"/committee/meetings/{ID}/edit"),
    "submit_meeting_edit": ("POST", f"/committee/meetings/{ID}/edit"),
    "set_agenda": ("PUT", f"/committee/meetings/{ID}/agenda"),
    "agenda_page": ("GET", f"/committee/meetings/{ID}/agenda/edit"),
    "submit_agenda": ("POST", f"/committee/meetings/{ID}/agenda/edit"),
    "open_meeting": ("POST", f"/committee/meetings/{ID}/open"),
    "close_meeting": ("POST", f"/committee/meetings/{ID}/close"),
    "cancel_meeting": ("POST", f"/committee/meetings/{ID}/cancel"),
    "cancelling_page": ("GET", f"/committee/meetings/{ID}/cancelling"),
    "submit_cancelling": ("POST", f"/committee/meetings/{ID}/cancelling"),
    "close_vote": ("POST", f"/committee/items/{ID}/close-vote"),
    "submit_vote_closing": ("POST", f"/committee/items/{ID}/closing"),
    "submit_opening": ("POST", f"/committee/meetings/{ID}/opening"),
    "submit_closing": ("POST", f"/committee/meetings/{ID}/closing"),
    "export_minutes": ("GET", f"/committee/meetings/{ID}/minutes"),
    "read_agenda_item": ("GET", f"/committee/items/{ID}"), "cast_vote": ("POST", f"/committee/items/{ID}/votes"),
    "submit_vote": ("POST", f"/committee/items/{ID}/vote"), "decide_item": ("POST", f"/committee/items/{ID}/decision"),
    "decision_page": ("GET", f"/committee/items/{ID}/deciding"),
    "submit_decision": ("POST", f"/committee/items/{ID}/deciding"),
    "relist_item": ("POST", f"/committee/items/{ID}/relist"),
    "submit_relisting": ("POST", f"/committee/items/{ID}/relisting"),
    "meet_condition": ("POST", f"/committee/conditions/{ID}/met"),
    "submit_evidence": ("POST", f"/committee/conditions/{ID}/evidence"),
    "read_deal_committee": ("GET", f"/deals/{ID}/committee"), "list_interests": ("GET", "/committee/interests"),
    "export_interests": ("GET", "/committee/interests/export"), "declare_interest": ("POST", "/committee/interests"),
    "new_interest_page": ("GET", "/committee/interests/new"), "submit_interest": ("POST", "/committee/interests/new"),
    "end_interest": ("POST", f"/committee/interests/{ID}/end"),
    "submit_interest_end": ("POST", f"/committee/interests/{ID}/ending"), "list_flags": ("GET", "/committee/flags"),
    "export_flags": ("GET", "/committee/flags/export"), "read_flag": ("GET", f"/committee/flags/{ID}"),
    "resolve_flag": ("POST", f"/committee/flags/{ID}/resolution"),
    "submit_resolution": ("POST", f"/committee/flags/{ID}/resolving"),
}  # fmt: skip


@pytest.mark.parametrize("role", [None, *Role], ids=str)
def test_a_role_may_do_what_the_table_says_and_nothing_else(client_for, role):
    client = client_for(role)
    for operation, (method, address) in ROUTES.items():
        answer = client.request(method, address, headers={"If-Match": '"1"'}, follow_redirects=False)
        if role is None:
            assert answer.status_code == 401, operation
        elif role in OPERATIONS[operation]:
            assert answer.status_code in {200, 400, 404, 422}, f"{operation}: {answer.status_code}"
        else:
            assert answer.status_code == 403, f"{operation}: {answer.status_code}"


def field_of(page, name):
    return next(attributes["value"] for attributes, _ in page.of("input") if attributes.get("name") == name)


@pytest.fixture
def deal(room):
    return room.make_deal()


@pytest.fixture
def decided(room, company):
    """A closed meeting with an approval on a condition, a rejection and an item put off; a vote flagged since."""
    meeting = room.open_meeting(
        room.make_deal(title_ko="승인 건", title_en="Approved deal"), room.make_deal(), room.make_deal()
    )
    first, second, third = meeting["items"]
    body = {"kind": "family", "organisation_id": str(company.id), "known_on": TODAY.isoformat(), "words": "동생"}
    for voter in room.voters:
        assert room.vote(voter, first, words="=1+1").status_code == 201
        assert room.vote(voter, second, "against").status_code == 201
    assert room.decide(room.manager, first, conditions=["이사회 결의서"]).status_code == 200
    assert room.decide(room.manager, second, "rejected", decline_reason="market").status_code == 200
    assert room.voters[1].post("/committee/interests", json=body, headers=room.keyed()).status_code == 201
    assert room.decide(room.manager, third, "deferred").status_code == 200
    closed = room.manager.post(f"/committee/meetings/{meeting['id']}/close", headers=room.keyed())
    assert closed.status_code == 200, closed.text
    return closed.json()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_is_well_made_in_both_languages(room, decided, language, client_for):
    pending = room.open_meeting(room.make_deal(), title="제2차 회의")
    flag = room.manager.get("/committee/flags").json()["items"][0]
    item, closed = pending["items"][0], decided["items"][0]
    pages = [
        "/committee", f"/committee/meetings/{decided['id']}", f"/committee/meetings/{pending['id']}",
        f"/committee/items/{item['id']}", f"/committee/items/{closed['id']}", f"/committee/items/{item['id']}/deciding",
        f"/committee/items/{closed['id']}/deciding",
        "/committee/meetings/new", f"/committee/meetings/{pending['id']}/edit",
        f"/committee/meetings/{pending['id']}/cancelling",
        f"/committee/meetings/{pending['id']}/agenda/edit", "/committee/interests", "/committee/interests/new",
        "/committee/flags", "/committee/flags?resolved=true", f"/committee/flags/{flag['id']}",
        f"/deals/{closed['deal']['id']}/committee", f"/deals/{item['deal']['id']}/committee",
    ]  # fmt: skip
    for address in pages:
        for reader in (room.manager, room.voters[0], room.voters[1], client_for(Role.AUDITOR)):
            answer = reader.get(address, headers=HTML, params={"lang": language})
            if answer.status_code != 403:
                assert answer.status_code == 200, (address, answer.text)
                assert faults_of(answer.text, language=language) == [], address


@pytest.mark.parametrize("language", ["ko", "en"])
def test_pages_without_entries_say_what_to_do(room, language):
    deal = room.make_deal(DealStage.SCREENING)
    for address in ("/committee", "/committee/interests", "/committee/flags", f"/deals/{deal.id}/committee"):
        answer = room.manager.get(address, headers=HTML, params={"lang": language})
        assert 'class="empty"' in answer.text, address
        assert faults_of(answer.text, language=language) == [], address


def test_the_menu_leads_to_the_committee(client_for):
    assert 'href="/committee"' in client_for(Role.AUDITOR).get("/committee", headers=HTML).text
    assert 'href="/committee"' not in client_for(Role.PLANNER).get("/", headers=HTML).text


def test_a_meeting_is_called_listed_voted_on_and_decided_by_forms(room, deal):
    """All of it over pages, as people do it."""
    other = room.make_deal()
    typed = {
        "title": "제3차", "meets_at": "2026-12-01T14:00", "place": "", "chair_id": str(room.members[0].id),
        "member_ids": [str(member.id) for member in room.members[:3]], "quorum_bp": "5,001", "approval_bp": "6667",
    }  # fmt: skip
    called = room.manager.post("/committee/meetings/new", data=typed, follow_redirects=False)
    assert called.status_code == 303, called.text
    address = called.headers["Location"]
    assert room.manager.get(address).json()["meets_at"] == "2026-12-01T05:00:00Z"
    form = room.manager.get(f"{address}/agenda/edit").json()
    places = {f"place-{other.id}": "1", f"place-{deal.id}": "2"}
    listed = room.manager.post(
        f"{address}/agenda/edit", data={"version": form["version"], **places}, follow_redirects=False
    )
    assert listed.status_code == 303, listed.text
    first, second = room.manager.get(address).json()["items"]
    assert (first["deal"]["id"], second["deal"]["id"]) == (str(other.id), str(deal.id))
    opening = Reading(room.manager.get(address, headers=HTML).text)
    key = {"idempotency_key": field_of(opening, "idempotency_key")}
    assert room.manager.post(f"{address}/opening", data=key, follow_redirects=False).status_code == 303
    assert room.manager.post(f"{address}/opening", data=key, follow_redirects=False).status_code == 303, "once"
    waiting = room.voters[0].get("/committee").json()["my_votes"]
    assert [vote["item_id"] for vote in waiting] == [first["id"], second["id"]]
    for voter in room.voters[:3]:
        page = Reading(voter.get(f"/committee/items/{first['id']}", headers=HTML).text)
        data = {name: field_of(page, name) for name in ("idempotency_key", "terms_digest")}
        refused = voter.post(f"/committee/items/{first['id']}/vote", data=data | {"words": "좋다"}, headers=HTML)
        assert refused.status_code == 422
        assert "좋다" in refused.text
        assert faults_of(refused.text, language="ko") == []
        cast = voter.post(f"/committee/items/{first['id']}/vote", data=data | {"choice": "for"}, follow_redirects=False)
        assert (cast.status_code, cast.headers["Location"]) == (303, address)
    page = Reading(room.manager.get(f"/committee/items/{first['id']}/deciding", headers=HTML).text)
    data = {name: field_of(page, name) for name in ("idempotency_key", "terms_digest")}
    data |= {"outcome": "approved", "decline_reason": "", "conditions": "담보 설정\r\n\r\n 이사회 결의 "}
    missing = room.manager.post(f"/committee/items/{first['id']}/deciding", data=data | {"words": ""}, headers=HTML)
    assert (missing.status_code, faults_of(missing.text, language="ko")) == (422, [])
    decided = room.manager.post(
        f"/committee/items/{first['id']}/deciding", data=data | {"words": "좋다"}, follow_redirects=False
    )
    assert decided.status_code == 303, decided.text
    [first, second] = room.manager.get(address).json()["items"]
    assert (first["state"], [condition["words"] for condition in first["conditions"]]) == (
        "approved", ["담보 설정", "이사회 결의"],
    )  # fmt: skip
    tab = Reading(room.manager.get(f"/deals/{other.id}/committee", headers=HTML).text)
    evidence = {"idempotency_key": field_of(tab, "idempotency_key"), "evidence_document_id": ""}
    condition = f"/committee/conditions/{first['conditions'][0]['id']}/evidence"
    again = room.manager.post(condition, data=evidence, headers=HTML)
    assert (again.status_code, faults_of(again.text, language="ko")) == (422, [])
    evidence["evidence_document_id"] = room.manager.get(f"/deals/{other.id}/committee").json()["documents"][0]["code"]
    met = room.manager.post(condition, data=evidence, follow_redirects=False)
    assert (met.status_code, met.headers["Location"]) == (303, f"/deals/{other.id}/committee")


def test_an_interest_is_declared_ended_and_a_flag_resolved_by_forms(room, decided, company, make_organisation):
    typed = {"kind": "employer", "organisation": "없는 회사", "known_on": TODAY.isoformat(), "ends_on": "",
             "words": "자문", "idempotency_key": "k"}  # fmt: skip
    refused = room.voters[2].post("/committee/interests/new", data=typed, headers=HTML)
    assert (refused.status_code, faults_of(refused.text, language="ko")) == (422, [])
    assert "자문" in refused.text
    early = {"known_on": (TODAY - timedelta(days=30)).isoformat(), "organisation": company.name_ko}
    declared = room.voters[2].post("/committee/interests/new", data=typed | early, follow_redirects=False)
    assert declared.status_code == 303, declared.text
    [interest] = room.voters[2].get("/committee/interests").json()["items"]
    assert (interest["flags"], interest["whole_group"]) == (2, True)
    ended = room.voters[2].post(
        f"/committee/interests/{interest['id']}/ending", data={"idempotency_key": "e"}, follow_redirects=False
    )
    assert ended.status_code == 303
    flag = room.voters[0].get("/committee/flags").json()["items"][0]
    address = f"/committee/flags/{flag['id']}/resolving"
    empty = room.voters[0].post(address, data={"resolution": "", "idempotency_key": "r"}, headers=HTML)
    assert (empty.status_code, faults_of(empty.text, language="ko")) == (422, [])
    found = {"resolution": "문제없다.", "idempotency_key": "r"}
    assert room.voters[0].post(address, data=found, follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"meets_at": "tomorrow"}, "meets_at"), ({"meets_at": "2026-12-01"}, "meets_at"),
        ({"meets_at": "0001-01-01T00:00"}, "meets_at"), ({"quorum_bp": "0"}, "quorum_bp"),
        ({"approval_bp": "10001"}, "approval_bp"), ({"member_ids": []}, "member_ids"), ({"chair_id": ID}, "chair_id"),
        ({"title": ""}, "title"), ({"state": "open"}, "state"),
    ],
)  # fmt: skip
def test_what_was_typed_of_a_meeting_is_kept_beside_what_is_at_fault(room, changes, field):
    typed = {
        "title": "제3차", "meets_at": "2026-12-01T14:00", "place": "서울", "chair_id": str(room.members[0].id),
        "member_ids": [str(member.id) for member in room.members], "quorum_bp": "5001", "approval_bp": "6667",
    }  # fmt: skip
    answer = room.manager.post("/committee/meetings/new", data=typed | changes)
    assert answer.status_code == 422, answer.text
    assert list(answer.json()["faults"]) == [field]
    assert answer.json()["values"]["place"] == "서울"


@pytest.mark.parametrize(
    ("places", "status"), [({"x": "1"}, 422), ({f"place-{ID}": "first"}, 422), ({f"place-{ID}": "1"}, 422)]
)
def test_an_agenda_with_a_place_that_cannot_be_is_shown_again(room, places, status):
    meeting = room.call_meeting()
    answer = room.manager.post(f"/committee/meetings/{meeting['id']}/agenda/edit", data={"version": "1", **places})
    assert answer.status_code == status
    assert answer.json()["faults"]


def test_a_meeting_is_edited_only_from_its_version_and_only_before_it_opens(room, deal):
    meeting = room.call_meeting()
    address = f"/committee/meetings/{meeting['id']}"
    body = {"title": "연기", "meets_at": "2026-12-02T10:00:00+09:00", "chair_id": str(room.members[0].id),
            "member_ids": [str(room.members[0].id)]}  # fmt: skip
    assert room.manager.put(address, json=body).status_code == 428
    edited = room.manager.put(address, json=body, headers={"If-Match": '"1"'})
    assert (edited.status_code, edited.json()["members"]) == (200, ["위원 0"])
    assert room.manager.put(address, json=body, headers={"If-Match": '"1"'}).status_code == 412
    assert room.manager.post(f"{address}/open", headers=room.keyed()).status_code == 409, "nothing is listed"
    listed = room.manager.put(f"{address}/agenda", json={"deal_ids": [str(deal.id)]}, headers={"If-Match": '"2"'})
    assert listed.status_code == 200
    assert room.manager.post(f"{address}/open", headers=room.keyed()).status_code == 200
    assert room.manager.put(address, json=body, headers={"If-Match": '"4"'}).status_code == 409
    assert room.manager.put(f"{address}/agenda", json={"deal_ids": []}, headers={"If-Match": '"4"'}).status_code == 409


def test_a_deal_waits_on_one_agenda_and_only_from_the_committee_s_stage(room, deal):
    room.open_meeting(deal)
    other = room.call_meeting()
    address, version = f"/committee/meetings/{other['id']}/agenda", {"If-Match": '"1"'}
    assert room.manager.put(address, json={"deal_ids": [str(deal.id)]}, headers=version).status_code == 409
    early = room.make_deal(DealStage.DUE_DILIGENCE)
    assert room.manager.put(address, json={"deal_ids": [str(early.id)]}, headers=version).status_code == 422
    twice = [str(room.make_deal().id)] * 2
    assert room.manager.put(address, json={"deal_ids": twice}, headers=version).status_code == 422


def test_the_lead_of_a_listed_deal_neither_opens_nor_closes_the_meeting(room, deal, client_for):
    meeting = room.call_meeting()
    address = f"/committee/meetings/{meeting['id']}"
    room.manager.put(f"{address}/agenda", json={"deal_ids": [str(deal.id)]}, headers={"If-Match": '"1"'})
    lead = client_for(Role.FUND_MANAGER)
    assert not lead.get(address).json()["may_preside"]
    assert lead.post(f"{address}/open", headers=room.keyed()).status_code == 403
    assert room.voters[1].post(f"{address}/open", headers=room.keyed()).status_code == 403
    assert room.voters[0].post(f"{address}/open", headers=room.keyed()).status_code == 200


class TestMinutes:
    """Minutes as files: attendance, recusals and reasons, votes, decisions, conditions."""

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("ko", ["투자심의위원회 의사록", "승인 건", "찬성", "이사회 결의서", "가족 관계: 가람소재", "위원 4"]),
            (
                "en",
                ["Minutes of the investment committee", "Approved deal", "For", "이사회 결의서", "Family: 가람소재"],
            ),
        ],
    )
    def test_the_pdf_says_it_in_both_languages(self, decided, client_for, language, said):
        address = f"/committee/meetings/{decided['id']}/minutes"
        answer = client_for(Role.AUDITOR).get(address, params={"lang": language})
        assert answer.headers["Content-Type"] == "application/pdf"
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
        flat = " ".join(text.split())
        assert [words for words in said if words not in flat] == []
        again = client_for(Role.AUDITOR).get(address, params={"lang": language})
        assert again.content == answer.content, "the same minutes give the same bytes"

    def test_the_tables_have_a_row_for_each_member_and_item_and_no_formula(self, room, decided):
        address = f"/committee/meetings/{decided['id']}/minutes"
        answer = room.manager.get(address, params={"format": "csv"})
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert len(rows) == 15
        assert (rows[0][locales.gettext("Deal")], rows[0]["내용"]) == ("승인 건", "'=1+1")
        recused = [row for row in rows if row["회피 사유"]]
        assert [row["위원"] for row in recused] == ["위원 1"], "only from the item decided after the declaration"
        sheet = openpyxl.load_workbook(io.BytesIO(room.manager.get(address, params={"format": "xlsx"}).content)).active
        assert sheet.max_row == 16
        assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}

    def test_minutes_before_the_end_are_a_draft_that_tells_no_vote(self, room, deal):
        meeting = room.open_meeting(deal)
        room.vote(room.voters[0], meeting["items"][0], "against", words="비밀")
        address = f"/committee/meetings/{meeting['id']}/minutes"
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(room.voters[0].get(address).content)).pages)
        assert "초안" in text
        assert "비밀" not in text


@pytest.mark.parametrize("name", ["meetings", "interests", "flags"])
def test_every_list_comes_as_a_table(decided, client_for, name):
    address = "/committee/export" if name == "meetings" else f"/committee/{name}/export"
    answer = client_for(Role.AUDITOR).get(address, params={"format": "csv"})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == {"meetings": 2, "interests": 2, "flags": 3}[name]
    workbook = client_for(Role.AUDITOR).get(address)
    assert workbook.headers["Content-Disposition"].startswith(f'attachment; filename="{name}-20')


def test_the_number_of_statements_does_not_grow(room, decided, statements, store, company):
    def count(client, address):
        with statements() as made:
            assert client.get(address).status_code == 200
        return len(made)

    [item] = room.open_meeting(room.make_deal())["items"]
    small = f"/committee/meetings/{item['meeting_id']}"
    deal = decided["items"][0]["deal"]["id"]
    lists = ("/committee", "/committee/interests", "/committee/flags", "/committee/export", f"/deals/{deal}/committee")
    before = [count(room.voters[0], address) for address in (small, *lists)]
    large = room.open_meeting(*(room.make_deal() for _ in range(6)), title="큰 회의")
    for one in large["items"]:
        for voter in room.voters[2:]:
            room.vote(voter, one)
    body = {"kind": "family", "organisation_id": str(company.id), "known_on": "2026-01-01", "words": "동생"}
    for voter in (room.voters[3], room.voters[4]):
        assert voter.post("/committee/interests", json=body, headers=room.keyed()).status_code == 201
    after = [count(room.voters[0], address) for address in (f"/committee/meetings/{large['id']}", *lists)]
    assert after == before
    assert max(after) <= 25
