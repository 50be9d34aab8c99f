"""Answers in one order whatever order they came in, and how much each of them counts."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matching.acceptance.features import feature_matrix

FOLDS = 5
"""Parts into which answers are divided to try a model on people it has not learned from."""

LARGEST_SHARE = 0.1
"""Of all weight, what the answers of one person may have when enough people answered."""

FEW_PEOPLE_SHARE = 1.5
"""Where few answered, a person may have this many times an equal share: 75 % of two, 30 % of five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Answers in a canonical order, so that sums come out the same to the last bit.

    Attributes
    ----------
    features : float64 array, shape (answers, len(FEATURES))
    accepted : bool array, shape (answers,)
    rank : float64 array, shape (answers,)
        Place on the list at which the pair was shown, 1 for the top, NaN where it is not known.
    person : int array, shape (answers,)
        Number of who answered, in the order of their names.
    """

    features: NDArray[np.float64]
    accepted: NDArray[np.bool_]
    rank: NDArray[np.float64]
    person: NDArray[np.intp]

    @classmethod
    def of(
        cls, features: ArrayLike, accepted: ArrayLike, groups: ArrayLike, *, shown_rank: ArrayLike | None = None
    ) -> Self:
        """Return the answers in canonical order.

        Raises
        ------
        ValueError
            When the arrays are not of one length, or an answer is neither yes nor no, or a rank is below 1.
        """
        matrix = feature_matrix(features)
        yes = np.asarray(accepted)
        names = np.array([str(name) for name in np.asarray(groups).tolist()], dtype=np.str_)
        ranks = np.full(len(matrix), np.nan) if shown_rank is None else np.array(shown_rank, dtype=np.float64)
        if any(part.shape != (len(matrix),) for part in (yes, names, ranks)):
            raise ValueError("accepted, groups and shown_rank must each have one value a row of features")
        if not np.isin(yes, (0, 1)).all():
            raise ValueError("accepted must be true or false for every answer; one never given is left out")
        if (ranks < 1).any():
            raise ValueError("shown_rank must be 1 or more, or NaN where it is not known")
        person = np.unique(names, return_inverse=True)[1]
        keys = [*matrix.T, yes, ranks, person]  # the last is the first to sort by
        order = np.lexsort([np.nan_to_num(key, nan=-1.0) for key in keys])
        return cls(
            features=matrix[order], accepted=yes.astype(np.bool_)[order], rank=ranks[order], person=person[order]
        )

    def __len__(self) -> int:
        return len(self.accepted)

    def only(self, rows: NDArray[np.bool_]) -> "Answers":
        """Return some of the answers, people renumbered."""
        return Answers(
            features=self.features[rows],
            accepted=self.accepted[rows],
            rank=self.rank[rows],
            person=np.unique(self.person[rows], return_inverse=True)[1],
        )


def capped(person: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return what each answer counts, at most 1, so that no one person decides for everybody.

    Whoever gave n answers counts min(n, c), with the largest c at which nobody has more than a share s of the sum:
    s = ``LARGEST_SHARE``, or ``FEW_PEOPLE_SHARE`` / people where that is more.
    """
    given = np.bincount(person).astype(np.float64)
    share = max(LARGEST_SHARE, FEW_PEOPLE_SHARE / max(len(given), 1))
    cap = given.max(initial=0.0)
    if cap > share * given.sum():
        largest = np.sort(given)[::-1]
        # With the k largest capped at c and the others whole: c = s (k c + rest), so c = s rest / (1 - s k).
        capped_people = np.arange(1, len(given))
        capped_people = capped_people[share * capped_people < 1.0]
        rest = given.sum() - np.cumsum(largest)[capped_people - 1]
        caps = share * rest / (1.0 - share * capped_people)
        cap = caps[caps >= largest[capped_people]][0]
    counts: NDArray[np.float64] = np.minimum(1.0, cap / given)[person]
    return counts


def folds_of(person: NDArray[np.intp], *, seed: int) -> NDArray[np.intp]:
    """Return the fold of each answer, ``FOLDS`` in all: whoever answered stays in one, as even as that allows.

    Where fewer people than folds answered, each answer goes its own way instead.
    """
    random = np.random.default_rng(seed)
    given = np.bincount(person)
    if len(given) < FOLDS:
        return random.permutation(np.arange(len(person)) % FOLDS)
    fold_of_person, load = np.zeros(len(given), dtype=np.intp), np.zeros(FOLDS)
    shuffled = random.permutation(len(given))
    for number in shuffled[np.argsort(-given[shuffled], kind="stable")].tolist():
        fold_of_person[number] = np.argmin(load)
        load[fold_of_person[number]] += given[number]
    return fold_of_person[person]
