"""Board and list: the same deals under the same filters, in as many statements whatever their number."""

import csv
import io
from datetime import timedelta

import openpyxl
import pytest

from models.clock import utc_now
from models.deal import DealStage
from models.person import Person, PersonRole, Role
from models.project import ProjectField, RndProject
from models.timeline import ActivityKind, DealActivity

pytestmark = pytest.mark.usefixtures("reference_data")


@pytest.fixture
def pipeline(make_deal, make_company, vehicle, store, people):
    """Deals that differ in everything one can narrow by."""
    other_lead = Person(email="second@example.org", name="둘째", password_hash="none")  # noqa: S106 - no secret
    project = RndProject(title_ko="수소 과제")
    store(other_lead, PersonRole(person_id=other_lead.id, role=Role.FUND_MANAGER), project)
    store(ProjectField(project_id=project.id, field_code="03"))
    old = utc_now() - timedelta(days=40)
    return {
        "lead_id": make_deal(lead_id=other_lead.id, amount_krw=10),
        "vehicle_id": make_deal(DealStage.SCREENING, vehicle_id=vehicle.id, amount_krw=20),
        "field_code": make_deal(project_id=project.id, amount_krw=30),
        "region_code": make_deal(region_code="26", amount_krw=40),
        "initiative_code": make_deal(initiative_code="industrial-leap-technology", amount_krw=50),
        "overdue_days": make_deal(DealStage.DUE_DILIGENCE, stage_since=old, amount_krw=60),
        "q": make_deal(company_id=make_company("다솜바이오").id, amount_krw=70),
        "ended": make_deal(DealStage.DECLINED, stage_since=old, amount_krw=80),
    }


FILTERS = {
    "lead_id": lambda deal: {"lead_id": str(deal.lead_id)},
    "vehicle_id": lambda deal: {"vehicle_id": str(deal.vehicle_id)},
    "field_code": lambda _: {"field_code": "03"},
    "region_code": lambda _: {"region_code": "26"},
    "initiative_code": lambda _: {"initiative_code": "industrial-leap-technology"},
    "overdue_days": lambda _: {"overdue_days": 30},
    "q": lambda _: {"q": "다솜"},
    "ended": lambda _: {"stage": "declined"},
}


@pytest.mark.parametrize("name", FILTERS)
def test_list_board_and_export_narrow_alike(manager, pipeline, name):
    deal, params = pipeline[name], FILTERS[name](pipeline[name])
    listed = manager.get("/deals", params=params).json()
    board = manager.get("/deals/board", params=params).json()
    exported = manager.get("/deals/export", params=params | {"format": "csv"}).content.decode("utf-8-sig")
    assert [item["id"] for item in listed["items"]] == [str(deal.id)]
    assert [card["id"] for column in board["columns"] for card in column["cards"]] == [str(deal.id)]
    assert [card for column in board["columns"] for card in column["cards"]] == listed["items"]
    [row] = csv.DictReader(io.StringIO(exported))
    assert row["투자건명"] == deal.title_ko
    assert row["투자금액"] == str(deal.amount_krw)
    assert sum(column["count"] for column in board["columns"]) == 1
    assert sum(column["amount_krw"] for column in board["columns"]) == deal.amount_krw


def test_amounts_and_mega_regions_narrow_too(manager, pipeline):
    def found(**params):
        return {item["amount_krw"] for item in manager.get("/deals", params=params).json()["items"]}

    assert found(amount_min=30, amount_max=50) == {30, 40, 50}
    assert found(mega_region_code="southeast") <= {40}
    assert found(q="100%_") == set()
    assert len(found()) == len(pipeline)


def test_the_stages_are_counted_and_added_up(manager, pipeline):
    stages = manager.get("/deals", params={"stage": "screening"}).json()["stages"]
    assert stages["sourced"] == {"count": 5, "amount_krw": 200}
    assert stages["exited"] == {"count": 0, "amount_krw": 0}
    columns = {one["stage"]: one for one in manager.get("/deals/board").json()["columns"]}
    assert list(columns) == [stage.value for stage in DealStage]
    assert {stage: {"count": one["count"], "amount_krw": one["amount_krw"]} for stage, one in columns.items()} == stages


def test_pages_follow_one_another_without_gap_or_repeat(manager, make_deal):
    made = [str(make_deal().id) for _ in range(7)]
    found, cursor = [], None
    while True:
        page = manager.get("/deals", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        found += [item["id"] for item in page["items"]]
        make_deal()  # what comes in meanwhile is newer and does not shift what is read
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == made[::-1]


def test_a_column_shows_its_newest_and_says_how_many_there_are(manager, make_deal):
    made = [str(make_deal().id) for _ in range(5)]
    [column] = [one for one in manager.get("/deals/board", params={"cards": 2}).json()["columns"] if one["count"]]
    assert ([card["id"] for card in column["cards"]], column["count"]) == (made[:2:-1], 5)


@pytest.mark.parametrize(("address", "most"), [("/deals", 13), ("/deals/board", 13), ("/deals/export?format=csv", 15)])
def test_the_statements_do_not_grow_with_the_deals(manager, make_deal, vehicle, statements, address, most):  # noqa: PLR0917 - fixtures and cases
    def counted():
        with statements() as made:
            assert manager.get(address).status_code == 200
        return len(made)

    make_deal()
    few = counted()
    for stage in DealStage:
        for _ in range(4):
            make_deal(stage, vehicle_id=vehicle.id, region_code="26")
    assert counted() == few <= most


def test_the_statements_of_a_deal_do_not_grow_with_its_history(manager, make_deal, statements):
    deal, version = make_deal(), 1
    address = f"/deals/{deal.id}"

    def counted():
        with statements() as made:
            assert manager.get(address).status_code == 200
        return len(made)

    few = counted()
    for stage in ("screening", "sourced") * 4:
        assert manager.post(
            f"{address}/steps", json={"stage": stage}, headers={"If-Match": f'"{version}"'}
        ).status_code == 200  # fmt: skip
        version += 1
    assert counted() == few


def test_the_timeline_is_read_page_by_page(manager, make_deal, store):
    deal = make_deal()
    store(*(DealActivity(deal_id=deal.id, kind=ActivityKind.NOTE, words=str(number)) for number in range(70)))
    first = manager.get(f"/deals/{deal.id}").json()
    rest = manager.get(f"/deals/{deal.id}", params={"cursor": first["next_cursor"]}).json()
    assert [one["words"] for one in first["items"] + rest["items"]] == [str(number) for number in range(69, -1, -1)]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    "params",
    [
        {"stage": "nowhere"}, {"amount_min": -1}, {"amount_max": 2**53}, {"overdue_days": -1}, {"lead_id": "me"},
        {"cursor": "!"}, {"limit": 101}, {"q": "\x00"},
    ],
    ids=lambda params: next(iter(params)),
)  # fmt: skip
def test_a_filter_that_is_none_is_refused(manager, params):
    assert manager.get("/deals", params=params).status_code in {400, 422}


def test_no_cell_of_an_export_is_a_formula(manager, make_deal, make_company):
    company = make_company("@SUM(A1)")
    make_deal(title_ko='=HYPERLINK("http://x")', additionality="+1", company_id=company.id)
    text = manager.get("/deals/export", params={"format": "csv"}).content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["투자건명"], row["추가성"], row["기업"]) == ('\'=HYPERLINK("http://x")', "'+1", "'@SUM(A1)")
    content = manager.get("/deals/export", params={"format": "xlsx"}).content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert all(cell.data_type != "f" for cells in sheet.iter_rows() for cell in cells)
