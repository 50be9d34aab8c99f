"""The people of a planning round, and how reviewers compare the criteria."""

from typing import Any

from fund_service.priorities.bodies import PAIRS
from tests.fund_service.planning.conftest import Play, play, world

__all__ = ["Play", "play", "world"]

EVEN = {f"{first.value}_{second.value}": 1 for first, second in PAIRS}
"""Every criterion counts the same."""
CIRCULAR = EVEN | {"breadth_demand": 9, "demand_gap": 9, "breadth_gap": -9}
"""Breadth over demand, demand over gap, and gap over breadth."""


def weights(demand: int = 30, breadth: int = 20, growth: int = 15, gap: int = 15, policy: int = 20) -> dict[str, int]:
    """Give weights, those of the service where none is named."""
    return {"demand": demand, "breadth": breadth, "growth": growth, "gap": gap, "policy": policy}


def if_match(version: int) -> dict[str, str]:
    """Give the header of an update."""
    return {"If-Match": f'"{version}"'}


def ranking_of(play: Play) -> dict[str, Any]:
    """Read the ranking of the round as a planner sees it."""
    answer = play.planner.get(f"/planning/{play.round['id']}/priorities")
    assert answer.status_code == 200, answer.text
    ranking: dict[str, Any] = answer.json()["ranking"]
    return ranking


def fields_in_order(ranking: dict[str, Any]) -> list[str]:
    """Give the technology fields of the themes, which tell them apart here, by place."""
    return [theme["field_code"] for theme in ranking["themes"]]
