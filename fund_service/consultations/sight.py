"""Who may see a consultation, and who may take which of its steps."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from models.consultation import (
    CONSULTATION_STEPS,
    FAVOURABLE,
    Consultation,
    ConsultationStepKind,
)
from models.person import Person, Role
from models.project import ConsortiumMember

_K = ConsultationStepKind
OF_THE_FUND_TOO = frozenset({_K.REOPENED, _K.REVOKED})
"""Steps that a fund manager takes as well as those who lead the consultation."""


def readable_by(caller: Caller) -> sa.ColumnElement[bool]:
    """Say which consultations a caller may see: a project's team its own, planners, fund and auditors all."""
    if caller.has(Role.PLANNER, Role.FUND_MANAGER, Role.AUDITOR):
        return sa.true()
    return led_by(caller)


def led_by(caller: Caller) -> sa.ColumnElement[bool]:
    """Say which consultations a caller leads: planners all, a project's team its own."""
    if caller.has(Role.PLANNER):
        return sa.true()
    if not caller.has(Role.PROJECT_TEAM) or caller.organisation_id is None:
        return sa.false()
    own = select(ConsortiumMember.project_id).where(ConsortiumMember.organisation_id == caller.organisation_id)
    return col(Consultation.project_id).in_(own)


def steps_for(session: Session, consultation: Consultation, *, caller: Caller) -> list[ConsultationStepKind]:
    """List the steps that a caller may take from where a consultation stands, in their order."""
    query = select(Consultation.id).where(Consultation.id == consultation.id, led_by(caller))
    leads = session.exec(query).first() is not None
    return [kind for kind in _K if _may_take(session, consultation, kind, caller=caller, leads=leads)]


def _may_take(
    session: Session, consultation: Consultation, kind: ConsultationStepKind, *, caller: Caller, leads: bool
) -> bool:
    unconfirmed = consultation.confirmed_by_id is None
    if consultation.state not in CONSULTATION_STEPS[kind]:
        return False
    if kind is _K.CONFIRMED:
        return unconfirmed and confirms(session, consultation, caller=caller)
    if kind is _K.REOPENED and not unconfirmed:
        return False
    if kind is _K.REVOKED and consultation.outcome not in FAVOURABLE:
        return False
    return leads or (kind in OF_THE_FUND_TOO and caller.has(Role.FUND_MANAGER))


def confirms(session: Session, consultation: Consultation, *, caller: Caller) -> bool:
    """Say whether a caller may confirm the answer: a planner or fund manager, by another human being's hand."""
    if not caller.has(Role.PLANNER, Role.FUND_MANAGER):
        return False
    humans = select(Person.human_id).where(col(Person.id).in_([consultation.answered_by_id, caller.person_id]))
    return len(set(session.exec(humans).all())) > 1


def days_left(consultation: Consultation, today: date) -> int | None:
    """Count the days until what is awaited is due; none where nothing is awaited by a day."""
    awaited = consultation.awaited_by
    return None if awaited is None else (awaited - today).days
