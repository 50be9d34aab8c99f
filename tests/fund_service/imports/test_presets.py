"""The known data sets are recognised and come in with the organisations they name."""

from datetime import date
from decimal import Decimal

import pytest
from sqlmodel import select

from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.project import ConsortiumMember, ConsortiumRole, ProjectState, RndProject
from models.signal import CommitmentLevel, Confidentiality, DemandSignal

AWARD = {
    "award_id": "A1",
    "title": "Avatars",
    "abstract": "Agents and avatars.",
    "agency": ["Navy", None],
    "firm": "ACME,  Inc.",
    "phase": "Phase II",
    "program": "SBIR",
    "year": 2001,
    "link": "https://example.org",
    "award_amount": 299998.6,
}
TOPIC = {
    "topic_id": "T1",
    "title": "Thermometer",
    "description": "A quantum thermometer.",
    "objective": "",
    "agency": "Department of Energy",
    "program": "SBIR",
    "release": "November 30, 2016",
    "open": "January 10, 2017",
    "close": "February 08, 2017",
    "url": "http://example.org",
}
RFP = {
    "id": "R1",
    "title": "수전해",
    "body": "목표",
    "trl_start": 3,
    "trl_end": 5,
    "window": "w",
    "announcement": "a",
    "file": "f",
}
TITLE = {"title": "농작업 협업로봇", "window": "w", "file": "공고.pdf"}
FUND = {
    "id": "a",
    "name": "Alpha",
    "firm": "Alpha",
    "stage": ["Seed", "Series A"],
    "sectors": ["Health"],
    "geography": "Israel",
    "fundSize": "$100M - $200M",
    "checkSize": "$2M-$5M",
    "thesis": "Investing in health.",
    "notablePortfolio": [],
    "lpFit": [],
    "tier": "elite",
}


def test_awards_become_running_projects_led_by_their_firms(session, import_objects):
    awards = (AWARD, AWARD | {"award_id": "A2", "firm": "acme, inc."})
    report = import_objects("projects", *awards, rates={"USD": Decimal(1380)})
    assert (report.mapping, report.added) == ("sbir-awards", 2)
    assert report.notices == ("1 organisation was recorded with them",)
    first, _ = session.exec(select(RndProject).order_by(RndProject.external_id))
    assert (first.source, first.external_id, first.title_en) == ("sbir", "A1", "Avatars")
    assert (first.abstract_en, first.starts_on, first.state) == (
        "Agents and avatars.",
        date(2001, 1, 1),
        ProjectState.RUNNING,
    )
    assert (first.budget_krw, first.amount_as_stated) == (413_998_068, "USD 299998.6")
    firm = session.exec(select(Organisation)).one()
    assert (firm.kind, firm.name_en, firm.country) == (OrganisationKind.PARTNER_FIRM, "ACME,  Inc.", "US")
    assert session.get(OwnershipGroup, firm.ownership_group_id).name_ko == "ACME,  Inc."
    members = session.exec(select(ConsortiumMember)).all()
    assert [(member.organisation_id, member.role) for member in members] == [(firm.id, ConsortiumRole.LEAD)] * 2
    assert import_objects("projects", *awards, rates={"USD": Decimal(1380)}).unchanged == 2


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"objective": "Measure heat."}, "Measure heat."),
        ({}, "A quantum thermometer."),
        ({"description": ""}, "Thermometer"),
    ],
)
def test_topics_become_open_signals_of_their_agencies(session, import_objects, given, text):
    assert import_objects("signals", TOPIC | given).mapping == "sbir-topics"
    signal = session.exec(select(DemandSignal)).one()
    assert (signal.text, signal.received_on, signal.expires_on) == (text, date(2016, 11, 30), None)
    assert (signal.source, signal.confidentiality) == ("sbir", Confidentiality.OPEN)
    agency = session.get(Organisation, signal.organisation_id)
    assert (agency.kind, agency.name_en) == (OrganisationKind.AGENCY, "Department of Energy")


def test_a_preset_may_be_chosen_by_name(import_objects):
    assert import_objects("projects", TITLE | {"more": 1}, mapping="kr-titles").added == 1


