"""Frozen releases of market demand."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import models.clock

revision: str = "0010"
down_revision: str | Sequence[str] | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
TABLES = ("market_release", "release_cell", "release_signal", "release_pull")
STATES = ("published", "unsafe", "protecting")


def upgrade() -> None:
    """Add the tables; what is in them is added to, and never changed."""
    make_release()
    make_cell()
    make_signal()
    make_pull()
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
    """Take the tables away."""
    for table in reversed(TABLES):
        op.drop_table(table)


def make_release() -> None:
    """The releases, numbered without a gap."""
    op.create_table(
        "market_release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("summary_id", sa.Uuid(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("method", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_market_release_number_from_one")),
        sa.CheckConstraint("waiting >= 0", name=op.f("ck_market_release_waiting_not_negative")),
        sa.ForeignKeyConstraint(
            ["summary_id"], ["market_summary.id"], name=op.f("fk_market_release_summary_id_market_summary")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_market_release_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_release")),
        sa.UniqueConstraint("number", name=op.f("uq_market_release_number")),
    )
    op.create_index(op.f("ix_market_release_summary_id"), "market_release", ["summary_id"])
    op.create_index(op.f("ix_market_release_made_by_id"), "market_release", ["made_by_id"])


def make_cell() -> None:
    """What a release says of each place."""
    table = "release_cell"
    op.create_table(
        table,
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("field_code", sa.String(length=16), nullable=False),
        sa.Column("region_code", sa.String(length=16), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("label_ko", sa.String(length=200), nullable=False),
        sa.Column("label_en", sa.String(length=200), nullable=False),
        sa.Column("theme_field_code", sa.String(), nullable=True),
        sa.Column("groups", sa.String(length=8), nullable=True),
        sa.Column("stated_state", _state("stated_state"), nullable=False),
        sa.Column("stated_krw", sa.BigInteger(), nullable=True),
        sa.Column("verified_state", _state("verified_state"), nullable=False),
        sa.Column("verified_krw", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.Integer(), nullable=False),
        _check(table, "stated_krw_if_published", "(stated_state = 'published') = (stated_krw IS NOT NULL)"),
        _check(table, "verified_krw_if_published", "(verified_state = 'published') = (verified_krw IS NOT NULL)"),
        _check(table, "verified_within_stated", "verified_krw IS NULL OR verified_krw <= stated_krw"),
        _check(table, "stated_krw_rounded", "stated_krw >= 0 AND stated_krw % 1000000000 = 0"),
        _check(table, "verified_krw_rounded", "verified_krw >= 0 AND verified_krw % 1000000000 = 0"),
        _check(table, "money_of_enough_groups", "groups IS NOT NULL OR stated_krw IS NULL"),
        _check(table, "themes_stand_apart", "theme = '*' OR (field_code = '*' AND region_code = '*')"),
        _check(table, "since_from_one", "since >= 1"),
        sa.ForeignKeyConstraint(
            ["release_id"], ["market_release.id"], name=op.f("fk_release_cell_release_id_market_release")
        ),
        sa.ForeignKeyConstraint(
            ["theme_field_code"],
            ["technology_field.code"],
            name=op.f("fk_release_cell_theme_field_code_technology_field"),
        ),
        sa.PrimaryKeyConstraint("release_id", "field_code", "region_code", "theme", name=op.f("pk_release_cell")),
    )


def make_signal() -> None:
    """Which signals a release counts."""
    op.create_table(
        "release_signal",
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("summary_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["market_release.id"], name=op.f("fk_release_signal_release_id_market_release")
        ),
        sa.ForeignKeyConstraint(
            ["summary_id", "signal_id"],
            ["counted_signal.summary_id", "counted_signal.signal_id"],
            name="fk_release_signal_counted_signal",
        ),
        sa.PrimaryKeyConstraint("release_id", "signal_id", name=op.f("pk_release_signal")),
    )


def make_pull() -> None:
    """Who read which."""
    op.create_table(
        "release_pull",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("release_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("breakdown", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["market_release.id"], name=op.f("fk_release_pull_release_id_market_release")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_release_pull_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_pull")),
    )
    for column in ("release_id", "person_id"):
        op.create_index(op.f(f"ix_release_pull_{column}"), "release_pull", [column])


def _state(name: str) -> sa.Enum:
    return sa.Enum(*STATES, name=name, native_enum=False, create_constraint=True, length=32)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))
