"""Both sides of a sweep over all pairs, as plain arrays: what bounds and gates need of projects and of signals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.brief import SignalBrief
from matching.collection import ProjectCollection
from matching.dense import is_present, on_grid
from matching.facts.eligibility import GATE_BITS, NEVER_OPENED_BITS
from matching.facts.gates import GateCode
from matching.language.text import Language
from matching.lexical.index import LexicalQueries
from matching.parameters import MatchParameters
from matching.scale import Scale
from matching.search.byte_products import Words, packed_queries
from matching.search.fact_tables import NOTHING_ASKED, SignalFacts
from matching.search.term_codes import TermQueries, TermTables
from matching.search.vector_codes import VectorCodes
from matching.yardstick import Yardstick

SLIGHTLY_MORE = 1.01
"""Bounds are widened by this, far more than single precision can narrow them."""

PRIOR_ERROR = 1e-6
"""More than single precision can move what the length of a text takes from the worth of the lexical leg."""

NO_HOPE, ELIGIBLE_ONLY, NEAR_TOO = np.int8(0), np.int8(1), np.int8(2)
"""Which lists a signal's pairs can be in."""


class SignalBounds(NamedTuple):
    """Arrays (signals,) by which a sweep bounds the pairs of each signal.

    The dense leg is worth at most ``gain`` * product * step of the project + ``shift`` + error of the project *
    ``spread``, of which ``blur`` is the signal's own error; the lexical leg at most ``slack`` less than its bound.
    ``leg`` chooses the shares of the legs.
    """

    gain: NDArray[np.float32]
    shift: NDArray[np.float32]
    spread: NDArray[np.float32]
    blur: NDArray[np.float32]
    slack: NDArray[np.float32]
    leg: NDArray[np.int8]
    always_failed: NDArray[np.uint16]
    hope: NDArray[np.int8]
    speaks: NDArray[np.bool_]


class FactArrays(NamedTuple):
    """What the facts of projects mean to signals, with the rows of ``excluded`` that hold each signal's words."""

    start: NDArray[np.int64]
    codes: NDArray[np.uint32]
    said: NDArray[np.int32]
    unit: np.float32
    weights: tuple[np.float32, ...]
    excluded_row: NDArray[np.int64]
    excluded: NDArray[np.bool_]
    excluding: np.uint16
    never_opened: np.uint16


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalMeeting:
    """Signals that speak one language beside projects that speak one language.

    Attributes
    ----------
    gain, shift : float32 arrays (signals,)
        The lexical leg is worth at most ``gain`` * product of terms + ``shift`` + ``amount`` * length prior.
    amount : float32 array (signals,)
    priors : float64 array (projects,)
    asked : language of the signals
    """

    asked: Language
    tables: TermTables
    queries: TermQueries
    gain: NDArray[np.float32]
    shift: NDArray[np.float32]
    amount: NDArray[np.float32]
    priors: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSide:
    """Signals ready to be swept."""

    keys: tuple[str, ...]
    bounds: SignalBounds
    facts: SignalFacts
    arrays: FactArrays
    grid: NDArray[np.float32]
    present: NDArray[np.bool_]
    speaking: NDArray[np.bool_]
    words: Words
    queries: LexicalQueries
    meetings: tuple[LexicalMeeting, ...]

    @classmethod
    def of(
        cls,
        signals: Sequence[SignalBrief],
        vectors: NDArray[np.float32],
        *,
        queries: LexicalQueries,
        facts: SignalFacts,
        collection: ProjectCollection,
        tables: dict[Language, TermTables],
        yardstick: Yardstick,
    ) -> "SignalSide":
        """Bring signals into the form of a sweep; ``queries`` are their terms, ``facts`` what they ask of facts."""
        grid = on_grid(vectors)
        codes = VectorCodes.of(grid)
        meetings = tuple(_meetings(queries, tables, yardstick, collection.index.priors))
        excluded_row, excluded = _excluded(signals, collection)
        present, speaking = is_present(grid), queries.present()
        return cls(
            keys=tuple(signal.key for signal in signals),
            bounds=_bounds(codes, yardstick.dense, facts, meetings, present, speaking, excluded_row),
            facts=facts,
            arrays=FactArrays(
                start=facts.start,
                codes=facts.codes,
                said=facts.said,
                unit=facts.unit,
                weights=facts.weights,
                excluded_row=excluded_row,
                excluded=excluded,
                excluding=GATE_BITS[GateCode.EXCLUDED_TERM],
                never_opened=NEVER_OPENED_BITS,
            ),
            grid=grid,
            present=present,
            speaking=speaking,
            words=packed_queries(codes.shifted()),
            queries=queries,
            meetings=meetings,
        )

    def failed(self, signals: NDArray[np.int32], projects: NDArray[np.int32]) -> NDArray[np.uint16]:
        """Return the bits of the gates that pairs, given by their rows, fail."""
        row = self.arrays.excluded_row[signals]
        held = (row >= 0) & self.arrays.excluded[row, projects]
        return self.facts.closed(signals, projects) | np.where(held, self.arrays.excluding, np.uint16(0))


