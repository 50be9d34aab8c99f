"""Market demand over HTTP: who may read it, and that page, JSON and files are one."""

import csv
import io

import pytest

from fund_service.market.schemas import Breakdown, DocumentKind, MarketDemandView
from models.person import Role

MAKERS = {Role.PLANNER, Role.FUND_MANAGER}
KEY = {"Idempotency-Key": "once"}
TEXT = "차세대 반도체 고대역폭 메모리 적층과 하이브리드 본딩 공정 장비를 찾습니다."


@pytest.fixture
def five_groups(world):
    for group in range(5):
        world.signal(group, f"{TEXT} {group}", available_krw=123_456_789_012)
    world.release()


@pytest.mark.parametrize(
    "path",
    ["/market/demand", "/market/demand/export?format=csv", "/market/releases", "/market/releases/1",
     "/market/releases/1/export?format=csv"],
)  # fmt: skip
@pytest.mark.parametrize("role", Role)
def test_everybody_who_is_signed_in_reads_releases(client_for, five_groups, role, path):
    assert client_for(role).get(path).status_code == 200


@pytest.mark.parametrize("role", Role)
def test_planners_and_fund_managers_make_releases_and_auditors_see_who_read_them(client_for, world, role):
    world.say(TEXT, range(5))
    world.summarise()
    client = client_for(role)
    preview = client.get("/market/releases/new")
    assert preview.status_code == (200 if role in MAKERS else 403)
    digest = preview.json().get("digest") or "0" * 64
    made = client.post("/market/releases", json={"digest": digest}, headers=KEY)
    assert made.status_code == (201 if role in MAKERS else 403)
    assert client.get("/market/pulls").status_code == (200 if role is Role.AUDITOR else 403)


@pytest.mark.parametrize("path", ["/market/demand", "/market/demand/export"])
def test_a_visitor_must_sign_in(client_for, path):
    assert client_for(None).get(path).status_code == 401


def test_before_the_first_release_the_answer_says_so(client_for, world):
    world.say(TEXT, range(5))
    world.summarise()
    answer = client_for(Role.PLANNER).get("/market/demand")
    assert answer.status_code == 200
    assert answer.json()["release"] is None
    assert answer.json()["rows"] == []


@pytest.mark.parametrize("by", Breakdown)
def test_json_is_the_view(client_for, world, five_groups, by):
    answer = client_for(Role.PLANNER).get(f"/market/demand?by={by.value}")
    assert MarketDemandView.model_validate(answer.json()) == world.view(by)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["etag"] == f'"1-{by.value}"'
    assert "Accept-Language" in answer.headers["vary"]


@pytest.mark.parametrize("by", Breakdown)
def test_the_page_shows_the_figures_of_the_view(client_for, world, five_groups, by):
    page = client_for(Role.PLANNER).get(
        f"/market/demand?by={by.value}", headers={"Accept": "text/html", "Accept-Language": "ko"}
    )
    assert page.status_code == 200
    shown = [row for row in world.view(by).rows if row.stated_krw is not None]
    assert all(row.label_ko in page.text for row in shown)
    assert shown
    assert "6,170억" in page.text


def test_the_page_before_the_first_release_is_a_page_too(client_for):
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
    assert f'filename="market-demand-1-by-field.{kind.value}"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"


def test_the_file_gives_the_figures_of_the_page(client_for, five_groups):
    client = client_for(Role.PLANNER)
    (row,) = client.get("/market/demand").json()["rows"]
    (_, exported, _) = csv.reader(
        io.StringIO(client.get("/market/demand/export?format=csv").content.decode("utf-8-sig"))
    )
    assert [exported[0], int(exported[3]), int(exported[4])] == [row["code"], row["stated_krw"], row["verified_krw"]]


@pytest.mark.parametrize("path", ["/market/demand?by=planet", "/market/demand?by=", "/market/demand/export?format=doc"])
def test_an_unknown_breakdown_or_kind_is_refused(client_for, path):
    assert client_for(Role.PLANNER).get(path).status_code == 400


