"""Stored matches: written in bulk, with the reasons of each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from fund_service.matches.briefs import SignalToMatch
from fund_service.matches.corpus import Corpus
from fund_service.matches.keeping import KeptMatches
from fund_service.matches.vectors import driver_connection
from matching.brief import SignalBrief
from matching.matcher import ScoredPair
from models.clock import utc_now
from models.identity import new_id
from models.match import Match, MatchRun, SignalMatching

SAID_BY_THE_ROW = frozenset({"signal_key", "project_key", "score"})
COLUMNS = "id, recorded_at, signal_id, project_id, run_id, eligible, rank, score, components, reasons"


def clear_matches(session: Session, signal_ids: Sequence[UUID]) -> dict[tuple[UUID, UUID], UUID]:
    """Take the matches of some signals away, and give what each pair of signal and project was addressed by."""
    gone = session.connection().execute(
        sa.delete(Match)
        .where(col(Match.signal_id).in_(signal_ids))
        .returning(col(Match.signal_id), col(Match.project_id), col(Match.id))
    )
    return {(signal_id, project_id): match_id for signal_id, project_id, match_id in gone}


def store_matches(
    session: Session,
    run: MatchRun,
    corpus: Corpus,
    signals: Sequence[SignalBrief],
    kept: Sequence[KeptMatches],
    *,
    addresses: Mapping[tuple[UUID, UUID], UUID],
    today: date,
) -> None:
    """Write the eligible pairs and near misses of some signals, best first, each with its reasons.

    A pair that was matched before keeps its identifier, in ``addresses``: whoever has its page open goes on from there.
    """
    now = utc_now()
    with (
        driver_connection(session).cursor() as cursor,
        cursor.copy(f"COPY match ({COLUMNS}) FROM STDIN") as copy,
    ):
        for signal, matches in zip(signals, kept, strict=True):
            for eligible, pairs in ((True, matches.eligible), (False, matches.near_misses)):
                for rank, pair in enumerate(pairs, 1):
                    components = json.dumps(asdict(pair.components))
                    reasons = _reasons(corpus, signal, pair, today)
                    place = (signal.key, pair.project_key, run.id, eligible, rank, pair.score)
                    address = addresses.get((UUID(signal.key), UUID(pair.project_key))) or new_id()
                    copy.write_row((address, now, *place, components, reasons))


def _reasons(corpus: Corpus, signal: SignalBrief, pair: ScoredPair, today: date) -> str:
    project = corpus.projects[pair.project_key]
    reasons = corpus.explainer.explain(signal, project, pair, today=today).as_dict()
    return json.dumps({name: value for name, value in reasons.items() if name not in SAID_BY_THE_ROW})


def note_signals(session: Session, run: MatchRun, signals: Sequence[SignalToMatch]) -> None:
    """Note what the signals looked like when they were matched."""
    if not signals:
        return
    statement = insert(SignalMatching).values(
        [
            {
                "signal_id": signal.signal_id,
                "run_id": run.id,
                "signal_version": signal.version,
                "signal_digest": signal.digest,
                "method_digest": run.method_digest,
                "matched_at": utc_now(),
            }
            for signal in signals
        ]
    )
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["signal_id"],
            set_={
                name: statement.excluded[name]
                for name in ("run_id", "signal_version", "signal_digest", "method_digest", "matched_at")
            },
        )
    )
