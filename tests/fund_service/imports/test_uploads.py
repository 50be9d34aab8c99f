"""Files of deals and instructions over HTTP: looked at, confirmed once, all of a file or nothing."""

import base64
import io
import re
import zipfile

import openpyxl
import pytest
from sqlmodel import func, select

from models.deal import Deal
from models.instruction import Instruction, InstructionState
from models.ledger import JournalEntry
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import Person, PersonRole, PreferredLanguage, Role
from models.staging import StagedFile
from models.vehicle import Envelope, Vehicle, VehicleKind

pytestmark = pytest.mark.usefixtures("reference_data")

PAGE = {"Accept": "text/html"}
DEALS_CSV = (
    "투자건번호,투자건명,기업,담당자,투자금액\n"
    "D-1,수소 저장 용기,가람소재,fund_manager@example.org,50억\n"
    "D-2,전력반도체 기판,가람소재,fund_manager@example.org,7000000000\n"
)
INSTRUCTIONS_CSV = (
    "지시번호,종류,투자기구,재원,금액,기준일,사유\n"
    "A-1,펀드 조성,모펀드,,1000000000000,2026-02-02,조성\n"
    "A-2,envelope_budget,,올해 재원,500000000,2026-02-03,배분\n"
)
PATHS = {"deals": "/deals/import", "instructions": "/ledger/instructions/import"}
FILES = {"deals": DEALS_CSV, "instructions": INSTRUCTIONS_CSV}
TABLES = {"deals": Deal, "instructions": Instruction}
KINDS = pytest.mark.parametrize("kind", PATHS)


@pytest.fixture(autouse=True)
def world(store):
    """What the files name."""
    group = OwnershipGroup(name_ko="가람")
    store(
        group,
        Organisation(kind=OrganisationKind.PARTNER_FIRM, name_ko="가람소재", ownership_group_id=group.id),
        Vehicle(kind=VehicleKind.MOTHER_FUND, name_ko="모펀드", name_en="Mother", formed_on="2026-02-02"),
        Envelope(year=2026, name_ko="올해 재원", name_en="This year"),
    )


@pytest.fixture
def manager(client_for):
    return client_for(Role.FUND_MANAGER)


@pytest.fixture
def count(read):
    def count(table):
        read.expire_all()
        return read.exec(select(func.count()).select_from(table)).one()

    return count


def sent(client, kind, content, *, name="file.csv", **headers):
    content = content.encode() if isinstance(content, str) else content
    return client.post(PATHS[kind], files={"file": (name, content)}, headers=headers)


def confirmed(client, kind, seen, *, key="k-1", **headers):
    form = {"file_id": seen["file_id"], "digest": seen["digest"], "idempotency_key": key}
    return client.post(f"{PATHS[kind]}/confirm", data=form, headers=headers, follow_redirects=False)


def sent_by_program(client, kind, content, *, key="p-1", **values):
    body = {"name": "file.csv", "content_base64": base64.b64encode(content.encode()).decode()} | values
    path = PATHS[kind].replace("import", "imports")
    return client.post(path, json=body, headers={"Idempotency-Key": key} if key else {})


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@KINDS
def test_a_file_is_looked_at_before_anything_of_it_is_imported(kind, manager, count):
    answer = sent(manager, kind, FILES[kind])
    assert answer.status_code == 200, answer.text
    seen = answer.json()["outcome"]
    assert (seen["added"], seen["changed"], seen["unchanged"]) == (2, 0, 0)
    assert [(row["line"], row["changed"]) for row in seen["rows"]] == [(2, None), (3, None)]
    assert count(TABLES[kind]) == 0
    page = sent(manager, kind, FILES[kind], **PAGE).text
    assert seen["rows"][0]["number"] in page
    assert f'action="{PATHS[kind]}/confirm"' in page
    assert "새로 만듦" in page


