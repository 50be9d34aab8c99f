"""Which pairs of a signal are kept: the best, as long as their texts answer each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from fund_service.matches.corpus import Corpus
from fund_service.matches.vectors import Vectors
from matching.brief import SignalBrief
from matching.facts.gates import NEVER_OPENED
from matching.matcher import ScoredPair

KEPT = 20
"""Eligible matches kept for a signal: more than anybody reads."""
KEPT_NEAR = 5
"""Near misses kept beside them."""
LEAST_TEXT = 0.07
"""Text component below which a pair is not kept: fields, TRL and money that fit make no answer by themselves. On the
demo's 73 live signals it leaves 13 answers each and 3 at the least; half as much again leaves 7, twice as much 3 and to
three signals none; at 0 it would be 68 of 123 projects, most of them for an everyday word. 22 pairs a signal reach it
before any gate."""

SEARCHED_FROM_SIGNALS, SEARCHED_FROM_PROJECTS = 16, 4_000
"""From so many on, pairs are bounded before any is scored (``PairSearch``), which finds the same. Processor time for 64
signals, their words' analysis in it: .54 s become .19 s with 27,872 projects, .21 s become .11 s with 4,000; for one
signal .018 s would become .048 s. Its compiled parts take .3 s to load, once for each process."""


@dataclass(frozen=True, slots=True)
class KeptMatches:
    """A signal's pairs that are kept, best first."""

    eligible: list[ScoredPair]
    near_misses: list[ScoredPair]


def kept_matches(corpus: Corpus, signals: Sequence[SignalBrief], vectors: Vectors, *, today: date) -> list[KeptMatches]:
    """Match some signals and keep what is worth keeping of each; how they are searched changes nothing of it."""
    if len(signals) >= SEARCHED_FROM_SIGNALS and len(corpus.projects) >= SEARCHED_FROM_PROJECTS:
        searched = corpus.search.for_signals(
            signals, vectors, today=today, top=KEPT, near=KEPT_NEAR, least_text=LEAST_TEXT, threads=corpus.threads
        )
        return [KeptMatches(eligible=list(one.eligible), near_misses=list(one.near_misses)) for one in searched]
    found = corpus.matcher.match(signals, vectors, today=today, top=KEPT, near=KEPT_NEAR, least_text=LEAST_TEXT)
    return [
        KeptMatches(eligible=list(matches.eligible), near_misses=[miss.pair for miss in matches.near_misses])
        for matches in found
    ]


def may_be_kept(pair: ScoredPair, *, bar: float, near_bar: float) -> bool:
    """Say whether a pair would be kept, where the last kept ones score ``bar`` (eligible) and ``near_bar``."""
    if (
        len(pair.failed_gates) > 1
        or NEVER_OPENED & set(pair.failed_gates)
        or (pair.components.text or 0.0) < LEAST_TEXT
    ):
        return False
    return pair.score >= (near_bar if pair.failed_gates else bar)


def last_kept_scores(session: Session) -> dict[UUID, tuple[float, float]]:
    """Give, for each signal, the scores a project must reach to be kept: eligible, and as a near miss.

    A list that is not full takes anything, so its bar is zero.
    """
    rows = session.connection().execute(
        sa.text(
            """
            SELECT signal_id,
                   CASE WHEN count(*) FILTER (WHERE eligible) >= :kept
                        THEN min(score) FILTER (WHERE eligible) ELSE 0 END,
                   CASE WHEN count(*) FILTER (WHERE NOT eligible) >= :kept_near
                        THEN min(score) FILTER (WHERE NOT eligible) ELSE 0 END
            FROM match GROUP BY signal_id
            """
        ),
        {"kept": KEPT, "kept_near": KEPT_NEAR},
    )
    return {signal_id: (float(bar), float(near_bar)) for signal_id, bar, near_bar in rows}
