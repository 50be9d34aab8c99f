"""Reads of spillover assessments: a project's page, its form, its table."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.exports import Cell
from fund_service.projects.queries import find_project
from fund_service.regional.assessors import bound_to_project
from fund_service.regional.schemas import SpilloverForm, SpilloverPage, SpilloverReviewView
from fund_service.regional.summary import counting, editions_of, head_of, newest_of, summary_of
from models.clock import business_date
from models.person import Role
from models.project import RndProject
from models.regional import SPILLOVER_CRITERIA

ASSESSORS = frozenset({Role.PLANNER, Role.COMMITTEE_MEMBER})
"""Roles that assess; a test holds them equal to the table of operations."""
FAULTS = {
    "bound": (
        "You, or an organisation that you belong to, take part in the project or put money into it; others assess it."
    ),
}
"""What keeps somebody from assessing a project."""
HEADINGS = ("Assessor", "Edition", "Counts", "Assessed on", "Investment", "Jobs", "Production", "Mean", "In words")


def spillover_page(session: Session, project_id: UUID, *, caller: Caller, at: datetime) -> SpilloverPage:
    """Show what assessors expect of a project, with every edition.

    Raises
    ------
    RecordNotFound
        When there is no such project.
    """
    project = find_project(session, project_id)
    editions = editions_of(session, project_id)
    counted = counting(session, project, editions, today=business_date(at))
    newest = {review.id for review, _ in newest_of(editions)}
    may_assess = caller.has(*ASSESSORS)
    return SpilloverPage(
        project=head_of(project),
        summary=summary_of(counted),
        reviews=[
            SpilloverReviewView(
                **review.model_dump(include=set(SpilloverReviewView.model_fields)),
                assessor=person.name,
                newest=review.id in newest,
                counts=review in counted,
                mean=round(review.mean, 2),
            )
            for review, person in editions
        ],
        may_assess=may_assess,
        not_assessed_because=_bound(session, project, caller=caller, at=at) if may_assess else None,
    )


def spillover_form(session: Session, project_id: UUID, *, caller: Caller, at: datetime) -> SpilloverForm:
    """Prepare the form of an assessment, with the reader's own last one in it.

    Raises
    ------
    RecordNotFound
        When there is no such project.
    """
    project = find_project(session, project_id)
    own = [review for review, person in editions_of(session, project_id) if person.id == caller.person_id]
    values: dict[str, str | list[str]] = {}
    if own:
        values = {name: str(getattr(own[0], name)) for name in (*SPILLOVER_CRITERIA, "words")}
    return SpilloverForm(
        project=head_of(project),
        not_assessed_because=_bound(session, project, caller=caller, at=at),
        editions=len(own),
        values=values,
    )


def _bound(session: Session, project: RndProject, *, caller: Caller, at: datetime) -> str | None:
    bound = bound_to_project(session, project, {caller.person_id}, today=business_date(at))
    return locales.gettext(FAULTS["bound"]) if bound else None


def spillover_headings() -> list[str]:
    """Give the headings of the table of assessments."""
    return [locales.gettext(heading) for heading in HEADINGS]


def spillover_rows(view: SpilloverPage) -> Iterator[list[Cell]]:
    """Give every edition, as the page lists them."""
    for review in view.reviews:
        yield [
            review.assessor,
            review.number,
            locales.gettext("yes") if review.counts else locales.gettext("no"),
            review.assessed_on,
            review.investment,
            review.jobs,
            review.production,
            review.mean,
            review.words,
        ]
