"""Steps of the commitment ladder; what a signal's text or file says of its level is a claim from now on."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import models.clock

revision: str = "0011"
down_revision: str | Sequence[str] | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
APPEND_ONLY: tuple[str, ...] = (
    "commitment_step",
    "commitment_evidence",
    "commitment_decision",
    "commitment_revocation",
)
"""New tables whose rows the service adds and never changes; parents before children."""

STATEMENT_DIGEST = """
    CREATE FUNCTION statement_digest(ticket_min bigint, ticket_max bigint, available bigint, words text)
    RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT encode(sha256(convert_to(concat(
            ticket_min::text, '|', ticket_max::text, '|', available::text, '|', words), 'UTF8')), 'hex')
    $$
"""
"""The words and the money of a signal: what a document vouches for. Digits come first, so that no text reads as both."""

FUNCTIONS: dict[str, str] = {
    # A step is claimed by somebody of the signal's organisation, in its turn, and says what the signal says.
    "check_commitment_step": """
        DECLARE about demand_signal; before integer; today date;
        BEGIN
            SELECT * INTO about FROM demand_signal WHERE id = NEW.signal_id;
            IF NOT EXISTS (
                SELECT FROM person JOIN person_role AS held ON held.person_id = person.id
                WHERE person.id = NEW.claimed_by_id AND held.role = 'investor'
                AND person.organisation_id = about.organisation_id
            ) THEN
                RAISE EXCEPTION 'a step is claimed by somebody of the signal''s organisation'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'claimed_by_its_own', TABLE = 'commitment_step';
            END IF;
            IF about.confidentiality = 'confidential' AND NOT NEW.shown_to_verifier THEN
                RAISE EXCEPTION 'a confidential signal''s document is seen only by leave of its organisation'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'shown_by_leave', TABLE = 'commitment_step';
            END IF;
            SELECT coalesce(max(number), 0) INTO before FROM commitment_step WHERE signal_id = NEW.signal_id;
            IF NEW.number <> before + 1 THEN
                RAISE EXCEPTION 'a step follows the one before'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'step_follows', TABLE = 'commitment_step';
            END IF;
            today := (NEW.recorded_at AT TIME ZONE 'Asia/Seoul')::date;
            IF NEW.dated_on > today OR NEW.expires_on < today THEN
                RAISE EXCEPTION 'a document is not of tomorrow, and still holds'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'step_of_its_day', TABLE = 'commitment_step';
            END IF;
            PERFORM pg_advisory_xact_lock(hashtextextended('commitment evidence ' || NEW.sha256, 0));
            IF EXISTS (
                SELECT FROM commitment_step AS other
                WHERE other.sha256 = NEW.sha256 AND other.signal_id <> NEW.signal_id
                AND NOT EXISTS (SELECT FROM commitment_revocation AS gone WHERE gone.step_id = other.id)
                AND NOT EXISTS (
                    SELECT FROM commitment_decision AS found
                    WHERE found.step_id = other.id AND found.outcome = 'refused')
            ) THEN
                RAISE EXCEPTION 'a document stands for one signal'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_of_one_signal', TABLE = 'commitment_step';
            END IF;
            NEW.statement_digest := statement_digest(
                about.ticket_min_krw, about.ticket_max_krw, about.available_krw, about.text);
            RETURN NEW;
        END
    """,
    "check_commitment_evidence": """
        BEGIN
            IF NOT EXISTS (
                SELECT FROM commitment_step WHERE id = NEW.step_id AND size_bytes = octet_length(NEW.content)
                AND sha256 = encode(sha256(NEW.content), 'hex')
            ) THEN
                RAISE EXCEPTION 'the bytes on file are those the step names'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_as_named', TABLE = 'commitment_evidence';
            END IF;
            RETURN NEW;
        END
    """,
    # Nobody verifies what they or theirs claimed; nothing is verified that is not there, and no rung is skipped.
    "check_commitment_decision": """
        DECLARE step commitment_step; about demand_signal; said text; today date; claimant uuid; verifier uuid;
        BEGIN
            SELECT * INTO step FROM commitment_step WHERE id = NEW.step_id;
            SELECT * INTO about FROM demand_signal WHERE id = step.signal_id;
            SELECT human_id INTO claimant FROM person WHERE id = step.claimed_by_id;
            SELECT human_id INTO verifier FROM person WHERE id = NEW.decided_by_id AND active;
            IF claimant = verifier OR EXISTS (
                SELECT FROM person JOIN organisation ON organisation.id = person.organisation_id
                WHERE person.human_id = verifier AND organisation.ownership_group_id = (
                    SELECT ownership_group_id FROM organisation WHERE id = about.organisation_id)
            ) THEN
                RAISE EXCEPTION 'nobody decides on what they or their ownership group claimed'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_by_another', TABLE = 'commitment_decision';
            END IF;
            IF verifier IS NULL OR NOT EXISTS (
                SELECT FROM person_role WHERE person_id = NEW.decided_by_id AND role = 'fund_manager')
            THEN
                RAISE EXCEPTION 'a fund manager decides on steps'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_by_the_fund', TABLE = 'commitment_decision';
            END IF;
            IF NEW.evidence_sha256 <> step.sha256
                OR NOT EXISTS (SELECT FROM commitment_evidence WHERE step_id = step.id)
                OR (about.confidentiality = 'confidential' AND NOT step.shown_to_verifier)
            THEN
                RAISE EXCEPTION 'what is decided on is the document that was seen'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_as_seen', TABLE = 'commitment_decision';
            END IF;
            IF NEW.recorded_at < step.recorded_at
                OR EXISTS (SELECT FROM commitment_revocation WHERE step_id = step.id)
            THEN
                RAISE EXCEPTION 'what is decided on stands'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'decided_while_claimed',
                    TABLE = 'commitment_decision';
            END IF;
            IF NEW.outcome = 'refused' THEN
                RETURN NEW;
            END IF;
            today := (NEW.recorded_at AT TIME ZONE 'Asia/Seoul')::date;
            said := statement_digest(about.ticket_min_krw, about.ticket_max_krw, about.available_krw, about.text);
            IF step.expires_on < today OR step.statement_digest <> said OR about.state <> 'live' THEN
                RAISE EXCEPTION 'what is verified holds, and is about what the signal says'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'verified_in_force', TABLE = 'commitment_decision';
            END IF;
            IF substr(step.level, 2)::integer - 1 <> (
                SELECT count(*) FROM (
                    SELECT DISTINCT ON (below.level) below.id, below.expires_on, below.statement_digest
                    FROM commitment_step AS below JOIN commitment_decision AS found ON found.step_id = below.id
                    WHERE below.signal_id = step.signal_id AND below.level < step.level AND found.outcome = 'verified'
                    ORDER BY below.level, below.number DESC
                ) AS held
                WHERE held.expires_on >= today AND held.statement_digest = said
                AND NOT EXISTS (SELECT FROM commitment_revocation WHERE step_id = held.id)
            ) THEN
                RAISE EXCEPTION 'a rung is verified above those that hold'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'no_rung_skipped', TABLE = 'commitment_decision';
            END IF;
            IF step.level IN ('L4', 'L5') AND NEW.instruction_id IS NULL AND NEW.words IS NULL THEN
                RAISE EXCEPTION 'what the ledger does not bear out is said how it was checked'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'borne_out_or_said', TABLE = 'commitment_decision';
            END IF;
            IF NEW.instruction_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM instruction AS asked JOIN deal ON deal.id = asked.deal_id
                LEFT JOIN deal AS merged ON merged.merged_into_id = deal.id
                WHERE asked.id = NEW.instruction_id AND asked.state = 'posted'
                AND step.signal_id IN (deal.signal_id, merged.signal_id)
                AND asked.kind = CASE step.level WHEN 'L4' THEN 'deal_commitment' WHEN 'L5' THEN 'disbursement' END
            ) THEN
                RAISE EXCEPTION 'a posted entry of a deal that came of the signal bears it out'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'borne_out_by_its_deal',
                    TABLE = 'commitment_decision';
            END IF;
            RETURN NEW;
        END
    """,
    "check_commitment_revocation": """
        DECLARE step commitment_step;
        BEGIN
            SELECT * INTO step FROM commitment_step WHERE id = NEW.step_id;
            IF NOT EXISTS (
                SELECT FROM person JOIN person_role AS held ON held.person_id = person.id
                WHERE person.id = NEW.revoked_by_id AND CASE NEW.side
                    WHEN 'fund' THEN held.role = 'fund_manager'
                    ELSE held.role = 'investor' AND person.organisation_id = (
                        SELECT organisation_id FROM demand_signal WHERE id = step.signal_id) END
            ) THEN
                RAISE EXCEPTION 'a step is taken back by its organisation or by the fund'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'revoked_by_a_party',
                    TABLE = 'commitment_revocation';
            END IF;
            IF NEW.recorded_at < step.recorded_at
                OR EXISTS (SELECT FROM commitment_decision WHERE step_id = step.id AND outcome = 'refused')
            THEN
                RAISE EXCEPTION 'what is taken back stands'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'revoked_while_standing',
                    TABLE = 'commitment_revocation';
            END IF;
            RETURN NEW;
        END
    """,
}
"""Trigger functions by name, with their bodies."""


def upgrade() -> None:
    """Add the tables; levels said so far were never verified here, and become claims."""
    op.alter_column("demand_signal", "commitment_level", new_column_name="claimed_level")
    rename_check("commitment_level", "claimed_level")
    make_step()
    make_evidence()
    make_decision()
    make_revocation()
    op.execute(STATEMENT_DIGEST)
    for name, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT "
            f"AS $$ {body} $$"
        )
        table = name.removeprefix("check_")
        op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APPLICATION_ROLE}")


def rename_check(before: str, after: str) -> None:
    """Call the CHECK of a signal's level after its column."""
    op.execute(f"ALTER TABLE demand_signal RENAME CONSTRAINT ck_demand_signal_{before} TO ck_demand_signal_{after}")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _row(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _of_a_step(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("step_id", sa.Uuid(), nullable=False),
        _key(table, "step_id", "commitment_step"),
        sa.UniqueConstraint("step_id", name=op.f(f"uq_{table}_step_id")),
    )


def make_step() -> None:
    """What was claimed."""
    table = "commitment_step"
    op.create_table(
        table,
        *_row(table),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("level", _enum("commitment_level", "L0", "L1", "L2", "L3", "L4", "L5"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount_krw", sa.BigInteger(), nullable=False),
        sa.Column("conditions", sa.String(length=2_000), nullable=True),
        sa.Column("round_share_bp", sa.Integer(), nullable=True),
        sa.Column("dated_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("statement_digest", sa.String(length=64), nullable=False),
        sa.Column("shown_to_verifier", sa.Boolean(), nullable=False),
        sa.Column("claimed_by_id", sa.Uuid(), nullable=False),
        sa.Column("document_name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        _check(table, "number_from_one", "number >= 1"),
        _check(table, "a_rung_above_the_ground", "level <> 'L0'"),
        _check(table, "amount_krw_range", f"amount_krw BETWEEN 1 AND {2**53 - 1}"),
        _check(table, "round_share_range", "round_share_bp BETWEEN 1 AND 10000"),
        _check(
            table,
            "conditional_on_something",
            "(level = 'L3') = (conditions IS NOT NULL AND round_share_bp IS NOT NULL)",
        ),
        _check(table, "dates_in_order", "dated_on <= expires_on"),
        _check(table, "promises_fall_due", "(level IN ('L2', 'L3')) = (due_on IS NOT NULL)"),
        _check(table, "due_after_its_date", "dated_on <= due_on"),
        _check(table, "size_range", "size_bytes BETWEEN 1 AND 10485760"),
        _key(table, "signal_id", "demand_signal"),
        _key(table, "claimed_by_id", "person"),
        sa.UniqueConstraint("signal_id", "number", name=op.f(f"uq_{table}_signal_id_number")),
    )
    for column in ("signal_id", "claimed_by_id", "sha256"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def make_evidence() -> None:
    """The bytes."""
    table = "commitment_evidence"
    op.create_table(
        table,
        *_row(table),
        *_of_a_step(table),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )


def make_decision() -> None:
    """What verifiers found."""
    table = "commitment_decision"
    op.create_table(
        table,
        *_row(table),
        *_of_a_step(table),
        sa.Column("outcome", _enum("step_outcome", "verified", "refused"), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(length=1_000), nullable=True),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=False),
        sa.Column("instruction_id", sa.Uuid(), nullable=True),
        _check(table, "refused_for_a_reason", "outcome = 'verified' OR words IS NOT NULL"),
        _check(table, "borne_out_when_verified", "outcome = 'verified' OR instruction_id IS NULL"),
        _check(table, "words_not_empty", "words <> ''"),
        _key(table, "decided_by_id", "person"),
        _key(table, "instruction_id", "instruction"),
    )
    for column in ("decided_by_id", "instruction_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def make_revocation() -> None:
    """What was taken back."""
    table = "commitment_revocation"
    op.create_table(
        table,
        *_row(table),
        *_of_a_step(table),
        sa.Column("side", _enum("revoking_side", "organisation", "fund"), nullable=False),
        sa.Column("revoked_by_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=1_000), nullable=False),
        _check(table, "reason_not_empty", "reason <> ''"),
        _key(table, "revoked_by_id", "person"),
    )
    op.create_index(op.f(f"ix_{table}_revoked_by_id"), table, ["revoked_by_id"])


def downgrade() -> None:
    """Take the tables away."""
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}() CASCADE")
    op.execute("DROP FUNCTION statement_digest(bigint, bigint, bigint, text)")
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
    rename_check("claimed_level", "commitment_level")
    op.alter_column("demand_signal", "claimed_level", new_column_name="commitment_level")
