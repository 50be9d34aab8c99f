"""Look up what many signals share with many projects, term by term."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from matching.brief import Brief, ProjectBrief
from matching.facts.exclusions import searchable_text
from matching.language.text import Language
from matching.lexical.weighing import TermWeighing, analysed, asked_information, counted
from matching.scale import Scale


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalQueries:
    """Signals ready to be looked up: for each language a (signals x terms) matrix and what a full answer is worth.

    ``worth`` is 0 where a signal has no text of the language; ``amounts`` is what it asks for in all.
    """

    counts: Mapping[Language, sparse.csr_array]
    worth: Mapping[Language, NDArray[np.float64]]
    amounts: Mapping[Language, NDArray[np.float64]]

    def rows(self, rows: slice) -> Self:
        """Return some of the signals."""
        return type(self)(
            counts={language: matrix[rows] for language, matrix in self.counts.items()},
            worth={language: worth[rows] for language, worth in self.worth.items()},
            amounts={language: amounts[rows] for language, amounts in self.amounts.items()},
        )

    def present(self) -> NDArray[np.bool_]:
        """Return which signals have any term."""
        found: NDArray[np.bool_] = np.any([worth > 0 for worth in self.worth.values()], axis=0)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class LexicalIndex:
    """The terms of many projects, for looking up many signals at once.

    A value is the share of a signal's information that a project answers: the weights of shared terms and the length
    prior of all that is asked, divided by the most they can come to and a reserve. Passages are compared language by
    language and the best pair of languages counts; Latin names and numbers within Korean text meet those of English
    text.

    Attributes
    ----------
    weights : mapping of Language to sparse float64 array
        Weight of each term (row, as in ``columns``) in each project (column), by the language of the project's text.
    priors : mapping of Language to float64 array (projects,)
        Length prior of each project's text of the language, 0 where it has none.
    present : bool array
        Which projects have any term.
    searchable : tuple of str
        Each project's text in the form in which excluded phrases are found.
    """

    weighing: TermWeighing
    columns: Mapping[str, int]
    weights: Mapping[Language, sparse.csr_array]
    priors: Mapping[Language, NDArray[np.float64]]
    present: NDArray[np.bool_]
    searchable: tuple[str, ...]

    @classmethod
    def build(cls, projects: Sequence[ProjectBrief], weighing: TermWeighing) -> Self:
        """Analyse and weigh the texts of the projects."""
        columns: dict[str, int] = {}
        present: list[bool] = []
        searchable: list[str] = []
        rows = {language: _SparseRows() for language in Language}
        priors: dict[Language, list[float]] = {language: [] for language in Language}
        for passages in analysed(projects):
            counts = counted(passages)
            present.append(bool(counts))
            searchable.append(searchable_text(passages))
            for language, matrix in rows.items():
                found: Mapping[str, int] = counts.get(language, {})
                weights = weighing.project_weights(found, language)
                priors[language].append(weighing.length_prior(found, language))
                matrix.append((columns.setdefault(term, len(columns)), value) for term, value in weights.items())
        matrices = {language: matrix.matrix(len(columns)) for language, matrix in rows.items()}
        return cls(
            weighing=weighing,
            columns=columns,
            weights={language: matrix.T.tocsr() for language, matrix in matrices.items() if matrix.nnz},
            priors={language: np.array(values, dtype=np.float64) for language, values in priors.items()},
            present=np.array(present, dtype=np.bool_),
            searchable=tuple(searchable),
        )

    def queries(self, signals: Sequence[Brief]) -> LexicalQueries:
        """Return the signals' terms as matrices; a term that no project has still counts in what is asked for."""
        rows = {language: _SparseRows() for language in Language}
        worth: dict[Language, list[float]] = {language: [] for language in Language}
        amounts: dict[Language, list[float]] = {language: [] for language in Language}
        for passages in analysed(signals):
            counts = counted(passages)
            full = asked_information(self.weighing, passages)
            for language, matrix in rows.items():
                asked = self.weighing.signal_counts(counts.get(language, {}))
                amounts[language].append(self.weighing.asked_amount(counts.get(language, {})))
                worth[language].append(full.get(language, 0.0))
                matrix.append((self.columns[term], n) for term, n in asked.items() if term in self.columns)
        return LexicalQueries(
            counts={language: matrix.matrix(len(self.columns)) for language, matrix in rows.items()},
            worth={language: np.array(values) for language, values in worth.items()},
            amounts={language: np.array(values) for language, values in amounts.items()},
        )

    def values(self, queries: LexicalQueries, scales: Mapping[Language, Scale]) -> NDArray[np.float64]:
        """Return what the shared terms of every pair are worth, shape (signals, projects), each in [0, 1].

        ``scales`` reads the raw share by the language of the signal's text; texts that share no term are worth 0.
        """
        best = np.zeros((len(queries.present()), len(self.present)))
        for language in queries.counts:
            asked = np.flatnonzero(queries.worth[language])
            for spoken in self.weights if len(asked) else ():
                shares, shared = self.shares(queries, asked, asking=language, spoken=spoken)
                best[asked] = np.maximum(best[asked], np.where(shared, scales[language].worth(shares), 0.0))
        return best

    def shares(
        self, queries: LexicalQueries, rows: NDArray[np.intp], *, asking: Language, spoken: Language
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return what share of some signals' information projects answer, from one language to one, at most 1.

        Below 0 where a text tells less of what is asked than any text would. Beside it, which texts share a term.
        """
        shared = (queries.counts[asking][rows] @ self.weights[spoken]).toarray()
        answered = shared + queries.amounts[asking][rows, None] * self.priors[spoken]
        return answered / queries.worth[asking][rows, None], shared > 0

    def subset(self, rows: NDArray[np.intp]) -> Self:
        """Return the index of some of the projects, in the order of ``rows``; values stay the same."""
        return replace(
            self,
            weights={language: weights[:, rows] for language, weights in self.weights.items()},
            priors={language: priors[rows] for language, priors in self.priors.items()},
            present=self.present[rows],
            searchable=tuple(self.searchable[row] for row in rows),
        )


class _SparseRows:
    """Sparse rows gathered one after the other in little memory."""

    def __init__(self) -> None:
        self._columns, self._values, self._ends = array("i"), array("d"), array("q", [0])

    def append(self, row: Iterable[tuple[int, float]]) -> None:
        """Add a row of (column, value)."""
        for column, value in row:
            self._columns.append(column)
            self._values.append(value)
        self._ends.append(len(self._columns))

    def matrix(self, columns: int) -> sparse.csr_array:
        """Return the rows as a matrix of this many columns."""
        parts = (np.array(self._values), np.array(self._columns), np.array(self._ends))
        return sparse.csr_array(parts, shape=(len(self._ends) - 1, columns))
