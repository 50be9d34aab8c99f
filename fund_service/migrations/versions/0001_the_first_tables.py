"""The first tables: plan, organisations, people, projects, signals, matches, market demand."""

from collections.abc import Sequence

import pgvector.sqlalchemy
import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op
from sqlalchemy.dialects import postgresql

import models.clock

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.create_table(
        "embedding",
        sa.Column("encoder", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("revision", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("text_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("vector", pgvector.sqlalchemy.vector.VECTOR(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("encoder", "revision", "text_digest", name=op.f("pk_embedding")),
    )
    op.create_table(
        "market_summary",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("input_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("signals", sa.Integer(), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("unclassified", sa.Integer(), nullable=False),
        sa.CheckConstraint("groups BETWEEN 0 AND signals", name=op.f("ck_market_summary_groups_within_signals")),
        sa.CheckConstraint("signals >= 0", name=op.f("ck_market_summary_signals_not_negative")),
        sa.CheckConstraint(
            "unclassified BETWEEN 0 AND signals", name=op.f("ck_market_summary_unclassified_within_signals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_summary")),
    )
    op.create_index(op.f("ix_market_summary_input_digest"), "market_summary", ["input_digest"], unique=False)
    op.create_table(
        "mega_region",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "mega_region",
                "special_province",
                name="mega_region_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name_ko", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_mega_region")),
    )
    op.create_table(
        "ownership_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("name_ko", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("external_id", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownership_group")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_ownership_group_source_external_id")),
    )
    op.create_table(
        "pillar",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_ko", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("summary_ko", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("summary_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_pillar")),
        sa.UniqueConstraint("position", name=op.f("uq_pillar_position")),
    )
    op.create_table(
        "plan_source",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("title_ko", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("title_en", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        sa.Column("publisher_ko", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("publisher_en", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("url", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_plan_source")),
    )
    op.create_table(
        "sign_in_throttle",
        sa.Column("email_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", models.clock.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_sign_in_throttle_failures_not_negative")),
        sa.PrimaryKeyConstraint("email_digest", name=op.f("pk_sign_in_throttle")),
    )
    op.create_table(
        "technology_field",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
        sa.Column("name_ko", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_technology_field")),
    )
    op.create_table(
        "trl_level",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stage_ko", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("stage_en", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("definition_ko", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("definition_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint("level BETWEEN 1 AND 9", name=op.f("ck_trl_level_level_range")),
        sa.PrimaryKeyConstraint("level", name=op.f("pk_trl_level")),
    )
    op.create_table(
        "yardstick",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("encoder", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("revision", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("documents >= 1", name=op.f("ck_yardstick_documents_from_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_yardstick")),
        sa.UniqueConstraint("digest", name=op.f("uq_yardstick_digest")),
    )
    op.create_table(
        "demand_theme",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("summary_id", sa.Uuid(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("field_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("label_ko", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("label_en", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("terms_ko", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("terms_en", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("signals", sa.Integer(), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("stated_krw", sa.BigInteger(), nullable=False),
        sa.Column("verified_krw", sa.BigInteger(), nullable=False),
        sa.Column("groups_recent", sa.Integer(), nullable=False),
        sa.Column("groups_before", sa.Integer(), nullable=False),
        sa.Column("answering_projects", sa.Integer(), nullable=False),
        sa.CheckConstraint("answering_projects >= 0", name=op.f("ck_demand_theme_answering_projects_not_negative")),
        sa.CheckConstraint("groups BETWEEN 0 AND signals", name=op.f("ck_demand_theme_groups_within_signals")),
        sa.CheckConstraint("groups_before >= 0", name=op.f("ck_demand_theme_groups_before_not_negative")),
        sa.CheckConstraint("groups_recent >= 0", name=op.f("ck_demand_theme_groups_recent_not_negative")),
        sa.CheckConstraint("stated_krw >= 0", name=op.f("ck_demand_theme_stated_krw_not_negative")),
        sa.CheckConstraint(
            "verified_krw BETWEEN 0 AND stated_krw", name=op.f("ck_demand_theme_verified_within_stated")
        ),
        sa.ForeignKeyConstraint(
            ["field_code"], ["technology_field.code"], name=op.f("fk_demand_theme_field_code_technology_field")
        ),
        sa.ForeignKeyConstraint(
            ["summary_id"],
            ["market_summary.id"],
            name=op.f("fk_demand_theme_summary_id_market_summary"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_theme")),
        sa.UniqueConstraint("summary_id", "code", name=op.f("uq_demand_theme_summary_id_code")),
    )
    op.create_index(op.f("ix_demand_theme_summary_id"), "demand_theme", ["summary_id"], unique=False)
    op.create_table(
        "initiative",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("pillar_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("name_ko", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("budget_krw", sa.BigInteger(), nullable=True),
        sa.Column("starts_year", sa.Integer(), nullable=True),
        sa.Column("source_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("summary_ko", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("summary_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint("budget_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_initiative_budget_krw_range")),
        sa.ForeignKeyConstraint(["pillar_code"], ["pillar.code"], name=op.f("fk_initiative_pillar_code_pillar")),
        sa.ForeignKeyConstraint(
            ["source_code"], ["plan_source.code"], name=op.f("fk_initiative_source_code_plan_source")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_initiative")),
    )
    op.create_index(op.f("ix_initiative_pillar_code"), "initiative", ["pillar_code"], unique=False)
    op.create_table(
        "match_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "running", "done", "failed", name="run_state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("finished_at", models.clock.UtcDateTime(timezone=True), nullable=True),
        sa.Column("encoder", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("revision", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("method_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("yardstick_id", sa.Uuid(), nullable=False),
        sa.Column("signals_due", sa.Integer(), nullable=False),
        sa.Column("signals_matched", sa.Integer(), nullable=False),
        sa.Column("projects", sa.Integer(), nullable=False),
        sa.Column("failure", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=True),
        sa.CheckConstraint("projects >= 1", name=op.f("ck_match_run_projects_from_one")),
        sa.CheckConstraint("signals_due >= 0", name=op.f("ck_match_run_signals_due_not_negative")),
        sa.CheckConstraint(
            "signals_matched BETWEEN 0 AND signals_due", name=op.f("ck_match_run_signals_matched_within_due")
        ),
        sa.ForeignKeyConstraint(["yardstick_id"], ["yardstick.id"], name=op.f("fk_match_run_yardstick_id_yardstick")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_run")),
    )
    op.create_index(op.f("ix_match_run_method_digest"), "match_run", ["method_digest"], unique=False)
    op.create_table(
        "region",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
        sa.Column("name_ko", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("mega_region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mega_region_code"], ["mega_region.code"], name=op.f("fk_region_mega_region_code_mega_region")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_index(op.f("ix_region_mega_region_code"), "region", ["mega_region_code"], unique=False)
    op.create_table(
        "technology",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=4), nullable=False),
        sa.Column("field_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_ko", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("definition_ko", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("definition_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_code"], ["technology_field.code"], name=op.f("fk_technology_field_code_technology_field")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_technology")),
    )
    op.create_index(op.f("ix_technology_field_code"), "technology", ["field_code"], unique=False)
    op.create_table(
        "organisation",
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
                "investor",
                "anchor_company",
                "partner_firm",
                "research_institute",
                "agency",
                name="organisation_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name_ko", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.Column("registration_number", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=True),
        sa.Column("ownership_group_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("country", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_organisation_country_code")),
        sa.CheckConstraint(
            "registration_number ~ '^[0-9]{10}$'", name=op.f("ck_organisation_registration_number_digits")
        ),
        sa.CheckConstraint("coalesce(name_ko, name_en) IS NOT NULL", name=op.f("ck_organisation_named")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_organisation_version_from_one")),
        sa.ForeignKeyConstraint(
            ["ownership_group_id"],
            ["ownership_group.id"],
            name=op.f("fk_organisation_ownership_group_id_ownership_group"),
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_organisation_region_code_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("registration_number", name=op.f("uq_organisation_registration_number")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_organisation_source_external_id")),
    )
    op.create_index(op.f("ix_organisation_kind"), "organisation", ["kind"], unique=False)
    op.create_index(op.f("ix_organisation_ownership_group_id"), "organisation", ["ownership_group_id"], unique=False)
    op.create_table(
        "rnd_project",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("external_id", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.Column("source_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("title_ko", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
        sa.Column("title_en", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=True),
        sa.Column("abstract_ko", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=True),
        sa.Column("abstract_en", sqlmodel.sql.sqltypes.AutoString(length=20000), nullable=True),
        sa.Column("trl_now", sa.Integer(), nullable=True),
        sa.Column("trl_target", sa.Integer(), nullable=True),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("budget_krw", sa.BigInteger(), nullable=True),
        sa.Column("need_krw", sa.BigInteger(), nullable=True),
        sa.Column("amount_as_stated", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=True),
        sa.Column("exchange_rate", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("initiative_code", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "running",
                "completed",
                "discontinued",
                name="project_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("budget_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_rnd_project_budget_krw_range")),
        sa.CheckConstraint("coalesce(title_ko, title_en) IS NOT NULL", name=op.f("ck_rnd_project_titled")),
        sa.CheckConstraint("exchange_rate > 0", name=op.f("ck_rnd_project_exchange_rate_positive")),
        sa.CheckConstraint("need_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_rnd_project_need_krw_range")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_rnd_project_period_in_order")),
        sa.CheckConstraint("trl_now <= trl_target", name=op.f("ck_rnd_project_trl_rises")),
        sa.CheckConstraint("trl_now BETWEEN 1 AND 9", name=op.f("ck_rnd_project_trl_now_range")),
        sa.CheckConstraint("trl_target BETWEEN 1 AND 9", name=op.f("ck_rnd_project_trl_target_range")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_rnd_project_version_from_one")),
        sa.ForeignKeyConstraint(
            ["initiative_code"], ["initiative.code"], name=op.f("fk_rnd_project_initiative_code_initiative")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_rnd_project_region_code_region")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rnd_project")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_rnd_project_source_external_id")),
    )
    op.create_index(op.f("ix_rnd_project_initiative_code"), "rnd_project", ["initiative_code"], unique=False)
    op.create_index(op.f("ix_rnd_project_region_code"), "rnd_project", ["region_code"], unique=False)
    op.create_index(op.f("ix_rnd_project_state"), "rnd_project", ["state"], unique=False)
    op.create_table(
        "target",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("initiative_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_ko", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("unit", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("source_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note_ko", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("note_en", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_target_quantity_not_negative")),
        sa.ForeignKeyConstraint(
            ["initiative_code"], ["initiative.code"], name=op.f("fk_target_initiative_code_initiative")
        ),
        sa.ForeignKeyConstraint(["source_code"], ["plan_source.code"], name=op.f("fk_target_source_code_plan_source")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_target")),
    )
    op.create_index(op.f("ix_target_initiative_code"), "target", ["initiative_code"], unique=False)
    op.create_table(
        "consortium_member",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lead",
                "anchor",
                "partner",
                name="consortium_role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_consortium_member_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["rnd_project.id"],
            name=op.f("fk_consortium_member_project_id_rnd_project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "organisation_id", "role", name=op.f("pk_consortium_member")),
    )
    op.create_index(
        op.f("ix_consortium_member_organisation_id"), "consortium_member", ["organisation_id"], unique=False
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("password_hash", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column(
            "language",
            sa.Enum("ko", "en", name="preferred_language", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_lower_case")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_person_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_index(op.f("ix_person_organisation_id"), "person", ["organisation_id"], unique=False)
    op.create_table(
        "project_field",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("field_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_code"], ["technology_field.code"], name=op.f("fk_project_field_field_code_technology_field")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["rnd_project.id"], name=op.f("fk_project_field_project_id_rnd_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "field_code", name=op.f("pk_project_field")),
    )
    op.create_table(
        "project_matching",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("project_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("method_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["rnd_project.id"],
            name=op.f("fk_project_matching_project_id_rnd_project"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_project_matching")),
    )
    op.create_table(
        "access_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("token_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("label", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("expires_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", models.clock.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_access_token_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_access_token_token_digest")),
    )
    op.create_index(op.f("ix_access_token_person_id"), "access_token", ["person_id"], unique=False)
    op.create_table(
        "demand_signal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("external_id", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=True),
        sa.Column("source_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("submitted_by_id", sa.Uuid(), nullable=True),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(length=8000), nullable=False),
        sa.Column("trl_min", sa.Integer(), nullable=True),
        sa.Column("trl_max", sa.Integer(), nullable=True),
        sa.Column("ticket_min_krw", sa.BigInteger(), nullable=True),
        sa.Column("ticket_max_krw", sa.BigInteger(), nullable=True),
        sa.Column("available_krw", sa.BigInteger(), nullable=True),
        sa.Column("amount_as_stated", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=True),
        sa.Column("exchange_rate", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("horizon_months", sa.Integer(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("excluded_terms", sa.ARRAY(sa.String(length=100)), server_default="{}", nullable=False),
        sa.Column(
            "commitment_level",
            sa.Enum(
                "L0",
                "L1",
                "L2",
                "L3",
                "L4",
                "L5",
                name="commitment_level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "confidentiality",
            sa.Enum(
                "open", "confidential", name="confidentiality", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("live", "withdrawn", name="signal_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.CheckConstraint(
            "available_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_demand_signal_available_krw_range")
        ),
        sa.CheckConstraint("exchange_rate > 0", name=op.f("ck_demand_signal_exchange_rate_positive")),
        sa.CheckConstraint("horizon_months BETWEEN 1 AND 240", name=op.f("ck_demand_signal_horizon_months_range")),
        sa.CheckConstraint("length(text) >= 1", name=op.f("ck_demand_signal_text_not_empty")),
        sa.CheckConstraint(
            "ticket_max_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_demand_signal_ticket_max_krw_range")
        ),
        sa.CheckConstraint("ticket_min_krw <= available_krw", name=op.f("ck_demand_signal_ticket_within_available")),
        sa.CheckConstraint("ticket_min_krw <= ticket_max_krw", name=op.f("ck_demand_signal_ticket_in_order")),
        sa.CheckConstraint(
            "ticket_min_krw BETWEEN 1 AND 9007199254740991", name=op.f("ck_demand_signal_ticket_min_krw_range")
        ),
        sa.CheckConstraint("trl_max BETWEEN 1 AND 9", name=op.f("ck_demand_signal_trl_max_range")),
        sa.CheckConstraint("trl_min <= trl_max", name=op.f("ck_demand_signal_trl_in_order")),
        sa.CheckConstraint("trl_min BETWEEN 1 AND 9", name=op.f("ck_demand_signal_trl_min_range")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_demand_signal_version_from_one")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_demand_signal_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["person.id"], name=op.f("fk_demand_signal_submitted_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_signal")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_demand_signal_source_external_id")),
    )
    op.create_index(op.f("ix_demand_signal_organisation_id"), "demand_signal", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_demand_signal_received_on"), "demand_signal", ["received_on"], unique=False)
    op.create_index(op.f("ix_demand_signal_state"), "demand_signal", ["state"], unique=False)
    op.create_table(
        "person_role",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "fund_manager",
                "committee_member",
                "investor",
                "planner",
                "auditor",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("granted_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_role_person_id_person")),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_person_role")),
    )
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("token_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("last_seen_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_sign_in_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sign_in_session_token_digest")),
    )
    op.create_index(op.f("ix_sign_in_session_person_id"), "sign_in_session", ["person_id"], unique=False)
    op.create_table(
        "counted_signal",
        sa.Column("summary_id", sa.Uuid(), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("theme_id", sa.Uuid(), nullable=True),
        sa.Column("ownership_group_id", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("speaks", sa.Boolean(), nullable=False),
        sa.Column("repeats_id", sa.Uuid(), nullable=True),
        sa.Column("stated_krw", sa.BigInteger(), nullable=False),
        sa.Column("verified_krw", sa.BigInteger(), nullable=False),
        sa.Column("field_codes", sa.ARRAY(sa.String(length=2)), nullable=False),
        sa.Column("region_codes", sa.ARRAY(sa.String(length=2)), nullable=False),
        sa.Column("answered_by", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.CheckConstraint("repeats_id IS NULL OR stated_krw = 0", name=op.f("ck_counted_signal_repeats_add_nothing")),
        sa.CheckConstraint("stated_krw >= 0", name=op.f("ck_counted_signal_stated_krw_not_negative")),
        sa.CheckConstraint(
            "verified_krw BETWEEN 0 AND stated_krw", name=op.f("ck_counted_signal_verified_within_stated")
        ),
        sa.ForeignKeyConstraint(
            ["ownership_group_id"],
            ["ownership_group.id"],
            name=op.f("fk_counted_signal_ownership_group_id_ownership_group"),
        ),
        sa.ForeignKeyConstraint(
            ["repeats_id"], ["demand_signal.id"], name=op.f("fk_counted_signal_repeats_id_demand_signal")
        ),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["demand_signal.id"], name=op.f("fk_counted_signal_signal_id_demand_signal")
        ),
        sa.ForeignKeyConstraint(
            ["summary_id"],
            ["market_summary.id"],
            name=op.f("fk_counted_signal_summary_id_market_summary"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["demand_theme.id"], name=op.f("fk_counted_signal_theme_id_demand_theme"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("summary_id", "signal_id", name=op.f("pk_counted_signal")),
    )
    op.create_index(op.f("ix_counted_signal_signal_id"), "counted_signal", ["signal_id"], unique=False)
    op.create_index(op.f("ix_counted_signal_theme_id"), "counted_signal", ["theme_id"], unique=False)
    op.create_table(
        "match",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("eligible", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("components", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_match_rank_from_one")),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name=op.f("ck_match_score_range")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["rnd_project.id"], name=op.f("fk_match_project_id_rnd_project"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["match_run.id"], name=op.f("fk_match_run_id_match_run")),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["demand_signal.id"], name=op.f("fk_match_signal_id_demand_signal"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match")),
        sa.UniqueConstraint("signal_id", "project_id", name=op.f("uq_match_signal_id_project_id")),
    )
    op.create_index(op.f("ix_match_project_id"), "match", ["project_id"], unique=False)
    op.create_index(op.f("ix_match_run_id"), "match", ["run_id"], unique=False)
    op.create_index(op.f("ix_match_signal_id"), "match", ["signal_id"], unique=False)
    op.create_table(
        "signal_excluded_field",
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("field_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_code"], ["technology_field.code"], name=op.f("fk_signal_excluded_field_field_code_technology_field")
        ),
        sa.ForeignKeyConstraint(
            ["signal_id"],
            ["demand_signal.id"],
            name=op.f("fk_signal_excluded_field_signal_id_demand_signal"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("signal_id", "field_code", name=op.f("pk_signal_excluded_field")),
    )
    op.create_table(
        "signal_field",
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("field_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_code"], ["technology_field.code"], name=op.f("fk_signal_field_field_code_technology_field")
        ),
        sa.ForeignKeyConstraint(
            ["signal_id"],
            ["demand_signal.id"],
            name=op.f("fk_signal_field_signal_id_demand_signal"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("signal_id", "field_code", name=op.f("pk_signal_field")),
    )
    op.create_table(
        "signal_matching",
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("signal_version", sa.Integer(), nullable=False),
        sa.Column("signal_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("method_digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("matched_at", models.clock.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("signal_version >= 1", name=op.f("ck_signal_matching_signal_version_from_one")),
        sa.ForeignKeyConstraint(["run_id"], ["match_run.id"], name=op.f("fk_signal_matching_run_id_match_run")),
        sa.ForeignKeyConstraint(
            ["signal_id"],
            ["demand_signal.id"],
            name=op.f("fk_signal_matching_signal_id_demand_signal"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_signal_matching")),
    )
    op.create_table(
        "signal_region",
        sa.Column("signal_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_signal_region_region_code_region")),
        sa.ForeignKeyConstraint(
            ["signal_id"],
            ["demand_signal.id"],
            name=op.f("fk_signal_region_signal_id_demand_signal"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("signal_id", "region_code", name=op.f("pk_signal_region")),
    )


def downgrade() -> None:
    op.drop_table("signal_region")
    op.drop_table("signal_matching")
    op.drop_table("signal_field")
    op.drop_table("signal_excluded_field")
    op.drop_index(op.f("ix_match_signal_id"), table_name="match")
    op.drop_index(op.f("ix_match_run_id"), table_name="match")
    op.drop_index(op.f("ix_match_project_id"), table_name="match")
    op.drop_table("match")
    op.drop_index(op.f("ix_counted_signal_theme_id"), table_name="counted_signal")
    op.drop_index(op.f("ix_counted_signal_signal_id"), table_name="counted_signal")
    op.drop_table("counted_signal")
    op.drop_index(op.f("ix_sign_in_session_person_id"), table_name="sign_in_session")
    op.drop_table("sign_in_session")
    op.drop_table("person_role")
    op.drop_index(op.f("ix_demand_signal_state"), table_name="demand_signal")
    op.drop_index(op.f("ix_demand_signal_received_on"), table_name="demand_signal")
    op.drop_index(op.f("ix_demand_signal_organisation_id"), table_name="demand_signal")
    op.drop_table("demand_signal")
    op.drop_index(op.f("ix_access_token_person_id"), table_name="access_token")
    op.drop_table("access_token")
    op.drop_table("project_matching")
    op.drop_table("project_field")
    op.drop_index(op.f("ix_person_organisation_id"), table_name="person")
    op.drop_table("person")
    op.drop_index(op.f("ix_consortium_member_organisation_id"), table_name="consortium_member")
    op.drop_table("consortium_member")
    op.drop_index(op.f("ix_target_initiative_code"), table_name="target")
    op.drop_table("target")
    op.drop_index(op.f("ix_rnd_project_state"), table_name="rnd_project")
    op.drop_index(op.f("ix_rnd_project_region_code"), table_name="rnd_project")
    op.drop_index(op.f("ix_rnd_project_initiative_code"), table_name="rnd_project")
    op.drop_table("rnd_project")
    op.drop_index(op.f("ix_organisation_ownership_group_id"), table_name="organisation")
    op.drop_index(op.f("ix_organisation_kind"), table_name="organisation")
    op.drop_table("organisation")
    op.drop_index(op.f("ix_technology_field_code"), table_name="technology")
    op.drop_table("technology")
    op.drop_index(op.f("ix_region_mega_region_code"), table_name="region")
    op.drop_table("region")
    op.drop_index(op.f("ix_match_run_method_digest"), table_name="match_run")
    op.drop_table("match_run")
    op.drop_index(op.f("ix_initiative_pillar_code"), table_name="initiative")
    op.drop_table("initiative")
    op.drop_index(op.f("ix_demand_theme_summary_id"), table_name="demand_theme")
    op.drop_table("demand_theme")
    op.drop_table("yardstick")
    op.drop_table("trl_level")
    op.drop_table("technology_field")
    op.drop_table("sign_in_throttle")
    op.drop_table("plan_source")
    op.drop_table("pillar")
    op.drop_table("ownership_group")
    op.drop_table("mega_region")
    op.drop_index(op.f("ix_market_summary_input_digest"), table_name="market_summary")
    op.drop_table("market_summary")
    op.drop_table("embedding")
