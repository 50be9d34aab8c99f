"""Priority rankings of planning rounds, pairwise comparisons, and the technology fields that initiatives name."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

import models.clock

revision: str = "0014"
down_revision: str | Sequence[str] | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
CRITERIA = ("breadth", "demand", "gap", "growth", "policy")
RANGE = " AND ".join(f"{criterion} BETWEEN 0 AND 100" for criterion in CRITERIA)
SUM = f"{' + '.join(CRITERIA)} = 100"
TABLES = (
    "initiative_field",
    "criteria_weights",
    "criteria_comparison",
    "priority_ranking",
    "theme_priority",
    "candidate_standing",
)
"""Parents before children."""
WRITTEN_WHILE_PROPOSING = TABLES[1:]
WRITTEN_ONCE = ("criteria_weights", "priority_ranking", "theme_priority", "candidate_standing")
FUNCTIONS: dict[str, str] = {
    # The order is frozen with the list of candidates: nothing is deliberated on that was not ranked before.
    "keep_planning_ranked": """
        BEGIN
            IF NOT EXISTS (SELECT FROM priority_ranking WHERE round_id = NEW.id) THEN
                RAISE EXCEPTION 'themes are ranked before their candidates are deliberated on'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'planning_ranked', TABLE = 'planning_round';
            END IF;
            RETURN NEW;
        END
    """,
    # Demand alone gives no better place than the bounded order does; review and policy have grounds of their own.
    "keep_demand_place": """
        BEGIN
            IF NEW.reason = 'demand' AND NOT EXISTS (
                SELECT FROM candidate_standing WHERE candidate_id = NEW.candidate_id AND place <= NEW.place
            ) THEN
                RAISE EXCEPTION 'demand alone does not justify this place'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'demand_within_bound', TABLE = 'candidate_decision';
            END IF;
            RETURN NEW;
        END
    """,
}


def upgrade() -> None:
    """Add the tables and what they keep."""
    make_initiative_fields()
    make_weights()
    make_ranking()
    make_places()
    for name, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT "
            f"AS $$ {body} $$"
        )
    op.execute(
        "CREATE TRIGGER keep_planning_ranked BEFORE UPDATE ON planning_round FOR EACH ROW "
        "WHEN (OLD.stage <> NEW.stage AND NEW.stage = 'deliberating') EXECUTE FUNCTION keep_planning_ranked()"
    )
    op.execute(
        "CREATE TRIGGER keep_demand_place BEFORE INSERT OR UPDATE ON candidate_decision "
        "FOR EACH ROW EXECUTE FUNCTION keep_demand_place()"
    )
    for table in WRITTEN_WHILE_PROPOSING:
        op.execute(
            f"CREATE TRIGGER keep_planning_part BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION keep_planning_part('proposing')"
        )
    for table in WRITTEN_ONCE:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APPLICATION_ROLE}")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, target: str, to: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.{to}"], name=op.f(f"fk_{table}_{column}_{target}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _moment() -> sa.Column[Any]:
    return sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False)


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _numbers(*names: str, nullable: bool = False) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=nullable) for name in names]


def make_initiative_fields() -> None:
    """Which technology fields the plan's initiatives name."""
    table = "initiative_field"
    op.create_table(
        table,
        _text("code", 64),
        _text("initiative_code", 64),
        _text("field_code", 2),
        _text("basis_ko"),
        _text("basis_en"),
        _text("source_code", 64),
        _key(table, "initiative_code", "initiative", "code"),
        _key(table, "field_code", "technology_field", "code"),
        _key(table, "source_code", "plan_source", "code"),
        sa.PrimaryKeyConstraint("code", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("initiative_code", "field_code", name=op.f(f"uq_{table}_initiative_code_field_code")),
    )


def make_weights() -> None:
    """Weights of a round, and the comparisons they may follow from."""
    table = "criteria_weights"
    op.create_table(
        table,
        _id("round_id"),
        *_numbers("number", *CRITERIA),
        sa.Column("origin", _enum("weights_origin", "hand", "comparisons"), nullable=False),
        _id("set_by_id"),
        _moment(),
        _check(table, "number_from_one", "number >= 1"),
        _check(table, "shares_range", RANGE),
        _check(table, "shares_sum", SUM),
        _key(table, "round_id", "planning_round"),
        _key(table, "set_by_id", "person"),
        sa.PrimaryKeyConstraint("round_id", "number", name=op.f(f"pk_{table}")),
    )
    table = "criteria_comparison"
    op.create_table(
        table,
        _id("round_id"),
        _id("reviewer_id"),
        sa.Column("first", _enum("first_criterion", *CRITERIA), nullable=False),
        sa.Column("second", _enum("second_criterion", *CRITERIA), nullable=False),
        *_numbers("intensity"),
        _moment(),
        _check(table, "in_order", "first < second"),
        _check(table, "intensity_on_scale", "intensity BETWEEN -9 AND 9 AND intensity NOT IN (-1, 0)"),
        _key(table, "round_id", "planning_round"),
        _key(table, "reviewer_id", "person"),
        sa.PrimaryKeyConstraint("round_id", "reviewer_id", "first", "second", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_reviewer_id"), table, ["reviewer_id"])


def make_ranking() -> None:
    """The ranking of a round, and its themes."""
    table = "priority_ranking"
    op.create_table(
        table,
        _id("round_id"),
        _moment(),
        _text("digest", 64),
        _id("previous_round_id", nullable=True),
        *_numbers(*CRITERIA, "surety", "most_places"),
        _check(table, "shares_range", RANGE),
        _check(table, "shares_sum", SUM),
        _check(table, "surety_range", "surety BETWEEN 1 AND 100"),
        _check(table, "most_places_from_one", "most_places >= 1"),
        _check(table, "previous_is_another", "previous_round_id <> round_id"),
        _key(table, "round_id", "planning_round"),
        _key(table, "previous_round_id", "planning_round"),
        sa.PrimaryKeyConstraint("round_id", name=op.f(f"pk_{table}")),
    )
    table = "theme_priority"
    op.create_table(
        table,
        _id("round_id"),
        _text("theme", 40),
        _id("part_id"),
        _text("field_code"),
        _text("label_ko", 200),
        _text("label_en", 200),
        *_numbers("rank", "low_rank", "high_rank", "raw_rank"),
        *_numbers("previous_rank", "improves", nullable=True),
        *_numbers(*CRITERIA, "previous_place", "by_evidence", "by_caps", "by_surety", "place"),
        _check(table, "ranks_from_one", "rank >= 1 AND raw_rank >= 1"),
        _check(table, "interval", "low_rank BETWEEN 1 AND high_rank"),
        _check(table, "previous_rank_from_one", "previous_rank >= 1"),
        _check(table, "improves_range", "improves BETWEEN 0 AND 100"),
        _check(table, "shares_range", RANGE),
        _check(
            table,
            "places_from_one",
            "previous_place >= 1 AND by_evidence >= 1 AND by_caps >= 1 AND by_surety >= 1 AND place >= 1",
        ),
        _key(table, "round_id", "priority_ranking", "round_id"),
        _key(table, "part_id", "demand_theme"),
        _key(table, "field_code", "technology_field", "code"),
        sa.PrimaryKeyConstraint("round_id", "theme", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_part_id"), table, ["part_id"])


def make_places() -> None:
    """The best place that demand gives a candidate."""
    table = "candidate_standing"
    op.create_table(
        table,
        _id("candidate_id"),
        _id("round_id"),
        _text("theme", 40),
        *_numbers("place"),
        _check(table, "place_range", "place BETWEEN 1 AND 500"),
        sa.ForeignKeyConstraint(
            ["candidate_id", "round_id"],
            ["planning_candidate.id", "planning_candidate.round_id"],
            name="fk_candidate_standing_candidate",
        ),
        sa.ForeignKeyConstraint(
            ["round_id", "theme"],
            ["theme_priority.round_id", "theme_priority.theme"],
            name="fk_candidate_standing_theme_priority",
        ),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_round_id"), table, ["round_id"])


def downgrade() -> None:
    """Take them away."""
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}() CASCADE")
    for table in reversed(TABLES):
        op.drop_table(table)
