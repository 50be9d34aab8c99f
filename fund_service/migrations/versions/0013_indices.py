"""Demand indices of releases, and the gap map."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | Sequence[str] | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
TABLES = ("release_index", "release_gap")
LEVELS = ("L0", "L1", "L2", "L3", "L4", "L5")
WAYS = ("up", "steady", "down", "not_enough_data")
GAPS = ("supply_short", "balanced", "demand_short", "not_enough_data")


def upgrade() -> None:
    """Let summaries remember on which rung each signal stood, and freeze indices and gaps with each release."""
    add_level()
    make_index()
    make_gap()
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


def downgrade() -> None:
    """Take it all away."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_counted_signal_verified_on_its_rung"), "counted_signal")
    op.drop_constraint(op.f("ck_counted_signal_commitment_level"), "counted_signal")
    op.drop_column("counted_signal", "said_on")
    op.drop_column("counted_signal", "level")


def add_level() -> None:
    """The rung and the day; of what was counted before, what its verified money tells, and the day of its words."""
    table = "counted_signal"
    level = sa.Enum(*LEVELS, name="commitment_level", native_enum=False, create_constraint=False, length=32)
    op.add_column(table, sa.Column("level", level, nullable=True))
    op.add_column(table, sa.Column("said_on", sa.Date(), nullable=True))
    op.execute(
        "UPDATE counted_signal SET level = CASE WHEN verified_krw > 0 THEN 'L2' ELSE 'L0' END, said_on = received_on"
    )
    op.alter_column(table, "level", nullable=False)
    op.alter_column(table, "said_on", nullable=False)
    named = ", ".join(f"'{rung}'" for rung in LEVELS)
    op.create_check_constraint(op.f("ck_counted_signal_commitment_level"), table, f"level IN ({named})")
    op.create_check_constraint(
        op.f("ck_counted_signal_verified_on_its_rung"), table, "verified_krw = 0 OR level >= 'L2'"
    )


def make_index() -> None:
    """What a release tells of the demand for each theme and field."""
    table = "release_index"
    op.create_table(
        table,
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("axis", _choice("index_axis", ("theme", "field")), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("capped_tenths", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=True)
            for name in (
                "raw_tenths",
                "effective_groups",
                "top_share_percent",
                "verified_share_percent",
                "flip_places",
            )
        ),
        sa.Column("direction", _choice("trend_way", WAYS), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=True)
            for name in ("ratio_percent", "low_percent", "high_percent", "q_percent")
        ),
        sa.Column("since", sa.Integer(), nullable=False),
        _check(table, "capped_tenths_from_zero", "capped_tenths >= 0"),
        _check(table, "raw_tenths_from_zero", "raw_tenths >= 0"),
        _check(table, "effective_groups_from_one", "effective_groups >= 1"),
        _check(table, "top_share_in_steps", "top_share_percent BETWEEN 5 AND 100 AND top_share_percent % 5 = 0"),
        _check(
            table,
            "verified_share_in_steps",
            "verified_share_percent BETWEEN 0 AND 100 AND verified_share_percent % 10 = 0",
        ),
        _check(table, "flip_places_from_zero", "flip_places >= 0"),
        _check(
            table,
            "spread_told_together",
            "num_nonnulls(effective_groups, top_share_percent, flip_places) IN (0, 3)",
        ),
        _check(table, "raw_voices_where_nobody_stands_out", "raw_tenths IS NULL OR flip_places IS NOT NULL"),
        _check(
            table,
            "trend_told_whole",
            "num_nonnulls(ratio_percent, low_percent, high_percent, q_percent) "
            "= CASE WHEN direction = 'not_enough_data' THEN 0 ELSE 4 END",
        ),
        _check(table, "ratio_in_its_interval", "low_percent <= ratio_percent AND ratio_percent <= high_percent"),
        _check(table, "q_percent_range", "q_percent BETWEEN 1 AND 100"),
        _check(table, "since_from_one", "since >= 1"),
        _of_release(table),
        sa.PrimaryKeyConstraint("release_id", "axis", "key", name=op.f(f"pk_{table}")),
    )


def make_gap() -> None:
    """What a release tells of demand and supply of each field in each region."""
    table = "release_gap"
    op.create_table(
        table,
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("field_code", sa.String(length=16), nullable=False),
        sa.Column("region_code", sa.String(length=16), nullable=False),
        sa.Column("state", _choice("gap_way", GAPS), nullable=False),
        sa.Column("verified_krw", sa.BigInteger(), nullable=False),
        sa.Column("supply_krw", sa.BigInteger(), nullable=False),
        sa.Column("ratio_percent", sa.Integer(), nullable=False),
        sa.Column("low_percent", sa.Integer(), nullable=True),
        sa.Column("high_percent", sa.Integer(), nullable=True),
        sa.Column("since", sa.Integer(), nullable=False),
        _check(table, "verified_krw_rounded", "verified_krw >= 0 AND verified_krw % 1000000000 = 0"),
        _check(table, "supply_krw_rounded", "supply_krw >= 0 AND supply_krw % 1000000000 = 0"),
        _check(table, "ratio_above_zero", "ratio_percent > 0"),
        _check(
            table,
            "interval_where_told",
            "num_nonnulls(low_percent, high_percent) = CASE WHEN state = 'not_enough_data' THEN 0 ELSE 2 END",
        ),
        _check(table, "interval_in_order", "low_percent <= high_percent"),
        _check(table, "since_from_one", "since >= 1"),
        _of_release(table),
        sa.PrimaryKeyConstraint("release_id", "field_code", "region_code", name=op.f(f"pk_{table}")),
    )


def _choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _of_release(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["release_id"], ["market_release.id"], name=op.f(f"fk_{table}_release_id_market_release")
    )