def test_calls_become_planned_projects(session, import_objects):
    assert import_objects("projects", RFP).mapping == "kr-rfp"
    project = session.exec(select(RndProject)).one()
    assert (project.source, project.title_ko, project.abstract_ko) == ("kr-rfp", "수전해", "목표")
    assert (project.trl_now, project.trl_target, project.state) == (3, 5, ProjectState.PLANNED)


def test_titles_become_planned_projects_known_by_title_and_file(session, import_objects):
    titles = (TITLE, TITLE | {"file": "다른 공고.pdf"})
    assert import_objects("projects", *titles).mapping == "kr-titles"
    assert import_objects("projects", *titles).unchanged == 2
    project = session.exec(select(RndProject)).first()
    assert (project.source, project.state, len(project.external_id)) == ("kr-titles", ProjectState.PLANNED, 64)


def test_mandates_become_investors_with_one_signal_each(session, import_objects):
    report = import_objects("signals", FUND, rates={"USD": Decimal(1380)})
    assert report.mapping == "vc-mandates"
    signal = session.exec(select(DemandSignal)).one()
    assert signal.text == "Investing in health. Sectors: Health. Stages: Seed, Series A. Geography: Israel"
    assert (signal.ticket_min_krw, signal.ticket_max_krw) == (2_760_000_000, 6_900_000_000)
    assert (signal.amount_as_stated, signal.trl_min, signal.available_krw) == ("$2M-$5M", None, None)
    assert (signal.claimed_level, signal.received_on) == (CommitmentLevel.VIEW, date(2026, 3, 2))
    investor = session.get(Organisation, signal.organisation_id)
    assert (investor.kind, investor.source, investor.country) == (OrganisationKind.INVESTOR, "vc-mandates", "IL")
    assert import_objects("organisations", FUND).unchanged == 1, "the investor is the same either way"


def test_mandates_may_come_as_organisations_alone(session, import_objects):
    assert import_objects("organisations", FUND | {"geography": "Asia"}).added == 1
    assert session.exec(select(Organisation)).one().country == "ZZ"
    assert session.exec(select(DemandSignal)).all() == []
    assert import_objects("signals", FUND | {"geography": "Asia"}).notices == (
        "1 amount in USD was kept as stated; give --rate USD=... to convert them",
    )


def test_a_mandate_without_lists_still_has_words(session, import_objects):
    import_objects("signals", FUND | {"sectors": None, "stage": "Seed", "geography": ""})
    assert session.exec(select(DemandSignal)).one().text == "Investing in health. Stages: Seed"


def test_cheque_sizes_that_cannot_be_read_are_kept_as_stated(session, import_objects):
    sizes = ["$25M - $2M", "S200K - $500K", "$10-$1M", "$1M to be agreed", "many", "few"]
    funds = [FUND | {"name": f"Fund {number}", "checkSize": size} for number, size in enumerate(sizes)]
    report = import_objects("signals", *funds, rates={"USD": Decimal(1380)})
    assert report.notices[0] == (
        "6 amounts were not understood and kept as stated: line 1 '$25M - $2M', line 2 'S200K - $500K', "
        "line 3 '$10-$1M', line 4 '$1M to be agreed', line 5 'many', ..."
    )
    signals = session.exec(select(DemandSignal).order_by(DemandSignal.external_id)).all()
    assert [(signal.ticket_min_krw, signal.amount_as_stated) for signal in signals] == [(None, size) for size in sizes]


def test_a_preset_still_refuses_what_is_no_text_or_too_long(import_objects, faults_of):
    (fault,) = faults_of(import_objects, "signals", FUND | {"checkSize": "$" + "x" * 100})
    assert "expected an amount of at most 100 characters" in fault
    (fault,) = faults_of(import_objects, "projects", AWARD | {"title": "x" * 501})
    assert "line 1, column title" in fault
    (fault,) = faults_of(import_objects, "projects", AWARD | {"award_amount": -1.5})
    assert "line 1, column award_amount: '-1.5' - expected an amount" in fault


def test_columns_that_no_preset_knows_are_read_as_the_own_format(import_objects, faults_of):
    faults = faults_of(import_objects, "projects", AWARD | {"surprise": 1})
    assert any("column surprise" in fault for fault in faults)
