"""Assignment rounds."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

import models.clock

revision: str = "0007"
down_revision: str | Sequence[str] | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
TABLES = ("matching_round", "round_investor", "round_project", "round_assignment", "round_result")
"""Parents before children."""
APPEND_ONLY = ("round_assignment", "round_result")
"""Tables whose rows the service adds and never changes."""
MAX_KRW = 9007199254740991

FUNCTIONS: dict[str, str] = {
    "keep_round": """
        BEGIN
            IF TG_OP = 'DELETE' THEN
                RAISE EXCEPTION 'a round is called off, not deleted'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'round_kept', TABLE = 'matching_round';
            ELSIF TG_OP = 'INSERT' AND NEW.state <> 'draft' THEN
                RAISE EXCEPTION 'a round begins as a draft'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'round_drafted_first', TABLE = 'matching_round';
            ELSIF TG_OP = 'UPDATE' AND OLD.state <> 'draft' THEN
                RAISE EXCEPTION 'a round that is confirmed or called off stays as it is'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'round_frozen', TABLE = 'matching_round';
            ELSIF TG_OP = 'UPDATE' AND NEW.state = 'confirmed'
                AND NOT EXISTS (SELECT FROM round_result WHERE round_id = NEW.id) THEN
                RAISE EXCEPTION 'a round is confirmed with its result'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'round_with_result', TABLE = 'matching_round';
            END IF;
            RETURN NEW;
        END
    """,
    # Quotas, assignments and results are written while their round is a draft, and never after.
    "keep_round_part": """
        DECLARE part record; found text;
        BEGIN
            part := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
            SELECT state INTO found FROM matching_round WHERE id = part.round_id FOR SHARE;
            IF found <> 'draft' OR (TG_OP = 'UPDATE' AND NEW.round_id <> OLD.round_id) THEN
                RAISE EXCEPTION 'a round that is confirmed or called off stays as it is'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'round_frozen', TABLE = TG_TABLE_NAME;
            END IF;
            RETURN part;
        END
    """,
}


def upgrade() -> None:
    """Add the tables."""
    make_round()
    make_quotas()
    make_outcome()
    for name, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT "
            f"AS $$ {body} $$"
        )
    op.execute(
        "CREATE TRIGGER keep_round BEFORE INSERT OR UPDATE OR DELETE ON matching_round "
        "FOR EACH ROW EXECUTE FUNCTION keep_round()"
    )
    for table in TABLES[1:]:
        op.execute(
            f"CREATE TRIGGER keep_round_part BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION keep_round_part()"
        )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APPLICATION_ROLE}")
    op.execute(f"REVOKE DELETE ON matching_round FROM {APPLICATION_ROLE}")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def make_round() -> None:
    """The round itself."""
    table = "matching_round"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.Column("source_digest", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", _enum("round_state", "draft", "confirmed", "cancelled"), nullable=False),
        sa.Column("field_codes", ARRAY(sa.String(length=2)), server_default="{}", nullable=False),
        sa.Column("attention", sa.Integer(), nullable=False),
        sa.Column("min_exposure", sa.Integer(), nullable=False),
        sa.Column("most_bp", sa.Integer(), nullable=True),
        sa.Column("opened_by_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", models.clock.UtcDateTime(timezone=True), nullable=True),
        _check(table, "version_from_one", "version >= 1"),
        _check(table, "min_exposure_range", "min_exposure BETWEEN 0 AND 100"),
        _check(table, "attention_range", "attention BETWEEN 1 AND 1000"),
        _check(table, "most_bp_range", "most_bp BETWEEN 1 AND 10000"),
        _check(table, "confirmed_at_a_moment", "(state = 'confirmed') = (confirmed_at IS NOT NULL)"),
        _check(table, "confirmed_by_somebody", "(confirmed_at IS NULL) = (confirmed_by_id IS NULL)"),
        _key(table, "opened_by_id", "person"),
        _key(table, "confirmed_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f("ix_matching_round_state"), table, ["state"])


def make_quotas() -> None:
    """What both sides bring and take."""
    table = "round_investor"
    op.create_table(
        table,
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("confidentiality", _enum("round_investor_confidentiality", "open", "confidential"), nullable=False),
        sa.Column("attention", sa.Integer(), nullable=False),
        sa.Column("money_krw", sa.BigInteger(), nullable=True),
        _check(table, "attention_range", "attention BETWEEN 0 AND 10000"),
        _check(table, "money_krw_range", f"money_krw BETWEEN 0 AND {MAX_KRW}"),
        _key(table, "round_id", "matching_round"),
        _key(table, "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("round_id", "organisation_id", "confidentiality", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f("ix_round_investor_organisation_id"), table, ["organisation_id"])
    table = "round_project"
    op.create_table(
        table,
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("need_krw", sa.BigInteger(), nullable=True),
        _check(table, "places_range", "places BETWEEN 0 AND 10000"),
        _check(table, "need_krw_range", f"need_krw BETWEEN 0 AND {MAX_KRW}"),
        _key(table, "round_id", "matching_round"),
        _key(table, "project_id", "rnd_project"),
        sa.PrimaryKeyConstraint("round_id", "project_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f("ix_round_project_project_id"), table, ["project_id"])


def make_outcome() -> None:
    """What came of it."""
    table = "round_assignment"
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("confidentiality", _enum("round_assignment_confidentiality", "open", "confidential"), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("chance", sa.Float(), nullable=False),
        sa.Column("ticket_krw", sa.BigInteger(), nullable=False),
        _check(table, "value_range", "value BETWEEN 0 AND 1"),
        _check(table, "chance_range", "chance > 0 AND chance <= 1"),
        _check(table, "ticket_krw_range", f"ticket_krw BETWEEN 0 AND {MAX_KRW}"),
        _key(table, "round_id", "matching_round"),
        _key(table, "organisation_id", "organisation"),
        sa.ForeignKeyConstraint(
            ["round_id", "project_id"],
            ["round_project.round_id", "round_project.project_id"],
            name="fk_round_assignment_project",
        ),
        _key(table, "signal_id", "demand_signal"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(
            "round_id",
            "organisation_id",
            "project_id",
            name=op.f("uq_round_assignment_round_id_organisation_id_project_id"),
        ),
    )
    op.create_index(op.f("ix_round_assignment_organisation_id"), table, ["organisation_id"])
    op.create_index(op.f("ix_round_assignment_project_id"), table, ["project_id"])
    op.create_index(op.f("ix_round_assignment_signal_id"), table, ["signal_id"])
    op.create_table(
        "round_result",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("inputs_digest", sa.String(length=64), nullable=False),
        sa.Column("figures", JSONB(), nullable=False),
        sa.Column("shortages", JSONB(), nullable=False),
        _key("round_result", "round_id", "matching_round"),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_round_result")),
    )


def downgrade() -> None:
    """Take the tables away."""
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}() CASCADE")
    for table in reversed(TABLES):
        op.drop_table(table)
