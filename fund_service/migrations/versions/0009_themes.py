"""Themes that keep their identity."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import models.clock

revision: str = "0009"
down_revision: str | Sequence[str] | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
APPEND_ONLY = ("theme_step", "theme_naming")


def upgrade() -> None:
    """Add the tables; steps and namings are added, and never changed."""
    make_theme()
    make_step()
    make_naming()
    link_demand_theme()
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
    op.execute(f"REVOKE DELETE ON theme FROM {APPLICATION_ROLE}")


def downgrade() -> None:
    """Take the tables away."""
    op.drop_constraint(op.f("ck_demand_theme_stability_within_all"), "demand_theme")
    for column in ("centroid", "stability_bp", "theme_id"):
        op.drop_column("demand_theme", column)
    for table in ("theme_naming", "theme_step", "theme"):
        op.drop_table(table)


def make_theme() -> None:
    """The themes as such."""
    op.create_table(
        "theme",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("field_code", sa.String(), nullable=False),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("locked_by_id", sa.Uuid(), nullable=True),
        sa.Column("locked_at", models.clock.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(locked_by_id IS NULL) = (locked_at IS NULL)", name=op.f("ck_theme_locked_by_somebody")),
        sa.CheckConstraint("length(name_ko) >= 1 AND length(name_en) >= 1", name=op.f("ck_theme_named")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_theme_version_from_one")),
        sa.ForeignKeyConstraint(
            ["field_code"], ["technology_field.code"], name=op.f("fk_theme_field_code_technology_field")
        ),
        sa.ForeignKeyConstraint(["locked_by_id"], ["person.id"], name=op.f("fk_theme_locked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
    )
    for column in ("field_code", "locked_by_id"):
        op.create_index(op.f(f"ix_theme_{column}"), "theme", [column])


def make_step() -> None:
    """How each theme came from which, summary by summary."""
    kinds = sa.Enum(
        "continues", "split", "merged", "new", "ended",
        name="theme_step_kind", native_enum=False, create_constraint=True, length=32,
    )  # fmt: skip
    op.create_table(
        "theme_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("summary_id", sa.Uuid(), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("old_theme_id", sa.Uuid(), nullable=True),
        sa.Column("new_theme_id", sa.Uuid(), nullable=True),
        sa.Column("shared_bp", sa.Integer(), nullable=False),
        sa.CheckConstraint("(kind = 'new') = (old_theme_id IS NULL)", name=op.f("ck_theme_step_new_from_none")),
        sa.CheckConstraint("(kind = 'ended') = (new_theme_id IS NULL)", name=op.f("ck_theme_step_ended_in_none")),
        sa.CheckConstraint("shared_bp BETWEEN 0 AND 10000", name=op.f("ck_theme_step_shared_within_all")),
        sa.ForeignKeyConstraint(
            ["summary_id"], ["market_summary.id"], name=op.f("fk_theme_step_summary_id_market_summary"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["old_theme_id"], ["theme.id"], name=op.f("fk_theme_step_old_theme_id_theme")),
        sa.ForeignKeyConstraint(["new_theme_id"], ["theme.id"], name=op.f("fk_theme_step_new_theme_id_theme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_step")),
        sa.UniqueConstraint(
            "summary_id", "old_theme_id", "new_theme_id",
            name=op.f("uq_theme_step_summary_id_old_theme_id_new_theme_id"), postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip
    for column in ("summary_id", "old_theme_id", "new_theme_id"):
        op.create_index(op.f(f"ix_theme_step_{column}"), "theme_step", [column])


def make_naming() -> None:
    """What people called themes, and why."""
    kinds = sa.Enum("locked", "unlocked", name="naming_kind", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "theme_naming",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("theme_id", sa.Uuid(), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.CheckConstraint("length(reason) >= 1", name=op.f("ck_theme_naming_reason_not_empty")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_theme_naming_theme_id_theme")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_theme_naming_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme_naming")),
    )
    for column in ("theme_id", "person_id"):
        op.create_index(op.f(f"ix_theme_naming_{column}"), "theme_naming", [column])


def link_demand_theme() -> None:
    """What a summary says of a theme names the theme it is; what was said before names none."""
    op.add_column("demand_theme", sa.Column("theme_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_demand_theme_theme_id_theme"), "demand_theme", "theme", ["theme_id"], ["id"])
    op.create_index(op.f("ix_demand_theme_theme_id"), "demand_theme", ["theme_id"])
    op.add_column("demand_theme", sa.Column("stability_bp", sa.Integer(), nullable=True))
    op.add_column(
        "demand_theme", sa.Column("centroid", postgresql.ARRAY(sa.REAL()), nullable=False, server_default="{}")
    )
    op.alter_column("demand_theme", "centroid", server_default=None)
    op.create_check_constraint(
        op.f("ck_demand_theme_stability_within_all"), "demand_theme", "stability_bp BETWEEN 0 AND 10000"
    )
