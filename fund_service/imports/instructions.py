"""Import of instructions: a file of commitments, calls and other entries becomes instructions for others to check."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import Session, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.faults import fields_at_fault
from fund_service.imports.faults import FaultList, NotUnderstood, Reason, refusal
from fund_service.imports.organisations import name_key
from fund_service.imports.readers import open_table
from fund_service.imports.schemas import ROWS_SHOWN, ImportedRow
from fund_service.imports.tables import MAX_ROWS, SourceRow, SourceTable
from fund_service.imports.values import day, integer, text_of
from fund_service.ledger.commands import make_instruction
from fund_service.ledger.schemas import InstructionIn
from models.deal import Deal
from models.errors import FundError
from models.instruction import IdempotencyKey, Instruction, InstructionKind
from models.money import MAX_KRW
from models.person import PreferredLanguage
from models.vehicle import Envelope, Vehicle

T = TypeVar("T")

OPERATION = "import_instructions"
"""The operation under which the numbers of imported instructions are kept, so that a file imported again adds none."""
CALLED: Mapping[str, tuple[str, ...]] = {
    "external_id": ("지시번호", "instruction number"),
    "kind": ("종류",),
    "vehicle": ("비히클", "투자기구", "vehicle_id"),
    "envelope": ("재원", "envelope_id"),
    "deal": ("투자건", "투자건번호", "딜", "deal_id"),
    "amount_krw": ("금액", "amount"),
    "effective_on": ("기준일", "date"),
    "words": ("사유", "reason"),
    "terms": ("조건",),
}
"""Our columns, with what else they may be called."""
NEEDED = ("external_id", "kind", "words")
PARTIES: Mapping[str, type[Vehicle] | type[Envelope] | type[Deal]] = {
    "vehicle": Vehicle,
    "envelope": Envelope,
    "deal": Deal,
}


@dataclass(frozen=True, slots=True)
class InstructionsReport:
    """What one import did, or would have done in a dry run."""

    added: int
    unchanged: int
    notices: tuple[str, ...]
    rows: tuple[ImportedRow, ...]
    """The first ``ROWS_SHOWN`` that are new."""


class CellRefused(NotUnderstood):
    """A cell cannot be read; ``column`` is our name of the column it stands in."""

    def __init__(self, reason: Reason, *, column: str, value: object = None) -> None:
        super().__init__(reason.template, **reason.facts)
        self.column, self.value = column, value


def import_instructions(
    session: Session,
    *,
    path: Path,
    maker: Caller,
    dry_run: bool,
    at: datetime,
    most_rows: int = MAX_ROWS,
    say: Callable[[FundError], str] = str,
) -> InstructionsReport:
    """Make an instruction of each row of a file, or of none; flushes, never commits.

    Money moves as everywhere: nothing is posted until others than ``maker`` have checked each instruction. A number
    imported by this maker before is left alone; with other facts than then it is a fault. ``say`` words what a rule of
    the ledger refuses.

    Raises
    ------
    ImportRefused
        When anything in the file is at fault: each bad line is named.
    """
    table = open_table(path)
    names = _columns(table)
    savepoint = session.begin_nested()
    faults, unchanged, made = FaultList(), 0, list[ImportedRow]()
    headings = {ours: heading for heading, ours in names.items()}
    parties = {name: _directory(session, party) for name, party in PARTIES.items()}
    for count, row in enumerate(table.rows(faults), start=1):
        if count > most_rows:
            raise refusal("expected at most {most:,} rows", line=row.line, most=most_rows)
        try:
            taken = _take(session, row, _cells(row, names), parties=parties, maker=maker, at=at)
            made += taken
            unchanged += not taken
        except CellRefused as fault:
            faults.add(
                row.line, column=headings.get(fault.column, fault.column), value=fault.value, expected=fault.reason
            )
        except FundError as fault:
            column = headings.get(fault.field or "", fault.field)
            faults.add(row.line, column=column, value=None, expected=Reason.as_said(say(fault)))
    if faults or dry_run:
        savepoint.rollback()
    faults.refuse()
    if not made and not unchanged:
        raise refusal("expected at least one row under the headings")
    if not dry_run:
        savepoint.commit()
    return InstructionsReport(
        added=len(made), unchanged=unchanged, notices=table.notices, rows=tuple(made[:ROWS_SHOWN])
    )


def _columns(table: SourceTable) -> Mapping[str, str]:
    """Give our name of each heading of the file.

    Raises
    ------
    ImportRefused
        For a heading that is none of ours, or when one that is needed is missing.
    """
    known = {name_key(heading): ours for ours, others in CALLED.items() for heading in (ours, *others)}
    faults = FaultList()
    names: dict[str, str] = {}
    for heading, line in table.headings.items():
        ours = known.get(name_key(heading))
        if ours is None:
            faults.add(
                line, column=heading, value=None, expected=Reason("expected one of {known}", known=", ".join(CALLED))
            )
        else:
            names[heading] = ours
    for ours in NEEDED:
        if ours not in names.values():
            faults.add(None, column=ours, value=None, expected=Reason("expected this column"))
    faults.refuse()
    return names


def _cells(row: SourceRow, names: Mapping[str, str]) -> dict[str, object]:
    return {names[heading]: value for heading, value in row.cells.items() if value is not None and value != ""}


def _directory(session: Session, table: type[Vehicle] | type[Envelope] | type[Deal]) -> Mapping[str, UUID | None]:
    """Give the records by id, number and names; ``None`` under a name that several have."""
    found: dict[str, UUID | None] = {}
    first, second = (table.title_ko, table.title_en) if table is Deal else (table.name_ko, table.name_en)  # type: ignore[union-attr] # the two shapes
    rows = session.exec(select(table.id, table.external_id, first, second)).all()
    for identifier, *called in rows:
        for name in {name_key(str(name)) for name in (identifier, *called) if name}:
            found[name] = identifier if name not in found else None
    return found


def _take(
    session: Session,
    row: SourceRow,
    cells: Mapping[str, object],
    *,
    parties: Mapping[str, Mapping[str, UUID | None]],
    maker: Caller,
    at: datetime,
) -> list[ImportedRow]:
    """Make the instruction of one row, unless it was made before; give it if it is new."""
    if "external_id" not in cells:
        raise CellRefused(Reason("expected a number of its own"), column="external_id")
    number = _read(cells, "external_id", text_of(200))
    asked = _asked(cells, parties)
    facts = json.dumps(asked.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    fingerprint = hashlib.sha256(facts.encode()).hexdigest()
    known = session.get(IdempotencyKey, (maker.person_id, OPERATION, number))
    if known is not None:
        if known.fingerprint != fingerprint:
            expected = Reason("expected the same facts as when this number was imported, or a new number")
            raise CellRefused(expected, column="external_id", value=number)
        return []
    made = _make(session, asked, maker, at)
    session.add(
        IdempotencyKey(
            person_id=maker.person_id,
            operation=OPERATION,
            key=number,
            fingerprint=fingerprint,
            status=201,
            location=f"/ledger/instructions/{made.id}",
            body="",
            recorded_at=at,
        )
    )
    session.flush()
    return [
        ImportedRow(
            line=row.line, number=number, title=made.words, kind=made.kind, amount_krw=made.amount_krw, changed=None
        )
    ]


def _read(cells: Mapping[str, object], name: str, read: Callable[[object], T]) -> T:
    """Read a cell.

    Raises
    ------
    CellRefused
        When it is not what its column wants.
    """
    try:
        return read(cells.get(name, ""))
    except NotUnderstood as fault:
        raise CellRefused(fault.reason, column=name, value=cells.get(name)) from fault


def _make(session: Session, asked: InstructionIn, maker: Caller, at: datetime) -> Instruction:
    savepoint = session.begin_nested()
    try:
        made = make_instruction(session, asked, maker=maker, at=at)
    except FundError:
        savepoint.rollback()
        raise
    savepoint.commit()
    return made


def _asked(cells: Mapping[str, object], parties: Mapping[str, Mapping[str, UUID | None]]) -> InstructionIn:
    said: dict[str, object] = {"kind": _read(cells, "kind", _kind), "words": _read(cells, "words", text_of(500))}
    for name, directory in parties.items():
        if name in cells:
            said[f"{name}_id"] = _read(cells, name, partial(_party, directory))
    if "amount_krw" in cells:
        said["amount_krw"] = _read(cells, "amount_krw", partial(integer, lowest=0, highest=MAX_KRW))
    if "effective_on" in cells:
        said["effective_on"] = _read(cells, "effective_on", day)
    if "terms" in cells:
        said["terms"] = _read(cells, "terms", _terms)
    try:
        return InstructionIn.model_validate(said)
    except ValidationError as error:
        fault = fields_at_fault(error)[0]
        column, _, inside = fault.field.partition(".")
        expected = Reason.as_said(f"{inside}: {fault.message}" if inside else fault.message)
        raise CellRefused(expected, column=column.removesuffix("_id")) from error


def _kind(value: object) -> InstructionKind:
    """Read a kind by its code, or by its name in either language."""
    wanted = name_key(str(value))
    for kind in InstructionKind:
        labels = (
            locales.catalogue(language).get(f"InstructionKind.{kind.value}", kind.value)
            for language in PreferredLanguage
        )
        if wanted in {name_key(label) for label in (kind.value, *labels)}:
            return kind
    raise NotUnderstood("expected a kind of instruction, such as deal_commitment or 투자약정")


def _party(directory: Mapping[str, UUID | None], value: object) -> UUID:
    key = name_key(str(value))
    found = directory.get(key)
    if found is None:
        raise NotUnderstood(
            "several are so called; name it by its id" if key in directory else "there is none so called"
        )
    return found


def _terms(value: object) -> dict[str, object]:
    read = value
    if not isinstance(value, dict):
        try:
            read = json.loads(str(value))
        except (ValueError, RecursionError) as error:
            raise NotUnderstood("expected a JSON object") from error
    if not isinstance(read, dict):
        raise NotUnderstood("expected a JSON object")
    return read
