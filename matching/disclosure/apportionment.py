"""Whole won shared out so that tables of them add up."""

from collections.abc import Collection
from typing import TypeVar

Name = TypeVar("Name", bound=str | tuple[str, ...])


def apportion(amount: int, among: Collection[Name]) -> dict[Name, int]:
    """Share whole won out equally by largest remainder: the shares add up and differ by one won at most.

    Equal shares have equal remainders, so the won left over go to the first in the order of their names.
    """
    share, left = divmod(amount, len(among))
    return {name: share + (place < left) for place, name in enumerate(sorted(among))}
