"""Commands of matching and market demand."""

import sys
from pathlib import Path

import click
from sqlalchemy.engine import Engine
from sqlmodel import Session

from fund_service import locales
from fund_service.cli.door import Bars, database, main, messages
from fund_service.database import transaction
from fund_service.settings import Settings
from models.clock import business_date, utc_now
from models.person import PreferredLanguage
from models.release import MarketRelease


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
@click.option("--by", default="theme", show_default=True, type=click.Choice(["theme", "field", "region", "cell"]))
@click.option("--release", "number", type=click.IntRange(min=1), help="An older release, not the newest.")
@click.option("--language", default="ko", show_default=True, type=click.Choice(["ko", "en"]))
def demand(kind: str, output: Path | None, by: str, number: int | None, language: str) -> None:
    """Write market demand as the newest release says it; where there is none yet, the first is made."""
    from fund_service.market.documents import demand_document  # noqa: PLC0415
    from fund_service.market.reading import newest_release  # noqa: PLC0415
    from fund_service.market.releases import note_pull  # noqa: PLC0415

    locales.LANGUAGE.set(PreferredLanguage(language))
    with database() as (settings, engine), transaction(engine) as session:
        if newest_release(session) is None:
            _make_release(session, settings, engine)
        newest = newest_release(session)
        document = demand_document(session, kind=kind, by=by, number=number)
        shown = number or (None if newest is None else newest.number)
        note_pull(session, shown, person_id=None, kind=kind, breakdown=by)
    if output is not None:
        write_whole(output, document)
        messages.print(f"wrote {output}", markup=False)
    elif kind in {"xlsx", "pdf"} and sys.stdout.isatty():
        raise click.UsageError(f"{kind} is not for a terminal; give --output FILE")
    else:
        sys.stdout.buffer.write(document)


@main.command()
def release() -> None:
    """Summarise the demand of all live signals, and freeze what of it may be published as the next release."""
    with database() as (settings, engine), transaction(engine) as session:
        made = _make_release(session, settings, engine)
    click.echo(f"made release {made.number} as of {made.as_of}, sha256 {made.digest}")


@main.command()
def relevance() -> None:
    """Look at all running projects: demand now against demand at approval; flags open reviews and stop nothing."""
    from fund_service.matches.corpus import make_matchmaker  # noqa: PLC0415
    from fund_service.relevance.commands import flagged_in, watch  # noqa: PLC0415

    with database() as (settings, engine), transaction(engine) as session:
        run = watch(session, make_matchmaker(settings, engine), today=business_date(utc_now()))
        flagged = flagged_in(session, run)
    click.echo(f"run {run.number} on demand up to {run.as_of}: {flagged} of {run.projects} running projects flagged")


def _make_release(session: Session, settings: Settings, engine: Engine) -> MarketRelease:
    from fund_service.market.commands import summarise  # noqa: PLC0415
    from fund_service.market.releases import make_release_of  # noqa: PLC0415
    from fund_service.matches.corpus import make_matchmaker  # noqa: PLC0415

    summarise(session, make_matchmaker(settings, engine), today=business_date(utc_now()))
    return make_release_of(session, made_by=None)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise click.FileError(str(path), error.strerror or "cannot be written") from error
