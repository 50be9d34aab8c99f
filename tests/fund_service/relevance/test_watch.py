"""Runs of the watch: what they find, freeze and open, and that they change nothing else."""

from datetime import date, timedelta
from itertools import product
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlmodel import Session, select

from fund_service import worker
from fund_service.relevance import commands
from fund_service.relevance.commands import cause_of, is_due
from fund_service.relevance.disclosure import FEW, band, percent, quarters, ratio_band
from fund_service.relevance.hearing import Withdrawal, groups_told, withdrawals
from fund_service.relevance.months import Heard, Hearings, Running, month_of, quarter_end
from fund_service.relevance.schemas import DemandLeft
from matching.demand.relevance import DEFAULT_RELEVANCE
from models.clock import utc_now
from models.commitment import CommitmentRevocation, RevokingSide
from models.deal import DealStage
from models.identity import new_id
from models.person import Role
from models.project import ProjectState, RndProject
from models.relevance import (
    DataMissing,
    RelevanceFigure,
    RelevanceFinding,
    RelevanceReview,
    RelevanceRun,
    ReviewCause,
)
from models.signal import CommitmentLevel, Confidentiality, DemandSignal, SignalState
from tests.commitment_acts import climb, somebody
from tests.fund_service.market.conftest import MEMORY
from tests.fund_service.relevance.conftest import TODAY

OWN = {"relevance_run", "relevance_figure", "relevance_review"}


def contents(engine) -> dict[str, list[tuple[object, ...]]]:
    """Read every table but those of the watch and what only remembers texts."""
    with engine.connect() as connection:
        tables = connection.scalars(
            sa.text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
        ).all()
        return {
            table: connection.execute(sa.text(f'SELECT md5(t::text) FROM "{table}" t ORDER BY 1')).all()  # noqa: S608 - our own tables
            for table in tables
            if table not in OWN | {"embedding", "yardstick"}
        }


def test_demand_that_left_is_found_and_opens_one_review_and_nothing_else_changes(watched):
    watched.deal(stage=DealStage.DISBURSING)
    before = contents(watched.world.engine)
    run = watched.look()
    after = contents(watched.world.engine)
    assert len(after.pop("notice")) > len(before.pop("notice")), "who reviews is told"
    assert after == before, "a run stops nothing and changes nothing"
    fallen, young = watched.figure(watched.memory, run), watched.figure(watched.battery, run)
    assert (fallen.finding, fallen.base_months, len(fallen.events)) == (RelevanceFinding.COLLAPSED, 24, 37)
    assert fallen.events == [4] * 27 + [0] * 10
    assert (fallen.share_at_approval_ppm, fallen.share_now_ppm < 200_000) == (1_000_000, True)
    assert (young.finding, young.missing, young.missing_months) == (
        RelevanceFinding.NOT_ENOUGH_DATA, DataMissing.WATCHED_MONTHS, 4,
    )  # fmt: skip
    [review] = watched.reviews()
    assert (review.project_id, review.cause, run.as_of) == (watched.memory.id, ReviewCause.COLLAPSED, date(2026, 9, 30))
    with Session(watched.world.engine) as session:
        assert commands.flagged_in(session, run) == 1
        assert not is_due(session, today=TODAY)
        assert is_due(session, today=date(2027, 1, 1)), "another quarter has ended"


def test_the_same_input_is_not_looked_at_twice_and_other_input_is_another_run(watched):
    first = watched.look()
    assert watched.look().id == first.id
    said = {"organisation_id": watched.world.organisations[12].id, "received_on": date(2026, 8, 1)}
    watched.add(DemandSignal(text=f"{MEMORY} 새로 온 투자자의 말입니다.", **said))
    second = watched.look()
    assert (second.number, second.input_digest != first.input_digest) == (2, True)
    assert len(watched.reviews()) == 1, "no second review while one is open"


def test_without_running_projects_a_run_is_empty(world):
    with Session(world.engine) as session:
        session.add(RndProject(title_ko="계획", state=ProjectState.PLANNED))
        session.flush()
        assert is_due(session, today=TODAY)
        run = commands.watch(session, world.matchmaker, today=TODAY)
        assert (run.projects, run.number) == (0, 1)


