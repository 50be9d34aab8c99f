"""Match demand signals with R&D projects: one blended score a pair, gates kept apart, the same in any order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matching.blend import Part, score, text_worth
from matching.brief import ProjectBrief, SignalBrief
from matching.collection import ProjectCollection
from matching.dense import exact_cosines, is_present, on_grid
from matching.facts.eligibility import GATE_BITS, NEVER_OPENED_BITS, check_gates, failed_gates
from matching.facts.gates import GateCode, GateResult
from matching.lexical.weighing import TermWeighing
from matching.parameters import MatchParameters
from matching.yardstick import Yardstick

SCORE_STEPS = 10_000
"""Scores are rounded to four decimals, and ranked as rounded."""

SIGNALS_A_BLOCK = 64

_LEAST_TEXT = 0.5 / SCORE_STEPS  # below this a text's worth rounds to nothing
_ROUGHNESS = 1e-5  # more than float32 cosines are ever wrong by
_SELECTION_MARGIN = 2e-4  # more than rounding and roughness together can lift a score


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """The parts of a score, each in [0, 1] to four decimals, ``None`` where either side does not say.

    ``text`` is the blend of ``dense`` and ``lexical``; the score is the weighted mean of ``text`` and the last five.
    """

    dense: float | None
    lexical: float | None
    text: float | None
    field: float | None
    region: float | None
    trl: float | None
    ticket: float | None
    consortium: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredPair:
    """A signal and a project with their score in [0, 1] to four decimals, its parts, and the gates that failed."""

    signal_key: str
    project_key: str
    score: float
    components: Components
    failed_gates: tuple[GateCode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """A pair that one gate alone keeps out; ``gate.change`` and ``gate.shortfall`` say what would let it in."""

    pair: ScoredPair
    gate: GateResult


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalMatches:
    """The best eligible projects for a signal and the best that just miss, by falling score, then project key."""

    signal_key: str
    eligible: tuple[ScoredPair, ...]
    near_misses: tuple[NearMiss, ...]


class HybridMatcher:
    """Scores of signals against a fitted set of projects.

    What a pair scores depends on the pair, the yardstick and the parameters alone: neither the other projects and
    signals nor the order, the block or the number of threads can change it.
    """

    def __init__(self, *, yardstick: Yardstick, parameters: MatchParameters | None = None) -> None:
        self.yardstick = yardstick
        self.parameters = parameters or MatchParameters()
        self.weighing = TermWeighing(yardstick.statistics, self.parameters)

    def fit(self, projects: Sequence[ProjectBrief], vectors: NDArray[np.float32]) -> Self:
        """Take in the projects and their dense vectors, shape (len(projects), dimensions), zero rows for absent ones.

        Raises
        ------
        ValueError
            When two projects have one key or the vectors are not one a project.
        """
        self._fitted = ProjectCollection.build(projects, vectors, weighing=self.weighing)
        return self

    @property
    def collection(self) -> ProjectCollection:
        """The projects taken in by ``fit``."""
        return self._fitted

    def match(
        self,
        signals: Sequence[SignalBrief],
        vectors: NDArray[np.float32],
        *,
        today: date,
        top: int = 50,
        near: int = 10,
        least_text: float = 0.0,
        progress: Callable[[int], None] | None = None,
    ) -> list[SignalMatches]:
        """Return the best projects for each signal; ``progress`` is told after each how many more are done.

        A project whose text shares nothing with the signal's is not listed, however well its facts suit, nor is one
        whose text component, to four decimals, is below ``least_text``.
        """
        least = max(_LEAST_TEXT, least_text - 0.5 / SCORE_STEPS)
        found = []
        for compared in self._compare(self._fitted, signals, vectors, today=today):
            text = text_worth(compared.dense, compared.lexical, self.parameters)
            scores = score(text, compared.fits, self.parameters)
            failed = compared.failed
            one_failed = (failed != 0) & ((failed & (failed - np.uint16(1))) == 0) & ((failed & NEVER_OPENED_BITS) == 0)
            rows = np.union1d(
                _candidates(scores, text.worth, among=failed == 0, least=least, count=top),
                _candidates(scores, text.worth, among=one_failed, least=least, count=near),
            )
            pairs = self._pairs(self._fitted, compared, rows)
            pairs = [pair for pair in pairs if pair.components.text and pair.components.text >= least_text]
            pairs.sort(key=lambda pair: (-pair.score, pair.project_key))
            eligible = [pair for pair in pairs if not pair.failed_gates][:top]
            missing = [pair for pair in pairs if pair.failed_gates][:near]
            misses = [NearMiss(pair=pair, gate=self._closed_gate(compared.signal, pair, today)) for pair in missing]
            found.append(
                SignalMatches(signal_key=compared.signal.key, eligible=tuple(eligible), near_misses=tuple(misses))
            )
            if progress:
                progress(1)
        return found

    def scores_against(
        self, signals: Sequence[SignalBrief], vectors: NDArray[np.float32], project_keys: Sequence[str], *, today: date
    ) -> list[list[ScoredPair]]:
        """Return for each signal its pair with each of some projects, in the order of their keys, gates or not.

        The scores are those of ``match``; texts that cannot be compared score 0. Raises ``KeyError`` for a project
        that was not fitted.
        """
        few = self._fitted.only(project_keys)
        everything = np.arange(len(project_keys))
        return [
            self._pairs(few, compared, everything) for compared in self._compare(few, signals, vectors, today=today)
        ]

    def _compare(
        self, fitted: ProjectCollection, signals: Sequence[SignalBrief], vectors: NDArray[np.float32], *, today: date
    ) -> Iterator["_Compared"]:
        """Yield what is known of each signal beside all projects; whole blocks of signals are multiplied at once."""
        if len(vectors) != len(signals):
            raise ValueError(f"{len(signals)} signals came with {len(vectors)} vectors")
        queries = fitted.index.queries(signals)
        asked = queries.present()
        grid = on_grid(vectors)
        present = is_present(grid)
        for start in range(0, len(signals), SIGNALS_A_BLOCK):
            block = slice(start, start + SIGNALS_A_BLOCK)
            shared = fitted.index.values(queries.rows(block), self.yardstick.lexical)
            cosines = grid[block] @ fitted.vectors.T
            for at, signal in enumerate(signals[block], start):
                dense = self.yardstick.dense.worth(cosines[at - start].astype(np.float64))
                excluded = fitted.holding_any(signal.excluded_terms)
                yield _Compared(
                    signal=signal,
                    vector=grid[at : at + 1],
                    dense=Part(dense, fitted.present & present[at]),
                    lexical=Part(shared[at - start], fitted.index.present & asked[at]),
                    fits=fitted.facts.fits(signal, self.parameters),
                    failed=failed_gates(
                        signal, fitted.facts, excluded=excluded, today=today, parameters=self.parameters
                    ),
                )

    def _pairs(self, fitted: ProjectCollection, compared: "_Compared", rows: NDArray[np.intp]) -> list[ScoredPair]:
        """Return the pairs of a signal with some projects, computed exactly."""
        cosines = exact_cosines(compared.vector, fitted.vectors[rows])[0]
        dense = to_steps(Part(self.yardstick.dense.worth(cosines), compared.dense.known[rows]))
        lexical = to_steps(compared.lexical.at(rows))
        text = to_steps(text_worth(dense, lexical, self.parameters))
        fits = {name: to_steps(part.at(rows)) for name, part in compared.fits.items()}
        # Of components as they are told, so that whoever reads them can work the score out.
        scores = _rounded(score(text, fits, self.parameters))
        parts = {"dense": dense, "lexical": lexical, "text": text, **fits}
        columns = [_known(parts[name]) if name in parts else [None] * len(rows) for name in _COMPONENT_NAMES]
        return [
            ScoredPair(
                signal_key=compared.signal.key,
                project_key=fitted.projects[row].key,
                score=value,
                components=Components(**dict(zip(_COMPONENT_NAMES, components, strict=True))),
                failed_gates=_CODES[failed],
            )
            for row, value, components, failed in zip(
                rows.tolist(), scores, zip(*columns, strict=True), compared.failed[rows].tolist(), strict=True
            )
        ]

    def _closed_gate(self, signal: SignalBrief, pair: ScoredPair, today: date) -> GateResult:
        """Return the result of the one gate that a pair failed."""
        project = self._fitted.project(pair.project_key)
        gates = check_gates(signal, project, today=today, parameters=self.parameters)
        return next(gate for gate in gates if gate.code == pair.failed_gates[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """One signal beside all projects of a collection; ``dense`` is good to five decimals only."""

    signal: SignalBrief
    vector: NDArray[np.float32]
    dense: Part
    lexical: Part
    fits: Mapping[str, Part]
    failed: NDArray[np.uint16]


_COMPONENT_NAMES = tuple(field.name for field in fields(Components))
_CODES = tuple(tuple(code for code in GateCode if bits & int(GATE_BITS[code])) for bits in range(1 << len(GateCode)))


def _candidates(
    scores: NDArray[np.float64], text: NDArray[np.float64], *, among: NDArray[np.bool_], least: float, count: int
) -> NDArray[np.intp]:
    """Return every row that may be one of the ``count`` best once scores are exact and rounded."""
    possible = np.flatnonzero(among & (text > least - _ROUGHNESS))
    certain = scores[possible[text[possible] > least + _ROUGHNESS]]
    if count == 0:
        return possible[:0]
    if len(certain) <= count:
        return possible
    best: NDArray[np.intp] = possible[scores[possible] >= np.partition(certain, -count)[-count] - _SELECTION_MARGIN]
    return best


def to_steps(part: Part) -> Part:
    """Return a part with its worth to four decimals."""
    return Part(np.rint(part.worth * SCORE_STEPS) / SCORE_STEPS, part.known)


def _rounded(values: NDArray[np.float64]) -> list[float]:
    """Return values to four decimals."""
    return [step / SCORE_STEPS for step in np.rint(values * SCORE_STEPS).tolist()]


def _known(part: Part) -> list[float | None]:
    """Return the worth of a part to four decimals, ``None`` where it is not known."""
    return [value if known else None for value, known in zip(_rounded(part.worth), part.known.tolist(), strict=True)]
