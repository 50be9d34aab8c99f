"""One valid row of every table of matching rounds, and what breaks each of their CHECKs."""

from sqlmodel import SQLModel

from models.matching_round import MatchingRound, RoundAssignment, RoundInvestor, RoundProject, RoundResult
from models.money import MAX_KRW
from models.organisation import Organisation
from models.person import Person
from models.project import RndProject
from models.signal import Confidentiality, DemandSignal

NEGATIVE_KRW = ("-1", str(MAX_KRW + 1))
SOMEBODY = "(SELECT id FROM person LIMIT 1)"

ROUND_BREAKS: dict[str, tuple[str, ...]] = {
    "ck_matching_round_attention_range": ("attention = 0", "attention = 1001"),
    "ck_matching_round_confirmed_at_a_moment": ("confirmed_at = now()",),
    "ck_matching_round_confirmed_by_somebody": (f"confirmed_by_id = {SOMEBODY}",),
    "ck_matching_round_min_exposure_range": ("min_exposure = -1", "min_exposure = 101"),
    "ck_matching_round_most_bp_range": ("most_bp = 0", "most_bp = 10001"),
    "ck_matching_round_version_from_one": ("version = 0",),
    "ck_round_assignment_chance_range": ("chance = 0", "chance = 1.1"),
    "ck_round_assignment_ticket_krw_range": tuple(f"ticket_krw = {amount}" for amount in NEGATIVE_KRW),
    "ck_round_assignment_value_range": ("value = -0.1", "value = 1.1"),
    "ck_round_investor_attention_range": ("attention = -1", "attention = 10001"),
    "ck_round_investor_money_krw_range": tuple(f"money_krw = {amount}" for amount in NEGATIVE_KRW),
    "ck_round_project_need_krw_range": tuple(f"need_krw = {amount}" for amount in NEGATIVE_KRW),
    "ck_round_project_places_range": ("places = -1", "places = 10001"),
}


def round_rows(organisation: Organisation, person: Person, signal: DemandSignal, project: RndProject) -> list[SQLModel]:
    """Make the rows, parents before children."""
    drawn = MatchingRound(name="1차", opened_by_id=person.id)
    investor = {"organisation_id": organisation.id, "confidentiality": Confidentiality.OPEN}
    return [
        drawn,
        RoundInvestor(round_id=drawn.id, attention=5, **investor),
        RoundProject(round_id=drawn.id, project_id=project.id),
        RoundAssignment(
            round_id=drawn.id,
            project_id=project.id,
            signal_id=signal.id,
            value=0.5,
            chance=1.0,
            ticket_krw=0,
            **investor,
        ),
        RoundResult(round_id=drawn.id, inputs_digest="0" * 64, figures={}, shortages=[]),
    ]
