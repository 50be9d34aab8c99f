"""Column maps written by hand: a TOML file that says which columns of a foreign file are which of ours.

::

    source = "keit-2026"                 # required: together with the external id it recognises a row
    currency = "USD"                     # of amounts that name none; KRW when left out
    identity = ["title", "file"]         # instead of an external_id column: columns that together recognise a row

    [columns]                            # our column = theirs, or the first of several that is not blank
    external_id = "topic_id"
    text = ["objective", "description"]

    [constants]                          # our column = one value for every row
    confidentiality = "open"

    [organisation.columns]               # optional: record the organisation of each row when it is new
    name_en = "agency"

    [organisation.constants]
    kind = "agency"
    country = "US"

Columns of the file that no line names are not imported, and the report says so. Our columns are the ones of the own
format, by their English names.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from fund_service.imports.amounts import CURRENCIES
from fund_service.imports.columns import COLUMNS
from fund_service.imports.faults import FaultList, Reason, refusal
from fund_service.imports.maps import ColumnMap, note_missing
from fund_service.imports.schemas import ImportKind

MAX_FILE_BYTES = 2**16
ORGANISATION_COLUMN = {ImportKind.PROJECTS: "lead", ImportKind.SIGNALS: "organisation"}
"""Where a row holds the organisation that it brings along."""
_KEYS = frozenset({"source", "currency", "identity", "columns", "constants", "organisation"})


def read_map(path: Path, *, kind: ImportKind) -> ColumnMap:
    """Read a map file for rows of one kind.

    Raises
    ------
    ImportRefused
        When there is no such file, it is no TOML, or it names columns that do not exist or leaves out required ones.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            raise refusal("expected a map file of at most 64 KiB", value=path.name)
        content = tomllib.loads(raw.decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise refusal("the map file cannot be read ({error})", value=path, error=error) from error
    faults = FaultList()
    column_map = _column_map(content, kind, path.stem, faults)
    faults.refuse()
    return column_map


def _column_map(content: Mapping[str, object], kind: ImportKind, name: str, faults: FaultList) -> ColumnMap:
    for key in sorted(content.keys() - _KEYS):
        faults.add(
            None,
            column=key,
            value=None,
            expected=Reason("expected only {known} in a map file", known=", ".join(sorted(_KEYS))),
        )
    source, currency = content.get("source"), content.get("currency", "KRW")
    if not isinstance(source, str) or not 1 <= len(source) <= 64:  # noqa: PLR2004 - the column's own length
        faults.add(
            None, column="source", value=source, expected=Reason("expected the name of the source, 1 to 64 characters")
        )
    if currency not in CURRENCIES:
        faults.add(
            None,
            column="currency",
            value=currency,
            expected=Reason("expected one of {known}", known=", ".join(CURRENCIES)),
        )
    columns = {ours: _names(ours, theirs, faults) for ours, theirs in _table(content, "columns", faults).items()}
    constants = _table(content, "constants", faults)
    identity = _names("identity", content["identity"], faults) if "identity" in content else ()
    organisation = None
    if "organisation" in content and kind in ORGANISATION_COLUMN:
        inner = {"source": source, **_table(content, "organisation", faults)}
        organisation = _column_map(inner, ImportKind.ORGANISATIONS, name, faults)
    filled = {*columns, *constants} | ({ORGANISATION_COLUMN[kind]} if organisation else set())
    for ours in sorted(filled - COLUMNS[kind].keys()):
        faults.add(
            None, column=ours, value=None, expected=Reason("expected one of {known}", known=", ".join(COLUMNS[kind]))
        )
    note_missing(kind, filled, faults)
    return ColumnMap(
        name=name,
        kind=kind,
        source=str(source),
        columns=columns,
        constants=constants,
        identity=identity,
        currency=str(currency),
        organisation=organisation,
    )


def _table(content: Mapping[str, object], key: str, faults: FaultList) -> dict[str, object]:
    found = content.get(key, {})
    if not isinstance(found, dict):
        faults.add(None, column=key, value=found, expected=Reason("expected a table [{key}]", key=key))
        return {}
    return found


def _names(key: str, value: object, faults: FaultList) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name for name in names):
        faults.add(
            None,
            column=key,
            value=value,
            expected=Reason("expected the name of a column of the file, or a list of names"),
        )
        return ("",)
    return tuple(names)
