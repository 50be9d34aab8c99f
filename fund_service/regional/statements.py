"""Reads of anchor companies' statements; who may not read a statement's signal does not learn of the statement."""

from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.regional.schemas import AnchorDemandForm, AnchorDemandPage, AnchorDemandView
from fund_service.regional.summary import head_of
from fund_service.signals.queries import visible_to
from models.errors import FourEyesNeeded, RecordNotFound, StepNotAllowed
from models.organisation import Organisation
from models.person import Role
from models.project import OPEN_PROJECT_STATES, ConsortiumMember, ConsortiumRole, RndProject
from models.regional import AnchorDemand, AnchorDemandEvidence
from models.signal import DemandSignal, SignalState


def speaks_for_anchor(session: Session, project_id: UUID, *, caller: Caller) -> bool:
    """Say whether a caller speaks for the anchor company of a project."""
    if caller.organisation_id is None or not caller.has(Role.INVESTOR):
        return False
    anchored = select(ConsortiumMember.project_id).where(
        ConsortiumMember.project_id == project_id,
        ConsortiumMember.organisation_id == caller.organisation_id,
        ConsortiumMember.role == ConsortiumRole.ANCHOR,
    )
    return session.exec(anchored).first() is not None


def statements_of(session: Session, project_id: UUID, *, caller: Caller) -> list[AnchorDemandView]:
    """Read the statements of a project whose signals the caller may read, the newest first."""
    readable = visible_to(caller).with_only_columns(col(DemandSignal.id))
    rows = session.exec(
        select(AnchorDemand, DemandSignal, Organisation)
        .join(DemandSignal, col(DemandSignal.id) == col(AnchorDemand.signal_id))
        .join(Organisation, col(Organisation.id) == col(AnchorDemand.organisation_id))
        .where(AnchorDemand.project_id == project_id, col(DemandSignal.id).in_(readable))
        .order_by(col(AnchorDemand.number).desc())
    ).all()
    return [
        AnchorDemandView(
            **statement.model_dump(include=set(AnchorDemandView.model_fields)),
            signal_state=signal.state,
            organisation_name_ko=organisation.name_ko,
            organisation_name_en=organisation.name_en,
            expires_on=signal.expires_on,
            confidentiality=signal.confidentiality,
        )
        for statement, signal, organisation in rows
    ]


def statements_page(session: Session, project_id: UUID, *, caller: Caller) -> AnchorDemandPage:
    """Show the statements of a project's anchor company.

    Raises
    ------
    RecordNotFound
        When there is no such project.
    """
    project = _project(session, project_id)
    return AnchorDemandPage(
        project=head_of(project),
        statements=statements_of(session, project_id, caller=caller),
        may_state=may_state(session, project, caller=caller),
    )


def may_state(session: Session, project: RndProject, *, caller: Caller) -> bool:
    """Say whether a caller may state demand for a project now."""
    open_leap = project.leap_phase is not None and project.state in OPEN_PROJECT_STATES
    return open_leap and speaks_for_anchor(session, project.id, caller=caller)


def statement_form(session: Session, project_id: UUID, *, caller: Caller) -> AnchorDemandForm:
    """Prepare the form to state demand.

    Raises
    ------
    RecordNotFound, StepNotAllowed, FourEyesNeeded
        When there is no such project, it is no open Leap project, or the caller does not speak for its anchor.
    """
    project = _project(session, project_id)
    if project.leap_phase is None or project.state not in OPEN_PROJECT_STATES:
        raise StepNotAllowed("Demand is stated for a Leap project that is planned or running.")
    if not speaks_for_anchor(session, project_id, caller=caller):
        raise FourEyesNeeded("Only the project's anchor company states its own demand.")
    standing = statements_of(session, project_id, caller=caller)
    replaces = any(statement.signal_state is SignalState.LIVE for statement in standing)
    return AnchorDemandForm(project=head_of(project), replaces=replaces)


def document_of(session: Session, project_id: UUID, demand_id: UUID, *, caller: Caller) -> tuple[AnchorDemand, bytes]:
    """Read the document of a statement the caller may read.

    Raises
    ------
    RecordNotFound
        When there is none for them.
    """
    if demand_id not in {statement.id for statement in statements_of(session, project_id, caller=caller)}:
        raise RecordNotFound("There is no such statement among those you may see.")
    content = select(AnchorDemandEvidence.content).where(AnchorDemandEvidence.demand_id == demand_id)
    return session.get_one(AnchorDemand, demand_id), bytes(session.exec(content).one())


def _project(session: Session, project_id: UUID) -> RndProject:
    project = session.get(RndProject, project_id)
    if project is None:
        raise RecordNotFound("There is no such project.")
    return project
