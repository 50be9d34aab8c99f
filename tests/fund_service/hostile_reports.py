"""Reported figures with a text of one's choice in all that people write of them, in each state but the last."""

from collections.abc import Mapping
from datetime import date

from sqlmodel import SQLModel

from models.person import Person, Role
from models.plan_progress import ProgressUnit, ReportDecision, ReportedFigure, ReportVerdict, ReportWithdrawal

TARGET = "ai-factories"
"""The target that is reported on."""


def hostile_reports(people: Mapping[Role, Person], text: str) -> list[SQLModel]:
    """Make a figure that was withdrawn, one that was refused, and one that waits, the last of them."""
    withdrawn, refused, waiting = (
        ReportedFigure(
            target_code=TARGET, as_of=date(2026, 11, day), value=1, unit=ProgressUnit.COUNT, source_title=text[:300],
            source_url="https://example.org/source", source_document=text[:200], note=text,
            reported_by_id=people[Role.FUND_MANAGER].id,
        )
        for day in (1, 2, 3)
    )  # fmt: skip
    planner = people[Role.PLANNER].id
    return [
        withdrawn,
        ReportWithdrawal(figure_id=withdrawn.id, reason=text, withdrawn_by_id=planner),
        refused,
        ReportDecision(figure_id=refused.id, verdict=ReportVerdict.REFUSED, words=text, decided_by_id=planner),
        waiting,
    ]
