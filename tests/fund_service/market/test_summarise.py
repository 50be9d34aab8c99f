"""What a summary counts of signals, and that it stays as it was made."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, func, select, update

from fund_service.market.figures import trend_of
from fund_service.market.hearing import ANSWERING_SCORE
from models.embedding import StoredYardstick
from models.market import CountedSignal, DemandTheme, MarketSummary
from models.match import Match, MatchRun, SignalMatching
from models.organisation import Organisation
from models.project import ProjectState, RndProject
from models.signal import CommitmentLevel, DemandSignal, SignalState

TODAY = date(2026, 11, 22)


def rows_stored(world):
    with Session(world.engine) as session:
        return [
            session.exec(select(func.count()).select_from(t)).one() for t in (MarketSummary, DemandTheme, CountedSignal)
        ]


def told(world):
    """Tell the trend of each theme."""
    return [trend_of(one.groups_recent, one.groups_before, groups=one.groups) for one in world.themes()]


def figures(world):
    """Give everything the newest summary says of its themes, but what they are known by."""
    known_by = {"id", "summary_id", "recorded_at", "theme_id"}
    return [theme.model_dump(exclude=known_by) for theme in world.themes()]


@pytest.mark.parametrize("said", [{"state": SignalState.WITHDRAWN}, {"expires_on": TODAY - timedelta(days=1)}])
def test_a_signal_that_speaks_no_more_adds_nothing(world, said):
    world.say(world.MEMORY, range(5))
    world.signal(5, f"{world.MEMORY} 지난 신호", **said)
    summary = world.summarise()
    assert (summary.signals, summary.groups) == (5, 5)
    assert [theme.stated_krw for theme in world.themes()] == [50 * 10**9]


def test_a_signal_speaks_on_its_last_day(world):
    world.say(world.MEMORY, range(5), expires_on=TODAY)
    assert world.summarise().signals == 5
    assert world.summarise(today=TODAY + timedelta(days=1)).signals == 0
    assert world.themes() == []


def test_what_was_withdrawn_is_not_even_heard(world):
    world.say(world.MEMORY, range(10))
    world.say(f"{world.MEMORY} 철회", range(9), received_on=TODAY - timedelta(days=500), state=SignalState.WITHDRAWN)
    world.summarise()
    assert told(world) == ["up"]


def test_the_trend_counts_what_was_heard_and_has_expired(world):
    past = TODAY - timedelta(days=500)
    world.say(world.MEMORY, range(9))
    world.say(f"{world.MEMORY} 작년", range(9), received_on=past, expires_on=past + timedelta(days=30))
    world.summarise()
    assert [theme.signals for theme in world.themes()] == [9]
    assert told(world) == ["steady"]


def test_more_groups_than_before_is_a_rise(world):
    world.say(world.MEMORY, range(10))
    world.say(f"{world.MEMORY} 작년", range(1), received_on=TODAY - timedelta(days=500))
    world.summarise()
    assert told(world) == ["up"]


def test_without_an_amount_the_largest_ticket_counts_then_the_smallest_then_nothing(world):
    said = [
        {"available_krw": 3 * 10**9, "ticket_max_krw": 9 * 10**9},
        {"available_krw": None, "ticket_max_krw": 5 * 10**9, "ticket_min_krw": 10**9},
        {"available_krw": None, "ticket_min_krw": 2 * 10**9},
        {"available_krw": None},
        {"available_krw": None},
    ]
    for group, amounts in enumerate(said):
        world.signal(group, f"{world.MEMORY} {group}", **amounts)
    world.summarise()
    assert [theme.stated_krw for theme in world.themes()] == [10 * 10**9]


def test_repeating_oneself_changes_no_figure(world):
    said = world.say(world.MEMORY, range(5))
    world.summarise()
    before = figures(world)
    for copy in range(12):
        world.signal(2, f" {world.MEMORY.upper()}\n2번, 투자자의 말입니다!", affiliate=copy % 2)
    world.summarise()
    assert figures(world) == before
    with Session(world.engine) as session:
        repeated = select(CountedSignal.repeats_id).where(col(CountedSignal.repeats_id).is_not(None))
        assert set(session.exec(repeated)) == {said[2]}


def test_the_best_documented_of_equal_words_stands_for_them(world):
    world.say(world.MEMORY, range(4))
    world.signal(4, world.MEMORY, available_krw=30 * 10**9)
    signed = world.signal(4, world.MEMORY, available_krw=20 * 10**9, commitment_level=CommitmentLevel.SIGNED)
    world.summarise()
    (row,) = world.themes()
    assert (row.stated_krw, row.verified_krw) == (70 * 10**9, 20 * 10**9)
    with Session(world.engine) as session:
        counted = session.exec(select(CountedSignal).where(CountedSignal.signal_id == signed)).one()
        assert (counted.repeats_id, counted.verified_krw) == (None, 20 * 10**9)


def test_summarising_again_stores_nothing(world):
    world.say(world.MEMORY, range(5))
    first = world.summarise()
    stored = rows_stored(world)
    assert world.summarise().id == first.id
    assert world.summarise(today=TODAY + timedelta(days=1)).id == first.id
    assert rows_stored(world) == stored == [1, 1, 5]


def test_a_change_makes_a_new_summary_and_leaves_the_old_one(world):
    (first, *_) = world.say(world.MEMORY, range(5))
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
    assert [theme.summary_id for theme in world.themes()] == [new.id]


def test_going_back_to_what_was_makes_the_newest_summary_say_so(world):
    (first, *_) = world.say(world.MEMORY, range(6))
    world.summarise()
    for state in (SignalState.WITHDRAWN, SignalState.LIVE):
        with Session(world.engine) as session:
            session.connection().execute(update(DemandSignal).where(col(DemandSignal.id) == first).values(state=state))
            session.commit()
        world.summarise()
    assert [theme.groups for theme in world.themes()] == [6]


def test_a_signal_edited_later_does_not_move_what_is_frozen(world):
    (first, *_) = world.say(world.MEMORY, range(5), regions=("11",))
    world.summarise()
    before = figures(world)
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
    assert figures(world) == before


def test_open_projects_that_match_well_answer_a_theme(world, store):
    signals = world.say(world.MEMORY, range(5))
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
    assert [theme.answering_projects for theme in world.themes()] == [1]
