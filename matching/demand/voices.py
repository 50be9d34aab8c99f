"""What each ownership group says on each theme: once, however often, and with the weight of its money and its word."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from matching.demand.policy import DEFAULT_POLICY, MICRO, DemandPolicy

Ints = NDArray[np.int64]
ROUNDING = 1e-9
"""By how much the memberships of a signal may exceed one, for they are rounded numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalVoice:
    """A signal as the index hears it."""

    key: str
    group: str
    """The ultimate ownership group, never an affiliate of it."""
    digest: str
    """What is said: signals of a group with the same digest count once. Whoever rests several signals on one document
    gives them one digest, for its money is there once."""
    memberships: Mapping[str, float]
    """Share of each theme (or field) in it, at most 1 together; what is missing belongs to no theme."""
    level: int
    """Verified commitment level, 0 to 5."""
    said_on: date
    """The day of the words, or of the newest evidence verified for them."""
    verified_krw: int = 0
    """Won that rest on verified evidence; none below L2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """What became of the promises of a group that have fallen due, as the ledger knows it."""

    due: int
    kept: float
    """How many of them became calls; part of one where only part of the money was called."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Voices:
    """One entry for each group and theme it speaks of, by theme, then group; both in the order of their keys.

    Attributes
    ----------
    groups, themes : tuple of str
        Keys in ascending order; ``themes`` holds the silent ones too.
    group, theme : int64 array, shape (entries,)
        Positions in ``groups`` and ``themes``.
    backed, spoken : int64 array, shape (entries,)
        Millionths of a voice from verified money, and from words.
    """

    groups: tuple[str, ...]
    themes: tuple[str, ...]
    group: Ints
    theme: Ints
    backed: Ints
    spoken: Ints

    @property
    def digest(self) -> str:
        """The sha256 of everything in it: the same voices have the same, in whatever order signals came."""
        total = hashlib.sha256(repr((self.groups, self.themes)).encode())
        for column in (self.group, self.theme, self.backed, self.spoken):
            total.update(column.astype("<i8").tobytes())
        return total.hexdigest()

    def dense(self, column: Ints, first: int, last: int) -> Ints:
        """Spread a column over themes ``first`` up to ``last`` (rows) and all groups (columns)."""
        low, high = np.searchsorted(self.theme, (first, last))
        table = np.zeros((last - first, len(self.groups)), dtype=np.int64)
        table[self.theme[low:high] - first, self.group[low:high]] = column[low:high]
        return table


def kept_promise_factor(promises: Promises | None, *, policy: DemandPolicy = DEFAULT_POLICY) -> float:
    """Give what the word of a group counts: the posterior mean of its kept-promise rate (beta-binomial)."""
    due, kept = (promises.due, promises.kept) if promises is not None else (0, 0.0)
    if not 0 <= kept <= due:
        raise ValueError("of the promises that have fallen due, between none and all are kept")
    return (policy.kept_prior + kept) / (policy.kept_prior + policy.broken_prior + due)


