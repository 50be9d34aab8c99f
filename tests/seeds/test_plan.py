"""The plan's reference data: every figure of the announcement, whole, and loaded any number of times."""

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from models.money import LARGE_PROJECT_KRW
from models.plan import (
    Initiative,
    MegaRegion,
    MegaRegionKind,
    Pillar,
    PlanSource,
    Region,
    Target,
    Technology,
    TechnologyField,
    TrlLevel,
)
from seeds.plan import PLAN_FILES, PLAN_FOLDER, read_plan, seed_plan
from seeds.reading import SeedFileRefused
from seeds.reports import SeedReport

ANNOUNCED_BUDGETS = {
    "regional-rnd-package": 2_000_000_000_000,
    "k-chemistry-transformation": 1_500_000_000_000,
    "k-on-device-ai-semiconductor": 700_000_000_000,
    "commercialization-fund": 1_000_000_000_000,
}
ANNOUNCED_COUNTS = {
    "ai-factories": (500, "factory", date(2030, 12, 31)),
    "leading-manufacturing-ai-models": (15, "model", date(2030, 12, 31)),
    "joint-industry-academia-labs": (30, "lab", date(2030, 12, 31)),
    "advanced-industry-graduate-programmes": (6, "programme", date(2030, 12, 31)),
    "on-site-demonstrations": (10, "demonstration", date(2026, 12, 31)),
    "priority-regulatory-tasks": (30, "task", None),
    "large-project-share": (30, "percent", date(2030, 12, 31)),
}
ANNOUNCED_STARTS = {
    "on-device-ai-semiconductor-launch": date(2026, 12, 31),
    "industrial-leap-pilots": date(2026, 12, 31),
    "industrial-leap-large-scale": date(2027, 12, 31),
}
ANNOUNCED_WITHOUT_NUMBER_OR_DATE = {
    "regional-package-rollout",
    "southern-semiconductor-belt-growth",
    "battery-triangle-belt-growth",
    "downturn-regions-expansion",
    "k-chemistry-launch",
    "regional-spillover-criterion",
    "region-specific-project-types",
    "embedded-ai-rnd",
    "industrial-humanoid-development",
    "regulation-free-rnd-introduction",
    "commercialization-fund-established",
    "market-demand-in-planning",
    "talent-pipeline",
    "engineers-day",
    "discontinuation-procedure",
    "self-settlement",
    "small-reimbursement-waiver",
}
TECHNOLOGIES_IN_EACH_FIELD = [8, 4, 3, 2, 4, 5, 3, 4, 4, 5, 5, 3]


def rows(table):
    return [line.record for line in read_plan()[table]]


def test_budgets_are_those_announced_and_no_other_initiative_has_one():
    stated = {row.code: row.budget_krw for row in rows(Initiative) if row.budget_krw is not None}
    assert stated == ANNOUNCED_BUDGETS


def test_counted_targets_are_those_announced():
    stated = {row.code: (row.quantity, row.unit, row.due_on) for row in rows(Target) if row.quantity is not None}
    assert stated == ANNOUNCED_COUNTS


def test_targets_without_a_number_are_milestones_with_the_start_that_was_announced():
    milestones = [row for row in rows(Target) if row.quantity is None]
    assert {row.unit for row in milestones} == {"milestone"}
    assert {row.code: row.due_on for row in milestones if row.due_on is not None} == ANNOUNCED_STARTS
    assert {row.code for row in milestones if row.due_on is None} == ANNOUNCED_WITHOUT_NUMBER_OR_DATE


def test_the_threshold_of_large_projects_stands_beside_its_target():
    (share,) = [row for row in rows(Target) if row.code == "large-project-share"]
    assert LARGE_PROJECT_KRW == 10_000_000_000
    assert f"{LARGE_PROJECT_KRW:,}" in share.note_ko
    assert f"{LARGE_PROJECT_KRW:,}" in share.note_en


def test_the_three_pillars_carry_the_initiatives_that_are_no_foundation():
    assert [row.code for row in sorted(rows(Pillar), key=lambda row: row.position)] == [
        "regional",
        "max",
        "competitiveness",
    ]
    foundations = {row.code for row in rows(Initiative) if row.pillar_code is None}
    assert foundations == {
        "rnd-regulatory-reform",
        "regulation-free-rnd",
        "commercialization-fund",
        "demand-driven-planning",
        "engineering-talent",
        "results-driven-rnd",
        "rnd-paperwork-reduction",
    }


def test_every_initiative_has_a_target():
    assert {row.code for row in rows(Initiative)} == {row.initiative_code for row in rows(Target)}