@KINDS
def test_a_confirmed_file_is_imported_once_however_often_it_is_confirmed(kind, manager, count):
    seen = sent(manager, kind, FILES[kind]).json()
    first, again = (confirmed(manager, kind, seen) for _ in range(2))
    assert (first.status_code, first.headers["Location"]) == (303, PATHS[kind].removesuffix("/import"))
    assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])
    assert count(TABLES[kind]) == 2
    assert count(StagedFile) == 0
    assert confirmed(manager, kind, seen, key="another").status_code == 422
    assert count(TABLES[kind]) == 2


@KINDS
def test_a_confirmation_needs_a_key(kind, manager, count):
    seen = sent(manager, kind, FILES[kind]).json()
    answer = confirmed(manager, kind, seen, key="")
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["faults"]
    assert count(TABLES[kind]) == 0


@KINDS
def test_only_who_looked_at_a_file_confirms_it(kind, manager, client_of, store, count):
    other = Person(email="other@example.org", name="다른 운용역", password_hash="none")  # noqa: S106 - no secret
    store(other, PersonRole(person_id=other.id, role=Role.FUND_MANAGER))
    seen = sent(manager, kind, FILES[kind]).json()
    assert confirmed(client_of(other), kind, seen).status_code == 422
    assert count(TABLES[kind]) == 0


def test_a_file_waits_for_the_import_it_was_sent_to(manager, count):
    seen = sent(manager, "deals", DEALS_CSV).json()
    assert confirmed(manager, "instructions", seen).status_code == 422
    assert count(Deal) == count(Instruction) == 0


def test_the_next_file_takes_the_place_of_the_one_before(manager, count):
    first = sent(manager, "deals", DEALS_CSV).json()
    sent(manager, "deals", DEALS_CSV)
    sent(manager, "instructions", INSTRUCTIONS_CSV)
    assert count(StagedFile) == 2
    assert confirmed(manager, "deals", first).status_code == 422


def test_what_was_not_seen_is_not_imported(manager, count):
    """Between look and confirmation somebody imported the first deal."""
    seen = sent(manager, "deals", DEALS_CSV).json()
    assert sent_by_program(manager, "deals", DEALS_CSV.rsplit("D-2", 1)[0]).status_code == 200
    answer = confirmed(manager, "deals", seen)
    assert answer.status_code == 422
    assert "다시 미리 보십시오" in answer.json()["faults"][""]
    assert count(Deal) == 1


def test_a_preview_names_the_columns_that_change(manager):
    assert sent_by_program(manager, "deals", DEALS_CSV).status_code == 200
    edited = DEALS_CSV.replace("50억", "60억").replace("전력반도체 기판", "탄화규소 기판")
    seen = sent(manager, "deals", edited).json()["outcome"]
    assert (seen["added"], seen["changed"], seen["unchanged"]) == (0, 2, 0)
    assert [row["changed"] for row in seen["rows"]] == [["amount"], ["title_ko"]]
    assert "변경: 투자금액" in sent(manager, "deals", edited, **PAGE).text
    again = sent(manager, "deals", DEALS_CSV).json()["outcome"]
    assert (again["unchanged"], again["rows"]) == (2, [])
    assert "가져올 것이 없습니다" in sent(manager, "deals", DEALS_CSV, **PAGE).text


def test_imported_instructions_are_the_callers_and_wait_for_their_checkers(manager, people, read):
    confirmed(manager, "instructions", sent(manager, "instructions", INSTRUCTIONS_CSV).json())
    made = read.exec(select(Instruction)).all()
    assert {one.made_by_id for one in made} == {people[Role.FUND_MANAGER].id}
    assert {one.state for one in made} == {InstructionState.PENDING}
    assert read.exec(select(JournalEntry)).all() == []
    for one in made:
        answer = manager.post(
            f"/ledger/instructions/{one.id}/check",
            json={"terms_digest": one.terms_digest},
            headers={"Idempotency-Key": str(one.id)},
        )
        assert answer.status_code == 403, answer.text


