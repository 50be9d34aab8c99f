"""Deals read from files: found again by source and number, all or nothing, never past what a file may decide."""

import csv
import io

import pytest
from sqlmodel import select

from fund_service.deals.schemas import DealFilters
from fund_service.deals.tables import EXPORTED, deal_rows
from fund_service.exports import import_headings, write_csv
from fund_service.imports.schemas import ImportKind
from models.clock import utc_now
from models.deal import Deal, DealStage, DeclineReason, InvestmentInstrument
from models.person import Person, PersonRole, Role
from models.project import RndProject
from models.timeline import DealActivity, DealStageChange
from models.vehicle import Vehicle, VehicleKind

HEADINGS = (
    "딜번호", "딜명", "기업", "담당자", "투자금액", "단계", "단계진입일", "투자방식", "총사업비",
    "민간자금", "주목적", "지역", "사업", "과제번호", "비히클", "추가성",
)  # fmt: skip
ROW = (
    "D-1", "수소 저장 용기", "가람소재", "Lead@Example.org", "50억원", "예비검토", "2026-02-01", "융자", "120억",
    "1,000,000", "아니오", "부산", "industrial-leap-technology", "P-1", "모펀드", "민간은 이 위험을 지지 않는다.",
)  # fmt: skip
PLAIN = {"external_id": "D-1", "title_ko": "수소", "company": "가람소재", "lead": "lead@example.org", "amount": 5}


@pytest.fixture(autouse=True)
def recorded(session, import_objects):
    """What rows of deals name."""
    lead = Person(email="lead@example.org", name="담당자", password_hash="none")  # noqa: S106 - no secret
    gone = Person(email="gone@example.org", name="떠난 이", password_hash="none", active=False)  # noqa: S106 - no secret
    session.add_all([lead, gone])
    session.flush()
    session.add_all([
        PersonRole(person_id=lead.id, role=Role.FUND_MANAGER),
        PersonRole(person_id=gone.id, role=Role.FUND_MANAGER),
        Vehicle(kind=VehicleKind.MOTHER_FUND, name_ko="모펀드", name_en="Mother fund", formed_on=utc_now().date()),
        RndProject(title_ko="용기 과제", external_id="P-1", source="x"),
    ])  # fmt: skip
    import_objects("organisations", {"name_ko": "가람소재", "kind": "partner_firm"})
    return lead


@pytest.fixture
def only(session):
    """The one deal there is."""
    return lambda: session.exec(select(Deal)).one()


def test_every_column_is_read_under_its_korean_heading(import_table, session, only, recorded):
    report = import_table("deals", HEADINGS, ROW)
    assert (report.added, report.changed, report.unchanged) == (1, 0, 0)
    deal = only()
    assert (deal.title_ko, deal.stage, deal.instrument) == (
        "수소 저장 용기", DealStage.SCREENING, InvestmentInstrument.LOAN,
    )  # fmt: skip
    assert (deal.amount_krw, deal.project_budget_krw, deal.private_krw) == (5 * 10**9, 12 * 10**9, 10**6)
    assert (deal.main_purpose, deal.region_code, deal.initiative_code) == (False, "26", "industrial-leap-technology")
    assert (deal.lead_id, deal.source, deal.external_id) == (recorded.id, "import", "D-1")
    assert deal.project_id == session.exec(select(RndProject.id)).one()
    assert deal.vehicle_id == session.exec(select(Vehicle.id)).one()
    assert deal.stage_since.isoformat() == "2026-01-31T15:00:00+00:00"
    [step] = session.exec(select(DealStageChange)).all()
    assert (step.from_stage, step.to_stage) == (None, DealStage.SCREENING)
    assert [activity.kind.value for activity in session.exec(select(DealActivity))] == ["created"]


def test_the_same_file_twice_changes_nothing_and_another_one_changes_its_columns(import_table, only, session):
    import_table("deals", HEADINGS, ROW)
    assert import_table("deals", HEADINGS, ROW).unchanged == 1
    assert only().version == 1
    report = import_table("deals", HEADINGS, (*ROW[:4], "60억원", *ROW[5:]))
    assert (report.changed, only().amount_krw, only().version) == (1, 6 * 10**9, 2)
    assert sorted(one.kind.value for one in session.exec(select(DealActivity))) == ["created", "edited"]


def test_what_the_file_leaves_blank_is_what_a_new_deal_has(import_objects, only):
    import_objects("deals", PLAIN | {"stage": "", "private": "", "main_purpose": "", "summary": ""})
    deal = only()
    assert (deal.stage, deal.private_krw, deal.main_purpose, deal.summary) == (DealStage.SOURCED, 0, True, "")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"stage": "approved"}, "expected sourced or screening"),
        ({"stage": "실사"}, "expected sourced or screening"),
        ({"stage_since": "2027-01-01"}, "expected no day to come"),
        ({"lead": "gone@example.org"}, "expected the e-mail address of an active fund manager"),
        ({"lead": ""}, "expected a value"),
        ({"company": "없는 기업"}, "expected a recorded organisation"),
        ({"project": "P-9"}, "expected a recorded R&D project"),
        ({"vehicle": "다른 펀드"}, "expected a vehicle of the fund"),
        ({"amount": "USD 5 million"}, "expected won, or a rate"),
        ({"amount": 0}, "expected"),
        ({"main_purpose": "글쎄"}, "expected yes or no"),
        ({"instrument": "선물"}, "expected one of"),
        ({"title_ko": "가" * 301}, "expected at most 300 characters"),
        ({"summary": "a\x00b"}, "expected text without NUL"),
    ],
)
def test_a_bad_value_is_named_and_nothing_is_imported(import_objects, faults_of, session, changes, expected):
    good = PLAIN | {"external_id": "D-2"}
    faults = faults_of(import_objects, "deals", good, PLAIN | changes)
    assert len(faults) == 1
    assert faults[0].startswith("line 2")
    assert expected in faults[0]
    assert session.exec(select(Deal)).all() == []


@pytest.mark.parametrize("stage", [stage for stage in DealStage if stage.value not in {
    "sourced", "screening", "due_diligence",
}])  # fmt: skip
def test_terms_before_the_committee_or_later_are_not_changed_by_a_file(import_objects, faults_of, session, only, stage):
    import_objects("deals", PLAIN)
    deal = only()
    deal.stage = stage
    if stage.value in {"declined", "withdrawn"}:
        deal.decline_reason, deal.decline_words = DeclineReason.MARKET, "x"
    session.add(deal)
    session.flush()
    [fault] = faults_of(import_objects, "deals", PLAIN | {"amount": 6})
    assert f"the deal has come to {stage.value}" in fault
    assert only().amount_krw == 5
    assert import_objects("deals", PLAIN | {"stage": stage.value}).changed == 0


def test_a_stage_in_the_file_moves_no_deal_that_is_recorded(import_objects, only):
    import_objects("deals", PLAIN)
    import_objects("deals", PLAIN | {"stage": "screening", "amount": 7})
    assert (only().stage, only().amount_krw) == (DealStage.SOURCED, 7)


def test_what_is_exported_can_be_imported_again(import_objects, import_table, session, only):
    import_objects("deals", PLAIN | {"region": "부산", "project": "P-1", "vehicle": "모펀드", "stage": "screening"})
    before = only().terms_digest()
    heads = import_headings(ImportKind.DEALS, EXPORTED)
    content = write_csv(heads, deal_rows(session, DealFilters(), at=utc_now())).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert import_table("deals", *rows).added == 0
    session.expire_all()
    assert only().terms_digest() == before
