"""The invented fund on paper: how large it is, what it covers, that nothing in it is repeated or real."""

import re
import shutil
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from models.deal import DealStage
from models.money import LARGE_PROJECT_KRW
from models.organisation import OrganisationKind
from models.person import Role
from models.plan import Initiative, Region, Technology, TechnologyField
from models.project import ProjectState
from models.signal import CommitmentLevel, SignalState
from seeds.demo_files import DEMO_FOLDER, DemoFund, PlanCodes, read_demo
from seeds.plan import read_plan
from seeds.reading import SeedFileRefused

WRITTEN_ON = date(2026, 11, 22)
"""The day the fund was written for: what was live then, and what was running."""
SUPPRESSION_GROUPS = 5
"""Ownership groups below which a theme is never shown by itself."""


@cache
def codes() -> PlanCodes:
    plan = read_plan()
    return PlanCodes(
        regions={line.record.code for line in plan[Region]},
        fields={line.record.code for line in plan[TechnologyField]},
        technologies={line.record.code for line in plan[Technology]},
        initiatives={line.record.code for line in plan[Initiative]},
    )


@cache
def fund() -> DemoFund:
    return read_demo(codes())


def projects():
    return [line.record for line in fund().projects]


def signals():
    return [line.record for line in fund().signals]


def organisations():
    return {line.record.external_id: line.record for line in fund().organisations}


def group_of(organisation: str) -> str:
    return organisations()[organisation].ownership_group


