"""The door itself: the group of commands, the database they open, and how they show progress."""

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from fund_service.database import migrate, open_engine
from fund_service.settings import Settings, read_settings
from models.errors import FundError

REFUSED = 1
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
        except OSError as error:
            if error.filename is None:
                raise
            messages.print(f"{error.filename}: {error.strerror}", style="red", markup=False, soft_wrap=True)
            sys.exit(REFUSED)
        except Exception as error:
            from matching.encoding.encoder import ModelNotUsableError  # noqa: PLC0415 - numpy, where something failed

            if not isinstance(error, ModelNotUsableError):
                raise
            messages.print(f"The encoder cannot be used: {error}", style="red", markup=False, soft_wrap=True)
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
