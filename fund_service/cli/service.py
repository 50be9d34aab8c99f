"""Commands of the service itself: serve, work, migrate, and what it says of its own interface."""

import asyncio
import json
from dataclasses import replace

import click

from fund_service import operations
from fund_service.cli.door import database, main, messages


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
@click.option("--no-worker", is_flag=True, help="Leave background work to `fund worker` elsewhere.")
@click.option("--demo-when-empty", is_flag=True, help="Load the plan and a demo into an empty database.")
def serve(host: str, port: int, workers: int, *, no_worker: bool, demo_when_empty: bool) -> None:
    """Serve the API and the pages."""
    from fund_service import serving  # noqa: PLC0415 - only this command needs the web

    with database() as (_, engine):
        if demo_when_empty:
            serving.seed_when_empty(engine, say=lambda line: messages.print(line, markup=False))
        serving.serve(host=host, port=port, workers=workers, with_worker=not no_worker)


@main.command()
@click.option(
    "--threads", type=click.IntRange(1), help="Processors to use at a time; all, or FUND_THREADS, if left out."
)
def worker(threads: int | None) -> None:
    """Do background work until stopped; as many machines as wanted may do so side by side.

    One worker uses every processor. Where several share a machine, give each its part: --threads 1 for two workers on
    two processors.
    """
    from fund_service.matches.corpus import make_matchmaker  # noqa: PLC0415
    from fund_service.worker import run_worker  # noqa: PLC0415

    with database() as (settings, engine):
        bounded = replace(settings, threads=threads or settings.threads)
        asyncio.run(run_worker(make_matchmaker(bounded, engine), bounded))


@main.command(name="migrate")
def migrate_command() -> None:
    """Bring the database to the schema of this version."""
    with database():
        messages.print("The database is at the newest schema.")


@main.command()
@click.option("--csv", "as_csv", is_flag=True, required=True, help="As CSV, the only form there is.")
def roles(*, as_csv: bool) -> None:  # noqa: ARG001 - required by the door's contract
    """Print every operation and which roles may do it, from the table the guards read."""
    click.echo(operations.roles_csv(), nl=False)


@main.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from fund_service import serving  # noqa: PLC0415

    click.echo(json.dumps(serving.openapi_document(), ensure_ascii=False, indent=2))
