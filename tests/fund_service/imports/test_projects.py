"""Projects come in whole, once, and with every bad line named."""

from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from sqlmodel import select

from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.project import ConsortiumMember, ConsortiumRole, ProjectField, ProjectState, RndProject

FULL = {
    "과제번호": "P-1",
    "과제명": "수전해 스택",
    "과제명(영문)": "Stack",
    "요약": "요약문",
    "요약(영문)": "Summary",
    "기술분야": "수소; 02",
    "지역": "서울",
    "연구개발단계": "응용",
    "TRL(현재)": "4",
    "TRL(목표)": "TRL 7",
    "예산": "15억",
    "필요자금": "5억원",
    "시작일": "2026.1.1",
    "종료일": "2028",
    "출처": "keit",
    "이니셔티브": "",
    "상태": "수행중",
    "주관기관": "123-45-67890",
    "수요앵커기업": "앵커",
    "참여기관": "파트너 A; B-2",
}


@pytest.fixture
def organisations(session):
    group = OwnershipGroup(name_ko="그룹")
    session.add(group)
    session.flush()
    made = [
        Organisation(kind=OrganisationKind.PARTNER_FIRM, name_ko="주관", registration_number="1234567890"),
        Organisation(kind=OrganisationKind.ANCHOR_COMPANY, name_ko="앵커"),
        Organisation(kind=OrganisationKind.PARTNER_FIRM, name_en="파트너 a"),
        Organisation(kind=OrganisationKind.PARTNER_FIRM, name_ko="다른 이름", source="keit", external_id="B-2"),
    ]
    for organisation in made:
        organisation.ownership_group_id = group.id
        session.add(organisation)
    session.flush()
    return made


def only(session):
    return session.exec(select(RndProject)).one()


def test_every_column_is_read_under_its_korean_heading(session, import_table, organisations):
    report = import_table("projects", FULL.keys(), FULL.values())
    assert (report.added, report.changed, report.unchanged, report.mapping) == (1, 0, 0, "own")
    project = only(session)
    assert (project.source, project.external_id) == ("keit", "P-1")
    assert (project.title_ko, project.title_en) == ("수전해 스택", "Stack")
    assert (project.abstract_ko, project.abstract_en) == ("요약문", "Summary")
    assert (project.region_code, project.trl_now, project.trl_target, project.stage) == ("11", 4, 7, "applied")
    assert (project.budget_krw, project.need_krw) == (1_500_000_000, 500_000_000)
    assert (project.amount_as_stated, project.exchange_rate) == (None, None)
    assert (project.starts_on, project.ends_on) == (date(2026, 1, 1), date(2028, 12, 31))
    assert (project.state, project.initiative_code, project.version) == (ProjectState.RUNNING, None, 1)
    assert project.recorded_at == datetime(2026, 3, 1, 20, tzinfo=UTC)
    assert {field.field_code for field in session.exec(select(ProjectField))} == {"02", "07"}
    lead, anchor, *partners = organisations
    members = {(member.organisation_id, member.role) for member in session.exec(select(ConsortiumMember))}
    assert members == {
        (lead.id, ConsortiumRole.LEAD),
        (anchor.id, ConsortiumRole.ANCHOR),
        *((partner.id, ConsortiumRole.PARTNER) for partner in partners),
    }


def test_our_english_names_are_headings_too(session, import_objects):
    row = {"external_id": 7, "title_en": "Stack", "fields": ["Hydrogen", 2], "region": 11, "budget_krw": 1_000_000}
    import_objects("projects", row | {"trl_now": 3, "starts_on": "2026-01-01", "state": "planned"})
    project = only(session)
    assert (project.external_id, project.source, project.budget_krw) == ("7", "import", 1_000_000)
    assert {field.field_code for field in session.exec(select(ProjectField))} == {"02", "07"}


