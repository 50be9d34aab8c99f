"""The demand index and the gap map of a release: what is told, what is withheld, and when it changes."""

import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from fund_service.market.coarse import RATES, rate_up, share_near, share_up, step_down, step_near, step_up
from fund_service.market.drafts import draft_release
from fund_service.market.gap import probability_at
from fund_service.market.gap_queries import gap_map_view
from fund_service.market.indices import figures, ranks
from fund_service.market.reading import gaps_of, index_of
from fund_service.market.releases import make_release_of
from fund_service.market.schemas import Breakdown, MarketDemandView
from fund_service.market.voices import demand_of_release, panel_exposure
from matching.demand.trend import Exposure
from models.embedding import StoredYardstick
from models.indices import GapWay, IndexAxis, ReleaseGap, TrendWay
from models.match import Match, MatchRun, SignalMatching
from models.person import Role
from models.project import ProjectField, RndProject
from models.signal import CommitmentLevel, DemandSignal
from tests.commitment_acts import climb
from tests.fund_service.page_reading import faults_of

HTML = {"Accept": "text/html"}
SIGNED = {"commitment_level": CommitmentLevel.SIGNED}
SEOUL = {"regions": ("11",)}


def lines(world, axis=IndexAxis.THEME):
    """Read the lines of the newest release, by key."""
    with Session(world.engine) as session:
        newest = session.exec(sa.text("SELECT id FROM market_release ORDER BY number DESC")).first()
        return {line.key: line for line in index_of(session, newest[0]) if line.axis is axis}


def two_themes(world):
    """Ten groups that sign for one thing, and six that only speak of another."""
    world.say(world.MEMORY, range(10), **SIGNED, **SEOUL)
    return world.say(world.BATTERY, range(6), fields=("02",))


class TestWhatIsTold:
    def test_themes_are_ranked_capped_and_raw_side_by_side(self, world):
        two_themes(world)
        world.release()
        memory, battery = sorted((row.index for row in world.view().rows), key=lambda index: index.rank)
        assert (memory.rank, battery.rank, memory.of) == (1, 2, 2)
        assert memory.raw_voices >= memory.voices > battery.voices
        assert (memory.raw_rank, battery.raw_rank, memory.raw_of) == (1, 2, 2)
        assert (memory.effective_groups, memory.top_share_percent, memory.verified_share_percent) == (9, 15, 90)
        assert (battery.verified_share_percent, battery.effective_groups) == (0, 6)
        assert (memory.worst_rank, battery.worst_rank) == (1, 2)
        assert memory.trend.direction is TrendWay.NOT_ENOUGH_DATA or memory.trend.ratio_percent is not None
        fields = {row.code: row.index for row in world.view(Breakdown.FIELD).rows}
        assert (fields["01"].rank, fields["02"].rank) == (1, 2)
        assert fields["05"] is None, "nobody speaks of it, so it has no line"

    def test_where_one_group_stands_out_the_spread_is_withheld_and_the_rank_is_not(self, world):
        world.signal(0, f"{world.MEMORY} 큰 투자자", available_krw=10**13, **SIGNED)
        world.say(world.MEMORY, range(1, 6))
        world.release()
        (line,) = lines(world).values()
        assert line.capped_tenths > 0
        assert line.effective_groups is line.top_share_percent is line.flip_places is line.raw_tenths is None

    def test_raw_voices_are_withheld_where_an_amount_is(self, world):
        world.say(world.MEMORY, range(8))
        world.signal(8, f"{world.MEMORY} 혼자 서명", **SIGNED, available_krw=2 * 10**9)
        world.release()
        (line,) = lines(world).values()
        assert (line.effective_groups is not None, line.raw_tenths, line.verified_share_percent) == (True, None, None)

    def test_what_is_not_published_has_no_line(self, world):
        world.say(world.MEMORY, range(6))
        world.say(world.BATTERY, range(4), fields=("02",))
        world.release()
        assert len(lines(world)) == 1
        assert set(lines(world, IndexAxis.FIELD)) == {"01"}

    def test_a_trend_is_told_in_steps_and_takes_the_panels_growth_out(self, world):
        world.say(world.MEMORY, range(10))
        world.say(f"{world.MEMORY} 작년", range(2), received_on=world.TODAY - timedelta(days=500))
        world.say(f"{world.BATTERY} 작년", range(10), received_on=world.TODAY - timedelta(days=500), fields=("02",))
        world.release()
        told = {line.direction: line for line in lines(world).values()}
        assert told.keys() == {TrendWay.UP, TrendWay.DOWN}
        up, down = told[TrendWay.UP], told[TrendWay.DOWN]
        assert (up.low_percent, up.ratio_percent, up.high_percent, up.q_percent) == (126, 400, 1_000, 5)
        assert (down.low_percent, down.ratio_percent, down.high_percent) == (10, 25, 25), "nobody now, and not told so"

    def test_a_theme_that_dissolves_is_published_by_no_release(self, world, owner):
        two_themes(world)
        world.summarise()
        with owner.begin() as connection:
            connection.execute(sa.text("UPDATE demand_theme SET stability_bp = 5999 WHERE field_code = '02'"))
        with Session(world.engine) as session:
            made = make_release_of(session, made_by=None)
            session.commit()
            heard = demand_of_release(session, made.id)
        assert sum(one.theme == "unclassified" for one in heard.signals) == 6
        assert {row.field_code for row in world.view().rows} == {"01", None}
        assert next(row for row in world.view().rows if row.field_code is None).code == "unclassified"
        assert set(lines(world)) == {row.code for row in world.view().rows if row.field_code}


