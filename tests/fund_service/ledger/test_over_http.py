"""The ledger over HTTP: exact won, business dates, closed bodies, immutable entries, keys, lists and exports."""

import io
from datetime import UTC, datetime
from unittest import mock

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, func, select

from models.clock import business_date, utc_now
from models.instruction import Instruction
from models.instruction import InstructionKind as K
from models.person import Role

EOK = 100_000_000
MOST_STATEMENTS_HELD = 11
"""Statements of a deal's commitment from the lock of the ledger on, the commit apart."""


@pytest.fixture
def maker(funded, client_of):
    return client_of(funded.maker)


@pytest.fixture
def checker(funded, client_of):
    return client_of(funded.checkers[0])


def asking(fund, **changed):
    return {
        "kind": "envelope_budget",
        "envelope_id": str(fund.spare.id),
        "amount_krw": 5,
        "words": "추가 배정",
        **changed,
    }


def make(client, body, key="k-1"):
    return client.post("/ledger/instructions", json=body, headers={"Idempotency-Key": key})


def count(fund):
    with Session(fund.engine) as session:
        return session.exec(select(func.count()).select_from(Instruction)).one()


@pytest.mark.parametrize("amount", [1.5, True, "1", 1e3, 2**63, 2**53, -1, 0, None, [], "1,000", 10**30, float("1e17")])
def test_only_whole_won_are_asked_for(funded, maker, amount):
    before = count(funded)
    assert make(maker, asking(funded, amount_krw=amount)).status_code in {400, 422}
    assert count(funded) == before


@pytest.mark.parametrize("written", ["1.0", "1e3", "NaN", "1E400", "0x10", "-0.0"])
def test_only_whole_won_are_read(funded, maker, written):
    body = f'{{"kind":"envelope_budget","envelope_id":"{funded.envelope.id}","amount_krw":{written},"words":"x"}}'
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    assert maker.post("/ledger/instructions", content=body, headers=headers).status_code in {400, 422}


@pytest.mark.parametrize(
    "name", ["id", "made_by_id", "state", "checks_needed", "terms_digest", "recorded_at", "resolved_by_id", "version"]
)
def test_nothing_is_set_that_was_not_offered(funded, maker, name):
    before = count(funded)
    assert make(maker, asking(funded, **{name: str(funded.maker.id)})).status_code == 400
    assert make(maker, asking(funded, terms={name: 1})).status_code == 400
    assert count(funded) == before


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "settlement"}, "kind"),
        ({"kind": "nonsense"}, "kind"),
        ({"envelope_id": None}, "envelope_id"),
        ({"envelope_id": "01a00000-0000-7000-8000-000000000000"}, "envelope_id"),
        ({"deal_id": "01a00000-0000-7000-8000-000000000000"}, "deal_id"),
        ({"words": ""}, "words"),
        ({"words": "a\x00b"}, "words"),
        ({"effective_on": "2026-01-04"}, "effective_on"),
        ({"effective_on": "2099-01-01"}, "effective_on"),
        ({"effective_on": 5}, "effective_on"),
        ({"kind": "vehicle_commitment", "terms": {}}, "terms.child_id"),
        ({"kind": "capital_call", "terms": {"due_on": "2026-13-01", "items": []}}, "terms.due_on"),
    ],
)
def test_a_refusal_names_the_field(funded, maker, changed, field):
    answer = make(maker, asking(funded, **changed))
    assert answer.status_code in {400, 422}
    assert field in {fault["field"] for fault in answer.json()["fields"]}


def test_money_that_is_not_there_is_said_in_words(funded, maker):
    body = {
        "kind": "vehicle_commitment",
        "vehicle_id": str(funded.mother.id),
        "amount_krw": 1_000 * EOK,
        "words": "증액",
        "terms": {"child_id": str(funded.direct.id)},
    }
    answer = make(maker, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "money_not_there")
    assert "모펀드" in answer.json()["detail"]
    assert "20,000,000,000" in answer.json()["detail"]


