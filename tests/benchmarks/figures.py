"""What every module of the benchmarks yields: one figure, ours beside the peer's from the same run."""

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

SHARED = Path(__file__).parents[3] / "shared"
"""Real records beside the checkout; a figure that needs them is left out where they are absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table; every value is written as a person reads it, with its unit."""

    figure: str
    """What is measured, on what."""
    ours: str
    """What this project does, e.g. ``61 texts/s``."""
    peer: str = ""
    """What the peer does in the same run, with its name, e.g. ``19 texts/s (SentenceTransformer.encode)``; empty where
    there is none."""
    bar: str = ""
    """What was asked for, e.g. ``>= 3 x``; empty where nothing was."""


HEADING = "| figure | ours | peer | asked |\n|---|---|---|---|"

Rows = Callable[[Path], Iterator[Row]]
"""What a module of the benchmarks has to offer; the folder keeps what may be kept between runs."""


def show(*modules: Rows) -> None:
    """Print the table of some modules, a line as soon as it is measured; the command line may name the folder."""
    with tempfile.TemporaryDirectory(prefix="fund-bench-", ignore_cleanup_errors=True) as temporary:
        home = Path(sys.argv[1] if len(sys.argv) > 1 else temporary).resolve()
        home.mkdir(parents=True, exist_ok=True)
        click.echo(HEADING)
        for module in modules:
            if not show_rows(module(home)):
                click.echo(f"Nothing measured: it needs real records, and there are none in {SHARED}.", err=True)


def show_rows(rows: Iterable[Row]) -> int:
    """Print rows as lines of a Markdown table; give how many there were."""
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last is how many
        cells = (row.figure, row.ours, row.peer, row.bar)
        click.echo("| " + " | ".join(cell.replace("|", r"\|").replace("\n", " ") for cell in cells) + " |")
    return count
