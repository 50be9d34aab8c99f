"""Notices, their delivery, and webhooks."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

import models.clock

revision: str = "0019"
down_revision: str | Sequence[str] | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
TABLES = (
    "notice",
    "notice_choice",
    "notice_address",
    "webhook",
    "notice_delivery",
    "delivery_notice",
    "delivery_attempt",
)
"""Parents before children."""
KINDS = (
    "planning_answered", "objection_filed", "objection_answered", "signal_matched", "team_answered",
    "investor_answered", "instruction_to_check", "step_to_verify", "step_decided", "step_expiring",
    "policy_to_approve", "policy_figure_to_confirm", "call_issued", "call_overdue", "release_published", "work_due",
    "milestone_due", "relevance_flagged", "consultation_due", "webhook_stopped",
)  # fmt: skip
WAYS = ("in_app", "at_once", "daily", "weekly", "off")
FUNCTIONS: dict[str, str] = {
    "keep_notice": """
        BEGIN
            IF to_jsonb(OLD) - '{facts,read_at,dropped_at}'::text[] <> to_jsonb(NEW) - '{facts,read_at,dropped_at}'::text[]
                OR OLD.facts - 'count' <> NEW.facts - 'count' THEN
                RAISE EXCEPTION 'what a notice tells stays as it was written'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_kept', TABLE = 'notice';
            END IF;
            RETURN NEW;
        END
    """,
    "keep_delivery": """
        BEGIN
            IF OLD.state IN ('sent', 'dropped') THEN
                RAISE EXCEPTION 'what was sent or dropped is not sent again'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'delivery_once', TABLE = 'notice_delivery';
            END IF;
            RETURN NEW;
        END
    """,
}


def upgrade() -> None:
    """Add the tables."""
    make_notices()
    make_webhook()
    make_deliveries()
    for name, body in FUNCTIONS.items():
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    op.execute("CREATE TRIGGER keep_notice BEFORE UPDATE ON notice FOR EACH ROW EXECUTE FUNCTION keep_notice()")
    op.execute(
        "CREATE TRIGGER keep_delivery BEFORE UPDATE ON notice_delivery FOR EACH ROW EXECUTE FUNCTION keep_delivery()"
    )
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE ON delivery_attempt FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(f"REVOKE DELETE ON notice, notice_delivery FROM {APPLICATION_ROLE}")
    op.execute(f"REVOKE UPDATE, DELETE ON delivery_notice, delivery_attempt FROM {APPLICATION_ROLE}")


def downgrade() -> None:
    """Take them away; what was told is lost."""
    for table in reversed(TABLES):
        op.drop_table(table)
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}()")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, target: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), ondelete=ondelete
    )


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, models.clock.UtcDateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def make_notices() -> None:
    """Notices, choices and proved addresses."""
    table = "notice"
    op.create_table(
        table,
        _id("id"),
        _moment("recorded_at"),
        _id("person_id"),
        sa.Column("kind", _enum("notice_kind", *KINDS), nullable=False),
        _id("subject_id"),
        sa.Column("facts", JSONB(), nullable=False),
        _text("key", 200, nullable=True),
        sa.Column("way", _enum("notice_way", *WAYS), nullable=False),
        _moment("read_at", nullable=True),
        _moment("dropped_at", nullable=True),
        _check(table, "facts_by_name", "jsonb_typeof(facts) = 'object'"),
        _check(table, "key_not_empty", "key <> ''"),
        _key(table, "person_id", "person"),
        _primary(table, "id"),
        sa.UniqueConstraint("person_id", "key", name=op.f(f"uq_{table}_person_id_key")),
    )
    op.create_index("ix_notice_of_person", table, ["person_id", "id"])
    op.create_index(
        "ix_notice_open_subject",
        table,
        ["subject_id"],
        postgresql_where=sa.text("read_at IS NULL AND dropped_at IS NULL"),
    )
    op.create_index(
        "ix_notice_unread",
        table,
        ["person_id"],
        postgresql_where=sa.text("read_at IS NULL AND dropped_at IS NULL AND way <> 'off'"),
    )
    table = "notice_choice"
    op.create_table(
        table,
        _id("person_id"),
        sa.Column("kind", _enum("notice_kind", *KINDS), nullable=False),
        sa.Column("way", _enum("notice_way", *WAYS), nullable=False),
        _key(table, "person_id", "person"),
        _primary(table, "person_id", "kind"),
    )
    table = "notice_address"
    op.create_table(
        table,
        _id("person_id"),
        _text("email", 254),
        _moment("verified_at", nullable=True),
        _text("code_digest", 64, nullable=True),
        _moment("code_until", nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        _text("secret", 64),
        _check(table, "code_for_a_while", "(code_digest IS NULL) = (code_until IS NULL)"),
        _check(table, "tries_range", "tries BETWEEN 0 AND 5"),
        _key(table, "person_id", "person"),
        _primary(table, "person_id"),
    )


def make_webhook() -> None:
    """Addresses of organisations' own systems."""
    table = "webhook"
    reasons = ("by_hand", "failures", "gone", "no_speaker")
    op.create_table(
        table,
        _id("id"),
        _moment("recorded_at"),
        _id("organisation_id"),
        _id("person_id"),
        _text("url", 500),
        sa.Column("kinds", ARRAY(sa.String(length=32)), nullable=False),
        _text("secret", 64),
        _text("old_secret", 64, nullable=True),
        _moment("old_secret_until", nullable=True),
        _moment("stopped_at", nullable=True),
        sa.Column("stopped_because", _enum("stopped_because", *reasons), nullable=True),
        _check(table, "url_scheme", "url ~ '^https?://'"),
        _check(table, "stopped_for_a_reason", "(stopped_at IS NULL) = (stopped_because IS NULL)"),
        _check(table, "old_secret_for_a_while", "(old_secret IS NULL) = (old_secret_until IS NULL)"),
        _key(table, "organisation_id", "organisation"),
        _key(table, "person_id", "person"),
        _primary(table, "id"),
    )
    op.create_index(op.f("ix_webhook_organisation_id"), table, ["organisation_id"])
    op.create_index(op.f("ix_webhook_person_id"), table, ["person_id"])


