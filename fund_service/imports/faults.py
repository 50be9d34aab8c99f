"""What an import refuses: every bad value with its line, its column, and what was expected."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.errors import FundError

FAULTS_SHOWN = 50
"""Faults that the message of a refusal lists; the rest are counted."""
FAULTS_KEPT = 100_000
"""Faults kept in memory; beyond them a hopeless file is only counted."""
VALUE_SHOWN = 80
"""Characters of a bad value that are shown."""


class NotUnderstood(ValueError):  # noqa: N818 - errors are named as facts
    """A cell cannot be read as its column wants; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason to refuse a file."""

    line: int | None
    """Line in the file, from 1, headings counted; none where the file as a whole is at fault."""
    column: str | None
    """Column as the file writes it."""
    value: str | None
    """The value, cut at ``VALUE_SHOWN`` characters and free of control characters."""
    expected: str

    def __str__(self) -> str:
        """Say the fault in one line."""
        place = ", ".join(
            part
            for part in (f"line {self.line}" if self.line else "", f"column {self.column}" if self.column else "")
            if part
        )
        seen = f"{self.value!r} - " if self.value is not None else ""
        return f"{place}: {seen}{self.expected}" if place else f"{seen}{self.expected}"


class ImportRefused(FundError):  # noqa: N818 - errors are named as facts
    """The file has faults and nothing of it was imported.

    ``faults`` holds all of them, up to ``FAULTS_KEPT``; ``total`` counts every one.
    """

    code = "import_refused"

    def __init__(self, faults: Sequence[Fault], *, total: int | None = None) -> None:
        self.faults = tuple(faults)
        self.total = len(self.faults) if total is None else total
        lines = [str(fault) for fault in self.faults[:FAULTS_SHOWN]]
        if self.total > len(lines):
            lines.append(f"and {self.total - len(lines)} more")
        super().__init__(
            "Nothing was imported; faults found: {total}\n{listed}",
            field="file",
            total=self.total,
            listed="\n".join(lines),
        )


class FaultList:
    """The faults of one import, gathered so that a file is refused once with all of them."""

    def __init__(self) -> None:
        self.kept: list[Fault] = []
        self.total = 0

    def __bool__(self) -> bool:
        return self.total > 0

    def add(self, line: int | None, *, column: str | None, value: object, expected: str) -> None:
        """Note one fault; ``value`` is shown as text, None where there is nothing to show."""
        self.total += 1
        if len(self.kept) < FAULTS_KEPT:
            self.kept.append(Fault(line, shown(column), shown(value), expected))

    def refuse(self) -> None:
        """Raise ``ImportRefused`` when there is any fault."""
        if self.total:
            raise ImportRefused(self.kept, total=self.total)


def refusal(
    expected: str, *, line: int | None = None, column: str | None = None, value: object = None
) -> ImportRefused:
    """Make the refusal of a file that cannot be read any further."""
    return ImportRefused([Fault(line, shown(column), shown(value), expected)])


def shown(value: object) -> str | None:
    """Give a value as it may be shown on a terminal or page: one line, printable, cut."""
    if value is None:
        return None
    text = str(value)[: VALUE_SHOWN + 1]
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= VALUE_SHOWN else f"{text[: VALUE_SHOWN - 1]}…"
