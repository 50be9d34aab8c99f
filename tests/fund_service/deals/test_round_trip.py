"""Deals out and in again: what was exported says what is recorded, and an edited cell changes just that."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest
from sqlmodel import Session, select

from fund_service.imports.commands import import_file
from fund_service.imports.faults import ImportRefused
from fund_service.imports.schemas import ImportKind
from models.clock import utc_now
from models.deal import Deal, DealStage, InvestmentInstrument
from models.person import Person, PersonRole, Role
from models.project import RndProject
from models.timeline import DealActivity
from models.vehicle import Vehicle, VehicleKind

pytestmark = pytest.mark.usefixtures("reference_data")

FORMATS = ("csv", "xlsx")


@pytest.fixture
def pipeline(  # noqa: PLR0917 - fixtures
    reference_data, manager, said, make_match, make_deal, make_company, store, vehicle
):
    """Deals of every kind: by hand, of a match, imported, far along, and with names that others have too."""
    gone = Person(email="gone@example.org", name="떠난 이", password_hash="none", active=False)  # noqa: S106 - no secret
    project = RndProject(title_ko="남의 이름", external_id="P-7", source="one")
    same = RndProject(title_ko="다른 과제", external_id="P-7", source="other")
    unnumbered = RndProject(title_ko="번호 없는 과제")
    namesakes = [make_company(name_ko="같은이름") for _ in range(2)]
    twins = [
        Vehicle(
            kind=VehicleKind.SUB_FUND, parent_id=vehicle.id, name_ko="쌍둥이", name_en="Twin", formed_on="2026-01-02"
        )
        for _ in range(2)
    ]
    store(gone, PersonRole(person_id=gone.id, role=Role.FUND_MANAGER), project, same, unnumbered, *twins)
    match, _, _ = make_match(lead=make_company(name_ko="누리소재"))
    assert manager.post("/deals", json=said | {"vehicle_id": str(vehicle.id), "region_code": "26"}).status_code == 201
    assert manager.post(f"/matches/{match.id}/deal", json={}).status_code == 201
    make_deal(DealStage.APPROVED, project_id=project.id, lead_id=gone.id, private_krw=7, main_purpose=False)
    make_deal(DealStage.DISBURSING, project_id=unnumbered.id, company_id=namesakes[0].id, vehicle_id=twins[1].id)
    make_deal(title_ko="=1+1", title_en="'-not so", additionality='@한 줄\n둘째 줄, "따옴표"', summary="길다. " * 90)
    make_deal(source="partner", external_id="X-1", instrument=InvestmentInstrument.GRANT, source_digest="0" * 64)
    make_deal(DealStage.DECLINED, region_code="36", initiative_code="industrial-leap-technology")


@pytest.fixture
def exported(client_for, tmp_path):
    """Download the pipeline in a format and give its rows, headings first."""

    def exported(kind, reader=None):
        answer = (reader or client_for(Role.AUDITOR)).get("/deals/export", params={"format": kind})
        assert answer.status_code == 200, answer.text
        path = tmp_path / f"deals.{kind}"
        path.write_bytes(answer.content)
        if kind == "csv":
            return path, list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        return path, [list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)]

    return exported


@pytest.fixture
def edited(exported):
    """Export, change the cell of the deal with a number (its id, where it has none), and give the path."""

    def edited(kind, number, heading, value):
        path, rows = exported(kind)
        row = next(place for place, cells in enumerate(rows) if cells[0] == number)
        column = rows[0].index(heading)
        if kind == "csv":
            rows[row][column] = str(value)
            with path.open("w", encoding="utf-8-sig", newline="") as stream:
                csv.writer(stream).writerows(rows)
        else:
            book = openpyxl.load_workbook(path)
            book.active.cell(row + 1, column + 1).value = value
            book.save(path)
        return path

    return edited


@pytest.fixture
def taken(database):
    """Import a file of deals and commit."""

    def taken(path):
        with Session(database) as session:
            report = import_file(
                session, kind=ImportKind.DEALS, path=path, mapping=None, rates={}, dry_run=False, at=utc_now()
            )
            session.commit()
            return report.added, report.changed, report.unchanged

    return taken


def facts_of(read):
    read.expire_all()
    return {deal.id: deal.model_dump() for deal in read.exec(select(Deal))}


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.usefixtures("pipeline")
def test_what_is_exported_and_imported_unchanged_changes_nothing_at_all(kind, exported, taken, read):
    before, told = facts_of(read), len(read.exec(select(DealActivity)).all())
    path, rows = exported(kind)
    assert taken(path) == (0, 0, 7) == (0, 0, len(rows) - 1)
    assert facts_of(read) == before
    assert len(read.exec(select(DealActivity)).all()) == told


@pytest.mark.usefixtures("pipeline")
def test_the_english_export_comes_back_unchanged_too(exported, taken, english):
    path, rows = exported("csv", english)
    assert rows[0][0] == "external_id"
    assert taken(path) == (0, 0, 7)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    ("heading", "value", "column", "stored"),
    [
        ("투자금액", 6_000_000_001, "amount_krw", 6_000_000_001),
        ("투자건명", "새 이름", "title_ko", "새 이름"),
        ("투자방식", "융자", "instrument", InvestmentInstrument.LOAN),
        ("주목적", "아니오", "main_purpose", False),
        ("지역", "", "region_code", None),
    ],
)
@pytest.mark.usefixtures("pipeline")
def test_an_edited_cell_changes_just_that(kind, heading, value, column, stored, edited, taken, read):  # noqa: PLR0917 - fixtures and cases
    before = facts_of(read)
    deal = next(facts for facts in before.values() if facts["title_ko"] == "수소 저장 용기 양산")
    assert taken(edited(kind, str(deal["id"]), heading, value)) == (0, 1, 6)
    changed = {
        (key, name): facts[name]
        for key, facts in facts_of(read).items()
        for name in facts
        if facts[name] != before[key][name] and name not in {"updated_at", "source_digest"}
    }
    assert changed == {(deal["id"], column): stored, (deal["id"], "version"): deal["version"] + 1}


@pytest.mark.usefixtures("pipeline")
def test_a_blanked_cell_does_not_slip_past_an_approval(edited, taken, read):
    deal = next(facts for facts in facts_of(read).values() if facts["stage"] is DealStage.APPROVED)
    with pytest.raises(ImportRefused, match="the deal has come to approved"):
        taken(edited("csv", str(deal["id"]), "과제번호", ""))


@pytest.mark.usefixtures("pipeline")
def test_a_deal_is_given_only_to_a_fund_manager(edited, taken, read):
    deal = next(facts for facts in facts_of(read).values() if facts["title_ko"] == "수소 저장 용기 양산")
    with pytest.raises(ImportRefused, match="active fund manager"):
        taken(edited("csv", str(deal["id"]), "담당자", "gone@example.org"))


@pytest.mark.usefixtures("pipeline")
def test_a_changed_deal_comes_back_unchanged_from_the_next_export(edited, exported, taken, manager, read):
    deal = next(facts for facts in facts_of(read).values() if facts["title_ko"] == "수소 저장 용기 양산")
    assert taken(edited("csv", str(deal["id"]), "투자금액", 6 * 10**9)) == (0, 1, 6)
    path, _ = exported("xlsx")
    assert taken(path) == (0, 0, 7)


def test_only_its_own_source_and_its_own_id_name_a_deal(make_deal, exported, taken, read):
    deal = make_deal(stage_since=utc_now() - timedelta(days=3))
    path, _ = exported("csv")
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace(",service,", ",partner,"), encoding="utf-8")
    assert taken(path) == (1, 0, 0)
    path.write_text(text.replace(str(deal.id), str(deal.id).upper()), encoding="utf-8")
    assert taken(path) == (1, 0, 0)
    assert len(read.exec(select(Deal)).all()) == 3