def test_the_same_request_is_made_once(funded, maker, client_of):
    before = count(funded)
    first, again = (make(maker, asking(funded)) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first.headers["location"] == again.headers["location"] == f"/ledger/instructions/{first.json()['id']}"
    assert make(maker, asking(funded, amount_krw=6)).status_code == 422
    assert make(client_of(funded.checkers[0]), asking(funded)).status_code == 201
    assert maker.post("/ledger/instructions", json=asking(funded)).status_code == 400
    assert count(funded) == before + 2


def test_a_write_is_answered_with_what_a_program_goes_on_with(funded, maker, checker, statements):
    """The whole view is read at its own address: to put it together would hold the ledger for as long."""
    asked = make(maker, asking(funded)).json()
    assert asked == {
        "id": asked["id"], "kind": "envelope_budget", "state": "pending", "amount_krw": 5,
        "effective_on": business_date(utc_now()).isoformat(), "terms_digest": asked["terms_digest"],
        "checks_needed": 1, "checks_given": 0, "entry_id": None, "entry_number": None, "resolved_at": None,
        "void_reason": None,
    }  # fmt: skip
    path, body = f"/ledger/instructions/{asked['id']}", {"terms_digest": asked["terms_digest"]}
    checked = checker.post(f"{path}/check", json=body, headers={"Idempotency-Key": "c"}).json()
    view = maker.get(path).json()
    assert checked == {name: view[name] for name in asked}
    assert (checked["state"], checked["checks_given"], checked["entry_number"]) == ("posted", 1, 4)
    other = make(maker, asking(funded), "k-2").json()
    void = {"json": {"reason": "오기"}, "headers": {"Idempotency-Key": "v"}}
    voided = checker.post(f"/ledger/instructions/{other['id']}/void", **void).json()
    assert voided == {
        name: value for name, value in maker.get(f"/ledger/instructions/{other['id']}").json().items() if name in asked
    }
    assert (voided["state"], voided["void_reason"]) == ("void", "오기")


def test_little_is_done_while_the_ledger_is_held(funded, checker, statements):
    """Everybody who posts waits for whoever holds the tip: what can be done before that is."""
    deal = funded.deal(EOK)
    asked = funded.make(
        K.DEAL_COMMITMENT, EOK, deal_id=deal.id, terms={"tranches": [{"milestone": "x", "amount_krw": EOK}]}
    )
    path, body = f"/ledger/instructions/{asked.id}/check", {"terms_digest": asked.terms_digest}
    with statements() as made:
        assert checker.post(path, json=body, headers={"Idempotency-Key": "c"}).json()["state"] == "posted"
    [held] = [at for at, statement in enumerate(made) if "FROM ledger_tip" in statement]
    assert len(made) - held <= MOST_STATEMENTS_HELD


def test_a_check_comes_twice_and_posts_once(funded, maker, checker):
    asked = make(maker, asking(funded)).json()
    body = {"json": {"terms_digest": asked["terms_digest"]}, "headers": {"Idempotency-Key": "c-1"}}
    first, again = (checker.post(f"/ledger/instructions/{asked['id']}/check", **body) for _ in range(2))
    assert first.status_code == 200
    assert first.content == again.content
    assert funded.balance("envelope_available") == 600 * EOK + 5


def test_the_business_date_is_that_of_seoul(funded, maker):
    moment = datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
    with (
        mock.patch("fund_service.ledger.controller.utc_now", return_value=moment),
    ):
        asked = make(maker, asking(funded)).json()
    assert asked["effective_on"] == "2027-01-01"
    assert maker.get(f"/ledger/instructions/{asked['id']}").json()["recorded_at"] == "2026-12-31T15:00:00Z"


def test_numbers_rise_without_gaps_whatever_the_clock(funded, maker, checker):
    for hour, key in ((12, "a"), (9, "b"), (11, "c")):
        moment = datetime(2026, 11, 20, hour, tzinfo=UTC)
        with (
            mock.patch("fund_service.ledger.controller.utc_now", return_value=moment),
            mock.patch("fund_service.ledger.resolving_controller.utc_now", return_value=moment),
        ):
            asked = make(maker, asking(funded), key).json()
            checker.post(
                f"/ledger/instructions/{asked['id']}/check",
                json={"terms_digest": asked["terms_digest"]},
                headers={"Idempotency-Key": key},
            )
    numbers = [entry["number"] for entry in maker.get("/ledger/entries").json()["items"]]
    assert numbers == list(range(6, 0, -1))


def test_an_entry_takes_no_change(funded, maker):
    [entry, *_] = maker.get("/ledger/entries").json()["items"]
    for method in ("put", "patch", "delete"):
        answer = maker.request(method, f"/ledger/entries/{entry['id']}", json={})
        assert answer.status_code == 405, method
    assert maker.post("/ledger/entries", json={}).status_code == 405


def test_the_journal_is_read_page_by_page_and_narrowed(funded, maker):
    deal = funded.paid(EOK)
    first = maker.get("/ledger/entries", params={"limit": 3}).json()
    second = maker.get("/ledger/entries", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    numbers = [entry["number"] for entry in first["items"] + second["items"]]
    assert numbers == list(range(numbers[0], numbers[0] - 6, -1))

    def kinds(**narrowed):
        return [entry["kind"] for entry in maker.get("/ledger/entries", params=narrowed).json()["items"]]

    assert kinds(deal_id=str(deal.id)) == ["disbursement", "deal_commitment"]
    assert kinds(vehicle_id=str(funded.mother.id), account_kind="cash") == ["call_receipt", "call_receipt"]
    assert kinds(envelope_id=str(funded.envelope.id)) == ["deal_commitment", "envelope_budget"]
    assert kinds(until="2026-01-05") == []
    assert kinds(kind="disbursement") == ["disbursement"]


def test_an_entry_shows_its_lines_and_seal(funded, maker, checker):
    [last, before, *_] = maker.get("/ledger/entries").json()["items"]
    view = maker.get(f"/ledger/entries/{last['id']}").json()
    assert sum(line["amount_krw"] for line in view["lines"]) == 0
    assert view["previous_digest"] == maker.get(f"/ledger/entries/{before['id']}").json()["digest"]
    assert view["may_reverse"]
    assert maker.get("/ledger/entries/01a00000-0000-7000-8000-000000000000").status_code == 404
    assert maker.get("/ledger/instructions/01a00000-0000-7000-8000-000000000000").status_code == 404


def test_balances_are_those_of_a_date(funded, maker):
    funded.move(K.ENVELOPE_BUDGET, 7, envelope_id=funded.envelope.id, effective_on="2026-03-01")

    def available(**params):
        books = maker.get("/ledger/accounts", params=params).json()["books"]
        return {
            balance["kind"]: balance["balance_krw"]
            for book in books
            if book["envelope"]
            for balance in book["balances"]
        }

    assert available()["envelope_available"] == 600 * EOK + 7
    assert available(as_of="2026-03-01") == {"envelope_budget": -7, "envelope_available": 7}
    assert available(as_of="2026-02-28") == {}
    assert available(envelope_id=str(funded.envelope.id)) == available()


@pytest.mark.parametrize("table", ["instructions", "entries", "accounts", "commitments"])
def test_every_list_is_a_file_too(funded, maker, table):
    funded.commit(EOK, title_en="=cmd|' /C calc'!A0")
    csv = maker.get(f"/ledger/{table}/export", params={"format": "csv"})
    assert csv.status_code == 200
    rows = csv.content.decode("utf-8-sig").splitlines()
    assert len(rows) > 1
    xlsx = maker.get(f"/ledger/{table}/export")
    sheet = load_workbook(io.BytesIO(xlsx.content)).active
    assert sheet.max_row == len(rows)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_readers_read_and_change_nothing(funded, client_for):
    for role in Role:
        client = client_for(role)
        permitted = role in {Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR}
        for path in ("instructions", "entries", "accounts", "entries/export", "commitments/export"):
            assert client.get(f"/ledger/{path}").status_code == (200 if permitted else 403), (role, path)
        status = make(client, asking(funded)).status_code
        assert status == (201 if role is Role.FUND_MANAGER else 403)


def test_lists_take_a_fixed_number_of_statements(funded, maker, statements):
    def counted(path):
        with statements() as made:
            assert maker.get(path).status_code == 200
        return len(made)

    paths = ("/ledger/instructions", "/ledger/entries", "/ledger/accounts")
    before = [counted(path) for path in paths]
    for _ in range(3):
        funded.make(K.ENVELOPE_BUDGET, 1, envelope_id=funded.envelope.id)
        funded.commit(EOK)
    assert [counted(path) for path in paths] == before


def test_a_deals_money_adds_up(funded, maker):
    deal = funded.paid(100)
    funded.move(K.VALUATION, 150, deal_id=deal.id, terms={"method": "최근 투자단가"})
    funded.move(K.ROYALTY, 7, deal_id=deal.id)
    repaid = funded.move(K.REPAYMENT, 10, deal_id=deal.id)
    money = maker.get(f"/deals/{deal.id}/money").json()
    assert money["figures"] == {
        "committed_krw": 100,
        "drawn_krw": 100,
        "undrawn_krw": 0,
        "invested_krw": 90,
        "fair_value_krw": 135,
        "returned_krw": 17,
        "royalties_krw": 7,
        "written_off_krw": 0,
        "unsettled_krw": 0,
        "settled_krw": 0,
    }
    funded.move(K.REVERSAL, terms={"entry_id": str(funded.entry_of(repaid).id)})
    assert maker.get(f"/deals/{deal.id}/money").json()["figures"]["returned_krw"] == 7
    assert money["available"]["envelopes"][0][1] == 600 * EOK - 100
