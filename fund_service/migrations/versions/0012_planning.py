"""Planning rounds."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

import models.clock

revision: str = "0012"
down_revision: str | Sequence[str] | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
TABLES = (
    "planning_round",
    "planning_candidate",
    "candidate_theme",
    "candidate_review",
    "candidate_decision",
    "planning_answer",
    "planning_objection",
)
"""Parents before children."""
WRITTEN_AT = {
    "planning_candidate": "proposing",
    "candidate_theme": "proposing",
    "candidate_review": "deliberating",
    "candidate_decision": "deciding",
    "planning_answer": "deciding",
    "planning_objection": "published",
}
"""The one stage of its round in which a row of a table is written, changed or taken away."""
MAX_KRW = 9007199254740991
OUTCOMES = ("adopted", "merged", "deferred", "declined")
FUNCTIONS: dict[str, str] = {
    "keep_planning_round": """
        BEGIN
            IF TG_OP = 'DELETE' THEN
                RAISE EXCEPTION 'a planning round is called off, not deleted'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'planning_kept', TABLE = 'planning_round';
            ELSIF TG_OP = 'INSERT' THEN
                IF NEW.stage <> 'collecting' THEN
                    RAISE EXCEPTION 'a planning round begins with collecting'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'planning_begins', TABLE = 'planning_round';
                END IF;
                RETURN NEW;
            END IF;
            IF OLD.stage <> NEW.stage AND NOT (
                (OLD.stage, NEW.stage) IN (
                    ('collecting', 'proposing'), ('proposing', 'deliberating'), ('deliberating', 'deciding'),
                    ('deciding', 'published'), ('published', 'answered')
                ) OR NEW.stage = 'cancelled' AND OLD.stage IN ('collecting', 'proposing', 'deliberating', 'deciding')
            ) THEN
                RAISE EXCEPTION 'no step leads from % to %', OLD.stage, NEW.stage
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'planning_steps', TABLE = 'planning_round';
            END IF;
            IF OLD.stage IN ('published', 'answered', 'cancelled') AND (OLD.stage = NEW.stage OR
                to_jsonb(OLD) - '{stage,version,updated_at}'::text[]
                    <> to_jsonb(NEW) - '{stage,version,updated_at}'::text[]) THEN
                RAISE EXCEPTION 'a planning round that is published or called off stays as it is'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'planning_frozen', TABLE = 'planning_round';
            END IF;
            IF OLD.summary_id IS NOT NULL AND
                (NEW.summary_id, NEW.release_id) IS DISTINCT FROM (OLD.summary_id, OLD.release_id) THEN
                RAISE EXCEPTION 'a planning round rests on one summary'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'planning_one_summary', TABLE = 'planning_round';
            END IF;
            IF NEW.stage = 'published' AND EXISTS (
                SELECT FROM planning_candidate c LEFT JOIN candidate_decision d ON d.candidate_id = c.id
                LEFT JOIN candidate_decision goal ON goal.candidate_id = d.merged_into_id
                WHERE c.round_id = NEW.id AND (
                    d.candidate_id IS NULL
                    OR (d.reason = 'policy' AND d.approved_by_id IS NULL)
                    OR (d.merged_into_id IS NOT NULL AND goal.outcome IS DISTINCT FROM 'adopted')
                )
            ) THEN
                RAISE EXCEPTION 'a candidate is undecided, unapproved, or merged into one that is not adopted'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'planning_all_decided', TABLE = 'planning_round';
            END IF;
            IF NEW.stage = 'published' AND EXISTS (
                SELECT FROM counted_signal s LEFT JOIN demand_theme t ON t.id = s.theme_id
                WHERE s.summary_id = NEW.summary_id AND s.speaks AND (
                    NEW.field_codes = '{}' OR t.field_code = ANY (NEW.field_codes)
                    OR t.id IS NULL AND (s.field_codes = '{}' OR s.field_codes && NEW.field_codes)
                ) AND NOT EXISTS (
                    SELECT FROM planning_answer a WHERE a.round_id = NEW.id AND a.signal_id = s.signal_id
                )
            ) THEN
                RAISE EXCEPTION 'a signal that spoke has no answer'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'planning_all_answered', TABLE = 'planning_round';
            END IF;
            IF NEW.stage = 'answered' AND EXISTS (
                SELECT FROM planning_objection WHERE round_id = NEW.id AND reply IS NULL
            ) THEN
                RAISE EXCEPTION 'an objection has no reply'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'planning_all_replied', TABLE = 'planning_round';
            END IF;
            RETURN NEW;
        END
    """,
    "keep_planning_part": """
        DECLARE part record; found text;
        BEGIN
            part := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
            SELECT stage INTO found FROM planning_round WHERE id = part.round_id FOR SHARE;
            IF found <> TG_ARGV[0] OR (TG_OP = 'UPDATE' AND NEW.round_id <> OLD.round_id) THEN
                RAISE EXCEPTION 'the round is not at the stage in which this is written'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'planning_stage', TABLE = TG_TABLE_NAME;
            END IF;
            RETURN part;
        END
    """,
    "keep_planning_objection": """
        BEGIN
            IF OLD.reply IS NOT NULL
                OR to_jsonb(OLD) - '{reply,replied_by_id,replied_at}'::text[]
                    <> to_jsonb(NEW) - '{reply,replied_by_id,replied_at}'::text[] THEN
                RAISE EXCEPTION 'an objection stays as it was filed and is replied to once'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'objection_kept', TABLE = 'planning_objection';
            END IF;
            RETURN NEW;
        END
    """,
}


def upgrade() -> None:
    """Add the tables."""
    make_round()
    make_candidates()
    make_judgements()
    make_answers()
    for name, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT "
            f"AS $$ {body} $$"
        )
    op.execute(
        "CREATE TRIGGER keep_planning_round BEFORE INSERT OR UPDATE OR DELETE ON planning_round "
        "FOR EACH ROW EXECUTE FUNCTION keep_planning_round()"
    )
    for table, stage in WRITTEN_AT.items():
        op.execute(
            f"CREATE TRIGGER keep_planning_part BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION keep_planning_part('{stage}')"
        )
    op.execute(
        "CREATE TRIGGER keep_planning_objection BEFORE UPDATE ON planning_objection "
        "FOR EACH ROW EXECUTE FUNCTION keep_planning_objection()"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON planning_answer "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    for table in ("planning_answer", "planning_objection"):
        op.execute(
            f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(f"REVOKE UPDATE, DELETE ON planning_answer FROM {APPLICATION_ROLE}")
    op.execute(f"REVOKE DELETE ON planning_round, planning_objection FROM {APPLICATION_ROLE}")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, target: str, to: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.{to}"], name=op.f(f"fk_{table}_{column}_{target}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _of_candidate(column: str, name: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column, "round_id"], ["planning_candidate.id", "planning_candidate.round_id"], name=name, ondelete=ondelete
    )


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, models.clock.UtcDateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _versioned() -> list[sa.Column[Any]]:
    return [
        _id("id"), _moment("recorded_at"), sa.Column("version", sa.Integer(), nullable=False), _moment("updated_at"),
        _text("source", 64), _text("external_id", 200, nullable=True), _text("source_digest", 64, nullable=True),
    ]  # fmt: skip


def make_round() -> None:
    """The round itself."""
    table = "planning_round"
    stages = ("collecting", "proposing", "deliberating", "deciding", "published", "answered", "cancelled")
    op.create_table(
        table,
        *_versioned(),
        _text("title_ko", 200),
        _text("title_en", 200, nullable=True),
        sa.Column("stage", _enum("planning_stage", *stages), nullable=False),
        sa.Column("field_codes", ARRAY(sa.String(length=2)), server_default="{}", nullable=False),
        sa.Column("collects_until", sa.Date(), nullable=False),
        sa.Column("least_reviews", sa.Integer(), nullable=False),
        sa.Column("objection_days", sa.Integer(), nullable=False),
        _id("summary_id", nullable=True),
        _id("release_id", nullable=True),
        _id("opened_by_id"),
        _id("published_by_id", nullable=True),
        _moment("published_at", nullable=True),
        _check(table, "version_from_one", "version >= 1"),
        _check(table, "least_reviews_range", "least_reviews BETWEEN 1 AND 20"),
        _check(table, "objection_days_range", "objection_days BETWEEN 1 AND 90"),
        _check(table, "rests_on_a_summary", "stage IN ('collecting', 'cancelled') OR summary_id IS NOT NULL"),
        _check(table, "rests_on_a_release", "(summary_id IS NULL) = (release_id IS NULL)"),
        _check(table, "published_at_a_moment", "(stage IN ('published', 'answered')) = (published_at IS NOT NULL)"),
        _check(table, "published_by_somebody", "(published_at IS NULL) = (published_by_id IS NULL)"),
        _key(table, "summary_id", "market_summary"),
        _key(table, "release_id", "market_release"),
        _key(table, "opened_by_id", "person"),
        _key(table, "published_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f("ix_planning_round_stage"), table, ["stage"])


def make_candidates() -> None:
    """Candidates, and the themes they take up."""
    table = "planning_candidate"
    op.create_table(
        table,
        *_versioned(),
        _id("round_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("origin", _enum("candidate_origin", "theme", "hand"), nullable=False),
        sa.Column("field_code", sa.String(), nullable=False),
        sa.Column("region_code", sa.String(), nullable=True),
        _text("title_ko", 500),
        _text("title_en", 500, nullable=True),
        _text("rationale_ko", 8_000),
        _text("rationale_en", 8_000, nullable=True),
        sa.Column("budget_krw", sa.BigInteger(), nullable=True),
        _check(table, "version_from_one", "version >= 1"),
        _check(table, "number_range", "number BETWEEN 1 AND 500"),
        _check(table, "budget_krw_range", f"budget_krw BETWEEN 1 AND {MAX_KRW}"),
        _key(table, "round_id", "planning_round"),
        _key(table, "field_code", "technology_field", "code"),
        _key(table, "region_code", "region", "code"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("round_id", "number", name=op.f(f"uq_{table}_round_id_number")),
        sa.UniqueConstraint("id", "round_id", name=op.f(f"uq_{table}_id_round_id")),
    )
    op.create_index(op.f("ix_planning_candidate_round_id"), table, ["round_id"])
    table = "candidate_theme"
    op.create_table(
        table,
        _id("round_id"),
        _id("theme_id"),
        _id("candidate_id"),
        _of_candidate("candidate_id", "fk_candidate_theme_candidate", "CASCADE"),
        _key(table, "theme_id", "demand_theme"),
        sa.PrimaryKeyConstraint("round_id", "theme_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f("ix_candidate_theme_candidate_id"), table, ["candidate_id"])


def make_judgements() -> None:
    """Reviews and decisions."""
    table = "candidate_review"
    op.create_table(
        table,
        _id("id"),
        _moment("recorded_at"),
        _id("round_id"),
        _id("candidate_id"),
        _id("reviewer_id"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("strategic", "market", "commercial")),
        _text("words", 2_000),
        *(_check(table, f"{name}_range", f"{name} BETWEEN 1 AND 5") for name in ("strategic", "market", "commercial")),
        _check(table, "words_not_empty", "length(words) >= 1"),
        _of_candidate("candidate_id", "fk_candidate_review_candidate", "CASCADE"),
        _key(table, "reviewer_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("candidate_id", "reviewer_id", name=op.f(f"uq_{table}_candidate_id_reviewer_id")),
    )
    op.create_index(op.f("ix_candidate_review_reviewer_id"), table, ["reviewer_id"])
    table = "candidate_decision"
    reasons = (
        "demand", "review", "policy", "same_need", "thin_evidence", "no_budget", "regulation", "answered_already",
        "not_feasible", "out_of_remit",
    )  # fmt: skip
    op.create_table(
        table,
        _id("candidate_id"),
        _id("round_id"),
        sa.Column("outcome", _enum("planning_outcome", *OUTCOMES), nullable=False),
        sa.Column("reason", _enum("decision_reason", *reasons), nullable=False),
        _text("words_ko", 2_000),
        _text("words_en", 2_000, nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        _id("merged_into_id", nullable=True),
        _id("decided_by_id"),
        _moment("decided_at"),
        _id("approved_by_id", nullable=True),
        _check(table, "merged_into_one", "(outcome = 'merged') = (merged_into_id IS NOT NULL)"),
        _check(table, "merged_into_another", "merged_into_id <> candidate_id"),
        _check(table, "adopted_at_a_place", "(outcome = 'adopted') = (place IS NOT NULL)"),
        _check(table, "place_range", "place BETWEEN 1 AND 500"),
        _check(table, "approved_where_policy", "approved_by_id IS NULL OR reason = 'policy'"),
        _check(table, "approved_by_another", "approved_by_id <> decided_by_id"),
        _check(table, "words_ko_not_empty", "length(words_ko) >= 1"),
        _of_candidate("candidate_id", "fk_candidate_decision_candidate", "CASCADE"),
        _of_candidate("merged_into_id", "fk_candidate_decision_merged_into"),
        _key(table, "decided_by_id", "person"),
        _key(table, "approved_by_id", "person"),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("round_id", "place", name=op.f(f"uq_{table}_round_id_place")),
    )


def make_answers() -> None:
    """What submitters are answered, and what they object."""
    table = "planning_answer"
    outcomes = (*OUTCOMES, "not_taken_up", "unclassified", "late")
    op.create_table(
        table,
        _id("id"),
        _moment("recorded_at"),
        _id("round_id"),
        _id("signal_id"),
        _id("organisation_id"),
        sa.Column("outcome", _enum("signal_outcome", *outcomes), nullable=False),
        _id("candidate_id", nullable=True),
        _check(
            table,
            "of_a_candidate_where_decided",
            "(outcome IN ('adopted', 'merged', 'deferred', 'declined')) = (candidate_id IS NOT NULL)",
        ),
        _key(table, "round_id", "planning_round"),
        _key(table, "signal_id", "demand_signal"),
        _key(table, "organisation_id", "organisation"),
        _of_candidate("candidate_id", "fk_planning_answer_candidate"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("round_id", "signal_id", name=op.f(f"uq_{table}_round_id_signal_id")),
    )
    for column in ("signal_id", "organisation_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    table = "planning_objection"
    op.create_table(
        table,
        _id("id"),
        _moment("recorded_at"),
        _id("round_id"),
        _id("answer_id"),
        _id("filed_by_id"),
        _text("words", 2_000),
        _text("reply", 2_000, nullable=True),
        _id("replied_by_id", nullable=True),
        _moment("replied_at", nullable=True),
        _check(table, "words_not_empty", "length(words) >= 1"),
        _check(table, "replied_at_a_moment", "(reply IS NULL) = (replied_at IS NULL)"),
        _check(table, "replied_by_somebody", "(reply IS NULL) = (replied_by_id IS NULL)"),
        _check(table, "replied_by_another", "replied_by_id <> filed_by_id"),
        _key(table, "round_id", "planning_round"),
        _key(table, "answer_id", "planning_answer"),
        _key(table, "filed_by_id", "person"),
        _key(table, "replied_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("answer_id", name=op.f(f"uq_{table}_answer_id")),
    )
    op.create_index(op.f(f"ix_{table}_round_id"), table, ["round_id"])


def downgrade() -> None:
    """Take the tables away."""
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}() CASCADE")
    for table in reversed(TABLES):
        op.drop_table(table)
