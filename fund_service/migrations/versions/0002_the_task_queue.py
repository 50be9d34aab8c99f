"""The task queue: procrastinate's own schema, from the version pinned beside us."""

from collections.abc import Sequence

import procrastinate
from alembic import op
from procrastinate.schema import SchemaManager

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Through the driver: the schema is one script with its own quoting, which SQLAlchemy would read as parameters.
    op.get_bind().connection.cursor().execute(SchemaManager(procrastinate.PsycopgConnector()).get_schema())


def downgrade() -> None:
    op.execute(
        """
        DO $$ DECLARE found record; BEGIN
            FOR found IN SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname LIKE 'procrastinate\\_%'
            LOOP EXECUTE format('DROP TABLE %I CASCADE', found.relname); END LOOP;
            FOR found IN SELECT p.oid::regprocedure AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE n.nspname = current_schema() AND p.proname LIKE 'procrastinate\\_%'
            LOOP EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', found.name); END LOOP;
            FOR found IN SELECT t.typname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                WHERE n.nspname = current_schema() AND t.typname LIKE 'procrastinate\\_%' AND t.typtype IN ('e', 'c')
            LOOP EXECUTE format('DROP TYPE IF EXISTS %I CASCADE', found.typname); END LOOP;
        END $$
        """
    )
