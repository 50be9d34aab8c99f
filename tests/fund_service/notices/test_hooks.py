"""New matches, what falls due, and figures of policy tell whom they concern."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from fund_service.database import transaction
from fund_service.matches.commands import match_one_signal
from fund_service.matches.corpus import Matchmaker
from fund_service.notices.due import tell_what_is_due
from fund_service.vehicles.policy import POLICIES
from fund_service.vehicles.policy_setting import propose_policy
from matching.encoding.encoder import HashingEncoder
from models.clock import business_date, utc_now
from models.commitment import CommitmentDecision, CommitmentStep, StepOutcome
from models.consultation import Consultation
from models.deal import Deal, DealStage
from models.diligence import DealTask
from models.identity import new_id
from models.instruction import CapitalCall, Tranche, TrancheState
from models.notice import Notice, NoticeKind
from models.organisation import Organisation
from models.person import Person, Role
from models.project import ProjectState, RndProject
from models.signal import CommitmentLevel
from tests.fund_service.notices.conftest import World as Told
from tests.models.fund_rows import fund_rows


def titles(client: Any) -> Counter[str]:
    return Counter(item["kind"] for item in client.get("/notices?limit=100").json()["items"])


def test_new_matches_of_a_day_are_one_notice(world: Told, store: Callable[..., None], read: Session):
    def project() -> RndProject:
        return RndProject(title_ko="배터리 수요 과제", abstract_ko="비밀 배터리 수요", state=ProjectState.RUNNING)

    matchmaker = Matchmaker(world.engine, HashingEncoder())
    store(project())
    match_one_signal(matchmaker, world.signal.id)
    match_one_signal(matchmaker, world.signal.id)
    store(project())
    match_one_signal(Matchmaker(world.engine, HashingEncoder()), world.signal.id)
    (notice,) = read.exec(select(Notice)).all()
    assert (notice.kind, notice.facts) == (NoticeKind.SIGNAL_MATCHED, {"count": 2})


def test_a_step_about_to_expire_is_told_at_thirty_days_and_at_seven_unless_renewed(
    world: Told, store: Callable[..., None], client_for: Any, people: dict[Role, Person], owner: Engine
):
    today = business_date(utc_now())

    def step(number: int, days: int) -> CommitmentStep:
        return CommitmentStep(
            signal_id=world.signal.id, level=CommitmentLevel.LETTER_OF_INTENT, number=number, amount_krw=1,
            dated_on=today, due_on=today, expires_on=today + timedelta(days=days), statement_digest="0" * 64,
            claimed_by_id=world.investor.id, document_name="d", media_type="m", size_bytes=1,
            sha256=f"{number}" * 64,
        )  # fmt: skip

    first = step(1, 20)
    verified = CommitmentDecision(
        step_id=first.id, outcome=StepOutcome.VERIFIED, decided_by_id=people[Role.FUND_MANAGER].id,
        evidence_sha256=first.sha256,
    )  # fmt: skip
    keep(owner, first, verified)
    investor = client_for(Role.INVESTOR)
    for later, told in ((0, 1), (1, 1), (15, 2), (16, 2), (21, 2)):
        world.change(lambda session, later=later: tell_what_is_due(session, today=today + timedelta(days=later)))
        assert titles(investor)["step_expiring"] == told, later
    keep(owner, step(2, 300))
    assert not titles(investor)["step_expiring"], "renewed"


def keep(owner: Engine, *rows: Any) -> None:
    with Session(owner) as session:
        session.connection().exec_driver_sql("SET LOCAL session_replication_role = replica")
        for row in rows:
            session.add(row)
            session.flush()
        session.commit()


def test_a_figure_of_policy_asks_the_other_members(
    database: Engine, people: dict[Role, Person], client_for: Any, read: Session
):
    member = people[Role.COMMITTEE_MEMBER]
    with transaction(database) as session:
        name = next(name for name in POLICIES if name.endswith("_krw"))
        propose_policy(session, name, amount=1, person_id=member.id, reason="r", at=utc_now())
    assert not read.exec(select(Notice)).all(), "there is no other member"
    assert not titles(client_for(Role.COMMITTEE_MEMBER))


def test_what_falls_due_is_told_once_to_whoever_has_to_do_it(
    database: Engine, reference_data: None, owner: Engine, people: dict[Role, Person], client_for: Any
):
    today = business_date(utc_now())
    manager, team = people[Role.FUND_MANAGER], people[Role.PROJECT_TEAM]
    rows = fund_rows(Organisation(kind="investor", name_ko="기관", ownership_group_id=new_id()), manager)
    deal, tranche, call = (next(row for row in rows if isinstance(row, kind)) for kind in (Deal, Tranche, CapitalCall))
    work = next(row for row in rows if isinstance(row, DealTask))
    deal.stage, deal.lead_id, work.owner_id, work.done_at = DealStage.DUE_DILIGENCE, manager.id, manager.id, None
    tranche.state, tranche.due_on, work.due_on = TrancheState.PLANNED, today, today + timedelta(days=3)
    call.due_on = today - timedelta(days=1)
    asked = Consultation(
        project_id=new_id(), kind="temporary_permit", authority="a", rule="r", question="q", days_allowed=30,
        opened_by_id=people[Role.PLANNER].id, state="filed", filed_on=today - timedelta(days=30), due_on=today,
    )  # fmt: skip
    keep(owner, *rows, asked)
    for _ in range(2):
        with transaction(database) as session:
            tell_what_is_due(session, today=today)
    told = titles(client_for(Role.FUND_MANAGER))
    assert told["work_due"] == told["milestone_due"] == 1, told
    assert titles(client_for(Role.PLANNER)) == {"consultation_due": 1}
    assert not titles(client_for(Role.PROJECT_TEAM)), team.id
