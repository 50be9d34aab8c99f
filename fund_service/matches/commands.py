"""Writes of matches: match what changed, resume where a killed run stopped, never half a signal."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, delete, select

from fund_service.matches import storing
from fund_service.matches.briefs import SignalToMatch, signals_to_match
from fund_service.matches.changes import ProjectChanges, project_changes, signals_due
from fund_service.matches.corpus import Corpus, Matchmaker, Stage
from fund_service.matches.keeping import kept_matches
from fund_service.matches.vectors import encode_missing, matrix_of, texts_by_digest
from models.clock import business_date, utc_now
from models.match import Match, MatchRun, ProjectMatching, RunState
from models.signal import DemandSignal

CHUNK = 64
"""Signals matched and committed at a time: what a killed run loses at most."""
BULK_LOCK = 20260128
"""PostgreSQL advisory lock that lets one bulk run work at a time."""


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What a run did."""

    run_id: UUID
    signals: int
    matched: int
    projects: int
    pairs: int
    seconds: float


def match_one_signal(matchmaker: Matchmaker, signal_id: UUID) -> None:
    """Match one signal as it stands now against all open projects.

    A signal that was deleted meanwhile is nothing to do; a corpus never matched before is matched whole.
    """
    today = business_date(utc_now())
    with Session(matchmaker.engine) as session:
        signals = signals_to_match(session, today=today, signal_ids=[signal_id])
    if not signals:
        return
    corpus = matchmaker.corpus()
    with Session(matchmaker.engine) as session:
        run = _begin(session, matchmaker, corpus, due=1)
        session.commit()
    _match_chunk(matchmaker, corpus, run, signals, today)
    with Session(matchmaker.engine) as session:
        _finish(session, run.id)


def match_changes(matchmaker: Matchmaker, *, everything: bool = False, stage: Stage | None = None) -> MatchReport:
    """Embed and match what changed since the last run, or everything.

    The result is that of matching everything anew: a signal is matched again when it changed, when the method
    changed, or when a changed project is or would be among its kept matches. A run that was killed is taken up by
    the next one, which finds done what was committed.
    """
    started = utc_now()
    today = business_date(started)
    with matchmaker.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
        guard.execute(sa.text("SET lock_timeout = 0"))
        guard.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": BULK_LOCK})
        try:
            corpus = matchmaker.corpus(stage=stage)
            with Session(matchmaker.engine) as session:
                signals = signals_to_match(session, today=today)
                changes = project_changes(session, corpus)
            _encode_signals(matchmaker, signals, stage)
            due = signals if everything else signals_due(matchmaker, corpus, signals, changes, today)
            with Session(matchmaker.engine) as session:
                run = _begin(session, matchmaker, corpus, due=len(due))
                session.commit()
            for done, chunk in _chunks(due):
                _match_chunk(matchmaker, corpus, run, chunk, today)
                if stage is not None:
                    stage("matching signals", done, len(due))
            with Session(matchmaker.engine) as session:
                _note_projects(session, corpus, changes)
                _finish(session, run.id)
        finally:
            guard.execute(sa.text("SELECT pg_advisory_unlock(:key)"), {"key": BULK_LOCK})
            guard.execute(sa.text("RESET lock_timeout"))
    speaking = sum(signal.speaks for signal in due)
    return MatchReport(
        run_id=run.id,
        signals=len(signals),
        matched=len(due),
        projects=len(corpus.project_digests),
        pairs=speaking * len(corpus.project_digests),
        seconds=(utc_now() - started).total_seconds(),
    )


def _chunks(signals: Sequence[SignalToMatch]) -> Iterator[tuple[int, Sequence[SignalToMatch]]]:
    for start in range(0, len(signals), CHUNK):
        yield min(start + CHUNK, len(signals)), signals[start : start + CHUNK]


def _encode_signals(matchmaker: Matchmaker, signals: Sequence[SignalToMatch], stage: Stage | None) -> None:
    texts = texts_by_digest([signal.brief for signal in signals], matchmaker.encoder)
    progress: Callable[[int, int], None] | None = None
    if stage is not None:
        heard = stage

        def progress(done: int, due: int) -> None:
            heard("encoding signals", done, due)

    encode_missing(matchmaker.engine, matchmaker.encoder, matchmaker.method, texts, progress=progress)


def _begin(session: Session, matchmaker: Matchmaker, corpus: Corpus, *, due: int) -> MatchRun:
    run = MatchRun(
        encoder=matchmaker.method.encoder,
        revision=matchmaker.method.revision,
        parameters=matchmaker.method.described(),
        method_digest=corpus.method_digest,
        yardstick_id=corpus.yardstick_id,
        signals_due=due,
        projects=len(corpus.project_digests),
    )
    session.add(run)
    session.flush()
    session.expunge(run)
    return run


def _match_chunk(
    matchmaker: Matchmaker, corpus: Corpus, run: MatchRun, chunk: Sequence[SignalToMatch], today: date
) -> None:
    """Match some signals and commit; one edited since it was read is left to the job that its edit queued."""
    texts = texts_by_digest([signal.brief for signal in chunk], matchmaker.encoder)
    with matchmaker.at_work, Session(matchmaker.engine) as session:
        encode_missing(matchmaker.engine, matchmaker.encoder, matchmaker.method, texts)
        versions = dict(
            session.exec(
                select(DemandSignal.id, DemandSignal.version)
                .where(col(DemandSignal.id).in_([signal.signal_id for signal in chunk]))
                .order_by(col(DemandSignal.id))
                .with_for_update()
            ).all()
        )
        current = [signal for signal in chunk if versions.get(signal.signal_id) == signal.version]
        speaking = [signal for signal in current if signal.speaks]
        briefs = [signal.brief for signal in speaking]
        vectors = matrix_of(session, matchmaker.encoder, matchmaker.method, briefs)
        kept = kept_matches(corpus, briefs, vectors, today=today)
        session.exec(delete(Match).where(col(Match.signal_id).in_([signal.signal_id for signal in current])))
        storing.store_matches(session, run, corpus, briefs, kept, today=today)
        storing.note_signals(session, run, current)
        session.connection().execute(
            sa.update(MatchRun)
            .where(col(MatchRun.id) == run.id)
            .values(signals_matched=col(MatchRun.signals_matched) + len(current))
        )
        session.commit()


def _note_projects(session: Session, corpus: Corpus, changes: ProjectChanges) -> None:
    moved = [UUID(key) for key in (*changes.changed, *changes.closed)]
    session.exec(delete(ProjectMatching).where(col(ProjectMatching.project_id).in_(moved)))
    session.add_all(
        ProjectMatching(
            project_id=UUID(key), project_digest=corpus.project_digests[key], method_digest=corpus.method_digest
        )
        for key in changes.changed
    )
    session.flush()


def _finish(session: Session, run_id: UUID) -> None:
    run = session.get_one(MatchRun, run_id)
    run.state, run.finished_at = RunState.DONE, utc_now()
    session.add(run)
    session.commit()
