"""One valid row of every table, in a session that leaves no trace."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel

import models
from models.clock import utc_now
from models.contradiction import Contradiction, ReasonKind
from models.deal import Deal
from models.embedding import Embedding, StoredYardstick
from models.ledger import LedgerTip
from models.market import CountedSignal, DemandTheme, MarketSummary
from models.match import Match, MatchPart, MatchRun, ProjectMatching, SignalMatching
from models.organisation import Organisation, OrganisationKind, OwnershipGroup
from models.person import AccessToken, Person, PersonRole, Role, SignInSession, SignInThrottle
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
from models.planning import PlanningCandidate, PlanningRound
from models.project import ConsortiumMember, ConsortiumRole, ProjectField, RndProject
from models.release import MarketRelease
from models.signal import CommitmentLevel, DemandSignal, SignalExcludedField, SignalField, SignalRegion
from tests.models.answer_rows import answer_rows
from tests.models.commitment_rows import commitment_rows
from tests.models.consultation_rows import consultation_rows
from tests.models.fund_rows import fund_rows
from tests.models.notice_rows import notice_rows
from tests.models.plan_progress_rows import plan_progress_rows
from tests.models.planning_rows import planning_rows
from tests.models.priority_rows import priority_rows
from tests.models.regional_rows import regional_rows
from tests.models.release_rows import release_rows
from tests.models.relevance_rows import relevance_rows
from tests.models.round_rows import round_rows
from tests.models.theme_rows import theme_rows

NAMES = {"name_ko": "이름", "name_en": "name"}
SUMMARIES = {"summary_ko": "요약", "summary_en": "summary"}
DEFINITIONS = {"definition_ko": "정의", "definition_en": "definition"}


@pytest.fixture(scope="module")
def laid(owner: Engine) -> Iterator[tuple[sa.Connection, dict[str, SQLModel]]]:
    """A valid row of every table, by the table's name, without our triggers, so that each CHECK and key is met alone.

    Laid once for the tests of a module, each of which undoes what it changes; undone when the module ends.
    """
    with owner.connect() as connection:
        outer = connection.begin()
        tables = connection.scalars(
            sa.text("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1")
        )
        for table in tables.all():
            connection.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
            rows = _rows(session)
            session.commit()
        yield connection, rows
        outer.rollback()


@pytest.fixture
def session(laid: tuple[sa.Connection, dict[str, SQLModel]]) -> Iterator[Session]:
    """A session in which a row of every table is laid; every change is undone."""
    connection, _ = laid
    before = connection.begin_nested()
    with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
        yield session
    before.rollback()


@pytest.fixture
def rows(laid: tuple[sa.Connection, dict[str, SQLModel]]) -> dict[str, SQLModel]:
    """The row of every table, by the table's name, as it was laid."""
    return laid[1]


def _rows(session: Session) -> dict[str, SQLModel]:
    assert models.__all__
    made = [*_plan(), *_parties(), *_people()]
    by_table = {row.__tablename__: row for row in made}
    organisation, person = by_table["organisation"], by_table["person"]
    project = RndProject(
        title_ko="과제", trl_now=4, trl_target=7, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
    )
    signal = DemandSignal(organisation_id=organisation.id, submitted_by_id=person.id, text="수요 설명입니다")
    made += [
        project,
        ProjectField(project_id=project.id, field_code="01"),
        ConsortiumMember(project_id=project.id, organisation_id=organisation.id, role=ConsortiumRole.LEAD),
        signal,
        SignalField(signal_id=signal.id, field_code="01"),
        SignalExcludedField(signal_id=signal.id, field_code="01"),
        SignalRegion(signal_id=signal.id, region_code="11"),
        *_matches(project, signal),
        *_demand(organisation, signal),
        *fund_rows(organisation, person),
        *answer_rows(organisation, person, signal, project),
        *round_rows(organisation, person, signal, project),
        *commitment_rows(person, signal),
        *notice_rows(organisation, person),
        *plan_progress_rows(person),
        *regional_rows(organisation, person, signal, project),
        *relevance_rows(project, person),
    ]
    summary, counted, theme = (
        next(row for row in made if isinstance(row, kind)) for kind in (MarketSummary, CountedSignal, DemandTheme)
    )
    made += release_rows(summary, counted, person)
    made += consultation_rows(project, person, next(row for row in made if isinstance(row, Deal)))
    release = next(row for row in made if isinstance(row, MarketRelease))
    made += [*planning_rows(organisation, person, signal, theme, release), *theme_rows(theme, person)]
    planned, candidate = (
        next(row for row in made if isinstance(row, kind)) for kind in (PlanningRound, PlanningCandidate)
    )
    made += priority_rows(planned, candidate, theme, person)
    for row in made:
        session.add(row)
        session.flush()
    return {**{row.__tablename__: row for row in made}, "ledger_tip": session.get_one(LedgerTip, 1)}


