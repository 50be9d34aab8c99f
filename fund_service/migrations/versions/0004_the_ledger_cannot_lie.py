"""What the database itself refuses: money that is not there, one-eyed or unbalanced entries, a rewritten history."""

from collections.abc import Sequence

from alembic import op

revision: str = "0004"
down_revision: str | Sequence[str] | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
"""The role under which the service works; the owner of the tables migrates and does nothing else."""

APPEND_ONLY = (
    "journal_entry", "ledger_line", "instruction_check", "commitment", "envelope_draw", "capital_call",
    "capital_call_item", "capital_call_receipt", "committee_vote", "deal_stage_change", "deal_activity",
    "deal_document", "document_content", "sample_draw", "sample_lot", "policy_value", "idempotency_key",
)  # fmt: skip
NEVER_DELETED = (
    "committee_meeting", "condition_precedent", "deal", "deal_merge", "deal_note", "deal_review", "decision_flag",
    "declared_interest", "expense_claim", "limit_rule", "person", "tranche",
)  # fmt: skip
"""Tables from which the service takes no row away: nobody's condition, interest, claim or account just disappears."""

FUNCTIONS = {
    "refuse_change": """
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME
                USING ERRCODE = 'check_violation', CONSTRAINT = 'append_only', TABLE = TG_TABLE_NAME;
        END
    """,
    # One statement moves all guards of an entry, in the order of ids, so that two entries never wait for each other.
    "keep_guards": """
        BEGIN
            PERFORM 1 FROM account WHERE id IN (SELECT account_id FROM added) ORDER BY id FOR UPDATE;
            UPDATE account SET guard_krw = guard_krw + moved.krw
                FROM (SELECT account_id, sum(amount_krw)::bigint AS krw FROM added GROUP BY account_id) AS moved
                WHERE account.id = moved.account_id;
            IF EXISTS (
                SELECT FROM journal_entry AS entry WHERE entry.id IN (SELECT entry_id FROM added)
                AND (SELECT count(*) FROM ledger_line WHERE entry_id = entry.id) > entry.line_count
            ) THEN
                RAISE EXCEPTION 'a line was added to an entry that is complete'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_is_complete', TABLE = 'ledger_line';
            END IF;
            RETURN NULL;
        END
    """,
    "check_new_account": """
        BEGIN
            IF NEW.guard_krw <> 0 THEN
                RAISE EXCEPTION 'an account opens with nothing'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'account_opens_empty', TABLE = 'account';
            END IF;
            RETURN NEW;
        END
    """,
    "check_tip_step": """
        BEGIN
            IF NEW.number <> OLD.number + 1 OR NOT EXISTS (
                SELECT FROM journal_entry WHERE number = NEW.number AND digest = NEW.digest
            ) THEN
                RAISE EXCEPTION 'the tip follows the last entry'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'tip_follows', TABLE = 'ledger_tip';
            END IF;
            RETURN NEW;
        END
    """,
    "check_entry": """
        DECLARE asked instruction; checks integer;
        BEGIN
            IF (SELECT count(*) FROM ledger_line WHERE entry_id = NEW.id) <> NEW.line_count OR EXISTS (
                SELECT FROM ledger_line AS line JOIN account ON account.id = line.account_id WHERE line.entry_id = NEW.id
                GROUP BY coalesce(account.vehicle_id, account.envelope_id) HAVING sum(line.amount_krw) <> 0
            ) THEN
                RAISE EXCEPTION 'entry % does not balance in every book', NEW.number
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances', TABLE = 'journal_entry';
            END IF;
            IF NEW.number > 1 AND NOT EXISTS (
                SELECT FROM journal_entry WHERE number = NEW.number - 1 AND digest = NEW.previous_digest
            ) THEN
                RAISE EXCEPTION 'entry % does not follow the one before', NEW.number
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_follows', TABLE = 'journal_entry';
            END IF;
            SELECT * INTO asked FROM instruction WHERE id = NEW.instruction_id;
            SELECT count(*) INTO checks FROM instruction_check AS given
                WHERE given.instruction_id = asked.id AND given.terms_digest = asked.terms_digest
                AND given.human_id <> (SELECT human_id FROM person WHERE id = asked.made_by_id);
            IF asked.state <> 'posted' OR checks < asked.checks_needed THEN
                RAISE EXCEPTION 'entry % has not been checked by % others', NEW.number, asked.checks_needed
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_is_checked', TABLE = 'journal_entry';
            END IF;
            -- Settlement needs no checker, so it may move nothing but what its deal was paid already, as much as it says.
            IF asked.kind = 'settlement' AND EXISTS (
                SELECT FROM ledger_line AS line JOIN account ON account.id = line.account_id
                WHERE line.entry_id = NEW.id AND (
                    account.kind NOT IN ('settled', 'unsettled') OR account.deal_id <> asked.deal_id
                    OR account.vehicle_id <> asked.vehicle_id OR abs(line.amount_krw) <> asked.amount_krw
                )
            ) THEN
                RAISE EXCEPTION 'entry % settles and moves other money', NEW.number
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_only_settles', TABLE = 'journal_entry';
            END IF;
            RETURN NULL;
        END
    """,
    "check_new_instruction": """
        BEGIN
            IF NEW.state = 'posted' THEN
                RAISE EXCEPTION 'an instruction is asked before it is posted'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'instruction_asked_first', TABLE = 'instruction';
            END IF;
            RETURN NEW;
        END
    """,
    "check_instruction_step": """
        BEGIN
            IF OLD.state <> 'pending' OR NEW.state = 'pending' THEN
                RAISE EXCEPTION 'an instruction is resolved once'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'instruction_resolved_once', TABLE = 'instruction';
            END IF;
            IF (to_jsonb(NEW) - '{state,resolved_at,resolved_by_id,void_reason}'::text[])
                <> (to_jsonb(OLD) - '{state,resolved_at,resolved_by_id,void_reason}'::text[]) THEN
                RAISE EXCEPTION 'what an instruction asks is never changed'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'instruction_unchanged', TABLE = 'instruction';
            END IF;
            RETURN NEW;
        END
    """,
    "check_instruction_posted": """
        BEGIN
            IF NEW.state = 'posted' AND NOT EXISTS (SELECT FROM journal_entry WHERE instruction_id = NEW.id) THEN
                RAISE EXCEPTION 'an instruction is posted with its entry'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'instruction_has_its_entry', TABLE = 'instruction';
            END IF;
            RETURN NULL;
        END
    """,
    "check_instruction_check": """
        DECLARE asked instruction;
        BEGIN
            SELECT * INTO asked FROM instruction WHERE id = NEW.instruction_id;
            IF NEW.human_id IS DISTINCT FROM (SELECT human_id FROM person WHERE id = NEW.person_id) THEN
                RAISE EXCEPTION 'a check names the human being of its account'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'check_by_its_human', TABLE = 'instruction_check';
            END IF;
            IF NEW.human_id = (SELECT human_id FROM person WHERE id = asked.made_by_id) THEN
                RAISE EXCEPTION 'nobody checks what they made'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'four_eyes', TABLE = 'instruction_check';
            END IF;
            IF asked.state <> 'pending' OR asked.terms_digest <> NEW.terms_digest THEN
                RAISE EXCEPTION 'a check is of a pending instruction as it reads'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'check_binds_terms', TABLE = 'instruction_check';
            END IF;
            RETURN NEW;
        END
    """,
    "check_vote": """
        BEGIN
            IF NEW.human_id IS DISTINCT FROM (SELECT human_id FROM person WHERE id = NEW.person_id) THEN
                RAISE EXCEPTION 'a vote names the human being of its account'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_by_its_human', TABLE = 'committee_vote';
            END IF;
            IF NOT EXISTS (
                SELECT FROM agenda_item WHERE id = NEW.item_id AND state = 'pending' AND terms_digest = NEW.terms_digest
            ) THEN
                RAISE EXCEPTION 'a vote is on a pending item as it reads'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_binds_terms', TABLE = 'committee_vote';
            END IF;
            RETURN NEW;
        END
    """,
    "check_item_step": """
        BEGIN
            IF OLD.state <> 'pending' AND (
                NOT (NEW.state = OLD.state OR OLD.state = 'approved' AND NEW.state = 'voided')
                OR to_jsonb(NEW) - 'state' <> to_jsonb(OLD) - 'state'
            ) THEN
                RAISE EXCEPTION 'what the committee decided is not rewritten'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'item_decided_once', TABLE = 'agenda_item';
            END IF;
            IF (NEW.deal_id, NEW.meeting_id) <> (OLD.deal_id, OLD.meeting_id) OR NEW.terms_digest <> OLD.terms_digest
                AND EXISTS (SELECT FROM committee_vote WHERE item_id = NEW.id)
            THEN
                RAISE EXCEPTION 'what was voted on is not changed'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'item_binds_terms', TABLE = 'agenda_item';
            END IF;
            RETURN NEW;
        END
    """,
    "check_item_removed": """
        BEGIN
            IF OLD.state <> 'pending' THEN
                RAISE EXCEPTION 'what the committee decided is not rewritten'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'item_decided_once', TABLE = 'agenda_item';
            END IF;
            RETURN OLD;
        END
    """,
    "check_tranche_step": """
        BEGIN
            IF (NEW.commitment_id, NEW.position, NEW.milestone, NEW.amount_krw)
                <> (OLD.commitment_id, OLD.position, OLD.milestone, OLD.amount_krw) THEN
                RAISE EXCEPTION 'what a tranche is for is never changed'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'tranche_unchanged', TABLE = 'tranche';
            END IF;
            IF NEW.state = 'paid' AND NOT EXISTS (
                SELECT FROM instruction AS paid WHERE paid.id = NEW.instruction_id AND paid.kind = 'disbursement'
                AND paid.state = 'posted' AND paid.terms ->> 'tranche_id' = NEW.id::text
            ) THEN
                RAISE EXCEPTION 'a tranche is paid by its own disbursement'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'tranche_paid_by_its_own', TABLE = 'tranche';
            END IF;
            RETURN NEW;
        END
    """,
    # Who made, checked or voted stays who they are: else one human being becomes two behind a check that was given.
    "keep_human": """
        BEGIN
            IF NEW.human_id <> OLD.human_id AND (
                EXISTS (SELECT FROM instruction WHERE made_by_id = OLD.id)
                OR EXISTS (SELECT FROM instruction_check WHERE person_id = OLD.id)
                OR EXISTS (SELECT FROM committee_vote WHERE person_id = OLD.id)
            ) THEN
                RAISE EXCEPTION 'who has decided stays the same human being'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'human_stays', TABLE = 'person';
            END IF;
            RETURN NEW;
        END
    """,
}