def leg_shares(collection: ProjectCollection, parameters: MatchParameters) -> tuple[NDArray[np.float32], ...]:
    """Return the shares of the dense and of the lexical leg in a text's worth, (4, projects) each.

    The row is that of ``SignalBounds.leg``: 1 for a signal with a vector, plus 2 for one with terms.
    """
    dense = np.zeros((4, len(collection.projects)))
    lexical = np.zeros_like(dense)
    for leg in range(4):
        dense[leg] = np.where(collection.present & bool(leg & 1), parameters.dense_share, 0)
        lexical[leg] = np.where(collection.index.present & bool(leg & 2), 1 - parameters.dense_share, 0)
    both = dense + lexical
    both[both == 0] = 1
    return (dense / both).astype(np.float32), (lexical / both).astype(np.float32)


def _bounds(  # noqa: PLR0917 - one caller
    codes: VectorCodes,
    scale: Scale,
    facts: SignalFacts,
    meetings: Sequence[LexicalMeeting],
    present: NDArray[np.bool_],
    speaking: NDArray[np.bool_],
    excluded_row: NDArray[np.int64],
) -> SignalBounds:
    """Work out the bounds of each signal."""
    span = scale.full - scale.low
    blur = codes.error * SLIGHTLY_MORE / span
    slack = np.zeros(len(present))
    for meeting in meetings:
        rounding = 2 * meeting.queries.error * meeting.gain / meeting.queries.unit * SLIGHTLY_MORE + 2 * PRIOR_ERROR
        slack = np.maximum(slack, rounding)
    failed = facts.always_failed
    two = (failed & (failed - np.uint16(1))) != 0
    never = (failed & NEVER_OPENED_BITS) != 0
    near = facts.may_fail | (failed != 0) | (excluded_row >= 0)
    return SignalBounds(
        gain=(codes.step / span).astype(np.float32),
        shift=(blur - scale.low / span).astype(np.float32),
        spread=((1 + codes.error) * SLIGHTLY_MORE / span).astype(np.float32),
        blur=blur.astype(np.float32),
        slack=slack.astype(np.float32),
        leg=(present + 2 * speaking).astype(np.int8),
        always_failed=failed,
        hope=np.where(two | never, NO_HOPE, np.where(near, NEAR_TOO, ELIGIBLE_ONLY)),
        speaks=(facts.start != NOTHING_ASKED).any(axis=1) | (excluded_row >= 0),
    )


def _meetings(
    queries: LexicalQueries,
    tables: dict[Language, TermTables],
    yardstick: Yardstick,
    priors: Mapping[Language, NDArray[np.float64]],
) -> list[LexicalMeeting]:
    """Return each language of signals beside each language of projects; signals that ask nothing are worth nothing."""
    meetings = []
    for language, counts in queries.counts.items():
        worth, scale = queries.worth[language], yardstick.lexical[language]
        asks = worth > 0
        share = np.where(asks, 1 / np.where(asks, worth, 1), 0) / (scale.full - scale.low)
        for spoken, table in tables.items() if asks.any() else ():
            terms = TermQueries.of(counts, table)
            top = terms.error * share * SLIGHTLY_MORE - scale.low / (scale.full - scale.low) + PRIOR_ERROR
            meetings.append(
                LexicalMeeting(
                    asked=language,
                    tables=table,
                    queries=terms,
                    gain=(terms.unit * share).astype(np.float32),
                    shift=np.where(asks, top, -1).astype(np.float32),
                    amount=(queries.amounts[language] * share).astype(np.float32),
                    priors=priors[spoken],
                )
            )
    return meetings


def _excluded(
    signals: Sequence[SignalBrief], collection: ProjectCollection
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return for each signal the row, or -1, of an array (rows, projects) of which projects hold its excluded words."""
    rows: dict[tuple[str, ...], int] = {}
    for signal in signals:
        if signal.excluded_terms:
            rows.setdefault(signal.excluded_terms, len(rows))
    holding = [collection.holding_any(terms) for terms in rows] or [np.zeros(len(collection.projects), dtype=np.bool_)]
    return np.array([rows.get(signal.excluded_terms, -1) for signal in signals], dtype=np.int64), np.array(holding)
