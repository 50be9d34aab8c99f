"""A match run is shared by whoever takes its parts: nothing twice, nothing lost, and failures are seen."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, func, select

from fund_service import jobs, worker
from fund_service.matches import commands, corpus, parts, runs
from fund_service.matches.commands import match_changes, work_at
from fund_service.matches.corpus import Matchmaker
from fund_service.matches.method import MatchMethod
from fund_service.matches.parts import do_a_part
from fund_service.matches.vectors import encode_missing, matrix_of, stored_digests
from matching.encoding.encoder import HashingEncoder
from matching.language.text import digest
from models.clock import utc_now
from models.errors import StepNotAllowed
from models.identity import new_id
from models.match import Match, MatchPart, MatchRun, ProjectMatching, RunState, RunStep
from models.project import ProjectState, RndProject

TOPICS = (
    "solid electrolyte for lithium batteries with high ionic conductivity",
    "silicon carbide power semiconductor for electric vehicle inverters",
    "autonomous mobile robot navigation in crowded factories",
    "hydrogen storage vessel of carbon fibre composites",
    "quantum sensor for magnetic fields of the brain",
)

Make = Callable[..., Any]


class Counting(HashingEncoder):
    """Counts how often each text is encoded, over all who share it."""

    def __init__(self) -> None:
        super().__init__()
        self.times: Counter[str] = Counter()

    def encode(self, texts: Sequence[str]) -> Any:
        self.times.update(texts)
        return super().encode(texts)


class Nearsighted(Counting):
    """Reads eight words of a text."""

    max_tokens = 8


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "TEXTS_A_PART", 2)
    monkeypatch.setattr(runs, "SIGNALS_A_PART", 1)
    monkeypatch.setattr(runs, "PROJECTS_NOTED_A_PART", 2)
    monkeypatch.setattr(commands, "GLANCE_SECONDS", 0.01)


@pytest.fixture
def five_and_three(make_project: Make, make_signal: Make) -> None:
    for topic in TOPICS:
        make_project(topic)
    for topic in TOPICS[:3]:
        make_signal(f"Looking for {topic}")


def kept(engine: Engine) -> list[tuple[Any, ...]]:
    with Session(engine) as session:
        rows = session.exec(select(Match).order_by(col(Match.signal_id), col(Match.eligible), col(Match.rank)))
        return [(m.signal_id, m.project_id, m.eligible, m.rank, m.score, m.components, m.reasons) for m in rows]


def run_of(engine: Engine, run_id: UUID) -> MatchRun:
    with Session(engine) as session:
        return session.get_one(MatchRun, run_id)


def steps(engine: Engine) -> dict[int, int]:
    with Session(engine) as session:
        return dict(session.exec(select(MatchPart.step, func.count()).group_by(col(MatchPart.step))).all())


def calls(engine: Engine, task: str = jobs.MATCH_PART) -> int:
    with engine.connect() as connection:
        return connection.scalar(
            sa.text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :task AND status = 'todo'"),
            {"task": task},
        )


def test_a_run_is_cut_into_parts_of_a_bounded_size_with_a_call_for_each(
    matchmaker: Matchmaker, small_parts: None, five_and_three: None
):
    planned = runs.plan_run(matchmaker, everything=False)
    assert planned.ours
    assert steps(matchmaker.engine) == {RunStep.ENCODE: 4, RunStep.SPLIT: 1}
    assert calls(matchmaker.engine) == 4
    for _ in range(5):
        assert do_a_part(matchmaker, planned.run_id)
    assert steps(matchmaker.engine) == {RunStep.ENCODE: 4, RunStep.SPLIT: 1, RunStep.MATCH: 3, RunStep.NOTE: 3}
    with Session(matchmaker.engine) as session:
        assert runs.progress_of(session, planned.run_id) == runs.Progress(8, 8, 0, 3)


def test_a_long_text_is_a_part_of_its_own(matchmaker: Matchmaker, make_project: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runs, "CHARACTERS_A_PART", 150)
    for number in range(3):
        make_project(f"short {number}")
    make_project("long", abstract_en="long " * 100)
    make_project("longer", abstract_en="longer " * 100)
    runs.plan_run(matchmaker, everything=False)
    with Session(matchmaker.engine) as session:
        cut = session.exec(select(MatchPart).where(MatchPart.step == RunStep.ENCODE).order_by(col(MatchPart.number)))
        assert [len(part.items) for part in cut] == [1, 1, 3]  # the heaviest first, so that the end is light


def test_several_at_work_store_what_one_would_and_do_nothing_twice(
    matchmaker: Matchmaker, small_parts: None, five_and_three: None, make_project: Make, make_signal: Make
):
    make_project(TOPICS[0])
    make_signal(f"Looking for {TOPICS[0]}")
    encoder = Counting()
    planned = runs.plan_run(Matchmaker(matchmaker.engine, encoder), everything=False)
    with ThreadPoolExecutor(3) as hands:
        for ended in [hands.submit(work_at, Matchmaker(matchmaker.engine, encoder), planned.run_id) for _ in range(3)]:
            ended.result()
    run = run_of(matchmaker.engine, planned.run_id)
    assert (run.state, run.signals_due, run.signals_matched) == (RunState.DONE, 4, 4)
    assert set(encoder.times.values()) == {1}
    assert len(encoder.times) == 8
    shared = kept(matchmaker.engine)
    match_changes(Matchmaker(matchmaker.engine, encoder), everything=True)
    assert kept(matchmaker.engine) == shared
    assert set(encoder.times.values()) == {1}


def test_a_part_in_other_hands_is_left_and_taken_once_they_let_go(
    matchmaker: Matchmaker, small_parts: None, make_project: Make
):
    make_project(TOPICS[0])
    planned = runs.plan_run(matchmaker, everything=False)
    with Session(matchmaker.engine) as killed:
        assert runs.take_part(killed, planned.run_id, matchmaker.method)
        assert not do_a_part(matchmaker, planned.run_id)
        killed.rollback()
    assert do_a_part(matchmaker, planned.run_id)


def test_no_step_begins_before_the_one_before_it_is_done(
    matchmaker: Matchmaker, small_parts: None, five_and_three: None
):
    planned = runs.plan_run(matchmaker, everything=False)
    with Session(matchmaker.engine) as slow:
        assert runs.take_part(slow, planned.run_id, matchmaker.method).step == RunStep.ENCODE
        for _ in range(3):
            assert do_a_part(matchmaker, planned.run_id)
        assert not do_a_part(matchmaker, planned.run_id)
    assert steps(matchmaker.engine) == {RunStep.ENCODE: 4, RunStep.SPLIT: 1}


def one_that_splits(matchmaker: Matchmaker, session: Session) -> UUID:
    """Bring a run to its split and let a session hold that part, as a process at work does."""
    planned = runs.plan_run(matchmaker, everything=True)
    while steps_left(matchmaker.engine) == RunStep.ENCODE:
        assert do_a_part(matchmaker, planned.run_id)
    held = runs.take_part(session, planned.run_id, matchmaker.method)
    assert held is not None
    assert held.step == RunStep.SPLIT
    return planned.run_id


def steps_left(engine: Engine) -> int:
    with Session(engine) as session:
        return session.exec(select(func.min(MatchPart.step)).where(col(MatchPart.done_at).is_(None))).one()


def test_who_finds_a_run_being_split_loads_meanwhile_what_its_parts_need(
    matchmaker: Matchmaker, small_parts: None, five_and_three: None, monkeypatch: pytest.MonkeyPatch
):
    match_changes(matchmaker)
    loaded: list[int] = []
    monkeypatch.setattr(corpus, "matrix_of", lambda *asked: loaded.append(1) or matrix_of(*asked))
    idle = Matchmaker(matchmaker.engine, matchmaker.encoder)
    with Session(matchmaker.engine) as splitting:
        run_id = one_that_splits(matchmaker, splitting)
        for _ in range(2):
            assert not do_a_part(idle, run_id)
        assert len(loaded) == 1
    assert do_a_part(matchmaker, run_id)
    assert do_a_part(idle, run_id)
    assert len(loaded) == 1
    work_at(idle, run_id)
    assert run_of(matchmaker.engine, run_id).state is RunState.DONE


def test_who_waits_for_a_split_fits_no_yardstick_of_its_own_and_takes_over_when_the_other_is_killed(
    matchmaker: Matchmaker, small_parts: None, five_and_three: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(parts, "GLANCE_SECONDS", 0.01)
    idle = Matchmaker(matchmaker.engine, matchmaker.encoder)
    with ThreadPoolExecutor(1) as hands:
        with Session(matchmaker.engine) as killed:
            run_id = one_that_splits(matchmaker, killed)
            waiting = hands.submit(do_a_part, idle, run_id)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
            assert matchmaker.method.digest(killed) is None
            killed.rollback()
        assert waiting.result(timeout=30)
    assert steps_left(matchmaker.engine) == RunStep.MATCH


@pytest.mark.parametrize(
    ("signals", "size"), [(0, 16), (1, 16), (128, 16), (129, 17), (300, 38), (512, 64), (9_999, 64)]
)
def test_signals_are_cut_so_that_all_workers_end_at_about_the_same_time(signals: int, size: int):
    assert runs.signals_a_part(signals) == size


def test_the_end_of_a_step_calls_for_hands_for_the_next_and_the_end_of_a_run_takes_calls_back(
    matchmaker: Matchmaker, small_parts: None, five_and_three: None
):
    planned = runs.plan_run(matchmaker, everything=False)
    for _ in range(5):
        do_a_part(matchmaker, planned.run_id)
    assert calls(matchmaker.engine) == 4 + runs.READY_HANDS + 3
    work_at(matchmaker, planned.run_id)
    assert calls(matchmaker.engine) == 0
    assert calls(matchmaker.engine, jobs.SUMMARISE) == 1
    assert steps(matchmaker.engine) == {}


def test_a_run_whose_last_part_was_done_by_one_killed_right_after_is_ended_by_the_next(
    matchmaker: Matchmaker, small_parts: None, five_and_three: None, monkeypatch: pytest.MonkeyPatch
):
    planned = runs.plan_run(matchmaker, everything=False)
    monkeypatch.setattr(runs, "go_on", lambda *_, **__: None)
    while do_a_part(matchmaker, planned.run_id):
        pass
    monkeypatch.undo()
    assert run_of(matchmaker.engine, planned.run_id).state is RunState.RUNNING
    assert not do_a_part(matchmaker, planned.run_id)
    assert run_of(matchmaker.engine, planned.run_id).state is RunState.DONE


def test_a_second_match_joins_the_run_under_way_and_then_takes_what_it_missed(
    matchmaker: Matchmaker, small_parts: None, five_and_three: None, make_signal: Make
):
    first = runs.plan_run(matchmaker, everything=False)
    do_a_part(matchmaker, first.run_id)
    late = make_signal(f"Looking for {TOPICS[4]}")
    for step in range(3, -1, -1):
        assert not runs.plan_run(matchmaker, everything=False).ours
        do_a_part(matchmaker, first.run_id)
        if step == 0:
            make_signal(f"Looking for {TOPICS[3]}")
    heard: list[tuple[str, int, int]] = []
    report = match_changes(Matchmaker(matchmaker.engine, matchmaker.encoder), stage=lambda *told: heard.append(told))
    assert report.run_id != first.run_id
    assert run_of(matchmaker.engine, first.run_id).signals_matched == 4
    assert report.matched == 1
    assert late.id in {row[0] for row in kept(matchmaker.engine)}
    assert ("matching signals", 0, 4) in heard
    assert {name for name, _, _ in heard} == {"encoding texts", "matching signals"}


def test_a_run_planned_at_the_same_moment_by_another_is_joined(
    matchmaker: Matchmaker, five_and_three: None, monkeypatch: pytest.MonkeyPatch
):
    project_briefs = runs.project_briefs

    def be_late(session: Session) -> Any:
        monkeypatch.setattr(runs, "project_briefs", project_briefs)
        assert runs.plan_run(matchmaker, everything=False).ours
        return project_briefs(session)

    monkeypatch.setattr(runs, "project_briefs", be_late)
    assert not runs.plan_run(matchmaker, everything=False).ours


def test_a_project_edited_while_a_run_is_at_work_is_due_in_the_next(
    matchmaker: Matchmaker, small_parts: None, five_and_three: None
):
    planned = runs.plan_run(matchmaker, everything=False)
    for _ in range(6):
        do_a_part(matchmaker, planned.run_id)
    with Session(matchmaker.engine) as session:
        edited = session.exec(select(RndProject).where(RndProject.title_en == TOPICS[1])).one()
        edited.abstract_en = f"Now about {TOPICS[0]}"
        edited.mark_edited(utc_now())
        session.add(edited)
        session.commit()
    work_at(matchmaker, planned.run_id)
    match_changes(matchmaker)
    after = kept(matchmaker.engine)
    match_changes(Matchmaker(matchmaker.engine, matchmaker.encoder), everything=True)
    assert kept(matchmaker.engine) == after


def test_a_project_that_is_gone_when_projects_are_noted_is_not_noted(
    matchmaker: Matchmaker, small_parts: None, five_and_three: None
):
    planned = runs.plan_run(matchmaker, everything=False)
    for _ in range(8):
        do_a_part(matchmaker, planned.run_id)
    with Session(matchmaker.engine) as session:
        session.exec(sa.delete(Match))
        session.delete(session.exec(select(RndProject).where(RndProject.title_en == TOPICS[1])).one())
        session.commit()
    work_at(matchmaker, planned.run_id)
    with Session(matchmaker.engine) as session:
        assert len(session.exec(select(ProjectMatching)).all()) == 4


def test_signals_are_not_matched_by_another_yardstick_than_the_run_began_with(
    matchmaker: Matchmaker, small_parts: None, five_and_three: None, make_project: Make
):
    planned = runs.plan_run(matchmaker, everything=False)
    for _ in range(5):
        do_a_part(matchmaker, planned.run_id)
    for number in range(3):
        make_project(f"{TOPICS[0]} number {number}")
    with pytest.raises(StepNotAllowed, match="match again"):
        work_at(matchmaker, planned.run_id)
    assert run_of(matchmaker.engine, planned.run_id).state is RunState.FAILED
    assert match_changes(matchmaker).matched == 3


class Broken(HashingEncoder):
    def encode(self, texts: Sequence[str]) -> Any:  # noqa: ARG002 - as encoders are asked
        raise RuntimeError("the weights are gone")


def test_a_part_that_cannot_be_done_fails_the_run_with_its_reason_and_the_next_run_goes_on(
    matchmaker: Matchmaker, five_and_three: None, caplog: pytest.LogCaptureFixture
):
    broken = Matchmaker(matchmaker.engine, Broken())
    with pytest.raises(StepNotAllowed, match="The matching failed: RuntimeError: the weights are gone"):
        match_changes(broken)
    with Session(matchmaker.engine) as session:
        run = session.exec(select(MatchRun)).one()
    assert (run.state, run.failure) == (RunState.FAILED, "RuntimeError: the weights are gone")
    assert run.finished_at is not None
    assert len(caplog.records) == commands.TRIES - 1
    assert calls(matchmaker.engine) == 0
    assert match_changes(matchmaker).matched == 3


def test_a_run_that_fails_in_other_hands_is_told_to_who_planned_it(
    matchmaker: Matchmaker, five_and_three: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        commands, "do_a_part", lambda maker, run_id: runs.fail(maker.engine, run_id, ValueError("no {room} left"))
    )
    with pytest.raises(StepNotAllowed, match=r"another process worked at it: ValueError: no \{room\} left"):
        match_changes(matchmaker)


def context(matchmaker: Matchmaker, *, attempts: int = 0) -> Any:
    return SimpleNamespace(additional_context={"matchmaker": matchmaker}, job=SimpleNamespace(attempts=attempts))


def test_a_worker_tries_a_part_again_before_it_fails_the_run(matchmaker: Matchmaker, five_and_three: None):
    broken = Matchmaker(matchmaker.engine, Broken())
    planned = runs.plan_run(broken, everything=False)
    for attempts, state in ((0, RunState.RUNNING), (worker.ATTEMPTS, RunState.FAILED)):
        with pytest.raises(RuntimeError, match="the weights are gone"):
            worker.match_part.func(context(broken, attempts=attempts), run_id=str(planned.run_id))
        assert run_of(matchmaker.engine, planned.run_id).state is state


def test_a_call_for_a_run_that_has_ended_is_nothing_to_do(matchmaker: Matchmaker, five_and_three: None):
    worker.match_part.func(context(matchmaker), run_id=str(new_id()))
    done = match_changes(matchmaker)
    ended = run_of(matchmaker.engine, done.run_id).model_dump()
    worker.match_part.func(context(matchmaker), run_id=str(done.run_id))
    assert run_of(matchmaker.engine, done.run_id).model_dump() == ended
    assert ended["state"] is RunState.DONE


def test_a_worker_that_finds_a_run_under_way_calls_again_for_hands_that_were_lost(
    matchmaker: Matchmaker, small_parts: None, five_and_three: None
):
    worker.match_whatever_changed.func(context(matchmaker))
    assert calls(matchmaker.engine) == 4
    with matchmaker.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM procrastinate_jobs"))
    for _ in range(2):
        worker.match_whatever_changed.func(context(matchmaker))
    assert calls(matchmaker.engine) == 4
    assert calls(matchmaker.engine, jobs.MATCH_CHANGES) == 2


def test_the_part_of_a_killed_worker_is_taken_up_by_the_next_before_anybody_misses_it(
    matchmaker: Matchmaker, small_parts: None, five_and_three: None, database: Engine
):
    planned = runs.plan_run(matchmaker, everything=False)
    with database.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT min(id) FROM procrastinate_jobs)"
            )
        )
    answered = 0
    while calls(database):
        with database.begin() as connection:
            connection.execute(
                sa.text(
                    "SELECT procrastinate_finish_job_v1(id, 'succeeded', true) FROM procrastinate_jobs "
                    "WHERE status = 'todo' AND task_name = 'match_part' ORDER BY id LIMIT 1"
                )
            )
        worker.match_part.func(context(matchmaker), run_id=str(planned.run_id))
        answered += 1
    assert run_of(database, planned.run_id).state is RunState.DONE
    assert answered == 4 + 1 + 3 + 3


def test_who_has_another_encoder_takes_no_part_and_its_own_run_supersedes(matchmaker: Matchmaker, five_and_three: None):
    old = runs.plan_run(matchmaker, everything=False)
    other = Matchmaker(matchmaker.engine, HashingEncoder(dimensions=64))
    assert not do_a_part(other, old.run_id)
    new = runs.plan_run(other, everything=False)
    assert new.ours
    failed = run_of(matchmaker.engine, old.run_id)
    assert failed.state is RunState.FAILED
    assert "superseded by a run with the encoder hashing, 1-64" in (failed.failure or "")
    work_at(other, new.run_id)
    assert run_of(matchmaker.engine, new.run_id).state is RunState.DONE


def test_a_closed_project_and_nothing_else_is_noted_as_gone(
    matchmaker: Matchmaker, small_parts: None, five_and_three: None
):
    match_changes(matchmaker)
    with Session(matchmaker.engine) as session:
        closing = session.exec(select(RndProject).where(RndProject.title_en == TOPICS[4])).one()
        closed_id = closing.id
        closing.state = ProjectState.COMPLETED
        closing.mark_edited(utc_now())
        session.add(closing)
        session.commit()
    match_changes(matchmaker)
    with Session(matchmaker.engine) as session:
        assert closed_id not in session.exec(select(ProjectMatching.project_id)).all()
        assert session.exec(select(func.count()).select_from(ProjectMatching)).one() == 4


def test_a_window_that_two_long_texts_share_is_encoded_once(matchmaker: Matchmaker) -> None:
    encoder = Nearsighted()
    method = MatchMethod.of(encoder)
    for rest in ("Nine ten eleven twelve thirteen.", "Other words stand here."):
        text = f"One two three four five six. {rest}"
        assert encode_missing(matchmaker.engine, encoder, method, {digest(text): text}) == 1
    assert sorted(encoder.times.values()) == [1, 1, 1]


def test_two_processes_at_once_encode_no_window_and_no_text_twice(matchmaker: Matchmaker) -> None:
    shared, method = "One two three four five six.", MatchMethod.of(Nearsighted())
    texts = [f"{shared} Nine ten eleven twelve thirteen.", f"{shared} Other words stand here."]
    times: Counter[str] = Counter()
    begin = Barrier(2)

    def process(text: str) -> None:
        encoder = Nearsighted()
        encoder.times = times
        slow(encoder)
        begin.wait(timeout=10)
        both = {digest(one): one for one in (text, shared)}
        encode_missing(matchmaker.engine, encoder, method, both)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(process, texts))
    assert times.total() == 3 == len(times)
    with Session(matchmaker.engine) as session:
        assert stored_digests(session, method, {digest(text) for text in (*texts, shared)}) == {
            digest(text) for text in (*texts, shared)
        }


def test_the_claim_of_a_process_that_died_lapses(matchmaker: Matchmaker) -> None:
    method, text = MatchMethod.of(Nearsighted()), "One two three four five six. Nine ten eleven twelve thirteen."
    dying = Nearsighted()
    dying.encode = killed  # type: ignore[method-assign] # it dies there
    with pytest.raises(ProcessLookupError):
        encode_missing(matchmaker.engine, dying, method, {digest(text): text})
    living = Nearsighted()
    assert encode_missing(matchmaker.engine, living, method, {digest(text): text}) == 1
    assert living.times.total() == 2


def slow(encoder: Nearsighted) -> None:
    """Let an encoder take its time after each call."""
    at_once = encoder.encode

    def encode(texts: Sequence[str]) -> Any:
        vectors = at_once(texts)
        time.sleep(0.3)
        return vectors

    encoder.encode = encode  # type: ignore[method-assign] # the same, slower


def killed(texts: Sequence[str]) -> Any:
    raise ProcessLookupError(f"killed with {len(texts)} texts in hand")
