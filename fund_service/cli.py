"""The shell's door: ``fund COMMAND``; results on standard output, everything else on standard error.

Exit status: 0 done, 1 refused by the data or the rules (with the reason), 2 wrong usage.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from fund_service import jobs, locales, operations
from fund_service.database import migrate, open_engine, transaction
from fund_service.settings import Settings, read_settings
from matching.encoder import SentenceEncoder
from models.clock import business_date, utc_now
from models.errors import FundError
from models.person import PreferredLanguage, Role

REFUSED = 1
MAX_RATE = 10**9
"""No currency is worth that many won; more is a slip of the hand."""
messages = Console(stderr=True, highlight=False)


class Commands(click.Group):
    """The commands; an error of the data or the rules ends any of them with status 1 and its sentence."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except FundError as refusal:
            messages.print(str(refusal), style="red", markup=False, soft_wrap=True)
            sys.exit(REFUSED)
        except OperationalError as error:
            messages.print(f"The database cannot be reached: {error.orig}", style="red", markup=False)
            sys.exit(REFUSED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Commercialization fund service: demand signals, matches, market demand and the plan."""
    # Nothing may try the network at run time; the libraries below look here when they are imported.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # A plain SIGTERM would end the process at once: the worker beside it would live on, and so would the database.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")


@contextmanager
def database() -> Iterator[tuple[Settings, Engine]]:
    """Open the database at the schema of this version."""
    settings = read_settings()
    engine = open_engine(settings)
    try:
        migrate(engine)
        yield settings, engine
    finally:
        engine.dispose()


class Bars:
    """Progress bars on a terminal, nothing in a pipe; one bar for each stage of a long work."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=messages,
            disable=not sys.stderr.isatty(),
        )
        self._stages: dict[str, object] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def stage(self, name: str, done: int, due: int) -> None:
        """Show how far a stage is."""
        if name not in self._stages:
            self._stages[name] = self._progress.add_task(name, total=due)
        self._progress.update(self._stages[name], completed=done, total=due)  # type: ignore[arg-type] # an opaque TaskID


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


@main.command(name="migrate")
def migrate_command() -> None:
    """Bring the database to the schema of this version."""
    with database():
        messages.print("The database is at the newest schema.")


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
    from fund_service.accounts.passwords import hash_password  # noqa: PLC0415
    from fund_service.demonstration.play import play_fund  # noqa: PLC0415
    from seeds.demo import seed_demo  # noqa: PLC0415
    from seeds.limits import seed_limits  # noqa: PLC0415
    from seeds.plan import seed_plan  # noqa: PLC0415

    with database() as (_, engine), transaction(engine) as session:
        seed_plan(session)
        seed_limits(session)
        report = seed_demo(session, hash_password)
        play_fund(session)
        jobs.queue_changes(session)
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


@main.command()
@click.option("--all", "everything", is_flag=True, help="Match everything anew, not only what changed.")
def match(*, everything: bool) -> None:
    """Embed what changed, then match what changed; a killed run is taken up where it stopped."""
    from fund_service.matches.commands import match_changes  # noqa: PLC0415
    from fund_service.matches.corpus import make_matchmaker  # noqa: PLC0415

    with database() as (settings, engine), Bars() as bars:
        report = match_changes(make_matchmaker(settings, engine), everything=everything, stage=bars.stage)
    rate = report.pairs / report.seconds if report.seconds else 0
    click.echo(
        f"matched {report.matched} of {report.signals} signals with {report.projects} projects: "
        f"{report.pairs} pairs in {report.seconds:.1f} s, {rate:.0f} pairs/s"
    )


@main.command()
@click.option("--format", "kind", default="text", type=click.Choice(["text", "json", "csv", "xlsx", "md", "pdf"]))
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write there, not to standard output.")
@click.option("--by", default="theme", show_default=True, type=click.Choice(["theme", "field", "region"]))
@click.option("--language", default="ko", show_default=True, type=click.Choice(["ko", "en"]))
def demand(kind: str, output: Path | None, by: str, language: str) -> None:
    """Summarise the market demand of all live signals, and write it."""
    from fund_service.market.commands import summarise  # noqa: PLC0415
    from fund_service.market.documents import demand_document  # noqa: PLC0415
    from fund_service.matches.corpus import make_matchmaker  # noqa: PLC0415

    locales.LANGUAGE.set(PreferredLanguage(language))
    with database() as (settings, engine), transaction(engine) as session:
        summarise(session, make_matchmaker(settings, engine), today=business_date(utc_now()))
        document = demand_document(session, kind=kind, by=by)
    if output is not None:
        write_whole(output, document)
        messages.print(f"wrote {output}", markup=False)
    elif kind in {"xlsx", "pdf"} and sys.stdout.isatty():
        raise click.UsageError(f"{kind} is not for a terminal; give --output FILE")
    else:
        sys.stdout.buffer.write(document)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise click.FileError(str(path), error.strerror or "cannot be written") from error


@main.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--system", default="hybrid", show_default=True, type=click.Choice(["dense", "lexical", "hybrid"]))
@click.option("--k", default=10, show_default=True, type=click.IntRange(1, 100), help="Depth of nDCG and MRR.")
def evaluate(directory: Path, system: str, k: int) -> None:
    """Measure the matcher on a judged set in the BEIR layout; prints one JSON object."""
    from matching.evaluation import EvaluationSetError  # noqa: PLC0415
    from matching.evaluation import evaluate as measure  # noqa: PLC0415

    settings = read_settings()
    with Bars() as bars:
        try:
            figures = measure(
                directory,
                system=system,
                k=k,
                encoder=SentenceEncoder(settings.encoder),
                progress=bars.stage,
            )
        except EvaluationSetError as error:
            messages.print(str(error), style="red", markup=False, soft_wrap=True)
            sys.exit(REFUSED)
    click.echo(json.dumps(figures, ensure_ascii=False))


@main.command()
def worker() -> None:
    """Do background work until stopped; as many machines as wanted may do so side by side."""
    from fund_service.matches.corpus import make_matchmaker  # noqa: PLC0415
    from fund_service.worker import run_worker  # noqa: PLC0415

    with database() as (settings, engine):
        asyncio.run(run_worker(make_matchmaker(settings, engine)))


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


@main.command(name="verify")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of sentences.")
@click.option(
    "--anchor",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file kept elsewhere: what it holds must be in the chain; then the chain's last entry is added to it.",
)
def verify_command(*, as_json: bool, anchor: Path | None) -> None:
    """Check ledger, instruments and stored answers on one snapshot; ends with status 1 when anything is found."""
    from fund_service.audit.anchors import append_anchor, read_anchors  # noqa: PLC0415 - only this command audits
    from fund_service.audit.verify import verify  # noqa: PLC0415

    anchors = {} if anchor is None else read_anchors(anchor)
    with database() as (_, engine):
        found = verify(engine, anchors)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        for line in found.sentences():
            click.echo(line)
    if not found.whole:
        sys.exit(REFUSED)
    if anchor is not None:
        append_anchor(anchor, number=found.number, digest=found.digest, at=utc_now())
        messages.print(f"anchored entry {found.number} in {anchor}", markup=False)


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
