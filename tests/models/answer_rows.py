"""One valid row of every table of answers, and what breaks each of their CHECKs."""

from sqlmodel import SQLModel

from models.answer import (
    AcceptanceRecord,
    AdoptionCause,
    AnswerKind,
    AnswerSide,
    MatchAnswer,
    MatchShown,
    ModelAdoption,
)
from models.organisation import Organisation
from models.person import Person
from models.project import RndProject
from models.signal import DemandSignal

DIGEST = "0" * 64

ANSWER_BREAKS: dict[str, tuple[str, ...]] = {
    "ck_acceptance_model_accepted_within_answers": ("accepted = 3", "accepted = -1"),
    "ck_acceptance_model_answers_from_one": ("answers = 0, accepted = 0",),
    "ck_match_answer_copied_whole": tuple(
        f"{name} = NULL" for name in ("score", "components", "method_digest", "probability")
    ),
    "ck_match_answer_investors_invest": ("kind = 'invested', side = 'project'",),
    "ck_match_answer_number_from_one": ("number = 0",),
    "ck_match_answer_passed_for_a_reason": ("kind = 'passed'", "reason = 'timing'"),
    "ck_match_answer_position_from_one": ("position = 0",),
    "ck_match_answer_position_in_a_list": ("position = NULL", "shown_id = NULL"),
    "ck_match_answer_probability_range": ("probability = 0", "probability = 1", "probability = 'NaN'"),
    "ck_match_answer_score_range": ("score = -0.1", "score = 1.1", "score = 'NaN'"),
    "ck_match_shown_list_of_a_project": ("project_id = (SELECT id FROM rnd_project LIMIT 1)",),
    "ck_match_shown_list_of_a_signal": ("signal_id = NULL",),
    "ck_match_shown_something_shown": ("shown = '{}'",),
    "ck_model_adoption_back_to_the_prior": ("model_id = NULL",),
    "ck_model_adoption_by_hand_with_a_reason": ("reason = NULL",),
    "ck_model_adoption_by_somebody_or_itself": ("cause = 'better'",),
    "ck_model_adoption_number_from_one": ("number = 0",),
}


def answer_rows(
    organisation: Organisation, person: Person, signal: DemandSignal, project: RndProject
) -> list[SQLModel]:
    """Make the rows, parents before children."""
    shown = MatchShown(side=AnswerSide.INVESTOR, person_id=person.id, signal_id=signal.id, shown=[project.id])
    model = AcceptanceRecord(
        side=AnswerSide.INVESTOR, kind="logistic", content={}, digest=DIGEST, answers=2, accepted=1, better=True,
        comparison={},
    )  # fmt: skip
    adoption = ModelAdoption(
        side=AnswerSide.INVESTOR, number=1, model_id=model.id, cause=AdoptionCause.BY_HAND, adopted_by_id=person.id,
        reason="w",
    )  # fmt: skip
    answer = MatchAnswer(
        signal_id=signal.id, project_id=project.id, side=AnswerSide.INVESTOR, number=1, person_id=person.id,
        organisation_id=organisation.id, kind=AnswerKind.INTERESTED, shown_id=shown.id, position=1, score=0.5,
        components={}, method_digest=DIGEST, probability=0.5,
    )  # fmt: skip
    return [shown, model, adoption, answer]