def make_deliveries() -> None:
    """What is sent, what it carries, and each try."""
    table = "notice_delivery"
    op.create_table(
        table,
        _id("id"),
        _moment("recorded_at"),
        _id("person_id", nullable=True),
        _id("webhook_id", nullable=True),
        sa.Column(
            "way", _enum("delivery_way", "at_once", "daily", "weekly", "code", "webhook", "ping"), nullable=False
        ),
        sa.Column("period", sa.Date(), nullable=True),
        _text("code", 16, nullable=True),
        sa.Column("state", _enum("delivery_state", "waiting", "sent", "dropped", "dead"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _moment("due_at"),
        _moment("sent_at", nullable=True),
        sa.Column("left_out", sa.Integer(), nullable=False),
        _check(table, "to_one", "num_nonnulls(person_id, webhook_id) = 1"),
        _check(table, "way_of_its_receiver", "(webhook_id IS NOT NULL) = (way IN ('webhook', 'ping'))"),
        _check(table, "digest_of_a_day", "(period IS NOT NULL) = (way IN ('daily', 'weekly'))"),
        _check(table, "attempts_range", "attempts BETWEEN 0 AND 7"),
        _check(table, "left_out_not_negative", "left_out >= 0"),
        _check(table, "sent_at_a_moment", "(state = 'sent') = (sent_at IS NOT NULL)"),
        _key(table, "person_id", "person"),
        _key(table, "webhook_id", "webhook"),
        _primary(table, "id"),
        sa.UniqueConstraint("person_id", "way", "period", name=op.f(f"uq_{table}_person_id_way_period")),
    )
    op.create_index("ix_notice_delivery_due", table, ["due_at"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_index(op.f("ix_notice_delivery_webhook_id"), table, ["webhook_id"])
    table = "delivery_notice"
    op.create_table(
        table,
        _id("notice_id"),
        _id("receiver_id"),
        _id("delivery_id"),
        _key(table, "notice_id", "notice"),
        _key(table, "delivery_id", "notice_delivery"),
        _primary(table, "notice_id", "receiver_id"),
    )
    op.create_index(op.f("ix_delivery_notice_delivery_id"), table, ["delivery_id"])
    table = "delivery_attempt"
    op.create_table(
        table,
        _id("id"),
        _moment("recorded_at"),
        _id("delivery_id"),
        sa.Column("code", sa.Integer(), nullable=True),
        _text("failure", 100, nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        _check(table, "code_range", "code BETWEEN 100 AND 999"),
        _check(table, "milliseconds_not_negative", "milliseconds >= 0"),
        _key(table, "delivery_id", "notice_delivery"),
        _primary(table, "id"),
    )
    op.create_index(op.f("ix_delivery_attempt_delivery_id"), table, ["delivery_id"])
