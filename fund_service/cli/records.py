"""Commands that bring records in: what the plan says, the demo, and files of other people's records."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from fund_service import jobs
from fund_service.cli.door import Bars, database, main, messages
from fund_service.database import transaction
from models.clock import utc_now

MAX_RATE = 10**9
"""No currency is worth that many won; more is a slip of the hand."""


@main.group()
def seed() -> None:
    """Load reference data or the demo; any number of times."""


@seed.command()
def plan() -> None:
    """Load what the plan says: pillars, initiatives, targets, regions, technologies, TRL, and the first limit rules."""
    from seeds.limits import seed_limits  # noqa: PLC0415
    from seeds.plan import seed_plan  # noqa: PLC0415

    with database() as (_, engine), transaction(engine) as session:
        report = seed_plan(session) + seed_limits(session)
    click.echo(str(report))


@seed.command()
def demo() -> None:
    """Load an invented fund to try things on, and print how to sign in."""
    from fund_service.demonstration.loading import load_demo  # noqa: PLC0415
    from seeds.limits import seed_limits  # noqa: PLC0415
    from seeds.plan import seed_plan  # noqa: PLC0415

    with database() as (_, engine), transaction(engine) as session:
        seed_plan(session)
        seed_limits(session)
        report = load_demo(session)
    click.echo(str(report))


@main.command(name="import")
@click.argument("kind", type=click.Choice(["projects", "signals", "organisations", "deals", "instructions"]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "mapping", help="A preset's name, or a TOML file that maps the columns.")
@click.option("--rate", "rates", multiple=True, metavar="USD=1380", help="Won for one unit of a foreign currency.")
@click.option("--maker", help="E-mail address of the fund manager who makes imported instructions.")
@click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
def import_command(
    kind: str, file: Path, mapping: str | None, rates: tuple[str, ...], maker: str | None, *, dry_run: bool
) -> None:
    """Import FILE (.csv .xlsx .jsonl .jsonl.gz): all of it or nothing.

    Imported instructions wait for their checkers like all others: no file moves money.
    """
    from fund_service.imports.commands import import_file  # noqa: PLC0415
    from fund_service.imports.schemas import ImportKind  # noqa: PLC0415

    if kind == "instructions":
        _import_instructions(file, maker, dry_run=dry_run)
        return

    with database() as (_, engine), Bars() as bars, transaction(engine) as session:
        report = import_file(
            session,
            kind=ImportKind(kind),
            path=file,
            mapping=mapping,
            rates=read_rates(rates),
            dry_run=dry_run,
            at=utc_now(),
            progress=lambda done, due: bars.stage("reading", done, due),
        )
        if not dry_run and (report.added or report.changed):
            jobs.queue_changes(session)
    for notice in report.notices:
        messages.print(notice, markup=False, soft_wrap=True)
    click.echo(f"added {report.added}, changed {report.changed}, unchanged {report.unchanged}")


def _import_instructions(file: Path, maker: str | None, *, dry_run: bool) -> None:
    from fund_service.accounts.queries import caller_called  # noqa: PLC0415
    from fund_service.imports.instructions import import_instructions  # noqa: PLC0415

    if maker is None:
        raise click.BadParameter("say who makes the instructions", param_hint="--maker")
    with database() as (_, engine), transaction(engine) as session:
        caller = caller_called(session, maker)
        report = import_instructions(session, path=file, maker=caller, dry_run=dry_run, at=utc_now())
    for notice in report.notices:
        messages.print(notice, markup=False, soft_wrap=True)
    click.echo(f"added {report.added}, changed 0, unchanged {report.unchanged}")


def read_rates(rates: tuple[str, ...]) -> Mapping[str, Decimal]:
    """Read ``USD=1380`` into a rate for each currency."""
    read = {}
    for rate in rates:
        currency, _, value = rate.partition("=")
        try:
            won_each = Decimal(value)
        except InvalidOperation:
            won_each = Decimal(0)
        won_each = won_each if won_each.is_finite() else Decimal(0)
        if not (currency.isalpha() and currency.isupper()) or not 0 < won_each < MAX_RATE:
            raise click.BadParameter(f"{rate!r} is not like USD=1380", param_hint="--rate")
        read[currency] = won_each
    return read
