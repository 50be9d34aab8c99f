"""What the assessments of a project's spillover come to."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.regional.assessors import bound_to_project
from fund_service.regional.schemas import ProjectHead, SpilloverSummary, Spread
from models.person import Person
from models.project import RndProject
from models.regional import LEAST_ASSESSORS, SPILLOVER_CRITERIA, SpilloverReview, spread_of

DECIMALS = 2


def head_of(project: RndProject) -> ProjectHead:
    """Give what every page about a project says of it."""
    return ProjectHead(**project.model_dump(include=set(ProjectHead.model_fields)))


def editions_of(session: Session, project_id: UUID) -> list[tuple[SpilloverReview, Person]]:
    """Read every edition with its assessor, the newest first."""
    return list(
        session.exec(
            select(SpilloverReview, Person)
            .join(Person, col(Person.id) == col(SpilloverReview.assessor_id))
            .where(SpilloverReview.project_id == project_id)
            .order_by(col(SpilloverReview.id).desc())
        ).all()
    )


def newest_of(editions: Sequence[tuple[SpilloverReview, Person]]) -> list[tuple[SpilloverReview, Person]]:
    """Keep the newest edition of each human being, under whatever account; ``editions`` come newest first."""
    kept: dict[UUID, tuple[SpilloverReview, Person]] = {}
    for review, person in editions:
        kept.setdefault(person.human_id, (review, person))
    return list(kept.values())


def counting(
    session: Session, project: RndProject, editions: Sequence[tuple[SpilloverReview, Person]], *, today: date
) -> list[SpilloverReview]:
    """Keep those that count: the newest of each assessor whom nothing binds to the project by now."""
    newest = newest_of(editions)
    bound = bound_to_project(session, project, {person.id for _, person in newest}, today=today)
    return [review for review, person in newest if person.id not in bound]


def summary_of(reviews: Sequence[SpilloverReview]) -> SpilloverSummary:
    """Sum up the assessments that count; of fewer than are needed only their number is told."""
    if len(reviews) < LEAST_ASSESSORS:
        return SpilloverSummary(assessors=len(reviews), overall=None, criteria=None)
    return SpilloverSummary(
        assessors=len(reviews),
        overall=_spread([review.mean for review in reviews]),
        criteria={name: _spread([getattr(review, name) for review in reviews]) for name in SPILLOVER_CRITERIA},
    )


def spillover_summary(session: Session, project: RndProject, *, today: date) -> SpilloverSummary:
    """Sum up the assessments of a project."""
    return summary_of(counting(session, project, editions_of(session, project.id), today=today))


def _spread(scores: Sequence[float]) -> Spread:
    return Spread(
        mean=round(sum(scores) / len(scores), DECIMALS),
        spread=round(spread_of(scores), DECIMALS),
        lowest=round(min(scores), DECIMALS),
        highest=round(max(scores), DECIMALS),
    )
