"""The command that learns from answers."""

import click

from fund_service.cli.door import database, main
from fund_service.database import transaction
from models.clock import utc_now


@main.command()
def learn() -> None:
    """Learn from the answers of both sides; a model ranks only if it does better than the one in use.

    One line for each side: what came of it, and from how many answers that say yes or no to a pair.
    """
    from fund_service.answers.learning import learn as learn_from_answers  # noqa: PLC0415 - learning loads scikit-learn

    with database() as (_, engine), transaction(engine) as session:
        found = learn_from_answers(session, at=utc_now())
    for side in found:
        click.echo(f"{side.side}: {side.outcome}, {side.answers} answers, {side.accepted} of them yes")
