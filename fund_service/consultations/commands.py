"""Writes of consultations: drafted, edited, led step by step."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.consultations.queries import find_consultation
from fund_service.consultations.schemas import PROVED, ConsultationIn, ConsultationStepIn
from fund_service.consultations.sight import confirms, led_by, steps_for
from fund_service.diligence.documents import Examined, examine
from fund_service.settlement.receipts import Upload
from models.clock import business_date
from models.consultation import (
    CONSULTATION_STEPS,
    PERMITTING,
    Consultation,
    ConsultationContent,
    ConsultationKind,
    ConsultationState,
    ConsultationStep,
    ConsultationStepKind,
)
from models.errors import FourEyesNeeded, RecordChanged, RecordNotFound, StepNotAllowed, ValueNotAllowed
from models.person import Role
from models.project import OPEN_PROJECT_STATES, ConsortiumMember, RndProject

_K = ConsultationStepKind


def led_project(session: Session, project_id: UUID, *, caller: Caller) -> RndProject:
    """Find a project beside which the caller may open a consultation: a planner any, a team its own.

    Raises
    ------
    RecordNotFound
        When there is none of theirs by this id.
    """
    query = select(RndProject).where(RndProject.id == project_id)
    if not caller.has(Role.PLANNER):
        own = select(ConsortiumMember.project_id).where(ConsortiumMember.organisation_id == caller.organisation_id)
        query = query.where(col(RndProject.id).in_(own))
    project = session.exec(query).first()
    if project is None:
        raise RecordNotFound("There is no such project beside which you could open a consultation.")
    return project


def open_consultation(
    session: Session, project_id: UUID, data: ConsultationIn, *, caller: Caller, at: datetime
) -> Consultation:
    """Open a consultation beside a project, as a draft; the project goes on meanwhile.

    Raises
    ------
    RecordNotFound
        When there is no such project of the caller's.
    StepNotAllowed
        When the project has ended.
    """
    project = led_project(session, project_id, caller=caller)
    if project.state not in OPEN_PROJECT_STATES:
        raise StepNotAllowed("The project has ended: {state}.", state=locales.label(project.state))
    consultation = Consultation(
        project_id=project.id,
        opened_by_id=caller.person_id,
        recorded_at=at,
        updated_at=at,
        **data.model_dump(exclude={"days_allowed"}),
        days_allowed=data.days,
    )
    session.add(consultation)
    session.flush()
    return consultation


def edit_consultation(
    session: Session, consultation_id: UUID, data: ConsultationIn, *, version: int, caller: Caller, at: datetime
) -> Consultation:
    """Replace what a draft says.

    Raises
    ------
    RecordNotFound
        When there is none that the caller leads.
    StepNotAllowed
        When it was filed already.
    RecordChanged
        When somebody changed it since ``version``.
    """
    consultation = find_consultation(session, consultation_id, caller=caller, to_change=True)
    if session.exec(select(Consultation.id).where(Consultation.id == consultation.id, led_by(caller))).first() is None:
        raise RecordNotFound("There is no such consultation among those you may see.")
    if consultation.state is not ConsultationState.DRAFT:
        raise StepNotAllowed("What was filed stays as it was filed; put a document on file, or open another one.")
    if consultation.version != version:
        raise RecordChanged("This consultation was changed since you opened it; load it again and repeat your change.")
    for name, value in {**data.model_dump(), "days_allowed": data.days}.items():
        setattr(consultation, name, value)
    consultation.mark_edited(at)
    session.flush()
    return consultation


def take_step(
    session: Session,
    consultation_id: UUID,
    data: ConsultationStepIn,
    *,
    upload: Upload | None,
    caller: Caller,
    at: datetime,
) -> Consultation:
    """Record a step of a consultation; what it makes of state, deadline and outcome, the database works out.

    Raises
    ------
    RecordNotFound
        When there is none for the caller.
    StepNotAllowed
        When the step does not lead on from where it stands, or is not the caller's to take.
    FourEyesNeeded
        When the caller would confirm the answer that they entered.
    ValueNotAllowed
        When the day, the validity or the document is not one that the step could have.
    RecordChanged
        When the document confirmed is not the one on file.
    """
    consultation = find_consultation(session, consultation_id, caller=caller, to_change=True)
    _check_may(session, consultation, data.kind, caller=caller)
    _check_day(session, consultation, data.on_day, today=business_date(at))
    _check_answer(session, consultation, data)
    step = ConsultationStep(
        consultation_id=consultation.id,
        number=consultation.steps + 1,
        person_id=caller.person_id,
        recorded_at=at,
        **data.model_dump(exclude={"document"}),
    )
    document = _document(data.kind, upload)
    if document is not None:
        step.document_name, step.media_type, step.size_bytes, step.sha256 = document
    session.add(step)
    session.flush()
    if document is not None and upload is not None:
        session.add(ConsultationContent(step_id=step.id, content=upload.content, recorded_at=at))
        session.flush()
    session.refresh(consultation)
    return consultation


def _check_may(session: Session, consultation: Consultation, kind: ConsultationStepKind, *, caller: Caller) -> None:
    if kind in steps_for(session, consultation, caller=caller):
        return
    answered = consultation.state in CONSULTATION_STEPS[kind] and consultation.confirmed_by_id is None
    if kind is _K.CONFIRMED and answered and not confirms(session, consultation, caller=caller):
        raise FourEyesNeeded("An answer is confirmed by a planner or fund manager who did not enter it.")
    raise StepNotAllowed(
        "A consultation that is {state} does not take this step, or not from you: {step}.",
        state=locales.label(consultation.state),
        step=locales.label(kind),
    )


def _check_day(session: Session, consultation: Consultation, day: date, *, today: date) -> None:
    if day > today:
        raise ValueNotAllowed("What is recorded has happened: today or before.", field="on_day")
    before = session.exec(
        select(col(ConsultationStep.on_day))
        .where(ConsultationStep.consultation_id == consultation.id)
        .order_by(col(ConsultationStep.number).desc())
    ).first()
    if before is not None and day < before:
        raise ValueNotAllowed("The step before was on {day}; this one was not earlier.", field="on_day", day=before)


def _check_answer(session: Session, consultation: Consultation, data: ConsultationStepIn) -> None:
    permit = consultation.kind is not ConsultationKind.RAPID_CONFIRMATION and data.outcome in PERMITTING
    if permit and data.valid_until is None:
        raise ValueNotAllowed("A permit or an exemption holds until a day; say which.", field="valid_until")
    if data.kind is _K.CONFIRMED:
        seen = session.exec(
            select(ConsultationStep.sha256)
            .where(ConsultationStep.consultation_id == consultation.id, ConsultationStep.kind == _K.ANSWERED)
            .order_by(col(ConsultationStep.number).desc())
        ).first()
        if data.seen_sha256 != seen:
            raise RecordChanged("This is not the document on file; load the page again and look at it.")


def _document(kind: ConsultationStepKind, upload: Upload | None) -> Examined | None:
    if upload is None:
        if kind in PROVED:
            raise ValueNotAllowed("Choose the file to put on record.", field="document")
        return None
    if kind is _K.CONFIRMED:
        raise ValueNotAllowed("A confirmation brings no document of its own.", field="document")
    try:
        return examine(name=upload.name, media_type=upload.media_type, content=upload.content)
    except ValueNotAllowed as refusal:
        refusal.field = "document"  # as steps call it
        raise
