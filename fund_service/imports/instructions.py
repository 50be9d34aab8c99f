"""Import of instructions: a file of commitments, calls and other entries becomes instructions for others to check."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from pydantic import ValidationError
from sqlmodel import Session, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.imports.faults import FaultList, NotUnderstood, refusal
from fund_service.imports.organisations import name_key
from fund_service.imports.readers import open_table
from fund_service.imports.tables import SourceRow, SourceTable
from fund_service.imports.values import day, integer, text_of
from fund_service.ledger.commands import make_instruction
from fund_service.ledger.schemas import InstructionIn
from models.deal import Deal
from models.errors import FundError
from models.instruction import IdempotencyKey, Instruction, InstructionKind
from models.money import MAX_KRW
from models.person import PreferredLanguage
from models.vehicle import Envelope, Vehicle

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


def import_instructions(
    session: Session, *, path: Path, maker: Caller, dry_run: bool, at: datetime
) -> InstructionsReport:
    """Make an instruction of each row of a file, or of none; flushes, never commits.

    Money moves as everywhere: nothing is posted until others than ``maker`` have checked each instruction. A number
    imported by this maker before is left alone; with other facts than then it is a fault.

    Raises
    ------
    ImportRefused
        When anything in the file is at fault: each bad line is named.
    """
    table = open_table(path)
    names = _columns(table)
    savepoint = session.begin_nested()
    faults, added, unchanged = FaultList(), 0, 0
    parties = {name: _directory(session, party) for name, party in PARTIES.items()}
    for row in table.rows(faults):
        try:
            is_new = _take(session, _cells(row, names), parties=parties, maker=maker, at=at)
            added, unchanged = added + is_new, unchanged + (not is_new)
        except NotUnderstood as fault:
            faults.add(row.line, column=None, value=None, expected=str(fault))
        except FundError as fault:
            faults.add(row.line, column=fault.field, value=None, expected=fault.message)
    if faults or dry_run:
        savepoint.rollback()
    faults.refuse()
    if not added + unchanged:
        raise refusal("expected at least one row under the headings")
    if not dry_run:
        savepoint.commit()
    return InstructionsReport(added=added, unchanged=unchanged, notices=table.notices)


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
            faults.add(line, column=heading, value=None, expected=f"expected one of {', '.join(CALLED)}")
        else:
            names[heading] = ours
    for ours in NEEDED:
        if ours not in names.values():
            faults.add(None, column=ours, value=None, expected="expected this column")
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
    cells: Mapping[str, object],
    *,
    parties: Mapping[str, Mapping[str, UUID | None]],
    maker: Caller,
    at: datetime,
) -> bool:
    """Make the instruction of one row, unless it was made before; say whether it is new."""
    if "external_id" not in cells:
        raise NotUnderstood("external_id: expected a number of its own")
    number = text_of(200)(cells["external_id"])
    asked = _asked(cells, parties)
    facts = json.dumps(asked.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    fingerprint = hashlib.sha256(facts.encode()).hexdigest()
    known = session.get(IdempotencyKey, (maker.person_id, OPERATION, number))
    if known is not None:
        if known.fingerprint != fingerprint:
            raise NotUnderstood(f"number {number} was imported before with other facts; give this one a new number")
        return False
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
    return True


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
    said: dict[str, object] = {"kind": _kind(cells.get("kind")), "words": text_of(500)(cells.get("words", ""))}
    for name, directory in parties.items():
        if name in cells:
            said[f"{name}_id"] = _party(name, cells[name], directory)
    if "amount_krw" in cells:
        said["amount_krw"] = integer(cells["amount_krw"], 0, MAX_KRW)
    if "effective_on" in cells:
        said["effective_on"] = day(cells["effective_on"])
    if "terms" in cells:
        said["terms"] = _terms(cells["terms"])
    try:
        return InstructionIn.model_validate(said)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise NotUnderstood(f"{place}: {fault['msg']}") from error


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
    raise NotUnderstood("kind: expected a kind of instruction, such as deal_commitment or 투자약정")


def _party(name: str, value: object, directory: Mapping[str, UUID | None]) -> UUID:
    key = name_key(str(value))
    found = directory.get(key)
    if found is None:
        several = "several are so called; name it by its id" if key in directory else "there is none so called"
        raise NotUnderstood(f"{name}: {several}")
    return found


def _terms(value: object) -> dict[str, object]:
    read = value
    if not isinstance(value, dict):
        try:
            read = json.loads(str(value))
        except (ValueError, RecursionError) as error:
            raise NotUnderstood("terms: expected a JSON object") from error
    if not isinstance(read, dict):
        raise NotUnderstood("terms: expected a JSON object")
    return read