def _plan() -> list[SQLModel]:
    return [
        PlanSource(
            code="s", title_ko="제목", title_en="t", publisher_ko="부", publisher_en="p", published_on=date(2026, 1, 1)
        ),
        Pillar(code="p", position=1, **NAMES, **SUMMARIES),
        Initiative(code="i", pillar_code="p", source_code="s", budget_krw=1, **NAMES, **SUMMARIES),
        Target(code="t", initiative_code="i", source_code="s", unit="lab", quantity=30, **NAMES),
        MegaRegion(code="m", kind=MegaRegionKind.MEGA_REGION, **NAMES),
        Region(code="11", mega_region_code="m", **NAMES),
        TechnologyField(code="01", **NAMES),
        Technology(code="0101", field_code="01", **NAMES, **DEFINITIONS),
        TrlLevel(level=1, stage_ko="단계", stage_en="stage", **DEFINITIONS),
    ]


def _parties() -> list[SQLModel]:
    group = OwnershipGroup(name_ko="그룹")
    return [group, Organisation(kind=OrganisationKind.INVESTOR, name_ko="투자사", ownership_group_id=group.id)]


def _people() -> list[SQLModel]:
    person = Person(email="a@example.org", name="a", password_hash="-")  # noqa: S106 - no secret
    later = utc_now() + timedelta(hours=1)
    return [
        person,
        PersonRole(person_id=person.id, role=Role.INVESTOR),
        SignInThrottle(email_digest="0" * 64),
        SignInSession(token_digest="0" * 64, person_id=person.id, expires_at=later),
        AccessToken(token_digest="0" * 64, person_id=person.id, label="x", expires_at=later),
    ]


def _matches(project: RndProject, signal: DemandSignal) -> list[SQLModel]:
    yardstick = StoredYardstick(digest="0" * 64, encoder="e", revision="1", documents=1, content=b"")
    run = MatchRun(
        encoder="e",
        revision="1",
        parameters={},
        method_digest="0" * 64,
        yardstick_id=yardstick.id,
        signals_due=1,
        projects=1,
    )
    digests = {"method_digest": "0" * 64}
    return [
        Embedding(encoder="e", revision="1", text_digest="0" * 64, vector=[1.0, 0.0]),
        yardstick,
        run,
        MatchPart(run_id=run.id, step=1, number=1, items=[]),
        SignalMatching(signal_id=signal.id, run_id=run.id, signal_version=1, signal_digest="0" * 64, **digests),
        ProjectMatching(project_id=project.id, project_digest="0" * 64, **digests),
        Match(
            signal_id=signal.id,
            project_id=project.id,
            run_id=run.id,
            eligible=True,
            rank=1,
            score=0.5,
            components={},
            reasons={},
        ),
        Contradiction(
            signal_id=signal.id,
            project_id=project.id,
            person_id=signal.submitted_by_id,
            kind=ReasonKind.TERM,
            reason="r",
            words="w",
            score=0.5,
            **digests,
        ),
    ]


def _demand(organisation: Organisation, signal: DemandSignal) -> list[SQLModel]:
    counts = {"signals": 2, "groups": 1}
    summary = MarketSummary(as_of=date(2026, 11, 22), input_digest="0" * 64, parameters={}, unclassified=1, **counts)
    theme = DemandTheme(
        summary_id=summary.id,
        code="01",
        field_code="01",
        label_ko="주제",
        label_en="theme",
        terms_ko=[],
        terms_en=[],
        stated_krw=2,
        verified_krw=1,
        groups_recent=1,
        groups_before=0,
        answering_projects=0,
        **counts,
    )
    counted = CountedSignal(
        summary_id=summary.id,
        signal_id=signal.id,
        theme_id=theme.id,
        ownership_group_id=organisation.ownership_group_id,
        received_on=date(2026, 11, 22),
        speaks=True,
        stated_krw=2,
        verified_krw=1,
        level=CommitmentLevel.LETTER_OF_INTENT,
        said_on=date(2026, 11, 22),
        field_codes=["01"],
        region_codes=[],
        answered_by=[],
    )
    return [summary, theme, counted]
