"""Themes keep their identity from summary to summary, and a name that a person locked."""

from datetime import date, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select, update

from fund_service.themes.identity import give_identity
from models.identity import new_id
from models.market import DemandTheme, MarketSummary
from models.person import Role
from models.release import CellState, MarketRelease, ReleaseCell
from models.signal import DemandSignal, SignalState
from models.theme import Theme, ThemeNaming, ThemeStep

TODAY = date(2026, 11, 22)
NAME = {"name_ko": "적층 메모리", "name_en": "Stacked memory", "reason": "위원회에서 쓰는 이름"}


def identities(world, summary):
    with Session(world.engine) as session:
        rows = session.exec(select(DemandTheme).where(DemandTheme.summary_id == summary.id))
        return [(row.theme_id, row.label_ko) for row in sorted(rows, key=lambda row: row.code)]


def steps(world, summary):
    with Session(world.engine) as session:
        rows = session.exec(select(ThemeStep).where(ThemeStep.summary_id == summary.id))
        return {(row.kind.value, row.old_theme_id, row.new_theme_id) for row in rows}


def withdraw(world, *signals):
    with Session(world.engine) as session:
        changed = update(DemandSignal).where(col(DemandSignal.id).in_(signals)).values(state=SignalState.WITHDRAWN)
        session.connection().execute(changed)
        session.commit()


def released(world, summary, *, groups="5-9"):
    """A release that publishes every theme of a summary, whatever it speaks for."""
    with Session(world.engine) as session:
        last = session.exec(select(sa.func.max(MarketRelease.number))).one() or 0
        release = MarketRelease(
            number=last + 1, as_of=TODAY, summary_id=summary.id, method=1, digest="d" * 64, waiting=0
        )
        session.add(release)
        session.flush()
        for theme_id, label in identities(world, summary):
            session.add(
                ReleaseCell(
                    release_id=release.id,
                    field_code="*",
                    region_code="*",
                    theme=str(theme_id),
                    label_ko=label,
                    groups=groups,
                    stated_state=CellState.UNSAFE,
                    verified_state=CellState.UNSAFE,
                    since=1,
                )
            )
        session.commit()


@pytest.fixture
def theme_id(world) -> UUID:
    world.say(world.MEMORY, range(6))
    summary = world.summarise()
    released(world, summary)
    [(found, _)] = identities(world, summary)
    return found


def test_a_theme_goes_on_under_its_id_when_signals_come_and_go(world):
    said = world.say(world.MEMORY, range(6))
    first = world.summarise()
    [(theme, _)] = identities(world, first)
    assert steps(world, first) == {("new", None, theme)}
    withdraw(world, said[0])
    world.say(f"{world.MEMORY} 새로", range(6, 8))
    second = world.summarise()
    assert [found for found, _ in identities(world, second)] == [theme]
    assert steps(world, second) == {("continues", theme, theme)}


def test_a_theme_that_nobody_demands_any_more_has_ended_and_another_is_new(world):
    said = world.say(world.MEMORY, range(6))
    [(memory, _)] = identities(world, world.summarise())
    withdraw(world, *said)
    world.say(world.BATTERY, range(6), fields=("02",))
    second = world.summarise()
    [(battery, _)] = identities(world, second)
    assert steps(world, second) == {("ended", memory, None), ("new", None, battery)}


def test_a_theme_cut_in_two_is_told_as_a_split(world, read):
    said = world.say(world.MEMORY, range(10))
    halves = [said[:5], said[5:]]
    first = world.summarise()
    [(theme, _)] = identities(world, first)
    parts = [
        DemandTheme(
            id=new_id(), summary_id=first.id, code=f"01-{number}", field_code="01", label_ko="이름", label_en="name",
            terms_ko=[], terms_en=[], signals=5, groups=5, stated_krw=0, verified_krw=0, groups_recent=0,
            groups_before=0, answering_projects=0,
        )
        for number in range(2)
    ]  # fmt: skip
    with Session(world.engine, expire_on_commit=False) as session:
        later = MarketSummary(as_of=TODAY, input_digest="x", parameters={}, signals=10, groups=10, unclassified=0)
        session.add(later)
        session.flush()
        found = {part.id: frozenset(map(str, half)) for part, half in zip(parts, halves, strict=True)}
        give_identity(session, later, found, parts, before=session.get(MarketSummary, first.id))
        session.commit()
    assert {part.theme_id for part in parts} > {theme}
    assert steps(world, later) == {("split", theme, part.theme_id) for part in parts}


def test_planners_read_bands_and_names_and_no_counts_or_texts(client_for, theme_id):
    planner = client_for(Role.PLANNER)
    listed = planner.get("/themes").json()
    [item] = listed["items"]
    assert (item["id"], item["groups"], item["standing"]) == (str(theme_id), "5-9", "stable")
    said = planner.get(f"/themes/{theme_id}").text
    assert "투자자의 말입니다" not in said
    assert "signals" not in planner.get(f"/themes/{theme_id}").json()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_pages_are_there_in_both_languages(client_for, theme_id, language):
    planner = client_for(Role.PLANNER)
    headers = {"Accept": "text/html", "Accept-Language": language}
    for path in ("/themes", f"/themes/{theme_id}", f"/themes/{theme_id}/name/edit", f"/themes/{theme_id}/unlock/edit"):
        page = planner.get(path, headers=headers)
        assert page.status_code == 200
        assert f'lang="{language}"' in page.text


