"""What a round of assignment is given: quotas of both sides and the pairs that may meet, in an order of its own.

A unit of assignment is one meeting: one investor looks at one project, for which the investor sets its ticket aside,
the least it would have to put in if it said yes. A meeting takes one of the investor's looks, one of the project's
places, and the ticket from both the investor's money and the project's need.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NO_LIMIT = np.int64(2**62)
"""Stands for money or places without a limit."""
VALUE_UNIT = 1_000_000
"""Values are counted in millionths: the flow works on whole numbers."""

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class InvestorQuota:
    """What one investor brings: how many projects it looks at, and its money in won (``None``: without a limit)."""

    key: str
    attention: int
    money_krw: int | None = None


@dataclass(frozen=True, slots=True)
class ProjectQuota:
    """What one project takes: how many investors may look, and its need in won (``None``: without a limit).

    ``floor`` is how many should look at least, where that is more than the round asks for every project.
    """

    key: str
    places: int | None = None
    need_krw: int | None = None
    floor: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The pairs that may meet: positions of investor and project, value in [0, 1], ticket in won; one entry a pair."""

    investor: NDArray[np.integer]
    project: NDArray[np.integer]
    value: NDArray[np.float64]
    ticket_krw: NDArray[np.integer]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side of a round: the keys in order, how many meetings each may have, and won each may set aside."""

    keys: tuple[str, ...]
    meetings: Ints
    krw: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """A round in the order of its keys, so that nothing depends on the order in which it was given.

    ``investor``, ``project``, ``value`` (millionths) and ``ticket`` are one entry a pair, by investor, then project;
    ``given`` is where the pair stood among those given.
    """

    investors: Side
    projects: Side
    investor: Ints
    project: Ints
    value: Ints
    ticket: Ints
    given: Ints

    def __len__(self) -> int:
        return len(self.value)

    def held(self, chosen: Mask) -> tuple[Ints, Ints]:
        """Count the meetings of each investor and of each project in a choice."""
        return (
            np.bincount(self.investor[chosen], minlength=len(self.investors.keys)).astype(np.int64),
            np.bincount(self.project[chosen], minlength=len(self.projects.keys)).astype(np.int64),
        )


def arrange(investors: Sequence[InvestorQuota], projects: Sequence[ProjectQuota], pairs: Pairs) -> Instance:
    """Put a round in the order of its keys.

    Raises
    ------
    ValueError
        When keys or pairs come twice, a quota or ticket is negative, a value is outside [0, 1], or a pair names
        nobody.
    """
    heads = _side([(it.key, it.attention, it.money_krw) for it in investors])
    tails = _side([(it.key, it.places, it.need_krw) for it in projects])
    _refuse_bad(pairs, len(investors), len(projects))
    head = _ranks([it.key for it in investors])[pairs.investor]
    tail = _ranks([it.key for it in projects])[pairs.project]
    given = np.argsort(head * max(1, len(projects)) + tail, kind="stable")
    head, tail = head[given], tail[given]
    if bool(np.any((head[1:] == head[:-1]) & (tail[1:] == tail[:-1]))):
        raise ValueError("a pair of an investor and a project comes once")
    return Instance(
        investors=heads,
        projects=tails,
        investor=head,
        project=tail,
        value=np.rint(pairs.value[given] * VALUE_UNIT).astype(np.int64),
        ticket=pairs.ticket_krw[given].astype(np.int64),
        given=given.astype(np.int64),
    )


def _side(quotas: Sequence[tuple[str, int | None, int | None]]) -> Side:
    ordered = sorted(quotas)
    if len({key for key, _, _ in ordered}) < len(ordered):
        raise ValueError("a key comes once on each side")
    if any(number is not None and not 0 <= number < NO_LIMIT for _, *numbers in ordered for number in numbers):
        raise ValueError("a quota is a whole number from zero")
    return Side(
        keys=tuple(key for key, _, _ in ordered),
        meetings=np.array([NO_LIMIT if it is None else it for _, it, _ in ordered], dtype=np.int64),
        krw=np.array([NO_LIMIT if it is None else it for _, _, it in ordered], dtype=np.int64),
    )


def _ranks(keys: Sequence[str]) -> Ints:
    """Give the place of each key among the sorted."""
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(len(keys))
    return ranks


def _refuse_bad(pairs: Pairs, investors: int, projects: int) -> None:
    count = len(pairs.investor)
    if not all(len(it) == count for it in (pairs.project, pairs.value, pairs.ticket_krw)):
        raise ValueError("the columns of the pairs are of one length")
    if count == 0:
        return
    for column, size in ((pairs.investor, investors), (pairs.project, projects)):
        if column.min() < 0 or column.max() >= size:
            raise ValueError("a pair names an investor and a project of the round")
    if not bool(np.all((pairs.value >= 0) & (pairs.value <= 1))):
        raise ValueError("a value lies between 0 and 1")
    if pairs.ticket_krw.min() < 0:
        raise ValueError("a ticket is a whole number of won from zero")
    for column in (pairs.investor, pairs.project):
        if np.bincount(column, weights=pairs.ticket_krw).max() >= NO_LIMIT:
            raise ValueError("the tickets of one investor or project are too large to be summed")
