import csv
import io

import pytest

from fund_service.ledger.posting import AccountKey
from models.instruction import InstructionKind
from models.ledger import AccountKind
from models.person import Role
from models.vehicle import LimitForce, LimitKind, LimitRule, VehicleKind

pytestmark = pytest.mark.usefixtures("reference_data")

BILLION = 10**9
READERS = {Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR}
PAGES = ("/fund", "/envelopes", "/limit-rules", "/policy")


@pytest.fixture
def manager(client_for):
    return client_for(Role.FUND_MANAGER)


@pytest.fixture
def tree(trillion, make_vehicle, make_deal, commit, draw):
    """A mother fund, a sub-fund with a project fund below it, and a deal in each."""
    sub = make_vehicle(VehicleKind.SUB_FUND, parent=trillion, size=300 * BILLION, name_ko="자펀드")
    project = make_vehicle(VehicleKind.PROJECT_FUND, parent=sub, size=100 * BILLION, name_ko="프로젝트펀드")
    for vehicle, krw in ((trillion, 50), (sub, 40), (project, 30)):
        deal = make_deal(title_ko=f"{vehicle.name_ko} 투자")
        commit(vehicle, deal, krw * BILLION)
        draw(vehicle, deal, krw * BILLION // 2)
    return trillion, sub, project


def test_every_figure_is_the_sum_of_its_lines_and_the_parts_add_up(manager, tree):
    said = manager.get("/fund").json()
    rows = {row["name_ko"]: row for row in said["vehicles"]}
    assert [(row["name_ko"], row["depth"]) for row in said["vehicles"]] == [
        ("모펀드", 0), ("자펀드", 1), ("프로젝트펀드", 2),
    ]  # fmt: skip
    for row in rows.values():
        own = row["figures"]
        parts = ("uncommitted_krw", "promised_krw", "committed_krw", "drawn_krw")
        assert own["size_krw"] == sum(own[part] for part in parts)
    mother, sub = rows["모펀드"]["figures"], rows["자펀드"]["figures"]
    assert (mother["size_krw"], mother["uncommitted_krw"], mother["promised_krw"]) == (
        1_000 * BILLION, 650 * BILLION, 300 * BILLION,
    )  # fmt: skip
    assert (mother["committed_krw"], mother["through_committed_krw"]) == (25 * BILLION, 60 * BILLION)
    assert (sub["through_committed_krw"], sub["through_drawn_krw"]) == (35 * BILLION, 35 * BILLION)
    total = said["total"]
    assert total["size_krw"] == sum(
        total[part] for part in ("drawn_krw", "committed_krw", "in_vehicles_krw", "available_krw")
    )
    assert (total["drawn_krw"], total["available_krw"]) == (60 * BILLION, 650 * BILLION)


def test_what_is_given_back_is_free_again(manager, trillion, make_deal, commit, keep):
    deal = make_deal()
    commit(trillion, deal, 50)
    keep(
        InstructionKind.COMMITMENT_RELEASE,
        [
            (AccountKey(AccountKind.COMMITTED, trillion.id, deal_id=deal.id), -50),
            (AccountKey(AccountKind.UNCOMMITTED, trillion.id), 50),
        ],
        vehicle_id=trillion.id,
        deal_id=deal.id,
    )
    total = manager.get("/fund").json()["total"]
    assert (total["committed_krw"], total["available_krw"]) == (0, 1_000 * BILLION)


def test_the_page_takes_the_same_statements_however_much_there_is(  # noqa: PLR0917 - fixtures
    manager, tree, make_vehicle, make_envelope, make_deal, commit, store, statements
):
    store(LimitRule(kind=LimitKind.MAIN_PURPOSE_SHARE, share_bp=1, basis_ko="가", basis_en="a"))
    make_envelope(budget=5, year=2026)
    manager.get("/fund")
    with statements() as few:
        manager.get("/fund")
    for number in range(3):
        sub = make_vehicle(VehicleKind.SUB_FUND, parent=tree[0], size=BILLION, name_ko=f"자펀드 {number}")
        commit(sub, make_deal(), 7)
        make_envelope(budget=9, year=2027 + number)
        store(
            LimitRule(kind=LimitKind.COMPANY_CONCENTRATION, vehicle_id=sub.id, share_bp=1, basis_ko="가", basis_en="a")
        )
    with statements() as many:
        said = manager.get("/fund").json()
    assert len(said["vehicles"]) == 6
    assert len(many) == len(few) <= 20, "\n".join(many)


def test_the_page_says_what_to_do_when_there_is_nothing(manager):
    said = manager.get("/fund").json()
    assert (said["chart"], said["vehicles"], said["total"]["size_krw"]) == (None, [], 0)
    page = manager.get("/fund", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "/vehicles/new" in page.text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_of_the_fund_is_shown_in_both_languages(client_for, tree, make_envelope, store, language):
    rule = LimitRule(
        kind=LimitKind.REGIONAL_FLOOR, force=LimitForce.WARNS, mega_region_code="honam", share_bp=1_000,
        basis_ko="근거", basis_en="Basis",
    )  # fmt: skip
    store(rule)
    envelope = make_envelope(budget=5, year=2026)
    addresses = [*PAGES, f"/vehicles/{tree[1].id}", f"/envelopes/{envelope.id}", f"/limit-rules/{rule.id}"]
    headers = {"Accept": "text/html"}
    for role, forms in (
        (
            Role.FUND_MANAGER,
            [
                "/vehicles/new",
                "/envelopes/new",
                f"/vehicles/{tree[1].id}/edit",
                f"/envelopes/{envelope.id}/edit",
            ],
        ),
        (Role.COMMITTEE_MEMBER, ["/limit-rules/new", f"/limit-rules/{rule.id}/edit"]),
    ):
        client = client_for(role)
        for address in [*addresses, *forms]:
            page = client.get(f"{address}?lang={language}", headers=headers)
            assert page.status_code == 200, (address, page.text)
            assert f'lang="{language}"' in page.text
            assert "style=" not in page.text
            assert "onclick" not in page.text


def test_the_fund_is_open_to_its_readers_alone(client_for):
    for role in Role:
        expected = 200 if role in READERS else 403
        client = client_for(role)
        for address in (*PAGES, "/fund/export", "/envelopes/export", "/limit-rules/export"):
            assert client.get(address).status_code == expected, (role, address)
    assert client_for(None).get("/fund").status_code == 401


def test_the_vehicles_come_as_a_table_with_won_as_numbers(manager, tree):
    answer = manager.get("/fund/export?format=csv&lang=en")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["Size (won)"] for row in rows] == ["1000000000000", "300000000000", "100000000000"]
    assert rows[1]["Draws on"] == "모펀드"
    assert manager.get("/fund/export").content[:2] == b"PK"


def test_a_name_that_a_spreadsheet_would_compute_is_text_in_the_table(manager, make_vehicle):
    make_vehicle(size=1, name_ko="=1+1")
    answer = manager.get("/fund/export?format=csv")
    assert "'=1+1" in answer.content.decode("utf-8-sig")
