"""Reads of limit rules: what holds now, and who set it, when and why."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.plan.queries import choices
from fund_service.plan.schemas import Choice
from fund_service.vehicles.figures import names, read_vehicles
from fund_service.vehicles.limits import check_limits
from fund_service.vehicles.queries import finding_views
from fund_service.vehicles.rule_views import (
    LimitChange,
    LimitRuleForm,
    LimitRulePage,
    LimitRulesView,
    LimitRuleView,
)
from fund_service.vehicles.shares import percent
from fund_service.vehicles.views import VehicleName
from fund_service.vehicles.weighing import CEILINGS
from models.errors import RecordNotFound
from models.person import Person
from models.plan import MegaRegion
from models.vehicle import LimitForce, LimitKind, LimitRule, PolicyValue


def history_name(rule_id: UUID, force: LimitForce) -> str:
    """Name the figure of policy under which what a rule was set to is kept; it says the force as well."""
    return f"limit_rule.{force.value}.{rule_id}"


def find_rule(session: Session, rule_id: UUID, *, to_change: bool = False) -> LimitRule:
    """Find a limit rule, locked where it is to be changed.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    query = select(LimitRule).where(LimitRule.id == rule_id)
    if to_change:
        # What was read before the lock may have changed while waiting for it.
        query = query.with_for_update().execution_options(populate_existing=True)
    rule = session.exec(query).first()
    if rule is None:
        raise RecordNotFound("There is no such limit rule.")
    return rule


def limit_rules(session: Session, *, on: date) -> LimitRulesView:
    """Show all limit rules by kind, and how those in force stand now, in ten statements."""
    order = list(LimitKind)
    rules = sorted(
        session.exec(select(LimitRule)),
        key=lambda rule: (order.index(rule.kind), str(rule.vehicle_id or ""), rule.year or 0, rule.id),
    )
    return LimitRulesView(
        as_of=on, rules=_views(session, rules), findings=finding_views(check_limits(session, [], on=on))
    )


def limit_rule_page(session: Session, rule_id: UUID, *, on: date) -> LimitRulePage:
    """Show one limit rule, how it stands now, and how it came to be.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    [view] = _views(session, [find_rule(session, rule_id)])
    findings = [finding for finding in check_limits(session, [], on=on) if finding.rule_id == rule_id]
    return LimitRulePage(
        rule=view, finding=next(iter(finding_views(findings)), None), history=_history(session, rule_id)
    )


def limit_rule_form(session: Session, rule: LimitRule | None = None) -> LimitRuleForm:
    """Prepare the form: what may be chosen and, for an edit, what stands now."""
    form = LimitRuleForm(
        vehicles=list(names(read_vehicles(session)).values()), mega_regions=choices(session, MegaRegion)
    )
    if rule is None:
        return form
    values = {
        "share_percent": percent(rule.share_bp),
        "force": rule.force.value,
        "basis_ko": rule.basis_ko,
        "basis_en": rule.basis_en,
    }
    [view] = _views(session, [rule])
    return form.model_copy(update={"rule": view, "version": rule.version, "values": values})


def _views(session: Session, rules: Iterable[LimitRule]) -> list[LimitRuleView]:
    vehicles: dict[UUID | None, VehicleName] = dict(names(read_vehicles(session)).items())
    mega_regions: dict[str | None, Choice] = {choice.code: choice for choice in choices(session, MegaRegion)}
    shown = {"id", "version", "kind", "force", "year", "share_bp", "basis_ko", "basis_en", "updated_at"}
    return [
        LimitRuleView(
            **rule.model_dump(include=shown),
            ceiling=rule.kind in CEILINGS,
            vehicle=vehicles.get(rule.vehicle_id),
            mega_region=mega_regions.get(rule.mega_region_code),
        )
        for rule in rules
    ]


def _history(session: Session, rule_id: UUID) -> list[LimitChange]:
    forces = {history_name(rule_id, force): force for force in LimitForce}
    rows = session.exec(
        select(PolicyValue, Person.name)
        .outerjoin(Person, col(Person.id) == col(PolicyValue.set_by_id))
        .where(col(PolicyValue.name).in_(forces))
        .order_by(col(PolicyValue.id).desc())
    )
    return [
        LimitChange(
            share_bp=value.share_bp or 0,
            force=forces[value.name],
            reason=value.reason,
            person_name=person_name,
            set_at=value.recorded_at,
        )
        for value, person_name in rows
    ]