def test_a_workbook_gives_the_same_as_text(session, import_path, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(("과제번호", "과제명", "예산", "시작일", "기술분야", "지역"))
    book.active.append((12, "수소", 1500000000.0, datetime(2026, 1, 31), "07", 11))  # noqa: DTZ001 - a cell has no zone
    book.active.append((13, "양자", 1.5, "=TODAY()", None, None))
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(Exception, match="line 3, column 시작일: '=TODAY\\(\\)' - expected a value, not a formula"):
        import_path("projects", tmp_path / "a.xlsx")
    book.active.delete_rows(3)
    book.save(tmp_path / "a.xlsx")
    assert import_path("projects", tmp_path / "a.xlsx").added == 1
    project = only(session)
    assert (project.external_id, project.budget_krw) == ("12", 1_500_000_000)
    assert (project.starts_on, project.region_code) == (date(2026, 1, 31), "11")


def test_the_same_file_again_changes_nothing_and_keeps_edits_made_by_hand(session, import_table):
    rows = (("external_id", "title_ko", "trl_now"), ("1", "수소", "4"))
    import_table("projects", *rows)
    project = only(session)
    project.title_ko = "손으로 고친 제목"
    session.flush()
    report = import_table("projects", *rows)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 1)
    assert (only(session).title_ko, only(session).version) == ("손으로 고친 제목", 1)


def test_a_row_described_otherwise_is_changed_in_the_columns_of_the_file(session, import_table):
    import_table(
        "projects",
        ("external_id", "title_ko", "abstract_ko", "state", "fields", "TRL(현재)", "TRL(목표)"),
        ("1", "수소", "요약", "완료", "07;02", "4", "6"),
    )
    later = datetime(2026, 4, 1, tzinfo=UTC)
    report = import_table(
        "projects",
        ("external_id", "title_ko", "state", "fields", "TRL(현재)"),
        ("1", "수전해", "", "양자", "7"),
        at=later,
    )
    assert (report.added, report.changed, report.unchanged) == (0, 1, 0)
    project = only(session)
    assert (project.title_ko, project.abstract_ko, project.version, project.updated_at) == ("수전해", "요약", 2, later)
    assert project.state is ProjectState.COMPLETED, "a blank leaves what must have a value"
    assert (project.trl_now, project.trl_target) == (7, None), "levels are checked together and so change together"
    assert [field.field_code for field in session.exec(select(ProjectField))] == ["12"]


def test_a_changed_consortium_is_changed_in_the_roles_of_the_file(session, import_table, organisations):
    import_table("projects", ("external_id", "title_ko", "lead", "partners"), ("1", "수소", "주관", "앵커;B-2"))
    import_table("projects", ("external_id", "title_ko", "partners"), ("1", "수소", "파트너 a"))
    lead, _, partner, _ = organisations
    members = {(member.organisation_id, member.role) for member in session.exec(select(ConsortiumMember))}
    assert members == {(lead.id, ConsortiumRole.LEAD), (partner.id, ConsortiumRole.PARTNER)}


def test_a_dry_run_counts_and_writes_nothing(session, import_table):
    report = import_table("projects", ("external_id", "title_ko"), ("1", "수소"), dry_run=True)
    assert report.added == 1
    assert session.exec(select(RndProject)).all() == []


def test_one_bad_line_refuses_the_whole_file(session, import_table, faults_of):
    faults = faults_of(import_table, "projects", ("external_id", "title_ko"), ("1", "수소"), ("2", ""))
    assert faults == ["line 3, column title_ko: '' - expected a value"]
    assert session.exec(select(RndProject)).all() == []


def test_lines_after_many_good_ones_refuse_them_too(session, import_objects, faults_of, monkeypatch):
    monkeypatch.setattr("fund_service.imports.commands.CHUNK_ROWS", 2)
    rows = [{"external_id": number, "title_ko": "수소"} for number in range(5)]
    faults = faults_of(import_objects, "projects", *rows, {"external_id": 9}, {"external_id": 3, "title_ko": "b"})
    assert faults == [
        "line 6, column title_ko: expected a value",
        "line 7, column external_id: '3' - expected each identifier once, line 4 has it already",
    ]
    assert session.exec(select(RndProject)).all() == []


