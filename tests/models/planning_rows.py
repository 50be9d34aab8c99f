"""One valid row of every table of planning rounds, and what breaks each of their CHECKs."""

from sqlmodel import SQLModel

from models.clock import business_date, utc_now
from models.market import DemandTheme
from models.money import MAX_KRW
from models.organisation import Organisation
from models.person import Person
from models.planning import (
    CandidateDecision,
    CandidateOrigin,
    CandidateReview,
    CandidateTheme,
    DecisionReason,
    PlanningAnswer,
    PlanningCandidate,
    PlanningObjection,
    PlanningOutcome,
    PlanningRound,
    PlanningStage,
    SignalOutcome,
)
from models.release import MarketRelease
from models.signal import DemandSignal

SOMEBODY = "(SELECT id FROM person LIMIT 1)"

PLANNING_BREAKS: dict[str, tuple[str, ...]] = {
    "ck_candidate_decision_adopted_at_a_place": ("place = NULL",),
    "ck_candidate_decision_approved_by_another": ("approved_by_id = decided_by_id",),
    "ck_candidate_decision_approved_where_policy": (
        "reason = 'demand', approved_by_id = '019a0000-0000-7000-8000-00000000dead'",
    ),
    "ck_candidate_decision_merged_into_another": ("outcome = 'merged', place = NULL, merged_into_id = candidate_id",),
    "ck_candidate_decision_merged_into_one": ("merged_into_id = gen_random_uuid()",),
    "ck_candidate_decision_place_range": ("place = 0", "place = 501"),
    "ck_candidate_decision_words_ko_not_empty": ("words_ko = ''",),
    "ck_candidate_review_commercial_range": ("commercial = 0", "commercial = 6"),
    "ck_candidate_review_market_range": ("market = 0", "market = 6"),
    "ck_candidate_review_strategic_range": ("strategic = 0", "strategic = 6"),
    "ck_candidate_review_words_not_empty": ("words = ''",),
    "ck_planning_answer_of_a_candidate_where_decided": ("candidate_id = NULL", "outcome = 'late'"),
    "ck_planning_candidate_budget_krw_range": ("budget_krw = 0", f"budget_krw = {MAX_KRW + 1}"),
    "ck_planning_candidate_number_range": ("number = 0", "number = 501"),
    "ck_planning_candidate_version_from_one": ("version = 0",),
    "ck_planning_objection_replied_at_a_moment": (f"reply = 'r', replied_by_id = {SOMEBODY}", "replied_at = now()"),
    "ck_planning_objection_replied_by_another": ("reply = 'r', replied_at = now(), replied_by_id = filed_by_id",),
    "ck_planning_objection_replied_by_somebody": ("reply = 'r', replied_at = now()",),
    "ck_planning_objection_words_not_empty": ("words = ''",),
    "ck_planning_round_least_reviews_range": ("least_reviews = 0", "least_reviews = 21"),
    "ck_planning_round_objection_days_range": ("objection_days = 0", "objection_days = 91"),
    "ck_planning_round_published_at_a_moment": ("stage = 'published'",),
    "ck_planning_round_published_by_somebody": (f"published_by_id = {SOMEBODY}",),
    "ck_planning_round_rests_on_a_release": ("release_id = NULL",),
    "ck_planning_round_rests_on_a_summary": ("summary_id = NULL, release_id = NULL",),
    "ck_planning_round_version_from_one": ("version = 0",),
}


def planning_rows(
    organisation: Organisation, person: Person, signal: DemandSignal, theme: DemandTheme, release: MarketRelease
) -> list[SQLModel]:
    """Make the rows, parents before children."""
    round_ = PlanningRound(
        title_ko="기획",
        stage=PlanningStage.DECIDING,
        collects_until=business_date(utc_now()),
        summary_id=theme.summary_id,
        release_id=release.id,
        opened_by_id=person.id,
    )
    candidate = PlanningCandidate(
        round_id=round_.id,
        number=1,
        origin=CandidateOrigin.THEME,
        field_code="01",
        title_ko="후보",
        rationale_ko="근거",
    )
    of = {"round_id": round_.id, "candidate_id": candidate.id}
    answer = PlanningAnswer(signal_id=signal.id, organisation_id=organisation.id, outcome=SignalOutcome.ADOPTED, **of)
    return [
        round_,
        candidate,
        CandidateTheme(theme_id=theme.id, **of),
        CandidateReview(reviewer_id=person.id, strategic=1, market=1, commercial=1, words="평", **of),
        CandidateDecision(
            outcome=PlanningOutcome.ADOPTED,
            reason=DecisionReason.POLICY,
            words_ko="결정",
            place=1,
            decided_by_id=person.id,
            **of,
        ),
        answer,
        PlanningObjection(round_id=round_.id, answer_id=answer.id, filed_by_id=person.id, words="이의"),
    ]
