"""Claims from a file: all of them or none, every bad line named, and no way round the rules of a single claim."""

import pytest

from tests.fund_service.page_reading import faults_of
from tests.fund_service.settlement.treasury import TODAY

HTML = {"Accept": "text/html"}


@pytest.fixture
def send(claimant, treasury, grant):
    def send(text, *, name="claims.csv", key="k1", encoding="utf-8"):
        form = {"tranche_id": str(treasury.tranches(grant)[0].id), "idempotency_key": key}
        files = {"document": (name, text.encode(encoding), "text/csv")}
        return claimant.post("/settlement/claims/import", data=form, files=files, headers=HTML, follow_redirects=False)

    return send


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_every_row_is_claimed_once(send, treasury, grant, encoding, claimant):
    text = f'비목,금액(원),사용일,사용 내역\n연구재료비,"10,000",{TODAY},분말\nequipment,20000,{TODAY},공구\n'
    for _ in range(2):
        answer = send(text, encoding=encoding)
        assert answer.status_code == 303, answer.text
    assert treasury.balance("settled", deal_id=grant.id) == 30_000
    listed = claimant.get(answer.headers["Location"]).json()["items"]
    assert sorted(item["amount_krw"] for item in listed) == [10_000, 20_000]


def test_one_bad_row_keeps_all_out_and_every_bad_line_is_named(send, treasury, grant):
    rows = ["category,amount_krw,spent_on,words", f"materials,10000,{TODAY},분말", f"fines,10,{TODAY},과태료",
            f"materials,0,{TODAY},없음", f"materials,290000,{TODAY},나머지", f"personnel,10,{TODAY},"]  # fmt: skip
    answer = send("\n".join(rows))
    assert answer.status_code == 422
    assert faults_of(answer.text, language="ko") == []
    for line in (3, 4, 5, 6):
        assert f"{line}행" in answer.text
    assert "2행" not in answer.text
    assert treasury.balance("settled", deal_id=grant.id) == 0


@pytest.mark.parametrize(
    ("text", "name"),
    [("", "a.csv"), ("category,amount_krw,spent_on,words", "a.csv"), ("x", "a.pdf"), ("PK", "a.xlsx"),
     ("category,amount_krw,spent_on,words\n" + "materials,1,2026-11-22,x\n" * 101, "a.csv")],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(send, treasury, grant, text, name):
    assert send(text, name=name).status_code == 422
    assert treasury.balance("settled", deal_id=grant.id) == 0


def test_the_form_is_whole_and_asks_for_a_file(claimant, grant, treasury):
    for language in ("ko", "en"):
        page = claimant.get(f"/settlement/claims/import?lang={language}", headers=HTML)
        assert faults_of(page.text, language=language) == []
    form = {"tranche_id": str(treasury.tranches(grant)[0].id), "idempotency_key": "k"}
    assert claimant.post("/settlement/claims/import", data=form, headers=HTML).status_code == 422
