from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, delete, select

from fund_service.matches import changes, keeping, parts
from fund_service.matches.commands import match_changes, match_one_signal
from fund_service.matches.corpus import Matchmaker
from matching.encoding.encoder import HashingEncoder
from models.clock import business_date, utc_now
from models.embedding import Embedding, StoredYardstick
from models.errors import StepNotAllowed
from models.match import Match, MatchRun, ProjectMatching, RunState, SignalMatching
from models.project import ProjectState, RndProject
from models.signal import DemandSignal, SignalState

TOPICS = (
    "solid electrolyte for lithium batteries with high ionic conductivity",
    "silicon carbide power semiconductor for electric vehicle inverters",
    "autonomous mobile robot navigation in crowded factories",
    "hydrogen storage vessel of carbon fibre composites",
    "quantum sensor for magnetic fields of the brain",
    "vaccine delivery by lipid nanoparticles",
)

Make = Callable[..., Any]


def kept(matchmaker: Matchmaker) -> list[tuple[Any, ...]]:
    """Everything stored of all matches but their own ids and moments."""
    with Session(matchmaker.engine) as session:
        rows = session.exec(select(Match).order_by(col(Match.signal_id), col(Match.eligible), col(Match.rank)))
        return [(m.signal_id, m.project_id, m.eligible, m.rank, m.score, m.components, m.reasons) for m in rows]


def edit(matchmaker: Matchmaker, table: type, row_id: object, **facts: object) -> None:
    with Session(matchmaker.engine) as session:
        row = session.get_one(table, row_id)
        for name, value in facts.items():
            setattr(row, name, value)
        row.mark_edited(utc_now())
        session.add(row)
        session.commit()


def test_a_run_matches_every_signal_with_the_projects_that_answer_it(
    matchmaker: Matchmaker, make_project: Make, make_signal: Make
):
    projects = [make_project(topic) for topic in TOPICS]
    signals = [make_signal(f"Looking for {topic}") for topic in TOPICS[:3]]
    report = match_changes(matchmaker)
    assert (report.signals, report.matched, report.projects, report.pairs) == (3, 3, 6, 18)
    with Session(matchmaker.engine) as session:
        best = {match.signal_id: match.project_id for match in session.exec(select(Match).where(Match.rank == 1))}
        run = session.get_one(MatchRun, report.run_id)
    assert best == {signal.id: project.id for signal, project in zip(signals, projects, strict=False)}
    assert (run.state, run.signals_due, run.signals_matched) == (RunState.DONE, 3, 3)
    assert run.finished_at is not None


def test_a_second_run_has_nothing_to_do(matchmaker: Matchmaker, make_project: Make, make_signal: Make):
    make_project(TOPICS[0])
    make_signal(f"Looking for {TOPICS[0]}")
    match_changes(matchmaker)
    before = kept(matchmaker)
    assert match_changes(matchmaker).matched == 0
    assert kept(matchmaker) == before


def test_each_text_is_encoded_once(matchmaker: Matchmaker, make_project: Make, make_signal: Make):
    encoded: list[str] = []

    class Counting(HashingEncoder):
        def encode(self, texts):
            encoded.extend(texts)
            return super().encode(texts)

    counting = Matchmaker(matchmaker.engine, Counting())
    make_project(TOPICS[0])
    make_project(TOPICS[0])
    make_signal(f"Looking for {TOPICS[0]}")
    match_changes(counting)
    match_changes(counting, everything=True)
    match_changes(Matchmaker(matchmaker.engine, Counting()), everything=True)
    assert len(encoded) == len(set(encoded)) == 2


def test_without_projects_a_run_says_what_to_do(matchmaker: Matchmaker, make_signal: Make):
    make_signal("Looking for anything at all")
    with pytest.raises(StepNotAllowed, match="import or add some first"):
        match_changes(matchmaker)


def test_an_edited_signal_is_matched_again_and_the_others_are_not(
    matchmaker: Matchmaker, make_project: Make, make_signal: Make
):
    for topic in TOPICS:
        make_project(topic)
    first, _ = (make_signal(f"Looking for {topic}") for topic in TOPICS[:2])
    match_changes(matchmaker)
    edit(matchmaker, DemandSignal, first.id, text=f"Now looking for {TOPICS[4]}")
    assert match_changes(matchmaker).matched == 1
    assert kept(matchmaker) == kept_by_matching_everything(matchmaker)


def test_a_pair_matched_anew_keeps_its_address(matchmaker: Matchmaker, make_project: Make, make_signal: Make):
    for topic in TOPICS:
        make_project(topic)
    signal = make_signal(f"Looking for {TOPICS[0]}")
    match_changes(matchmaker)
    addresses = addressed(matchmaker)
    edit(matchmaker, DemandSignal, signal.id, text=f"Now looking for {TOPICS[0]} and {TOPICS[3]}")
    late = make_project(TOPICS[0])
    match_changes(matchmaker)
    anew = addressed(matchmaker)
    still = addresses.keys() & anew.keys()
    assert still
    assert {pair: anew[pair] for pair in still} == {pair: addresses[pair] for pair in still}
    assert (signal.id, late.id) in anew.keys() - addresses.keys()


def addressed(matchmaker: Matchmaker) -> dict[tuple[Any, ...], Any]:
    with Session(matchmaker.engine) as session:
        return {(match.signal_id, match.project_id): match.id for match in session.exec(select(Match))}