@pytest.mark.parametrize(
    ("heading", "value", "expected"),
    [
        ("과제명", "가" * 501, "expected at most 500 characters, found 501"),
        ("과제번호", "", "expected an identifier"),
        ("예산", "1.5원", "'1.5원' - expected whole won"),
        ("예산", "0", "expected an amount from 1 to 9,007,199,254,740,991 won"),
        ("예산", "9,007,199,254,740,992", "expected an amount from 1 to"),
        ("예산", "5억~10억", "expected one amount, not a range"),
        ("예산", "5억 이상", "expected one amount, not a range"),
        ("TRL(현재)", "10", "expected a whole number from 1 to 9"),
        ("TRL(목표)", "3", "expected no lower TRL than the present one"),
        ("종료일", "2025-12-31", "expected no day before the first one"),
        ("시작일", "2026-02-30", "expected a date such as"),
        ("기술분야", "수소;점성술", "expected technology fields, by code (01 to 12) or name"),
        ("지역", "평양", "expected a province, by code or name"),
        ("지역", "동남권", "expected one province, not a mega-region"),
        ("이니셔티브", "없는 사업", "expected an initiative of the plan"),
        ("상태", "모름", "expected one of planned (계획), running"),
        ("주관기관", "없는 기관", "expected a recorded organisation"),
        ("요약", "a\x00b", "expected text without NUL"),
        ("출처", "x" * 65, "expected at most 64 characters"),
    ],
)
def test_a_bad_value_is_named_by_line_column_and_expectation(import_objects, faults_of, heading, value, expected):
    row = {
        "과제번호": "1",
        "과제명": "수소",
        "TRL(현재)": "4",
        "TRL(목표)": "5",
        "시작일": "2026-01-01",
        heading: value,
    }
    (fault,) = faults_of(import_objects, "projects", row | {heading: value})
    assert fault.startswith(f"line 1, column {heading}: ")
    assert expected in fault


def test_all_faults_of_a_line_are_named(import_table, faults_of):
    faults = faults_of(import_table, "projects", ("과제명", "예산", "지역"), ("수소", "많음", "평양"))
    assert [fault.split(":")[0] for fault in faults] == ["line 2, column 예산", "line 2, column 지역"]


def test_a_name_that_several_organisations_bear_is_refused(session, import_table, faults_of, organisations):
    organisations[0].name_ko = "앵커"
    session.flush()
    (fault,) = faults_of(import_table, "projects", ("과제명", "주관기관"), ("수소", "앵커"))
    assert "several organisations are so called" in fault


def test_without_identifiers_rows_are_known_by_their_titles(session, import_table, faults_of):
    rows = (("과제명", "요약"), ("수소", "하나"), ("양자", "둘"))
    import_table("projects", *rows)
    assert import_table("projects", *rows).unchanged == 2
    assert import_table("projects", rows[0], ("수소", "셋")).changed == 1
    (fault,) = faults_of(import_table, "projects", rows[0], ("수소", "하나"), ("수소", "둘"))
    assert "line 2 has it already" in fault


def test_foreign_amounts_are_converted_at_the_rate_given_and_kept_beside(session, import_table):
    report = import_table(
        "projects", ("external_id", "title_ko", "예산"), ("1", "수소", "$1,250.50"), rates={"USD": Decimal("1380.25")}
    )
    project = only(session)
    assert (project.budget_krw, project.amount_as_stated) == (1_726_003, "$1,250.50")
    assert (project.exchange_rate, report.notices) == (Decimal("1380.25"), ())


def test_foreign_amounts_without_a_rate_are_kept_as_stated_and_counted(session, import_table):
    rows = (("external_id", "title_ko", "예산", "필요자금"), ("1", "수소", "$2M", "$1M"), ("2", "양자", "€3M", "5억"))
    report = import_table("projects", *rows)
    assert report.notices == (
        "1 amount in EUR was kept as stated; give --rate EUR=... to convert them",
        "2 amounts in USD were kept as stated; give --rate USD=... to convert them",
    )
    first, second = session.exec(select(RndProject).order_by(RndProject.external_id))
    assert (first.budget_krw, first.need_krw, first.amount_as_stated) == (None, None, "$2M; $1M")
    assert (second.budget_krw, second.need_krw, second.amount_as_stated) == (None, 500_000_000, "€3M")
    assert import_table("projects", *rows, rates={"USD": Decimal(1380)}).changed == 1
    session.refresh(first)
    assert (first.budget_krw, first.need_krw, first.exchange_rate) == (2_760_000_000, 1_380_000_000, Decimal(1380))


def test_two_foreign_currencies_in_a_row_are_refused(import_table, faults_of):
    rates = {"USD": Decimal(1380), "EUR": Decimal(1500)}
    (fault,) = faults_of(import_table, "projects", ("과제명", "예산", "필요자금"), ("수소", "$2M", "€1M"), rates=rates)
    assert "expected one foreign currency in a row, found EUR, USD" in fault