class TestWhenItChanges:
    def test_a_line_stays_while_its_place_says_the_same_though_voices_decay(self, world):
        two_themes(world)
        world.release()
        before = lines(world)
        world.say(f"{world.BATTERY} 새로", range(6, 10), fields=("02",), **SIGNED)
        world.release(today=world.TODAY + timedelta(days=90))
        after = lines(world)
        fields = {row.code: row.field_code for row in world.view().rows}
        assert fields.keys() == before.keys() == after.keys()
        for key, line in after.items():
            if fields[key] == "01":
                assert (line.since, figures(line)) == (1, figures(before[key]))
            else:
                assert line.since == 2
                assert line.capped_tenths > before[key].capped_tenths

    def test_one_groups_new_evidence_changes_nothing_that_is_told(self, world):
        said = world.say(world.MEMORY, range(8), **SIGNED)
        waiting = world.say(world.BATTERY, range(8), fields=("02",))
        world.release()
        before = lines(world), lines(world, IndexAxis.FIELD)
        with Session(world.engine) as session:
            climb(session, waiting[0], CommitmentLevel.NAMED_INTEREST, amount_krw=1, on=world.TODAY)
            session.commit()
        world.say(f"{world.MEMORY} 더", range(8, 10), affiliate=1)
        world.say(f"{world.MEMORY} 더욱", range(7), affiliate=1, available_krw=30 * 10**9)
        made = world.release()
        assert made.number == 2
        assert said
        for then, axis in zip(before, IndexAxis, strict=True):
            for key, line in lines(world, axis).items():
                if line.since == 1:
                    assert figures(line) == figures(then[key])
        assert any(line.since == 1 for line in lines(world).values()), "the theme of which one group changed"

    def test_the_digest_is_of_the_index_too_and_the_preview_is_what_is_made(self, world, monkeypatch):
        two_themes(world)
        world.summarise()
        with Session(world.engine) as session:
            digest = draft_release(session).digest
            assert draft_release(session).digest == digest
            monkeypatch.setattr("fund_service.market.indices.TENTHS", 100)
            assert draft_release(session).digest != digest

    def test_what_was_frozen_stays(self, world, owner):
        world.say(world.MEMORY, range(6), **SIGNED, **SEOUL)
        world.release()
        for table in ("release_index", "release_gap"):
            with owner.connect() as connection:
                assert connection.scalar(sa.text(f"SELECT count(*) FROM {table}")), "a line to try it on"  # noqa: S608
            for act in (f"UPDATE {table} SET since = 2", f"DELETE FROM {table}", f"TRUNCATE {table}"):  # noqa: S608
                with pytest.raises(sa.exc.DBAPIError, match="append-only"), owner.begin() as connection:
                    connection.execute(sa.text(act))


@pytest.fixture
def supply(world, store):
    """Match some signals with a project of their field in Seoul, and store nothing else of the matcher."""

    def supply(signals, *, need_krw, score=0.5, **more):
        project = RndProject(title_ko="적층 과제", need_krw=need_krw, region_code="11", **more)
        yardstick = StoredYardstick(digest=str(project.id), encoder="e", revision="r", documents=1, content=b"")
        run = MatchRun(
            encoder="e", revision="r", parameters={}, method_digest="m", yardstick_id=yardstick.id,
            signals_due=len(signals), projects=1,
        )  # fmt: skip
        store(project, ProjectField(project_id=project.id, field_code="01"), yardstick, run)
        with Session(world.engine) as session:
            for signal in signals:
                if session.get(SignalMatching, signal) is None:
                    session.add(
                        SignalMatching(
                            signal_id=signal, run_id=run.id, signal_version=1, signal_digest="s", method_digest="m"
                        )
                    )
                session.add(
                    Match(signal_id=signal, project_id=project.id, run_id=run.id, eligible=True, rank=1, score=score,
                          components={}, reasons={})
                )  # fmt: skip
            session.commit()
        return project

    return supply


