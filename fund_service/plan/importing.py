"""Reported figures from a file: each row a figure of a target with its source, all of them or none."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError
from sqlmodel import Session, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.faults import fields_at_fault
from fund_service.imports.faults import FaultList, NotUnderstood, Reason, refusal
from fund_service.imports.organisations import name_key
from fund_service.imports.readers import open_table
from fund_service.imports.schemas import ROWS_SHOWN, ImportedRow, ImportOutcome
from fund_service.imports.tables import SourceRow, SourceTable
from fund_service.imports.uploads import Importer
from fund_service.imports.values import day, integer, text_of
from fund_service.plan.progress_schemas import ReportIn
from fund_service.plan.register_tables import said
from fund_service.plan.reports import Reports, read_reports, report_figure, report_unit
from fund_service.vehicles.schemas import PercentTyped
from models.errors import FundError
from models.money import MAX_KRW
from models.plan import Target
from models.plan_progress import ProgressUnit, ReportState

T = TypeVar("T")

CALLED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "target": ("목표", "target_code", "목표코드"),
        "as_of": ("기준일", "date"),
        "value": ("값", "실적", "figure"),
        "source_title": ("출처", "출처명", "source"),
        "source_url": ("출처주소", "출처 URL", "url"),
        "source_document": ("문서번호", "문서", "document"),
        "note": ("비고", "메모"),
    }
)
"""Our columns, with what else they may be called."""
NEEDED = ("target", "as_of", "value", "source_title")
MAX_FIGURES = 1_000
"""Figures of one file: each is confirmed by a second person."""
LIMITS: Mapping[str, int] = MappingProxyType(
    {"source_title": 300, "source_url": 500, "source_document": 200, "note": 2_000}
)
Figure = tuple[str, date, int, str]
"""What makes a figure the same again: target, day, value, title of the source."""


class CellRefused(NotUnderstood):
    """A cell cannot be read; ``column`` is our name of the column it stands in."""

    def __init__(self, reason: Reason, *, column: str, value: object = None) -> None:
        super().__init__(reason.template, **reason.facts)
        self.column, self.value = column, value


def import_figures(session: Session, path: Path, caller: Caller, dry_run: bool, at: datetime) -> ImportOutcome:  # noqa: FBT001 - the shape that all importers share
    """Report the figures of a file; each waits for a second person, and one on record already is left alone.

    Raises
    ------
    ImportRefused
        When anything in the file is at fault: each bad line is named, and nothing is reported.
    """
    table = open_table(path)
    names = _columns(table)
    headings = {ours: heading for heading, ours in names.items()}
    targets = _directory(session)
    known = _known(read_reports(session))
    savepoint = session.begin_nested()
    faults, unchanged, made = FaultList(), 0, list[ImportedRow]()
    for count, row in enumerate(table.rows(faults), start=1):
        if count > MAX_FIGURES:
            raise refusal("expected at most {most:,} rows", line=row.line, most=MAX_FIGURES)
        try:
            taken = _take(session, row, names, targets=targets, known=known, caller=caller, at=at)
            made += taken
            unchanged += not taken
        except CellRefused as fault:
            heading = headings.get(fault.column, fault.column)
            faults.add(row.line, column=heading, value=fault.value, expected=fault.reason)
        except FundError as fault:
            column = headings.get(fault.field or "", fault.field)
            faults.add(row.line, column=column, value=None, expected=Reason.as_said(locales.error_message(fault)))
    if faults or dry_run:
        savepoint.rollback()
    faults.refuse()
    if not made and not unchanged:
        raise refusal("expected at least one row under the headings")
    if not dry_run:
        savepoint.commit()
    return ImportOutcome(
        added=len(made), changed=0, unchanged=unchanged, rows=made[:ROWS_SHOWN], notices=list(table.notices)
    )


def _columns(table: SourceTable) -> Mapping[str, str]:
    """Give our name of each heading of the file.

    Raises
    ------
    ImportRefused
        For a heading that is none of ours or stands twice, or when one that is needed is missing.
    """
    known = {name_key(heading): ours for ours, others in CALLED.items() for heading in (ours, *others)}
    faults = FaultList()
    names: dict[str, str] = {}
    for heading, line in table.headings.items():
        ours = known.get(name_key(heading))
        if ours is None:
            expected = Reason("expected one of {known}", known=", ".join(CALLED))
            faults.add(line, column=heading, value=None, expected=expected)
        elif ours in names.values():
            faults.add(line, column=heading, value=None, expected=Reason("expected each heading once"))
        else:
            names[heading] = ours
    for ours in NEEDED:
        if ours not in names.values():
            faults.add(None, column=ours, value=None, expected=Reason("expected this column"))
    faults.refuse()
    return names


def _directory(session: Session) -> Mapping[str, Target | None]:
    """Give the targets by code and names; ``None`` under a name that several have."""
    found: dict[str, Target | None] = {}
    for target in session.exec(select(Target)):
        for name in {name_key(called) for called in (target.code, target.name_ko, target.name_en)}:
            found[name] = None if name in found else target
    return found


def _known(reports: Reports) -> set[Figure]:
    gone = {ReportState.WITHDRAWN, ReportState.REFUSED}
    return {
        (figure.target_code, figure.as_of, figure.value, figure.source_title)
        for figure in reports.figures
        if reports.states[figure.id] not in gone
    }


def _take(
    session: Session,
    row: SourceRow,
    names: Mapping[str, str],
    *,
    targets: Mapping[str, Target | None],
    known: set[Figure],
    caller: Caller,
    at: datetime,
) -> list[ImportedRow]:
    """Report the figure of one row, unless it is on record; give it if it is new."""
    cells = {names[heading]: value for heading, value in row.cells.items() if value is not None and value != ""}
    for needed in NEEDED:
        if needed not in cells:
            raise CellRefused(Reason("expected a value"), column=needed)
    target = _read(cells, "target", partial(_target, targets))
    unit = report_unit(target)
    asked: dict[str, object] = {
        "as_of": _read(cells, "as_of", day),
        "value": _read(cells, "value", partial(_value, unit)),
        **{name: _read(cells, name, text_of(most)) for name, most in LIMITS.items() if name in cells},
    }
    try:
        data = ReportIn.model_validate(asked)
    except ValidationError as error:
        fault = fields_at_fault(error)[0]
        raise CellRefused(Reason.as_said(fault.message), column=fault.field, value=cells.get(fault.field)) from error
    figure = (target.code, data.as_of, data.value, data.source_title)
    if figure in known:
        return []
    savepoint = session.begin_nested()
    try:
        report_figure(session, target.code, data, caller=caller, at=at)
    except FundError:
        savepoint.rollback()
        raise
    savepoint.commit()
    known.add(figure)
    words = (locales.pick(target.name_ko, target.name_en), locales.day(data.as_of), said(data.value, unit))
    title = " · ".join((*words, data.source_title))
    return [ImportedRow(line=row.line, number=target.code, title=title, amount_krw=None, changed=None)]


def _read(cells: Mapping[str, object], name: str, read: Callable[[object], T]) -> T:
    try:
        return read(cells[name])
    except NotUnderstood as fault:
        raise CellRefused(fault.reason, column=name, value=cells[name]) from fault


def _target(targets: Mapping[str, Target | None], value: object) -> Target:
    found = targets.get(name_key(str(value)))
    if found is None:
        raise NotUnderstood("expected a target of the plan by its code or name")
    return found


def _value(unit: ProgressUnit, value: object) -> int:
    """Read a figure: a share in percent, things and won as whole numbers."""
    if unit is not ProgressUnit.SHARE:
        return integer(value, 0, MAX_KRW)
    try:
        return PercentTyped.model_validate(
            {"share_percent": str(value).strip().removesuffix("%").strip()}
        ).share_percent
    except ValidationError as error:
        raise NotUnderstood("expected a percentage with two decimals at most, such as 12.5") from error


FIGURES = Importer(
    operation="submit_figures_import",
    run=import_figures,
    columns=lambda: {name: called[0] for name, called in CALLED.items()},
    required=NEEDED,
    most_rows=MAX_FIGURES,
)
