"""One valid row of every table of regional R&D and Leap projects, and what breaks each of their CHECKs."""

from sqlmodel import SQLModel

from models.clock import business_date, utc_now
from models.money import MAX_KRW
from models.organisation import Organisation
from models.person import Person
from models.project import RndProject
from models.regional import MAX_STATEMENT_BYTES, AnchorDemand, AnchorDemandEvidence, SpilloverReview
from models.signal import DemandSignal

LEAP = "leap_phase = '{phase}', initiative_code = 'industrial-leap-technology', starts_on = '{starts}'"

REGIONAL_BREAKS: dict[str, tuple[str, ...]] = {
    "ck_anchor_demand_number_from_one": ("number = 0",),
    "ck_anchor_demand_size_range": ("size_bytes = 0", f"size_bytes = {MAX_STATEMENT_BYTES + 1}"),
    "ck_anchor_demand_text_not_empty": ("text = ''",),
    "ck_anchor_demand_volume_krw_range": ("volume_krw = 0", f"volume_krw = {MAX_KRW + 1}"),
    "ck_matching_round_regional_exposure_range": ("regional_exposure = -1", "regional_exposure = 101"),
    "ck_planning_candidate_region_specific_somewhere": ("project_type = 'transition', region_code = NULL",),
    "ck_rnd_project_hosts_known": (
        "project_type = 'transition', host_region_codes = '{99}'",
        "project_type = 'transition', host_region_codes = '{11,99}'",
    ),
    "ck_rnd_project_hosts_where_region_specific": (
        "project_type = 'transition'",
        "host_region_codes = '{11}'",
    ),
    "ck_rnd_project_large_from_2027": (LEAP.format(phase="large", starts="2026-12-31") + ", ends_on = '2028-01-01'",),
    "ck_rnd_project_leap_of_its_initiative": ("leap_phase = 'pilot'",),
    "ck_rnd_project_located_in_a_host": (
        "project_type = 'industry_belt', host_region_codes = '{26}', region_code = '11'",
    ),
    "ck_rnd_project_pilot_from_2026": (LEAP.format(phase="pilot", starts="2025-12-31"),),
    "ck_spillover_review_investment_range": ("investment = 0", "investment = 6"),
    "ck_spillover_review_jobs_range": ("jobs = 0", "jobs = 6"),
    "ck_spillover_review_number_from_one": ("number = 0",),
    "ck_spillover_review_production_range": ("production = 0", "production = 6"),
    "ck_spillover_review_words_not_empty": ("words = ''",),
}


def regional_rows(
    organisation: Organisation, person: Person, signal: DemandSignal, project: RndProject
) -> list[SQLModel]:
    """Make the rows, parents before children."""
    today = business_date(utc_now())
    statement = AnchorDemand(
        project_id=project.id,
        organisation_id=organisation.id,
        signal_id=signal.id,
        number=1,
        text=signal.text,
        volume_krw=1,
        stated_on=today,
        stated_by_id=person.id,
        document_name="의향서.pdf",
        media_type="application/pdf",
        size_bytes=1,
        sha256="0" * 64,
    )
    return [
        SpilloverReview(
            project_id=project.id,
            assessor_id=person.id,
            number=1,
            assessed_on=today,
            investment=3,
            jobs=4,
            production=5,
            words="근거",
        ),
        statement,
        AnchorDemandEvidence(demand_id=statement.id, content=b"x"),
    ]