def gap(world):
    with Session(world.engine) as session:
        newest = session.exec(sa.text("SELECT id FROM market_release ORDER BY number DESC")).first()
        found = [one for one in gaps_of(session, newest[0]) if (one.field_code, one.region_code) == ("01", "capital")]
    return found[0] if found else None


class TestGapMap:
    def test_money_without_projects_is_short_of_supply_and_projects_without_money_of_demand(self, world, supply):
        said = world.say(world.MEMORY, range(9), **SIGNED, **SEOUL)
        world.release()
        alone = gap(world)
        assert (alone.state, alone.verified_krw, alone.supply_krw) == (GapWay.SUPPLY_SHORT, 90 * 10**9, 0)
        assert alone.ratio_percent == 1000
        for _ in range(6):
            supply(said, need_krw=500 * 10**9)
        world.say(f"{world.MEMORY} 더", range(9), **SIGNED, **SEOUL, affiliate=1)
        world.release()
        many = gap(world)
        assert (many.state, many.supply_krw, many.since) == (GapWay.DEMAND_SHORT, 2_700 * 10**9, 2)
        assert many.low_percent <= many.ratio_percent <= many.high_percent < 100

    def test_a_project_that_two_groups_match_counts_for_nothing_and_one_of_three_as_the_third_says(self, world, supply):
        said = world.say(world.MEMORY, range(9), **SIGNED, **SEOUL)
        supply(said[:2], need_krw=10**12)
        third = supply(said[:2], need_krw=100 * 10**9)
        with Session(world.engine) as session:
            run = session.exec(select(MatchRun.id)).first()
            session.add(SignalMatching(signal_id=said[2], run_id=run, signal_version=1, signal_digest="s",
                                       method_digest="m"))  # fmt: skip
            session.add(Match(signal_id=said[2], project_id=third.id, run_id=run, eligible=True, rank=1, score=0.34,
                              components={}, reasons={}))  # fmt: skip
            session.commit()
        world.release()
        assert gap(world).supply_krw == 60 * 10**9

    def test_supply_alone_changes_nothing_that_is_told(self, world, supply):
        said = two_themes(world)
        world.release()
        before = gap(world)
        supply(said[:6], need_krw=10**12)
        world.say(f"{world.BATTERY} 새로", range(6, 10), fields=("02",))
        world.release()
        assert before is not None
        assert figures_of_gap(gap(world)) == figures_of_gap(before)

    def test_what_a_release_withholds_is_not_on_the_map(self, world):
        world.say(world.MEMORY, range(4), **SIGNED, **SEOUL)
        world.say(world.MEMORY, range(4, 9), **SEOUL)
        world.release()
        with Session(world.engine) as session:
            view = gap_map_view(session)
        assert [cell for cell in view.cells if cell.region_code == "capital"] == []
        assert len(view.regions) == 10

    @pytest.mark.parametrize("role", Role)
    def test_record_keepers_see_what_lies_behind_a_cell_and_others_what_is_published(
        self, world, supply, client_for, role
    ):
        said = world.say(world.MEMORY, range(9), confidentiality="open", **SIGNED, **SEOUL)
        secret = world.signal(9, f"{world.MEMORY} 비밀", confidentiality="confidential", **SIGNED, **SEOUL)
        project = supply([*said, secret], need_krw=10**11)
        world.release()
        cell = client_for(role).get("/market/gap/01/capital").json()
        assert cell["said"]["verified_krw"] == 100 * 10**9
        if role in {Role.PLANNER, Role.FUND_MANAGER}:
            (behind,) = cell["projects"]
            assert behind["id"] == str(project.id)
            assert behind["matches"] == (9 if role is Role.FUND_MANAGER else None)
        else:
            assert cell["projects"] is None