def test_before_a_release_nothing_is_shown_and_the_page_says_what_to_do(client_for, world):
    world.say(world.MEMORY, range(6))
    summary = world.summarise()
    [(theme, _)] = identities(world, summary)
    planner = client_for(Role.PLANNER)
    assert planner.get("/themes").json()["items"] == []
    assert planner.get("/themes", headers={"Accept": "text/html"}).status_code == 200
    assert planner.get(f"/themes/{theme}").status_code == 404
    released(world, summary, groups=None)
    assert planner.get("/themes").json()["items"] == []
    assert planner.get(f"/themes/{theme}").status_code == 404


def test_a_theme_that_dissolves_is_not_shown(client_for, world, theme_id, owner):
    with owner.begin() as connection:
        connection.execute(sa.text("UPDATE demand_theme SET stability_bp = 5999"))
    assert client_for(Role.PLANNER).get("/themes").json()["items"] == []


def test_a_locked_name_survives_the_next_summary_and_an_unlocked_one_does_not(client_for, world, theme_id):
    manager = client_for(Role.FUND_MANAGER)
    named = manager.put(f"/themes/{theme_id}/name", json=NAME, headers={"If-Match": '"1"'})
    assert (named.status_code, named.json()["locked"], named.headers["ETag"]) == (200, True, '"2"')
    world.say(f"{world.MEMORY} 새로", range(6, 8))
    second = world.summarise()
    assert identities(world, second) == [(theme_id, "적층 메모리")]
    released(world, second)
    unlocked = manager.post(f"/themes/{theme_id}/unlock", json={"reason": "다시"}, headers={"If-Match": '"2"'})
    assert unlocked.json()["locked"] is False
    assert [naming["kind"] for naming in unlocked.json()["namings"]] == ["unlocked", "locked"]
    world.say(f"{world.MEMORY} 또", range(8, 10))
    [(same, label)] = identities(world, world.summarise())
    assert same == theme_id
    assert label != "적층 메모리"
    again = manager.post(f"/themes/{theme_id}/unlock", json={"reason": "또"}, headers={"If-Match": '"3"'})
    assert again.status_code == 409


def test_naming_needs_the_version_that_was_read(client_for, theme_id):
    planner = client_for(Role.PLANNER)
    assert planner.put(f"/themes/{theme_id}/name", json=NAME).status_code == 428
    assert planner.put(f"/themes/{theme_id}/name", json=NAME, headers={"If-Match": '"7"'}).status_code == 412
    empty = planner.put(f"/themes/{theme_id}/name", json=NAME | {"reason": " "}, headers={"If-Match": '"1"'})
    assert (empty.status_code, "reason" in empty.text) == (400, True)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_read_and_name(client_for, theme_id, role):
    client = client_for(role)
    readers = {Role.PLANNER, Role.FUND_MANAGER, Role.AUDITOR}
    assert client.get("/themes").status_code == (200 if role in readers else 403)
    assert client.get(f"/themes/{theme_id}").status_code == (200 if role in readers else 403)
    named = client.put(f"/themes/{theme_id}/name", json=NAME, headers={"If-Match": '"1"'})
    assert named.status_code == (200 if role in readers - {Role.AUDITOR} else 403)


def test_the_form_names_and_unlocks_and_keeps_what_was_typed(client_for, theme_id, read):
    planner = client_for(Role.PLANNER)
    typed = {"name_ko": "가", "name_en": "", "reason": "왜", "version": "1"}
    refused = planner.post(f"/themes/{theme_id}/name/edit", data=typed, headers={"Accept": "text/html"})
    assert (refused.status_code, 'value="가"' in refused.text) == (422, True)
    done = planner.post(f"/themes/{theme_id}/name/edit", data=NAME | {"version": "1"}, follow_redirects=False)
    assert (done.status_code, done.headers["Location"]) == (303, f"/themes/{theme_id}")
    stale = planner.post(f"/themes/{theme_id}/unlock/edit", data={"reason": "왜", "version": "1"})
    assert stale.status_code == 422
    planner.post(f"/themes/{theme_id}/unlock/edit", data={"reason": "왜", "version": "2"}, follow_redirects=False)
    assert read.get(Theme, theme_id).locked_at is None
    assert len(read.exec(select(ThemeNaming)).all()) == 2


def test_steps_and_namings_cannot_be_changed(world, theme_id, client_for):
    client_for(Role.PLANNER).put(f"/themes/{theme_id}/name", json=NAME, headers={"If-Match": '"1"'})
    for table in ("theme_step", "theme_naming"):
        for change in (f"DELETE FROM {table}", f"UPDATE {table} SET recorded_at = now()"):  # noqa: S608 - our own tables
            with pytest.raises(sa.exc.DBAPIError), world.engine.begin() as connection:
                connection.execute(sa.text(change))


def test_the_history_tells_where_a_theme_came_from(client_for, world, theme_id, store, read):
    [summary] = read.exec(select(MarketSummary.id)).all()
    other = Theme(field_code="01", name_ko="숨은 이름", name_en="Hidden name")
    store(other)
    store(ThemeStep(summary_id=summary, kind="merged", old_theme_id=other.id, new_theme_id=theme_id, shared_bp=5000))
    lines = client_for(Role.PLANNER).get(f"/themes/{theme_id}").json()["lines"]
    assert [(line["kind"], line["came_from"], line["other_ko"]) for line in lines] == [
        ("merged", True, None),
        ("new", True, None),
    ]
    assert timedelta(0) == date.fromisoformat(lines[0]["on"]) - TODAY