TRIGGERS = (
    (
        "CREATE TRIGGER keep_guards AFTER INSERT ON ledger_line REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_guards()"
    ),
    (
        "CREATE CONSTRAINT TRIGGER check_entry AFTER INSERT ON journal_entry DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION check_entry()"
    ),
    (
        "CREATE TRIGGER check_instruction_step BEFORE UPDATE ON instruction "
        "FOR EACH ROW EXECUTE FUNCTION check_instruction_step()"
    ),
    (
        "CREATE CONSTRAINT TRIGGER check_instruction_posted AFTER UPDATE ON instruction DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION check_instruction_posted()"
    ),
    "CREATE TRIGGER refuse_change BEFORE DELETE ON instruction FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    (
        "CREATE TRIGGER check_instruction_check BEFORE INSERT ON instruction_check "
        "FOR EACH ROW EXECUTE FUNCTION check_instruction_check()"
    ),
    "CREATE TRIGGER check_vote BEFORE INSERT ON committee_vote FOR EACH ROW EXECUTE FUNCTION check_vote()",
    "CREATE TRIGGER check_new_account BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION check_new_account()",
    "CREATE TRIGGER check_tip_step BEFORE UPDATE ON ledger_tip FOR EACH ROW EXECUTE FUNCTION check_tip_step()",
    (
        "CREATE TRIGGER check_new_instruction BEFORE INSERT ON instruction "
        "FOR EACH ROW EXECUTE FUNCTION check_new_instruction()"
    ),
    "CREATE TRIGGER check_item_step BEFORE UPDATE ON agenda_item FOR EACH ROW EXECUTE FUNCTION check_item_step()",
    "CREATE TRIGGER check_item_removed BEFORE DELETE ON agenda_item FOR EACH ROW EXECUTE FUNCTION check_item_removed()",
    "CREATE TRIGGER check_tranche_step BEFORE UPDATE ON tranche FOR EACH ROW EXECUTE FUNCTION check_tranche_step()",
    "CREATE TRIGGER keep_human BEFORE UPDATE OF human_id ON person FOR EACH ROW EXECUTE FUNCTION keep_human()",
)

