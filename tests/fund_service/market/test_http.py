"""Market demand over HTTP: who may read it, and that page, JSON and files are one."""

import csv
import io

import pytest

from fund_service import operations
from fund_service.market.schemas import Breakdown, DocumentKind, MarketDemandView
from models.person import Role

READERS = {Role.PLANNER, Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR}
TEXT = "차세대 반도체 고대역폭 메모리 적층과 하이브리드 본딩 공정 장비를 찾습니다."


@pytest.fixture
def five_groups(world):
    for group in range(5):
        world.signal(group, f"{TEXT} {group}", available_krw=123_456_789_012)
    world.summarise()


@pytest.mark.parametrize("path", ["/market/demand", "/market/demand/export?format=csv"])
@pytest.mark.parametrize("role", Role)
def test_only_those_who_plan_invest_public_money_or_audit_may_read_it(client_for, role, path):
    assert client_for(role).get(path).status_code == (200 if role in READERS else 403)


@pytest.mark.parametrize("path", ["/market/demand", "/market/demand/export"])
def test_a_visitor_must_sign_in(client_for, path):
    assert client_for(None).get(path).status_code == 401


def test_the_role_table_says_the_same():
    assert operations.OPERATIONS["read_market_demand"] == operations.OPERATIONS["export_market_demand"] == READERS


def test_before_the_first_summary_the_answer_says_so(client_for):
    answer = client_for(Role.PLANNER).get("/market/demand")
    assert answer.status_code == 200
    assert answer.json()["summary_id"] is None
    assert answer.json()["rows"] == []


@pytest.mark.parametrize("by", Breakdown)
def test_json_is_the_view(client_for, world, five_groups, by):
    answer = client_for(Role.PLANNER).get(f"/market/demand?by={by.value}")
    assert MarketDemandView.model_validate(answer.json()) == world.view(by)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["etag"] == f'"{world.view().summary_id}-{by.value}"'
    assert "Accept-Language" in answer.headers["vary"]


@pytest.mark.parametrize("by", Breakdown)
def test_the_page_shows_the_figures_of_the_view(client_for, world, five_groups, by):
    page = client_for(Role.PLANNER).get(
        f"/market/demand?by={by.value}", headers={"Accept": "text/html", "Accept-Language": "ko"}
    )
    assert page.status_code == 200
    (row,) = world.view(by).rows
    assert row.label_ko in page.text
    assert "6,170억" in page.text


def test_the_page_before_the_first_summary_is_a_page_too(client_for):
    assert client_for(Role.PLANNER).get("/market/demand", headers={"Accept": "text/html"}).status_code == 200


def test_asking_again_gives_the_same_answer(client_for, five_groups):
    client = client_for(Role.PLANNER)
    assert client.get("/market/demand").content == client.get("/market/demand").content


def test_no_exact_amount_no_name_and_no_word_of_a_signal_leaves(client_for, world, five_groups):
    client = client_for(Role.PLANNER)
    ids = [str(organisation.id) for organisation in world.organisations]
    for kind in ("json", "csv", "txt", "md"):
        text = client.get(f"/market/demand/export?format={kind}").text
        assert not any(
            secret in text for secret in ["123456789012", "617283945060", "찾습니다", "그룹 0", "Investor", *ids]
        )


@pytest.mark.parametrize("kind", DocumentKind)
def test_every_kind_of_file_can_be_saved(client_for, five_groups, kind):
    answer = client_for(Role.PLANNER).get(f"/market/demand/export?format={kind.value}&by=field")
    assert answer.status_code == 200
    assert f'filename="market-demand-by-field-2026-11-22.{kind.value}"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"


def test_the_file_gives_the_figures_of_the_page(client_for, five_groups):
    client = client_for(Role.PLANNER)
    (row,) = client.get("/market/demand").json()["rows"]
    (_, exported, _) = csv.reader(
        io.StringIO(client.get("/market/demand/export?format=csv").content.decode("utf-8-sig"))
    )
    assert [exported[0], *map(int, exported[2:6])] == [
        row["code"], row["groups"], row["signals"], row["stated_krw"], row["verified_krw"]
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/market/demand?by=planet", "/market/demand?by=", "/market/demand/export?format=doc"])
def test_an_unknown_breakdown_or_kind_is_refused(client_for, path):
    assert client_for(Role.PLANNER).get(path).status_code == 400


def test_the_number_of_statements_does_not_grow_with_the_rows(client_for, statements, world, five_groups):
    client = client_for(Role.PLANNER)
    with statements() as few:
        client.get("/market/demand")
    for group in range(5):
        world.signal(group, f"전고체 전지 {group}", fields=("02",))
    world.summarise()
    with statements() as many:
        client.get("/market/demand")
    assert len(many) == len(few)
