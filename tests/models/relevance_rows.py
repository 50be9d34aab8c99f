"""One valid row of every table of the relevance watch, and what breaks each of their CHECKs."""

from sqlmodel import SQLModel

from models.clock import business_date, utc_now
from models.money import MAX_KRW
from models.person import Person
from models.project import RndProject
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

RELEVANCE_BREAKS: dict[str, tuple[str, ...]] = {
    "ck_relevance_contribution_words_not_empty": ("words = ''",),
    "ck_relevance_decision_words_not_empty": ("words = ''",),
    "ck_relevance_figure_base_within_months": ("base_months = 3", "base_months = -1"),
    "ck_relevance_figure_found_in_figures": (
        "ratio = NULL, probability = NULL, probability_quarter_ago = NULL, cusum = NULL",
    ),
    "ck_relevance_figure_looked_at_whole": ("probability = NULL",),
    "ck_relevance_figure_missing_months_counted": ("missing_months = 1",),
    "ck_relevance_figure_missing_months_from_one": (
        "finding = 'not_enough_data', missing = 'base_months', missing_months = 0",
    ),
    "ck_relevance_figure_missing_where_not_enough": ("missing = 'events'", "finding = 'not_enough_data'"),
    "ck_relevance_figure_months_alike": ("field_events = '{1}'", "all_events = '{1,2,3}'"),
    "ck_relevance_figure_share_at_approval_range": ("share_at_approval_ppm = -1", "share_at_approval_ppm = 1000001"),
    "ck_relevance_figure_share_now_range": ("share_now_ppm = -1", "share_now_ppm = 1000001"),
    "ck_relevance_figure_withdrawn_groups_not_negative": ("withdrawn_groups = -1",),
    "ck_relevance_proposal_budget_krw_range": ("budget_krw = 0", f"budget_krw = {MAX_KRW + 1}"),
    "ck_relevance_proposal_revised_in_something": ("scope = NULL", "course = 'continue'"),
    "ck_relevance_proposal_words_not_empty": ("words = ''",),
    "ck_relevance_run_number_from_one": ("number = 0",),
    "ck_relevance_run_projects_not_negative": ("projects = -1",),
}


def relevance_rows(project: RndProject, person: Person) -> list[SQLModel]:
    """Make the rows, parents before children."""
    run = RelevanceRun(number=1, as_of=business_date(utc_now()), input_digest="0" * 64, parameters={}, projects=1)
    figure = RelevanceFigure(
        run_id=run.id, project_id=project.id, finding=RelevanceFinding.COLLAPSED, base_months=1, events=[2, 1],
        field_events=[3, 3], all_events=[5, 5], ratio=0.3, probability=0.99, probability_quarter_ago=0.97, cusum=7.0,
    )  # fmt: skip
    review = RelevanceReview(run_id=run.id, project_id=project.id, cause=ReviewCause.COLLAPSED)
    proposal = RelevanceProposal(
        review_id=review.id, course=ReviewCourse.REVISE, words="까닭", scope="범위", proposed_by_id=person.id
    )
    return [
        run,
        figure,
        review,
        proposal,
        RelevanceDecision(
            proposal_id=proposal.id, outcome=ProposalOutcome.RETURNED, words="까닭", decided_by_id=person.id
        ),
        RelevanceContribution(review_id=review.id, person_id=person.id, words="의견"),
    ]
