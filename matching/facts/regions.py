"""Where the provinces lie: the five mega-regions and three special provinces, and which of them border each other.

The grouping is the government's of 2025-09-30 (5극3특), as in ``seeds/data/regions.csv``; a test holds the two equal.
Which areas border each other over land is read off any map.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

MEGA_REGION_OF: Mapping[str, str] = MappingProxyType(
    {
        "11": "capital", "28": "capital", "41": "capital",
        "26": "southeast", "31": "southeast", "48": "southeast",
        "27": "daegyeong", "47": "daegyeong",
        "30": "central", "36": "central", "43": "central", "44": "central",
        "29": "honam", "46": "honam",
        "50": "jeju", "51": "gangwon", "52": "jeonbuk",
    }
)  # fmt: skip
"""The mega-region or special province in which each province lies, by administrative code."""

_BORDERS = frozenset(
    frozenset(pair)
    for pair in (
        ("capital", "central"), ("capital", "gangwon"), ("central", "gangwon"), ("central", "daegyeong"),
        ("central", "jeonbuk"), ("daegyeong", "gangwon"), ("daegyeong", "jeonbuk"), ("daegyeong", "southeast"),
        ("southeast", "jeonbuk"), ("southeast", "honam"), ("honam", "jeonbuk"),
    )
)  # fmt: skip


class RegionDistance(StrEnum):
    """How far a province lies from another, the nearest first."""

    SAME = "same"
    """The same province."""
    MEGA_REGION = "mega_region"
    """Another province of the same mega-region."""
    BORDERING = "bordering"
    """In a mega-region or special province that borders the other's over land."""
    FAR = "far"
    """Anywhere else; also where a code is none of the seventeen provinces."""


def region_distance(one: str, other: str) -> RegionDistance:
    """Return how far two provinces lie from each other."""
    if one == other:
        return RegionDistance.SAME
    areas = {MEGA_REGION_OF.get(one, one), MEGA_REGION_OF.get(other, other)}
    if len(areas) == 1:
        return RegionDistance.MEGA_REGION
    return RegionDistance.BORDERING if areas in _BORDERS else RegionDistance.FAR