def voices_of(
    signals: Iterable[SignalVoice],
    *,
    themes: Sequence[str],
    as_of: date,
    promises: Mapping[str, Promises] | None = None,
    policy: DemandPolicy = DEFAULT_POLICY,
) -> Voices:
    """Add up what each group says.

    A statement j of a group has the weight w = kept-promise factor x weight of its level x 2^(-age / half-life), and
    speaks of theme t with the share m.

    Money adds in squares, ``backed = sqrt(sum of w^2 m krw / voice_krw)``: votes are the square root of what is spent
    on them, as in quadratic voting (Lalley and Weyl, 2018), so the length of a group's whole vector follows the square
    root of its verified money, more money never lowers any theme, and one commitment in several parts counts the same.

    Words have one budget: ``spoken = p W / max(W, sum of p)`` with p = largest w m on the theme, W = largest w. It is
    W in all, however many themes and signals; on one theme never more than one signal alone would give it. Money can
    have no such budget: where a whole is a strictly concave function of all money and one theme alone may have all of
    it, money for one theme must lower another (F(a) + F(b) > F(a + b)).

    Parameters
    ----------
    signals : iterable of SignalVoice
        Those that speak, in any order.
    themes : sequence of str
        Every theme, also those nobody speaks of.
    as_of : date
        The day of the index.
    promises : mapping, optional
        By group; a group without a record is missing.

    Raises
    ------
    ValueError
        When a signal belongs to no known theme or to more than one whole, comes from the future, has an unknown level,
        or claims verified money without evidence.
    """
    ordered = sorted(signals, key=_in_order)
    places = {theme: at for at, theme in enumerate(sorted(set(themes)))}
    for signal in ordered:
        _refuse_bad(signal, places, as_of)
    record = promises or {}
    rows: list[tuple[int, int, int, int]] = []
    groups: list[str] = []
    for group, said in groupby(ordered, key=lambda one: one.group):
        factor = kept_promise_factor(record.get(group), policy=policy)
        for theme, (backed, spoken) in _voice_of(tuple(said), factor, as_of, policy).items():
            rows.append((places[theme], len(groups), round(backed * MICRO), round(spoken * MICRO)))
        groups.append(group)
    table = np.array(sorted(rows), dtype=np.int64).reshape(-1, 4)
    return Voices(
        groups=tuple(groups),
        themes=tuple(places),
        theme=table[:, 0],
        group=table[:, 1],
        backed=table[:, 2],
        spoken=table[:, 3],
    )


def _in_order(one: SignalVoice) -> tuple[str, str, date, str, int, int, list[tuple[str, float]]]:
    """Order signals by all that they are: of two that share even their key, neither comes first by chance."""
    shares = sorted(one.memberships.items())
    return one.group, one.digest, one.said_on, one.key, one.level, one.verified_krw, shares


def _refuse_bad(signal: SignalVoice, places: Mapping[str, int], as_of: date) -> None:
    shares = signal.memberships.values()
    if not all(theme in places for theme in signal.memberships):
        raise ValueError(f"signal {signal.key} belongs to a theme that is not among those of the index")
    if not all(share > 0 for share in shares) or sum(shares) > 1 + ROUNDING:
        raise ValueError(f"the memberships of signal {signal.key} are shares above zero that sum to at most one")
    if not 0 <= signal.level <= 5:  # noqa: PLR2004 - the ladder has the steps L0 to L5
        raise ValueError(f"signal {signal.key} has a commitment level from 0 to 5")
    if signal.verified_krw < 0 or (signal.verified_krw > 0 and signal.level < 2):  # noqa: PLR2004 - L2: evidence on file
        raise ValueError(f"the verified won of signal {signal.key} are zero or more, and none below L2")
    if signal.said_on > as_of:
        raise ValueError(f"signal {signal.key} was said after the day of the index")


def _voice_of(
    said: Sequence[SignalVoice], factor: float, as_of: date, policy: DemandPolicy
) -> dict[str, tuple[float, float]]:
    """Give what a group's money and its words say on each theme; signals of one digest count as the best of them."""
    squares: dict[str, float] = {}
    loudest: dict[str, float] = {}
    whole = 0.0
    for _, copies in groupby(said, key=lambda one: one.digest):
        spent: list[tuple[float, SignalVoice]] = []
        for one in copies:
            weight = factor * 2.0 ** -((as_of - one.said_on).days / policy.half_life_days)
            money = (weight * policy.backed_weight[one.level]) ** 2 * one.verified_krw / policy.voice_krw
            spent.append((money, one))
            word = weight * policy.spoken_weight[one.level]
            whole = max(whole, word)
            for theme, share in one.memberships.items():
                loudest[theme] = max(loudest.get(theme, 0.0), word * share)
        # max() takes the first of equals, the oldest: a later copy never takes its place
        money, signal = max(spent, key=lambda pair: pair[0])
        for theme, share in signal.memberships.items():
            squares[theme] = squares.get(theme, 0.0) + money * share
    budget = whole / max(whole, sum(sorted(loudest.values()))) if whole > 0 else 0.0
    return {theme: (sqrt(squares.get(theme, 0.0)), word * budget) for theme, word in sorted(loudest.items())}
