import shutil
from pathlib import Path

import pytest
from sqlmodel import Session, select

from models.clock import utc_now
from models.plan import MegaRegion
from models.vehicle import LimitForce, LimitKind, LimitRule
from seeds.limits import LIMITS_FILE, seed_limits
from seeds.plan import seed_plan
from seeds.reading import SeedFileRefused
from seeds.reports import SeedReport


@pytest.fixture
def planned(session: Session) -> Session:
    seed_plan(session)
    return session


def rules(session: Session) -> dict[str | None, LimitRule]:
    return {rule.external_id: rule for rule in session.exec(select(LimitRule))}


def test_the_rules_come_once_and_again_change_nothing(planned: Session):
    assert seed_limits(planned) == SeedReport(added=16)
    planned.expire_all()
    assert seed_limits(planned) == SeedReport(unchanged=16)


def test_large_projects_reach_the_announced_share_in_2030_step_by_step(planned: Session):
    seed_limits(planned)
    path = sorted(
        (rule.year, rule.share_bp)
        for rule in rules(planned).values()
        if rule.kind is LimitKind.LARGE_PROJECT_SHARE and rule.force is LimitForce.WARNS
    )
    assert [year for year, _ in path] == [2026, 2027, 2028, 2029, 2030]
    assert [share for _, share in path] == sorted(share for _, share in path)
    assert path[-1] == (2030, 3_000)


def test_every_mega_region_and_special_province_has_a_floor_and_all_can_be_kept_at_once(planned: Session):
    seed_limits(planned)
    floors = {rule.mega_region_code: rule for rule in rules(planned).values() if rule.kind is LimitKind.REGIONAL_FLOOR}
    assert floors.keys() == set(planned.exec(select(MegaRegion.code)))
    assert {rule.force for rule in floors.values()} == {LimitForce.WARNS}
    assert sum(rule.share_bp for rule in floors.values()) <= 10_000


def test_every_rule_says_where_it_comes_from_and_what_is_ours(planned: Session):
    seed_limits(planned)
    for rule in rules(planned).values():
        announced = rule.external_id == "large-projects-2030"
        assert announced == ("기본값" not in rule.basis_ko), rule.external_id
        assert announced == ("default" not in rule.basis_en), rule.external_id


def test_what_officials_set_stays_and_what_nobody_touched_is_repaired(planned: Session):
    seed_limits(planned)
    touched, untouched = rules(planned)["main-purpose"], rules(planned)["company-concentration"]
    touched.share_bp, untouched.share_bp = 7_000, 1
    touched.mark_edited(utc_now())
    planned.flush()
    assert seed_limits(planned) == SeedReport(changed=1, unchanged=15)
    assert (touched.share_bp, untouched.share_bp) == (7_000, 2_000)


def test_a_floor_for_no_region_and_a_rule_twice_are_named(planned: Session, tmp_path: Path):
    file = Path(shutil.copy(LIMITS_FILE, tmp_path))
    with file.open("a", encoding="utf-8") as stream:
        stream.write("main-purpose,regional_floor,warns,atlantis,,1,가,a\n")
    with pytest.raises(SeedFileRefused) as refusal:
        seed_limits(planned, file=file)
    assert [fault.column for fault in refusal.value.faults] == ["external_id", "mega_region_code"]
    assert not rules(planned)
