"""Each CHECK, key and length of the models, tried on a valid row: the database itself refuses what they say."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import SQLModel

import models
from models.money import MAX_KRW
from tests.models.answer_rows import ANSWER_BREAKS
from tests.models.commitment_rows import COMMITMENT_BREAKS
from tests.models.consultation_rows import CONSULTATION_BREAKS
from tests.models.fund_breaks import FUND_BREAKS
from tests.models.notice_rows import NOTICE_BREAKS
from tests.models.plan_progress_rows import PLAN_PROGRESS_BREAKS
from tests.models.planning_rows import PLANNING_BREAKS
from tests.models.priority_rows import PRIORITY_BREAKS
from tests.models.regional_rows import REGIONAL_BREAKS
from tests.models.release_rows import RELEASE_BREAKS
from tests.models.relevance_rows import RELEVANCE_BREAKS
from tests.models.round_rows import ROUND_BREAKS
from tests.models.theme_rows import THEME_BREAKS

assert models.__all__
TABLES = SQLModel.metadata.sorted_tables
TRL = ("0", "10", "-1")
KRW = ("0", "-1", str(MAX_KRW + 1))
NEGATIVE = ("-1",)

BREAKS: dict[str, tuple[str, ...]] = {
    "ck_contradiction_reason_not_empty": ("reason = ''",),
    "ck_contradiction_words_not_empty": ("words = ''",),
    "ck_counted_signal_repeats_add_nothing": ("repeats_id = signal_id",),
    "ck_counted_signal_stated_krw_not_negative": ("stated_krw = -1, verified_krw = -1",),
    "ck_counted_signal_verified_within_stated": ("verified_krw = 3", "verified_krw = -1"),
    "ck_counted_signal_verified_on_its_rung": ("level = 'L1'",),
    "ck_demand_signal_available_krw_range": tuple(f"available_krw = {amount}" for amount in KRW),
    "ck_demand_signal_exchange_rate_positive": ("exchange_rate = 0", "exchange_rate = -1"),
    "ck_demand_signal_horizon_months_range": ("horizon_months = 0", "horizon_months = 241"),
    "ck_demand_signal_stages_known": ("stages = '{nonsense}'", "stages = '{basic,Basic}'", "stages = '{NULL}'"),
    "ck_demand_signal_text_not_empty": ("text = ''",),
    "ck_demand_signal_ticket_in_order": ("ticket_min_krw = 2, ticket_max_krw = 1",),
    "ck_demand_signal_ticket_max_krw_range": tuple(f"ticket_max_krw = {amount}" for amount in KRW),
    "ck_demand_signal_ticket_min_krw_range": tuple(f"ticket_min_krw = {amount}" for amount in KRW),
    "ck_demand_signal_ticket_within_available": ("ticket_min_krw = 2, available_krw = 1",),
    "ck_demand_signal_trl_in_order": ("trl_min = 5, trl_max = 4",),
    "ck_demand_signal_trl_max_range": tuple(f"trl_max = {level}" for level in TRL),
    "ck_demand_signal_trl_min_range": tuple(f"trl_min = {level}" for level in TRL),
    "ck_demand_signal_version_from_one": ("version = 0",),
    "ck_demand_theme_answering_projects_not_negative": ("answering_projects = -1",),
    "ck_demand_theme_groups_before_not_negative": ("groups_before = -1",),
    "ck_demand_theme_groups_recent_not_negative": ("groups_recent = -1",),
    "ck_demand_theme_groups_within_signals": ("groups = 3", "groups = -1"),
    "ck_demand_theme_stated_krw_not_negative": ("stated_krw = -1, verified_krw = -1",),
    "ck_demand_theme_verified_within_stated": ("verified_krw = 3", "verified_krw = -1"),
    "ck_initiative_budget_krw_range": tuple(f"budget_krw = {amount}" for amount in KRW),
    "ck_market_summary_groups_within_signals": ("groups = 3", "groups = -1"),
    "ck_market_summary_signals_not_negative": ("signals = -1, groups = -1, unclassified = -1",),
    "ck_market_summary_unclassified_within_signals": ("unclassified = 3", "unclassified = -1"),
    "ck_match_part_step_range": ("step = 0", "step = 5"),
    "ck_match_rank_from_one": ("rank = 0",),
    "ck_match_run_method_known_when_done": (
        "method_digest = ''",
        "yardstick_id = NULL",
        "method_digest = '', yardstick_id = NULL, state = 'done'",
    ),
    "ck_match_run_projects_from_one": ("projects = 0",),
    "ck_match_run_signals_due_not_negative": ("signals_due = -1, signals_matched = -1",),
    "ck_match_run_signals_matched_within_due": ("signals_matched = 2", "signals_matched = -1"),
    "ck_match_score_range": ("score = 1.0001", "score = -0.0001", "score = 'NaN'", "score = 'Infinity'"),
    "ck_organisation_country_code": ("country = 'kr'", "country = 'K'", "country = '1A'", "country = ''"),
    "ck_organisation_named": ("name_ko = NULL, name_en = NULL",),
    "ck_organisation_registration_number_digits": (
        "registration_number = '123'",
        "registration_number = '123456789a'",
        "registration_number = ''",
    ),
    "ck_organisation_version_from_one": ("version = 0",),
    "ck_person_confirmed_by_another": ("issued_by_id = id, confirmed_by_id = id",),
    "ck_person_email_lower_case": ("email = 'A@example.org'", "email = 'É@example.org'"),
    "ck_person_version_from_one": ("version = 0",),
    "ck_rnd_project_budget_krw_range": tuple(f"budget_krw = {amount}" for amount in KRW),
    "ck_rnd_project_exchange_rate_positive": ("exchange_rate = 0",),
    "ck_rnd_project_need_krw_range": tuple(f"need_krw = {amount}" for amount in KRW),
    "ck_rnd_project_period_in_order": ("starts_on = '2027-01-01'",),
    "ck_rnd_project_titled": ("title_ko = NULL, title_en = NULL",),
    "ck_rnd_project_trl_now_range": ("trl_now = 0", "trl_now = -1"),
    "ck_rnd_project_trl_rises": ("trl_now = 8",),
    "ck_rnd_project_trl_target_range": ("trl_target = 10",),
    "ck_rnd_project_version_from_one": ("version = 0",),
    "ck_sign_in_throttle_failures_not_negative": ("failures = -1",),
    "ck_signal_matching_signal_version_from_one": ("signal_version = 0",),
    "ck_target_quantity_not_negative": ("quantity = -1",),
    "ck_yardstick_documents_from_one": ("documents = 0",),
    "ck_trl_level_level_range": tuple(f"level = {level}" for level in TRL),
    **FUND_BREAKS,
    **ANSWER_BREAKS,
    **ROUND_BREAKS,
    **COMMITMENT_BREAKS,
    **CONSULTATION_BREAKS,
    **NOTICE_BREAKS,
    **PLANNING_BREAKS,
    **PLAN_PROGRESS_BREAKS,
    **PRIORITY_BREAKS,
    **THEME_BREAKS,
    **RELEASE_BREAKS,
    **RELEVANCE_BREAKS,
    **REGIONAL_BREAKS,
}
"""For each CHECK, what breaks it and nothing that PostgreSQL tries before (it goes by name)."""

EARLIER = {
    # one value breaks several rules; the first by name is the one reported
    "ck_counted_signal_stated_krw_not_negative": {"ck_counted_signal_verified_within_stated"},
    "ck_demand_theme_stated_krw_not_negative": {"ck_demand_theme_verified_within_stated"},
    "ck_market_summary_signals_not_negative": {"ck_market_summary_groups_within_signals"},
    "ck_rnd_project_trl_now_range": {"ck_rnd_project_trl_rises"},
}
CHECKS = {
    str(constraint.name): table.name
    for table in TABLES
    for constraint in table.constraints
    if isinstance(constraint, sa.CheckConstraint) and "POSTCOMPILE" not in str(constraint.sqltext)
}
ENUMS = [(table.name, column.name) for table in TABLES for column in table.columns if isinstance(column.type, sa.Enum)]


def refusal(session, statement: str) -> IntegrityError | DataError:
    """Give what the database refuses a statement with, undoing what it did not refuse."""
    with pytest.raises((IntegrityError, DataError)) as caught, session.begin_nested():
        session.connection().execute(sa.text(statement))
    return caught.value


def keep_one_rule(session, table: str, name: str) -> None:
    """Drop all CHECKs and unique keys of a table but one, until the test ends, so that no other rule speaks first."""
    others = session.connection().execute(
        sa.text(
            "SELECT conname FROM pg_constraint "
            "WHERE conrelid = CAST(:table AS regclass) AND contype IN ('c', 'u') AND conname <> :name"
        ),
        {"table": f'"{table}"', "name": name},
    )
    for other in others.scalars().all():
        session.connection().execute(sa.text(f'ALTER TABLE "{table}" DROP CONSTRAINT "{other}" CASCADE'))


def test_every_table_has_a_row_and_every_check_is_tried(rows):
    assert set(rows) == {table.name for table in TABLES}
    assert set(BREAKS) == set(CHECKS)


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_a_check_refuses_what_it_says(session, rows, check):
    assert rows
    for values in BREAKS[check]:
        broken = refusal(session, f'UPDATE "{CHECKS[check]}" SET {values}')  # noqa: S608 - our own table above
        assert broken.orig.diag.constraint_name in {check, *EARLIER.get(check, ())}, values


@pytest.mark.parametrize(("table", "column"), sorted(ENUMS))
def test_an_enum_takes_its_values_and_no_other(session, rows, table, column):
    assert rows
    kind = SQLModel.metadata.tables[table].c[column].type
    keep_one_rule(session, table, f"ck_{table}_{kind.name}")
    for word in ("nonsense", "", kind.enums[0].upper() + "x", kind.enum_class(kind.enums[0]).name.title()):
        refusal(session, f"""UPDATE "{table}" SET "{column}" = '{word}'""")  # noqa: S608 - our own enums
    for word in kind.enums:
        session.connection().execute(sa.text(f"""UPDATE "{table}" SET "{column}" = '{word}'"""))  # noqa: S608 - the same
        stored = session.connection().scalar(sa.select(SQLModel.metadata.tables[table].c[column]))
        assert stored is kind.enum_class(word)


def keys() -> Iterator[tuple[str, str]]:
    for table in TABLES:
        for key in table.foreign_keys:
            yield table.name, key.parent.name


@pytest.mark.parametrize(("table", "column"), sorted(keys()))
def test_a_key_leads_to_a_record(session, rows, table, column):
    assert rows
    kind = SQLModel.metadata.tables[table].c[column].type
    nothing = "'019a0000-0000-7000-8000-00000000dead'" if isinstance(kind, sa.Uuid) else "'??'"
    keep_one_rule(session, table, "")
    broken = refusal(session, f'UPDATE "{table}" SET "{column}" = {nothing}')  # noqa: S608 - our own columns
    assert broken.orig.sqlstate == "23503"


def unique_columns() -> Iterator[tuple[str, tuple[str, ...]]]:
    for table in TABLES:
        for constraint in table.constraints:
            columns = tuple(column.name for column in constraint.columns)
            if isinstance(constraint, sa.UniqueConstraint) and "id" not in columns:  # else it is there for keys to name
                yield table.name, columns


def something(column: sa.Column, rows) -> object:
    """Give a value for a unique column that the row leaves open: the row its key leads to, or digits."""
    leads_to = [rows[key.column.table.name].id for key in column.foreign_keys]
    return leads_to[0] if leads_to else "1234567890"


def another(column: sa.Column) -> sa.ColumnElement:
    """Give a primary key that no row has yet."""
    if isinstance(column.type, sa.Uuid):
        return sa.func.gen_random_uuid()
    return sa.literal(999) if isinstance(column.type, sa.Integer) else sa.literal("another")


@pytest.mark.parametrize(("table", "columns"), sorted(unique_columns()))
def test_what_is_unique_stands_once(session, rows, table, columns):
    """Copy the row under a new primary key, with the unique columns set alike."""
    keep_one_rule(session, table, f"uq_{table}_{'_'.join(columns)}")
    row, given = rows[table], SQLModel.metadata.tables[table]
    filled = {column: getattr(row, column) or something(given.c[column], rows) for column in columns}
    this = sa.and_(*(column == getattr(row, column.name) for column in given.primary_key))
    session.connection().execute(sa.update(given).where(this).values(**filled))
    here = {**{column.name: getattr(row, column.name) for column in given.primary_key}, **filled}
    this = sa.and_(*(column == here[column.name] for column in given.primary_key))
    fresh = {column.name: another(column) for column in given.primary_key if column.name not in columns}
    named = [column.name for column in given.columns]
    copied = sa.select(*(fresh.get(name, given.c[name]) for name in named)).where(this)
    with pytest.raises(IntegrityError) as caught, session.begin_nested():
        session.connection().execute(sa.insert(given).from_select(named, copied))
    assert caught.value.orig.sqlstate == "23505"
    assert caught.value.orig.diag.constraint_name == f"uq_{table}_{'_'.join(columns)}"


def lengths() -> Iterator[tuple[str, str, int]]:
    for table in TABLES:
        for column in table.columns:
            limit = getattr(column.type, "length", None)
            if limit is not None and not isinstance(column.type, sa.Enum):
                yield table.name, column.name, limit


@pytest.mark.parametrize(("table", "column", "length"), sorted(lengths()))
def test_no_text_is_longer_than_its_limit(session, rows, table, column, length):
    assert rows
    broken = refusal(session, f"""UPDATE "{table}" SET "{column}" = repeat('1', {length + 1})""")  # noqa: S608 - our own columns
    assert broken.orig.sqlstate in {"22001", "23503"}


ROUNDS = ("round_assignment", "round_project", "planning_objection", "planning_answer")
"""What took part in a round, or was answered by one, stays on record."""
WATCHED = (
    "relevance_contribution",
    "relevance_decision",
    "relevance_proposal",
    "relevance_review",
    "relevance_figure",
)
"""What the relevance watch found of a project, and what people made of it, stays on record."""
STEPS = ("commitment_revocation", "commitment_decision", "commitment_evidence", "commitment_step")
"""What was claimed of a signal stays on record."""
CONSULTED = (
    "consultation_waiver", "consultation_hold", "consultation_content", "consultation_step", "consultation",
)  # fmt: skip
"""What an authority was asked beside a project stays on record."""

REGIONAL = ("spillover_review", "anchor_demand_evidence", "anchor_demand")
"""What was assessed of a project, and stated for one, stays on record."""


@pytest.mark.parametrize("table", ["rnd_project", "demand_signal"])
def test_what_hangs_on_a_record_goes_with_it(session, rows, table):
    for holding in (
        "release_signal",
        "counted_signal",
        "contradiction",
        "match_answer",
        "match_shown",
        *STEPS,
        *CONSULTED,
        *ROUNDS,
        *WATCHED,
        *REGIONAL,
    ):
        session.connection().execute(sa.text(f"DELETE FROM {holding}"))  # noqa: S608 - our own
    session.connection().execute(sa.text(f'DELETE FROM "{table}"'))  # noqa: S608 - one of two
    hanging = [key.parent.table for other in TABLES for key in other.foreign_keys if key.column.table.name == table]
    on_record = {
        "counted_signal",
        "deal",
        "contradiction",
        "match_answer",
        "match_shown",
        *STEPS,
        *CONSULTED,
        *ROUNDS,
        *WATCHED,
        *REGIONAL,
    }
    for dependent in {dependent.name for dependent in hanging} - on_record:
        assert session.connection().scalar(sa.text(f'SELECT count(*) FROM "{dependent}"')) == 0, dependent  # noqa: S608 - the same
