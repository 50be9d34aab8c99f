"""Rounds over HTTP: drawn up, looked at, confirmed once, frozen, and seen by those who may."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from models.matching_round import RoundAssignment, RoundResult
from models.project import ProjectType
from models.signal import Confidentiality, SignalState
from tests.fund_service.answers.scene import keyed
from tests.fund_service.rounds.conftest import EOK

HTML = {"Accept": "text/html"}


def test_a_draft_shows_what_would_come_of_it(market):
    view = market.open(attention=2, min_exposure=1)
    figures = view["figures"]
    assert (view["state"], figures["investors"], figures["projects"], figures["pairs"]) == ("draft", 2, 3, 6)
    assert figures["meetings"] == 4
    assert figures["projects_met"] == 3, "the floor brings the third project in"
    assert figures["without_floor"] > figures["with_floor"] == pytest.approx(figures["total"], abs=1e-5)
    assert view["shortages"] == []
    assert view["listed"] == 4, "the confidential investor's are not even counted"
    assert len(view["digest"]) == 64
    assert view["seed"] is None


def test_the_quotas_on_record_are_the_signals_and_projects_own(market):
    view = market.open(attention=4)
    quotas = market.manager.get(f"/rounds/{view['id']}/quotas").json()
    found = {it["name_ko"]: (it["meetings"], it["krw"]) for it in quotas["investors"]}
    assert found == {"다온캐피탈": (4, 50 * EOK), "한빛벤처스": (4, 100 * EOK)}
    assert {(it["meetings"], it["krw"]) for it in quotas["projects"]} == {(None, None)}


def test_quotas_bind_and_the_one_that_does_is_named(market):
    view = market.open(attention=2, min_exposure=3)
    first = market.projects[0]
    set_ = market.quotas(
        view,
        {"side": "investor", "id": str(market.scene.owner.id), "meetings": 3, "krw": 15 * EOK},
        {"side": "project", "id": str(first.id), "meetings": 1, "krw": None},
    )
    assert set_.status_code == 200, set_.text
    view = market.manager.get(f"/rounds/{view['id']}").json()
    assert view["version"] == 2
    named = {shortage["quota"]: shortage for shortage in view["shortages"]}
    assert [it["id"] for it in named["places"]["projects"]] == [str(first.id)]
    assert named["places"]["missing"] == 1, "of the two investors that have a pair"
    assert sum(it["ticket_krw"] for it in view["assignments"]) == 10 * EOK


def test_region_specific_projects_have_a_floor_of_their_own_that_is_named_where_it_binds(market):
    """Of three projects the last is worth least: nobody looks at it unless its floor asks for that."""
    last = market.projects[2]
    last.project_type, last.host_region_codes = ProjectType.TRANSITION, ["44"]
    market.scene.store(last)
    plain = market.open(attention=1, min_exposure=0)
    assert str(last.id) not in {it["project"]["id"] for it in plain["assignments"]}
    floored = market.open(attention=1, min_exposure=0, regional_exposure=1)
    assert [it["project"]["id"] for it in floored["assignments"]].count(str(last.id)) == 1
    figures = floored["figures"]
    assert (figures["regional_projects"], figures["regional_met"], figures["regional_meetings"]) == (1, 1, 1)
    assert figures["with_floor"] < figures["without_floor"], "the price of the floor is told"
    assert floored["shortages"] == []
    assert floored["digest"] != plain["digest"]
    [short] = market.open(attention=1, min_exposure=0, regional_exposure=3)["shortages"]
    assert (short["quota"], short["regional"]) == ("pairs", True)
    assert [it["id"] for it in short["projects"]] == [str(last.id)]
    everybody = market.open(attention=1, min_exposure=3, regional_exposure=3)["shortages"]
    assert everybody
    assert not any(it["regional"] for it in everybody), "it binds all alike"
    page = market.planner.get(f"/rounds/{floored['id']}?lang=ko", headers={"Accept": "text/html"}).text
    assert "지역 특화 과제 최소 노출" in page
    assert "1개 중 1개" in page
    last.project_type, last.host_region_codes = ProjectType.NATIONWIDE, []
    market.scene.store(last)
    assert market.confirm(floored).status_code == 412, "it was looked at with another type"


@pytest.mark.parametrize(
    ("item", "status", "code"),
    [
        ({"side": "investor", "id": "SIGNAL", "meetings": 3}, 422, "invalid"),
        ({"side": "project", "id": "PROJECT", "meetings": -1}, 400, "bad_request"),
        ({"side": "investor", "id": "OWNER", "meetings": None}, 400, "bad_request"),
        ({"side": "investor", "id": "HIDDEN", "meetings": 1}, 422, "invalid"),
    ],
)
def test_a_quota_of_nobody_or_of_nonsense_is_refused(market, item, status, code):
    view = market.open()
    ids = {
        "SIGNAL": market.signals["한빛벤처스"].id,
        "PROJECT": market.projects[0].id,
        "OWNER": market.scene.owner.id,
        "HIDDEN": market.signals["가림벤처스"].organisation_id,
    }
    answer = market.quotas(view, {**item, "id": str(ids[item["id"]])})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_quota_comes_once_and_from_what_was_read_last(market):
    view = market.open()
    item = {"side": "project", "id": str(market.projects[0].id), "meetings": 1}
    assert market.quotas(view, item, item).status_code == 422
    assert market.quotas(view, item).status_code == 200
    assert market.quotas(view, item).status_code == 412


def test_a_draft_is_edited_but_not_who_takes_part(market):
    view = market.open()
    headers = {"If-Match": '"1"'}
    answer = market.manager.put(
        f"/rounds/{view['id']}", json={"name": "다른 이름", "attention": 3, "min_exposure": 0}, headers=headers
    )
    assert (answer.status_code, answer.json()["name"], answer.headers["ETag"]) == (200, "다른 이름", '"2"')
    other = {"name": "다른 이름", "field_codes": ["02"]}
    assert market.manager.put(f"/rounds/{view['id']}", json=other, headers={"If-Match": '"2"'}).status_code == 422
    assert market.manager.put(f"/rounds/{view['id']}", json=other).status_code == 428


def test_a_confirmed_round_is_on_record_and_nothing_of_it_changes(market, read):
    view = market.open(attention=2)
    answer = market.confirm(view)
    assert answer.status_code == 200, answer.text
    done = answer.json()
    assert (done["state"], done["digest"], done["version"]) == ("confirmed", None, 2)
    assert done["assignments"] == view["assignments"]
    kinds = [row.confidentiality for row in read.exec(select(RoundAssignment))]
    assert kinds.count(Confidentiality.OPEN) == view["figures"]["meetings"] == 4
    assert kinds.count(Confidentiality.CONFIDENTIAL) == 2, "it is given what the open ones left"
    assert read.exec(select(RoundResult)).one().inputs_digest == view["digest"]
    address, headers = f"/rounds/{view['id']}", {"If-Match": '"2"'}
    item = {"side": "project", "id": str(market.projects[0].id), "meetings": 1}
    assert market.confirm(view).json()["code"] == "step_not_allowed"
    assert market.manager.post(f"{address}/cancel", headers=keyed()).status_code == 409
    assert market.manager.put(address, json={"name": "x"}, headers=headers).status_code == 409
    assert market.manager.put(f"{address}/quotas", json={"items": [item]}, headers=headers).status_code == 409
    market.scene.signal(organisation_id=market.scene.owner.id)
    assert market.manager.get(address).json()["figures"] == done["figures"], "what comes later changes nothing"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE matching_round SET name = 'x'",
        "UPDATE matching_round SET state = 'draft', confirmed_at = NULL, confirmed_by_id = NULL",
        "DELETE FROM matching_round",
        "UPDATE round_investor SET attention = 9",
        "DELETE FROM round_project",
        "UPDATE round_assignment SET value = 1",
        "DELETE FROM round_assignment",
        """INSERT INTO round_assignment SELECT gen_random_uuid(), recorded_at, round_id, organisation_id,
        confidentiality, project_id, signal_id, value, chance, ticket_krw FROM round_assignment LIMIT 1""",
        "UPDATE round_result SET seed = 1",
        "TRUNCATE round_result",
    ],
)
def test_the_database_itself_keeps_a_confirmed_round(market, database, owner, statement):
    assert market.confirm(market.open()).status_code == 200
    for engine in (database, owner):
        with engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(sa.text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE matching_round SET state = 'confirmed', confirmed_at = now(), confirmed_by_id = opened_by_id",
        """INSERT INTO matching_round SELECT gen_random_uuid(), recorded_at, version, updated_at, source, external_id,
        source_digest, name, 'cancelled', field_codes, attention, min_exposure, most_bp, opened_by_id
        FROM matching_round""",
        "DELETE FROM matching_round",
    ],
)
def test_the_database_takes_no_round_past_its_steps(market, owner, statement):
    market.open()
    with owner.connect() as connection, pytest.raises(DBAPIError, match="round"):
        connection.execute(sa.text(statement))


def test_what_was_looked_at_is_what_is_confirmed(market):
    view = market.open()
    assert market.quotas(view, {"side": "project", "id": str(market.projects[0].id), "meetings": 0}).status_code == 200
    answer = market.confirm(view)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")


def test_the_same_confirmation_coming_again_is_answered_the_same(market, read):
    view = market.open()
    first, again = (market.confirm(view, key="once") for _ in range(2))
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert len(read.exec(select(RoundResult)).all()) == 1


def test_of_confirmations_at_the_same_time_one_counts(market, read):
    view = market.open(most_bp=9_000)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: market.confirm(view).status_code, range(4)))
    assert sorted(answers) == [200, 409, 409, 409]
    assert len(read.exec(select(RoundResult)).all()) == 1


def test_a_lot_is_drawn_at_the_moment_of_confirming_and_can_be_repeated(market, read):
    view = market.open(attention=1, min_exposure=0, most_bp=5_000)
    assert view["assignments"] == [], "nobody looks at a draw before it is made"
    assert view["figures"]["expected"] < view["figures"]["with_floor"]
    done = market.confirm(view).json()
    assert done["seed"] == read.exec(select(RoundResult.seed)).one() is not None
    assert all(0 < it["chance"] <= 0.5 for it in done["assignments"])
    assert done["figures"]["expected"] == pytest.approx(view["figures"]["expected"])


def test_a_round_where_nobody_would_meet_is_not_confirmed(market, store):
    for signal in market.signals.values():
        signal.state = SignalState.WITHDRAWN
        store(signal)
    view = market.open()
    assert view["figures"]["pairs"] == 0
    assert "만날 수 있는 짝이 없습니다" in market.manager.get(f"/rounds/{view['id']}", headers=HTML).text
    assert market.confirm(view).status_code == 422


def test_a_round_called_off_assigns_nobody(market):
    view = market.open()
    answer = market.manager.post(f"/rounds/{view['id']}/cancel", headers=keyed())
    assert (answer.status_code, answer.json()["state"], answer.json()["figures"]) == (200, "cancelled", None)
    assert "취소되었" in market.manager.get(f"/rounds/{view['id']}", headers=HTML).text
    assert market.confirm(view).status_code == 409


def test_a_round_over_fields_takes_their_signals_alone(market):
    view = market.open(field_codes=["01"])
    assert view["figures"]["pairs"] == 0
    assert view["field_codes"] == ["01"]


def test_an_organisation_looks_at_a_project_once_by_its_best_signal(market, read):
    scene, project = market.scene, market.projects[0]
    second = scene.signal(ticket_min_krw=EOK)
    scene.match(second, project, 0.95)
    view = market.open(attention=5)
    assert view["figures"]["pairs"] == 6
    assert market.confirm(view).status_code == 200
    rows = read.exec(
        select(RoundAssignment.signal_id).where(
            RoundAssignment.organisation_id == scene.owner.id, col(RoundAssignment.project_id) == project.id
        )
    ).all()
    assert rows == [second.id]


def test_who_the_investors_are_is_told_as_their_signals_are(market):
    view = market.open()
    market.confirm(view)
    address = f"/rounds/{view['id']}"
    manager, planner, auditor = (
        client.get(address).json() for client in (market.manager, market.planner, market.auditor)
    )
    assert {it["investor"]["name_ko"] for it in manager["assignments"]} == {"한빛벤처스", "다온캐피탈"}
    assert planner["assignments"] == []
    assert planner["figures"]["tickets_krw"] is None
    assert manager["figures"]["tickets_krw"] == sum(it["ticket_krw"] for it in manager["assignments"])
    assert "가림벤처스" in {it["investor"]["name_ko"] for it in auditor["assignments"]}
    assert (manager["listed"], auditor["listed"]) == (6, 9)
    for client in (market.manager, market.planner):
        for path in ("", "/quotas"):
            assert "가림벤처스" not in client.get(address + path, headers=HTML).text
        for path in ("/export", "/quotas/export"):
            assert "가림벤처스" not in client.get(f"{address}{path}?format=csv").content.decode("utf-8-sig")
    for path in ("", "/quotas", "/export?format=csv", "/quotas/export?format=csv"):
        assert "한빛벤처스" not in market.planner.get(address + path).text


def test_an_investor_sees_its_own_projects_and_a_team_how_many_look(market):
    assert market.scene.investor.get("/rounds/mine").json()["items"] == []
    view = market.open()
    assert market.scene.investor.get("/rounds/mine").json()["items"] == [], "a draft is nobody's"
    market.confirm(view)
    (own,) = market.scene.investor.get("/rounds/mine").json()["items"]
    assert [it["project"]["name_ko"] for it in own["projects"]] == ["과제 0", "과제 1", "과제 2"]
    assert own["looked_at"] == []
    (team,) = market.scene.team.get("/rounds/mine").json()["items"]
    assert [count for _, count in team["looked_at"]] == [2, 2, 2], "the confidential investor is not even counted"
    assert team["projects"] == []
    page = market.scene.team.get("/rounds/mine", headers=HTML).text
    assert "투자자 2곳이 검토합니다" in page
    assert "한빛벤처스" not in page


def test_rounds_are_listed_page_by_page(market):
    opened = [market.open(name=f"라운드 {number}")["id"] for number in range(3)]
    first = market.planner.get("/rounds?limit=2").json()
    assert [it["id"] for it in first["items"]] == opened[:0:-1]
    rest = market.planner.get(f"/rounds?limit=2&cursor={first['next_cursor']}").json()
    assert [it["id"] for it in rest["items"]] == opened[:1]
    for view in opened:
        market.confirm(market.manager.get(f"/rounds/{view}").json())
    own = market.scene.investor.get("/rounds/mine?limit=2").json()
    rest = market.scene.investor.get(f"/rounds/mine?limit=2&cursor={own['next_cursor']}").json()
    assert [it["id"] for it in own["items"] + rest["items"]] == opened[::-1]


def test_whoever_sets_quotas_learns_nothing_of_confidential_signals(market, store, read):
    """A round is the same to a manager and a planner with confidential signals as without, however it is asked."""
    scene = market.scene
    alone = scene.project("비공개 수요만 찾는 과제")
    scene.match(market.signals["가림벤처스"], alone, 0.9, rank=1)
    asked = {"attention": 3, "min_exposure": 3}

    def told(view):
        address = f"/rounds/{view['id']}"
        [quotas, files] = [
            [client.get(f"{address}/{path}").text for client in (market.manager, market.planner)]
            for path in ("quotas", "quotas/export?format=csv")
        ]
        assert str(alone.id) not in "".join(quotas + files)
        item = {"side": "project", "id": str(alone.id), "meetings": 1}
        assert market.quotas(view, item).status_code == 422, "as for a project that takes no part"
        shown = market.planner.get(address).json()
        return [view["figures"], view["shortages"], view["assignments"], shown["figures"], shown["shortages"]]

    with_them = market.open(**asked)
    before = told(with_them)
    confirmed = market.confirm(with_them).json()
    assert confirmed["figures"] == with_them["figures"]
    kept = read.exec(select(RoundAssignment).where(RoundAssignment.project_id == alone.id)).one()
    assert kept.confidentiality is Confidentiality.CONFIDENTIAL
    assert str(alone.id) not in market.manager.get(f"/rounds/{with_them['id']}/quotas").text
    hidden = market.signals["가림벤처스"]
    hidden.state = SignalState.WITHDRAWN
    store(hidden)
    assert told(market.open(**asked)) == before


def test_an_open_signal_is_not_kept_back_by_a_confidential_one_of_the_same_organisation(market, read):
    scene, project = market.scene, market.projects[0]
    hidden = scene.signal("비공개 수요", confidentiality=Confidentiality.CONFIDENTIAL)
    scene.match(hidden, project, 0.99)
    view = market.open(attention=3)
    mine = [it["project"]["name_ko"] for it in view["assignments"] if it["investor"]["name_ko"] == "한빛벤처스"]
    assert "과제 0" in mine
    assert market.confirm(view).status_code == 200
    query = select(RoundAssignment.signal_id).where(RoundAssignment.organisation_id == scene.owner.id)
    assert hidden.id not in read.exec(query).all()


def test_a_signal_made_confidential_after_its_round_is_known_no_longer(market, store):
    view = market.open()
    market.confirm(view)
    signal = market.signals["다온캐피탈"]
    signal.confidentiality = Confidentiality.CONFIDENTIAL
    store(signal)
    address = f"/rounds/{view['id']}"
    assert "다온캐피탈" not in {it["investor"]["name_ko"] for it in market.manager.get(address).json()["assignments"]}
    assert "다온캐피탈" not in market.manager.get(f"{address}/export?format=csv").content.decode("utf-8-sig")
    (team,) = market.scene.team.get("/rounds/mine").json()["items"]
    assert [count for _, count in team["looked_at"]] == [1, 1, 1]
    assert len(market.auditor.get(address).json()["assignments"]) == 9
