"""Regulatory consultations beside projects, their steps, and the deals whose gates wait for them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

import models.clock

revision: str = "0017"
down_revision: str | Sequence[str] | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
TABLES = (
    "consultation", "consultation_step", "consultation_content", "consultation_hold", "consultation_waiver",
)  # fmt: skip
"""Parents before children."""
WRITTEN_BY_HAND = (
    "kind", "authority", "rule", "question", "days_allowed", "version", "updated_at", "source", "external_id",
    "source_digest",
)  # fmt: skip
"""Columns of a consultation that the service may change, and only of a draft; the others follow from its steps."""
APPEND_ONLY = TABLES[1:]
KINDS = ("rapid_confirmation", "temporary_permit", "demonstration_exemption")
STATES = ("draft", "filed", "supplement", "answered", "revoked", "withdrawn")
OUTCOMES = ("no_regulation", "permitted", "permitted_conditionally", "refused")
STEPS = (
    "filed", "supplement_asked", "supplied", "documented", "answered", "confirmed", "reopened", "revoked", "withdrawn",
)  # fmt: skip
DEAL_STAGES = (
    "sourced", "screening", "due_diligence", "committee", "approved", "contracted", "disbursing", "monitoring",
    "exited", "declined", "withdrawn",
)  # fmt: skip

FUNCTIONS: dict[str, str] = {
    # State, dates and outcome are what the steps say: nobody writes them, and nobody rewrites what has been filed.
    "keep_consultation": """
        BEGIN
            IF TG_OP = 'INSERT' THEN
                IF NEW.state <> 'draft' OR NEW.steps <> 0 THEN
                    RAISE EXCEPTION 'a consultation begins as a draft'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'consultation_as_its_steps_say',
                        TABLE = 'consultation';
                END IF;
                RETURN NEW;
            END IF;
            IF pg_trigger_depth() > 1 THEN
                RETURN NEW;
            END IF;
            IF OLD.state <> 'draft'
                OR (NEW.project_id, NEW.opened_by_id, NEW.state, NEW.steps)
                    IS DISTINCT FROM (OLD.project_id, OLD.opened_by_id, OLD.state, OLD.steps)
                OR coalesce(NEW.filed_on, NEW.due_on, NEW.asked_on, NEW.reply_by, NEW.valid_from, NEW.valid_until)
                    IS NOT NULL
                OR coalesce(NEW.answered_by_id, NEW.confirmed_by_id) IS NOT NULL OR NEW.outcome IS NOT NULL
            THEN
                RAISE EXCEPTION 'a consultation is edited while it is a draft, and led by its steps from then on'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'consultation_as_its_steps_say',
                    TABLE = 'consultation';
            END IF;
            RETURN NEW;
        END
    """,
    # Each step is taken from the state it belongs to, in its turn and on its day, by somebody whose it is to take;
    # what it makes of the consultation is written here and nowhere else.
    "take_consultation_step": """
        DECLARE about consultation; taker person; leads_to text; counted_from date; today date; seen text;
        BEGIN
            SELECT * INTO about FROM consultation WHERE id = NEW.consultation_id FOR UPDATE;
            leads_to := CASE
                WHEN NEW.kind = 'filed' AND about.state = 'draft' THEN 'filed'
                WHEN NEW.kind = 'supplement_asked' AND about.state = 'filed' THEN 'supplement'
                WHEN NEW.kind = 'supplied' AND about.state = 'supplement' THEN 'filed'
                WHEN NEW.kind = 'documented' AND about.state NOT IN ('revoked', 'withdrawn') THEN about.state
                WHEN NEW.kind = 'answered' AND about.state IN ('filed', 'supplement') THEN 'answered'
                WHEN NEW.kind = 'confirmed' AND about.state = 'answered' AND about.confirmed_by_id IS NULL
                    THEN 'answered'
                WHEN NEW.kind = 'reopened' AND about.state = 'answered' AND about.confirmed_by_id IS NULL THEN 'filed'
                WHEN NEW.kind = 'revoked' AND about.state = 'answered' AND about.outcome <> 'refused' THEN 'revoked'
                WHEN NEW.kind = 'withdrawn' AND about.state IN ('draft', 'filed', 'supplement') THEN 'withdrawn'
            END;
            IF leads_to IS NULL THEN
                RAISE EXCEPTION 'this step does not lead on from where the consultation stands'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'consultation_step_leads_on',
                    TABLE = 'consultation_step';
            END IF;
            today := (NEW.recorded_at AT TIME ZONE 'Asia/Seoul')::date;
            IF NEW.number <> about.steps + 1 OR NEW.on_day > today OR EXISTS (
                SELECT FROM consultation_step WHERE consultation_id = about.id AND on_day > NEW.on_day
            ) THEN
                RAISE EXCEPTION 'a step follows the one before, and is not of tomorrow'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'consultation_step_follows',
                    TABLE = 'consultation_step';
            END IF;
            SELECT * INTO taker FROM person WHERE id = NEW.person_id;
            IF NOT EXISTS (
                SELECT FROM person_role AS held WHERE held.person_id = taker.id AND taker.active AND (
                    held.role = 'planner'
                    OR held.role = 'fund_manager' AND NEW.kind IN ('confirmed', 'reopened', 'revoked')
                    OR held.role = 'project_team' AND NEW.kind <> 'confirmed' AND EXISTS (
                        SELECT FROM consortium_member AS member WHERE member.project_id = about.project_id
                        AND member.organisation_id = taker.organisation_id)
                )
            ) THEN
                RAISE EXCEPTION 'a step is taken by the project''s team or a planner, and confirmed by neither side''s own'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'consultation_step_by_its_own',
                    TABLE = 'consultation_step';
            END IF;
            IF NEW.kind = 'confirmed' THEN
                IF EXISTS (SELECT FROM person WHERE id = about.answered_by_id AND human_id = taker.human_id) THEN
                    RAISE EXCEPTION 'nobody confirms the answer that they entered'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'consultation_confirmed_by_another',
                        TABLE = 'consultation_step';
                END IF;
                SELECT sha256 INTO seen FROM consultation_step
                    WHERE consultation_id = about.id AND kind = 'answered' ORDER BY number DESC LIMIT 1;
                IF NEW.seen_sha256 IS DISTINCT FROM seen OR NOT EXISTS (
                    SELECT FROM consultation_content AS kept JOIN consultation_step AS told ON told.id = kept.step_id
                    WHERE told.consultation_id = about.id AND told.sha256 = seen
                ) THEN
                    RAISE EXCEPTION 'what is confirmed is the document on file'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'consultation_confirmed_as_seen',
                        TABLE = 'consultation_step';
                END IF;
            END IF;
            IF NEW.outcome IN ('permitted', 'permitted_conditionally') AND about.kind <> 'rapid_confirmation'
                AND NEW.valid_until IS NULL
            THEN
                RAISE EXCEPTION 'a permit or an exemption holds until a day'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'consultation_permit_has_an_end',
                    TABLE = 'consultation_step';
            END IF;
            about.filed_on := CASE WHEN NEW.kind = 'filed' THEN NEW.on_day ELSE about.filed_on END;
            about.due_on := CASE WHEN NEW.kind = 'filed' THEN NEW.on_day + about.days_allowed ELSE about.due_on END;
            IF about.state = 'supplement' AND leads_to <> 'supplement' AND about.asked_on <= about.due_on THEN
                -- The days that the supplement took are not counted, the first and the last of them included, and none
                -- of them twice.
                SELECT greatest(about.asked_on, about.filed_on + 1, max(on_day) + 1) INTO counted_from
                    FROM consultation_step WHERE consultation_id = about.id AND kind IN ('supplied', 'answered');
                about.due_on := about.due_on + greatest(0, NEW.on_day - counted_from + 1);
            END IF;
            UPDATE consultation SET
                state = leads_to, steps = NEW.number, version = about.version + 1, updated_at = NEW.recorded_at,
                filed_on = about.filed_on, due_on = about.due_on,
                asked_on = CASE WHEN leads_to <> 'supplement' THEN NULL
                    WHEN NEW.kind = 'supplement_asked' THEN NEW.on_day ELSE about.asked_on END,
                reply_by = CASE WHEN leads_to <> 'supplement' THEN NULL
                    WHEN NEW.kind = 'supplement_asked' THEN NEW.reply_by ELSE about.reply_by END,
                outcome = CASE WHEN leads_to NOT IN ('answered', 'revoked') THEN NULL
                    WHEN NEW.kind = 'answered' THEN NEW.outcome ELSE about.outcome END,
                valid_from = CASE WHEN leads_to NOT IN ('answered', 'revoked') THEN NULL
                    WHEN NEW.kind = 'answered' THEN NEW.valid_from ELSE about.valid_from END,
                valid_until = CASE WHEN leads_to NOT IN ('answered', 'revoked') THEN NULL
                    WHEN NEW.kind = 'answered' THEN NEW.valid_until ELSE about.valid_until END,
                answered_by_id = CASE WHEN leads_to NOT IN ('answered', 'revoked') THEN NULL
                    WHEN NEW.kind = 'answered' THEN NEW.person_id ELSE about.answered_by_id END,
                confirmed_by_id = CASE WHEN leads_to NOT IN ('answered', 'revoked') THEN NULL
                    WHEN NEW.kind = 'confirmed' THEN NEW.person_id ELSE about.confirmed_by_id END
            WHERE id = about.id;
            RETURN NEW;
        END
    """,
    "check_consultation_content": """
        BEGIN
            IF NOT EXISTS (
                SELECT FROM consultation_step WHERE id = NEW.step_id AND size_bytes = octet_length(NEW.content)
                AND sha256 = encode(sha256(NEW.content), 'hex')
            ) THEN
                RAISE EXCEPTION 'the bytes on file are those the step names'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'consultation_document_as_named',
                    TABLE = 'consultation_content';
            END IF;
            RETURN NEW;
        END
    """,
    "check_consultation_hold": """
        BEGIN
            IF NOT EXISTS (
                SELECT FROM deal JOIN consultation ON consultation.project_id = deal.project_id
                WHERE deal.id = NEW.deal_id AND consultation.id = NEW.consultation_id
            ) THEN
                RAISE EXCEPTION 'a deal waits for a consultation of its own project'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'consultation_hold_of_its_project',
                    TABLE = 'consultation_hold';
            END IF;
            IF NOT EXISTS (
                SELECT FROM person_role JOIN person ON person.id = person_role.person_id
                WHERE person.id = NEW.tied_by_id AND person.active AND role = 'fund_manager'
            ) THEN
                RAISE EXCEPTION 'a fund manager ties a deal to a consultation'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'consultation_hold_by_the_fund',
                    TABLE = 'consultation_hold';
            END IF;
            RETURN NEW;
        END
    """,
    "check_consultation_waiver": """
        BEGIN
            IF NOT EXISTS (
                SELECT FROM person_role JOIN person ON person.id = person_role.person_id
                WHERE person.id = NEW.waived_by_id AND person.active AND role = 'fund_manager'
                AND person.human_id <> (
                    SELECT tier.human_id FROM consultation_hold AS held JOIN person AS tier ON tier.id = held.tied_by_id
                    WHERE held.id = NEW.hold_id)
            ) THEN
                RAISE EXCEPTION 'another fund manager than the one who tied it waives a hold'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'consultation_waived_by_another',
                    TABLE = 'consultation_waiver';
            END IF;
            RETURN NEW;
        END
    """,
    # No won is committed or paid while a consultation that the deal waits for is not favourable, confirmed, in force.
    "keep_consultation_holds": """
        DECLARE about uuid; step text; today date := (now() AT TIME ZONE 'Asia/Seoul')::date;
        BEGIN
            IF TG_TABLE_NAME = 'commitment' THEN
                about := NEW.deal_id; step := 'contracted';
            ELSIF TG_TABLE_NAME = 'tranche' THEN
                SELECT deal_id INTO about FROM commitment WHERE id = NEW.commitment_id; step := 'disbursing';
            ELSE
                about := NEW.id; step := NEW.stage;
            END IF;
            IF EXISTS (
                WITH RECURSIVE behind AS (
                    SELECT id FROM deal WHERE id = about
                    UNION SELECT deal.id FROM deal JOIN behind ON deal.merged_into_id = behind.id
                )
                SELECT FROM consultation_hold AS held JOIN consultation AS asked ON asked.id = held.consultation_id
                WHERE held.deal_id IN (SELECT id FROM behind) AND held.stage = step
                AND NOT EXISTS (SELECT FROM consultation_waiver WHERE hold_id = held.id)
                AND NOT coalesce(
                    asked.state = 'answered' AND asked.outcome <> 'refused' AND asked.confirmed_by_id IS NOT NULL
                    AND coalesce(asked.valid_from <= today, true) AND coalesce(asked.valid_until >= today, true), false)
            ) THEN
                RAISE EXCEPTION 'the deal waits for a regulatory consultation'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'deal_waits_for_a_consultation',
                    TABLE = TG_TABLE_NAME;
            END IF;
            RETURN NEW;
        END
    """,
}
TRIGGERS: tuple[str, ...] = (
    "keep_consultation BEFORE INSERT OR UPDATE ON consultation FOR EACH ROW EXECUTE FUNCTION keep_consultation()",
    "take_consultation_step BEFORE INSERT ON consultation_step FOR EACH ROW EXECUTE FUNCTION take_consultation_step()",
    (
        "check_consultation_content BEFORE INSERT ON consultation_content "
        "FOR EACH ROW EXECUTE FUNCTION check_consultation_content()"
    ),
    (
        "check_consultation_hold BEFORE INSERT ON consultation_hold "
        "FOR EACH ROW EXECUTE FUNCTION check_consultation_hold()"
    ),
    (
        "check_consultation_waiver BEFORE INSERT ON consultation_waiver "
        "FOR EACH ROW EXECUTE FUNCTION check_consultation_waiver()"
    ),
    "keep_consultation_holds BEFORE INSERT ON commitment FOR EACH ROW EXECUTE FUNCTION keep_consultation_holds()",
    (
        "keep_consultation_holds BEFORE UPDATE OF state ON tranche FOR EACH ROW "
        "WHEN (NEW.state = 'paid' AND OLD.state <> 'paid') EXECUTE FUNCTION keep_consultation_holds()"
    ),
    (
        "keep_consultation_holds BEFORE UPDATE OF stage ON deal FOR EACH ROW "
        "WHEN (NEW.stage IN ('contracted', 'disbursing') AND OLD.stage <> NEW.stage) "
        "EXECUTE FUNCTION keep_consultation_holds()"
    ),
)


def upgrade() -> None:
    """Add the tables; what hangs on a consultation is added and never changed."""
    make_consultation()
    make_step()
    make_content()
    make_holds()
    for name, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT "
            f"AS $$ {body} $$"
        )
    for trigger in TRIGGERS:
        op.execute(f"CREATE TRIGGER {trigger}")
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APPLICATION_ROLE}")
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER refuse_removal BEFORE DELETE ON consultation FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(f"REVOKE UPDATE, DELETE ON consultation FROM {APPLICATION_ROLE}")
    op.execute(f"GRANT UPDATE ({', '.join(WRITTEN_BY_HAND)}) ON consultation TO {APPLICATION_ROLE}")


def downgrade() -> None:
    """Take the tables away."""
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}() CASCADE")
    for table in reversed(TABLES):
        op.drop_table(table)


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, models.clock.UtcDateTime(timezone=True), nullable=False)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _day(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _row(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return _id("id"), _moment("recorded_at"), sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def make_consultation() -> None:
    """The consultation, with what its steps have made of it."""
    table = "consultation"
    op.create_table(
        table,
        *_row(table),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("updated_at"),
        _text("source", 64),
        _text("external_id", 200, nullable=True),
        _text("source_digest", 64, nullable=True),
        _id("project_id"),
        sa.Column("kind", _enum("consultation_kind", *KINDS), nullable=False),
        _text("authority", 200),
        _text("rule", 2_000),
        _text("question", 8_000),
        sa.Column("days_allowed", sa.Integer(), nullable=False),
        _id("opened_by_id"),
        sa.Column("state", _enum("consultation_state", *STATES), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        *(_day(name) for name in ("filed_on", "due_on", "asked_on", "reply_by")),
        sa.Column("outcome", _enum("consultation_outcome", *OUTCOMES), nullable=True),
        _day("valid_from"),
        _day("valid_until"),
        _id("answered_by_id", nullable=True),
        _id("confirmed_by_id", nullable=True),
        _check(table, "version_from_one", "version >= 1"),
        *(_check(table, f"{name}_not_empty", f"{name} <> ''") for name in ("authority", "rule", "question")),
        _check(table, "days_allowed_range", "days_allowed BETWEEN 1 AND 730"),
        _check(table, "rapid_in_thirty_days", "kind <> 'rapid_confirmation' OR days_allowed = 30"),
        _check(table, "due_once_filed", "(filed_on IS NULL) = (due_on IS NULL)"),
        _check(table, "due_after_its_days", "due_on >= filed_on + days_allowed"),
        _check(table, "filed_on_a_day", "state IN ('draft', 'withdrawn') OR filed_on IS NOT NULL"),
        _check(table, "asked_on_a_day", "(state = 'supplement') = (asked_on IS NOT NULL)"),
        _check(table, "reply_to_a_supplement", "state = 'supplement' OR reply_by IS NULL"),
        _check(table, "answered_somehow", "(state IN ('answered', 'revoked')) = (outcome IS NOT NULL)"),
        _check(table, "answered_by_somebody", "(outcome IS NULL) = (answered_by_id IS NULL)"),
        _check(table, "confirmed_once_answered", "outcome IS NOT NULL OR confirmed_by_id IS NULL"),
        _check(table, "confirmed_by_another", "confirmed_by_id <> answered_by_id"),
        _check(table, "validity_in_order", "valid_from <= valid_until"),
        _key(table, "project_id", "rnd_project"),
        *(_key(table, name, "person") for name in ("opened_by_id", "answered_by_id", "confirmed_by_id")),
        _unique(table, "source", "external_id"),
    )
    for column in ("project_id", "opened_by_id", "state"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def make_step() -> None:
    """Its steps."""
    table = "consultation_step"
    op.create_table(
        table,
        *_row(table),
        _id("consultation_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("consultation_step_kind", *STEPS), nullable=False),
        _day("on_day", nullable=False),
        _id("person_id"),
        _text("words", 4_000, nullable=True),
        _day("reply_by"),
        sa.Column("outcome", _enum("consultation_outcome", *OUTCOMES), nullable=True),
        _day("valid_from"),
        _day("valid_until"),
        _text("seen_sha256", 64, nullable=True),
        _text("document_name", 255, nullable=True),
        _text("media_type", 100, nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        _text("sha256", 64, nullable=True),
        _check(table, "number_from_one", "number >= 1"),
        _check(table, "words_not_empty", "words <> ''"),
        _check(table, "answered_somehow", "(kind = 'answered') = (outcome IS NOT NULL)"),
        _check(table, "reply_to_a_supplement", "(kind = 'supplement_asked') OR reply_by IS NULL"),
        _check(table, "reply_after_it_was_asked", "reply_by >= on_day"),
        _check(
            table,
            "valid_where_permitted",
            "coalesce(outcome IN ('permitted', 'permitted_conditionally'), false) OR valid_from IS NULL",
        ),
        _check(table, "valid_from_and_until", "(valid_from IS NULL) = (valid_until IS NULL)"),
        _check(table, "validity_range", "valid_until BETWEEN valid_from AND valid_from + 1464"),
        _check(
            table,
            "document_whole",
            "(document_name IS NULL) = (sha256 IS NULL) AND (document_name IS NULL) = (size_bytes IS NULL) "
            "AND (document_name IS NULL) = (media_type IS NULL)",
        ),
        _check(table, "proved_by_a_document", "kind NOT IN ('answered', 'documented') OR sha256 IS NOT NULL"),
        _check(
            table,
            "said_why",
            "kind NOT IN ('supplement_asked', 'reopened', 'revoked', 'withdrawn') OR words IS NOT NULL",
        ),
        _check(table, "conditions_said", "outcome <> 'permitted_conditionally' OR words IS NOT NULL"),
        _check(table, "confirmed_as_seen", "(kind = 'confirmed') = (seen_sha256 IS NOT NULL)"),
        _check(table, "size_range", "size_bytes BETWEEN 1 AND 10485760"),
        _key(table, "consultation_id", "consultation"),
        _key(table, "person_id", "person"),
        _unique(table, "consultation_id", "number"),
    )
    for column in ("person_id", "sha256"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def make_content() -> None:
    """The bytes of the documents."""
    table = "consultation_content"
    op.create_table(
        table,
        *_row(table),
        _id("step_id"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _key(table, "step_id", "consultation_step"),
        _unique(table, "step_id"),
    )


def make_holds() -> None:
    """Deals that wait, and what was waived."""
    table = "consultation_hold"
    op.create_table(
        table,
        *_row(table),
        _id("deal_id"),
        _id("consultation_id"),
        sa.Column("stage", _enum("deal_stage", *DEAL_STAGES), nullable=False),
        _id("tied_by_id"),
        _text("words", 1_000),
        _check(table, "of_a_step_with_money", "stage IN ('contracted', 'disbursing')"),
        _check(table, "words_not_empty", "words <> ''"),
        _key(table, "deal_id", "deal"),
        _key(table, "consultation_id", "consultation"),
        _key(table, "tied_by_id", "person"),
        _unique(table, "deal_id", "consultation_id", "stage"),
    )
    op.create_index(op.f(f"ix_{table}_consultation_id"), table, ["consultation_id"])
    table = "consultation_waiver"
    op.create_table(
        table,
        *_row(table),
        _id("hold_id"),
        _id("waived_by_id"),
        _text("reason", 2_000),
        _check(table, "reason_not_empty", "reason <> ''"),
        _key(table, "hold_id", "consultation_hold"),
        _key(table, "waived_by_id", "person"),
        _unique(table, "hold_id"),
    )
