"""One table of all figures, the peer beside ours in the same run: ``python -m tests.benchmarks.table [HOME]``.

HOME keeps vectors between runs. A module that cannot be measured is a line that says so, and the exit status is 1.
"""

import importlib
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Row, Rows, show

MODULES = (
    "encoding", "quality", "pairs", "million", "acceptance", "assignment", "demand", "relevance", "disclosure",
    "themes", "workers",
)  # fmt: skip


def rows_of(name: str, failed: list[str]) -> Rows:
    """Give the rows of a module, or the one that says why there are none."""

    def rows(home: Path) -> Iterator[Row]:
        try:
            yield from importlib.import_module(f"tests.benchmarks.{name}").rows(home)
        except Exception as error:  # noqa: BLE001 - the others are measured all the same
            failed.append(name)
            traceback.print_exc()
            yield Row(figure=name, ours=f"could not be measured: {type(error).__name__}: {error}")

    return rows


def main() -> None:
    """Measure every module and print the table."""
    failed: list[str] = []
    show(*(rows_of(name, failed) for name in MODULES))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
