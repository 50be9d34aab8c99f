"""Hands kept apart: walls against one person's hand in two places, found missing since the ledger's."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

import models.clock

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
APPEND_ONLY: tuple[str, ...] = ("deal_lead", "policy_confirmation")
"""New tables whose rows the service adds and never changes."""
NEVER_DELETED: tuple[str, ...] = ()

FUNCTIONS: dict[str, str] = {
    # What a claim says of its document is what is on file, whoever writes it: the unique index stands on it.
    "keep_document_sha256": """
        BEGIN
            NEW.document_sha256 := (SELECT sha256 FROM deal_document WHERE id = NEW.document_id);
            RETURN NEW;
        END
    """,
    # Whoever was made lead of a deal stays known as one, however the row came to say so.
    "keep_deal_lead": """
        BEGIN
            INSERT INTO deal_lead (deal_id, person_id, since)
                VALUES (NEW.id, NEW.lead_id, least(NEW.updated_at, now())) ON CONFLICT DO NOTHING;
            RETURN NULL;
        END
    """,
    # Else a former lead's account becomes somebody else's, and votes.
    "keep_human_of_lead": """
        BEGIN
            IF NEW.human_id <> OLD.human_id AND EXISTS (SELECT FROM deal_lead WHERE person_id = OLD.id) THEN
                RAISE EXCEPTION 'who has led a deal stays the same human being'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'human_stays', TABLE = 'person';
            END IF;
            RETURN NEW;
        END
    """,
    "check_new_item": """
        BEGIN
            IF NEW.state <> 'pending' OR NEW.vote_closed_at IS NOT NULL THEN
                RAISE EXCEPTION 'an item is listed before it is voted on and decided'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'item_listed_first', TABLE = 'agenda_item';
            END IF;
            RETURN NEW;
        END
    """,
    "check_item_voted": """
        BEGIN
            IF OLD.vote_closed_at IS NOT NULL AND
                (NEW.vote_closed_at, NEW.vote_closed_by_id) IS DISTINCT FROM (OLD.vote_closed_at, OLD.vote_closed_by_id)
            THEN
                RAISE EXCEPTION 'a vote that is closed stays closed'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_stays_closed', TABLE = 'agenda_item';
            END IF;
            IF OLD.state = 'pending' AND NEW.state = 'voided' THEN
                RAISE EXCEPTION 'only what was approved is voided'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'item_voided_after_approval', TABLE = 'agenda_item';
            END IF;
            IF OLD.state = 'pending' AND NEW.state = 'approved' AND (
                SELECT count(DISTINCT vote.human_id) FROM committee_vote AS vote
                WHERE vote.item_id = NEW.id AND vote.choice = 'for' AND vote.terms_digest = NEW.terms_digest
            ) < 2 THEN
                RAISE EXCEPTION 'an item is approved by the votes of two on its terms at least'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'item_approved_by_votes', TABLE = 'agenda_item';
            END IF;
            RETURN NEW;
        END
    """,
    "check_vote_open": """
        BEGIN
            IF EXISTS (SELECT FROM agenda_item WHERE id = NEW.item_id AND vote_closed_at IS NOT NULL) THEN
                RAISE EXCEPTION 'the vote on this item is closed'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_while_open', TABLE = 'committee_vote';
            END IF;
            RETURN NEW;
        END
    """,
    # A figure of policy bounds those who move money, so it takes two members of the committee who move none.
    "check_policy_confirmation": """
        DECLARE setter uuid; confirmer uuid;
        BEGIN
            SELECT person.human_id INTO setter FROM policy_value AS value JOIN person ON person.id = value.set_by_id
                WHERE value.id = NEW.policy_value_id;
            SELECT human_id INTO confirmer FROM person WHERE id = NEW.confirmed_by_id;
            IF setter IS NULL OR setter = confirmer THEN
                RAISE EXCEPTION 'a figure of policy is confirmed by another human being than proposed it'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_by_two', TABLE = 'policy_confirmation';
            END IF;
            IF EXISTS (
                SELECT FROM person_role AS held JOIN person ON person.id = held.person_id
                WHERE person.human_id IN (setter, confirmer) AND held.role = 'fund_manager'
            ) OR NOT EXISTS (
                SELECT FROM person_role WHERE person_id = NEW.confirmed_by_id AND role = 'committee_member'
            ) THEN
                RAISE EXCEPTION 'figures of policy are set by the committee, by nobody who moves money'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_by_the_committee',
                    TABLE = 'policy_confirmation';
            END IF;
            RETURN NEW;
        END
    """,
}
"""Trigger functions by name, with their bodies."""
TRIGGERS: tuple[str, ...] = (
    (
        "CREATE TRIGGER keep_document_sha256 BEFORE INSERT OR UPDATE OF document_id, document_sha256 ON expense_claim "
        "FOR EACH ROW EXECUTE FUNCTION keep_document_sha256()"
    ),
    (
        "CREATE TRIGGER keep_deal_lead AFTER INSERT OR UPDATE OF lead_id ON deal "
        "FOR EACH ROW EXECUTE FUNCTION keep_deal_lead()"
    ),
    (
        "CREATE TRIGGER keep_human_of_lead BEFORE UPDATE OF human_id ON person "
        "FOR EACH ROW EXECUTE FUNCTION keep_human_of_lead()"
    ),
    "CREATE TRIGGER check_new_item BEFORE INSERT ON agenda_item FOR EACH ROW EXECUTE FUNCTION check_new_item()",
    "CREATE TRIGGER check_item_voted BEFORE UPDATE ON agenda_item FOR EACH ROW EXECUTE FUNCTION check_item_voted()",
    "CREATE TRIGGER check_vote_open BEFORE INSERT ON committee_vote FOR EACH ROW EXECUTE FUNCTION check_vote_open()",
    (
        "CREATE TRIGGER check_policy_confirmation BEFORE INSERT ON policy_confirmation "
        "FOR EACH ROW EXECUTE FUNCTION check_policy_confirmation()"
    ),
)


def upgrade() -> None:
    make_tables()
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
    for table in NEVER_DELETED:
        op.execute(f"REVOKE DELETE ON {table} FROM {APPLICATION_ROLE}")


def make_tables() -> None:
    """New tables and columns."""
    make_document_sha256()
    make_deal_lead()
    make_policy_confirmation()
    make_committee_columns()
    make_staged_file()
    make_activity_facts()
    op.create_index(
        "uq_vehicle_one_mother_fund",
        "vehicle",
        ["kind"],
        unique=True,
        postgresql_where=sa.text("kind = 'mother_fund'"),
    )


def make_activity_facts() -> None:
    """What the timeline says as facts, to be said in any language; what was told before stays as it was said."""
    op.add_column("deal_activity", sa.Column("sentence", sa.String(length=300), nullable=True))
    op.add_column("deal_activity", sa.Column("facts", JSONB(none_as_null=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_deal_activity_sentence_of_facts"), "deal_activity", "(sentence IS NULL) = (facts IS NULL)"
    )


def make_staged_file() -> None:
    """Files between their preview and their import."""
    op.create_table(
        "staged_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("octet_length(content) BETWEEN 1 AND 10485760", name=op.f("ck_staged_file_content_size")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_staged_file_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_file")),
        sa.UniqueConstraint("person_id", "operation", name=op.f("uq_staged_file_person_id_operation")),
    )


def make_deal_lead() -> None:
    """Who has ever led a deal; of the time before, only the present leads are known."""
    op.create_table(
        "deal_lead",
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("since", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_deal_lead_deal_id_deal")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deal_lead_person_id_person")),
        sa.PrimaryKeyConstraint("deal_id", "person_id", name=op.f("pk_deal_lead")),
    )
    op.create_index(op.f("ix_deal_lead_person_id"), "deal_lead", ["person_id"], unique=False)
    op.execute("INSERT INTO deal_lead (deal_id, person_id, since) SELECT id, lead_id, recorded_at FROM deal")
    op.execute(f"REVOKE INSERT ON deal_lead FROM {APPLICATION_ROLE}")


def make_policy_confirmation() -> None:
    """What was set by one alone no longer counts until somebody else confirms it."""
    op.create_table(
        "policy_confirmation",
        sa.Column("policy_value_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_value_id"], ["policy_value.id"], name=op.f("fk_policy_confirmation_policy_value_id_policy_value")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["person.id"], name=op.f("fk_policy_confirmation_confirmed_by_id_person")
        ),
        sa.PrimaryKeyConstraint("policy_value_id", name=op.f("pk_policy_confirmation")),
    )


def make_committee_columns() -> None:
    """When the vote on an item was closed; and meetings that are cancelled."""
    op.add_column("agenda_item", sa.Column("vote_closed_at", models.clock.UtcDateTime(timezone=True), nullable=True))
    op.add_column("agenda_item", sa.Column("vote_closed_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_agenda_item_vote_closed_by_id_person"), "agenda_item", "person", ["vote_closed_by_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_agenda_item_vote_closed_by_somebody"),
        "agenda_item",
        "(vote_closed_at IS NULL) = (vote_closed_by_id IS NULL)",
    )
    op.add_column("committee_meeting", sa.Column("cancel_reason", sa.String(length=1_000), nullable=True))
    op.create_check_constraint(
        op.f("ck_committee_meeting_cancelled_with_a_reason"),
        "committee_meeting",
        "(state = 'cancelled') = (cancel_reason IS NOT NULL)",
    )
    set_meeting_states("planned", "open", "closed", "cancelled")


def set_meeting_states(*states: str) -> None:
    """Say which states a meeting may be in."""
    name = op.f("ck_committee_meeting_meeting_state")
    op.drop_constraint(name, "committee_meeting", type_="check")
    listed = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(name, "committee_meeting", f"state IN ({listed})")


def make_document_sha256() -> None:
    """One document, one claim; of claims that share one already the first keeps it, the others stand as they are."""
    op.add_column("expense_claim", sa.Column("document_sha256", sa.String(length=64), nullable=True))
    op.execute("""
        UPDATE expense_claim SET document_sha256 = first.sha256 FROM (
            SELECT DISTINCT ON (document.sha256) claim.id, document.sha256
            FROM expense_claim AS claim JOIN deal_document AS document ON document.id = claim.document_id
            ORDER BY document.sha256, claim.state = 'refused', claim.recorded_at, claim.id
        ) AS first WHERE first.id = expense_claim.id
    """)
    op.create_index(
        "uq_expense_claim_document_sha256",
        "expense_claim",
        ["document_sha256"],
        unique=True,
        postgresql_where=sa.text("state <> 'refused'"),
    )


def downgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}() CASCADE")
    drop_tables()


def drop_tables() -> None:
    """Take away what ``make_tables`` made."""
    op.drop_index("uq_vehicle_one_mother_fund", table_name="vehicle")
    op.drop_index("uq_expense_claim_document_sha256", table_name="expense_claim")
    op.drop_column("expense_claim", "document_sha256")
    op.drop_column("deal_activity", "facts")
    op.drop_column("deal_activity", "sentence")
    op.drop_table("staged_file")
    op.drop_table("policy_confirmation")
    op.drop_table("deal_lead")
    for column in ("vote_closed_at", "vote_closed_by_id"):
        op.drop_column("agenda_item", column)
    op.drop_column("committee_meeting", "cancel_reason")
    set_meeting_states("planned", "open", "closed")
