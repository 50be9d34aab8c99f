"""HTTP of reported figures: list, enter, confirm by a second person, withdraw."""

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_201_CREATED, HTTP_303_SEE_OTHER
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.forms import Values, read_form, submitted
from fund_service.idempotency import Answer
from fund_service.keyed import Keyed, keyed_form, typed
from fund_service.paging import Cursor
from fund_service.parameters import Limit
from fund_service.plan import reports
from fund_service.plan.history import VALUE_FIELD, deciding_form, report_form
from fund_service.plan.progress_schemas import (
    DecidingForm,
    ReportDecisionIn,
    ReportForm,
    ReportIn,
    ReportScope,
    ReportsPage,
    ReportView,
    ReportWithdrawalIn,
)
from fund_service.plan.report_views import report_view, reports_page
from fund_service.problems import documented
from fund_service.vehicles.schemas import PercentTyped
from models.clock import business_date, utc_now
from models.plan_progress import ProgressUnit


class ReportsController(Controller):
    """Reported figures."""

    path = "/plan"
    tags = ("plan",)

    @get(
        "/reported",
        operation_id="list_reported_figures",
        template="plan/reported.html",
        sync_to_thread=True,
        responses=documented(422),
    )
    def list_reported_figures(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        after: NamedDependency[Cursor | None],
        which: FromQuery[ReportScope] = ReportScope.WAITING,
        limit: Limit = 50,
    ) -> ReportsPage:
        """List reported figures: those that wait for a second person, or all."""
        return reports_page(session, which, caller=caller, after=after, limit=limit)

    @get(
        "/reported/{report_id:uuid}",
        operation_id="read_reported_figure",
        template="plan/report.html",
        sync_to_thread=True,
        responses=documented(404),
    )
    def read_reported_figure(
        self, session: NamedDependency[Session], caller: NamedDependency[Caller], report_id: FromPath[UUID]
    ) -> DecidingForm:
        """Show a reported figure with its source, and what became of it."""
        return deciding_form(session, report_id, caller=caller)

    @post(
        "/targets/{target_code:str}/reported",
        operation_id="report_figure",
        sync_to_thread=True,
        responses=documented(404, 409, 413, 415, 422),
    )
    def report_figure(
        self, keyed: NamedDependency[Keyed], target_code: FromPath[str], data: JSONBody[ReportIn]
    ) -> Response[ReportView]:
        """Report a figure for a target; it counts once a second person confirms it; needs an Idempotency-Key."""

        def effect() -> Answer:
            figure = reports.report_figure(keyed.session, target_code, data, caller=keyed.caller, at=utc_now())
            view = report_view(keyed.session, figure.id, caller=keyed.caller)
            return Answer(HTTP_201_CREATED, f"/plan/reported/{figure.id}", view)

        return keyed.once("report_figure", effect)

    @post(
        "/reported/{report_id:uuid}/decision",
        operation_id="decide_reported_figure",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 415, 422),
    )
    def decide_reported_figure(
        self, keyed: NamedDependency[Keyed], report_id: FromPath[UUID], data: JSONBody[ReportDecisionIn]
    ) -> Response[ReportView]:
        """Confirm or refuse a figure that somebody else reported; needs an Idempotency-Key."""

        def effect() -> Answer:
            reports.decide_report(keyed.session, report_id, data, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_200_OK, body=report_view(keyed.session, report_id, caller=keyed.caller))

        return keyed.once("decide_reported_figure", effect)

    @post(
        "/reported/{report_id:uuid}/withdrawal",
        operation_id="withdraw_reported_figure",
        sync_to_thread=True,
        status_code=HTTP_200_OK,
        responses=documented(404, 409, 413, 415, 422),
    )
    def withdraw_reported_figure(
        self, keyed: NamedDependency[Keyed], report_id: FromPath[UUID], data: JSONBody[ReportWithdrawalIn]
    ) -> Response[ReportView]:
        """Take a reported figure back, with a reason; what it corrected counts again; needs an Idempotency-Key."""

        def effect() -> Answer:
            reports.withdraw_report(keyed.session, report_id, data, caller=keyed.caller, at=utc_now())
            return Answer(HTTP_200_OK, body=report_view(keyed.session, report_id, caller=keyed.caller))

        return keyed.once("withdraw_reported_figure", effect)


