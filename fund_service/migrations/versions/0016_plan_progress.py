"""Progress of the plan's targets."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

import models.clock

revision: str = "0016"
down_revision: str | Sequence[str] | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
TABLES = ("plan_reading", "reported_figure", "report_decision", "report_withdrawal")
"""Parents before children; rows of all of them are added and never changed."""
MAX_KRW = 9007199254740991
MEASURES = (
    "reported", "large_share_by_count", "large_share_by_amount", "regional_share_by_count", "regional_share_by_amount",
    "leap_pilots", "leap_large_projects", "projects_begun_in_2026", "region_specific_projects", "launched",
    "projects_begun", "fund_formed", "fund_committed", "rounds_published", "spillover_assessed",
    "consultations_opened",
)  # fmt: skip
FUNCTIONS: dict[str, str] = {
    "check_reported_figure": """
        BEGIN
            IF NEW.as_of > (NEW.recorded_at AT TIME ZONE 'Asia/Seoul')::date THEN
                RAISE EXCEPTION 'a figure is not of tomorrow'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'report_of_its_day', TABLE = 'reported_figure';
            END IF;
            IF NEW.corrects_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM reported_figure WHERE id = NEW.corrects_id
                AND target_code = NEW.target_code AND unit = NEW.unit
            ) THEN
                RAISE EXCEPTION 'a figure corrects one of its own target'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'corrects_its_like', TABLE = 'reported_figure';
            END IF;
            RETURN NEW;
        END
    """,
    # Whoever reports a figure never confirms it, under whatever account, and of one day one figure stands.
    "check_report_decision": """
        DECLARE asked reported_figure; reporter uuid; second uuid;
        BEGIN
            SELECT * INTO asked FROM reported_figure WHERE id = NEW.figure_id FOR UPDATE;
            SELECT human_id INTO reporter FROM person WHERE id = asked.reported_by_id;
            SELECT human_id INTO second FROM person WHERE id = NEW.decided_by_id AND active;
            IF second IS NULL OR second = reporter THEN
                RAISE EXCEPTION 'a figure is confirmed by somebody else'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'confirmed_by_another', TABLE = 'report_decision';
            END IF;
            IF EXISTS (SELECT FROM report_withdrawal WHERE figure_id = NEW.figure_id) THEN
                RAISE EXCEPTION 'a figure that was withdrawn is not decided on'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_while_open', TABLE = 'report_decision';
            END IF;
            IF NEW.verdict = 'confirmed' THEN
                PERFORM pg_advisory_xact_lock(hashtextextended('figures of target ' || asked.target_code, 0));
                IF EXISTS (
                    SELECT FROM reported_figure AS other
                    JOIN report_decision AS said ON said.figure_id = other.id AND said.verdict = 'confirmed'
                    WHERE other.target_code = asked.target_code AND other.as_of = asked.as_of
                    AND other.id IS DISTINCT FROM asked.corrects_id
                    AND NOT EXISTS (SELECT FROM report_withdrawal AS gone WHERE gone.figure_id = other.id)
                    AND NOT EXISTS (
                        SELECT FROM reported_figure AS later
                        JOIN report_decision AS found ON found.figure_id = later.id AND found.verdict = 'confirmed'
                        WHERE later.corrects_id = other.id
                        AND NOT EXISTS (SELECT FROM report_withdrawal AS gone WHERE gone.figure_id = later.id)
                    )
                ) THEN
                    RAISE EXCEPTION 'another figure of this day stands already'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'one_figure_a_day', TABLE = 'report_decision';
                END IF;
            END IF;
            RETURN NEW;
        END
    """,
    "check_report_withdrawal": """
        BEGIN
            PERFORM FROM reported_figure WHERE id = NEW.figure_id FOR UPDATE;
            IF EXISTS (SELECT FROM report_decision WHERE figure_id = NEW.figure_id AND verdict = 'refused') THEN
                RAISE EXCEPTION 'a figure that was refused counts nowhere; there is nothing to withdraw'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'withdrawn_while_it_counts',
                    TABLE = 'report_withdrawal';
            END IF;
            RETURN NEW;
        END
    """,
}


def upgrade() -> None:
    """Add the tables."""
    make_readings()
    make_reports()
    for name, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT "
            f"AS $$ {body} $$"
        )
        table = name.removeprefix("check_")
        op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APPLICATION_ROLE}")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, target: str, to: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.{to}"], name=op.f(f"fk_{table}_{column}_{target}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, models.clock.UtcDateTime(timezone=True), nullable=False)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def make_readings() -> None:
    """What the service counted, day by day."""
    table = "plan_reading"
    op.create_table(
        table,
        _text("target_code", 64),
        sa.Column("measure", _enum("plan_measure", *MEASURES), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=True),
        sa.Column("whole", sa.BigInteger(), nullable=True),
        _moment("recorded_at"),
        _check(table, "value_range", f"value BETWEEN 0 AND {MAX_KRW}"),
        _check(table, "counted_by_the_service", "measure <> 'reported'"),
        _check(table, "part_of_a_whole", "(part IS NULL) = (whole IS NULL)"),
        _check(table, "part_within_whole", "part BETWEEN 0 AND whole AND whole >= 1"),
        _check(table, "share_of_the_whole", "value = div(CAST(part AS numeric) * 10000, CAST(whole AS numeric))"),
        _key(table, "target_code", "target", "code"),
        sa.PrimaryKeyConstraint("target_code", "measure", "as_of", name=op.f(f"pk_{table}")),
    )


def make_reports() -> None:
    """What people report, what a second person says of it, and what is taken back."""
    table = "reported_figure"
    op.create_table(
        table,
        _id("id"),
        _moment("recorded_at"),
        _text("target_code", 64),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("unit", _enum("progress_unit", "count", "share", "won"), nullable=False),
        _text("source_title", 300),
        _text("source_url", 500, nullable=True),
        _text("source_document", 200, nullable=True),
        _text("note", 2_000, nullable=True),
        _id("corrects_id", nullable=True),
        _id("reported_by_id"),
        _check(table, "value_range", f"value BETWEEN 0 AND {MAX_KRW}"),
        _check(table, "share_range", "unit <> 'share' OR value <= 10000"),
        _check(table, "source_title_not_empty", "length(source_title) >= 1"),
        _check(table, "source_can_be_found", "num_nonnulls(source_url, source_document) >= 1"),
        _check(table, "source_url_of_the_web", "source_url ~ '^https?://'"),
        _check(table, "corrects_another", "corrects_id <> id"),
        _key(table, "target_code", "target", "code"),
        _key(table, "corrects_id", "reported_figure"),
        _key(table, "reported_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f("ix_reported_figure_target_code"), table, ["target_code"])
    op.create_index(op.f("ix_reported_figure_corrects_id"), table, ["corrects_id"])
    table = "report_decision"
    op.create_table(
        table,
        _id("figure_id"),
        sa.Column("verdict", _enum("report_verdict", "confirmed", "refused"), nullable=False),
        _text("words", 2_000, nullable=True),
        _id("decided_by_id"),
        _moment("decided_at"),
        _check(table, "refused_with_words", "verdict = 'confirmed' OR words IS NOT NULL"),
        _check(table, "words_not_empty", "length(words) >= 1"),
        _key(table, "figure_id", "reported_figure"),
        _key(table, "decided_by_id", "person"),
        sa.PrimaryKeyConstraint("figure_id", name=op.f(f"pk_{table}")),
    )
    table = "report_withdrawal"
    op.create_table(
        table,
        _id("figure_id"),
        _text("reason", 2_000),
        _id("withdrawn_by_id"),
        _moment("withdrawn_at"),
        _check(table, "reason_not_empty", "length(reason) >= 1"),
        _key(table, "figure_id", "reported_figure"),
        _key(table, "withdrawn_by_id", "person"),
        sa.PrimaryKeyConstraint("figure_id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    """Remove them."""
    for table in reversed(TABLES):
        op.drop_table(table)
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}()")
