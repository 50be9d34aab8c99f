"""What gates and fit compare beyond the first version."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import models.clock

revision: str = "0008"
down_revision: str | Sequence[str] | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
STAGES = ("basic", "applied", "development", "demonstration", "commercialisation")


def upgrade() -> None:
    """Add the tables."""
    make_match_parts()
    make_gate_columns()
    make_contradiction()


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("contradiction")
    drop_gate_columns()
    drop_match_parts()


def make_match_parts() -> None:
    """A run is cut into parts that workers share; its method is not known until every text has its vector."""
    op.create_table(
        "match_part",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("done_at", models.clock.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("step BETWEEN 1 AND 4", name=op.f("ck_match_part_step_range")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["match_run.id"], name=op.f("fk_match_part_run_id_match_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "step", "number", name=op.f("pk_match_part")),
    )
    op.add_column("match_run", sa.Column("everything", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("match_run", "everything", server_default=None)
    op.alter_column("match_run", "yardstick_id", nullable=True)
    op.create_check_constraint(
        op.f("ck_match_run_method_known_when_done"),
        "match_run",
        "(yardstick_id IS NULL) = (method_digest = '') AND (state <> 'done' OR yardstick_id IS NOT NULL)",
    )


def drop_match_parts() -> None:
    """A run that never came to know its method made nothing that would be missed."""
    op.drop_constraint(op.f("ck_match_run_method_known_when_done"), "match_run")
    op.drop_table("match_part")
    op.execute("DELETE FROM match_run WHERE yardstick_id IS NULL")
    op.alter_column("match_run", "yardstick_id", nullable=False)
    op.drop_column("match_run", "everything")


def make_gate_columns() -> None:
    """What law and rules bind money to, and what a consortium should look like; so far nothing was bound."""
    listed = ", ".join(f"'{stage}'" for stage in STAGES)
    op.add_column(
        "rnd_project",
        sa.Column(
            "stage",
            sa.Enum(*STAGES, name="development_stage", native_enum=False, create_constraint=False, length=32),
            nullable=True,
        ),
    )
    op.create_check_constraint(op.f("ck_rnd_project_development_stage"), "rnd_project", f"stage IN ({listed})")
    for name in ("region_bound", "anchor_wanted"):
        op.add_column("demand_signal", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        op.alter_column("demand_signal", name, server_default=None)
    op.add_column(
        "demand_signal",
        sa.Column("stages", postgresql.ARRAY(sa.String(length=32)), nullable=False, server_default="{}"),
    )
    op.create_check_constraint(
        op.f("ck_demand_signal_stages_known"), "demand_signal", f"stages <@ ARRAY[{listed}]::varchar[]"
    )


def drop_gate_columns() -> None:
    """Take away what ``make_gate_columns`` made."""
    for name in ("stages", "anchor_wanted", "region_bound"):
        op.drop_column("demand_signal", name)
    op.drop_column("rnd_project", "stage")


def make_contradiction() -> None:
    """People's words against reasons of matches: added, and never changed."""
    kinds = sa.Enum(
        "term", "sentences", "component", "gate",
        name="reason_kind", native_enum=False, create_constraint=True, length=32,
    )  # fmt: skip
    op.create_table(
        "contradiction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("quoted", sa.String(length=2000), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("method_digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("length(reason) >= 1", name=op.f("ck_contradiction_reason_not_empty")),
        sa.CheckConstraint("length(words) >= 1", name=op.f("ck_contradiction_words_not_empty")),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["demand_signal.id"], name=op.f("fk_contradiction_signal_id_demand_signal")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["rnd_project.id"], name=op.f("fk_contradiction_project_id_rnd_project")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contradiction_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contradiction")),
        sa.UniqueConstraint(
            "signal_id", "project_id", "person_id", "kind", "reason",
            name=op.f("uq_contradiction_signal_id_project_id_person_id_kind_reason"),
        ),
    )  # fmt: skip
    for column in ("signal_id", "project_id", "person_id"):
        op.create_index(op.f(f"ix_contradiction_{column}"), "contradiction", [column], unique=False)
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON contradiction "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON contradiction "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(f"REVOKE UPDATE, DELETE ON contradiction FROM {APPLICATION_ROLE}")