@pytest.mark.parametrize(
    ("kind", "bad", "line", "column", "value"),
    [
        ("deals", ("50억", "많이"), 2, "투자금액", "많이"),
        ("deals", ("D-2,전력반도체 기판,가람소재", "D-2,전력반도체 기판,없는 기업"), 3, "기업", "없는 기업"),
        ("instructions", ("펀드 조성", "금고"), 2, "종류", "금고"),
        ("instructions", ("2026-02-03", "어제"), 3, "기준일", "어제"),
        ("instructions", ("올해 재원", "작년 재원"), 3, "재원", "작년 재원"),
        ("instructions", ("2026-02-03", "2190-01-01"), 3, "기준일", None),
    ],
)
def test_every_fault_has_its_line_and_column_and_keeps_the_whole_file_out(  # noqa: PLR0917 - fixtures and cases
    kind, bad, line, column, value, manager, count
):
    content = FILES[kind].replace(*bad)
    answer = sent(manager, kind, content)
    assert answer.status_code == 422
    [fault] = answer.json()["refused"]
    assert (fault["line"], fault["column"], fault["value"]) == (line, column, value)
    page = sent(manager, kind, content, **PAGE).text
    assert re.search(rf"<td[^>]*>{line}</td><td>{column}</td>", page)
    refused = sent_by_program(manager, kind, content)
    assert (refused.status_code, refused.json()["code"]) == (422, "import_refused")
    assert f"{line}행, {column} 열" in refused.json()["detail"]
    assert count(TABLES[kind]) == count(StagedFile) == 0


def test_more_faults_than_are_shown_are_counted(manager):
    lines = "".join(f"D-{number},제목,없는 기업,nobody@example.org,없음\n" for number in range(30))
    answer = sent(manager, "deals", DEALS_CSV.splitlines(keepends=True)[0] + lines).json()
    assert (len(answer["refused"]), answer["refused_count"]) == (50, 90)


def bomb():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)
    return content.getvalue()


@KINDS
@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("bomb.xlsx", bomb(), "100배를 넘는 통합 문서"),
        ("file.xlsx", b"PK no workbook", ".xlsx 통합 문서여야"),
        ("file.xlsx", workbook(["external_id", "kind"], ["A-1", "=1+1"]), None),
        ("file.pdf", b"%PDF-1.7", ".csv, .xlsx"),
        ("file.csv", b"", "빈 파일"),
        ("file.csv", b"a,b\n1,\x00\n", "NUL 문자가 없어야"),
        ("file.csv", b"a,b\n1,2\n", None),
    ],
    ids=["bomb", "no archive", "formula", "wrong kind", "empty", "binary", "other columns"],
)
def test_a_file_that_is_none_is_refused_with_the_reason(kind, name, content, expected, manager, count):  # noqa: PLR0917 - fixtures and cases
    answer = sent(manager, kind, content, name=name)
    assert answer.status_code == 422, answer.text
    assert answer.json()["refused"]
    assert expected is None or expected in answer.json()["refused"][0]["expected"]
    assert count(TABLES[kind]) == 0


def test_a_formula_is_refused_where_it_stands(manager, count):
    content = workbook(
        ["투자건번호", "투자건명", "기업", "담당자", "투자금액"],
        ["D-1", "수소", "가람소재", "fund_manager@example.org", "=5*10^9"],
    )
    [fault] = sent(manager, "deals", content, name="file.xlsx").json()["refused"]
    assert (fault["line"], fault["column"], fault["value"]) == (2, "투자금액", "=5*10^9")
    assert "수식이 아니라 값" in fault["expected"]
    assert count(Deal) == 0


@KINDS
def test_more_than_ten_mebibytes_are_refused(kind, manager, count):
    assert sent(manager, kind, b"a" * (10 * 2**20 + 1)).status_code == 413
    assert count(StagedFile) == 0


