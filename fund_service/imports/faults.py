"""What an import refuses: every bad value with its line, its column, and what was expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from fund_service import locales
from models.errors import FundError

FAULTS_SHOWN = 50
"""Faults that the message of a refusal lists; the rest are counted."""
FAULTS_KEPT = 100_000
"""Faults kept in memory; beyond them a hopeless file is only counted."""
VALUE_SHOWN = 80
"""Characters of a bad value that are shown."""
_AS_SAID = "{words}"


class Reason(str):  # noqa: SLOT000 - it carries what it was made of
    """Why something is at fault: English text, that can be said in the language at hand."""

    template: str
    facts: Mapping[str, Any]

    def __new__(cls, template: str, **facts: object) -> Self:
        """Make it of ``template``, a message id of the catalogues, and of what that leaves open."""
        made = super().__new__(cls, template.format(**facts))
        made.template, made.facts = template, facts
        return made

    @classmethod
    def as_said(cls, words: str) -> Self:
        """Make it of words that are in the language at hand already."""
        return cls(_AS_SAID, words=words)

    def said(self) -> str:
        """Say it in the language at hand."""
        facts = {name: _said(fact) for name, fact in self.facts.items()}
        return locales.gettext(self.template).format(**facts)


def _said(fact: object) -> object:
    if isinstance(fact, Reason):
        return fact.said()
    return locales.label(fact) if isinstance(fact, StrEnum) else fact


class NotUnderstood(ValueError):  # noqa: N818 - errors are named as facts
    """A cell cannot be read as its column wants; ``reason`` says what was expected."""

    def __init__(self, template: str, **facts: object) -> None:
        self.reason = Reason(template, **facts)
        super().__init__(self.reason)


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason to refuse a file."""

    line: int | None
    """Line in the file, from 1, headings counted; none where the file as a whole is at fault."""
    column: str | None
    """Column as the file writes it."""
    value: str | None
    """The value, cut at ``VALUE_SHOWN`` characters and free of control characters."""
    expected: Reason

    def __str__(self) -> str:
        """Give the fault in one line of English."""
        return str(self.in_one_line())

    def in_one_line(self) -> Reason:
        """Give place, value and reason together."""
        seen = "" if self.value is None else f"{self.value!r} - "
        if self.line is None and self.column is None:
            return Reason("{value}{reason}", value=seen, reason=self.expected)
        return Reason("{place}: {value}{reason}", place=self._place(), value=seen, reason=self.expected)

    def _place(self) -> Reason:
        if self.column is None:
            return Reason("line {line}", line=self.line)
        if self.line is None:
            return Reason("column {column}", column=self.column)
        return Reason("line {line}, column {column}", line=self.line, column=self.column)


class _Listed(str):  # noqa: SLOT000 - it carries what it was made of
    """The first faults, a line each, and how many more there are."""

    lines: Sequence[Reason]

    def __new__(cls, lines: Sequence[Reason]) -> Self:
        made = super().__new__(cls, "\n".join(lines))
        made.lines = lines
        return made

    def said(self) -> str:
        """Say each line in the language at hand."""
        return "\n".join(line.said() for line in self.lines)


class ImportRefused(FundError):  # noqa: N818 - errors are named as facts
    """The file has faults and nothing of it was imported.

    ``faults`` holds all of them, up to ``FAULTS_KEPT``; ``total`` counts every one.
    """

    code = "import_refused"

    def __init__(self, faults: Sequence[Fault], *, total: int | None = None) -> None:
        self.faults = tuple(faults)
        self.total = len(self.faults) if total is None else total
        lines = [fault.in_one_line() for fault in self.faults[:FAULTS_SHOWN]]
        if self.total > len(lines):
            lines.append(Reason("and {count} more", count=self.total - len(lines)))
        super().__init__(
            "Nothing was imported; faults found: {total}\n{listed}",
            field="file",
            total=self.total,
            listed=_Listed(lines),
        )


class FaultList:
    """The faults of one import, gathered so that a file is refused once with all of them."""

    def __init__(self) -> None:
        self.kept: list[Fault] = []
        self.total = 0

    def __bool__(self) -> bool:
        return self.total > 0

    def add(self, line: int | None, *, column: str | None, value: object, expected: Reason) -> None:
        """Note one fault; ``value`` is shown as text, None where there is nothing to show."""
        self.total += 1
        if len(self.kept) < FAULTS_KEPT:
            self.kept.append(Fault(line, shown(column), shown(value), expected))

    def refuse(self) -> None:
        """Raise ``ImportRefused`` when there is any fault."""
        if self.total:
            raise ImportRefused(self.kept, total=self.total)


def refusal(
    template: str, *, line: int | None = None, column: str | None = None, value: object = None, **facts: object
) -> ImportRefused:
    """Make the refusal of a file that cannot be read any further; ``facts`` are what the reason leaves open."""
    return ImportRefused([Fault(line, shown(column), shown(value), Reason(template, **facts))])


def shown(value: object) -> str | None:
    """Give a value as it may be shown on a terminal or page: one line, printable, cut."""
    if value is None:
        return None
    text = str(value)[: VALUE_SHOWN + 1]
    text = "".join(character if character.isprintable() else " " for character in text)
    return text if len(text) <= VALUE_SHOWN else f"{text[: VALUE_SHOWN - 1]}…"
