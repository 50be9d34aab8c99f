"""From signals in the database to what planners may read; texts are plain, so each lies in the theme of its field."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, func, select, update

from fund_service.market.hearing import ANSWERING_SCORE
from fund_service.market.schemas import Breakdown
from models.embedding import StoredYardstick
from models.market import CountedSignal, DemandTheme, MarketSummary
from models.match import Match, MatchRun, SignalMatching
from models.organisation import Organisation
from models.project import ProjectState, RndProject
from models.signal import CommitmentLevel, DemandSignal, SignalState

TODAY = date(2026, 11, 22)

MEMORY = "차세대 반도체 고대역폭 메모리 적층과 하이브리드 본딩 공정 장비를 찾습니다."
BATTERY = "이차전지 전고체 전지 황화물 고체 전해질 양산 기술에 투자하려 합니다."


def say(world, text, groups, **said):
    return [world.signal(group, f"{text} {group}번 투자자의 말입니다.", **said) for group in groups]


def by_code(world, by):
    return {row.code: row for row in world.view(by).rows}


def rows_stored(world):
    with Session(world.engine) as session:
        return [
            session.exec(select(func.count()).select_from(t)).one() for t in (MarketSummary, DemandTheme, CountedSignal)
        ]


def test_before_the_first_summary_there_is_nothing_to_show(world):
    view = world.view()
    assert view.summary_id is None
    assert view.rows == []
    assert view.total is None


def test_a_theme_of_five_groups_is_shown_with_its_money(world):
    say(world, MEMORY, range(4))
    world.signal(4, f"{MEMORY} 넷째.", commitment_level=CommitmentLevel.LETTER_OF_INTENT, available_krw=25 * 10**9)
    world.summarise()
    view = world.view()
    (row,) = view.rows
    assert (row.groups, row.signals, row.stated_krw, row.verified_krw) == (5, 5, 65 * 10**9, 25 * 10**9)
    assert row.field_code == "01"
    assert view.total is not None
    assert view.total.stated_krw == 65 * 10**9
    assert view.chart is not None


def test_a_theme_of_four_groups_is_nowhere_to_be_seen(world):
    say(world, MEMORY, range(5))
    say(world, BATTERY, range(4), fields=("02",))
    world.summarise()
    for by in Breakdown:
        view = world.view(by)
        assert view.total is None, "the hidden row would be its difference"
    assert list(by_code(world, Breakdown.FIELD)) == ["01"]
    assert world.view(Breakdown.FIELD).withheld
    assert "전지" not in world.view().model_dump_json()


def test_affiliates_of_one_group_are_one_voice(world):
    say(world, MEMORY, range(4))
    say(world, f"{MEMORY} 계열사", range(4), affiliate=1)
    world.summarise()
    assert world.view().rows == []


def test_confidential_signals_count(world):
    say(world, MEMORY, range(5), confidentiality="confidential")
    world.summarise()
    assert by_code(world, Breakdown.FIELD)["01"].groups == 5


@pytest.mark.parametrize("said", [{"state": SignalState.WITHDRAWN}, {"expires_on": TODAY - timedelta(days=1)}])
def test_a_signal_that_speaks_no_more_adds_nothing(world, said):
    say(world, MEMORY, range(5))
    world.signal(5, f"{MEMORY} 지난 신호", **said)
    summary = world.summarise()
    assert (summary.signals, summary.groups) == (5, 5)
    assert by_code(world, Breakdown.FIELD)["01"].stated_krw == 50 * 10**9


def test_a_signal_speaks_on_its_last_day(world):
    say(world, MEMORY, range(5), expires_on=TODAY)
    assert world.summarise().signals == 5
    assert world.summarise(today=TODAY + timedelta(days=1)).signals == 0
    assert world.view().rows == []


def test_what_was_withdrawn_is_not_even_heard(world):
    say(world, MEMORY, range(10))
    say(world, f"{MEMORY} 철회", range(9), received_on=TODAY - timedelta(days=500), state=SignalState.WITHDRAWN)
    world.summarise()
    assert by_code(world, Breakdown.FIELD)["01"].trend == "up"


def test_the_trend_counts_what_was_heard_and_has_expired(world):
    past = TODAY - timedelta(days=500)
    say(world, MEMORY, range(9))
    say(world, f"{MEMORY} 작년", range(9), received_on=past, expires_on=past + timedelta(days=30))
    world.summarise()
    row = by_code(world, Breakdown.FIELD)["01"]
    assert (row.signals, row.trend) == (9, "steady")


def test_more_groups_than_before_is_a_rise(world):
    say(world, MEMORY, range(10))
    say(world, f"{MEMORY} 작년", range(1), received_on=TODAY - timedelta(days=500))
    world.summarise()
    assert by_code(world, Breakdown.FIELD)["01"].trend == "up"


def test_without_an_amount_the_largest_ticket_counts_then_the_smallest_then_nothing(world):
    said = [
        {"available_krw": 3 * 10**9, "ticket_max_krw": 9 * 10**9},
        {"available_krw": None, "ticket_max_krw": 5 * 10**9, "ticket_min_krw": 10**9},
        {"available_krw": None, "ticket_min_krw": 2 * 10**9},
        {"available_krw": None},
        {"available_krw": None},
    ]
    for group, amounts in enumerate(said):
        world.signal(group, f"{MEMORY} {group}", **amounts)
    world.summarise()
    assert world.view().rows[0].stated_krw == 10 * 10**9


def test_repeating_oneself_changes_no_figure(world):
    said = say(world, MEMORY, range(5))
    world.summarise()
    before = {by: world.view(by).model_dump(exclude={"summary_id", "made_at"}) for by in Breakdown}
    for copy in range(12):
        world.signal(2, f" {MEMORY.upper()}\n2번, 투자자의 말입니다!", affiliate=copy % 2)
    world.summarise()
    assert {by: world.view(by).model_dump(exclude={"summary_id", "made_at"}) for by in Breakdown} == before
    with Session(world.engine) as session:
        repeated = select(CountedSignal.repeats_id).where(col(CountedSignal.repeats_id).is_not(None))
        assert set(session.exec(repeated)) == {said[2]}


def test_the_best_documented_of_equal_words_stands_for_them(world):
    say(world, MEMORY, range(4))
    world.signal(4, MEMORY, available_krw=30 * 10**9)
    signed = world.signal(4, MEMORY, available_krw=20 * 10**9, commitment_level=CommitmentLevel.SIGNED)
    world.summarise()
    row = world.view().rows[0]
    assert (row.stated_krw, row.verified_krw) == (70 * 10**9, 20 * 10**9)
    with Session(world.engine) as session:
        counted = session.exec(select(CountedSignal).where(CountedSignal.signal_id == signed)).one()
        assert (counted.repeats_id, counted.verified_krw) == (None, 20 * 10**9)


def test_summarising_again_stores_nothing(world):
    say(world, MEMORY, range(5))
    first = world.summarise()
    stored = rows_stored(world)
    assert world.summarise().id == first.id
    assert world.summarise(today=TODAY + timedelta(days=1)).id == first.id
    assert rows_stored(world) == stored == [1, 1, 5]


def test_a_change_makes_a_new_summary_and_leaves_the_old_one(world):
    (first, *_) = say(world, MEMORY, range(5))
    old = world.summarise()
    with Session(world.engine) as session:
        session.connection().execute(
            update(DemandSignal).where(col(DemandSignal.id) == first).values(available_krw=90 * 10**9)
        )
        session.commit()
    new = world.summarise()
    assert new.id != old.id
    with Session(world.engine) as session:
        stated = dict(session.exec(select(DemandTheme.summary_id, DemandTheme.stated_krw)).all())
    assert stated == {old.id: 50 * 10**9, new.id: 130 * 10**9}
    assert world.view().summary_id == new.id


def test_going_back_to_what_was_makes_the_newest_summary_say_so(world):
    (first, *_) = say(world, MEMORY, range(6))
    world.summarise()
    for state in (SignalState.WITHDRAWN, SignalState.LIVE):
        with Session(world.engine) as session:
            session.connection().execute(update(DemandSignal).where(col(DemandSignal.id) == first).values(state=state))
            session.commit()
        world.summarise()
    assert by_code(world, Breakdown.FIELD)["01"].groups == 6


def test_a_signal_edited_later_does_not_move_what_is_frozen(world):
    (first, *_) = say(world, MEMORY, range(5), regions=("11",))
    world.summarise()
    before = {by: world.view(by) for by in Breakdown}
    with Session(world.engine) as session:
        session.connection().execute(sa.text("DELETE FROM signal_region"))
        session.connection().execute(
            update(DemandSignal).where(col(DemandSignal.id) == first).values(available_krw=90 * 10**9)
        )
        session.connection().execute(
            update(Organisation)
            .where(col(Organisation.id) == world.organisations[0].id)
            .values(ownership_group_id=world.organisations[2].ownership_group_id)
        )
        session.commit()
    assert {by: world.view(by) for by in Breakdown} == before


def test_a_signal_counts_in_every_field_and_region_it_names(world):
    say(world, MEMORY, range(5), fields=("01", "02"), regions=("11", "41", "26"))
    world.summarise()
    assert {code: row.groups for code, row in by_code(world, Breakdown.FIELD).items()} == {"01": 5, "02": 5}
    regions = by_code(world, Breakdown.REGION)
    assert len(regions) == 2, "Seoul and Gyeonggi lie in one mega-region, Busan in another"
    assert {row.signals for row in regions.values()} == {5}
    total = world.view(Breakdown.REGION).total
    assert total is not None
    assert total.signals == 5


def test_no_region_is_the_whole_country_and_no_field_a_row_of_its_own(world):
    say(world, MEMORY, range(5), fields=())
    world.summarise()
    assert list(by_code(world, Breakdown.REGION)) == ["nationwide"]
    assert list(by_code(world, Breakdown.FIELD)) == ["no_field"]


def test_rows_come_in_an_order_that_tells_no_more_than_they_do(world):
    say(world, MEMORY, range(5), available_krw=10 * 10**9)
    say(world, BATTERY, range(5), fields=("02",), available_krw=10 * 10**9 + 1)
    world.summarise()
    assert list(by_code(world, Breakdown.FIELD)) == ["01", "02"]


def test_open_projects_that_match_well_answer_a_theme(world, store):
    signals = say(world, MEMORY, range(5))
    projects = [RndProject(title_en=f"Project {number}") for number in range(4)]
    projects[3].state = ProjectState.COMPLETED
    yardstick = StoredYardstick(digest="y", encoder="e", revision="r", documents=1, content=b"")
    run = MatchRun(
        encoder="e",
        revision="r",
        parameters={},
        method_digest="m",
        yardstick_id=yardstick.id,
        signals_due=5,
        projects=4,
    )
    store(*projects, yardstick, run)

    def match(signal, project, score, *, eligible=True):
        ids = {"signal_id": signals[signal], "project_id": projects[project].id, "run_id": run.id}
        return Match(**ids, eligible=eligible, rank=1, score=score, components={}, reasons={})

    edited_since = 4
    store(
        *(
            SignalMatching(
                signal_id=signal,
                run_id=run.id,
                signal_version=7 if number == edited_since else 1,
                signal_digest="s",
                method_digest="m",
            )
            for number, signal in enumerate(signals)
        ),
        match(0, 0, 0.9),
        match(1, 0, 0.8),
        match(1, 1, ANSWERING_SCORE - 0.0001),
        match(2, 2, 0.9, eligible=False),
        match(3, 3, 0.9),
        match(edited_since, 1, 0.9),
    )
    world.summarise()
    assert world.view().rows[0].answering_projects == 1


worlds = st.lists(
    st.tuples(
        st.integers(0, 9), st.sampled_from([MEMORY, BATTERY]), st.sampled_from(["01", "02", "03"]), st.integers(0, 2)
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds, st.randoms(use_true_random=False))
def test_whoever_speaks_in_whatever_order_nothing_small_is_shown(world, said, random):
    first = _views_of(world, said)
    shuffled = random.sample(said, len(said))
    repeated = [*shuffled, *random.choices(said, k=5)]
    assert _views_of(world, repeated) == first
    for view in first.values():
        shown = [
            *view["rows"],
            *([view["other"]] if view["other"] else []),
            *([view["total"]] if view["total"] else []),
        ]
        assert all(figures["groups"] >= 5 for figures in shown)
        assert view["total"] is None or not any(one["withheld"] for one in first.values())


def _views_of(world, said):
    with Session(world.engine) as session:
        for table in ("counted_signal", "demand_theme", "market_summary", "signal_field", "demand_signal"):
            session.connection().execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 - our own tables
        session.commit()
    for group, text, field, place in said:
        world.signal(group, f"{text} {field} {place}번째 말입니다.", fields=(field,))
    world.summarise()
    return {by: world.view(by).model_dump(exclude={"summary_id", "made_at"}) for by in Breakdown}