def figures_of_gap(line: ReleaseGap):
    return line.model_dump(exclude={"release_id"})


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_is_sound_for_every_role(world, supply, client_for, language):
    supply(two_themes(world), need_krw=10**11)
    before = {"/market/demand", "/market/gap"}
    empty = client_for(Role.PLANNER)
    for address in before:
        assert faults_of(shown(empty, address, language), language=language) == []
    world.release()
    theme = next(iter(lines(world)))
    for role in Role:
        client = client_for(role)
        pages = [
            "/market/demand?by=theme", "/market/demand?by=field", "/market/demand?by=cell", "/market/gap",
            "/market/gap?release=1", "/market/gap/01/capital", "/market/gap/05/jeju", "/market/gap/all/all",
        ]  # fmt: skip
        pages += [f"/themes/{theme}"] if role in {Role.PLANNER, Role.FUND_MANAGER, Role.AUDITOR} else []
        for address in pages:
            assert faults_of(shown(client, address, language), language=language) == [], address
    words = {"ko": ["뒤집기 시험", "공급 부족"], "en": ["keeps its place without any one of them", "Supply short"]}
    read = shown(client, "/market/demand?by=theme", language) + shown(client, "/market/gap", language)
    assert [word for word in words[language] if word not in read] == []
    assert client.get("/market/gap/01/nowhere").status_code == 404
    assert client.get("/market/gap/no_field/capital").status_code == 404
    assert client.get("/market/gap?release=9").status_code == 404


def shown(client, address, language):
    answer = client.get(address, headers=HTML | {"Cookie": f"fund_language={language}"})
    assert answer.status_code == 200, address
    return answer.text


TOLD = [["all", "all"], ["all", "capital"], ["all", "nationwide"], ["01", "all"], ["01", "capital"], ["02", "all"],
        ["02", "nationwide"]]  # fmt: skip


def test_files_have_the_columns_and_reads_are_noted(world, client_for):
    two_themes(world)
    world.release()
    client = client_for(Role.PLANNER)
    answer = client.get("/market/demand/export?format=csv&by=field")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["순위"] for row in rows if row["코드"] in {"01", "02"}} == {"1", "2"}
    assert client.get("/market/gap/export?format=xlsx").status_code == 200
    gaps = list(csv.reader(io.StringIO(client.get("/market/gap/export?format=csv").content.decode("utf-8-sig"))))
    assert [row[:3:2] for row in gaps[1:]] == TOLD
    view = MarketDemandView.model_validate(client.get("/market/demand").json())
    assert all(row.index for row in view.rows)
    client.get("/market/gap")
    client.get("/market/gap/01/capital")
    pulls = client_for(Role.AUDITOR).get("/market/pulls").json()["items"]
    assert [pull["breakdown"] for pull in pulls] == ["gap", "gap", "theme", "gap", "gap", "field"]
    assert "수급 격차 지도" in shown(client_for(Role.AUDITOR), "/market/pulls", "ko")


def test_a_summary_remembers_the_rung_and_the_day_of_its_document(world):
    said = world.say(world.MEMORY, range(5))
    with Session(world.engine) as session:
        signal = session.get_one(DemandSignal, said[0])
        climb(session, signal.id, CommitmentLevel.LETTER_OF_INTENT, amount_krw=10**9, on=world.TODAY)
        session.commit()
    made = world.release()
    with Session(world.engine) as session:
        heard = {one.key: one for one in demand_of_release(session, made.id).signals}
    climbed, spoke = heard[str(said[0])], heard[str(said[1])]
    assert (climbed.level, climbed.said_on) == (CommitmentLevel.LETTER_OF_INTENT, world.TODAY)
    assert (spoke.level, spoke.said_on) == (CommitmentLevel.VIEW, world.TODAY - timedelta(days=100))


RATIOS = st.floats(0.1001, 99.9)


@given(RATIOS, RATIOS)
def test_steps_lie_around_a_ratio_and_never_change_places(one, other):
    assert step_down(one) <= 100 * one * 1.01
    assert step_up(one) >= 100 * one * 0.99
    assert step_down(one) <= step_near(one) <= step_up(one)
    assert (one < other) <= (step_down(one) <= step_down(other))


@given(st.integers(1, 10_000), st.floats(0, 1), st.lists(st.integers(0, 9)))
def test_shares_rates_and_ranks_are_told_in_steps(share, rate, values):
    assert 0 <= share_up(share, step=5) - share / 100 < 5
    assert abs(share_near(share, step=10) - share / 100) <= 5
    assert rate_up(rate) in RATES
    assert rate_up(rate) >= 100 * rate - 1e-6
    assert ranks(values) == [sorted(values, reverse=True).index(value) + 1 for value in values]


def test_beyond_the_scale_the_last_step_is_told():
    assert (step_down(0.0001), step_up(10_000.0)) == (1, 10_000)
    assert (probability_at(0.375), probability_at(0.33), probability_at(0.1)) == (0.9, 0.6, 0.4)


def test_the_panel_counts_who_had_joined_by_the_end_of_each_year(world):
    day = world.TODAY
    joined = [day, day - timedelta(days=364), day - timedelta(days=365), day + timedelta(days=1)]
    assert panel_exposure(joined, as_of=day) == Exposure(recent=3.0, before=1.0)
    assert panel_exposure([], as_of=day) == Exposure(recent=1.0, before=1.0)
