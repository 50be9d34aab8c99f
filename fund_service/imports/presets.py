"""Maps of known data sets, and the choice of the map for a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fund_service.imports.faults import FaultList, Reason, refusal
from fund_service.imports.map_files import read_map
from fund_service.imports.maps import ColumnMap, own_format
from fund_service.imports.schemas import ImportKind
from fund_service.imports.tables import SourceTable

UNKNOWN_COUNTRY = "ZZ"
"""User-assigned code of ISO 3166-1 that Unicode CLDR gives to an unknown territory; no country is called so."""
_COUNTRIES = {"US": "US", "Israel": "IL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """The map of a known data set and the columns it is known by."""

    column_map: ColumnMap
    required: frozenset[str]
    optional: frozenset[str]
    also: ColumnMap | None = None
    """The same file read as rows of a second kind."""

    def recognises(self, headings: frozenset[str]) -> bool:
        """Say whether a file's headings are this data set's."""
        return self.required <= headings <= self.required | self.optional

    def map_of(self, kind: ImportKind) -> ColumnMap | None:
        """Give the map for rows of a kind, if the data set has such rows."""
        return next((found for found in (self.column_map, self.also) if found and found.kind == kind), None)


# The awards give neither an end nor a state. They are imported as running, because only projects that are still open
# are matched: closed ones could answer no demand.
_SBIR_AWARDS = Preset(
    column_map=ColumnMap(
        name="sbir-awards",
        kind=ImportKind.PROJECTS,
        source="sbir",
        columns={
            "external_id": ("award_id",),
            "title_en": ("title",),
            "abstract_en": ("abstract",),
            "starts_on": ("year",),
            "budget": ("award_amount",),
        },
        constants={"state": "running"},
        currency="USD",
        lenient_amounts=True,
        organisation=ColumnMap(
            name="sbir-awards",
            kind=ImportKind.ORGANISATIONS,
            source="sbir",
            columns={"name_en": ("firm",)},
            constants={"kind": "partner_firm", "country": "US"},
        ),
    ),
    required=frozenset({"award_id", "title", "abstract", "firm", "year"}),
    optional=frozenset({"agency", "phase", "program", "link", "award_amount", "city_state", "topic_code"}),
)
_SBIR_TOPICS = Preset(
    column_map=ColumnMap(
        name="sbir-topics",
        kind=ImportKind.SIGNALS,
        source="sbir",
        columns={
            "external_id": ("topic_id",),
            "text": ("objective", "description", "title"),
            "received_on": ("release",),
        },
        constants={"confidentiality": "open"},
        organisation=ColumnMap(
            name="sbir-topics",
            kind=ImportKind.ORGANISATIONS,
            source="sbir",
            columns={"name_en": ("agency",)},
            constants={"kind": "agency", "country": "US"},
        ),
    ),
    required=frozenset({"topic_id", "title", "agency", "release"}),
    optional=frozenset({"description", "objective", "program", "open", "close", "url"}),
)
_KR_RFP = Preset(
    column_map=ColumnMap(
        name="kr-rfp",
        kind=ImportKind.PROJECTS,
        source="kr-rfp",
        columns={
            "external_id": ("id",),
            "title_ko": ("title",),
            "abstract_ko": ("body",),
            "trl_now": ("trl_start",),
            "trl_target": ("trl_end",),
        },
        constants={"state": "planned"},
    ),
    required=frozenset({"id", "title", "body", "trl_start", "trl_end"}),
    optional=frozenset({"window", "announcement", "file"}),
)
# A title list has no identifiers; a title may return in another call, so title and file recognise a row together.
_KR_TITLES = Preset(
    column_map=ColumnMap(
        name="kr-titles",
        kind=ImportKind.PROJECTS,
        source="kr-titles",
        columns={"title_ko": ("title",)},
        constants={"state": "planned"},
        identity=("title", "file"),
    ),
    required=frozenset({"title", "window", "file"}),
    optional=frozenset(),
)


def _mandate(cells: Mapping[str, object]) -> str:
    """Put a fund's thesis, sectors, stages and geography into words."""
    parts = [str(cells.get("thesis") or "").strip()]
    for label, column in (("Sectors", "sectors"), ("Stages", "stage"), ("Geography", "geography")):
        listed = cells.get(column)
        text = ", ".join(str(entry) for entry in listed) if isinstance(listed, list) else str(listed or "").strip()
        if text:
            parts.append(f"{label}: {text}")
    return ". ".join(part.rstrip(".") for part in parts if part)


