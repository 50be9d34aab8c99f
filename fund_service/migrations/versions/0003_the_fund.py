"""The fund: vehicles, deals, committee, ledger, instructions, settlement."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

import models.clock

revision: str = "0003"
down_revision: str | Sequence[str] | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "ledger_tip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_tip_one_row")),
        sa.CheckConstraint("number >= 0", name=op.f("ck_ledger_tip_number_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_tip")),
    )
    op.create_table(
        "vehicle",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("external_id", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.Column("source_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "mother_fund",
                "sub_fund",
                "project_fund",
                "direct",
                name="vehicle_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("name_ko", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("manager_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("formed_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("main_purpose_share_bp", sa.Integer(), nullable=False),
        sa.Column("fiscal_contribution_krw", sa.BigInteger(), nullable=False),
        sa.Column("private_commitments_krw", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'mother_fund') = (parent_id IS NULL)", name=op.f("ck_vehicle_only_the_mother_has_no_parent")
        ),
        sa.CheckConstraint(
            "fiscal_contribution_krw BETWEEN 0 AND 9007199254740991", name=op.f("ck_vehicle_fiscal_contribution_range")
        ),
        sa.CheckConstraint("formed_on <= ends_on", name=op.f("ck_vehicle_life_in_order")),
        sa.CheckConstraint(
            "main_purpose_share_bp BETWEEN 0 AND 10000", name=op.f("ck_vehicle_main_purpose_share_range")
        ),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_vehicle_not_its_own_parent")),
        sa.CheckConstraint(
            "private_commitments_krw BETWEEN 0 AND 9007199254740991", name=op.f("ck_vehicle_private_commitments_range")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_vehicle_version_from_one")),
        sa.ForeignKeyConstraint(
            ["manager_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_vehicle_manager_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["vehicle.id"], name=op.f("fk_vehicle_parent_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_vehicle_source_external_id")),
    )
    op.create_index(op.f("ix_vehicle_kind"), "vehicle", ["kind"], unique=False)
    op.create_index(op.f("ix_vehicle_parent_id"), "vehicle", ["parent_id"], unique=False)
    op.create_table(
        "committee_meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("external_id", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.Column("source_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("meets_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned", "open", "closed", name="meeting_state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("chair_id", sa.Uuid(), nullable=False),
        sa.Column("quorum_bp", sa.Integer(), nullable=False),
        sa.Column("approval_bp", sa.Integer(), nullable=False),
        sa.CheckConstraint("approval_bp BETWEEN 1 AND 10000", name=op.f("ck_committee_meeting_approval_range")),
        sa.CheckConstraint("quorum_bp BETWEEN 1 AND 10000", name=op.f("ck_committee_meeting_quorum_range")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_committee_meeting_version_from_one")),
        sa.ForeignKeyConstraint(["chair_id"], ["person.id"], name=op.f("fk_committee_meeting_chair_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_meeting")),
    )
    op.create_index(op.f("ix_committee_meeting_state"), "committee_meeting", ["state"], unique=False)
    op.create_table(
        "declared_interest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "personal",
                "employer",
                "ownership_group",
                "family",
                name="interest_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("ownership_group_id", sa.Uuid(), nullable=True),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.CheckConstraint("known_on <= ends_on", name=op.f("ck_declared_interest_period_in_order")),
        sa.CheckConstraint(
            "num_nonnulls(organisation_id, ownership_group_id) = 1", name=op.f("ck_declared_interest_names_one_party")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_declared_interest_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["ownership_group_id"],
            ["ownership_group.id"],
            name=op.f("fk_declared_interest_ownership_group_id_ownership_group"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_declared_interest_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_interest")),
    )
    op.create_index(
        op.f("ix_declared_interest_organisation_id"), "declared_interest", ["organisation_id"], unique=False
    )
    op.create_index(
        op.f("ix_declared_interest_ownership_group_id"), "declared_interest", ["ownership_group_id"], unique=False
    )
    op.create_index(op.f("ix_declared_interest_person_id"), "declared_interest", ["person_id"], unique=False)
    op.create_table(
        "envelope",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("external_id", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.Column("source_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("name_ko", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("initiative_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("mega_region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("vehicle_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(initiative_code, mega_region_code, region_code, year, vehicle_id) >= 1",
            name=op.f("ck_envelope_has_a_dimension"),
        ),
        sa.CheckConstraint("num_nonnulls(mega_region_code, region_code) <= 1", name=op.f("ck_envelope_one_region")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_envelope_version_from_one")),
        sa.CheckConstraint("year BETWEEN 2026 AND 2100", name=op.f("ck_envelope_year_range")),
        sa.ForeignKeyConstraint(
            ["initiative_code"], ["initiative.code"], name=op.f("fk_envelope_initiative_code_initiative")
        ),
        sa.ForeignKeyConstraint(
            ["mega_region_code"], ["mega_region.code"], name=op.f("fk_envelope_mega_region_code_mega_region")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_envelope_region_code_region")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_envelope_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelope")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_envelope_source_external_id")),
    )
    op.create_index(op.f("ix_envelope_initiative_code"), "envelope", ["initiative_code"], unique=False)
    op.create_index(op.f("ix_envelope_vehicle_id"), "envelope", ["vehicle_id"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("operation", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("fingerprint", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("location", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
        sa.Column("body", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_idempotency_key_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "operation", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_table(
        "limit_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("external_id", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.Column("source_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "company_concentration",
                "group_concentration",
                "main_purpose_share",
                "regional_floor",
                "large_project_share",
                name="limit_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "force",
            sa.Enum("blocks", "warns", name="limit_force", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("vehicle_id", sa.Uuid(), nullable=True),
        sa.Column("mega_region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("share_bp", sa.Integer(), nullable=False),
        sa.Column("basis_ko", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("basis_en", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.CheckConstraint(
            "(kind = 'large_project_share') = (year IS NOT NULL)", name=op.f("ck_limit_rule_path_names_its_year")
        ),
        sa.CheckConstraint(
            "(kind = 'regional_floor') = (mega_region_code IS NOT NULL)",
            name=op.f("ck_limit_rule_floor_names_its_region"),
        ),
        sa.CheckConstraint("share_bp BETWEEN 0 AND 10000", name=op.f("ck_limit_rule_share_range")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_limit_rule_version_from_one")),
        sa.CheckConstraint("year BETWEEN 2026 AND 2100", name=op.f("ck_limit_rule_year_range")),
        sa.ForeignKeyConstraint(
            ["mega_region_code"], ["mega_region.code"], name=op.f("fk_limit_rule_mega_region_code_mega_region")
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_limit_rule_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_rule")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_limit_rule_source_external_id")),
    )
    op.create_index(op.f("ix_limit_rule_kind"), "limit_rule", ["kind"], unique=False)
    op.create_index(op.f("ix_limit_rule_vehicle_id"), "limit_rule", ["vehicle_id"], unique=False)
    op.create_index(
        "uq_limit_rule_identity",
        "limit_rule",
        ["kind", "vehicle_id", "mega_region_code", "year"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "policy_value",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("amount_krw", sa.BigInteger(), nullable=True),
        sa.Column("share_bp", sa.Integer(), nullable=True),
        sa.Column("set_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.CheckConstraint("amount_krw BETWEEN 0 AND 9007199254740991", name=op.f("ck_policy_value_amount_krw_range")),
        sa.CheckConstraint("num_nonnulls(amount_krw, share_bp) = 1", name=op.f("ck_policy_value_amount_or_share")),
        sa.CheckConstraint("share_bp BETWEEN 0 AND 10000", name=op.f("ck_policy_value_share_range")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_policy_value_set_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_value")),
    )
    op.create_index(op.f("ix_policy_value_name"), "policy_value", ["name"], unique=False)
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("query", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_filter_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("person_id", "name", name=op.f("uq_saved_filter_person_id_name")),
    )
    op.create_table(
        "deal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("external_id", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.Column("source_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("title_ko", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=True),
        sa.Column("title_en", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=True),
        sa.Column("summary", sqlmodel.sql.sqltypes.AutoString(length=8000), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "sourced",
                "screening",
                "due_diligence",
                "committee",
                "approved",
                "contracted",
                "disbursing",
                "monitoring",
                "exited",
                "declined",
                "withdrawn",
                name="deal_stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("stage_since", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("signal_id", sa.Uuid(), nullable=True),
        sa.Column("match_id", sa.Uuid(), nullable=True),
        sa.Column("match_score", sa.Float(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("vehicle_id", sa.Uuid(), nullable=True),
        sa.Column(
            "instrument",
            sa.Enum(
                "equity",
                "convertible",
                "loan",
                "grant",
                name="investment_instrument",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount_krw", sa.BigInteger(), nullable=False),
        sa.Column("project_budget_krw", sa.BigInteger(), nullable=True),
        sa.Column("private_krw", sa.BigInteger(), nullable=False),
        sa.Column("other_public_krw", sa.BigInteger(), nullable=False),
        sa.Column("main_purpose", sa.Boolean(), nullable=False),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("initiative_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("additionality", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column(
            "decline_reason",
            sa.Enum(
                "technology",
                "market",
                "team",
                "terms",
                "policy",
                "duplicate",
                "integrity",
                "company_left",
                name="decline_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("decline_words", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(stage IN ('declined', 'withdrawn')) = (decline_reason IS NOT NULL)",
            name=op.f("ck_deal_ended_with_a_reason"),
        ),
        sa.CheckConstraint("(decline_reason IS NULL) = (decline_words IS NULL)", name=op.f("ck_deal_reason_has_words")),
        sa.CheckConstraint("amount_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_deal_amount_krw_range")),
        sa.CheckConstraint("coalesce(title_ko, title_en) IS NOT NULL", name=op.f("ck_deal_titled")),
        sa.CheckConstraint("merged_into_id <> id", name=op.f("ck_deal_not_merged_into_itself")),
        sa.CheckConstraint(
            "other_public_krw BETWEEN 0 AND 9007199254740991", name=op.f("ck_deal_other_public_krw_range")
        ),
        sa.CheckConstraint("private_krw BETWEEN 0 AND 9007199254740991", name=op.f("ck_deal_private_krw_range")),
        sa.CheckConstraint(
            "project_budget_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_deal_project_budget_krw_range")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_deal_version_from_one")),
        sa.ForeignKeyConstraint(["company_id"], ["organisation.id"], name=op.f("fk_deal_company_id_organisation")),
        sa.ForeignKeyConstraint(
            ["initiative_code"], ["initiative.code"], name=op.f("fk_deal_initiative_code_initiative")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["person.id"], name=op.f("fk_deal_lead_id_person")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["deal.id"], name=op.f("fk_deal_merged_into_id_deal")),
        sa.ForeignKeyConstraint(["project_id"], ["rnd_project.id"], name=op.f("fk_deal_project_id_rnd_project")),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_deal_region_code_region")),
        sa.ForeignKeyConstraint(["signal_id"], ["demand_signal.id"], name=op.f("fk_deal_signal_id_demand_signal")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_deal_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_deal_source_external_id")),
    )
    op.create_index(
        "ix_deal_board",
        "deal",
        ["stage"],
        unique=False,
        postgresql_include=["amount_krw"],
        postgresql_where=sa.text("merged_into_id IS NULL"),
    )
    op.create_index(op.f("ix_deal_company_id"), "deal", ["company_id"], unique=False)
    op.create_index(op.f("ix_deal_initiative_code"), "deal", ["initiative_code"], unique=False)
    op.create_index(op.f("ix_deal_lead_id"), "deal", ["lead_id"], unique=False)
    op.create_index(op.f("ix_deal_merged_into_id"), "deal", ["merged_into_id"], unique=False)
    op.create_index(op.f("ix_deal_project_id"), "deal", ["project_id"], unique=False)
    op.create_index(op.f("ix_deal_region_code"), "deal", ["region_code"], unique=False)
    op.create_index(op.f("ix_deal_signal_id"), "deal", ["signal_id"], unique=False)
    op.create_index(op.f("ix_deal_stage"), "deal", ["stage"], unique=False)
    op.create_index(op.f("ix_deal_vehicle_id"), "deal", ["vehicle_id"], unique=False)
    op.create_table(
        "meeting_member",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["committee_meeting.id"], name=op.f("fk_meeting_member_meeting_id_committee_meeting")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_member_person_id_person")),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_meeting_member")),
    )
    op.create_index(op.f("ix_meeting_member_person_id"), "meeting_member", ["person_id"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "size",
                "uncommitted",
                "promised",
                "committed",
                "drawn",
                "callable",
                "called",
                "calls",
                "received",
                "cash",
                "paid_in",
                "holding",
                "investment",
                "fair_value",
                "unrealised",
                "realised",
                "royalty",
                "written_off",
                "expense",
                "distributed",
                "income",
                "recallable",
                "recalls",
                "envelope_budget",
                "envelope_available",
                "envelope_drawn",
                "advanced",
                "unsettled",
                "settled",
                name="account_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("vehicle_id", sa.Uuid(), nullable=True),
        sa.Column("envelope_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("child_id", sa.Uuid(), nullable=True),
        sa.Column("guard_krw", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind NOT IN ('callable', 'called', 'cash', 'committed', 'envelope_available', 'investment', 'recallable', 'uncommitted', 'unsettled') OR guard_krw >= 0",
            name=op.f("ck_account_money_is_there"),
        ),
        sa.CheckConstraint("num_nonnulls(vehicle_id, envelope_id) = 1", name=op.f("ck_account_one_book")),
        sa.ForeignKeyConstraint(["child_id"], ["vehicle.id"], name=op.f("fk_account_child_id_vehicle")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_account_deal_id_deal")),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelope.id"], name=op.f("fk_account_envelope_id_envelope")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_account_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_index(op.f("ix_account_child_id"), "account", ["child_id"], unique=False)
    op.create_index(op.f("ix_account_deal_id"), "account", ["deal_id"], unique=False)
    op.create_index(op.f("ix_account_envelope_id"), "account", ["envelope_id"], unique=False)
    op.create_index(op.f("ix_account_vehicle_id"), "account", ["vehicle_id"], unique=False)
    op.create_index(
        "uq_account_identity",
        "account",
        ["kind", "vehicle_id", "envelope_id", "deal_id", "child_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "agenda_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("terms_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "approved",
                "rejected",
                "deferred",
                "voided",
                name="item_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("decided_at", models.clock.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=4000), nullable=False),
        sa.CheckConstraint(
            "(state = 'pending') = (decided_at IS NULL)", name=op.f("ck_agenda_item_decided_when_not_pending")
        ),
        sa.CheckConstraint("position >= 1", name=op.f("ck_agenda_item_position_from_one")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_agenda_item_deal_id_deal")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_agenda_item_decided_by_id_person")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["committee_meeting.id"], name=op.f("fk_agenda_item_meeting_id_committee_meeting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint("meeting_id", "deal_id", name=op.f("uq_agenda_item_meeting_id_deal_id")),
        sa.UniqueConstraint("meeting_id", "position", name=op.f("uq_agenda_item_meeting_id_position")),
    )
    op.create_index(op.f("ix_agenda_item_deal_id"), "agenda_item", ["deal_id"], unique=False)
    op.create_table(
        "checklist_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("finding", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("done_at", models.clock.UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name=op.f("ck_checklist_item_done_by_somebody")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_checklist_item_deal_id_deal")),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_checklist_item_done_by_id_person")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_checklist_item_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_item")),
        sa.UniqueConstraint("deal_id", "title", name=op.f("uq_checklist_item_deal_id_title")),
    )
    op.create_index(op.f("ix_checklist_item_deal_id"), "checklist_item", ["deal_id"], unique=False)
    op.create_index(op.f("ix_checklist_item_owner_id"), "checklist_item", ["owner_id"], unique=False)
    op.create_table(
        "deal_activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "created",
                "edited",
                "stage",
                "note",
                "task",
                "document",
                "review",
                "checklist",
                "committee",
                "money",
                "settlement",
                "merge",
                name="activity_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("merged_from_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_deal_activity_deal_id_deal")),
        sa.ForeignKeyConstraint(["merged_from_id"], ["deal.id"], name=op.f("fk_deal_activity_merged_from_id_deal")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deal_activity_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_activity")),
    )
    op.create_index(op.f("ix_deal_activity_deal_id"), "deal_activity", ["deal_id"], unique=False)
    op.create_table(
        "deal_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=255), nullable=False),
        sa.Column("media_type", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("uploaded_by_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("size_bytes BETWEEN 1 AND 10485760", name=op.f("ck_deal_document_size_range")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_deal_document_deal_id_deal")),
        sa.ForeignKeyConstraint(["uploaded_by_id"], ["person.id"], name=op.f("fk_deal_document_uploaded_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_document")),
    )
    op.create_index(op.f("ix_deal_document_deal_id"), "deal_document", ["deal_id"], unique=False)
    op.create_index(op.f("ix_deal_document_sha256"), "deal_document", ["sha256"], unique=False)
    op.create_table(
        "deal_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column(
            "merged_stage",
            sa.Enum(
                "sourced",
                "screening",
                "due_diligence",
                "committee",
                "approved",
                "contracted",
                "disbursing",
                "monitoring",
                "exited",
                "declined",
                "withdrawn",
                name="deal_stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("undone_at", models.clock.UtcDateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_deal_merge_two_deals")),
        sa.ForeignKeyConstraint(["kept_id"], ["deal.id"], name=op.f("fk_deal_merge_kept_id_deal")),
        sa.ForeignKeyConstraint(["merged_id"], ["deal.id"], name=op.f("fk_deal_merge_merged_id_deal")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deal_merge_person_id_person")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["person.id"], name=op.f("fk_deal_merge_undone_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_merge")),
    )
    op.create_index(op.f("ix_deal_merge_kept_id"), "deal_merge", ["kept_id"], unique=False)
    op.create_index(op.f("ix_deal_merge_merged_id"), "deal_merge", ["merged_id"], unique=False)
    op.create_table(
        "deal_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(length=8000), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_deal_note_text_not_empty")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_deal_note_deal_id_deal")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deal_note_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_note")),
    )
    op.create_index(op.f("ix_deal_note_deal_id"), "deal_note", ["deal_id"], unique=False)
    op.create_table(
        "deal_review",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=4000), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_deal_review_deal_id_deal")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deal_review_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_review")),
        sa.UniqueConstraint("deal_id", "person_id", name=op.f("uq_deal_review_deal_id_person_id")),
    )
    op.create_index(op.f("ix_deal_review_person_id"), "deal_review", ["person_id"], unique=False)
    op.create_table(
        "deal_stage_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column(
            "from_stage",
            sa.Enum(
                "sourced",
                "screening",
                "due_diligence",
                "committee",
                "approved",
                "contracted",
                "disbursing",
                "monitoring",
                "exited",
                "declined",
                "withdrawn",
                name="from_stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_stage",
            sa.Enum(
                "sourced",
                "screening",
                "due_diligence",
                "committee",
                "approved",
                "contracted",
                "disbursing",
                "monitoring",
                "exited",
                "declined",
                "withdrawn",
                name="to_stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_deal_stage_change_deal_id_deal")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deal_stage_change_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_stage_change")),
    )
    op.create_index(op.f("ix_deal_stage_change_deal_id"), "deal_stage_change", ["deal_id"], unique=False)
    op.create_table(
        "deal_task",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", models.clock.UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name=op.f("ck_deal_task_done_by_somebody")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_deal_task_deal_id_deal")),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_deal_task_done_by_id_person")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_deal_task_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_task")),
    )
    op.create_index(op.f("ix_deal_task_deal_id"), "deal_task", ["deal_id"], unique=False)
    op.create_index(op.f("ix_deal_task_owner_id"), "deal_task", ["owner_id"], unique=False)
    op.create_table(
        "instruction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "fund_size",
                "envelope_budget",
                "vehicle_commitment",
                "deal_commitment",
                "commitment_release",
                "capital_call",
                "call_receipt",
                "disbursement",
                "expense",
                "distribution",
                "proceeds",
                "repayment",
                "royalty",
                "write_off",
                "valuation",
                "settlement",
                "unspent_return",
                "reversal",
                name="instruction_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "posted",
                "void",
                name="instruction_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("vehicle_id", sa.Uuid(), nullable=True),
        sa.Column("envelope_id", sa.Uuid(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("amount_krw", sa.BigInteger(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("terms_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        sa.Column("checks_needed", sa.Integer(), nullable=False),
        sa.Column("resolved_at", models.clock.UtcDateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Uuid(), nullable=True),
        sa.Column("void_reason", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
        sa.CheckConstraint(
            "(state = 'pending') = (resolved_at IS NULL)", name=op.f("ck_instruction_resolved_when_not_pending")
        ),
        sa.CheckConstraint(
            "(state = 'void') = (void_reason IS NOT NULL)", name=op.f("ck_instruction_void_has_a_reason")
        ),
        sa.CheckConstraint(
            "amount_krw > 0 OR kind = 'valuation'", name=op.f("ck_instruction_only_a_value_may_be_nothing")
        ),
        sa.CheckConstraint(
            "checks_needed BETWEEN 1 AND 2 OR (checks_needed = 0 AND kind = 'settlement')",
            name=op.f("ck_instruction_checks_needed_range"),
        ),
        sa.CheckConstraint("amount_krw BETWEEN 0 AND 9007199254740991", name=op.f("ck_instruction_amount_krw_range")),
        sa.CheckConstraint("num_nonnulls(vehicle_id, envelope_id) >= 1", name=op.f("ck_instruction_names_its_book")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_instruction_deal_id_deal")),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelope.id"], name=op.f("fk_instruction_envelope_id_envelope")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_instruction_made_by_id_person")),
        sa.ForeignKeyConstraint(["resolved_by_id"], ["person.id"], name=op.f("fk_instruction_resolved_by_id_person")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_instruction_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instruction")),
    )
    op.create_index(op.f("ix_instruction_deal_id"), "instruction", ["deal_id"], unique=False)
    op.create_index(op.f("ix_instruction_envelope_id"), "instruction", ["envelope_id"], unique=False)
    op.create_index(op.f("ix_instruction_kind"), "instruction", ["kind"], unique=False)
    op.create_index(op.f("ix_instruction_made_by_id"), "instruction", ["made_by_id"], unique=False)
    op.create_index(op.f("ix_instruction_state"), "instruction", ["state"], unique=False)
    op.create_index(op.f("ix_instruction_vehicle_id"), "instruction", ["vehicle_id"], unique=False)
    op.create_table(
        "sample_draw",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("share_bp", sa.Integer(), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("drawn_by_id", sa.Uuid(), nullable=False),
        sa.Column("claims_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.CheckConstraint("drawn BETWEEN 1 AND candidates", name=op.f("ck_sample_draw_drawn_range")),
        sa.CheckConstraint("share_bp BETWEEN 1 AND 10000", name=op.f("ck_sample_draw_share_range")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_sample_draw_deal_id_deal")),
        sa.ForeignKeyConstraint(["drawn_by_id"], ["person.id"], name=op.f("fk_sample_draw_drawn_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_draw")),
    )
    op.create_index(op.f("ix_sample_draw_deal_id"), "sample_draw", ["deal_id"], unique=False)
    op.create_table(
        "spillover_assessment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("investment_krw", sa.BigInteger(), nullable=False),
        sa.Column("jobs", sa.Integer(), nullable=False),
        sa.Column("production_krw", sa.BigInteger(), nullable=False),
        sa.Column("method", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("base_year", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("base_year BETWEEN 2000 AND 2100", name=op.f("ck_spillover_assessment_base_year_range")),
        sa.CheckConstraint(
            "investment_krw BETWEEN 0 AND 9007199254740991", name=op.f("ck_spillover_assessment_investment_krw_range")
        ),
        sa.CheckConstraint("jobs BETWEEN 0 AND 1000000", name=op.f("ck_spillover_assessment_jobs_range")),
        sa.CheckConstraint(
            "production_krw BETWEEN 0 AND 9007199254740991", name=op.f("ck_spillover_assessment_production_krw_range")
        ),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_spillover_assessment_deal_id_deal")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_spillover_assessment_person_id_person")),
        sa.ForeignKeyConstraint(
            ["region_code"], ["region.code"], name=op.f("fk_spillover_assessment_region_code_region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spillover_assessment")),
        sa.UniqueConstraint("deal_id", name=op.f("uq_spillover_assessment_deal_id")),
    )
    op.create_table(
        "capital_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("vehicle_id", sa.Uuid(), nullable=False),
        sa.Column("instruction_id", sa.Uuid(), nullable=False),
        sa.Column("amount_krw", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.CheckConstraint("amount_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_capital_call_amount_krw_range")),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["instruction.id"], name=op.f("fk_capital_call_instruction_id_instruction")
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_capital_call_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capital_call")),
        sa.UniqueConstraint("instruction_id", name=op.f("uq_capital_call_instruction_id")),
    )
    op.create_index(op.f("ix_capital_call_vehicle_id"), "capital_call", ["vehicle_id"], unique=False)
    op.create_table(
        "commitment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column("vehicle_id", sa.Uuid(), nullable=False),
        sa.Column("instruction_id", sa.Uuid(), nullable=False),
        sa.Column("amount_krw", sa.BigInteger(), nullable=False),
        sa.Column("approval_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.CheckConstraint("amount_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_commitment_amount_krw_range")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_commitment_deal_id_deal")),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["instruction.id"], name=op.f("fk_commitment_instruction_id_instruction")
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicle.id"], name=op.f("fk_commitment_vehicle_id_vehicle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint("instruction_id", name=op.f("uq_commitment_instruction_id")),
    )
    op.create_index(op.f("ix_commitment_deal_id"), "commitment", ["deal_id"], unique=False)
    op.create_index(op.f("ix_commitment_vehicle_id"), "commitment", ["vehicle_id"], unique=False)
    op.create_table(
        "committee_vote",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("human_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "for", "against", "abstain", name="vote_choice", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("terms_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("cast_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_committee_vote_item_id_agenda_item")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_committee_vote_person_id_person")),
        sa.PrimaryKeyConstraint("item_id", "human_id", name=op.f("pk_committee_vote")),
    )
    op.create_index(op.f("ix_committee_vote_person_id"), "committee_vote", ["person_id"], unique=False)
    op.create_table(
        "condition_precedent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.Column("evidence_document_id", sa.Uuid(), nullable=True),
        sa.Column("met_at", models.clock.UtcDateTime(timezone=True), nullable=True),
        sa.Column("met_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(met_at IS NULL) = (met_by_id IS NULL)", name=op.f("ck_condition_precedent_met_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["evidence_document_id"],
            ["deal_document.id"],
            name=op.f("fk_condition_precedent_evidence_document_id_deal_document"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_item.id"], name=op.f("fk_condition_precedent_item_id_agenda_item")
        ),
        sa.ForeignKeyConstraint(["met_by_id"], ["person.id"], name=op.f("fk_condition_precedent_met_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_precedent")),
    )
    op.create_index(op.f("ix_condition_precedent_item_id"), "condition_precedent", ["item_id"], unique=False)
    op.create_table(
        "decision_flag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("interest_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("instruction_id", sa.Uuid(), nullable=True),
        sa.Column("review_id", sa.Uuid(), nullable=True),
        sa.Column("resolved_at", models.clock.UtcDateTime(timezone=True), nullable=True),
        sa.Column("resolved_by_id", sa.Uuid(), nullable=True),
        sa.Column("resolution", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=True),
        sa.CheckConstraint(
            "(resolved_at IS NULL) = (resolution IS NULL)", name=op.f("ck_decision_flag_resolved_with_words")
        ),
        sa.CheckConstraint(
            "num_nonnulls(item_id, instruction_id, review_id) = 1", name=op.f("ck_decision_flag_one_decision")
        ),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["instruction.id"], name=op.f("fk_decision_flag_instruction_id_instruction")
        ),
        sa.ForeignKeyConstraint(
            ["interest_id"], ["declared_interest.id"], name=op.f("fk_decision_flag_interest_id_declared_interest")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_decision_flag_item_id_agenda_item")),
        sa.ForeignKeyConstraint(["resolved_by_id"], ["person.id"], name=op.f("fk_decision_flag_resolved_by_id_person")),
        sa.ForeignKeyConstraint(["review_id"], ["deal_review.id"], name=op.f("fk_decision_flag_review_id_deal_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_flag")),
    )
    op.create_index(op.f("ix_decision_flag_instruction_id"), "decision_flag", ["instruction_id"], unique=False)
    op.create_index(op.f("ix_decision_flag_interest_id"), "decision_flag", ["interest_id"], unique=False)
    op.create_index(op.f("ix_decision_flag_item_id"), "decision_flag", ["item_id"], unique=False)
    op.create_index(op.f("ix_decision_flag_review_id"), "decision_flag", ["review_id"], unique=False)
    op.create_table(
        "document_content",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["deal_document.id"], name=op.f("fk_document_content_document_id_deal_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_content")),
        sa.UniqueConstraint("document_id", name=op.f("uq_document_content_document_id")),
    )
    op.create_table(
        "instruction_check",
        sa.Column("instruction_id", sa.Uuid(), nullable=False),
        sa.Column("human_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("terms_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("checked_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["instruction.id"], name=op.f("fk_instruction_check_instruction_id_instruction")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_instruction_check_person_id_person")),
        sa.PrimaryKeyConstraint("instruction_id", "human_id", name=op.f("pk_instruction_check")),
    )
    op.create_index(op.f("ix_instruction_check_person_id"), "instruction_check", ["person_id"], unique=False)
    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("instruction_id", sa.Uuid(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("previous_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.CheckConstraint("line_count >= 2", name=op.f("ck_journal_entry_two_lines_or_more")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_journal_entry_number_from_one")),
        sa.CheckConstraint("reverses_id <> id", name=op.f("ck_journal_entry_reverses_another")),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["instruction.id"], name=op.f("fk_journal_entry_instruction_id_instruction")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["journal_entry.id"], name=op.f("fk_journal_entry_reverses_id_journal_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("digest", name=op.f("uq_journal_entry_digest")),
        sa.UniqueConstraint("instruction_id", name=op.f("uq_journal_entry_instruction_id")),
        sa.UniqueConstraint("number", name=op.f("uq_journal_entry_number")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_journal_entry_reverses_id")),
    )
    op.create_index(op.f("ix_journal_entry_effective_on"), "journal_entry", ["effective_on"], unique=False)
    op.create_table(
        "review_score",
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column(
            "criterion",
            sa.Enum(
                "technology",
                "market",
                "team",
                "terms",
                "policy",
                name="criterion",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_review_score_score_range")),
        sa.ForeignKeyConstraint(
            ["review_id"], ["deal_review.id"], name=op.f("fk_review_score_review_id_deal_review"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("review_id", "criterion", name=op.f("pk_review_score")),
    )
    op.create_table(
        "capital_call_item",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "investment",
                "management_fee",
                "expense",
                name="call_purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount_krw", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_capital_call_item_amount_krw_range")
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["capital_call.id"], name=op.f("fk_capital_call_item_call_id_capital_call")
        ),
        sa.PrimaryKeyConstraint("call_id", "purpose", name=op.f("pk_capital_call_item")),
    )
    op.create_table(
        "capital_call_receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("instruction_id", sa.Uuid(), nullable=False),
        sa.Column("amount_krw", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_capital_call_receipt_amount_krw_range")
        ),
        sa.ForeignKeyConstraint(
            ["call_id"], ["capital_call.id"], name=op.f("fk_capital_call_receipt_call_id_capital_call")
        ),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["instruction.id"], name=op.f("fk_capital_call_receipt_instruction_id_instruction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capital_call_receipt")),
        sa.UniqueConstraint("instruction_id", name=op.f("uq_capital_call_receipt_instruction_id")),
    )
    op.create_index(op.f("ix_capital_call_receipt_call_id"), "capital_call_receipt", ["call_id"], unique=False)
    op.create_table(
        "envelope_draw",
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("envelope_id", sa.Uuid(), nullable=False),
        sa.Column("amount_krw", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_envelope_draw_amount_krw_range")),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitment.id"], name=op.f("fk_envelope_draw_commitment_id_commitment")
        ),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelope.id"], name=op.f("fk_envelope_draw_envelope_id_envelope")),
        sa.PrimaryKeyConstraint("commitment_id", "envelope_id", name=op.f("pk_envelope_draw")),
    )
    op.create_index(op.f("ix_envelope_draw_envelope_id"), "envelope_draw", ["envelope_id"], unique=False)
    op.create_table(
        "ledger_line",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("amount_krw", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount_krw <> 0 AND abs(amount_krw) <= 9007199254740991", name=op.f("ck_ledger_line_amount_krw_range")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_ledger_line_account_id_account")),
        sa.ForeignKeyConstraint(["entry_id"], ["journal_entry.id"], name=op.f("fk_ledger_line_entry_id_journal_entry")),
        sa.PrimaryKeyConstraint("entry_id", "position", name=op.f("pk_ledger_line")),
        sa.UniqueConstraint("entry_id", "account_id", name=op.f("uq_ledger_line_entry_id_account_id")),
    )
    op.create_index(
        "ix_ledger_line_account_id",
        "ledger_line",
        ["account_id"],
        unique=False,
        postgresql_include=["amount_krw", "entry_id"],
    )
    op.create_table(
        "tranche",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("milestone", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("amount_krw", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "met",
                "paid",
                "cancelled",
                name="tranche_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("evidence_document_id", sa.Uuid(), nullable=True),
        sa.Column("met_by_id", sa.Uuid(), nullable=True),
        sa.Column("instruction_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'paid') = (instruction_id IS NOT NULL)", name=op.f("ck_tranche_paid_by_an_instruction")
        ),
        sa.CheckConstraint(
            "state NOT IN ('met', 'paid') OR evidence_document_id IS NOT NULL",
            name=op.f("ck_tranche_met_with_evidence"),
        ),
        sa.CheckConstraint("amount_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_tranche_amount_krw_range")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_tranche_position_from_one")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitment.id"], name=op.f("fk_tranche_commitment_id_commitment")),
        sa.ForeignKeyConstraint(
            ["evidence_document_id"], ["deal_document.id"], name=op.f("fk_tranche_evidence_document_id_deal_document")
        ),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["instruction.id"], name=op.f("fk_tranche_instruction_id_instruction")
        ),
        sa.ForeignKeyConstraint(["met_by_id"], ["person.id"], name=op.f("fk_tranche_met_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tranche")),
        sa.UniqueConstraint("commitment_id", "position", name=op.f("uq_tranche_commitment_id_position")),
        sa.UniqueConstraint("instruction_id", name=op.f("uq_tranche_instruction_id")),
    )
    op.create_index(op.f("ix_tranche_commitment_id"), "tranche", ["commitment_id"], unique=False)
    op.create_table(
        "expense_claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("tranche_id", sa.Uuid(), nullable=False),
        sa.Column("deal_id", sa.Uuid(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "personnel",
                "equipment",
                "materials",
                "activities",
                "subcontract",
                "allowance",
                "overhead",
                "entertainment",
                "fines",
                name="expense_category",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount_krw", sa.BigInteger(), nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("words", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "settled",
                "sampled",
                "in_review",
                "accepted",
                "refused",
                name="claim_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("threshold_krw", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by_id", sa.Uuid(), nullable=False),
        sa.Column("instruction_id", sa.Uuid(), nullable=True),
        sa.Column("reviewed_at", models.clock.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by_id", sa.Uuid(), nullable=True),
        sa.Column("review_words", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=True),
        sa.CheckConstraint(
            "(state IN ('accepted', 'refused')) = (reviewed_at IS NOT NULL)",
            name=op.f("ck_expense_claim_reviewed_at_a_time"),
        ),
        sa.CheckConstraint(
            "(reviewed_at IS NULL) = (reviewed_by_id IS NULL)", name=op.f("ck_expense_claim_reviewed_by_somebody")
        ),
        sa.CheckConstraint("amount_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_expense_claim_amount_krw_range")),
        sa.CheckConstraint(
            "reviewed_by_id <> claimed_by_id", name=op.f("ck_expense_claim_not_reviewed_by_the_claimant")
        ),
        sa.ForeignKeyConstraint(["claimed_by_id"], ["person.id"], name=op.f("fk_expense_claim_claimed_by_id_person")),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_expense_claim_deal_id_deal")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["deal_document.id"], name=op.f("fk_expense_claim_document_id_deal_document")
        ),
        sa.ForeignKeyConstraint(
            ["instruction_id"], ["instruction.id"], name=op.f("fk_expense_claim_instruction_id_instruction")
        ),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["person.id"], name=op.f("fk_expense_claim_reviewed_by_id_person")),
        sa.ForeignKeyConstraint(["tranche_id"], ["tranche.id"], name=op.f("fk_expense_claim_tranche_id_tranche")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_claim")),
        sa.UniqueConstraint("instruction_id", name=op.f("uq_expense_claim_instruction_id")),
    )
    op.create_index(op.f("ix_expense_claim_claimed_by_id"), "expense_claim", ["claimed_by_id"], unique=False)
    op.create_index(op.f("ix_expense_claim_deal_id"), "expense_claim", ["deal_id"], unique=False)
    op.create_index(op.f("ix_expense_claim_state"), "expense_claim", ["state"], unique=False)
    op.create_index(op.f("ix_expense_claim_tranche_id"), "expense_claim", ["tranche_id"], unique=False)
    op.create_table(
        "sample_lot",
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_sample_lot_position_from_one")),
        sa.ForeignKeyConstraint(["claim_id"], ["expense_claim.id"], name=op.f("fk_sample_lot_claim_id_expense_claim")),
        sa.ForeignKeyConstraint(["draw_id"], ["sample_draw.id"], name=op.f("fk_sample_lot_draw_id_sample_draw")),
        sa.PrimaryKeyConstraint("draw_id", "claim_id", name=op.f("pk_sample_lot")),
        sa.UniqueConstraint("draw_id", "position", name=op.f("uq_sample_lot_draw_id_position")),
    )
    op.create_index(op.f("ix_sample_lot_claim_id"), "sample_lot", ["claim_id"], unique=False)
    op.add_column("person", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("person", "version", server_default=None)
    op.create_check_constraint(op.f("ck_person_version_from_one"), "person", "version >= 1")
    op.add_column("person", sa.Column("issued_by_id", sa.Uuid(), nullable=True))
    op.add_column("person", sa.Column("confirmed_by_id", sa.Uuid(), nullable=True))
    op.add_column(
        "person", sa.Column("human_id", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()"))
    )
    op.alter_column("person", "human_id", server_default=None)
    _replace_roles(with_project_team=True)
    op.create_index(op.f("ix_person_human_id"), "person", ["human_id"], unique=False)
    op.create_foreign_key(op.f("fk_person_issued_by_id_person"), "person", "person", ["issued_by_id"], ["id"])
    op.create_foreign_key(op.f("fk_person_confirmed_by_id_person"), "person", "person", ["confirmed_by_id"], ["id"])
    op.create_check_constraint(op.f("ck_person_confirmed_by_another"), "person", "confirmed_by_id <> issued_by_id")


def downgrade() -> None:
    op.drop_constraint(op.f("fk_person_confirmed_by_id_person"), "person", type_="foreignkey")
    op.drop_constraint(op.f("fk_person_issued_by_id_person"), "person", type_="foreignkey")
    op.drop_index(op.f("ix_person_human_id"), table_name="person")
    op.drop_column("person", "human_id")
    op.drop_column("person", "confirmed_by_id")
    op.drop_column("person", "issued_by_id")
    op.drop_column("person", "version")
    op.drop_index(op.f("ix_sample_lot_claim_id"), table_name="sample_lot")
    op.drop_table("sample_lot")
    op.drop_index(op.f("ix_expense_claim_tranche_id"), table_name="expense_claim")
    op.drop_index(op.f("ix_expense_claim_state"), table_name="expense_claim")
    op.drop_index(op.f("ix_expense_claim_deal_id"), table_name="expense_claim")
    op.drop_index(op.f("ix_expense_claim_claimed_by_id"), table_name="expense_claim")
    op.drop_table("expense_claim")
    op.drop_index(op.f("ix_tranche_commitment_id"), table_name="tranche")
    op.drop_table("tranche")
    op.drop_index("ix_ledger_line_account_id", table_name="ledger_line", postgresql_include=["amount_krw", "entry_id"])
    op.drop_table("ledger_line")
    op.drop_index(op.f("ix_envelope_draw_envelope_id"), table_name="envelope_draw")
    op.drop_table("envelope_draw")
    op.drop_index(op.f("ix_capital_call_receipt_call_id"), table_name="capital_call_receipt")
    op.drop_table("capital_call_receipt")
    op.drop_table("capital_call_item")
    op.drop_table("review_score")
    op.drop_index(op.f("ix_journal_entry_effective_on"), table_name="journal_entry")
    op.drop_table("journal_entry")
    op.drop_index(op.f("ix_instruction_check_person_id"), table_name="instruction_check")
    op.drop_table("instruction_check")
    op.drop_table("document_content")
    op.drop_index(op.f("ix_decision_flag_review_id"), table_name="decision_flag")
    op.drop_index(op.f("ix_decision_flag_item_id"), table_name="decision_flag")
    op.drop_index(op.f("ix_decision_flag_interest_id"), table_name="decision_flag")
    op.drop_index(op.f("ix_decision_flag_instruction_id"), table_name="decision_flag")
    op.drop_table("decision_flag")
    op.drop_index(op.f("ix_condition_precedent_item_id"), table_name="condition_precedent")
    op.drop_table("condition_precedent")
    op.drop_index(op.f("ix_committee_vote_person_id"), table_name="committee_vote")
    op.drop_table("committee_vote")
    op.drop_index(op.f("ix_commitment_vehicle_id"), table_name="commitment")
    op.drop_index(op.f("ix_commitment_deal_id"), table_name="commitment")
    op.drop_table("commitment")
    op.drop_index(op.f("ix_capital_call_vehicle_id"), table_name="capital_call")
    op.drop_table("capital_call")
    op.drop_table("spillover_assessment")
    op.drop_index(op.f("ix_sample_draw_deal_id"), table_name="sample_draw")
    op.drop_table("sample_draw")
    op.drop_index(op.f("ix_instruction_vehicle_id"), table_name="instruction")
    op.drop_index(op.f("ix_instruction_state"), table_name="instruction")
    op.drop_index(op.f("ix_instruction_made_by_id"), table_name="instruction")
    op.drop_index(op.f("ix_instruction_kind"), table_name="instruction")
    op.drop_index(op.f("ix_instruction_envelope_id"), table_name="instruction")
    op.drop_index(op.f("ix_instruction_deal_id"), table_name="instruction")
    op.drop_table("instruction")
    op.drop_index(op.f("ix_deal_task_owner_id"), table_name="deal_task")
    op.drop_index(op.f("ix_deal_task_deal_id"), table_name="deal_task")
    op.drop_table("deal_task")
    op.drop_index(op.f("ix_deal_stage_change_deal_id"), table_name="deal_stage_change")
    op.drop_table("deal_stage_change")
    op.drop_index(op.f("ix_deal_review_person_id"), table_name="deal_review")
    op.drop_table("deal_review")
    op.drop_index(op.f("ix_deal_note_deal_id"), table_name="deal_note")
    op.drop_table("deal_note")
    op.drop_index(op.f("ix_deal_merge_merged_id"), table_name="deal_merge")
    op.drop_index(op.f("ix_deal_merge_kept_id"), table_name="deal_merge")
    op.drop_table("deal_merge")
    op.drop_index(op.f("ix_deal_document_sha256"), table_name="deal_document")
    op.drop_index(op.f("ix_deal_document_deal_id"), table_name="deal_document")
    op.drop_table("deal_document")
    op.drop_index(op.f("ix_deal_activity_deal_id"), table_name="deal_activity")
    op.drop_table("deal_activity")
    op.drop_index(op.f("ix_checklist_item_owner_id"), table_name="checklist_item")
    op.drop_index(op.f("ix_checklist_item_deal_id"), table_name="checklist_item")
    op.drop_table("checklist_item")
    op.drop_index(op.f("ix_agenda_item_deal_id"), table_name="agenda_item")
    op.drop_table("agenda_item")
    op.drop_index("uq_account_identity", table_name="account", postgresql_nulls_not_distinct=True)
    op.drop_index(op.f("ix_account_vehicle_id"), table_name="account")
    op.drop_index(op.f("ix_account_envelope_id"), table_name="account")
    op.drop_index(op.f("ix_account_deal_id"), table_name="account")
    op.drop_index(op.f("ix_account_child_id"), table_name="account")
    op.drop_table("account")
    op.drop_index(op.f("ix_meeting_member_person_id"), table_name="meeting_member")
    op.drop_table("meeting_member")
    op.drop_index(op.f("ix_deal_vehicle_id"), table_name="deal")
    op.drop_index(op.f("ix_deal_stage"), table_name="deal")
    op.drop_index(op.f("ix_deal_signal_id"), table_name="deal")
    op.drop_index(op.f("ix_deal_region_code"), table_name="deal")
    op.drop_index(op.f("ix_deal_project_id"), table_name="deal")
    op.drop_index(op.f("ix_deal_merged_into_id"), table_name="deal")
    op.drop_index(op.f("ix_deal_lead_id"), table_name="deal")
    op.drop_index(op.f("ix_deal_initiative_code"), table_name="deal")
    op.drop_index(op.f("ix_deal_company_id"), table_name="deal")
    op.drop_index(
        "ix_deal_board",
        table_name="deal",
        postgresql_include=["amount_krw"],
        postgresql_where=sa.text("merged_into_id IS NULL"),
    )
    op.drop_table("deal")
    op.drop_table("saved_filter")
    op.drop_index(op.f("ix_policy_value_name"), table_name="policy_value")
    op.drop_table("policy_value")
    op.drop_index("uq_limit_rule_identity", table_name="limit_rule", postgresql_nulls_not_distinct=True)
    op.drop_index(op.f("ix_limit_rule_vehicle_id"), table_name="limit_rule")
    op.drop_index(op.f("ix_limit_rule_kind"), table_name="limit_rule")
    op.drop_table("limit_rule")
    op.drop_table("idempotency_key")
    op.drop_index(op.f("ix_envelope_vehicle_id"), table_name="envelope")
    op.drop_index(op.f("ix_envelope_initiative_code"), table_name="envelope")
    op.drop_table("envelope")
    op.drop_index(op.f("ix_declared_interest_person_id"), table_name="declared_interest")
    op.drop_index(op.f("ix_declared_interest_ownership_group_id"), table_name="declared_interest")
    op.drop_index(op.f("ix_declared_interest_organisation_id"), table_name="declared_interest")
    op.drop_table("declared_interest")
    op.drop_index(op.f("ix_committee_meeting_state"), table_name="committee_meeting")
    op.drop_table("committee_meeting")
    op.drop_index(op.f("ix_vehicle_parent_id"), table_name="vehicle")
    op.drop_index(op.f("ix_vehicle_kind"), table_name="vehicle")
    op.drop_table("vehicle")
    op.drop_table("ledger_tip")
    _replace_roles(with_project_team=False)


def _replace_roles(*, with_project_team: bool) -> None:
    """Let people speak for a project's team, or no longer."""
    roles = ["fund_manager", "committee_member", "investor", "planner", "auditor", "administrator"]
    roles += ["project_team"] if with_project_team else []
    if not with_project_team:
        op.execute("DELETE FROM person_role WHERE role = 'project_team'")
    op.execute('ALTER TABLE person_role DROP CONSTRAINT "ck_person_role_role"')
    listed = ", ".join(f"'{role}'" for role in roles)
    op.execute(f'ALTER TABLE person_role ADD CONSTRAINT "ck_person_role_role" CHECK (role IN ({listed}))')
