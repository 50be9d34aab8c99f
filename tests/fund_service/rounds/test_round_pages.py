"""The pages and forms of rounds, and quotas from files."""

import csv
import io

import pytest

from models.person import Role
from tests.fund_service.rounds.conftest import EOK

HTML = {"Accept": "text/html"}


def send_file(market, view, text, *, name="quotas.csv", version=None):
    return market.manager.post(
        f"/rounds/{view['id']}/quotas/import",
        data={"version": str(version or view["version"])},
        files={"document": (name, text if isinstance(text, bytes) else text.encode(), "text/csv")},
        headers=HTML,
        follow_redirects=False,
    )


def test_a_round_is_opened_edited_and_confirmed_from_pages(market):
    manager = market.manager
    page = manager.get("/rounds", headers=HTML).text
    assert "아직 연 라운드가 없습니다" in page
    assert manager.get("/rounds/new", headers=HTML).status_code == 200
    refused = manager.post("/rounds/new", data={"name": "", "attention": "5"}, headers=HTML)
    assert refused.status_code == 422
    form = {"name": "봄 라운드", "attention": "2", "min_exposure": "1", "most_bp": ""}
    opened = manager.post("/rounds/new", data=form, headers=HTML, follow_redirects=False)
    assert opened.status_code == 303
    address = opened.headers["Location"]
    assert "봄 라운드" in manager.get("/rounds", headers=HTML).text
    assert "봄 라운드" in manager.get(f"{address}/edit", headers=HTML).text
    form = {**form, "name": "여름 라운드", "most_bp": "9,000", "version": "1"}
    assert manager.post(f"{address}/edit", data=form, headers=HTML, follow_redirects=False).status_code == 303
    stale = manager.post(f"{address}/edit", data=form, headers=HTML)
    assert stale.status_code == 422
    assert "다른 사람이" in stale.text
    page = manager.get(address, headers=HTML).text
    assert "여름 라운드" in page
    assert "추첨의 대가" in page
    view = manager.get(address).json()
    data = {"digest": view["digest"], "idempotency_key": "one"}
    for _ in range(2):
        done = manager.post(f"{address}/confirming", data=data, headers=HTML, follow_redirects=False)
        assert (done.status_code, done.headers["Location"]) == (303, address)
    page = manager.get(f"{address}?lang=en", headers=HTML).text
    assert "What came of it" in page
    assert "Seed" in page


def test_a_round_is_called_off_from_its_page(market):
    view = market.open()
    done = market.manager.post(
        f"/rounds/{view['id']}/cancelling", data={"idempotency_key": "k"}, headers=HTML, follow_redirects=False
    )
    assert done.status_code == 303
    assert market.manager.get(f"/rounds/{view['id']}").json()["state"] == "cancelled"


