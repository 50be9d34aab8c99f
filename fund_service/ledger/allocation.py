"""Allocation: split whole won by weights so that the parts sum to the won, to the last one."""

from collections.abc import Sequence

from models.errors import ValueNotAllowed


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split won by weights with the largest remainder method (Hamilton), exactly and always the same way.

    Every part gets the whole won of its share; the won left over go, one each, to the parts with the largest
    remainders, to the earlier part where remainders are equal. All in integers: nothing is rounded away.

    Parameters
    ----------
    total : int
        Won to split, zero or more.
    weights : sequence of int
        A weight of zero or more for each part; their sum above zero.

    Returns
    -------
    list of int
        A part for each weight, in their order; they sum to `total`, and each is less than one won from its exact share.

    Raises
    ------
    ValueNotAllowed
        When there is nothing to split by, or won or a weight are below zero.
    """
    whole = sum(weights)
    if total < 0 or whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueNotAllowed("Won are split by weights of zero or more that sum above zero.")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts
