"""HTTP of the plan register: targets, their history, what lies behind their figures, downloads."""

from typing import Annotated

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.downloads import download, download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.plan.history import full_history, target_history
from fund_service.plan.progress_schemas import RecordsPage, RegisterFile, RegisterView, TargetHistory
from fund_service.plan.records import records_behind
from fund_service.plan.register import register
from fund_service.plan.register_pdf import write_register_pdf
from fund_service.plan.register_tables import history_heads, history_rows, register_heads, register_rows
from fund_service.problems import documented
from models.clock import business_date, utc_now
from models.course import ProgressState
from models.plan_progress import PlanMeasure

PDF = "application/pdf"


class RegisterController(Controller):
    """The plan register."""

    path = "/plan"
    tags = ("plan",)

    @get(
        "/register",
        operation_id="read_register",
        template="plan/register.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def read_register(
        self,
        session: NamedDependency[Session],
        shown: Annotated[ProgressState | None, QueryParameter(name="state")] = None,
    ) -> RegisterView:
        """Show each target of the plan against its date, counted from the records of today and reported."""
        return register(session, today=business_date(utc_now()), shown=shown)

    @get(
        "/register/export",
        operation_id="export_register",
        operation_class=file_operation([*MEDIA_TYPES.values(), PDF]),
        sync_to_thread=True,
        responses=documented(422),
    )
    def export_register(
        self,
        session: NamedDependency[Session],
        kind: Annotated[RegisterFile, QueryParameter(name="format")] = RegisterFile.PDF,
        shown: Annotated[ProgressState | None, QueryParameter(name="state")] = None,
    ) -> Response[bytes]:
        """Download the register as it stands today."""
        view = register(session, today=business_date(utc_now()), shown=shown)
        if kind is RegisterFile.PDF:
            return download(write_register_pdf(view), media_type=PDF, name=f"plan-register-{view.as_of}.pdf")
        return download_table(
            ExportFormat(kind.value), register_heads(), rows=register_rows(view), name="plan-register"
        )

    @get(
        "/targets/{target_code:str}",
        operation_id="read_target",
        template="plan/target.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_target(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], target_code: FromPath[str]
    ) -> TargetHistory:
        """Show a target with its figures over time."""
        return target_history(session, target_code, caller=caller, today=business_date(utc_now()))

    @get(
        "/targets/{target_code:str}/export",
        operation_id="export_target",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def export_target(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        target_code: FromPath[str],
        kind: Annotated[ExportFormat, QueryParameter(name="format")] = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download everything counted and reported of a target."""
        readings, reports = full_history(session, target_code, caller=caller, today=business_date(utc_now()))
        return download_table(kind, history_heads(), rows=history_rows(readings, reports), name="plan-target")

    @get(
        "/targets/{target_code:str}/records",
        operation_id="list_target_records",
        template="plan/records.html",
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def list_target_records(
        self,
        *,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        target_code: FromPath[str],
        measure: FromQuery[PlanMeasure],
        limit: Limit = 50,
    ) -> RecordsPage:
        """List the records that a counted figure is made of, for those who may see them."""
        today = business_date(utc_now())
        return records_behind(session, target_code, measure, caller=caller, today=today, after=after, limit=limit)
