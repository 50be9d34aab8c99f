"""What is done in each part of a match run."""

import time
from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from fund_service.matches import runs, storing
from fund_service.matches.asking import signal_vectors
from fund_service.matches.briefs import SignalToMatch, project_briefs, signals_to_match
from fund_service.matches.changes import ProjectChanges, project_changes, signals_due
from fund_service.matches.corpus import Corpus, Matchmaker
from fund_service.matches.keeping import kept_matches
from fund_service.matches.telling import tell_new_matches
from fund_service.matches.vectors import encode_missing, texts_by_digest
from matching.brief import ProjectBrief, SignalBrief
from models.clock import business_date, utc_now
from models.errors import StepNotAllowed
from models.match import MatchRun, ProjectMatching, RunStep
from models.project import RndProject
from models.signal import DemandSignal

GLANCE_SECONDS = 0.1
"""Pause between looks at a split in other hands."""


def do_a_part(matchmaker: Matchmaker, run_id: UUID) -> bool:
    """Do one part of a run that is free; say whether there was one.

    Where another process splits the run, the corpus is loaded meanwhile: all parts after it need it. Who splits may
    have to fit the yardstick first, and two that fit one each could differ, so it is waited for.

    Raises whatever the part raises; nothing of it is stored then, and it is free for another try.
    """
    step = _do_what_is_free(matchmaker, run_id)
    ready = False
    while step is None and not ready and _is_being_split(matchmaker, run_id):
        ready = matchmaker.has_yardstick()
        if ready:
            matchmaker.corpus()
        else:
            time.sleep(GLANCE_SECONDS)
        step = _do_what_is_free(matchmaker, run_id)
    runs.go_on(matchmaker.engine, run_id, after=step)
    return step is not None


def _do_what_is_free(matchmaker: Matchmaker, run_id: UUID) -> RunStep | None:
    """Do a part that nobody has, and give its step."""
    with Session(matchmaker.engine) as session:
        part = runs.take_part(session, run_id, matchmaker.method)
        if part is None:
            return None
        step = RunStep(part.step)
        _WORK[step](matchmaker, session, session.get_one(MatchRun, run_id), part.items)
        runs.done(session, part)
        return step


def _is_being_split(matchmaker: Matchmaker, run_id: UUID) -> bool:
    with Session(matchmaker.engine) as session:
        return runs.is_being_split(session, run_id, matchmaker.method)


def _encode(matchmaker: Matchmaker, session: Session, run: MatchRun, items: Sequence[str]) -> None:  # noqa: ARG001 - each step has the same parameters
    owners: dict[str, list[UUID]] = {runs.PROJECT: [], runs.SIGNAL: []}
    for item in items:
        kind, owner_id = item.split()
        owners[kind].append(UUID(owner_id))
    today = business_date(utc_now())
    signals = signals_to_match(session, today=today, signal_ids=owners[runs.SIGNAL])
    briefs: list[ProjectBrief | SignalBrief] = [
        *project_briefs(session, project_ids=owners[runs.PROJECT]),
        *(signal.brief for signal in signals),
    ]
    encode_missing(
        matchmaker.engine, matchmaker.encoder, matchmaker.method, texts_by_digest(briefs, matchmaker.encoder)
    )


def _split(matchmaker: Matchmaker, session: Session, run: MatchRun, items: Sequence[str]) -> None:  # noqa: ARG001 - the same
    today = business_date(utc_now())
    corpus = matchmaker.corpus()
    signals = signals_to_match(session, today=today)
    briefs = [signal.brief for signal in signals]
    encode_missing(
        matchmaker.engine, matchmaker.encoder, matchmaker.method, texts_by_digest(briefs, matchmaker.encoder)
    )
    changes = project_changes(session, corpus)
    due = signals if run.everything else signals_due(matchmaker, corpus, signals, changes, today)
    run.method_digest, run.yardstick_id = corpus.method_digest, corpus.yardstick_id
    run.signals_due, run.projects = len(due), len(corpus.project_digests)
    session.add(run)
    signal_ids = [str(signal.signal_id) for signal in due]
    runs.add_parts(session, run.id, RunStep.MATCH, runs.in_parts(signal_ids, runs.signals_a_part(len(signal_ids))))
    notes = _notes_of(corpus, changes)
    runs.add_parts(session, run.id, RunStep.NOTE, runs.in_parts(notes, runs.PROJECTS_NOTED_A_PART))


def _notes_of(corpus: Corpus, changes: ProjectChanges) -> list[str]:
    """Give what is to be noted of projects as they are now: one edited while the run is at work is due in the next."""
    return [*(f"{key} {corpus.project_digests[key]}" for key in changes.changed), *changes.closed]


def _match(matchmaker: Matchmaker, session: Session, run: MatchRun, items: Sequence[str]) -> None:
    today = business_date(utc_now())
    corpus = matchmaker.corpus()
    if corpus.method_digest != run.method_digest:
        raise StepNotAllowed(
            "So many projects were added or closed while signals were matched that scores changed their meaning; "
            "match again."
        )
    signals = signals_to_match(session, today=today, signal_ids=[UUID(signal_id) for signal_id in items])
    match_signals(matchmaker, session, corpus=corpus, run=run, signals=signals, today=today)


def match_signals(
    matchmaker: Matchmaker,
    session: Session,
    *,
    corpus: Corpus,
    run: MatchRun,
    signals: Sequence[SignalToMatch],
    today: date,
) -> None:
    """Match some signals; one edited since it was read is left to the job that its edit queued."""
    texts = texts_by_digest([signal.brief for signal in signals], matchmaker.encoder)
    with matchmaker.at_work:
        encode_missing(matchmaker.engine, matchmaker.encoder, matchmaker.method, texts)
        versions = dict(
            session.exec(
                select(DemandSignal.id, DemandSignal.version)
                .where(col(DemandSignal.id).in_([signal.signal_id for signal in signals]))
                .order_by(col(DemandSignal.id))
                .with_for_update()
            ).all()
        )
        current = [signal for signal in signals if versions.get(signal.signal_id) == signal.version]
        speaking = [signal for signal in current if signal.speaks]
        briefs = [signal.brief for signal in speaking]
        vectors = signal_vectors(session, matchmaker, speaking)
        kept = kept_matches(corpus, briefs, vectors, today=today)
        addresses = storing.clear_matches(session, [signal.signal_id for signal in current])
        storing.store_matches(session, run, corpus, briefs, kept, addresses=addresses, today=today)
    tell_new_matches(session, briefs, kept, addresses=addresses, today=today)
    storing.note_signals(session, run, current)
    session.connection().execute(
        sa.update(MatchRun)
        .where(col(MatchRun.id) == run.id)
        .values(signals_matched=col(MatchRun.signals_matched) + len(current))
    )


def _note(matchmaker: Matchmaker, session: Session, run: MatchRun, items: Sequence[str]) -> None:  # noqa: ARG001 - each step has the same parameters
    noted = {UUID(key): digest for key, *digest in (item.split() for item in items)}
    session.exec(delete(ProjectMatching).where(col(ProjectMatching.project_id).in_(noted)))
    there = session.exec(select(RndProject.id).where(col(RndProject.id).in_(noted)))
    session.add_all(
        ProjectMatching(project_id=key, project_digest=noted[key][0], method_digest=run.method_digest)
        for key in there
        if noted[key]
    )
    session.flush()


_WORK: dict[RunStep, Callable[[Matchmaker, Session, MatchRun, Sequence[str]], None]] = {
    RunStep.ENCODE: _encode,
    RunStep.SPLIT: _split,
    RunStep.MATCH: _match,
    RunStep.NOTE: _note,
}
