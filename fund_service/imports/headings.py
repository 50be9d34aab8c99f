"""The heading row of a delimited file or worksheet."""

from collections.abc import Sequence

from fund_service.imports.faults import FaultList, Reason
from fund_service.imports.tables import MAX_COLUMNS


def check_headings(cells: Sequence[object], *, line: int) -> list[str]:
    """Give the headings of a table, blanks at its right end left out.

    Raises
    ------
    ImportRefused
        When a heading is missing, is no text, stands twice, or there are more than ``MAX_COLUMNS``.
    """
    faults = FaultList()
    texts = ["" if cell is None else str(cell).strip() for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    if len(texts) > MAX_COLUMNS:
        faults.add(line, column=None, value=None, expected=Reason("expected at most {most} columns", most=MAX_COLUMNS))
    if not texts:
        faults.add(line, column=None, value=None, expected=Reason("expected a row of headings"))
    seen: set[str] = set()
    for position, text in enumerate(texts, start=1):
        if not text:
            faults.add(line, column=f"number {position}", value=None, expected=Reason("expected a heading"))
        elif text in seen:
            faults.add(line, column=text, value=None, expected=Reason("expected each heading once"))
        seen.add(text)
    faults.refuse()
    return texts
