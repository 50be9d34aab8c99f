"""Disclosure control: which figures may be shown, so that no investor can be told apart.

The unit protected is the ownership group. A row stands by itself from `MIN_GROUPS` groups on. Smaller rows are folded
into one, and that is shown only when it hides at least two rows and has itself `MIN_GROUPS` groups; otherwise they
are left out altogether, and then no total may stand beside the rows, since what is left out would be its difference.
Money is cut to `ROUNDED_TO_KRW`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from fund_service.market.figures import Contribution, Figures, figures_of

MIN_GROUPS = 5
"""Ownership groups from which on figures stand by themselves."""
ROUNDED_TO_KRW = 1_000_000_000
"""Amounts are cut down to this step (10억 won), so that no single cheque can be read off a difference of two."""
SHARE_STEP_PERCENT = 5
"""Shares are told in these steps, so that none gives away a count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What of a breakdown may be shown, amounts already cut."""

    rows: Mapping[str, Figures]
    """Figures by code, of the rows that stand by themselves."""
    folded: Figures | None
    """The smaller rows together, where they may be shown so."""
    folded_rows: int
    """How many they are; 0 when they are not shown."""
    complete: bool
    """Whether every row is shown, by itself or folded: only then may a total stand beside them."""


def disclose(cells: Mapping[str, Sequence[Contribution]], *, as_of: date) -> Disclosure:
    """Decide what of a breakdown may be shown; ``cells`` are its rows with all that was counted in them."""
    figures = {code: figures_of(cell, as_of=as_of) for code, cell in cells.items()}
    small = [code for code in cells if 0 < figures[code].groups < MIN_GROUPS]
    # A signal may lie in several of the rows that are folded; it counts once.
    once = {contribution.signal: contribution for contribution in chain.from_iterable(cells[code] for code in small)}
    together = figures_of(once.values(), as_of=as_of)
    # So many groups are never those of a single small row: at least two hide in the folded one.
    may_fold = together.groups >= MIN_GROUPS
    return Disclosure(
        rows={code: rounded(row) for code, row in figures.items() if row.groups >= MIN_GROUPS},
        folded=rounded(together) if may_fold else None,
        folded_rows=len(small) if may_fold else 0,
        complete=may_fold or not small,
    )


def rounded(figures: Figures) -> Figures:
    """Cut the amounts of figures down to the step they are shown in."""
    return replace(
        figures,
        stated_krw=figures.stated_krw // ROUNDED_TO_KRW * ROUNDED_TO_KRW,
        verified_krw=figures.verified_krw // ROUNDED_TO_KRW * ROUNDED_TO_KRW,
    )


def share_percent(part: int, whole: int) -> int:
    """Tell a share in per cent, to the nearest step; of nothing it is nothing."""
    if whole == 0:
        return 0
    return (200 * part + whole * SHARE_STEP_PERCENT) // (2 * whole * SHARE_STEP_PERCENT) * SHARE_STEP_PERCENT