def test_the_number_of_statements_does_not_grow_with_the_rows(client_for, statements, world, five_groups):
    client = client_for(Role.PLANNER)
    with statements() as few:
        client.get("/market/demand")
    for group in range(5):
        world.signal(group, f"전고체 전지 {group}", fields=("02",))
    world.release()
    with statements() as many:
        client.get("/market/demand")
    assert len(many) == len(few)


def test_a_release_is_made_once_as_it_was_looked_at(client_for, world):
    world.say(TEXT, range(5))
    world.summarise()
    planner = client_for(Role.PLANNER)
    preview = planner.get("/market/releases/new").json()
    assert (preview["number"], preview["refusal"]) == (1, None)
    assert preview["published"] > 0
    assert preview["places"] == preview["published"] + preview["unsafe"] + preview["protecting"] + preview["empty"]
    made = planner.post("/market/releases", json={"digest": preview["digest"]}, headers=KEY)
    assert made.status_code == 201
    assert made.headers["location"] == "/market/releases/1"
    again = planner.post("/market/releases", json={"digest": preview["digest"]}, headers=KEY)
    assert (again.status_code, again.content) == (201, made.content)
    assert len(planner.get("/market/releases").json()["items"]) == 1
    assert planner.post("/market/releases", json={"digest": preview["digest"]}).status_code == 400


def test_another_release_than_was_looked_at_is_not_made(client_for, world):
    world.say(TEXT, range(5))
    world.summarise()
    answer = client_for(Role.PLANNER).post("/market/releases", json={"digest": "0" * 64}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")


def test_when_nothing_may_change_a_sentence_says_so(client_for, world, five_groups):
    world.signal(5, f"{TEXT} 5")
    world.summarise()
    planner = client_for(Role.PLANNER)
    preview = planner.get("/market/releases/new").json()
    assert "늦게 들어온 신호는 다음 공표를 기다립니다" in preview["refusal"]
    refused = planner.post("/market/releases", json={"digest": "0" * 64}, headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (409, "step_not_allowed")


def test_without_a_summary_there_is_nothing_to_release(client_for, reference_data):
    assert client_for(Role.PLANNER).get("/market/releases/new").json()["refusal"]


@pytest.mark.parametrize("path", ["/market/releases/2", "/market/releases/2/export", f"/market/releases/{2**64}"])
def test_a_release_that_was_not_made_is_not_found(client_for, five_groups, path):
    assert client_for(Role.INVESTOR).get(path).status_code in {404, 400}


def test_every_read_is_noted_with_who_what_and_how(client_for, five_groups):
    client_for(Role.INVESTOR).get("/market/demand?by=region")
    client_for(Role.PLANNER).get("/market/releases/1/export?format=xlsx&by=cell")
    pulls = client_for(Role.AUDITOR).get("/market/pulls").json()["items"]
    assert [(pull["number"], pull["person"], pull["kind"], pull["breakdown"]) for pull in pulls] == [
        (1, "planner@example.org", "xlsx", "cell"),
        (1, "investor@example.org", "page", "region"),
    ]


@pytest.mark.parametrize(
    "path", ["/market/releases", "/market/releases/new", "/market/pulls", "/market/demand?by=cell"]
)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_pages_of_releases_are_pages(client_for, five_groups, path, language):
    role = Role.AUDITOR if path == "/market/pulls" else Role.PLANNER
    page = client_for(role).get(path, headers={"Accept": "text/html", "Accept-Language": language})
    assert page.status_code == 200
    assert "<h1>" in page.text


def test_a_release_is_made_from_its_page(client_for, world):
    world.say(TEXT, range(5))
    world.summarise()
    planner = client_for(Role.PLANNER)
    digest = planner.get("/market/releases/new").json()["digest"]
    form = {"digest": digest, "idempotency_key": "from-a-page"}
    answer = planner.post("/market/releases/new", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/market/releases/1")
