"""HTTP of what a commitment to a deal would do to the limits."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from sqlmodel import Session

from fund_service.downloads import download_table, file_operation
from fund_service.exports import MEDIA_TYPES, ExportFormat
from fund_service.problems import documented
from fund_service.vehicles import tables
from fund_service.vehicles.deal_limits import deal_limits
from fund_service.vehicles.finding_views import FindingView
from fund_service.vehicles.rule_views import DealLimitsView, WhatIf
from models.clock import business_date, utc_now
from models.errors import ValueNotAllowed
from models.money import MAX_KRW

Format = Annotated[ExportFormat, QueryParameter(name="format")]
DIGITS = r"^([0-9]{1,16}|[0-9]{1,3}(,[0-9]{3}){1,5})$"
"""Whole won as programs send and as people type them."""


def provide_what_if(
    amount_krw: Annotated[
        str | None,
        QueryParameter(
            pattern=DIGITS, description="Whole won to weigh in place of the deal's own; commas may part them."
        ),
    ] = None,
    vehicle_id: Annotated[UUID | None, QueryParameter(description="Vehicle in place of the deal's own.")] = None,
    with_approved: Annotated[
        bool | None, QueryParameter(description="Count deals that are approved and not yet committed as committed.")
    ] = None,
) -> WhatIf:
    """Read what is asked about a deal's limits.

    Raises
    ------
    ValueNotAllowed
        When the amount is beyond any that can be committed.
    """
    amount = None if amount_krw is None else int(amount_krw.replace(",", ""))
    if amount is not None and amount > MAX_KRW:
        raise ValueNotAllowed("At most {most} won.", field="amount_krw", most=f"{MAX_KRW:,}")
    return WhatIf(amount_krw=amount, vehicle_id=vehicle_id, with_approved=bool(with_approved))


class DealLimitsController(Controller):
    """The limits tab of a deal: a question, which changes nothing."""

    path = "/deals/{deal_id:uuid}/limits"
    tags = ("deals",)
    dependencies = {"what_if": Provide(provide_what_if, sync_to_thread=False)}  # noqa: RUF012 - Litestar's own attribute

    @get(
        operation_id="read_deal_limits",
        template="vehicles/deal_limits.html",
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def read_deal_limits(
        self, session: NamedDependency[Session], what_if: NamedDependency[WhatIf], deal_id: FromPath[UUID]
    ) -> DealLimitsView:
        """Show which rules a commitment would pass and break, by how many won, and the portfolio after it."""
        return deal_limits(session, deal_id, what_if, on=business_date(utc_now()))

    @get(
        "/export",
        operation_id="export_deal_limits",
        operation_class=file_operation(MEDIA_TYPES.values()),
        sync_to_thread=True,
        responses=documented(404, 422),
    )
    def export_deal_limits(
        self,
        session: NamedDependency[Session],
        what_if: NamedDependency[WhatIf],
        deal_id: FromPath[UUID],
        kind: Format = ExportFormat.XLSX,
    ) -> Response[bytes]:
        """Download what the rules find as a table."""
        view = deal_limits(session, deal_id, what_if, on=business_date(utc_now()))
        return findings_file(view.findings, kind)


def findings_file(findings: list[FindingView], kind: ExportFormat) -> Response[bytes]:
    """Answer with findings of limit rules as a table."""
    return download_table(kind, tables.headings("findings"), rows=tables.finding_cells(findings), name="limits")
