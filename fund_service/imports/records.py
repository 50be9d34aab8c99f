"""Rows of our tables made from read cells; each row is checked as a whole, as the tables check it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from fund_service.imports.columns import REQUIRED
from fund_service.imports.faults import FaultList, Reason
from fund_service.imports.maps import Given
from fund_service.imports.organisations import name_key
from fund_service.imports.schemas import ImportKind
from fund_service.imports.settlement import Settled
from models.clock import SEOUL
from models.identity import new_id
from models.project import LEAP_BEGINS, LEAP_INITIATIVE, LeapPhase, ProjectType
from models.signal import CommitmentLevel

DIGEST_FORM = 1
"""Counts changes to how a record is written before it is hashed; a new form makes every row count as changed."""
MAX_EXTERNAL_ID = 200


@dataclass(slots=True, kw_only=True)
class Record:
    """One row to add or change."""

    line: int
    source: str
    external_id: str
    columns: dict[str, object]
    """Table columns that the file speaks of; the same for all rows of a file."""
    fallbacks: dict[str, object] = field(default_factory=dict)
    """What a new row gets in columns of which the file says nothing."""
    links: dict[str, tuple[str | UUID, ...]]
    """Codes or organisations it belongs with, by our column; the same columns for all rows of a file."""
    id: UUID = field(default_factory=new_id)
    digest: str = ""

    def seal(self) -> "Record":
        """Hash everything the file says of the row."""
        said = [DIGEST_FORM, self.columns, self.links]
        self.digest = hashlib.sha256(
            json.dumps(said, default=str, ensure_ascii=False, sort_keys=True).encode("utf-8")
        ).hexdigest()
        return self


@dataclass(slots=True, kw_only=True)
class Entry:
    """A row of the file with its cells read."""

    line: int
    kind: ImportKind
    fills: frozenset[str]
    given: Mapping[str, Given]
    values: Mapping[str, Any]
    amounts: Settled
    faults: FaultList

    def refuse(self, column: str, template: str, **facts: object) -> None:
        """Note a fault in one of the row's columns."""
        cell = self.given.get(column, Given(column, None))
        self.faults.add(self.line, column=cell.column, value=cell.value, expected=Reason(template, **facts))

    def check_order(self, low: str, high: str, expected: str) -> None:
        """Note a fault when two values run backwards."""
        first, second = self.values.get(low), self.values.get(high)
        if first is not None and second is not None and first > second:
            self.refuse(high, expected)

    def single(self, column: str) -> int | None:
        """Give an amount that must be one figure."""
        low, high = self.amounts.ends.get(column, (None, None))
        if low != high:
            self.refuse(column, "expected one amount, not a range")
        return low


def make_record(entry: Entry, *, source: str) -> Record:
    """Make the row that an entry says; what is wrong with it goes into the entry's faults."""
    for choice in REQUIRED[entry.kind]:
        filled = [name for name in choice if name in entry.fills]
        if not any(entry.values.get(name) is not None for name in choice):
            entry.refuse(filled[0], "expected a value")
    shape = _SHAPES[entry.kind]
    columns = {theirs: entry.values.get(ours) for ours, theirs in shape.copied.items() if ours in entry.fills}
    columns |= shape.checked(entry)
    links = {name: _members(entry.values.get(name)) for name in shape.links if name in entry.fills}
    return Record(
        line=entry.line,
        source=source,
        external_id=_external_id(entry, shape),
        columns=columns,
        links=links,
        fallbacks=_SHAPES[entry.kind].fallbacks(entry),
    ).seal()


