"""What has changed since matches were stored, and which signals it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.matches.asking import signal_vectors
from fund_service.matches.briefs import SignalToMatch
from fund_service.matches.corpus import Corpus, Matchmaker
from fund_service.matches.keeping import last_kept_scores, may_be_kept
from models.match import Match, ProjectMatching, SignalMatching

FEW_CHANGES = 0.1
"""Up to this share of changed projects, unchanged signals are checked against the changes alone."""
CHUNK = 256
"""Signals checked at a time."""


@dataclass(frozen=True, slots=True)
class ProjectChanges:
    """Projects that stored matches have not taken into account: new or edited ones, and ones that closed."""

    changed: tuple[str, ...]
    closed: tuple[str, ...]


def project_changes(session: Session, corpus: Corpus) -> ProjectChanges:
    """Find the projects that have changed since matches were last stored with the present method."""
    known = {
        str(row.project_id): row.project_digest
        for row in session.exec(select(ProjectMatching).where(ProjectMatching.method_digest == corpus.method_digest))
    }
    return ProjectChanges(
        changed=tuple(sorted(key for key, digest in corpus.project_digests.items() if known.get(key) != digest)),
        closed=tuple(sorted(set(known) - set(corpus.project_digests))),
    )


def signals_due(
    matchmaker: Matchmaker,
    corpus: Corpus,
    signals: Sequence[SignalToMatch],
    changes: ProjectChanges,
    today: date,
) -> list[SignalToMatch]:
    """Find the signals whose kept matches would differ if everything were matched anew."""
    with Session(matchmaker.engine) as session:
        matched = {row.signal_id: row for row in session.exec(select(SignalMatching))}
        standing = [
            signal
            for signal in signals
            if (row := matched.get(signal.signal_id)) is not None
            and row.signal_digest == signal.digest
            and row.signal_version == signal.version
            and row.method_digest == corpus.method_digest
        ]
        if len(changes.changed) > FEW_CHANGES * len(corpus.project_digests):
            standing = []
        touched = (
            _touched(session, matchmaker, corpus=corpus, standing=standing, changes=changes, today=today)
            if any((changes.changed, changes.closed))
            else set()
        )
    untouched = {signal.signal_id for signal in standing} - touched
    return [signal for signal in signals if signal.signal_id not in untouched]


def _touched(
    session: Session,
    matchmaker: Matchmaker,
    *,
    corpus: Corpus,
    standing: Sequence[SignalToMatch],
    changes: ProjectChanges,
    today: date,
) -> set[UUID]:
    """Find the standing signals that keep a changed project, or would: its score reaches their last kept one."""
    moved = [UUID(key) for key in (*changes.changed, *changes.closed)]
    touched = set(session.exec(select(Match.signal_id).where(col(Match.project_id).in_(moved)).distinct()))
    last_kept = last_kept_scores(session)
    asked = [signal for signal in standing if signal.speaks and signal.signal_id not in touched]
    for start in range(0, len(asked), CHUNK):
        chunk = asked[start : start + CHUNK]
        briefs = [signal.brief for signal in chunk]
        vectors = signal_vectors(session, matchmaker, chunk)
        scored = corpus.matcher.scores_against(briefs, vectors, changes.changed, today=today)
        for signal, pairs in zip(chunk, scored, strict=True):
            bar, near_bar = last_kept.get(signal.signal_id, (0.0, 0.0))
            if any(may_be_kept(pair, bar=bar, near_bar=near_bar) for pair in pairs):
                touched.add(signal.signal_id)
    return touched
