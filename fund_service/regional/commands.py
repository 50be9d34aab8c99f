"""Writes: an assessor assesses a project's spillover, an anchor company states its demand."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service import jobs
from fund_service.accounts.callers import Caller
from fund_service.diligence.documents import Examined, examine
from fund_service.projects.queries import find_project
from fund_service.regional.assessors import bound_to_project
from fund_service.regional.queries import FAULTS
from fund_service.regional.schemas import AnchorDemandIn, SpilloverReviewIn
from fund_service.regional.statements import speaks_for_anchor
from fund_service.settlement.receipts import Upload
from models.clock import business_date
from models.errors import FourEyesNeeded, RecordConflicts, StepNotAllowed, ValueNotAllowed
from models.project import OPEN_PROJECT_STATES, ProjectField, RndProject
from models.regional import AnchorDemand, AnchorDemandEvidence, SpilloverReview
from models.signal import DemandSignal, SignalField, SignalOrigin, SignalState


def assess_spillover(
    session: Session, project_id: UUID, data: SpilloverReviewIn, *, caller: Caller, at: datetime
) -> SpilloverReview:
    """Put an assessor's view of a project on record; an earlier one of theirs stays there and no longer counts.

    Raises
    ------
    RecordNotFound
        When there is no such project.
    FourEyesNeeded
        When the caller belongs to its consortium or its investors, or has an interest in one of them.
    """
    project = find_project(session, project_id, to_change=True)
    today = business_date(at)
    if bound_to_project(session, project, {caller.person_id}, today=today, deciding=True):
        raise FourEyesNeeded(FAULTS["bound"])
    before = session.exec(
        select(func.coalesce(func.max(SpilloverReview.number), 0)).where(
            SpilloverReview.project_id == project_id, SpilloverReview.assessor_id == caller.person_id
        )
    ).one()
    review = SpilloverReview(
        project_id=project_id,
        assessor_id=caller.person_id,
        number=before + 1,
        assessed_on=today,
        recorded_at=at,
        **data.model_dump(),
    )
    session.add(review)
    session.flush()
    return review


def state_demand(
    session: Session, project_id: UUID, data: AnchorDemandIn, *, upload: Upload, caller: Caller, at: datetime
) -> AnchorDemand:
    """Record what a Leap project's anchor company means to buy, and make it a signal of that company's own.

    The signal counts like any other: one voice of its group, matched with every project but those of its own
    consortia, which the gate for conflicts of interest keeps apart. What would be bought is no money for R&D: the
    signal names none. A statement in force is replaced, and its signal withdrawn.

    Raises
    ------
    RecordNotFound
        When there is no such project.
    FourEyesNeeded
        When the caller does not speak for its anchor company.
    StepNotAllowed
        When it is no Leap project, or has ended.
    ValueNotAllowed
        When dates or document are not taken.
    RecordConflicts
        When the document stands for another project.
    """
    project = find_project(session, project_id, to_change=True)
    if project.leap_phase is None or project.state not in OPEN_PROJECT_STATES:
        raise StepNotAllowed("Demand is stated for a Leap project that is planned or running.")
    if caller.organisation_id is None or not speaks_for_anchor(session, project_id, caller=caller):
        raise FourEyesNeeded("Only the project's anchor company states its own demand.")
    _check_days(data, today=business_date(at))
    document = _document(session, project_id, upload)
    _withdraw_standing(session, project_id, at=at)
    signal = _signal(session, project, data, organisation_id=caller.organisation_id, caller=caller, at=at)
    before = session.exec(
        select(func.coalesce(func.max(AnchorDemand.number), 0)).where(AnchorDemand.project_id == project_id)
    ).one()
    statement = AnchorDemand(
        project_id=project_id,
        organisation_id=caller.organisation_id,
        signal_id=signal.id,
        number=before + 1,
        text=data.text,
        volume_krw=data.volume_krw,
        stated_on=data.stated_on,
        stated_by_id=caller.person_id,
        document_name=document.name,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        recorded_at=at,
    )
    session.add(statement)
    session.flush()
    session.add(AnchorDemandEvidence(demand_id=statement.id, content=upload.content, recorded_at=at))
    jobs.queue_signal(session, signal.id)
    session.flush()
    return statement


def _check_days(data: AnchorDemandIn, *, today: date) -> None:
    if data.stated_on > today:
        raise ValueNotAllowed("A document is not of tomorrow.", field="stated_on")
    if data.expires_on is not None and data.expires_on < today:
        raise ValueNotAllowed("The statement must still speak today.", field="expires_on")


def _document(session: Session, project_id: UUID, upload: Upload) -> Examined:
    """Examine the document of a statement, which stands for no other project."""
    try:
        document = examine(name=upload.name, media_type=upload.media_type, content=upload.content)
    except ValueNotAllowed as refusal:
        refusal.field = "document"  # as statements call it
        raise
    used = select(AnchorDemand.id).where(AnchorDemand.sha256 == document.sha256, AnchorDemand.project_id != project_id)
    if session.exec(used).first() is not None:
        raise RecordConflicts("This document stands for another project already.", field="document")
    return document


def _withdraw_standing(session: Session, project_id: UUID, *, at: datetime) -> None:
    """Withdraw the signals of earlier statements of the project."""
    standing = session.exec(
        select(DemandSignal)
        .join(AnchorDemand, col(AnchorDemand.signal_id) == col(DemandSignal.id))
        .where(AnchorDemand.project_id == project_id, DemandSignal.state == SignalState.LIVE)
        .with_for_update(of=DemandSignal)
    ).all()
    for signal in standing:
        signal.state = SignalState.WITHDRAWN
        signal.mark_edited(at)
        jobs.queue_signal(session, signal.id)
    session.flush()


def _signal(
    session: Session, project: RndProject, data: AnchorDemandIn, *, organisation_id: UUID, caller: Caller, at: datetime
) -> DemandSignal:
    signal = DemandSignal(
        organisation_id=organisation_id,
        submitted_by_id=caller.person_id,
        text=data.text,
        received_on=business_date(at),
        expires_on=data.expires_on,
        confidentiality=data.confidentiality,
        origin=SignalOrigin.ANCHOR,
        recorded_at=at,
        updated_at=at,
    )
    session.add(signal)
    session.flush()
    codes = session.exec(select(ProjectField.field_code).where(ProjectField.project_id == project.id)).all()
    session.add_all(SignalField(signal_id=signal.id, field_code=code) for code in codes)
    session.flush()
    return signal
