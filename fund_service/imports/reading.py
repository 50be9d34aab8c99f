"""Rows of a file read into records: every cell by its column, every row as a whole."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import cast
from uuid import UUID

from fund_service.imports.amounts import MAX_STATED, StatedAmount, parse_amount
from fund_service.imports.columns import COLUMNS, Lookup
from fund_service.imports.deals import PIPELINE_LOOKUPS, PipelineDirectory
from fund_service.imports.faults import FaultList, NotUnderstood, Reason
from fund_service.imports.map_files import ORGANISATION_COLUMN
from fund_service.imports.maps import ColumnMap, Given
from fund_service.imports.organisations import GroupDirectory, OrganisationDirectory
from fund_service.imports.queries import References
from fund_service.imports.records import Entry, Record, make_record
from fund_service.imports.settlement import Settled, Tally, UnreadAmount, settle
from fund_service.imports.tables import SourceRow
from fund_service.imports.values import clean, is_blank, items, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What rows are read against; shared by all rows of one import."""

    references: References
    directory: OrganisationDirectory
    groups: GroupDirectory
    pipeline: PipelineDirectory
    rates: Mapping[str, Decimal]
    faults: FaultList
    tally: Tally


@dataclass(slots=True)
class RecordReader:
    """Reads rows under one map; remembers identifiers, to refuse a second row of the same name."""

    column_map: ColumnMap
    surroundings: Surroundings
    newcomers: list[Record] = field(default_factory=list)
    """Organisations that rows brought along and that are not recorded yet; the caller writes and clears them."""
    _lines: dict[tuple[str, str], int] = field(default_factory=dict)
    _numbers: dict[str, int] = field(default_factory=dict)
    _brought: dict[tuple[object, ...], UUID | None] = field(default_factory=dict)

    def read(self, row: SourceRow) -> Record | None:
        """Read one row; a row with faults gives None and its faults are noted."""
        before = self.surroundings.faults.total
        record = self._record(row, self.column_map)
        if record is not None:
            self._check_repeats(record)
        return record if self.surroundings.faults.total == before else None

    def _record(self, row: SourceRow, column_map: ColumnMap) -> Record | None:
        before = self.surroundings.faults.total
        given = column_map.given(row)
        source = self._source(row.line, given.get("source"), column_map)
        values = {
            ours: self._value(row.line, ours, cell, column_map, source)
            for ours, cell in given.items()
            if ours != "source"
        }
        fills = column_map.fills
        if column_map.organisation is not None:
            place = ORGANISATION_COLUMN[column_map.kind]
            values[place] = self._bring(row, column_map.organisation)
            fills |= {place}
        if self.surroundings.faults.total > before:
            return None
        entry = Entry(
            line=row.line,
            kind=column_map.kind,
            fills=fills,
            given=given,
            values=values,
            amounts=self._settled(row.line, given, values),
            faults=self.surroundings.faults,
        )
        return make_record(entry, source=source)

    def _source(self, line: int, cell: Given | None, column_map: ColumnMap) -> str:
        """Give the row's source first: organisations are looked up under it."""
        value = self._value(line, "source", cell, column_map, "") if cell else None
        return str(value) if value else column_map.source

    def _value(self, line: int, ours: str, cell: Given, column_map: ColumnMap, source: str) -> object:
        try:
            value = clean(cell.value) if isinstance(cell.value, str) else cell.value
            if isinstance(value, list):
                value = [clean(entry) if isinstance(entry, str) else entry for entry in value]
            if is_blank(value):
                return None
            read = COLUMNS[column_map.kind][ours].read
            return self._looked_up(read, value, column_map, source) if isinstance(read, Lookup) else read(value)
        except NotUnderstood as error:
            self.surroundings.faults.add(line, column=cell.column, value=cell.value, expected=error.reason)
            return None

    def _looked_up(self, lookup: Lookup, value: object, column_map: ColumnMap, source: str) -> object:
        references, directory = self.surroundings.references, self.surroundings.directory
        if lookup is Lookup.AMOUNT:
            return _amount(value, column_map)
        if lookup is Lookup.ORGANISATION:
            return directory.find(text_of(200)(value), source=source)
        if lookup in PIPELINE_LOOKUPS:
            return self.surroundings.pipeline.find(lookup, text_of(500)(value))
        if lookup is Lookup.ORGANISATIONS:
            return tuple(sorted({directory.find(name, source=source) for name in items(value)}))
        if lookup is Lookup.GROUP:
            return self.surroundings.groups.resolve(text_of(200)(value), source=source)
        readers: Mapping[Lookup, Callable[[object], object]] = {
            Lookup.FIELDS: references.field_codes,
            Lookup.REGION: references.region_code,
            Lookup.REGIONS: references.region_codes,
            Lookup.INITIATIVE: references.initiative_code,
        }
        return readers[lookup](value)

    def _settled(self, line: int, given: Mapping[str, Given], values: Mapping[str, object]) -> Settled:
        """Turn the row's amounts into won."""
        amounts = {ours: value for ours, value in values.items() if isinstance(value, StatedAmount | UnreadAmount)}
        try:
            return settle(amounts, rates=self.surroundings.rates, line=line, tally=self.surroundings.tally)
        except NotUnderstood as error:
            cell = given[next(iter(amounts))]
            self.surroundings.faults.add(line, column=cell.column, value=cell.value, expected=error.reason)
            return Settled({}, None, None)

    def _bring(self, row: SourceRow, column_map: ColumnMap) -> UUID | None:
        """Give the organisation that a row brings along, and keep it for writing when it is not recorded yet."""
        known_by = tuple(str(cell.value) for cell in column_map.given(row).values())
        if known_by not in self._brought:
            record = self._record(row, column_map)
            if record is None:
                return None
            self._brought[known_by] = self._recorded(record)
        return self._brought[known_by]

    def _recorded(self, record: Record) -> UUID:
        directory = self.surroundings.directory
        number = cast("str | None", record.columns.get("registration_number"))
        found = directory.recorded(record.source, record.external_id, number=number)
        if found is not None:
            return found
        names = tuple(cast("str | None", record.columns.get(name)) for name in ("name_ko", "name_en"))
        directory.add(record.id, source=record.source, external_id=record.external_id, number=number, names=names)
        self.newcomers.append(record)
        return record.id

    def _check_repeats(self, record: Record) -> None:
        """Refuse a second row of the same identifier or registration number."""
        first = self._lines.setdefault((record.source, record.external_id), record.line)
        if first != record.line:
            expected = Reason("expected each identifier once, line {first} has it already", first=first)
            self._refuse_repeat(record, "external_id", record.external_id, expected)
        number = record.columns.get("registration_number")
        if isinstance(number, str):
            first = self._numbers.setdefault(number, record.line)
            if first != record.line:
                expected = Reason("expected each registration number once, line {first} has it already", first=first)
                self._refuse_repeat(record, "registration_number", number, expected)

    def _refuse_repeat(self, record: Record, ours: str, value: str, expected: Reason) -> None:
        column = " or ".join(self.column_map.columns.get(ours, self.column_map.identity)) or None
        self.surroundings.faults.add(record.line, column=column, value=value, expected=expected)


def _amount(value: object, column_map: ColumnMap) -> StatedAmount | UnreadAmount:
    try:
        return parse_amount(value, currency=column_map.currency)
    except NotUnderstood:
        if column_map.lenient_amounts and isinstance(value, str) and len(value) <= MAX_STATED:
            return UnreadAmount(value)
        raise
