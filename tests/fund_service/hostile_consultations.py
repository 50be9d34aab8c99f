"""Regulatory consultations with a text of one's choice in all that people write of them, and a deal that waits."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from models.clock import business_date, utc_now
from models.consultation import (
    Consultation,
    ConsultationContent,
    ConsultationHold,
    ConsultationKind,
    ConsultationOutcome,
    ConsultationState,
    ConsultationStep,
    ConsultationStepKind,
)
from models.deal import Deal, DealStage
from models.person import Person, Role
from models.project import RndProject


def hostile_consultations(people: Mapping[Role, Person], rows: Sequence[SQLModel], text: str) -> list[SQLModel]:
    """Make a draft, one that is awaited, and last one that a deal waits for, answered with conditions."""
    project = next(row for row in rows if isinstance(row, RndProject))
    deal = [row for row in rows if isinstance(row, Deal)][-1]
    today, planner, manager = business_date(utc_now()), people[Role.PLANNER].id, people[Role.FUND_MANAGER].id
    filed = {"filed_on": today, "due_on": today + timedelta(90), "steps": 1}
    validity = {"valid_from": today, "valid_until": today + timedelta(30)}
    stages: list[dict[str, Any]] = [
        {},
        {"state": ConsultationState.FILED, **filed},
        {
            "state": ConsultationState.ANSWERED, "outcome": ConsultationOutcome.PERMITTED_CONDITIONALLY,
            "answered_by_id": planner, **filed, **validity,
        },
    ]  # fmt: skip
    asked = [
        Consultation(
            project_id=project.id, kind=ConsultationKind.TEMPORARY_PERMIT, authority=text[:200], rule=text[:2_000],
            question=text[:8_000], days_allowed=90, opened_by_id=planner, **stage,
        )
        for stage in stages
    ]  # fmt: skip
    answer = ConsultationStep(
        consultation_id=asked[-1].id, number=1, kind=ConsultationStepKind.ANSWERED, on_day=today, person_id=planner,
        words=text[:4_000], outcome=ConsultationOutcome.PERMITTED_CONDITIONALLY, document_name=text[:255],
        media_type="text/plain", size_bytes=1, sha256="0" * 64, **validity,
    )  # fmt: skip
    hold = ConsultationHold(
        deal_id=deal.id, consultation_id=asked[-1].id, stage=DealStage.DISBURSING, tied_by_id=manager,
        words=text[:1_000],
    )  # fmt: skip
    return [*asked, answer, ConsultationContent(step_id=answer.id, content=b"%"), hold]


def drafted_identifiers(rows: Sequence[SQLModel]) -> dict[str, dict[str, UUID]]:
    """Give the draft to the page that edits one."""
    draft = next(row for row in rows if isinstance(row, Consultation) and row.state is ConsultationState.DRAFT)
    return {"edit_consultation_page": {"consultations": draft.id}}