def _country(cells: Mapping[str, object]) -> str:
    return _COUNTRIES.get(str(cells.get("geography")), UNKNOWN_COUNTRY)


# The set's id is a slug of the name and two funds share one, so the name recognises a fund. A financing stage says how
# much a company has raised, not how mature its technology is: no TRL range follows from it. The size of a fund is not
# money set aside for one demand: no available amount follows either. A directory entry is a view (L0), since no one has
# told this fund of an interest.
_FUND = ColumnMap(
    name="vc-mandates",
    kind=ImportKind.ORGANISATIONS,
    source="vc-mandates",
    columns={"name_en": ("name",)},
    constants={"kind": "investor"},
    computed={"country": ("geography", _country)},
)
_VC_MANDATES = Preset(
    column_map=ColumnMap(
        name="vc-mandates",
        kind=ImportKind.SIGNALS,
        source="vc-mandates",
        columns={"external_id": ("name",), "ticket": ("checkSize",)},
        constants={"confidentiality": "open", "commitment_level": "L0"},
        computed={"text": ("thesis", _mandate)},
        lenient_amounts=True,
        organisation=_FUND,
    ),
    also=_FUND,
    required=frozenset({"id", "name", "stage", "sectors", "checkSize", "thesis"}),
    optional=frozenset({"firm", "geography", "fundSize", "notablePortfolio", "lpFit", "tier"}),
)
PRESETS: Mapping[str, Preset] = {
    preset.column_map.name: preset for preset in (_SBIR_AWARDS, _SBIR_TOPICS, _KR_RFP, _KR_TITLES, _VC_MANDATES)
}
"""Preset by name."""


def choose_map(
    kind: ImportKind, table: SourceTable, *, mapping: str | Path | None
) -> tuple[ColumnMap, tuple[str, ...]]:
    """Give the map of a file and notices about it.

    Parameters
    ----------
    mapping
        Name of a preset, path of a map file, or None: the one preset that knows the file's columns, else the own
        format.

    Raises
    ------
    ImportRefused
        When there is no such map, it does not fit the kind, or the file lacks its columns.
    """
    if mapping is None:
        fitting = [preset.map_of(kind) for preset in PRESETS.values() if preset.recognises(frozenset(table.headings))]
        found = [column_map for column_map in fitting if column_map is not None]
        return (found[0] if len(found) == 1 else own_format(kind, table)), ()
    preset = PRESETS.get(str(mapping))
    if preset is not None:
        return _preset_map(preset, kind, table), ()
    path = Path(mapping)
    if not path.is_file():
        raise refusal("expected a preset ({known}) or a map file", value=mapping, known=", ".join(PRESETS))
    column_map = read_map(path, kind=kind)
    return column_map, _unmapped(column_map, table)


def _preset_map(preset: Preset, kind: ImportKind, table: SourceTable) -> ColumnMap:
    column_map = preset.map_of(kind)
    if column_map is None:
        raise refusal("the preset {preset} does not hold {kind}", preset=preset.column_map.name, kind=kind.value)
    missing = sorted(preset.required - table.headings.keys())
    if missing:
        raise refusal(
            "the preset {preset} needs the columns {columns}",
            preset=preset.column_map.name,
            columns=", ".join(missing),
        )
    return column_map


def _unmapped(column_map: ColumnMap, table: SourceTable) -> tuple[str, ...]:
    """Refuse a map that names columns the file lacks; give a notice of columns that it leaves out."""
    faults = FaultList()
    named: set[str] = set()
    for one in (column_map, column_map.organisation):
        for wanted in [*one.columns.values(), *((name,) for name in one.identity)] if one else []:
            named.update(wanted)
            if not any(name in table.headings for name in wanted):
                faults.add(
                    None,
                    column=" or ".join(wanted),
                    value=None,
                    expected=Reason("the map names it, the file has no such column"),
                )
    faults.refuse()
    left_out = [heading for heading in table.headings if heading not in named]
    return (f"Columns not imported: {', '.join(left_out)}.",) if left_out else ()
