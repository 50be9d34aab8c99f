"""Relevance watch of running projects."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

import models.clock

revision: str = "0015"
down_revision: str | Sequence[str] | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
TABLES = (
    "relevance_run",
    "relevance_figure",
    "relevance_review",
    "relevance_proposal",
    "relevance_decision",
    "relevance_contribution",
)
"""Parents before children."""
MAX_KRW = 9007199254740991

_DECIDED = """
    SELECT FROM relevance_proposal p JOIN relevance_decision d ON d.proposal_id = p.id
    WHERE p.review_id = {review} AND d.outcome = 'approved'
"""
FUNCTIONS: dict[str, str] = {
    "keep_relevance_figure": """
        BEGIN
            IF (SELECT count(*) FROM relevance_figure WHERE run_id = NEW.run_id)
                >= (SELECT projects FROM relevance_run WHERE id = NEW.run_id FOR UPDATE) THEN
                RAISE EXCEPTION 'this run has all its figures'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'relevance_run_whole', TABLE = TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        END
    """,
    "keep_relevance_review": f"""
        BEGIN
            PERFORM FROM rnd_project WHERE id = NEW.project_id FOR NO KEY UPDATE;
            IF EXISTS (
                SELECT FROM relevance_review r WHERE r.project_id = NEW.project_id
                AND NOT EXISTS ({_DECIDED.format(review="r.id")})
            ) THEN
                RAISE EXCEPTION 'a review of this project is open'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'relevance_one_review', TABLE = TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        END
    """,
    "keep_relevance_part": f"""
        BEGIN
            PERFORM FROM relevance_review WHERE id = NEW.review_id FOR UPDATE;
            IF EXISTS ({_DECIDED.format(review="NEW.review_id")}) THEN
                RAISE EXCEPTION 'this review is decided'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'relevance_decided', TABLE = TG_TABLE_NAME;
            END IF;
            IF TG_TABLE_NAME = 'relevance_proposal' AND EXISTS (
                SELECT FROM relevance_proposal p LEFT JOIN relevance_decision d ON d.proposal_id = p.id
                WHERE p.review_id = NEW.review_id AND d.id IS NULL
            ) THEN
                RAISE EXCEPTION 'a proposal waits to be decided'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'relevance_one_proposal', TABLE = TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        END
    """,
    "keep_relevance_decision": """
        DECLARE proposal record;
        BEGIN
            SELECT p.course, p.proposed_by_id, r.project_id INTO proposal
                FROM relevance_proposal p JOIN relevance_review r ON r.id = p.review_id WHERE p.id = NEW.proposal_id;
            IF (SELECT human_id FROM person WHERE id = NEW.decided_by_id)
                = (SELECT human_id FROM person WHERE id = proposal.proposed_by_id) THEN
                RAISE EXCEPTION 'somebody else decides than proposed'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'relevance_another_person', TABLE = TG_TABLE_NAME;
            END IF;
            IF NEW.outcome = 'approved' AND proposal.course <> 'continue' AND NEW.meeting_id IS NULL AND EXISTS (
                SELECT FROM deal WHERE project_id = proposal.project_id AND stage IN ('contracted', 'disbursing', 'monitoring')
            ) THEN
                RAISE EXCEPTION 'money is committed: the committee decides'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'relevance_committee', TABLE = TG_TABLE_NAME;
            END IF;
            IF NEW.meeting_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM committee_meeting m
                WHERE m.id = NEW.meeting_id AND m.state = 'open' AND m.chair_id = NEW.decided_by_id
            ) THEN
                RAISE EXCEPTION 'the chair records what a meeting in session decides'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'relevance_in_session', TABLE = TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        END
    """,
}
BEFORE_INSERT = {
    "relevance_figure": "keep_relevance_figure",
    "relevance_review": "keep_relevance_review",
    "relevance_proposal": "keep_relevance_part",
    "relevance_contribution": "keep_relevance_part",
    "relevance_decision": "keep_relevance_decision",
}


def upgrade() -> None:
    """Add the tables; what is in them is added to, and never changed."""
    make_runs()
    make_reviews()
    for name, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT "
            f"AS $$ {body} $$"
        )
    for table, function in BEFORE_INSERT.items():
        op.execute(f"CREATE TRIGGER {function} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
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
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}()")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _recorded() -> list[sa.Column[Any]]:
    return [_id("id"), sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False)]


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def make_runs() -> None:
    """Runs, and what each saw of every running project."""
    table = "relevance_run"
    op.create_table(
        table,
        *_recorded(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        _text("input_digest", 64),
        sa.Column("parameters", JSONB(), nullable=False),
        sa.Column("projects", sa.Integer(), nullable=False),
        _check(table, "number_from_one", "number >= 1"),
        _check(table, "projects_not_negative", "projects >= 0"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("number", name=op.f(f"uq_{table}_number")),
    )
    _index(table, "input_digest")
    table = "relevance_figure"
    findings = ("none", "collapsed", "declining", "not_enough_data")
    missing = ("approval", "base_months", "watched_months", "events")
    months = ("events", "field_events", "all_events")
    op.create_table(
        table,
        _id("run_id"),
        _id("project_id"),
        sa.Column("finding", _enum("relevance_finding", *findings), nullable=False),
        sa.Column("missing", _enum("data_missing", *missing), nullable=True),
        sa.Column("missing_months", sa.Integer(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("base_months", sa.Integer(), nullable=False),
        *(sa.Column(name, ARRAY(sa.Integer()), nullable=False) for name in months),
        sa.Column("share_at_approval_ppm", sa.Integer(), nullable=False),
        sa.Column("share_now_ppm", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Float(), nullable=True)
            for name in ("ratio", "probability", "probability_quarter_ago", "cusum")
        ),
        sa.Column("withdrawn_groups", sa.Integer(), nullable=False),
        sa.Column("shared_with", ARRAY(sa.Uuid()), nullable=False),
        _check(table, "missing_where_not_enough", "(finding = 'not_enough_data') = (missing IS NOT NULL)"),
        _check(table, "missing_months_from_one", "missing_months >= 1"),
        _check(
            table,
            "missing_months_counted",
            "(missing_months IS NOT NULL) = (missing IS NOT NULL AND missing IN ('base_months', 'watched_months'))",
        ),
        _check(table, "looked_at_whole", "num_nonnulls(ratio, probability, probability_quarter_ago, cusum) IN (0, 4)"),
        _check(table, "found_in_figures", "finding = 'not_enough_data' OR ratio IS NOT NULL"),
        _check(table, "base_within_months", "base_months BETWEEN 0 AND cardinality(events)"),
        _check(
            table,
            "months_alike",
            "cardinality(field_events) = cardinality(events) AND cardinality(all_events) = cardinality(events)",
        ),
        _check(table, "share_at_approval_range", "share_at_approval_ppm BETWEEN 0 AND 1000000"),
        _check(table, "share_now_range", "share_now_ppm BETWEEN 0 AND 1000000"),
        _check(table, "withdrawn_groups_not_negative", "withdrawn_groups >= 0"),
        _key(table, "run_id", "relevance_run"),
        _key(table, "project_id", "rnd_project"),
        sa.PrimaryKeyConstraint("run_id", "project_id", name=op.f(f"pk_{table}")),
    )
    _index(table, "project_id")


def make_reviews() -> None:
    """Reviews, and what people propose, decide and contribute."""
    table = "relevance_review"
    op.create_table(
        table,
        *_recorded(),
        _id("run_id"),
        _id("project_id"),
        sa.Column("cause", _enum("review_cause", "collapsed", "declining", "withdrawn"), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id", "project_id"],
            ["relevance_figure.run_id", "relevance_figure.project_id"],
            name="fk_relevance_review_relevance_figure",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    _index(table, "run_id", "project_id")
    table = "relevance_proposal"
    op.create_table(
        table,
        *_recorded(),
        _id("review_id"),
        sa.Column("course", _enum("review_course", "continue", "revise", "discontinue"), nullable=False),
        _text("words", 4_000),
        _text("scope", 2_000, nullable=True),
        sa.Column("budget_krw", sa.BigInteger(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        _text("agreement", 2_000, nullable=True),
        _id("proposed_by_id"),
        _check(table, "words_not_empty", "words <> ''"),
        _check(table, "budget_krw_range", f"budget_krw BETWEEN 1 AND {MAX_KRW}"),
        _check(
            table,
            "revised_in_something",
            "(course = 'revise') = (num_nonnulls(scope, budget_krw, ends_on, agreement) >= 1)",
        ),
        _key(table, "review_id", "relevance_review"),
        _key(table, "proposed_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    _index(table, "review_id", "proposed_by_id")
    table = "relevance_decision"
    op.create_table(
        table,
        *_recorded(),
        _id("proposal_id"),
        sa.Column("outcome", _enum("proposal_outcome", "approved", "returned"), nullable=False),
        _text("words", 4_000),
        _id("decided_by_id"),
        _id("meeting_id", nullable=True),
        _check(table, "words_not_empty", "words <> ''"),
        _key(table, "proposal_id", "relevance_proposal"),
        _key(table, "decided_by_id", "person"),
        _key(table, "meeting_id", "committee_meeting"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("proposal_id", name=op.f(f"uq_{table}_proposal_id")),
    )
    _index(table, "decided_by_id", "meeting_id")
    table = "relevance_contribution"
    op.create_table(
        table,
        *_recorded(),
        _id("review_id"),
        _id("person_id"),
        _text("words", 4_000),
        _check(table, "words_not_empty", "words <> ''"),
        _key(table, "review_id", "relevance_review"),
        _key(table, "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    _index(table, "review_id", "person_id")
