"""Forms of consultations: what they offer, and what stands in them."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.consultations.commands import led_project
from fund_service.consultations.holds import hold_view
from fund_service.consultations.queries import authorities, consultation_view, consultations_of_project
from fund_service.consultations.schemas import (
    PROVED,
    SAID_WHY,
    ConsultationForm,
    ConsultationStepForm,
    HoldForm,
    WaiverForm,
)
from fund_service.deals.heads import deal_head
from models.clock import business_date
from models.consultation import ConsultationState, ConsultationStepKind
from models.deal import Deal
from models.errors import RecordNotFound, StepNotAllowed


def new_form(session: Session, project_id: UUID, *, caller: Caller) -> ConsultationForm:
    """Prepare the form to open a consultation beside a project.

    Raises
    ------
    RecordNotFound
        When there is no such project of the caller's.
    """
    project = led_project(session, project_id, caller=caller)
    return ConsultationForm(
        project_id=project.id,
        project_title_ko=project.title_ko,
        project_title_en=project.title_en,
        authorities=authorities(session, caller=caller),
    )


def edit_form(session: Session, consultation_id: UUID, *, caller: Caller, at: datetime) -> ConsultationForm:
    """Prepare the form to edit a draft.

    Raises
    ------
    RecordNotFound
        When there is none for the caller.
    StepNotAllowed
        When it was filed already, or is not theirs to edit.
    """
    view = consultation_view(session, consultation_id, caller=caller, at=at)
    if not view.may_edit:
        raise StepNotAllowed("What was filed stays as it was filed; put a document on file, or open another one.")
    form = new_form(session, view.project_id, caller=caller)
    values: dict[str, str | list[str]] = {
        "kind": view.kind.value,
        "authority": view.authority,
        "rule": view.rule,
        "question": view.question,
        "days_allowed": str(view.days_allowed),
    }
    return form.model_copy(update={"consultation_id": view.id, "version": view.version, "values": values})


def step_form(
    session: Session, consultation_id: UUID, kind: ConsultationStepKind, *, caller: Caller, at: datetime
) -> ConsultationStepForm:
    """Prepare the form to record a step.

    Raises
    ------
    RecordNotFound
        When there is none for the caller.
    """
    view = consultation_view(session, consultation_id, caller=caller, at=at)
    today = business_date(at)
    return ConsultationStepForm(
        consultation=view,
        kind=kind,
        needs_words=kind in SAID_WHY,
        needs_document=kind in PROVED,
        takes_document=kind is not ConsultationStepKind.CONFIRMED,
        today=today,
        values={"on_day": today.isoformat()},
    )


def hold_form(session: Session, deal_id: UUID, *, caller: Caller, at: datetime) -> HoldForm:
    """Prepare the form to tie a step of a deal to a consultation.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    """
    head = deal_head(session, deal_id)
    project_id = session.get_one(Deal, deal_id).project_id
    asked = (
        []
        if project_id is None
        else consultations_of_project(session, project_id, caller=caller, today=business_date(at))
    )
    ended = {ConsultationState.WITHDRAWN, ConsultationState.REVOKED}
    return HoldForm(deal=head, consultations=[one for one in asked if one.state not in ended])


def waiver_form(session: Session, hold_id: UUID, *, caller: Caller, at: datetime) -> WaiverForm:
    """Prepare the form to waive a hold.

    Raises
    ------
    RecordNotFound
        When there is none.
    """
    view = hold_view(session, hold_id, caller=caller, today=business_date(at))
    if view is None:
        raise RecordNotFound("No deal waits by this name.")
    return WaiverForm(hold=view)
