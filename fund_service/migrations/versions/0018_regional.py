"""Regional projects, spillover assessments and Leap consortia."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

import models.clock

revision: str = "0018"
down_revision: str | Sequence[str] | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
APPEND_ONLY = ("spillover_review", "anchor_demand", "anchor_demand_evidence")
"""New tables whose rows the service adds and never changes; parents before children."""
MAX_KRW = 9007199254740991
LEAP = "industrial-leap-technology"
PROJECT_TYPES = ("nationwide", "industry_belt", "transition", "innovation_hub")
PROVINCES = (
    "11", "26", "27", "28", "29", "30", "31", "36", "41", "43", "44", "46", "47", "48", "50", "51", "52",
)  # fmt: skip

FUNCTIONS: dict[str, str] = {
    # Nobody assesses what they or theirs carry out or put money into; editions follow one another.
    "check_spillover_review": """
        BEGIN
            IF EXISTS (
                SELECT FROM person AS assessor
                JOIN person AS account ON account.human_id = assessor.human_id
                JOIN organisation AS own ON own.id = account.organisation_id
                WHERE assessor.id = NEW.assessor_id AND own.ownership_group_id IN (
                    SELECT party.ownership_group_id FROM consortium_member AS member
                    JOIN organisation AS party ON party.id = member.organisation_id
                    WHERE member.project_id = NEW.project_id
                    UNION ALL
                    SELECT party.ownership_group_id FROM deal
                    LEFT JOIN demand_signal AS signal ON signal.id = deal.signal_id
                    JOIN organisation AS party ON party.id IN (deal.company_id, signal.organisation_id)
                    WHERE deal.project_id = NEW.project_id
                    UNION ALL
                    SELECT party.ownership_group_id FROM match_answer AS answer
                    JOIN organisation AS party ON party.id = answer.organisation_id
                    WHERE answer.project_id = NEW.project_id AND answer.kind = 'invested'
                )
            ) THEN
                RAISE EXCEPTION 'spillover is assessed by nobody of the consortium or of its investors'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'assessed_by_another', TABLE = 'spillover_review';
            END IF;
            IF NEW.number <> 1 + (
                SELECT coalesce(max(number), 0) FROM spillover_review
                WHERE project_id = NEW.project_id AND assessor_id = NEW.assessor_id
            ) THEN
                RAISE EXCEPTION 'an edition follows the one before'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'edition_follows', TABLE = 'spillover_review';
            END IF;
            RETURN NEW;
        END
    """,
    "check_anchor_demand": """
        DECLARE about rnd_project; said demand_signal;
        BEGIN
            SELECT * INTO about FROM rnd_project WHERE id = NEW.project_id;
            SELECT * INTO said FROM demand_signal WHERE id = NEW.signal_id;
            IF about.leap_phase IS NULL OR NOT EXISTS (
                SELECT FROM consortium_member
                WHERE project_id = NEW.project_id AND organisation_id = NEW.organisation_id AND role = 'anchor'
            ) THEN
                RAISE EXCEPTION 'demand is stated by the anchor company of a Leap project'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'stated_by_the_anchor', TABLE = 'anchor_demand';
            END IF;
            IF NOT EXISTS (
                SELECT FROM person JOIN person_role AS held ON held.person_id = person.id
                WHERE person.id = NEW.stated_by_id AND held.role = 'investor'
                AND person.organisation_id = NEW.organisation_id
            ) THEN
                RAISE EXCEPTION 'a statement is made by somebody who speaks for the anchor company'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'stated_by_its_own', TABLE = 'anchor_demand';
            END IF;
            IF (said.organisation_id, said.origin, said.text) IS DISTINCT FROM (NEW.organisation_id, 'anchor', NEW.text)
            THEN
                RAISE EXCEPTION 'the signal of a statement is the anchor''s own and says the same'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'signal_of_the_anchor', TABLE = 'anchor_demand';
            END IF;
            IF NEW.number <> 1 + (
                SELECT coalesce(max(number), 0) FROM anchor_demand WHERE project_id = NEW.project_id
            ) THEN
                RAISE EXCEPTION 'a statement follows the one before'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_follows', TABLE = 'anchor_demand';
            END IF;
            IF NEW.stated_on > (NEW.recorded_at AT TIME ZONE 'Asia/Seoul')::date THEN
                RAISE EXCEPTION 'a document is not of tomorrow'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_of_its_day', TABLE = 'anchor_demand';
            END IF;
            RETURN NEW;
        END
    """,
    "check_anchor_demand_evidence": """
        BEGIN
            IF NOT EXISTS (
                SELECT FROM anchor_demand WHERE id = NEW.demand_id AND size_bytes = octet_length(NEW.content)
                AND sha256 = encode(sha256(NEW.content), 'hex')
            ) THEN
                RAISE EXCEPTION 'the bytes on file are those the statement names'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'statement_as_named',
                    TABLE = 'anchor_demand_evidence';
            END IF;
            RETURN NEW;
        END
    """,
    # What an anchor stated stays as it stated it; the signal can be withdrawn, and a new statement be made.
    "keep_anchor_signal": """
        BEGIN
            IF (OLD.origin = 'anchor' OR NEW.origin = 'anchor') AND
                (NEW.origin, NEW.text, NEW.organisation_id) IS DISTINCT FROM (OLD.origin, OLD.text, OLD.organisation_id)
            THEN
                RAISE EXCEPTION 'an anchor''s signal says what its statement says'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'anchor_signal_kept', TABLE = 'demand_signal';
            END IF;
            RETURN NEW;
        END
    """,
    # At the end of a write, whatever it touched: links are taken away and made again within one.
    "check_leap_consortium": """
        DECLARE about uuid; anchors integer; leads uuid;
        BEGIN
            IF TG_TABLE_NAME = 'rnd_project' THEN
                about := NEW.id;
            ELSIF TG_OP = 'DELETE' THEN
                about := OLD.project_id;
            ELSE
                about := NEW.project_id;
            END IF;
            IF NOT EXISTS (SELECT FROM rnd_project WHERE id = about AND leap_phase IS NOT NULL) THEN
                RETURN NULL;
            END IF;
            SELECT count(*), min(party.ownership_group_id::text)::uuid INTO anchors, leads
            FROM consortium_member AS member JOIN organisation AS party ON party.id = member.organisation_id
            WHERE member.project_id = about AND member.role = 'anchor' AND party.kind = 'anchor_company';
            IF anchors <> 1 OR 1 <> (
                SELECT count(*) FROM consortium_member WHERE project_id = about AND role = 'anchor'
            ) THEN
                RAISE EXCEPTION 'a Leap project has exactly one anchor company'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'leap_one_anchor', TABLE = 'rnd_project';
            END IF;
            IF NOT EXISTS (
                SELECT FROM consortium_member AS member JOIN organisation AS party ON party.id = member.organisation_id
                WHERE member.project_id = about AND member.role <> 'anchor' AND party.kind = 'partner_firm'
                AND party.ownership_group_id <> leads
            ) THEN
                RAISE EXCEPTION 'a Leap project has a partner firm outside the anchor''s group'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'leap_a_partner', TABLE = 'rnd_project';
            END IF;
            RETURN NULL;
        END
    """,
}
"""Trigger functions by name, with their bodies."""


def upgrade() -> None:
    """Add types, hosts, phases, assessments and statements; so far every project was nationwide, and none a Leap one."""
    make_project_columns()
    make_signal_columns()
    make_round_columns()
    make_spillover_review()
    make_anchor_demand()
    for name, body in FUNCTIONS.items():
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT "
            f"AS $$ {body} $$"
        )
    make_triggers()


def downgrade() -> None:
    """Take all of it away."""
    op.execute("DROP TRIGGER keep_anchor_signal ON demand_signal")
    for table in ("rnd_project", "consortium_member"):
        op.execute(f"DROP TRIGGER check_leap_consortium ON {table}")
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
    for name in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}()")
    op.drop_column("planning_candidate", "project_type")
    op.drop_column("matching_round", "regional_exposure")
    for name in ("origin", "region_specific_wanted"):
        op.drop_column("demand_signal", name)
    # A CHECK that reads several columns goes with none of them.
    op.drop_constraint(op.f("ck_rnd_project_located_in_a_host"), "rnd_project")
    for name in ("leap_phase", "host_region_codes", "project_type"):
        op.drop_column("rnd_project", name)


def _enum(name: str, *values: str, check: bool = True) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=check, length=32)


def _listed(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


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


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _add_type(table: str) -> None:
    """Add the type of project, nationwide so far."""
    kinds = _enum("project_type", *PROJECT_TYPES, check=False)
    op.add_column(table, sa.Column("project_type", kinds, nullable=False, server_default="nationwide"))
    op.alter_column(table, "project_type", server_default=None)
    op.create_check_constraint(op.f(f"ck_{table}_project_type"), table, f"project_type IN ({_listed(PROJECT_TYPES)})")


def make_project_columns() -> None:
    """What a project is made for, and which part of the Leap project it is."""
    table = "rnd_project"
    _add_type(table)
    op.add_column(
        table, sa.Column("host_region_codes", ARRAY(sa.String(length=2)), nullable=False, server_default="{}")
    )
    op.add_column(table, sa.Column("leap_phase", _enum("leap_phase", "pilot", "large", check=False), nullable=True))
    checks = {
        "leap_phase": "leap_phase IN ('pilot', 'large')",
        "hosts_where_region_specific": "(project_type = 'nationwide') = (host_region_codes = '{}')",
        "hosts_known": f"host_region_codes <@ ARRAY[{_listed(PROVINCES)}]::varchar[]",
        "located_in_a_host": "project_type = 'nationwide' OR region_code = ANY (host_region_codes)",
        "leap_of_its_initiative": (
            f"leap_phase IS NULL OR (initiative_code IS NOT NULL AND initiative_code = '{LEAP}')"
        ),
        "pilot_from_2026": "leap_phase <> 'pilot' OR starts_on >= '2026-01-01'",
        "large_from_2027": "leap_phase <> 'large' OR starts_on >= '2027-01-01'",
    }
    for name, condition in checks.items():
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    op.create_index(op.f("ix_rnd_project_leap_phase"), table, ["leap_phase"])


def make_signal_columns() -> None:
    """Whether region-specific projects are asked for, and whether an anchor's statement is behind a signal."""
    table = "demand_signal"
    op.add_column(table, sa.Column("region_specific_wanted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column(table, "region_specific_wanted", server_default=None)
    origin = _enum("signal_origin", "submitted", "anchor", check=False)
    op.add_column(table, sa.Column("origin", origin, nullable=False, server_default="submitted"))
    op.alter_column(table, "origin", server_default=None)
    op.create_check_constraint(op.f("ck_demand_signal_signal_origin"), table, "origin IN ('submitted', 'anchor')")


def make_round_columns() -> None:
    """A floor of their own for region-specific projects in matching rounds; candidates of a type in planning rounds."""
    table = "matching_round"
    op.add_column(table, sa.Column("regional_exposure", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column(table, "regional_exposure", server_default=None)
    op.create_check_constraint(
        op.f(f"ck_{table}_regional_exposure_range"), table, "regional_exposure BETWEEN 0 AND 100"
    )
    _add_type("planning_candidate")
    op.create_check_constraint(
        op.f("ck_planning_candidate_region_specific_somewhere"),
        "planning_candidate",
        "project_type = 'nationwide' OR region_code IS NOT NULL",
    )


def make_spillover_review() -> None:
    """What assessors expect of a project."""
    table = "spillover_review"
    criteria = ("investment", "jobs", "production")
    op.create_table(
        table,
        *_row(table),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("assessor_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in criteria),
        sa.Column("words", sa.String(length=2_000), nullable=False),
        _check(table, "number_from_one", "number >= 1"),
        *(_check(table, f"{name}_range", f"{name} BETWEEN 1 AND 5") for name in criteria),
        _check(table, "words_not_empty", "length(words) >= 1"),
        _key(table, "project_id", "rnd_project"),
        _key(table, "assessor_id", "person"),
        _unique(table, "project_id", "assessor_id", "number"),
    )
    for column in ("project_id", "assessor_id"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def make_anchor_demand() -> None:
    """What anchor companies state that they mean to buy, and their documents."""
    table = "anchor_demand"
    op.create_table(
        table,
        *_row(table),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=8_000), nullable=False),
        sa.Column("volume_krw", sa.BigInteger(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("stated_by_id", sa.Uuid(), nullable=False),
        sa.Column("document_name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        _check(table, "number_from_one", "number >= 1"),
        _check(table, "text_not_empty", "length(text) >= 1"),
        _check(table, "volume_krw_range", f"volume_krw BETWEEN 1 AND {MAX_KRW}"),
        _check(table, "size_range", "size_bytes BETWEEN 1 AND 10485760"),
        _key(table, "project_id", "rnd_project"),
        _key(table, "organisation_id", "organisation"),
        _key(table, "signal_id", "demand_signal"),
        _key(table, "stated_by_id", "person"),
        _unique(table, "signal_id"),
        _unique(table, "project_id", "number"),
    )
    for column in ("project_id", "organisation_id", "sha256"):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    evidence = "anchor_demand_evidence"
    op.create_table(
        evidence,
        *_row(evidence),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _key(evidence, "demand_id", table),
        _unique(evidence, "demand_id"),
    )


def make_triggers() -> None:
    """Hold the rules that no CHECK can hold."""
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER check_{table} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION check_{table}()"
        )
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {APPLICATION_ROLE}")
    op.execute(
        "CREATE TRIGGER keep_anchor_signal BEFORE UPDATE OF origin, text, organisation_id ON demand_signal "
        "FOR EACH ROW EXECUTE FUNCTION keep_anchor_signal()"
    )
    for table, acts in (
        ("rnd_project", "INSERT OR UPDATE OF leap_phase"),
        ("consortium_member", "INSERT OR UPDATE OR DELETE"),
    ):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER check_leap_consortium AFTER {acts} ON {table} "
            "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_leap_consortium()"
        )
