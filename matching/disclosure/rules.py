"""Primary rules: whether an amount may stand by itself, told from what each ownership group brings into it."""

from collections.abc import Iterable

MIN_GROUPS = 5
"""Ownership groups that an amount or a count must rest on."""
P_PERCENT = 15
"""How far from the largest contribution the best estimate of it must stay, in per cent of it."""
TOP_ONE_PERCENT = 75
"""The largest contribution must be below this share."""
TOP_TWO_PERCENT = 85
"""The two largest together must be below this share."""


def is_safe(contributions: Iterable[int], *, min_groups: int = MIN_GROUPS) -> bool:
    """Say whether the sum of some groups' contributions (won, none negative) may be published.

    It must rest on ``min_groups`` of them; the second largest, who knows its own, must be unable to tell the largest
    within `P_PERCENT` (the p % rule: ``X - x1 - x2 >= p x1``); neither the largest nor the two largest may dominate
    (Hundepool et al., Statistical Disclosure Control, 2012, chapter 4). At today's figures the two largest below 85 %
    leave the p % rule nothing to refuse; it stays, since each figure may be changed by itself. Of no money there is no
    amount to protect.
    """
    amounts = sorted((amount for amount in contributions if amount > 0), reverse=True)
    if not amounts:
        return True
    if len(amounts) < min_groups:
        return False
    total, first, second = sum(amounts), amounts[0], amounts[1]
    return (
        100 * (total - first - second) >= P_PERCENT * first
        and 100 * first < TOP_ONE_PERCENT * total
        and 100 * (first + second) < TOP_TWO_PERCENT * total
    )
