"""A Leap project of the investor's own, assessed and with a statement, a text of one's choice in all people write."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from models.clock import business_date, utc_now
from models.person import Person, Role
from models.project import LEAP_INITIATIVE, ConsortiumMember, ConsortiumRole, LeapPhase, RndProject
from models.regional import AnchorDemand, AnchorDemandEvidence, SpilloverReview
from models.signal import Confidentiality, DemandSignal, SignalOrigin

OF_THE_LEAP_PROJECT = (
    "read_anchor_demand", "anchor_demand_page", "read_spillover", "project_spillover_page",
)  # fmt: skip
"""Pages that say something of this project alone."""


def hostile_leap(people: Mapping[Role, Person], text: str) -> list[SQLModel]:
    """Make the rows, parents before children."""
    investor = people[Role.INVESTOR]
    project = RndProject(title_ko=text, title_en=text, initiative_code=LEAP_INITIATIVE, leap_phase=LeapPhase.PILOT)
    signal = DemandSignal(
        organisation_id=investor.organisation_id, text=text, origin=SignalOrigin.ANCHOR,
        confidentiality=Confidentiality.OPEN,
    )  # fmt: skip
    today = business_date(utc_now())
    statement = AnchorDemand(
        project_id=project.id, organisation_id=investor.organisation_id, signal_id=signal.id, number=1, text=text,
        volume_krw=1, stated_on=today, stated_by_id=investor.id, document_name=text[:255], media_type="text/plain",
        size_bytes=1, sha256="0" * 64,
    )  # fmt: skip
    reviews = [
        SpilloverReview(
            project_id=project.id, assessor_id=people[role].id, number=1, assessed_on=today, investment=3, jobs=3,
            production=3, words=text,
        )
        for role in (Role.PLANNER, Role.COMMITTEE_MEMBER)
    ]  # fmt: skip
    seat = ConsortiumMember(project_id=project.id, organisation_id=investor.organisation_id, role=ConsortiumRole.ANCHOR)
    return [project, seat, signal, statement, AnchorDemandEvidence(demand_id=statement.id, content=b"x"), *reviews]


def leap_identifiers(rows: Sequence[SQLModel]) -> dict[str, dict[str, Any]]:
    """Give, by the operation of a page, the project that has it."""
    leap: UUID = next(row.id for row in rows if isinstance(row, RndProject) and row.leap_phase is not None)
    return {operation: {"projects": leap} for operation in OF_THE_LEAP_PROJECT}
