"""The files of the invented fund, read as one: every record validated, every reference found."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from seeds.demo_records import (
    DealRecord,
    EnvelopeRecord,
    GroupRecord,
    OrganisationRecord,
    PersonRecord,
    ProjectRecord,
    SignalRecord,
    VehicleRecord,
)
from seeds.reading import Fault, Line, RecordT, SeedFileRefused, read_json_lines, repeated_keys

DEMO_FOLDER = Path(__file__).parent / "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCodes:
    """The codes of the seeded plan that records of the fund may name."""

    regions: Collection[str]
    fields: Collection[str]
    technologies: Collection[str]
    initiatives: Collection[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFund:
    """The invented fund, line by line."""

    groups: list[Line[GroupRecord]]
    organisations: list[Line[OrganisationRecord]]
    people: list[Line[PersonRecord]]
    projects: list[Line[ProjectRecord]]
    signals: list[Line[SignalRecord]]
    vehicles: list[Line[VehicleRecord]]
    envelopes: list[Line[EnvelopeRecord]]
    deals: list[Line[DealRecord]]


def read_demo(codes: PlanCodes, *, folder: Path = DEMO_FOLDER) -> DemoFund:
    """Read and check all files of the invented fund.

    Raises
    ------
    SeedFileRefused
        When a line does not validate, repeats a key, or names what neither the files nor the plan know.
    """
    fund = DemoFund(
        groups=read_json_lines(folder / "ownership_groups.jsonl", GroupRecord),
        organisations=read_json_lines(folder / "organisations.jsonl", OrganisationRecord),
        people=read_json_lines(folder / "people.jsonl", PersonRecord),
        projects=read_json_lines(folder / "projects.jsonl", ProjectRecord),
        signals=read_json_lines(folder / "signals.jsonl", SignalRecord),
        vehicles=read_json_lines(folder / "vehicles.jsonl", VehicleRecord),
        envelopes=read_json_lines(folder / "envelopes.jsonl", EnvelopeRecord),
        deals=read_json_lines(folder / "deals.jsonl", DealRecord),
    )
    faults = [*_repetitions(fund), *_broken_references(fund, codes), *_foreign_voices(fund)]
    if faults:
        raise SeedFileRefused(faults)
    return fund


def _repetitions(fund: DemoFund) -> Iterator[Fault]:
    yield from repeated_keys(fund.groups, "external_id")
    yield from repeated_keys(fund.organisations, "external_id")
    yield from repeated_keys(fund.people, "email")
    yield from repeated_keys(fund.projects, "external_id")
    yield from repeated_keys(fund.signals, "external_id")
    yield from repeated_keys(fund.vehicles, "external_id")
    yield from repeated_keys(fund.envelopes, "external_id")
    yield from repeated_keys(fund.deals, "external_id")


def _broken_references(fund: DemoFund, codes: PlanCodes) -> Iterator[Fault]:
    groups = {line.record.external_id for line in fund.groups}
    organisations = {line.record.external_id for line in fund.organisations}
    people = {line.record.email for line in fund.people}
    yield from _unknown(fund.organisations, {"ownership_group": groups, "region_code": codes.regions})
    yield from _unknown(fund.people, {"organisation": organisations})
    yield from _unknown(
        fund.projects,
        {
            "field_codes": codes.fields,
            "technology_codes": codes.technologies,
            "region_code": codes.regions,
            "initiative_code": codes.initiatives,
            "lead": organisations,
            "anchor": organisations,
            "partners": organisations,
        },
    )
    yield from _unknown(
        fund.signals,
        {
            "organisation": organisations,
            "submitted_by": people,
            "field_codes": codes.fields,
            "region_codes": codes.regions,
            "excluded_field_codes": codes.fields,
        },
    )
    vehicles = {line.record.external_id for line in fund.vehicles}
    projects = {line.record.external_id for line in fund.projects}
    yield from _unknown(fund.vehicles, {"parent": vehicles, "manager": organisations})
    yield from _unknown(fund.envelopes, {"initiative_code": codes.initiatives})
    signals = {line.record.external_id for line in fund.signals}
    yield from _unknown(fund.deals, {"project": projects, "signal": signals, "vehicle": vehicles, "lead": people})


def _unknown(lines: Iterable[Line[RecordT]], known: Mapping[str, Collection[str]]) -> Iterator[Fault]:
    """Give a fault for each value of the named columns that is not among the known ones."""
    for line, (column, values) in ((line, reference) for line in lines for reference in known.items()):
        named = getattr(line.record, column)
        for value in named if isinstance(named, list) else [named]:
            if value is not None and value not in values:
                yield line.fault(column, f"expected a known value, found {value!r}")


def _foreign_voices(fund: DemoFund) -> Iterator[Fault]:
    """Give a fault for each signal that someone submitted for an organisation not their own."""
    speaks_for = {line.record.email: line.record.organisation for line in fund.people}
    for line in fund.signals:
        submitter = line.record.submitted_by
        if submitter in speaks_for and speaks_for[submitter] != line.record.organisation:
            yield line.fault("submitted_by", f"expected someone of {line.record.organisation}, found {submitter!r}")