@pytest.mark.parametrize(
    ("how", "confidentiality"),
    [
        ("revoked", Confidentiality.OPEN),
        ("signal withdrawn", Confidentiality.OPEN),
        ("revoked", Confidentiality.CONFIDENTIAL),
    ],
)
def test_an_open_named_commitment_that_was_withdrawn_is_a_flag_of_its_own(how, confidentiality, watched):
    engine = watched.world.engine
    with Session(engine, expire_on_commit=False) as session:
        signal = DemandSignal(
            organisation_id=watched.world.organisations[14].id, text="전혀 다른 이야기를 하는 투자자의 말입니다.",
            received_on=date(2026, 6, 1), confidentiality=confidentiality, available_krw=10**9,
        )  # fmt: skip
        session.add(signal)
        session.flush()
        steps = climb(session, signal.id, CommitmentLevel.NAMED_INTEREST, amount_krw=10**9, on=date(2026, 6, 2))
        session.commit()
    watched.deal(project_id=watched.battery.id, signal_id=signal.id)
    before = watched.look()
    assert not watched.figure(watched.battery, before).withdrawn_groups
    with Session(engine) as session:
        if how == "revoked":
            said = {"side": RevokingSide.ORGANISATION, "revoked_by_id": steps[0].claimed_by_id, "reason": "철회"}
            session.add(CommitmentRevocation(step_id=steps[0].id, **said))
        else:
            found = session.get_one(DemandSignal, signal.id)
            found.state, found.updated_at = SignalState.WITHDRAWN, utc_now()
        session.commit()
        assert is_due(session, today=TODAY) is (confidentiality is Confidentiality.OPEN)
    run = watched.look()
    told = confidentiality is Confidentiality.OPEN
    assert watched.figure(watched.battery, run).withdrawn_groups == int(told)
    opened = {review.project_id: review.cause for review in watched.reviews()}
    assert opened.get(watched.battery.id) == (ReviewCause.WITHDRAWN if told else None)
    assert watched.look().id == run.id, "one run tells of it"


def test_what_the_fund_struck_off_is_no_withdrawal(watched):
    with Session(watched.world.engine) as session:
        signal = session.exec(select(DemandSignal).limit(1)).one()
        [step] = climb(session, signal.id, CommitmentLevel.NAMED_INTEREST, amount_krw=1, on=date(2026, 6, 2))
        by = somebody(session, Role.FUND_MANAGER)
        said = {"side": RevokingSide.FUND, "revoked_by_id": by, "reason": "잘못 확인함"}
        session.add(CommitmentRevocation(step_id=step.id, **said))
        session.flush()
        assert withdrawals(session) == []


def test_confidential_withdrawals_are_told_with_those_of_enough_groups_alone():
    def gone(count, *, is_open):
        return [Withdrawal(signal=new_id(), group=new_id(), on=TODAY, open=is_open) for _ in range(count)]

    assert groups_told(gone(4, is_open=False)) == 0
    assert groups_told(gone(5, is_open=False)) == 5
    assert groups_told(gone(3, is_open=False) + gone(1, is_open=True)) == 1


def test_after_a_decision_falling_demand_leaves_a_project_alone_for_a_year(watched):
    address = watched.review()
    assert watched.propose(address).status_code == 201
    assert watched.decide(address).status_code == 201
    watched.look(today=date(2027, 1, 4))
    assert len(watched.reviews()) == 1
    watched.look(today=utc_now().date() + timedelta(days=400))
    assert [review.cause for review in watched.reviews()][1:] == [ReviewCause.COLLAPSED]


def test_what_a_run_found_is_frozen(watched, owner):
    watched.look()
    columns = {"relevance_run": "number", "relevance_figure": "withdrawn_groups", "relevance_review": "cause"}
    statements = ("UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE")
    for (table, column), statement in product(columns.items(), statements):
        for engine, refusal in ((watched.world.engine, ProgrammingError), (owner, IntegrityError)):
            with pytest.raises(refusal), engine.begin() as connection:
                connection.execute(sa.text(statement.format(table, column)))


def test_a_run_takes_no_more_figures_than_it_looked_at(watched):
    run = watched.look()
    planned = RndProject(title_ko="나중에 끼워 넣은 과제")
    watched.add(planned)
    with pytest.raises(IntegrityError, match="all its figures"):
        watched.add(
            RelevanceFigure(
                run_id=run.id, project_id=planned.id, finding=RelevanceFinding.NOT_ENOUGH_DATA,
                missing=DataMissing.APPROVAL,
            )
        )  # fmt: skip


def test_the_database_opens_no_second_review_of_a_project(watched):
    run = watched.look()
    again = RelevanceReview(run_id=run.id, project_id=watched.memory.id, cause=ReviewCause.WITHDRAWN)
    with pytest.raises(IntegrityError, match="is open"):
        watched.add(again)


PROJECT = new_id()
SIGNALS = st.lists(
    st.tuples(
        st.integers(0, 9), st.dates(date(2023, 1, 1), date(2026, 12, 31)), st.sampled_from(["", "01", "02"]),
        st.booleans(),
    ),
    max_size=60,
)  # fmt: skip
GROUPS = [new_id() for _ in range(10)]


