"""The invented fund at work: played by the rules that hold for everybody."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, func, select

from fund_service.answers.learning import LEAST_TO_LEARN, LearningOutcome, learn
from fund_service.audit.verify import verify
from fund_service.commitments.promises import promise_records
from fund_service.commitments.reading import standings
from fund_service.demonstration.answering import ANSWERS
from fund_service.demonstration.cast import on
from fund_service.demonstration.play import in_order, play_fund
from fund_service.matches.commands import match_changes
from fund_service.matches.corpus import make_matchmaker
from fund_service.plan.register import register
from fund_service.plan.reports import read_reports
from fund_service.settings import Settings
from models.answer import MatchAnswer
from models.clock import business_date, utc_now
from models.commitment import CommitmentDecision, CommitmentEvidence, CommitmentStep, StepOutcome
from models.committee import AgendaItem, ItemState
from models.consultation import Consultation, ConsultationHold, ConsultationStanding, ConsultationState
from models.course import ProgressState
from models.deal import Deal, DealStage
from models.instruction import Instruction, InstructionCheck, InstructionState
from models.ledger import Account, AccountKind, JournalEntry, LedgerLine
from models.match import Match
from models.notice import Notice, NoticeKind
from models.plan_progress import PlanMeasure, PlanReading, ReportState
from models.settlement import ExpenseClaim
from models.signal import CommitmentLevel, DemandSignal
from seeds.demo import seed_demo
from seeds.demo_files import DEMO_FOLDER
from seeds.demo_records import DealRecord
from seeds.reading import read_json_lines


@pytest.fixture(scope="module")
def stage(
    engine: Engine, plan_rows: list[tuple[sa.Table, list[dict[str, Any]]]], empty: Callable[[], None]
) -> Iterator[Engine]:
    """The database with the fund played, once for all tests: none changes what another looks at."""
    with Session(engine) as session:
        for table, rows in plan_rows:
            session.connection().execute(sa.insert(table), rows)
        seed_demo(session, lambda _: "-")
        assert play_fund(session)
        session.commit()
    yield engine
    empty()


@pytest.fixture
def played(stage: Engine) -> Iterator[Session]:
    with Session(stage) as session:
        yield session


def test_the_fund_is_played_once_and_every_deal_stands_where_its_line_says(played: Session):
    said = [line.record for line in read_json_lines(DEMO_FOLDER / "deals.jsonl", DealRecord)]
    stages = Counter(played.exec(select(Deal.stage)).all())
    assert stages == Counter(deal.stage for deal in said)
    entries = played.exec(select(func.count()).select_from(JournalEntry)).one()
    assert not play_fund(played)
    assert played.exec(select(func.count()).select_from(JournalEntry)).one() == entries


def test_nobody_checked_what_they_made_and_everything_asked_was_posted(played: Session):
    asked = played.exec(select(Instruction)).all()
    assert {instruction.state for instruction in asked} == {InstructionState.POSTED}
    made_by = {instruction.id: instruction.made_by_id for instruction in asked}
    checks = played.exec(select(InstructionCheck)).all()
    assert all(check.person_id != made_by[check.instruction_id] for check in checks)
    given = Counter(check.instruction_id for check in checks)
    assert all(given[instruction.id] == instruction.checks_needed for instruction in asked)


def test_the_ledger_is_in_the_order_of_its_days_and_none_of_them_is_to_come(played: Session):
    entries = played.exec(select(JournalEntry).order_by(col(JournalEntry.number))).all()
    assert [entry.recorded_at for entry in entries] == sorted(entry.recorded_at for entry in entries)
    assert entries[-1].recorded_at < utc_now()
    total = played.exec(
        select(func.sum(LedgerLine.amount_krw))
        .join(Account, col(Account.id) == col(LedgerLine.account_id))
        .where(Account.kind == AccountKind.SIZE)
    ).one()
    assert total == -1_430_000_000_000, "the mother fund's trillion, and what it promised to its vehicles"


def test_the_committee_approved_what_was_committed_and_a_team_settles(played: Session):
    approved = set(played.exec(select(AgendaItem.deal_id).where(AgendaItem.state == ItemState.APPROVED)))
    committed = set(
        played.exec(select(Instruction.deal_id).where(sa.cast(Instruction.kind, sa.String) == "deal_commitment"))
    )
    assert committed <= approved
    assert played.exec(select(func.count()).select_from(ExpenseClaim)).one() == 6
    assert played.exec(select(func.count()).select_from(Deal).where(Deal.stage == DealStage.COMMITTEE)).one() == 5


def test_the_proof_finds_nothing_wrong_with_what_was_played(played: Session, stage: Engine):
    assert played.exec(select(JournalEntry)).first() is not None
    assert list(verify(stage).findings) == []


def test_plays_go_on_in_the_order_of_their_moments():
    heard = []

    def play(name: str, *days: int) -> Iterator[object]:
        for day in days:
            yield on(date(2026, 3, day))
            heard.append((day, name))

    in_order([play("a", 1, 4), play("b", 2, 3), play("c")])  # type: ignore[list-item] # moments
    assert heard == [(1, "a"), (2, "b"), (3, "b"), (4, "a")]


def test_some_deals_came_of_signals_heard_before_by_matches_that_the_matcher_makes(
    played: Session, stage: Engine, settings: Settings
):
    """The real encoder on all signals and projects: the thread leads on as soon as the worker's first run has ended."""
    linked = played.exec(
        select(Deal, DemandSignal).join(DemandSignal, col(DemandSignal.id) == col(Deal.signal_id))
    ).all()
    assert len(linked) == 7
    for deal, signal in linked:
        assert signal.received_on <= business_date(deal.recorded_at)
        assert (deal.match_id, deal.match_score) == (None, None)
    match_changes(make_matchmaker(settings, stage))
    eligible = set(played.exec(select(Match.signal_id, Match.project_id).where(Match.eligible)).all())
    assert {(deal.signal_id, deal.project_id) for deal, _ in linked} <= eligible


