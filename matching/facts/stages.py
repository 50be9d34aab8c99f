"""Stages of development, as rules of public and private money name them, and where a project stands among them."""

from collections.abc import Mapping
from types import MappingProxyType

STAGES = ("basic", "applied", "development", "demonstration", "commercialisation")
"""The stages in their order: basic and applied research, development, demonstration (실증), commercialisation."""

STAGE_OF_TRL: Mapping[int, str] = MappingProxyType(
    {
        1: "basic", 2: "basic", 3: "applied", 4: "applied", 5: "development", 6: "development",
        7: "demonstration", 8: "demonstration", 9: "commercialisation",
    }
)  # fmt: skip
"""The stage in which each readiness level lies: the five steps of the ministry's nine-level scale."""


def stages_between(trl_low: int, trl_high: int) -> tuple[str, ...]:
    """Return the stages a project passes on its way from one readiness level to another, both included."""
    return tuple(dict.fromkeys(STAGE_OF_TRL[level] for level in range(trl_low, trl_high + 1)))