@given(said=SIGNALS, approved=st.none() | st.dates(date(2022, 6, 1), date(2026, 12, 31)), random=st.randoms())
def test_months_count_each_group_once_whatever_the_order_and_part_never_exceeds_whole(said, approved, random):
    heard = [
        Heard(
            signal=new_id(), group=GROUPS[group], received_on=day, fields=frozenset({field} - {""}),
            answered_by=frozenset({PROJECT} if answers else ()),
        )
        for group, day, field, answers in said
    ]  # fmt: skip
    project = Running(id=PROJECT, fields=frozenset({"01"}), approved_on=approved)
    as_of = date(2026, 9, 30)
    counted = Hearings(heard, as_of=as_of).months(project)
    shuffled = [*heard, *heard]
    random.shuffle(shuffled)
    assert Hearings(shuffled, as_of=as_of).months(project) == counted, "copies and order change nothing"
    assert len(counted.events) == len(counted.field_events) == len(counted.all_events)
    assert all(part <= whole <= 10 for part, whole in zip(counted.events, counted.all_events, strict=True))
    assert all(part <= whole for part, whole in zip(counted.field_events, counted.all_events, strict=True))
    assert 0 <= counted.base_months <= 24
    missing = Hearings(heard, as_of=as_of).missing(project, counted, DEFAULT_RELEVANCE)
    if missing is None:
        assert 0 <= counted.demand(PROJECT, DEFAULT_RELEVANCE).share_now <= 1
        assert len(counted.events) - counted.base_months >= 9
    else:
        assert (missing.what is DataMissing.APPROVAL) == (approved is None)
        assert (missing.months is None) == (approved is None)


def test_another_project_is_named_from_five_groups_on():
    other = new_id()

    def heard(groups):
        both = frozenset({PROJECT, other})
        return Hearings(
            [Heard(signal=new_id(), group=GROUPS[at], received_on=TODAY, fields=frozenset(), answered_by=both)
             for at in range(groups)],
            as_of=TODAY,
        )  # fmt: skip

    assert heard(4).shared_with(PROJECT) == []
    assert heard(5).shared_with(PROJECT) == [other]


def test_quarters_end_before_today():
    assert quarter_end(date(2026, 11, 23)) == date(2026, 9, 30)
    assert quarter_end(date(2027, 1, 1)) == date(2026, 12, 31)
    assert month_of(date(2027, 1, 1)) - month_of(date(2026, 12, 31)) == 1


def test_readers_are_told_bands_and_no_share_of_fewer_than_five_groups():
    assert [band(count) for count in (0, 4, 5, 9, 10, 250)] == [FEW, FEW, "5-9", "5-9", "10-19", "100+"]
    assert (percent(123_456, 4), percent(123_456, 5)) == (None, 12.3)
    assert ratio_band(None) is None
    told = [ratio_band(ratio) for ratio in (0.1, 0.3, 0.6, 1.0, 2.0)]
    assert told == list(DemandLeft)
    figure = RelevanceFigure(
        run_id=new_id(), project_id=new_id(), finding=RelevanceFinding.NONE, base_months=4,
        events=[9, 1, 1, 1, 2, 3, 1], field_events=[9, 9, 9, 9, 9, 9, 1], all_events=[9] * 7,
    )  # fmt: skip
    bars = quarters(figure, date(2026, 9, 30))
    assert [(bar.began, bar.before_approval, bar.groups, bar.level, bar.percent_of_field) for bar in bars] == [
        (date(2026, 4, 1), True, FEW, 1, None),
        (date(2026, 7, 1), False, "5-9", 2, 31.6),
    ]
    figure.events = []
    assert quarters(figure, TODAY) == []


def test_only_what_is_flagged_asks_for_a_review():
    figure = RelevanceFigure(run_id=new_id(), project_id=new_id(), finding=RelevanceFinding.DECLINING)
    assert cause_of(figure) is ReviewCause.DECLINING
    assert cause_of(figure, left_alone=True) is None
    figure.withdrawn_groups = 1
    assert cause_of(figure, left_alone=True) is ReviewCause.WITHDRAWN
    for finding in (RelevanceFinding.NONE, RelevanceFinding.NOT_ENOUGH_DATA):
        assert cause_of(RelevanceFigure(run_id=new_id(), project_id=new_id(), finding=finding)) is None


def test_the_worker_makes_a_run_when_one_is_due_and_no_other(watched):
    context = SimpleNamespace(additional_context={"matchmaker": watched.world.matchmaker})
    for _ in range(2):
        worker.watch_running_projects.func(context)
    with Session(watched.world.engine) as session:
        assert len(session.exec(select(RelevanceRun)).all()) == 1
