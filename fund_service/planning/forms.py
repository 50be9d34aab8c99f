"""What the forms of planning rounds show before they are filled in."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.plan.queries import choices
from fund_service.plan.schemas import Choice
from fund_service.planning.answers import own_answer
from fund_service.planning.commands import find_planning_round
from fund_service.planning.evidence import published_themes
from fund_service.planning.queries import candidate_detail, objection_views, round_heads
from fund_service.planning.schemas import CandidateForm, JudgingForm, ObjectionForm, ReplyForm, RoundForm
from models.errors import RecordNotFound
from models.plan import Region, TechnologyField
from models.planning import PlanningObjection, PlanningStage


def round_form(session: Session, round_id: UUID | None = None) -> RoundForm:
    """Prepare the form to open a round, or to edit one that collects.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none by this id, or it collects no more.
    """
    fields = choices(session, TechnologyField)
    if round_id is None:
        return RoundForm(fields=fields, values={"least_reviews": "2", "objection_days": "14"})
    found = find_planning_round(session, round_id)
    found.require(PlanningStage.COLLECTING)
    values: dict[str, str | list[str]] = {
        "title_ko": found.title_ko,
        "title_en": found.title_en or "",
        "field_codes": list(found.field_codes),
        "collects_until": found.collects_until.isoformat(),
        "least_reviews": str(found.least_reviews),
        "objection_days": str(found.objection_days),
    }
    return RoundForm(round_id=found.id, version=found.version, fields=fields, values=values)


def new_candidate_form(session: Session, round_id: UUID) -> CandidateForm:
    """Prepare the form to add a candidate.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is no such round, or it does not propose.
    """
    found = find_planning_round(session, round_id)
    found.require(PlanningStage.PROPOSING)
    return CandidateForm(
        round=round_heads(session, [round_id])[round_id],
        fields=choices(session, TechnologyField),
        regions=choices(session, Region),
    )


def candidate_form(session: Session, candidate_id: UUID, *, caller: Caller) -> CandidateForm:
    """Prepare the form to word a candidate.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none, or its round does not propose.
    """
    view = candidate_detail(session, candidate_id, caller=caller)
    form = new_candidate_form(session, view.round_id)
    form.candidate_id, form.version = candidate_id, view.version
    form.themes = _themes(session, view.round_id)
    form.values = {
        "field_code": view.field_code,
        "region_code": view.region_code or "",
        "project_type": view.project_type.value,
        "title_ko": view.title_ko,
        "title_en": view.title_en or "",
        "rationale_ko": view.rationale_ko,
        "rationale_en": view.rationale_en or "",
        "budget_krw": "" if view.budget_krw is None else str(view.budget_krw),
        "theme_ids": [str(theme.id) for theme in view.themes],
    }
    return form


def _themes(session: Session, round_id: UUID) -> list[Choice]:
    """Give the themes that a candidate can take up, those of most groups first."""
    return [
        Choice(
            code=str(theme.id),
            name_ko=f"{theme.label_ko} ({theme.groups})",
            name_en=f"{theme.label_en} ({theme.groups})",
        )
        for theme in published_themes(session, find_planning_round(session, round_id))
    ]


def review_form(session: Session, candidate_id: UUID, *, caller: Caller) -> JudgingForm:
    """Prepare the form to review a candidate, filled with what the caller thought before.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none, or its round does not deliberate.
    """
    view = candidate_detail(session, candidate_id, caller=caller)
    find_planning_round(session, view.round_id).require(PlanningStage.DELIBERATING)
    own = view.own_review
    values: dict[str, str | list[str]] = {}
    if own is not None:
        values = {name: str(getattr(own, name)) for name in ("strategic", "market", "commercial", "words")}
    return JudgingForm(candidate=view, values=values)


def decision_form(session: Session, candidate_id: UUID, *, caller: Caller) -> JudgingForm:
    """Prepare the form to decide on a candidate, filled with what was decided before.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none, or its round does not decide.
    """
    view = candidate_detail(session, candidate_id, caller=caller)
    find_planning_round(session, view.round_id).require(PlanningStage.DECIDING)
    decided = view.decision
    values: dict[str, str | list[str]] = {}
    if decided is not None:
        values = {
            "outcome": decided.outcome.value,
            "reason": decided.reason.value,
            "words_ko": decided.words_ko,
            "words_en": decided.words_en or "",
            "place": "" if decided.place is None else str(decided.place),
            "merged_into_id": "" if decided.merged_into_id is None else str(decided.merged_into_id),
        }
    return JudgingForm(candidate=view, values=values)


def objection_form(session: Session, answer_id: UUID, *, caller: Caller, at: datetime) -> ObjectionForm:
    """Prepare the form to object to an answer.

    Raises
    ------
    RecordNotFound
        When there is no such answer of the caller's organisation.
    """
    return ObjectionForm(answer=own_answer(session, answer_id, caller=caller, at=at))


def reply_form(session: Session, objection_id: UUID) -> ReplyForm:
    """Prepare the form to reply to an objection.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    found = session.get(PlanningObjection, objection_id)
    if found is None:
        raise RecordNotFound("There is no such objection.")
    view = next(one for one in objection_views(session, found.round_id) if one.id == objection_id)
    return ReplyForm(round=round_heads(session, [found.round_id])[found.round_id], objection=view)
