"""Commands of accounts: people and the access tokens of their programs."""

import click

from fund_service.cli.door import database, main
from models.person import Role


@main.group()
def token() -> None:
    """Access tokens of programs."""


@token.command(name="create")
@click.option("--user", required=True, help="E-mail address of the person the program acts for.")
@click.option("--label", default="program", show_default=True, help="What the token is for.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="Days until it runs out.")
def create_token(user: str, label: str, days: int) -> None:
    """Make an access token; it is printed this once and never again."""
    from fund_service.accounts.shell import make_token  # noqa: PLC0415

    with database() as (_, engine):
        make_token(engine, user, label=label, days=days)


@main.group()
def person() -> None:
    """Accounts of people."""


@person.command(name="create")
@click.option("--email", required=True, help="E-mail address to sign in with.")
@click.option("--name", required=True, help="How the pages call the person.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
def create_person(email: str, name: str, roles: tuple[str, ...]) -> None:
    """Give somebody an account, such as the first administrator; the password is printed this once."""
    from fund_service.accounts.shell import make_person  # noqa: PLC0415

    with database() as (_, engine):
        make_person(engine, email, name=name, roles=tuple(map(Role, roles)))
