from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine


def configuration(engine: Engine) -> Config:
    root = Path(__file__).parents[2]
    return Config(toml_file=root / "pyproject.toml")


def test_the_migrated_schema_is_what_the_models_say(engine: Engine):
    with engine.connect() as connection:
        alembic = configuration(engine)
        alembic.attributes["connection"] = connection
        command.check(alembic)


def test_every_revision_can_be_undone_and_done_again(owner: Engine):
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS round_trip"))
        connection.execute(sa.text("CREATE DATABASE round_trip TEMPLATE template0"))
    other = sa.create_engine(owner.url.set(database="round_trip"), poolclass=sa.NullPool)
    with other.connect() as connection:
        alembic = configuration(owner)
        alembic.attributes["connection"] = connection
        command.upgrade(alembic, "head")
        command.downgrade(alembic, "base")
        command.upgrade(alembic, "head")
        command.check(alembic)
        connection.commit()
    other.dispose()
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("DROP DATABASE round_trip"))