def has_hangul(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


def test_twenty_investors_belong_to_fifteen_ownership_groups():
    investors = [row for row in organisations().values() if row.kind is OrganisationKind.INVESTOR]
    assert len(investors) == 20
    assert len({row.ownership_group for row in investors} - {None}) == 15
    assert all(row.ownership_group for row in investors)


def test_every_kind_of_organisation_takes_part():
    kinds = Counter(row.kind for row in organisations().values())
    assert kinds[OrganisationKind.ANCHOR_COMPANY] >= 10
    assert kinds[OrganisationKind.PARTNER_FIRM] >= 45
    assert kinds[OrganisationKind.RESEARCH_INSTITUTE] >= 12
    assert kinds[OrganisationKind.AGENCY] >= 3


def test_registration_numbers_are_all_different_and_of_no_real_office():
    numbers = [row.registration_number for row in organisations().values()]
    assert len(set(numbers)) == len(numbers)
    assert all(number.startswith("000") for number in numbers)


def test_people_hold_every_role_as_often_as_its_work_needs():
    people = [line.record for line in fund().people]
    held = Counter(role for person in people for role in person.roles)
    assert held[Role.FUND_MANAGER] >= 3, "a maker and two checkers"
    assert held[Role.PROJECT_TEAM] >= 1
    assert held[Role.COMMITTEE_MEMBER] >= 3
    assert held[Role.PLANNER] == 2
    assert held[Role.AUDITOR] == 1
    assert held[Role.ADMINISTRATOR] == 1
    investors = [person.organisation for person in people if Role.INVESTOR in person.roles]
    assert len(set(investors)) >= 6
    assert len({group_of(organisation) for organisation in investors}) >= 5


def test_projects_cover_every_field_technology_and_province():
    assert len(projects()) >= 120
    assert {code for row in projects() for code in row.field_codes} == codes().fields
    assert {code for row in projects() for code in row.technology_codes} == codes().technologies
    assert {row.region_code for row in projects()} == codes().regions


def test_projects_stand_where_their_dates_say():
    states = Counter(row.state for row in projects())
    assert states[ProjectState.PLANNED] >= 20
    assert states[ProjectState.RUNNING] >= 60
    assert states[ProjectState.COMPLETED] >= 3
    for row in projects():
        if row.starts_on > WRITTEN_ON:
            assert row.state is ProjectState.PLANNED
        elif row.ends_on < WRITTEN_ON:
            assert row.state is ProjectState.COMPLETED
        else:
            assert row.state is ProjectState.RUNNING


def test_leap_projects_are_led_by_demand_and_start_no_earlier_than_the_pilots():
    leap = [row for row in projects() if row.initiative_code == "industrial-leap-technology"]
    assert len(leap) >= 10
    for row in leap:
        assert row.anchor is not None
        assert row.starts_on.year >= 2026


def test_anchors_are_anchor_companies_and_nobody_is_listed_twice_in_one_part():
    for row in projects():
        if row.anchor is not None:
            assert organisations()[row.anchor].kind is OrganisationKind.ANCHOR_COMPANY
        assert len(set(row.partners)) == len(row.partners)
        assert not {row.lead, row.anchor} & set(row.partners)


def test_some_projects_are_large_and_most_are_not():
    large = sum(row.budget_krw >= LARGE_PROJECT_KRW for row in projects())
    assert 0 < large < len(projects()) / 2


def sentences(text: str, *, end: str) -> list[str]:
    return [sentence.strip() for sentence in re.split(end, text) if sentence.strip()]


KOREAN_END = r"(?<=[다요])\. ?"
ENGLISH_END = r"(?<=\D)\.(?= [A-Z]|$)"


def test_no_sentence_of_a_project_is_said_twice():
    for column, end in (("abstract_ko", KOREAN_END), ("abstract_en", ENGLISH_END)):
        said = Counter(sentence for row in projects() for sentence in sentences(getattr(row, column), end=end))
        assert [sentence for sentence, times in said.items() if times > 1] == []


def test_titles_are_all_different():
    for column in ("title_ko", "title_en"):
        assert len({getattr(row, column) for row in projects()}) == len(projects())


def test_projects_say_the_same_number_of_sentences_in_both_languages():
    for row in projects():
        korean = re.findall(r"\.(?= |$)", row.abstract_ko)
        english = re.findall(r"\.(?= [A-Z]|$)", row.abstract_en)
        assert len(korean) == len(english), row.external_id
        assert 3 <= len(korean) <= 5, row.external_id
        assert has_hangul(row.title_ko)
        assert has_hangul(row.abstract_ko)
        assert not has_hangul(row.title_en + row.abstract_en)


def test_no_two_projects_are_nearly_the_same_text():
    for column in ("abstract_ko", "abstract_en"):
        words = [frozenset(getattr(row, column).split()) for row in projects()]
        for index, one in enumerate(words):
            for other in words[:index]:
                assert len(one & other) / len(one | other) < 0.35


def test_sixty_signals_come_from_every_investor_and_group():
    assert len(signals()) >= 60
    assert len({row.organisation for row in signals()}) == 20
    assert len({group_of(row.organisation) for row in signals()}) == 15
    assert len({row.text for row in signals()}) == len(signals())


def test_about_half_of_the_signals_are_korean():
    korean = sum(has_hangul(row.text) for row in signals())
    assert 0.4 <= korean / len(signals()) <= 0.6


def live_groups() -> dict[str, set[str]]:
    groups = defaultdict(set)
    for row in signals():
        if row.state is SignalState.LIVE and row.expires_on >= WRITTEN_ON:
            for code in row.field_codes:
                groups[code].add(group_of(row.organisation))
    return groups


def test_some_fields_may_be_shown_and_some_must_be_suppressed():
    sizes = {code: len(live_groups()[code]) for code in codes().fields}
    assert sum(size >= SUPPRESSION_GROUPS for size in sizes.values()) >= 4
    assert sum(0 < size < SUPPRESSION_GROUPS for size in sizes.values()) >= 3


def test_every_commitment_level_occurs_and_only_views_name_no_ticket():
    assert {row.commitment_level for row in signals()} == set(CommitmentLevel)
    for row in signals():
        without = row.ticket_min_krw is None and row.ticket_max_krw is None
        assert without == (row.commitment_level is CommitmentLevel.VIEW)


def test_signals_arrived_in_every_quarter_and_some_have_expired_or_been_withdrawn():
    quarters = {(row.received_on.year, (row.received_on.month - 1) // 3) for row in signals()}
    assert quarters == {(2025, quarter) for quarter in range(4)} | {(2026, quarter) for quarter in range(4)}
    assert min(row.received_on for row in signals()) >= date(2025, 3, 1)
    assert max(row.received_on for row in signals()) <= WRITTEN_ON
    assert 1 <= sum(row.expires_on < WRITTEN_ON for row in signals()) <= 8
    assert sum(row.state is SignalState.WITHDRAWN for row in signals()) >= 1


def test_a_signal_that_speaks_through_a_person_names_one_of_its_own():
    assert sum(row.submitted_by is not None for row in signals()) >= 30


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("organisations.jsonl", '"GRP-02"', '"GRP-99"', "line 3, column ownership_group"),
        ("organisations.jsonl", '"INV-02"', '"INV-01"', "line 2, column external_id"),
        ("people.jsonl", '"INV-01"', '"INV-99"', "line 7, column organisation"),
        ("deals.jsonl", '"BAT-04"', '"BAT-99"', "line 1, column project"),
        ("deals.jsonl", '"VEH-BATTERY"', '"VEH-NONE"', "line 1, column vehicle"),
        ("vehicles.jsonl", '"AGY-02"', '"AGY-99"', "line 1, column manager"),
        ("projects.jsonl", '"SEM-02"', '"SEM-01"', "line"),
        ("projects.jsonl", '"region_code": "41"', '"region_code": "42"', "line"),
        ("projects.jsonl", '"lead": "RES-01"', '"lead": "RES-99"', "line"),
        ("projects.jsonl", '"initiative_code": "embedded-ai"', '"initiative_code": "telepathy"', "line"),
        ("signals.jsonl", '"field_codes": ["12"]', '"field_codes": ["13"]', "line"),
        ("signals.jsonl", '"submitted_by": "bio@', '"submitted_by": "geo@', "line"),
        ("signals.jsonl", '"submitted_by": "bio@', '"submitted_by": "energy@', "line"),
    ],
)
def test_a_reference_to_nothing_or_a_repeated_key_is_named(tmp_path: Path, file: str, old: str, new: str, fault: str):
    folder = shutil.copytree(DEMO_FOLDER, tmp_path / "demo")
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SeedFileRefused) as refusal:
        read_demo(codes(), folder=folder)
    assert f"{file}, {fault}" in refusal.value.message


