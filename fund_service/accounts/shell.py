"""The shell's commands of accounts: the first administrator, and tokens of programs."""

from datetime import timedelta

import click
from sqlalchemy.engine import Engine

from fund_service.accounts.administration import create_person
from fund_service.accounts.commands import create_token
from fund_service.accounts.schemas import PersonIn
from fund_service.database import transaction
from models.clock import utc_now
from models.errors import ValueNotAllowed
from models.person import Role


def make_person(engine: Engine, email: str, *, name: str, roles: tuple[Role, ...]) -> None:
    """Give somebody an account and print its first password.

    Raises
    ------
    ValueNotAllowed
        When the address or name cannot be one.
    RecordConflicts
        When the address has an account, or the roles do not go together.
    """
    try:
        asked = PersonIn(email=email, name=name, roles=list(roles))
    except ValueError as error:
        raise ValueNotAllowed("This is no e-mail address or no name.", field="email") from error
    with transaction(engine) as session:
        _, password = create_person(session, asked, by_id=None)
    click.echo(password)


def make_token(engine: Engine, email: str, *, label: str, days: int) -> None:
    """Make an access token of a person and print it.

    Raises
    ------
    RecordNotFound
        When nobody active has this e-mail address.
    """
    with transaction(engine) as session:
        secret = create_token(session, email, label=label, lifetime=timedelta(days=days), at=utc_now())
    click.echo(secret)
