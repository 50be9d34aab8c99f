"""Forms of deals: prepared, and what they name by words found among the records."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.deals.board import deal_choices
from fund_service.deals.form_views import DealForm, MatchInBrief
from fund_service.deals.heads import deal_head
from fund_service.deals.queries import match_to_accept
from fund_service.deals.schemas import DealIn, Party
from fund_service.forms import Values
from fund_service.projects.consortium import ConsortiumNames, members_named
from models.deal import Deal, DealStage
from models.errors import ValueNotAllowed
from models.organisation import Organisation
from models.project import ConsortiumMember, ConsortiumRole, RndProject

NAME_LENGTH = 200
"""Characters of what a form names a record by."""


def new_form(session: Session, *, caller: Caller) -> DealForm:
    """Prepare the form to make a deal by hand."""
    return DealForm(choices=deal_choices(session), values={"lead_id": str(caller.person_id)})


def match_form(session: Session, match_id: UUID, *, caller: Caller) -> DealForm:
    """Prepare the form to make a deal of a match, filled with what the match says.

    Raises
    ------
    RecordNotFound
        When there is no such match among those the caller may see.
    """
    _, project = match_to_accept(session, match_id, caller)
    lead = session.exec(
        select(Organisation)
        .join(ConsortiumMember, col(ConsortiumMember.organisation_id) == col(Organisation.id))
        .where(ConsortiumMember.project_id == project.id, ConsortiumMember.role == ConsortiumRole.LEAD)
    ).first()
    return DealForm(
        match=MatchInBrief(
            match_id=match_id,
            project=Party(id=project.id, name_ko=project.title_ko, name_en=project.title_en),
        ),
        choices=deal_choices(session),
        values={
            "amount_krw": "" if project.need_krw is None else str(project.need_krw),
            "company": "" if lead is None else _name_of(lead),
        },
    )


def edit_form(session: Session, deal_id: UUID) -> DealForm:
    """Prepare the form to edit a deal.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    head = deal_head(session, deal_id)
    deal = session.get_one(Deal, deal_id)
    values: dict[str, str | list[str]] = {
        name: "" if value is None else str(value)
        for name, value in deal.model_dump(include=set(DealIn.model_fields)).items()
    }
    values["main_purpose"] = "true" if deal.main_purpose else "false"
    values["company"] = _name_of(session.get_one(Organisation, deal.company_id))
    values["project"] = "" if deal.project_id is None else str(deal.project_id)
    return DealForm(
        deal=head,
        choices=deal_choices(session),
        voids_approval=deal.stage in {DealStage.COMMITTEE, DealStage.APPROVED},
        values=values,
    )


def without(form: Values, *names: str) -> Values:
    """Give a form's values but for those that steer the form itself."""
    return {name: value for name, value in form.items() if name not in names}


def named(session: Session, form: Values, *, company_needed: bool = False) -> Values:
    """Put identifiers where a form names a company and a project by words.

    Raises
    ------
    ValueNotAllowed
        When one is not recorded, several go by the same name, or the company is needed and not named.
    """
    plain = dict(without(form, "company", "project"))
    company, project = (str(form.get(name, "")).strip()[:NAME_LENGTH] for name in ("company", "project"))
    if company_needed and not company:
        raise ValueNotAllowed("Name the company.", field="company")
    if company:
        plain["company_id"] = str(_company(session, company))
    if project:
        plain["project_id"] = str(_project(session, project))
    return plain


def _company(session: Session, name: str) -> UUID:
    try:
        [member] = members_named(session, ConsortiumNames(lead=name))
    except ValueNotAllowed as refusal:
        raise ValueNotAllowed(refusal.template, field="company", **refusal.facts) from refusal
    return member.organisation_id


def _project(session: Session, name: str) -> UUID:
    """Find a project by its title, its number or its id."""
    same = [col(RndProject.title_ko) == name, col(RndProject.title_en) == name, col(RndProject.external_id) == name]
    found = session.exec(
        select(RndProject.id).where(sa.or_(*same, sa.cast(col(RndProject.id), sa.String) == name)).limit(2)
    ).all()
    if len(found) != 1:
        raise ValueNotAllowed(
            "Several projects are called {name}; give the identifier instead."
            if found
            else "No project called {name} is recorded; record it first.",
            field="project",
            name=name,
        )
    return found[0]


def _name_of(organisation: Organisation) -> str:
    """Name an organisation as the form takes it back: by its registration number where it has one."""
    return organisation.registration_number or organisation.name_ko or organisation.name_en or str(organisation.id)