@pytest.mark.parametrize(
    ("file", "column", "value", "expected"),
    [
        ("projects.jsonl", "trl_now", "9", "trl_now <= trl_target"),
        ("projects.jsonl", "starts_on", '"2099-01-01"', "starts_on <= ends_on"),
        ("projects.jsonl", "need_krw", "999999999999", "need_krw <= budget_krw"),
        ("projects.jsonl", "technology_codes", '["0201"]', "fields of technology_codes"),
        ("signals.jsonl", "trl_min", "9", "trl_min <= trl_max"),
        ("signals.jsonl", "ticket_min_krw", "999999999999", "ticket_min_krw <= ticket_max_krw"),
        ("signals.jsonl", "received_on", '"2099-01-01"', "received_on <= expires_on"),
        ("signals.jsonl", "horizon_months", '"18"', "valid integer"),
        ("organisations.jsonl", "registration_number", '"1018212345"', "should match pattern"),
        ("people.jsonl", "email", '"fund.lead@example.com"', "should match pattern"),
    ],
)
def test_values_that_contradict_one_another_are_refused(
    tmp_path: Path, file: str, column: str, value: str, expected: str
):
    folder = shutil.copytree(DEMO_FOLDER, tmp_path / "demo")
    first, _, rest = (folder / file).read_text(encoding="utf-8").partition("\n")
    changed, times = re.subn(rf'"{column}": (\[[^\]]*\]|"[^"]*"|\d+)', f'"{column}": {value}', first)
    assert times == 1
    (folder / file).write_text(f"{changed}\n{rest}", encoding="utf-8")
    with pytest.raises(SeedFileRefused, match=re.escape(expected)):
        read_demo(codes(), folder=folder)


def test_deals_stand_in_every_stage_and_cost_no_more_than_their_project():
    deals = [line.record for line in fund().deals]
    budgets = {line.record.external_id: line.record.budget_krw for line in fund().projects}
    assert {deal.stage for deal in deals} == set(DealStage)
    assert all(deal.amount_krw <= budgets[deal.project] for deal in deals)
    assert len({deal.project for deal in deals}) == len(deals)


def test_the_vehicles_hang_under_one_mother_fund_of_a_trillion_won():
    vehicles = [line.record for line in fund().vehicles]
    (mother,) = (vehicle for vehicle in vehicles if vehicle.parent is None)
    assert mother.size_krw == 10**12
    assert sum(vehicle.size_krw for vehicle in vehicles if vehicle.parent) <= mother.size_krw
    assert all(vehicle.called_krw <= vehicle.size_krw for vehicle in vehicles)
