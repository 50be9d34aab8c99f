"""Who may assess a project's spillover: nobody of its consortium or of its investors, nor of their ownership groups."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.committee.interests import Parties, interests_of
from models.answer import AnswerKind, MatchAnswer
from models.clock import business_date
from models.deal import Deal
from models.organisation import Organisation
from models.project import ConsortiumMember, RndProject
from models.signal import DemandSignal


def parties_of_project(session: Session, project: RndProject) -> Parties:
    """Name the consortium of a project, who would receive money for it, and who puts money in, with their groups.

    Investors are those whose demand a deal came of, and those who say that they invested.
    """
    members = select(ConsortiumMember.organisation_id).where(ConsortiumMember.project_id == project.id)
    companies = select(Deal.company_id).where(Deal.project_id == project.id)
    funders = (
        select(DemandSignal.organisation_id)
        .join(Deal, col(Deal.signal_id) == col(DemandSignal.id))
        .where(Deal.project_id == project.id)
    )
    invested = select(MatchAnswer.organisation_id).where(
        MatchAnswer.project_id == project.id, MatchAnswer.kind == AnswerKind.INVESTED
    )
    ids = sa.union(members, companies, funders, invested).subquery()
    rows = session.exec(
        select(Organisation.id, Organisation.ownership_group_id).where(col(Organisation.id).in_(sa.select(ids)))
    ).all()
    return Parties(
        frozenset(organisation for organisation, _ in rows),
        frozenset(group for _, group in rows),
        business_date(project.recorded_at),
    )


def bound_to_project(
    session: Session, project: RndProject, person_ids: Collection[UUID], *, today: date, deciding: bool = False
) -> set[UUID]:
    """Name those among some people whom something binds to a project: their organisation, or a declared interest.

    Who is about to assess has their accounts locked against declarations (``deciding``).
    """
    if not person_ids:
        return set()
    parties = parties_of_project(session, project)
    interests = interests_of(session, person_ids, deciding=deciding)
    return {
        person_id
        for person_id in person_ids
        if any(interest.binds(parties, on=today) for interest in interests.get(person_id, []))
    }
