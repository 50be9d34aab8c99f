"""Rules between the candidates as they are on record: limits in force, and what vehicles and envelopes have left."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from sqlmodel import Session

from fund_service.portfolio.problem import Rule, RuleKind
from fund_service.portfolio.schemas import Name
from fund_service.vehicles.figures import envelope_sums, vehicle_rows
from fund_service.vehicles.limits import RuleFinding, Weighed
from fund_service.vehicles.weighing import CEILINGS, size_krw, vehicles_below
from models.vehicle import Envelope, LimitForce, Vehicle


def limit_rules(
    weighed: Weighed,
    limits: Mapping[UUID, str | None],
    vehicles: Mapping[UUID, Vehicle],
    mega_regions: Mapping[str, Name],
) -> tuple[list[Rule], dict[str, Name]]:
    """Give the limit rules in force; those that warn are shown and not held."""
    rules, names = [], {}
    for finding in weighed.findings:
        region = limits.get(finding.rule_id) or ""
        rule = _limit_rule(finding, weighed, region)
        rules.append(rule)
        scope = None if finding.vehicle_id is None else name_of(vehicles[finding.vehicle_id])
        where = [part for part in (mega_regions.get(region), scope) if part is not None]
        names[rule.key] = Name(ko=" · ".join(part.ko for part in where), en=" · ".join(part.en for part in where))
    return rules, names


def _limit_rule(finding: RuleFinding, weighed: Weighed, region: str) -> Rule:
    scope = None
    if finding.vehicle_id is not None:
        scope = frozenset(map(str, vehicles_below(weighed.portfolio.parents, finding.vehicle_id)))
    return Rule(
        f"limit-{finding.rule_id}",
        RuleKind(finding.kind.value),
        finding.limit_bp,
        vehicles=scope,
        region=region,
        size_krw=size_krw(weighed.portfolio, finding.vehicle_id) if finding.kind in CEILINGS else 0,
        held=finding.force is LimitForce.BLOCKS,
    )


def money_rules(
    session: Session, vehicles: Mapping[UUID, Vehicle], envelopes: Sequence[Envelope], on: date
) -> tuple[list[Rule], dict[str, Name]]:
    """Give what each vehicle may still promise and each envelope of this year, or of any, has left."""
    open_now = [envelope for envelope in envelopes if envelope.year in {None, on.year}]
    sums = envelope_sums(session, [envelope.id for envelope in open_now])
    rules = [
        Rule(f"envelope-{envelope.id}", RuleKind.ENVELOPE, sums.get(envelope.id, (0, 0, 0))[1]) for envelope in open_now
    ]
    names = {f"envelope-{envelope.id}": name_of(envelope) for envelope in open_now}
    for row in vehicle_rows(session, vehicles.values()):
        key = f"vehicle-{row.id}"
        own = frozenset({str(row.id)})
        rules.append(Rule(key, RuleKind.VEHICLE, row.figures.uncommitted_krw, vehicles=own))
        names[key] = name_of(row)
    return rules, names


class _Named(Protocol):
    """What has a name in both languages."""

    name_ko: str
    name_en: str


def name_of(row: _Named) -> Name:
    """Name a row in both languages."""
    return Name(ko=row.name_ko, en=row.name_en)
