"""Answers of both sides to matches, and the acceptance models learned from them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

import models.clock

revision: str = "0006"
down_revision: str | Sequence[str] | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
APPEND_ONLY: tuple[str, ...] = ("match_shown", "acceptance_model", "model_adoption", "match_answer")
"""New tables whose rows the service adds and never changes; parents before children."""

FUNCTIONS: dict[str, str] = {
    # Nobody answers for others, whoever writes the row; and no history skips or goes back.
    "check_answer": """
        DECLARE speaks_for uuid; held boolean; before integer;
        BEGIN
            SELECT organisation_id INTO speaks_for FROM person WHERE id = NEW.person_id;
            held := EXISTS (SELECT FROM person_role WHERE person_id = NEW.person_id
                AND role = CASE NEW.side WHEN 'investor' THEN 'investor' ELSE 'project_team' END);
            IF NOT held OR speaks_for IS DISTINCT FROM NEW.organisation_id OR NOT (CASE NEW.side
                WHEN 'investor' THEN EXISTS (
                    SELECT FROM demand_signal WHERE id = NEW.signal_id AND organisation_id = NEW.organisation_id)
                ELSE EXISTS (
                    SELECT FROM consortium_member WHERE project_id = NEW.project_id
                    AND organisation_id = NEW.organisation_id AND role = 'lead')
            END) THEN
                RAISE EXCEPTION 'a side is answered for by its own organisation'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'answered_by_its_own', TABLE = 'match_answer';
            END IF;
            SELECT coalesce(max(number), 0) INTO before FROM match_answer
                WHERE signal_id = NEW.signal_id AND project_id = NEW.project_id AND side = NEW.side;
            IF NEW.number <> before + 1 THEN
                RAISE EXCEPTION 'an answer follows the one before'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'answer_follows', TABLE = 'match_answer';
            END IF;
            IF NEW.shown_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM match_shown AS list WHERE list.id = NEW.shown_id AND list.person_id = NEW.person_id
                AND list.side = NEW.side AND list.shown[NEW.position] = CASE NEW.side
                    WHEN 'investor' THEN NEW.project_id ELSE NEW.signal_id END
                AND coalesce(list.signal_id, NEW.signal_id) = NEW.signal_id
                AND coalesce(list.project_id, NEW.project_id) = NEW.project_id
            ) THEN
                RAISE EXCEPTION 'an answer stands where its list shows it'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'answer_where_shown', TABLE = 'match_answer';
            END IF;
            RETURN NEW;
        END
    """,
    # Only what did better takes over, by itself or by hand; a roll back goes to what ranked before.
    "check_adoption": """
        DECLARE model acceptance_model; before integer;
        BEGIN
            SELECT coalesce(max(number), 0) INTO before FROM model_adoption WHERE side = NEW.side;
            IF NEW.number <> before + 1 THEN
                RAISE EXCEPTION 'an adoption follows the one before'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'adoption_follows', TABLE = 'model_adoption';
            END IF;
            SELECT * INTO model FROM acceptance_model WHERE id = NEW.model_id;
            IF NEW.model_id IS NOT NULL AND (model.side <> NEW.side OR NOT model.better) THEN
                RAISE EXCEPTION 'only a model that did better ranks its side'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'adopted_for_better', TABLE = 'model_adoption';
            END IF;
            RETURN NEW;
        END
    """,
}
"""Trigger functions by name, with their bodies."""
TRIGGERS: tuple[str, ...] = (
    "CREATE TRIGGER check_answer BEFORE INSERT ON match_answer FOR EACH ROW EXECUTE FUNCTION check_answer()",
    "CREATE TRIGGER check_adoption BEFORE INSERT ON model_adoption FOR EACH ROW EXECUTE FUNCTION check_adoption()",
)


def upgrade() -> None:
    """Add the tables."""
    make_shown()
    make_model()
    make_adoption()
    make_answer()
    for name, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT "
            f"AS $$ {body} $$"
        )
    for statement in TRIGGERS:
        op.execute(statement)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APPLICATION_ROLE}")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _row(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _side() -> sa.Column[str]:
    return sa.Column("side", _enum("answer_side", "investor", "project"), nullable=False)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def make_shown() -> None:
    """Lists as people saw them."""
    table = "match_shown"
    op.create_table(
        table,
        *_row(table),
        _side(),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=True),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("shown", ARRAY(sa.Uuid()), nullable=False),
        _check(table, "list_of_a_signal", "(side = 'investor') = (signal_id IS NOT NULL)"),
        _check(table, "list_of_a_project", "(side = 'project') = (project_id IS NOT NULL)"),
        _check(table, "something_shown", "cardinality(shown) >= 1"),
        _key(table, "person_id", "person"),
        _key(table, "signal_id", "demand_signal"),
        _key(table, "project_id", "rnd_project"),
    )
    op.create_index("ix_match_shown_reading", table, ["person_id", "signal_id", "project_id", "id"])
    op.create_index(op.f("ix_match_shown_signal_id"), table, ["signal_id"])
    op.create_index(op.f("ix_match_shown_project_id"), table, ["project_id"])


def make_model() -> None:
    """Models learned from answers."""
    table = "acceptance_model"
    op.create_table(
        table,
        *_row(table),
        _side(),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("method_digest", sa.String(length=64), nullable=True),
        sa.Column("against_id", sa.Uuid(), nullable=True),
        sa.Column("better", sa.Boolean(), nullable=False),
        sa.Column("comparison", JSONB(), nullable=False),
        _check(table, "answers_from_one", "answers >= 1"),
        _check(table, "accepted_within_answers", "accepted BETWEEN 0 AND answers"),
        _key(table, "against_id", "acceptance_model"),
        sa.UniqueConstraint("side", "digest", name=op.f("uq_acceptance_model_side_digest")),
    )


def make_adoption() -> None:
    """Which model ranks a side, and since when."""
    table = "model_adoption"
    op.create_table(
        table,
        *_row(table),
        _side(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("cause", _enum("adoption_cause", "better", "by_hand", "rolled_back"), nullable=False),
        sa.Column("adopted_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=1_000), nullable=True),
        _check(table, "number_from_one", "number >= 1"),
        _check(table, "by_somebody_or_itself", "(cause = 'better') = (adopted_by_id IS NULL)"),
        _check(table, "by_hand_with_a_reason", "(adopted_by_id IS NULL) = (reason IS NULL)"),
        _check(table, "back_to_the_prior", "model_id IS NOT NULL OR cause = 'rolled_back'"),
        _key(table, "model_id", "acceptance_model"),
        _key(table, "adopted_by_id", "person"),
        sa.UniqueConstraint("side", "number", name=op.f("uq_model_adoption_side_number")),
    )
    op.create_index(op.f("ix_model_adoption_model_id"), table, ["model_id"])


def make_answer() -> None:
    """What both sides say."""
    table = "match_answer"
    reasons = (
        "substance", "field", "stage", "ticket", "region", "consortium", "no_money_now", "timing", "served", "conflict",
        "other",
    )  # fmt: skip
    copied = ("components", "method_digest", "probability")
    op.create_table(
        table,
        *_row(table),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        _side(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            _enum("answer_kind", "interested", "meeting", "invested", "passed", "taken_back"),
            nullable=False,
        ),
        sa.Column("reason", _enum("pass_reason", *reasons), nullable=True),
        sa.Column("words", sa.String(length=1_000), nullable=True),
        sa.Column("shown_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("components", JSONB(none_as_null=True), nullable=True),
        sa.Column("method_digest", sa.String(length=64), nullable=True),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("probability", sa.Float(), nullable=True),
        _check(table, "number_from_one", "number >= 1"),
        _check(table, "passed_for_a_reason", "(kind = 'passed') = (reason IS NOT NULL)"),
        _check(table, "investors_invest", "kind <> 'invested' OR side = 'investor'"),
        _check(table, "position_from_one", "position >= 1"),
        _check(table, "position_in_a_list", "(position IS NULL) = (shown_id IS NULL)"),
        _check(table, "score_range", "score BETWEEN 0 AND 1"),
        _check(table, "probability_range", "probability > 0 AND probability < 1"),
        _check(table, "copied_whole", " AND ".join(f"(score IS NULL) = ({name} IS NULL)" for name in copied)),
        _key(table, "signal_id", "demand_signal"),
        _key(table, "project_id", "rnd_project"),
        _key(table, "person_id", "person"),
        _key(table, "organisation_id", "organisation"),
        _key(table, "shown_id", "match_shown"),
        _key(table, "model_id", "acceptance_model"),
        sa.UniqueConstraint(
            "signal_id", "project_id", "side", "number", name=op.f("uq_match_answer_signal_id_project_id_side_number")
        ),
    )
    for column in ("project_id", "person_id", "organisation_id"):
        op.create_index(op.f(f"ix_match_answer_{column}"), table, [column])


def downgrade() -> None:
    """Take the tables away."""
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}() CASCADE")
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
