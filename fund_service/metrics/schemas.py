"""What crosses the wire of the report of fund performance."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.metrics.figures import FigureKey
from fund_service.metrics.formulas import Absence
from fund_service.metrics.leverage import LeverageKind, LeverageStage
from fund_service.metrics.values import FigureUnit, Value
from models.vehicle import VehicleKind


class ConcentrationBy(StrEnum):
    """What deal commitments are concentrated in."""

    COMPANY = "company"
    """Companies."""
    GROUP = "group"
    """Ownership groups."""
    MEGA_REGION = "mega_region"
    """Mega-regions and special provinces (5극3특)."""
    INITIATIVE = "initiative"
    """Initiatives of the plan."""


class ReportTable(StrEnum):
    """The tables of the report, one of which makes a spreadsheet."""

    FIGURES = "figures"
    """The figures."""
    VEHICLES = "vehicles"
    """Vehicle by vehicle."""
    DEALS = "deals"
    """Deal by deal."""
    CONCENTRATION = "concentration"
    """Concentration."""
    LEVERAGE = "leverage"
    """Leverage."""


class ReportFormat(StrEnum):
    """The files the report comes as."""

    CSV = "csv"
    """One table, comma-separated."""
    XLSX = "xlsx"
    """One table, an Excel workbook."""
    MARKDOWN = "md"
    """The whole report in Markdown."""


class ReportAsked(BaseModel):
    """Which report is asked for."""

    vehicle_id: UUID | None = Field(default=None, description="None: the whole fund, all vehicles looked through to.")
    as_of: date
    known_at: datetime = Field(description="Entries recorded later are left out, whatever day they count for.")
    compare_with: date | None = None


class Amounts(BaseModel):
    """What a figure comes to."""

    unit: FigureUnit
    krw: int | None = None
    numerator_krw: int | None = None
    denominator_krw: int | None = None
    value: str | None = Field(
        default=None, description="Decimal, rounded once to two places: of a multiple, or of per cent."
    )
    absence: Absence | None = Field(default=None, description="Why there is no value.")
    early: bool = Field(default=False, description="A rate over less than two years, to be read with care.")

    @classmethod
    def of(cls, value: Value, **more: Any) -> Self:  # noqa: ANN401 - the fields of the view that shows it
        """Show what a figure comes to."""
        return cls(
            unit=value.unit,
            krw=value.krw,
            numerator_krw=value.numerator_krw,
            denominator_krw=value.denominator_krw,
            value=None if value.decimal is None else str(value.decimal),
            absence=value.absence,
            early=value.early,
            **more,
        )


class FigureView(Amounts):
    """A figure with its formula; its lines are under ``/performance/figures/{key}/lines``."""

    key: FigureKey
    formula: str
    earlier: Amounts | None = Field(default=None, description="At the day compared with, as known at the same moment.")


class LeverageView(BaseModel):
    """One number called leverage."""

    kind: LeverageKind
    stage: LeverageStage
    numerator_krw: int | None
    denominator_krw: int
    value: str | None = Field(description="Decimal, rounded once to two places.")
    absence: Absence | None
    formula: str


class VehicleChoice(BaseModel):
    """A vehicle to choose."""

    id: UUID
    kind: VehicleKind
    name_ko: str
    name_en: str


class VehicleRow(VehicleChoice):
    """A vehicle's performance, looked through to what it holds."""

    parent_id: UUID | None
    vintage: int = Field(description="Year of the first closing.")
    first_call_year: int | None = Field(description="Year of the first call that was paid, for comparison.")
    committed_krw: int
    called_krw: int
    paid_in_krw: int
    distributed_krw: int
    nav_krw: int
    dpi: Amounts
    rvpi: Amounts
    tvpi: Amounts
    net_xirr: Amounts


class DealRow(BaseModel):
    """A deal's performance."""

    deal_id: UUID
    title_ko: str | None
    title_en: str | None
    company_ko: str | None
    company_en: str | None
    committed_krw: int
    invested_krw: int
    realised_krw: int
    fair_value_krw: int = Field(description="What is left of it: cost and fair value adjustment.")
    valued: bool = Field(description="Whether anybody ever set its fair value; else it stands at cost.")
    moic: Amounts


class ConcentrationRow(BaseModel):
    """A company, group, region or initiative with what is promised to its deals."""

    id: str = Field(description="Id or code; ``none`` where deals do not state it.")
    name_ko: str | None
    name_en: str | None
    deals: int
    krw: int
    share: str | None = Field(description="Per cent of all deal commitments.")
    share_of_committed: str | None = Field(description="Per cent of what contributors promised.")


class PerformanceView(ReportAsked):
    """Fund performance at a day, as known at a moment."""

    today: date
    known_since: bool = Field(description="Whether entries count that were recorded after the day of the report.")
    vehicle: VehicleChoice | None
    vehicles: list[VehicleChoice]
    later_entries: int = Field(description="Entries that count for the day or before, but were recorded later.")
    figures: list[FigureView]
    leverage: list[LeverageView]
    repeated_krw: int = Field(description="Money stated by several deals of a company and counted once.")
    without_additionality: int = Field(description="Deals that do not say why they would not happen without the fund.")
    never_valued: int = Field(description="Deals with cost left that stand at cost because nobody set a fair value.")
    by_vehicle: list[VehicleRow]
    deals: list[DealRow] = Field(description="The largest by what was invested.")
    deals_total: int
    by: ConcentrationBy
    concentration: dict[ConcentrationBy, list[ConcentrationRow]] = Field(description="The largest of each.")
    chart: dict[str, Any] | None = Field(default=None, description="Vega-Lite specification: the J-curve.")
    concentration_chart: dict[str, Any] | None = None

    def figure(self, key: FigureKey | str) -> FigureView:
        """Give one of the figures."""
        return next(figure for figure in self.figures if figure.key == key)