def test_figures_of_the_plan_come_from_the_announcement():
    announcement = next(row for row in rows(PlanSource) if row.code == "motir-2026-01-29")
    assert announcement.published_on == date(2026, 1, 29)
    assert {row.source_code for row in [*rows(Initiative), *rows(Target)]} == {"motir-2026-01-29"}


def test_seventeen_provinces_lie_in_five_mega_regions_and_three_special_provinces():
    kinds = Counter(row.kind for row in rows(MegaRegion))
    assert kinds == {MegaRegionKind.MEGA_REGION: 5, MegaRegionKind.SPECIAL_PROVINCE: 3}
    assert {row.code for row in rows(MegaRegion)} == {
        "capital", "southeast", "daegyeong", "central", "honam", "jeju", "gangwon", "jeonbuk",
    }  # fmt: skip
    members = Counter(row.mega_region_code for row in rows(Region))
    assert members == {
        "capital": 3, "southeast": 3, "daegyeong": 2, "central": 4, "honam": 2, "jeju": 1, "gangwon": 1, "jeonbuk": 1,
    }  # fmt: skip
    assert len(rows(Region)) == 17


def test_twelve_fields_hold_fifty_technologies_numbered_within_their_field():
    fields = [row.code for row in rows(TechnologyField)]
    assert fields == [f"{number:02d}" for number in range(1, 13)]
    assert [row.code for row in rows(Technology)] == [
        f"{field}{position:02d}"
        for field, count in zip(fields, TECHNOLOGIES_IN_EACH_FIELD, strict=True)
        for position in range(1, count + 1)
    ]
    assert all(row.code.startswith(row.field_code) for row in rows(Technology))
    assert len(rows(Technology)) == 50


def test_no_two_technologies_read_the_same_in_either_language():
    for column in ("name_ko", "name_en", "definition_ko", "definition_en"):
        assert len({getattr(row, column) for row in rows(Technology)}) == 50


def test_readiness_has_nine_levels():
    assert [row.level for row in rows(TrlLevel)] == list(range(1, 10))


def test_texts_of_the_plan_stand_in_both_languages():
    for _, table in PLAN_FILES:
        for row in rows(table):
            values = row.model_dump()
            for name in [name for name in values if name.endswith("_ko")]:
                assert has_hangul(values[name]) or name == "name_ko"  # a name such as 6G is the same in both
                assert values[name.removesuffix("ko") + "en"]
                assert not has_hangul(values[name.removesuffix("ko") + "en"])


def has_hangul(text: str) -> bool:
    return any("가" <= letter <= "힣" for letter in text)


def test_seeding_the_plan_again_changes_nothing_and_says_so(session: Session):
    total = sum(len(lines) for lines in read_plan().values())
    assert seed_plan(session) == SeedReport(added=total)
    session.expire_all()
    again = seed_plan(session)
    assert again == SeedReport(unchanged=total)
    assert str(again) == f"added 0, changed 0, unchanged {total}"
    assert len(session.exec(select(Technology)).all()) == 50


def test_seeding_the_plan_repairs_a_row_that_was_changed_and_leaves_others_alone(session: Session):
    seed_plan(session)
    fund = session.get_one(Initiative, "commercialization-fund")
    fund.budget_krw = 1
    session.flush()
    report = seed_plan(session)
    assert (report.added, report.changed) == (0, 1)
    session.expire_all()
    assert session.get_one(Initiative, "commercialization-fund").budget_krw == 1_000_000_000_000


def test_a_key_used_twice_and_a_reference_to_nothing_are_named(tmp_path: Path):
    folder = shutil.copytree(PLAN_FOLDER, tmp_path / "data")
    regions = folder / "regions.csv"
    with regions.open("a", encoding="utf-8") as stream:
        stream.write("11,두 번째 서울,Second Seoul,capital\n99,없는 곳,Nowhere,atlantis\n")
    with pytest.raises(SeedFileRefused) as refusal:
        read_plan(folder)
    assert [str(fault) for fault in refusal.value.faults] == [
        "regions.csv, line 22, column code: expected a value of its own, found that of line 5",
        "regions.csv, line 23, column mega_region_code: expected a mega_region of the plan, found 'atlantis'",
    ]


def test_a_refused_file_leaves_the_database_untouched(session: Session, tmp_path: Path):
    folder = shutil.copytree(PLAN_FOLDER, tmp_path / "data")
    (folder / "trl_levels.csv").write_text("level\n", encoding="utf-8")
    with pytest.raises(SeedFileRefused):
        seed_plan(session, folder=folder)
    assert session.exec(select(Pillar)).all() == []