def test_both_sides_answer_and_too_few_to_learn_from(played: Session):
    given = played.exec(select(MatchAnswer).order_by(col(MatchAnswer.recorded_at), col(MatchAnswer.id))).all()
    assert [(answer.kind, answer.reason) for answer in given] == [(said.kind, said.reason) for said in ANSWERS]
    assert len(given) < LEAST_TO_LEARN
    assert {one.outcome for one in learn(played, at=utc_now())} == {LearningOutcome.TOO_FEW}
    played.rollback()


def test_signals_climb_on_documents_that_others_verified(played: Session):
    steps = played.exec(select(CommitmentStep)).all()
    decisions = {one.step_id: one for one in played.exec(select(CommitmentDecision))}
    assert all(decisions[step.id].decided_by_id != step.claimed_by_id for step in steps if step.id in decisions)
    assert Counter(one.outcome for one in decisions.values())[StepOutcome.REFUSED] == 1
    assert len(steps) - len(decisions) == 4, "four wait"
    assert played.exec(select(func.count()).select_from(CommitmentEvidence)).one() == len(steps)
    levels = Counter(standing.level for standing in standings(played, today=date(2026, 11, 22)).values())
    assert set(levels) == set(CommitmentLevel) - {CommitmentLevel.VIEW}
    fallen = played.exec(select(DemandSignal.id).where(DemandSignal.external_id == "SIG-041")).one()
    days = date(2026, 10, 31), date(2026, 11, 1)
    reached = [standings(played, [fallen], today=day)[fallen].level for day in days]
    assert reached == [CommitmentLevel.CONDITIONAL, CommitmentLevel.LETTER_OF_INTENT]
    records = promise_records(played, as_of=date(2026, 11, 22))
    assert sum(record.called for record in records.values()) == 1
    assert sum(record.due for record in records.values()) > sum(record.signed for record in records.values())


def test_the_register_shows_what_planners_reported_and_a_second_one_confirmed(played: Session):
    targets = {target.code: target for target in register(played, today=date(2026, 11, 22)).targets}
    factories = targets["ai-factories"]
    assert (factories.lines[0].value, factories.waiting) == (41, 1)
    states = Counter(read_reports(played).states.values())
    assert all(states[state] for state in ReportState), "each state is shown once at least"
    assert targets["industrial-leap-pilots"].state is ProgressState.REACHED
    readings = played.exec(select(PlanReading).where(PlanReading.measure == PlanMeasure.FUND_COMMITTED)).all()
    won = [reading.value for reading in sorted(readings, key=lambda reading: reading.as_of)]
    assert won == sorted(won)
    assert won[0] < won[-1]


def test_authorities_are_asked_and_deals_wait_for_what_they_answer(played: Session):
    asked = list(played.exec(select(Consultation)))
    today = date(2026, 11, 23)
    assert Counter(one.state for one in asked) == {
        ConsultationState.FILED: 5, ConsultationState.ANSWERED: 4, ConsultationState.SUPPLEMENT: 1,
        ConsultationState.DRAFT: 1,
    }  # fmt: skip
    assert sum(one.overdue_days(today) > 0 for one in asked) == 3
    holds = played.exec(select(Consultation).join(ConsultationHold)).all()
    assert Counter(one.standing_on(today) for one in holds) == {
        ConsultationStanding.AWAITED: 2, ConsultationStanding.IN_FORCE: 1,
    }  # fmt: skip


def test_whom_it_concerns_was_told_and_what_was_done_asks_nobody(played: Session):
    told = Counter(played.exec(select(Notice.kind)).all())
    assert told.keys() - {NoticeKind.SIGNAL_MATCHED} == {
        NoticeKind.CALL_ISSUED,
        NoticeKind.INSTRUCTION_TO_CHECK,
        NoticeKind.INVESTOR_ANSWERED,
        NoticeKind.STEP_DECIDED,
        NoticeKind.STEP_TO_VERIFY,
        NoticeKind.TEAM_ANSWERED,
    }
    waiting = select(Instruction.id).where(Instruction.state == InstructionState.PENDING)
    asked = select(Notice.subject_id).where(
        Notice.kind == NoticeKind.INSTRUCTION_TO_CHECK, col(Notice.dropped_at).is_(None)
    )
    assert set(played.exec(asked)) == set(played.exec(waiting))
    decided = select(CommitmentDecision.step_id)
    open_steps = select(Notice.subject_id).where(
        Notice.kind == NoticeKind.STEP_TO_VERIFY, col(Notice.dropped_at).is_(None)
    )
    assert not set(played.exec(open_steps)) & set(played.exec(decided))