def _members(value: tuple[str | UUID, ...] | UUID | None) -> tuple[str | UUID, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _external_id(entry: Entry, shape: "_Shape") -> str:
    """Give the identifier of the file, or one made of what the row is known by."""
    given = entry.values.get("external_id")
    if given is not None:
        return str(given)
    if "external_id" in entry.fills:
        entry.refuse("external_id", "expected an identifier")
    if entry.kind is ImportKind.ORGANISATIONS:
        key = str(entry.values.get("registration_number") or _name_of(entry))
        if len(key) <= MAX_EXTERNAL_ID:
            return key
    known_by = "\x1f".join(str(entry.values.get(name)) for name in shape.known_by)
    return hashlib.sha256(known_by.encode("utf-8")).hexdigest()


def _name_of(entry: Entry) -> str:
    return name_key(str(entry.values.get("name_ko") or entry.values.get("name_en")))


def _project(entry: Entry) -> dict[str, object]:
    columns: dict[str, object] = {}
    if entry.fills & {"trl_now", "trl_target"}:
        entry.check_order("trl_now", "trl_target", "expected no lower TRL than the present one")
        columns |= {name: entry.values.get(name) for name in ("trl_now", "trl_target")}
    if entry.fills & {"starts_on", "ends_on"}:
        entry.check_order("starts_on", "ends_on", "expected no day before the first one")
        columns |= {name: entry.values.get(name) for name in ("starts_on", "ends_on")}
    if entry.fills & {"project_type", "host_regions"}:
        columns |= _type(entry)
    if "leap_phase" in entry.fills:
        columns["leap_phase"] = _phase(entry)
    if entry.fills & {"budget", "need"}:
        columns |= {
            "budget_krw": entry.single("budget"),
            "need_krw": entry.single("need"),
            "amount_as_stated": entry.amounts.stated,
            "exchange_rate": entry.amounts.rate,
        }
    return columns


def _type(entry: Entry) -> dict[str, object]:
    """Give type and host regions, which change together."""
    kind = entry.values.get("project_type") or ProjectType.NATIONWIDE
    hosts = sorted(set(entry.values.get("host_regions") or ()))
    if (kind is ProjectType.NATIONWIDE) != (not hosts):
        entry.refuse("host_regions", "expected the regions of a region-specific project, and none of a nationwide one")
    located = entry.values.get("region")
    if hosts and located is not None and located not in hosts:
        entry.refuse("host_regions", "expected the project's own region among them")
    return {"project_type": kind, "host_region_codes": hosts}


def _phase(entry: Entry) -> object:
    """Give the phase of a Leap project, which names its initiative, its anchor company and its partners beside it."""
    phase: LeapPhase | None = entry.values.get("leap_phase")
    if phase is None:
        return None
    if entry.values.get("initiative") != LEAP_INITIATIVE:
        entry.refuse("leap_phase", "expected the Industrial Leap Technology Project as the initiative")
    starts = entry.values.get("starts_on")
    if starts is not None and starts < LEAP_BEGINS[phase]:
        entry.refuse("leap_phase", "expected a project that begins in {year} or later", year=LEAP_BEGINS[phase].year)
    if len(_members(entry.values.get("anchor"))) != 1:
        entry.refuse("leap_phase", "expected exactly one anchor company")
    return phase


def _signal(entry: Entry) -> dict[str, object]:
    wanted, excluded = (set(entry.values.get(name) or ()) for name in ("fields", "excluded_fields"))
    if wanted & excluded:
        both = ", ".join(sorted(wanted & excluded))
        entry.refuse("excluded_fields", "expected no field that is wanted too, as is {both}", both=both)
    if entry.values.get("region_bound") and not entry.values.get("regions"):
        entry.refuse("region_bound", "expected no, or the regions that the money is bound to")
    # Its blank is what lowers a claimed level when the words or the money it was claimed of change.
    columns: dict[str, object] = {"claimed_level": entry.values.get("commitment_level")}
    if "trl" in entry.fills:
        bounds = entry.values.get("trl") or (None, None)
        columns |= dict(zip(("trl_min", "trl_max"), bounds, strict=True))
    if entry.fills & {"ticket", "ticket_min", "ticket_max", "available"}:
        low, high = entry.amounts.ends.get("ticket", (None, None))
        smallest, largest = entry.single("ticket_min"), entry.single("ticket_max")
        if (low or high) and (smallest or largest):
            entry.refuse("ticket", "expected a range here, or two amounts in columns of their own, not both")
        low, high = low or smallest, high or largest
        if low and high and low > high:
            entry.refuse("ticket_max", "expected no smaller amount than the smallest")
        available = entry.single("available")
        if low and available and low > available:
            entry.refuse("available", "expected no less than the smallest ticket")
        columns |= {
            "ticket_min_krw": low,
            "ticket_max_krw": high,
            "available_krw": available,
            "amount_as_stated": entry.amounts.stated,
            "exchange_rate": entry.amounts.rate,
        }
    return columns


def _stated_level(entry: Entry) -> dict[str, object]:
    """Give the level that a statement has by itself: named interest with a ticket, else a view."""
    ticket = any(entry.values.get(name) is not None for name in ("ticket", "ticket_min", "ticket_max"))
    return {"claimed_level": CommitmentLevel.NAMED_INTEREST if ticket else CommitmentLevel.VIEW}


def _organisation(_entry: Entry) -> dict[str, object]:
    return {}


def _deal(entry: Entry) -> dict[str, object]:
    for ours in _DEAL_MONEY:
        if ours in entry.fills and entry.amounts.stated is not None:
            entry.refuse(ours, "expected won, or a rate for the currency")
    return {theirs: entry.single(ours) for ours, theirs in _DEAL_MONEY.items() if ours in entry.fills}


def _first_stage(entry: Entry) -> dict[str, object]:
    """Give where a new deal starts; where one that is recorded stands, no file says."""
    columns: dict[str, object] = {
        name: entry.values.get(name) for name in ("stage", "stage_since") if name in entry.fills
    }
    since = columns.get("stage_since")
    if isinstance(since, date):
        columns["stage_since"] = datetime.combine(since, time.min, SEOUL)
    return columns


class _Shape(NamedTuple):
    """How entries of a kind become rows."""

    copied: Mapping[str, str]
    """Our column to the table's, copied as read."""
    checked: Callable[[Entry], dict[str, object]]
    """Columns that are checked together and so change together."""
    links: tuple[str, ...]
    known_by: tuple[str, ...]
    fallbacks: Callable[[Entry], dict[str, object]] = lambda _: {}
    """What a new row gets in columns that the file does not fill."""


_PROJECT_COPIES = {name: name for name in ("title_ko", "title_en", "abstract_ko", "abstract_en", "stage", "state")}
_SIGNAL_COPIES = {
    name: name
    for name in (
        "text",
        "horizon_months",
        "received_on",
        "expires_on",
        "excluded_terms",
        "region_bound",
        "stages",
        "anchor_wanted",
        "region_specific_wanted",
        "confidentiality",
        "state",
    )
}
_ORGANISATION_COPIES = {name: name for name in ("name_ko", "name_en", "kind", "registration_number", "country")}
_DEAL_COPIES = {
    name: name for name in ("title_ko", "title_en", "summary", "instrument", "main_purpose", "additionality")
} | {
    "company": "company_id", "lead": "lead_id", "region": "region_code", "initiative": "initiative_code",
    "project": "project_id", "vehicle": "vehicle_id",
}  # fmt: skip
_DEAL_MONEY = {
    "amount": "amount_krw", "budget": "project_budget_krw", "private": "private_krw",
    "other_public": "other_public_krw",
}  # fmt: skip
COLUMN_OF_DEAL = {theirs: ours for ours, theirs in (_DEAL_COPIES | _DEAL_MONEY).items()}
"""Columns of the table of deals, to ours."""
_SHAPES: Mapping[ImportKind, _Shape] = {
    ImportKind.PROJECTS: _Shape(
        _PROJECT_COPIES | {"region": "region_code", "initiative": "initiative_code"},
        _project,
        ("fields", "lead", "anchor", "partners"),
        ("title_ko", "title_en"),
    ),
    ImportKind.SIGNALS: _Shape(
        _SIGNAL_COPIES | {"organisation": "organisation_id"},
        _signal,
        ("fields", "excluded_fields", "regions"),
        ("organisation", "text"),
        _stated_level,
    ),
    ImportKind.ORGANISATIONS: _Shape(
        _ORGANISATION_COPIES | {"region": "region_code", "ownership_group": "ownership_group_id"},
        _organisation,
        (),
        ("name_ko", "name_en"),
    ),
    ImportKind.DEALS: _Shape(
        _DEAL_COPIES,
        _deal,
        (),
        ("company", "title_ko", "title_en"),
        _first_stage,
    ),
}
