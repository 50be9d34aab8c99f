"""Writes of vehicles, envelopes and limit rules. None of them moves a won: only instructions do."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, select

from fund_service import locales
from fund_service.vehicles.envelope_queries import find_envelope, has_money
from fund_service.vehicles.queries import find_vehicle
from fund_service.vehicles.rule_queries import find_rule, history_name
from fund_service.vehicles.schemas import EnvelopeIn, LimitRuleEdit, LimitRuleIn, VehicleIn
from models.base import VersionedRow
from models.errors import RecordChanged, RecordConflicts, ValueNotAllowed
from models.organisation import Organisation
from models.plan import Initiative, MegaRegion, Region
from models.vehicle import Envelope, LimitRule, PolicyValue, Vehicle, VehicleKind

R = TypeVar("R", bound=SQLModel)

FIXED = {"kind", "parent_id"}
"""What a vehicle is from the day it is formed: promises run along it."""
DIMENSIONS = {"initiative_code", "mega_region_code", "region_code", "year", "vehicle_id"}


def record_vehicle(session: Session, data: VehicleIn, *, at: datetime) -> Vehicle:
    """Record a vehicle, without a won; it draws on one recorded before, so no vehicle can draw on itself.

    Raises
    ------
    ValueNotAllowed
        When the vehicle it draws on, or its manager, is not recorded.
    RecordConflicts
        When it is a mother fund and there is one: the fund is one, and limits are shares of it.
    """
    if data.kind is VehicleKind.MOTHER_FUND:
        _refuse_second_mother(session)
    _check(session, col(Vehicle.id), data.parent_id, field="parent_id")
    _check(session, col(Organisation.id), data.manager_organisation_id, field="manager_organisation_id")
    return _added(session, Vehicle(recorded_at=at, updated_at=at, **data.model_dump()))


def _refuse_second_mother(session: Session) -> None:
    mother = session.exec(select(Vehicle).where(Vehicle.kind == VehicleKind.MOTHER_FUND)).first()
    if mother is not None:
        raise RecordConflicts(
            "The mother fund is {name}; there is one alone. Record a vehicle that draws on it.",
            field="kind",
            name=locales.pick(mother.name_ko, mother.name_en),
        )


def edit_vehicle(session: Session, vehicle_id: UUID, data: VehicleIn, *, version: int, at: datetime) -> Vehicle:
    """Replace what is recorded of a vehicle; its kind and the vehicle it draws on stay.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    RecordChanged
        When somebody edited it since ``version``.
    ValueNotAllowed
        When kind or parent are others, or its manager is not recorded.
    """
    vehicle = find_vehicle(session, vehicle_id, to_change=True)
    _check_version(vehicle, version)
    for name in sorted(FIXED):
        if getattr(data, name) != getattr(vehicle, name):
            raise ValueNotAllowed("This is fixed from the day a vehicle is formed; record another one.", field=name)
    _check(session, col(Organisation.id), data.manager_organisation_id, field="manager_organisation_id")
    _replace(session, vehicle, data.model_dump(), at=at)
    return vehicle


def remove_vehicle(session: Session, vehicle_id: UUID, *, version: int) -> None:
    """Remove a vehicle that was recorded by mistake: nothing refers to it, the ledger least of all.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    RecordChanged
        When somebody edited it since ``version``.
    RecordConflicts
        When a deal, envelope, rule, instruction, account or other vehicle refers to it.
    """
    vehicle = find_vehicle(session, vehicle_id, to_change=True)
    _check_version(vehicle, version)
    _remove(session, vehicle)


def record_envelope(session: Session, data: EnvelopeIn, *, at: datetime) -> Envelope:
    """Record an envelope, without a won; from now on a commitment that fits it needs won in it.

    Raises
    ------
    ValueNotAllowed
        When what it is set aside for is not recorded.
    """
    _check_dimensions(session, data)
    return _added(session, Envelope(recorded_at=at, updated_at=at, **data.model_dump()))


def edit_envelope(session: Session, envelope_id: UUID, data: EnvelopeIn, *, version: int, at: datetime) -> Envelope:
    """Replace what is recorded of an envelope; once the ledger knows it, only its names.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    RecordChanged
        When somebody edited it since ``version``.
    ValueNotAllowed
        When what it is set aside for is not recorded.
    RecordConflicts
        When its dimensions are changed although it has been given won.
    """
    envelope = find_envelope(session, envelope_id, to_change=True)
    _check_version(envelope, version)
    _check_dimensions(session, data)
    wanted = data.model_dump()
    if any(wanted[name] != getattr(envelope, name) for name in DIMENSIONS) and has_money(session, envelope_id):
        raise RecordConflicts("Won were set aside for this already; what an envelope is for cannot change any more.")
    _replace(session, envelope, wanted, at=at)
    return envelope


def remove_envelope(session: Session, envelope_id: UUID, *, version: int) -> None:
    """Remove an envelope that was recorded by mistake.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    RecordChanged
        When somebody edited it since ``version``.
    RecordConflicts
        When an instruction or account refers to it.
    """
    envelope = find_envelope(session, envelope_id, to_change=True)
    _check_version(envelope, version)
    _remove(session, envelope)


def record_rule(session: Session, data: LimitRuleIn, *, person_id: UUID, at: datetime) -> LimitRule:
    """Record a limit rule, and who set it, when and why.

    Raises
    ------
    ValueNotAllowed
        When the vehicle or mega-region is not recorded.
    RecordConflicts
        When there is a rule of this kind, place and year already.
    """
    _check(session, col(Vehicle.id), data.vehicle_id, field="vehicle_id")
    _check(session, col(MegaRegion.code), data.mega_region_code, field="mega_region_code")
    twin = select(LimitRule.id).where(
        LimitRule.kind == data.kind,
        col(LimitRule.vehicle_id).is_not_distinct_from(data.vehicle_id),
        col(LimitRule.mega_region_code).is_not_distinct_from(data.mega_region_code),
        col(LimitRule.year).is_not_distinct_from(data.year),
    )
    if session.exec(twin).first() is not None:
        raise RecordConflicts("There is such a rule already; change its share instead.", field="kind")
    rule = _added(session, LimitRule(recorded_at=at, updated_at=at, **data.model_dump(exclude={"reason"})))
    _remember(session, rule, reason=data.reason, person_id=person_id, at=at)
    return rule


def edit_rule(
    session: Session, rule_id: UUID, data: LimitRuleEdit, *, version: int, person_id: UUID, at: datetime
) -> LimitRule:
    """Change a limit rule's share, force or basis, and keep who did, when and why.

    A rule is never removed, since decisions were taken under it: a ceiling of 100 % or a floor of 0 % binds nobody.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    RecordChanged
        When somebody edited it since ``version``.
    """
    rule = find_rule(session, rule_id, to_change=True)
    _check_version(rule, version)
    _replace(session, rule, data.model_dump(exclude={"reason"}), at=at)
    _remember(session, rule, reason=data.reason, person_id=person_id, at=at)
    return rule


def _remember(session: Session, rule: LimitRule, *, reason: str, person_id: UUID, at: datetime) -> None:
    """Keep what a rule was set to among the figures of policy, which nobody can rewrite."""
    name = history_name(rule.id, rule.force)
    session.add(PolicyValue(name=name, share_bp=rule.share_bp, set_by_id=person_id, reason=reason, recorded_at=at))
    session.flush()


def _check_dimensions(session: Session, data: EnvelopeIn) -> None:
    _check(session, col(Initiative.code), data.initiative_code, field="initiative_code")
    _check(session, col(MegaRegion.code), data.mega_region_code, field="mega_region_code")
    _check(session, col(Region.code), data.region_code, field="region_code")
    _check(session, col(Vehicle.id), data.vehicle_id, field="vehicle_id")


def _check(session: Session, column: Any, named: UUID | str | None, *, field: str) -> None:  # noqa: ANN401 - the key of any table
    if named is not None and session.exec(select(column).where(column == named)).first() is None:
        raise ValueNotAllowed("There is no {code} in this list.", field=field, code=named)


def _check_version(row: VersionedRow, version: int) -> None:
    if row.version != version:
        raise RecordChanged("This was changed since you opened it; load it again and repeat your change.")


def _added(session: Session, row: R) -> R:
    session.add(row)
    session.flush()
    return row


def _replace(session: Session, row: VersionedRow, wanted: dict[str, Any], *, at: datetime) -> None:
    for name, value in wanted.items():
        setattr(row, name, value)
    row.mark_edited(at)
    session.flush()


def _remove(session: Session, row: SQLModel) -> None:
    """Remove a row, unless another one refers to it: the database knows best which."""
    try:
        with session.begin_nested():
            session.delete(row)
            session.flush()
    except IntegrityError as error:
        raise RecordConflicts("Deals, rules or the ledger refer to this already; it stays.") from error