def test_one_quota_is_set_from_its_form(market):
    view = market.open()
    address = f"/rounds/{view['id']}/quotas/project/{market.projects[0].id}/edit"
    assert "과제 0" in market.manager.get(address, headers=HTML).text
    data = {"meetings": "1", "krw": "3,000,000,000", "version": "1"}
    assert market.manager.post(address, data=data, headers=HTML, follow_redirects=False).status_code == 303
    quotas = market.manager.get(f"/rounds/{view['id']}/quotas").json()
    assert (1, 30 * EOK) in {(it["meetings"], it["krw"]) for it in quotas["projects"]}
    assert market.manager.post(address, data=data, headers=HTML).status_code == 422, "the form is out of date"
    own = f"/rounds/{view['id']}/quotas/investor/{market.scene.owner.id}/edit"
    assert "한빛벤처스" in market.manager.get(own, headers=HTML).text
    empty = market.manager.post(own, data={"meetings": "", "version": "2"}, headers=HTML)
    assert empty.status_code == 422
    hidden = market.signals["가림벤처스"].organisation_id
    for side in ("investor", "nobody"):
        assert market.manager.get(f"/rounds/{view['id']}/quotas/{side}/{hidden}/edit").status_code in {400, 404, 422}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_quotas_downloaded_changed_and_sent_in_are_set(market, kind):
    view = market.open()
    content = market.manager.get(f"/rounds/{view['id']}/quotas/export?format={kind}").content
    assert send_file(market, view, content, name=f"quotas.{kind}").status_code == 303
    quotas = market.manager.get(f"/rounds/{view['id']}/quotas").json()
    assert {it["krw"] for it in quotas["investors"]} == {50 * EOK, 100 * EOK}
    table = list(
        csv.reader(
            io.StringIO(
                market.manager.get(f"/rounds/{view['id']}/quotas/export?format=csv").content.decode("utf-8-sig")
            )
        )
    )
    changed = [[*row[:3], "1", "2,000"] for row in table[1:]]
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in [table[0], *changed])
    assert send_file(market, view, text, version=2).status_code == 303
    quotas = market.manager.get(f"/rounds/{view['id']}/quotas").json()
    assert {(it["meetings"], it["krw"]) for it in quotas["investors"] + quotas["projects"]} == {(1, 2_000)}


def test_a_file_with_bad_lines_is_refused_whole_with_every_line(market):
    view = market.open()
    good, owner = market.projects[0].id, market.scene.owner.id
    text = (
        f"side,id,meetings,krw\nproject,{good},1,\nproject,{good},2,\ninvestor,{owner},,5\nproject,{owner},1,1\n"
        f"nobody,x,-1,many\n"
    )
    page = send_file(market, view, text)
    assert page.status_code == 422
    for line in (3, 4, 5, 6):
        assert f"{line}행" in page.text
    assert "1차 라운드" in page.text
    assert market.manager.get(f"/rounds/{view['id']}").json()["version"] == 1
    assert send_file(market, view, "side,id,meetings,krw\n").status_code == 422
    missing = market.manager.post(f"/rounds/{view['id']}/quotas/import", data={"version": "1"}, headers=HTML)
    assert missing.status_code == 422
    assert market.manager.get(f"/rounds/{view['id']}/quotas/import", headers=HTML).status_code == 200


def test_a_file_with_too_many_rows_is_refused(market, monkeypatch):
    monkeypatch.setattr("fund_service.rounds.quotas.MAX_QUOTAS", 1)
    view = market.open()
    rows = "".join(f"project,{project.id},1,\n" for project in market.projects)
    assert send_file(market, view, f"side,id,meetings,krw\n{rows}").status_code == 422


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_can_be_read_by_everybody_who_may(market, language):
    view = market.open(min_exposure=3, attention=2)
    market.confirm(view)
    for client in (market.manager, market.planner, market.auditor):
        for path in ("/rounds", f"/rounds/{view['id']}", f"/rounds/{view['id']}/quotas"):
            assert client.get(f"{path}?lang={language}", headers=HTML).status_code == 200
        assert client.get(f"/rounds/{view['id']}/export").status_code == 200
    for client in (market.scene.investor, market.scene.team):
        assert client.get(f"/rounds/mine?lang={language}", headers=HTML).status_code == 200


def test_what_is_not_there_is_not_found(market):
    for path in ("", "/quotas", "/export", "/quotas/export"):
        assert market.manager.get(f"/rounds/{market.projects[0].id}{path}").status_code == 404


def test_nobody_else_reads_or_moves_a_round(market, client_for):
    view = market.open()
    for role in Role:
        if role not in {Role.FUND_MANAGER, Role.PLANNER, Role.AUDITOR}:
            assert client_for(role).get(f"/rounds/{view['id']}").status_code == 403
        if role is not Role.FUND_MANAGER:
            assert market.confirm(view, client=client_for(role)).status_code == 403
            assert client_for(role).post("/rounds", json={"name": "x"}).status_code == 403