class ReportFormsController(Controller):
    """The forms of reported figures."""

    path = "/plan"
    include_in_schema = False

    @get(
        "/targets/{target_code:str}/reporting",
        operation_id="report_figure_page",
        template="plan/report_form.html",
        sync_to_thread=True,
    )
    def report_figure_page(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        target_code: FromPath[str],
        corrects: FromQuery[UUID | None] = None,
    ) -> ReportForm:
        """Show the form to report a figure, or one in the place of another."""
        return report_form(session, target_code, caller=caller, corrects=corrects, today=business_date(utc_now()))

    @post(
        "/targets/{target_code:str}/reporting",
        operation_id="submit_reported_figure",
        template="plan/report_form.html",
        sync_to_thread=True,
    )
    def submit_reported_figure(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        target_code: FromPath[str],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Report a figure from the form, or show the form again with what is at fault."""
        path = f"/plan/targets/{target_code}/reporting"

        def blank() -> ReportForm:
            return report_form(session, target_code, caller=caller, corrects=None, today=business_date(utc_now()))

        def effect() -> Answer:
            unit = reports.report_unit(reports.find_target(session, target_code))
            figure = reports.report_figure(session, target_code, _report_in(form, unit), caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, f"/plan/targets/{figure.target_code}#reported")

        def act() -> Response[Any]:
            return keyed_form(session, caller, path, form).once("report_figure", effect)

        return submitted(session, form, act, blank=blank)

    @post(
        "/reported/{report_id:uuid}/deciding",
        operation_id="submit_report_decision",
        template="plan/report.html",
        sync_to_thread=True,
    )
    def submit_report_decision(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        report_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Confirm or refuse a figure from its page."""

        def effect() -> Answer:
            data = read_form(ReportDecisionIn, typed(form))
            reports.decide_report(session, report_id, data, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, f"/plan/reported/{report_id}")

        def act() -> Response[Any]:
            keyed = keyed_form(session, caller, f"/plan/reported/{report_id}/deciding", form)
            return keyed.once("decide_reported_figure", effect)

        return submitted(session, form, act, blank=lambda: deciding_form(session, report_id, caller=caller))

    @post(
        "/reported/{report_id:uuid}/withdrawing",
        operation_id="submit_figure_taken_back",
        template="plan/report.html",
        sync_to_thread=True,
    )
    def submit_figure_taken_back(
        self,
        session: NamedDependency[Session],
        caller: NamedDependency[Caller],
        report_id: FromPath[UUID],
        form: NamedDependency[Values],
    ) -> Response[Any]:
        """Take a figure back from its page."""

        def effect() -> Answer:
            data = read_form(ReportWithdrawalIn, typed(form))
            reports.withdraw_report(session, report_id, data, caller=caller, at=utc_now())
            return Answer(HTTP_303_SEE_OTHER, f"/plan/reported/{report_id}")

        def act() -> Response[Any]:
            keyed = keyed_form(session, caller, f"/plan/reported/{report_id}/withdrawing", form)
            return keyed.once("withdraw_reported_figure", effect)

        return submitted(session, form, act, blank=lambda: deciding_form(session, report_id, caller=caller))


def _report_in(form: Values, unit: ProgressUnit) -> ReportIn:
    """Read the form; a share is typed in percent."""
    field = VALUE_FIELD[unit]
    plain = typed(form, "share_percent")
    if unit is not ProgressUnit.SHARE:
        return read_form(ReportIn, plain)
    share = read_form(PercentTyped, {field: form.get(field, "")})
    return read_form(ReportIn, {**plain, "value": str(share.share_percent)})
