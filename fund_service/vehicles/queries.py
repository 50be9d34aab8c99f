"""Reads of the fund and its vehicles; every amount is a sum of ledger lines, made anew each time."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, func, select

from fund_service import locales
from fund_service.plan.schemas import Choice
from fund_service.vehicles.charts import commitments_chart
from fund_service.vehicles.envelope_queries import envelope_rows
from fund_service.vehicles.figures import commitments, names, read_vehicles, vehicle_rows
from fund_service.vehicles.finding_views import FindingView
from fund_service.vehicles.limits import RuleFinding, check_limits
from fund_service.vehicles.schemas import VehicleIn
from fund_service.vehicles.shares import percent
from fund_service.vehicles.views import FundView, VehicleForm, VehicleRow, VehicleView
from fund_service.vehicles.weighing import CEILINGS
from models.errors import RecordNotFound
from models.ledger import Account, AccountKind, LedgerLine
from models.organisation import Organisation, OrganisationKind
from models.vehicle import Envelope, Vehicle

SHOWN_ENVELOPES = 20
MANAGES = (OrganisationKind.INVESTOR, OrganisationKind.AGENCY)
"""Kinds of organisations that run funds."""


def find_vehicle(session: Session, vehicle_id: UUID, *, to_change: bool = False) -> Vehicle:
    """Find a vehicle, locked where it is to be changed.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    query = select(Vehicle).where(Vehicle.id == vehicle_id)
    if to_change:
        # What was read before the lock may have changed while waiting for it.
        query = query.with_for_update().execution_options(populate_existing=True)
    vehicle = session.exec(query).first()
    if vehicle is None:
        raise RecordNotFound("There is no such vehicle.")
    return vehicle


def fund(session: Session, *, on: date) -> FundView:
    """Show the fund at a glance, in 16 statements, however much there is."""
    vehicles = all_vehicles(session)
    total = commitments(vehicles)
    return FundView(
        as_of=on,
        total=total,
        chart=commitments_chart(total, title=locales.gettext("Where the fund's won are")),
        vehicles=vehicles,
        envelopes=envelope_rows(session, _largest_envelopes(session)),
        envelope_count=session.exec(select(func.count()).select_from(Envelope)).one(),
        findings=finding_views(check_limits(session, [], on=on)),
    )


def all_vehicles(session: Session) -> list[VehicleRow]:
    """Show all vehicles as a tree, in two statements."""
    return vehicle_rows(session, read_vehicles(session))


def vehicle_view(session: Session, vehicle_id: UUID, *, on: date) -> VehicleView:
    """Show one vehicle with those that draw on it, and the rules that hold in it.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    vehicles = read_vehicles(session)
    rows = {row.id: row for row in vehicle_rows(session, vehicles)}
    if vehicle_id not in rows:
        raise RecordNotFound("There is no such vehicle.")
    vehicle = next(vehicle for vehicle in vehicles if vehicle.id == vehicle_id)
    manager = session.exec(select(Organisation).where(Organisation.id == vehicle.manager_organisation_id)).first()
    shown = {
        "version", "manager_organisation_id", "main_purpose_share_bp", "fiscal_contribution_krw",
        "private_commitments_krw", "updated_at",
    }  # fmt: skip
    return VehicleView(
        **rows[vehicle_id].model_dump(),
        **vehicle.model_dump(include=shown),
        parent=None if vehicle.parent_id is None else names(vehicles)[vehicle.parent_id],
        children=[row for row in rows.values() if row.parent_id == vehicle_id],
        manager_name_ko=manager.name_ko if manager else None,
        manager_name_en=manager.name_en if manager else None,
        findings=finding_views(
            [finding for finding in check_limits(session, [], on=on) if finding.vehicle_id == vehicle_id]
        ),
    )


def vehicle_form(session: Session, vehicle: Vehicle | None = None) -> VehicleForm:
    """Prepare the form: what may be chosen and, for an edit, what stands now."""
    form = VehicleForm(vehicles=list(names(read_vehicles(session)).values()), managers=_managers(session, vehicle))
    if vehicle is None:
        return form.model_copy(update={"values": {"share_percent": percent(6_000)}})
    values = {
        name: "" if value is None else str(value)
        for name, value in vehicle.model_dump(include=set(VehicleIn.model_fields)).items()
    }
    values["share_percent"] = percent(vehicle.main_purpose_share_bp)
    return form.model_copy(update={"vehicle_id": vehicle.id, "version": vehicle.version, "values": values})


def finding_views(findings: Sequence[RuleFinding]) -> list[FindingView]:
    """Show findings: those that block first, then those broken, then those that pass."""
    views = [
        FindingView(
            **{name: getattr(finding, name) for name in FindingView.model_fields if name != "ceiling"},
            ceiling=finding.kind in CEILINGS,
        )
        for finding in findings
    ]
    return sorted(views, key=lambda view: (not view.blocks, view.passes))


def _largest_envelopes(session: Session) -> list[Envelope]:
    """Read the envelopes with the largest budgets; the accounts of budgets are credit."""
    budget = func.coalesce(func.sum(LedgerLine.amount_krw), 0)
    return list(
        session.exec(
            select(Envelope)
            .outerjoin(
                Account,
                (col(Account.envelope_id) == col(Envelope.id)) & (col(Account.kind) == AccountKind.ENVELOPE_BUDGET),
            )
            .outerjoin(LedgerLine, col(LedgerLine.account_id) == col(Account.id))
            .group_by(col(Envelope.id))
            .order_by(budget, col(Envelope.id))
            .limit(SHOWN_ENVELOPES)
        )
    )


def _managers(session: Session, vehicle: Vehicle | None) -> list[Choice]:
    kept = None if vehicle is None else vehicle.manager_organisation_id
    found = session.exec(
        select(Organisation)
        .where(col(Organisation.kind).in_(MANAGES) | (col(Organisation.id) == kept))
        .order_by(col(Organisation.name_ko), col(Organisation.name_en))
        .limit(500)
    )
    return [
        Choice(code=str(row.id), name_ko=row.name_ko or row.name_en or "", name_en=row.name_en or row.name_ko or "")
        for row in found
    ]
