"""Loading the invented fund: whole, once, and again without a trace."""

import shutil
from pathlib import Path

import pytest
from sqlmodel import Session, col, func, select

from models.errors import StepNotAllowed
from models.organisation import Organisation, OwnershipGroup
from models.person import Person, PersonRole, Role
from models.project import ConsortiumMember, ConsortiumRole, ProjectField, RndProject
from models.signal import DemandSignal, SignalExcludedField, SignalField, SignalRegion
from seeds.demo import DEMO_PASSWORD, DemoReport, seed_demo
from seeds.demo_files import DEMO_FOLDER
from seeds.plan import seed_plan

DEMO_TABLES = (OwnershipGroup, Organisation, Person, RndProject, DemandSignal)


class CountingHash:
    """Stands for the service's password hash, and counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, password: str) -> str:
        self.calls += 1
        return f"hashed:{password}:{self.calls}"


def seed(session: Session, folder: Path = DEMO_FOLDER) -> DemoReport:
    report = seed_demo(session, CountingHash(), folder=folder)
    session.expire_all()
    return report


@pytest.fixture
def planned(session: Session) -> Session:
    seed_plan(session)
    return session


def rewritten(tmp_path: Path, file: str, old: str, new: str) -> Path:
    folder = shutil.copytree(DEMO_FOLDER, tmp_path / "demo")
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def count(session: Session, table) -> int:
    return session.exec(select(func.count()).select_from(table)).one()


def test_the_plan_comes_first(session: Session):
    with pytest.raises(StepNotAllowed, match="fund seed plan"):
        seed_demo(session, CountingHash())


def test_the_fund_arrives_whole_and_a_second_load_changes_nothing(planned: Session):
    first = seed(planned)
    assert first.counts.added == sum(count(planned, table) for table in DEMO_TABLES)
    assert (first.counts.changed, first.counts.unchanged) == (0, 0)
    links = [count(planned, table) for table in (ProjectField, ConsortiumMember, SignalField, SignalRegion, PersonRole)]
    second = seed(planned)
    assert (second.counts.added, second.counts.changed) == (0, 0)
    assert second.counts.unchanged == first.counts.added
    assert second.credentials == first.credentials
    assert [
        count(planned, table) for table in (ProjectField, ConsortiumMember, SignalField, SignalRegion, PersonRole)
    ] == links


def test_passwords_are_hashed_only_for_people_without_an_account(planned: Session):
    hash_password = CountingHash()
    seed_demo(planned, hash_password)
    assert hash_password.calls == count(planned, Person)
    hashes = {person.password_hash for person in planned.exec(select(Person))}
    assert len(hashes) == hash_password.calls
    assert all(DEMO_PASSWORD in encoded for encoded in hashes)
    seed_demo(planned, hash_password)
    assert hash_password.calls == count(planned, Person)


def test_the_report_prints_every_account_with_its_roles_and_the_password(planned: Session):
    lines = str(seed(planned)).splitlines()
    assert lines[0].startswith("added ")
    assert lines[-1] == "password of all: fund-demo-2026"
    assert len(lines) == 2 + count(planned, Person)
    assert "auditor@demo.fund.example  auditor" in lines


def test_affiliates_share_their_group_and_a_firm_alone_has_one_of_its_own(planned: Session):
    seed(planned)
    members = planned.exec(
        select(OwnershipGroup.external_id, func.count())
        .join(Organisation, col(Organisation.ownership_group_id) == OwnershipGroup.id)
        .group_by(col(OwnershipGroup.external_id))
    ).all()
    assert dict(members)["GRP-03"] == 3
    assert dict(members)["PTN-01"] == 1
    assert sum(number for _, number in members) == count(planned, Organisation)


def test_a_project_keeps_its_consortium_and_a_signal_its_limits(planned: Session):
    seed(planned)
    project = planned.exec(select(RndProject).where(RndProject.external_id == "SEM-01")).one()
    parts = planned.exec(
        select(Organisation.external_id, ConsortiumMember.role)
        .join(ConsortiumMember, col(ConsortiumMember.organisation_id) == Organisation.id)
        .where(ConsortiumMember.project_id == project.id)
    ).all()
    assert set(parts) == {
        ("ANC-01", ConsortiumRole.LEAD),
        ("ANC-01", ConsortiumRole.ANCHOR),
        ("PTN-01", ConsortiumRole.PARTNER),
        ("RES-01", ConsortiumRole.PARTNER),
    }
    signal = planned.exec(select(DemandSignal).where(DemandSignal.external_id == "SIG-071")).one()
    excluded = select(SignalExcludedField.field_code).where(SignalExcludedField.signal_id == signal.id)
    assert set(planned.exec(excluded)) == {"05", "08"}
    assert signal.excluded_terms == ["연료전지"]
    assert planned.get_one(Person, signal.submitted_by_id).email == "energy@demo.fund.example"


def test_a_changed_line_changes_its_row_its_links_and_its_version(planned: Session, tmp_path: Path):
    seed(planned)
    before = planned.exec(select(RndProject).where(RndProject.external_id == "SEM-02")).one()
    before.version, recorded_at = 7, before.recorded_at
    planned.flush()
    folder = rewritten(
        tmp_path, "projects.jsonl", '"lead": "RES-01", "anchor": null, "partners": ["PTN-03"]',
        '"lead": "RES-02", "anchor": null, "partners": ["PTN-04"]',
    )  # fmt: skip
    report = seed(planned, folder)
    assert (report.counts.added, report.counts.changed) == (0, 1)
    project = planned.exec(select(RndProject).where(RndProject.external_id == "SEM-02")).one()
    assert project.version == 8
    assert project.recorded_at == recorded_at
    assert project.updated_at > project.recorded_at
    members = select(Organisation.external_id).join(
        ConsortiumMember, col(ConsortiumMember.organisation_id) == Organisation.id
    )
    assert set(planned.exec(members.where(ConsortiumMember.project_id == project.id))) == {"RES-02", "PTN-04"}


def test_what_people_edited_since_stays(planned: Session):
    seed(planned)
    signal = planned.exec(select(DemandSignal).where(DemandSignal.external_id == "SIG-001")).one()
    signal.text = "An investor's own words"
    planned.add(SignalRegion(signal_id=signal.id, region_code="50"))
    planned.flush()
    assert seed(planned).counts.changed == 0
    assert planned.get(SignalRegion, (signal.id, "50")) is not None
    assert planned.get_one(DemandSignal, signal.id).text == "An investor's own words"


def test_a_changed_signal_gets_its_new_regions_only(planned: Session, tmp_path: Path):
    seed(planned)
    folder = rewritten(tmp_path, "signals.jsonl", '"region_codes": ["41", "43", "44"]', '"region_codes": ["50"]')
    assert seed(planned, folder).counts.changed == 1
    signal = planned.exec(select(DemandSignal).where(DemandSignal.external_id == "SIG-002")).one()
    regions = select(SignalRegion.region_code).where(SignalRegion.signal_id == signal.id)
    assert planned.exec(regions).all() == ["50"]


def test_a_renamed_group_and_organisation_are_changed(planned: Session, tmp_path: Path):
    seed(planned)
    folder = rewritten(tmp_path, "organisations.jsonl", "Gaonchan Semitech", "Gaonchan Semiconductor")
    assert seed(planned, folder).counts.changed == 2
    firm = planned.exec(select(Organisation).where(Organisation.external_id == "PTN-01")).one()
    assert firm.name_en == "Gaonchan Semiconductor"
    assert planned.get_one(OwnershipGroup, firm.ownership_group_id).name_en == "Gaonchan Semiconductor"


def test_a_person_is_renamed_and_roles_follow_the_file(planned: Session, tmp_path: Path):
    seed(planned)
    folder = rewritten(tmp_path, "people.jsonl", '"roles": ["auditor"]', '"roles": ["planner", "administrator"]')
    renamed = (folder / "people.jsonl").read_text(encoding="utf-8").replace("차민루", "차민서")
    (folder / "people.jsonl").write_text(renamed, encoding="utf-8")
    assert seed(planned, folder).counts.changed == 2
    auditor = planned.exec(select(Person).where(Person.email == "auditor@demo.fund.example")).one()
    held = select(PersonRole.role).where(PersonRole.person_id == auditor.id)
    assert set(planned.exec(held)) == {Role.PLANNER, Role.ADMINISTRATOR}
    administrator = planned.exec(select(Person).where(Person.email == "administrator@demo.fund.example")).one()
    assert administrator.name == "차민서"
    assert administrator.password_hash.startswith("hashed:")


def test_the_demo_refuses_a_database_with_real_people(planned: Session):
    planned.add(Person(email="someone@ministry.example", name="담당자", password_hash="hashed:one"))  # noqa: S106 - no secret
    planned.flush()
    with pytest.raises(StepNotAllowed, match="its password is public"):
        seed(planned)
    assert planned.exec(select(func.count()).select_from(Organisation)).one() == 0
