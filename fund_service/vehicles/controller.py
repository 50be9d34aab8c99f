"""HTTP of the fund and its vehicles."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Redirect
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.forms import FormRejected, Values, read_form, show_again, version_of
from fund_service.pages import Page
from fund_service.parameters import etag_of
from fund_service.problems import documented
from fund_service.vehicles import commands, queries, tables
from fund_service.vehicles.schemas import PercentTyped, VehicleIn
from fund_service.vehicles.views import FundView, VehicleForm, VehicleView
from models.clock import business_date, utc_now
from models.errors import FundError

Format = Annotated[ExportFormat, QueryParameter(name="format")]


class FundController(Controller):
    """The fund at a glance."""

    path = "/fund"
    tags = ("vehicles",)

    @get(operation_id="read_fund", template="vehicles/fund.html", sync_to_thread=True, responses=documented())
    def read_fund(self, session: NamedDependency[Session]) -> FundView:
        """Show where the fund's won are, its vehicles and envelopes, and how its limit rules stand."""
        return queries.fund(session, on=business_date(utc_now()))

    @get(
        "/export",
        operation_id="export_fund",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_fund(self, session: NamedDependency[Session], kind: Format = ExportFormat.XLSX) -> Response[bytes]:
        """Download the vehicles with their figures as a table."""
        rows = tables.vehicle_cells(queries.all_vehicles(session))
        return download_table(kind, tables.headings("vehicles"), rows=rows, name="vehicles")


class VehiclesController(Controller):
    """Vehicles."""

    path = "/vehicles"
    tags = ("vehicles",)

    @post(operation_id="create_vehicle", sync_to_thread=True, responses=documented(409, 413, 415, 422))
    def create_vehicle(self, session: NamedDependency[Session], data: JSONBody[VehicleIn]) -> Response[VehicleView]:
        """Record a vehicle; won come to it by instruction alone."""
        vehicle = commands.record_vehicle(session, data, at=utc_now())
        return Response(
            _view(session, vehicle.id),
            status_code=HTTP_201_CREATED,
            headers={"Location": f"/vehicles/{vehicle.id}", "ETag": etag_of(vehicle.version)},
        )

    @get(
        "/new",
        operation_id="new_vehicle_page",
        template="vehicles/vehicle_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def new_vehicle_page(self, session: NamedDependency[Session]) -> VehicleForm:
        """Show the form to record a vehicle."""
        return queries.vehicle_form(session)

    @post(
        "/new",
        operation_id="submit_vehicle",
        template="vehicles/vehicle_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_vehicle(self, session: NamedDependency[Session], form: NamedDependency[Values]) -> Response[Any]:
        """Record a vehicle from the form, or show the form again with what is at fault."""
        try:
            vehicle = commands.record_vehicle(session, _read(form), at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: queries.vehicle_form(session))
        return Redirect(f"/vehicles/{vehicle.id}", status_code=HTTP_303_SEE_OTHER)

    @get(
        "/{vehicle_id:uuid}",
        operation_id="read_vehicle",
        template="vehicles/vehicle.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_vehicle(self, session: NamedDependency[Session], vehicle_id: FromPath[UUID]) -> Response[VehicleView]:
        """Show a vehicle with its figures, those that draw on it, and the rules that hold in it."""
        view = _view(session, vehicle_id)
        return Page(view, headers={"ETag": etag_of(view.version)})

    @put(
        "/{vehicle_id:uuid}",
        operation_id="update_vehicle",
        sync_to_thread=True,
        responses=documented(404, 412, 413, 415, 422, 428),
    )
    def update_vehicle(
        self,
        session: NamedDependency[Session],
        version: NamedDependency[int],
        vehicle_id: FromPath[UUID],
        data: JSONBody[VehicleIn],
    ) -> Response[VehicleView]:
        """Replace what is recorded of a vehicle; needs If-Match."""
        commands.edit_vehicle(session, vehicle_id, data, version=version, at=utc_now())
        view = _view(session, vehicle_id)
        return Response(view, headers={"ETag": etag_of(view.version)})

    @delete(
        "/{vehicle_id:uuid}",
        operation_id="remove_vehicle",
        sync_to_thread=True,
        responses=documented(404, 409, 412, 428),
    )
    def remove_vehicle(
        self, session: NamedDependency[Session], version: NamedDependency[int], vehicle_id: FromPath[UUID]
    ) -> None:
        """Remove a vehicle that nothing refers to; needs If-Match."""
        commands.remove_vehicle(session, vehicle_id, version=version)

    @get(
        "/{vehicle_id:uuid}/edit",
        operation_id="edit_vehicle_page",
        template="vehicles/vehicle_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def edit_vehicle_page(self, session: NamedDependency[Session], vehicle_id: FromPath[UUID]) -> VehicleForm:
        """Show the form to edit a vehicle."""
        return _edit_form(session, vehicle_id)

    @post(
        "/{vehicle_id:uuid}/edit",
        operation_id="submit_vehicle_edit",
        template="vehicles/vehicle_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_vehicle_edit(
        self, session: NamedDependency[Session], vehicle_id: FromPath[UUID], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Edit a vehicle from the form, or show the form again with what is at fault."""
        try:
            commands.edit_vehicle(session, vehicle_id, _read(form), version=version_of(form), at=utc_now())
        except (FormRejected, FundError) as refusal:
            return show_again(session, refusal, form, blank=lambda: _edit_form(session, vehicle_id))
        return Redirect(f"/vehicles/{vehicle_id}", status_code=HTTP_303_SEE_OTHER)

    @post(
        "/{vehicle_id:uuid}/remove",
        operation_id="submit_vehicle_removal",
        template="vehicles/vehicle_form.html",
        sync_to_thread=True,
        include_in_schema=False,
    )
    def submit_vehicle_removal(
        self, session: NamedDependency[Session], vehicle_id: FromPath[UUID], form: NamedDependency[Values]
    ) -> Response[Any]:
        """Remove a vehicle that nothing refers to, or show its form again with what refers to it."""
        try:
            commands.remove_vehicle(session, vehicle_id, version=version_of(form))
        except FundError as refusal:
            return show_again(
                session, refusal, _standing(session, vehicle_id), blank=lambda: _edit_form(session, vehicle_id)
            )
        return Redirect("/fund", status_code=HTTP_303_SEE_OTHER)


def _view(session: Session, vehicle_id: UUID) -> VehicleView:
    return queries.vehicle_view(session, vehicle_id, on=business_date(utc_now()))


def _edit_form(session: Session, vehicle_id: UUID) -> VehicleForm:
    return queries.vehicle_form(session, queries.find_vehicle(session, vehicle_id))


def _standing(session: Session, vehicle_id: UUID) -> Values:
    """Give what a form shows that carried no values of its own."""
    return _edit_form(session, vehicle_id).values


def _read(form: Values) -> VehicleIn:
    """Read the form, where the share is typed in percent."""
    share = read_form(PercentTyped, {"share_percent": form.get("share_percent", "")})
    plain = {name: value for name, value in form.items() if name not in {"version", "share_percent"}}
    return read_form(VehicleIn, {**plain, "main_purpose_share_bp": str(share.share_percent)})