PRIVILEGES = f"""
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION_ROLE}') THEN
            CREATE ROLE {APPLICATION_ROLE} NOLOGIN;
        END IF;
    EXCEPTION WHEN duplicate_object THEN NULL;
    END $$;
    GRANT {APPLICATION_ROLE} TO CURRENT_USER;
    GRANT USAGE ON SCHEMA public TO {APPLICATION_ROLE};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APPLICATION_ROLE};
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APPLICATION_ROLE};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {APPLICATION_ROLE};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APPLICATION_ROLE};
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {APPLICATION_ROLE};
    REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {APPLICATION_ROLE};
    REVOKE UPDATE, DELETE ON account, {", ".join(APPEND_ONLY)} FROM {APPLICATION_ROLE};
    REVOKE DELETE ON {", ".join(NEVER_DELETED)} FROM {APPLICATION_ROLE};
    REVOKE INSERT, DELETE ON ledger_tip FROM {APPLICATION_ROLE};
    REVOKE UPDATE, DELETE ON instruction FROM {APPLICATION_ROLE};
    GRANT UPDATE (state, resolved_at, resolved_by_id, void_reason) ON instruction TO {APPLICATION_ROLE};
"""  # noqa: S608 - our own names


def upgrade() -> None:
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
    for table in (*APPEND_ONLY, "instruction"):
        op.execute(
            f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute("INSERT INTO ledger_tip (id, number, digest) VALUES (1, 0, repeat('0', 64))")
    op.execute(PRIVILEGES)


def downgrade() -> None:
    op.execute(f"DROP OWNED BY {APPLICATION_ROLE}")
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}() CASCADE")
    op.execute("DELETE FROM ledger_tip")
