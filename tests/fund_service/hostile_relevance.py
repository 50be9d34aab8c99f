"""Reviews of relevance with a text of one's choice in all that people write of them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel import SQLModel

from models.clock import business_date, utc_now
from models.organisation import Organisation
from models.person import Person, Role
from models.project import ConsortiumMember, ConsortiumRole, ProjectState, RndProject
from models.relevance import (
    ProposalOutcome,
    RelevanceContribution,
    RelevanceDecision,
    RelevanceFigure,
    RelevanceFinding,
    RelevanceProposal,
    RelevanceReview,
    RelevanceRun,
    ReviewCause,
    ReviewCourse,
)


def hostile_relevance(people: Mapping[Role, Person], company: Organisation, text: str) -> list[SQLModel]:
    """Make the rows, parents before children: a review nobody answered, and one with all that can be said in it."""
    project = RndProject(title_ko=text, title_en=text, state=ProjectState.RUNNING)
    member = ConsortiumMember(project_id=project.id, organisation_id=company.id, role=ConsortiumRole.LEAD)
    run = RelevanceRun(number=1, as_of=business_date(utc_now()), input_digest="0" * 64, parameters={}, projects=1)
    figure = RelevanceFigure(
        run_id=run.id, project_id=project.id, finding=RelevanceFinding.COLLAPSED, base_months=3,
        events=[9, 9, 9, 1, 1, 1], field_events=[9] * 6, all_events=[9] * 6, ratio=0.3, probability=0.99,
        probability_quarter_ago=0.97, cusum=7.0, shared_with=[project.id],
    )  # fmt: skip
    unanswered, review = (
        RelevanceReview(run_id=run.id, project_id=project.id, cause=ReviewCause.COLLAPSED) for _ in range(2)
    )
    returned, waiting = (
        RelevanceProposal(
            review_id=review.id, course=ReviewCourse.REVISE, words=text, scope=text, agreement=text, budget_krw=1,
            ends_on=run.as_of, proposed_by_id=people[Role.COMMITTEE_MEMBER].id,
        )
        for _ in range(2)
    )  # fmt: skip
    decision = RelevanceDecision(
        proposal_id=returned.id, outcome=ProposalOutcome.RETURNED, words=text, decided_by_id=people[Role.PLANNER].id
    )
    said = RelevanceContribution(review_id=review.id, person_id=people[Role.PROJECT_TEAM].id, words=text)
    return [project, member, run, figure, unanswered, review, returned, waiting, decision, said]


def reviewed_identifiers(rows: Sequence[SQLModel]) -> dict[str, dict[str, UUID]]:
    """Give the review to which nothing is proposed yet, by the operation of the page that such a review has."""
    return {"propose_page": {"reviews": next(row.id for row in rows if isinstance(row, RelevanceReview))}}
