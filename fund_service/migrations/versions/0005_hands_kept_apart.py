"""Hands kept apart: walls against one person's hand in two places, found missing since the ledger's."""

from collections.abc import Sequence

from alembic import op

revision: str = "0005"
down_revision: str | Sequence[str] | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPLICATION_ROLE = "fund_app"
APPEND_ONLY: tuple[str, ...] = ()
"""New tables whose rows the service adds and never changes."""
NEVER_DELETED: tuple[str, ...] = ()

FUNCTIONS: dict[str, str] = {}
"""Trigger functions by name, with their bodies."""
TRIGGERS: tuple[str, ...] = ()


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


def downgrade() -> None:
    for name in FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}() CASCADE")
    drop_tables()


def drop_tables() -> None:
    """Take away what ``make_tables`` made."""
