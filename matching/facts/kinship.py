"""How near the twelve technology fields stand to each other: declared by us, pair by pair, each with its reason.

The plan's taxonomy has no distances. A pair that is not listed shares no method, part or buyer worth counting.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

NEAR, RELATED = 0.5, 0.25
"""What a near field and a related one count beside the wanted field itself, which counts 1."""


class Kinship(NamedTuple):
    """How near two fields stand, and why."""

    worth: float
    reason: str


_DECLARED = (
    ("01", "09", NEAR, "AI accelerators and memories are designed with the models that run on them"),
    ("01", "10", RELATED, "radio and optical chips are what networks are built of"),
    ("01", "12", RELATED, "superconducting and photonic qubits are made in semiconductor processes"),
    ("02", "03", NEAR, "traction batteries are made for vehicles, and bought by their makers"),
    ("02", "07", RELATED, "cells and electrolysers share electrodes, membranes and electrochemistry"),
    ("03", "06", RELATED, "air mobility and vessels share drives, structures and their certification"),
    ("03", "07", NEAR, "fuel-cell vehicles are the first large use of hydrogen"),
    ("03", "09", NEAR, "driving without a driver is perception and planning learned from data"),
    ("03", "11", RELATED, "vehicle plants are the largest buyers of robots, and share drives and control"),
    ("04", "07", RELATED, "reactor heat and power drive electrolysis"),
    ("05", "09", RELATED, "drug discovery and diagnosis are learned from data"),
    ("06", "10", RELATED, "satellites carry the networks that reach beyond the ground"),
    ("08", "09", RELATED, "attacks are found by learning, and models must be guarded"),
    ("08", "10", NEAR, "networks are what is guarded, and where"),
    ("08", "12", NEAR, "quantum computers break today's ciphers; quantum keys replace them"),
    ("09", "11", NEAR, "robots and plants are run by learned perception and control"),
    ("10", "12", RELATED, "quantum keys and states travel over optical networks"),
)
KINSHIP: Mapping[frozenset[str], Kinship] = MappingProxyType(
    {frozenset((one, other)): Kinship(worth, reason) for one, other, worth, reason in _DECLARED}
)
"""The declared pairs by their two field codes."""


def field_kinship(one: str, other: str) -> float:
    """Return what one field counts where the other is wanted: 1 for itself, 0 where no kinship is declared."""
    if one == other:
        return 1.0
    found = KINSHIP.get(frozenset((one, other)))
    return found.worth if found else 0.0


def fields_worth(wanted: Iterable[str], found: Iterable[str]) -> float:
    """Return how well the fields a project has suit those wanted, in [0, 1]; neither may be empty.

    Each field of the side with fewer looks for its nearest on the other side; the mean of these counts. Sides of
    equal size are looked at from both, and the better view counts.
    """
    wanted, found = sorted(wanted), sorted(found)
    means = [
        sum(max(field_kinship(one, other) for other in others) for one in side) / len(side)
        for side, others in ((wanted, found), (found, wanted))
        if len(side) <= len(others)
    ]
    return max(means)