@KINDS
def test_more_rows_than_a_request_may_bring_are_refused(kind, manager, monkeypatch, count):
    monkeypatch.setattr("fund_service.imports.uploads.MAX_DEALS", 1)
    monkeypatch.setattr("fund_service.imports.uploads.MAX_INSTRUCTIONS", 1)
    [fault] = sent(manager, kind, FILES[kind]).json()["refused"]
    assert (fault["line"], fault["expected"]) == (3, "1행까지 받습니다")
    assert count(TABLES[kind]) == 0


@KINDS
def test_no_file_is_a_fault_of_the_form(kind, manager):
    for headers in ({}, PAGE):
        answer = manager.post(PATHS[kind], files={"other": ("a.csv", b"a")}, headers=headers)
        assert answer.status_code == 422
        assert "가져올 파일을 선택하십시오." in answer.text


@KINDS
def test_a_program_sends_the_file_once_or_dry(kind, manager, count):
    dry = sent_by_program(manager, kind, FILES[kind], key=None, dry_run=True)
    assert (dry.status_code, dry.json()["added"], count(TABLES[kind])) == (200, 2, 0)
    assert sent_by_program(manager, kind, FILES[kind], key=None).status_code == 400
    first, again = (sent_by_program(manager, kind, FILES[kind]) for _ in range(2))
    assert (first.status_code, first.content) == (200, again.content)
    assert first.json()["added"] == 2
    assert sent_by_program(manager, kind, FILES[kind] + "\n", key="p-1").status_code == 422
    assert sent_by_program(manager, kind, FILES[kind], key="p-2").json()["unchanged"] == 2
    assert sent_by_program(manager, kind, "", key="p-3", content_base64="!!!!").status_code == 422
    assert count(TABLES[kind]) == 2


@KINDS
@pytest.mark.parametrize("role", sorted(set(Role) - {Role.FUND_MANAGER}))
def test_nobody_else_imports(kind, role, client_for):
    client = client_for(role)
    assert client.get(PATHS[kind]).status_code == 403
    assert sent(client, kind, FILES[kind]).status_code == 403
    assert sent_by_program(client, kind, FILES[kind]).status_code == 403


@KINDS
@pytest.mark.parametrize("language", PreferredLanguage)
def test_the_form_names_the_columns_and_lies_beside_the_list(kind, language, store, client_of):
    person = Person(email="one@example.org", name="one", password_hash="none", language=language)  # noqa: S106 - no secret
    store(person, PersonRole(person_id=person.id, role=Role.FUND_MANAGER))
    client = client_of(person)
    page = client.get(PATHS[kind], headers=PAGE)
    assert page.status_code == 200
    assert 'enctype="multipart/form-data"' in page.text
    assert "external_id" in page.text
    place = PATHS[kind].removesuffix("/import")
    assert f'href="{PATHS[kind]}"' in client.get(place, headers=PAGE).text


@pytest.mark.parametrize(
    ("language", "place", "expected"),
    [
        (PreferredLanguage.KOREAN, "2행, 투자금액 열", "금액은 1,500,000,000, 15억원, 5억~20억원"),
        (PreferredLanguage.ENGLISH, "line 2, column 투자금액", "expected an amount such as 1,500,000,000"),
    ],
)
def test_what_was_expected_is_said_in_the_readers_language(language, place, expected, store, client_of):
    person = Person(email="one@example.org", name="one", password_hash="none", language=language)  # noqa: S106 - no secret
    store(person, PersonRole(person_id=person.id, role=Role.FUND_MANAGER))
    content = DEALS_CSV.replace("50억", "많이")
    faults = sent(client_of(person), "deals", content).json()["refused"]
    [fault] = [fault for fault in faults if fault["column"] == "투자금액"]
    assert fault["expected"].startswith(expected)
    detail = sent_by_program(client_of(person), "deals", content).json()["detail"]
    assert f"{place}: '많이' - {expected}" in detail