def kept_by_matching_everything(matchmaker: Matchmaker) -> list[tuple[Any, ...]]:
    match_changes(Matchmaker(matchmaker.engine, matchmaker.encoder), everything=True)
    return kept(matchmaker)


def test_a_withdrawn_signal_and_an_expired_one_keep_no_matches(
    matchmaker: Matchmaker, make_project: Make, make_signal: Make
):
    make_project(TOPICS[0])
    withdrawn, expired = (make_signal(f"Looking for {TOPICS[0]} {n}") for n in ("now", "then"))
    match_changes(matchmaker)
    assert {row[0] for row in kept(matchmaker)} == {withdrawn.id, expired.id}
    edit(matchmaker, DemandSignal, withdrawn.id, state=SignalState.WITHDRAWN)
    edit(matchmaker, DemandSignal, expired.id, expires_on=business_date(utc_now()) - timedelta(days=1))
    match_changes(matchmaker)
    assert kept(matchmaker) == []


def test_a_closed_project_leaves_the_matches_that_kept_it(
    matchmaker: Matchmaker, make_project: Make, make_signal: Make
):
    closing, _ = make_project(TOPICS[0]), make_project(TOPICS[1])
    make_signal(f"Looking for {TOPICS[0]}")
    match_changes(matchmaker)
    edit(matchmaker, RndProject, closing.id, state=ProjectState.DISCONTINUED)
    assert match_changes(matchmaker).matched == 1
    assert closing.id not in {row[1] for row in kept(matchmaker)}


def test_a_signal_edited_while_it_was_matched_is_left_to_its_own_job(
    matchmaker: Matchmaker, make_project: Make, make_signal: Make, monkeypatch: pytest.MonkeyPatch
):
    make_project(TOPICS[0])
    signal = make_signal(f"Looking for {TOPICS[0]}")
    match_signals = parts.match_signals

    def edit_meanwhile(*given: Any, **options: Any) -> None:
        edit(matchmaker, DemandSignal, signal.id, text="Changed while the matcher was at work")
        monkeypatch.setattr(parts, "match_signals", match_signals)
        match_signals(*given, **options)

    match_changes(matchmaker)
    edit(matchmaker, DemandSignal, signal.id, text="Changed before")
    monkeypatch.setattr(parts, "match_signals", edit_meanwhile)
    before = kept(matchmaker)
    match_changes(matchmaker)
    assert kept(matchmaker) == before
    match_one_signal(matchmaker, signal.id)
    with Session(matchmaker.engine) as session:
        assert session.get_one(SignalMatching, signal.id).signal_version == 3


def test_matching_a_signal_that_is_gone_is_nothing_to_do(matchmaker: Matchmaker, make_project: Make):
    make_project(TOPICS[0])
    match_one_signal(matchmaker, make_project(TOPICS[1]).id)
    assert kept(matchmaker) == []


def test_a_corpus_that_grew_by_a_fifth_gets_a_new_yardstick_and_everything_is_matched_again(
    matchmaker: Matchmaker, make_project: Make, make_signal: Make
):
    for topic in TOPICS[:5]:
        make_project(topic)
    make_signal(f"Looking for {TOPICS[0]}")
    match_changes(matchmaker)
    make_project(TOPICS[5])
    match_changes(matchmaker)
    make_project(f"{TOPICS[5]} again")
    assert match_changes(matchmaker).matched == 1
    with Session(matchmaker.engine) as session:
        assert [row.documents for row in session.exec(select(StoredYardstick))] == [5, 7]


@given(
    edits=st.lists(
        st.tuples(st.sampled_from(["add", "reword", "close", "need"]), st.integers(0, 11), st.sampled_from(TOPICS)),
        min_size=1,
        max_size=3,
    )
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_matching_what_changed_ends_where_matching_everything_ends(
    matchmaker: Matchmaker, make_project: Make, make_signal: Make, monkeypatch: pytest.MonkeyPatch, edits
):
    monkeypatch.setattr(keeping, "KEPT", 3)
    monkeypatch.setattr(keeping, "KEPT_NEAR", 1)
    monkeypatch.setattr(changes, "FEW_CHANGES", 1.0)
    with Session(matchmaker.engine) as session:
        for table in (Match, SignalMatching, ProjectMatching, MatchRun, StoredYardstick, RndProject, DemandSignal):
            session.exec(delete(table))
        session.commit()
    projects = [make_project(f"{topic}, part {part}", need_krw=10**9) for topic in TOPICS for part in (1, 2)]
    for topic in TOPICS:
        make_signal(f"Looking for {topic}", ticket_max_krw=10**9)
    match_changes(matchmaker)
    for kind, place, topic in edits:
        project = projects[place % len(projects)]
        if kind == "add":
            make_project(f"{topic}, another part {place}", need_krw=10**9 * (place + 1))
        elif kind == "reword":
            edit(matchmaker, RndProject, project.id, abstract_en=f"Now about {topic}")
        elif kind == "close":
            edit(matchmaker, RndProject, project.id, state=ProjectState.COMPLETED)
        else:
            edit(matchmaker, RndProject, project.id, need_krw=10**10)
    match_changes(matchmaker)
    assert kept(matchmaker) == kept_by_matching_everything(matchmaker)


def test_vectors_name_the_encoder_they_were_made_with(matchmaker: Matchmaker, make_project: Make):
    make_project(TOPICS[0])
    match_changes(matchmaker)
    with Session(matchmaker.engine) as session:
        stored = session.exec(select(Embedding)).one()
    assert (stored.encoder, stored.revision) == (matchmaker.method.encoder, matchmaker.method.revision)
