"""One valid row of every table of regulatory consultations, and what breaks each of their CHECKs."""

from datetime import date

from sqlmodel import SQLModel

from models.consultation import (
    LONGEST_VALIDITY_DAYS,
    MAX_DOCUMENT_BYTES,
    Consultation,
    ConsultationContent,
    ConsultationHold,
    ConsultationKind,
    ConsultationOutcome,
    ConsultationState,
    ConsultationStep,
    ConsultationStepKind,
    ConsultationWaiver,
)
from models.deal import Deal, DealStage
from models.person import Person
from models.project import RndProject

CONSULTATION_BREAKS: dict[str, tuple[str, ...]] = {
    "ck_consultation_answered_by_somebody": ("answered_by_id = NULL",),
    "ck_consultation_answered_somehow": ("state = 'filed'", "outcome = NULL, answered_by_id = NULL"),
    "ck_consultation_asked_on_a_day": ("asked_on = '2026-11-01'",),
    "ck_consultation_authority_not_empty": ("authority = ''",),
    "ck_consultation_confirmed_by_another": ("confirmed_by_id = answered_by_id",),
    "ck_consultation_confirmed_once_answered": (
        "state = 'filed', outcome = NULL, answered_by_id = NULL, confirmed_by_id = opened_by_id",
    ),
    "ck_consultation_days_allowed_range": ("days_allowed = 0", "days_allowed = 731"),
    "ck_consultation_due_after_its_days": ("due_on = filed_on + 29",),
    "ck_consultation_due_once_filed": ("due_on = NULL",),
    "ck_consultation_filed_on_a_day": ("filed_on = NULL, due_on = NULL",),
    "ck_consultation_question_not_empty": ("question = ''",),
    "ck_consultation_rapid_in_thirty_days": ("kind = 'rapid_confirmation', days_allowed = 29",),
    "ck_consultation_reply_to_a_supplement": ("reply_by = '2026-11-01'",),
    "ck_consultation_rule_not_empty": ("rule = ''",),
    "ck_consultation_validity_in_order": ("valid_until = '2026-01-01'",),
    "ck_consultation_version_from_one": ("version = 0",),
    "ck_consultation_hold_of_a_step_with_money": ("stage = 'monitoring'",),
    "ck_consultation_hold_words_not_empty": ("words = ''",),
    "ck_consultation_step_answered_somehow": ("kind = 'documented'",),
    "ck_consultation_step_conditions_said": ("outcome = 'permitted_conditionally', words = NULL",),
    "ck_consultation_step_confirmed_as_seen": ("seen_sha256 = repeat('0', 64)",),
    "ck_consultation_step_document_whole": ("size_bytes = NULL", "document_name = NULL", "media_type = NULL"),
    "ck_consultation_step_number_from_one": ("number = 0",),
    "ck_consultation_step_proved_by_a_document": (
        "sha256 = NULL, document_name = NULL, size_bytes = NULL, media_type = NULL",
    ),
    "ck_consultation_step_reply_after_it_was_asked": ("reply_by = on_day - 1",),
    "ck_consultation_step_reply_to_a_supplement": ("reply_by = on_day",),
    "ck_consultation_step_said_why": (
        "kind = 'withdrawn', outcome = NULL, valid_from = NULL, valid_until = NULL, words = NULL",
    ),
    "ck_consultation_step_size_range": ("size_bytes = 0", f"size_bytes = {MAX_DOCUMENT_BYTES + 1}"),
    "ck_consultation_step_valid_from_and_until": ("valid_until = NULL",),
    "ck_consultation_step_valid_where_permitted": ("outcome = 'refused'",),
    "ck_consultation_step_validity_range": (
        "valid_until = valid_from - 1",
        f"valid_until = valid_from + {LONGEST_VALIDITY_DAYS + 1}",
    ),
    "ck_consultation_step_words_not_empty": ("words = ''",),
    "ck_consultation_waiver_reason_not_empty": ("reason = ''",),
}


def consultation_rows(project: RndProject, person: Person, deal: Deal) -> list[SQLModel]:
    """Make the rows, parents before children."""
    on, until = date(2026, 10, 1), date(2027, 10, 1)
    asked = Consultation(
        project_id=project.id, kind=ConsultationKind.TEMPORARY_PERMIT, authority="부처", rule="법", question="묻는다.",
        days_allowed=30, opened_by_id=person.id, state=ConsultationState.ANSWERED, steps=1, filed_on=on,
        due_on=date(2026, 10, 31), outcome=ConsultationOutcome.PERMITTED, valid_from=on, valid_until=until,
        answered_by_id=person.id,
    )  # fmt: skip
    step = ConsultationStep(
        consultation_id=asked.id, number=1, kind=ConsultationStepKind.ANSWERED, on_day=on, person_id=person.id,
        words="허가", outcome=ConsultationOutcome.PERMITTED, valid_from=on, valid_until=until, document_name="a.pdf",
        media_type="application/pdf", size_bytes=1, sha256="0" * 64,
    )  # fmt: skip
    hold = ConsultationHold(
        deal_id=deal.id, consultation_id=asked.id, stage=DealStage.CONTRACTED, tied_by_id=person.id, words="대기"
    )
    return [
        asked,
        step,
        ConsultationContent(step_id=step.id, content=b"%"),
        hold,
        ConsultationWaiver(hold_id=hold.id, waived_by_id=person.id, reason="면제"),
    ]
