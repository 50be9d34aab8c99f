"""What crosses the wire of market demand."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.market.disclosure import MIN_GROUPS, ROUNDED_TO_KRW
from fund_service.market.figures import DemandTrend, Figures


class Breakdown(StrEnum):
    """How market demand is broken down."""

    THEME = "theme"
    """By the themes that the texts of the signals form."""
    FIELD = "field"
    """By the technology fields that the signals name."""
    REGION = "region"
    """By the mega-regions and special provinces (5극3특) that the signals are limited to."""


class DocumentKind(StrEnum):
    """The files market demand comes as."""

    TEXT = "txt"
    """A table for a terminal."""
    JSON = "json"
    """The view itself."""
    CSV = "csv"
    """Comma-separated values, UTF-8 with a byte order mark."""
    XLSX = "xlsx"
    """An Excel workbook."""
    MARKDOWN = "md"
    """A table in Markdown."""
    PDF = "pdf"
    """A document to take into a meeting."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """Let the shell ask for ``text``."""
        return cls("txt") if value == "text" else None


class DemandFigures(BaseModel):
    """Figures that may be shown."""

    signals: int = Field(description="Live signals; the same words from one ownership group count in each.")
    groups: int = Field(description="Distinct ownership groups behind them; affiliates count as one.")
    stated_krw: int = Field(description="Money set aside by all of them, whole won, cut down to the step shown.")
    verified_krw: int = Field(description="The part that rests on a document (L2 and above), cut likewise.")
    trend: DemandTrend
    answering_projects: int = Field(description="Planned or running projects that match at least one of them well.")

    @classmethod
    def of(cls, figures: Figures) -> Self:
        """Show figures, without the counts a trend was told from."""
        return cls(
            signals=figures.signals,
            groups=figures.groups,
            stated_krw=figures.stated_krw,
            verified_krw=figures.verified_krw,
            trend=figures.trend,
            answering_projects=figures.answering_projects,
        )


class DemandRow(DemandFigures):
    """A theme, field or region with its figures."""

    code: str
    label_ko: str
    label_en: str
    field_code: str | None = Field(default=None, description="Technology field of a theme.")
    terms_ko: list[str] = Field(default=[], description="Words that set a theme apart, never those of few groups.")
    terms_en: list[str] = []


class FoldedRow(DemandFigures):
    """The rows too small to be shown by themselves, together."""

    rows: int = Field(description="How many rows are folded into this one.")


class MarketDemandView(BaseModel):
    """Market demand as of one day, as far as it may be shown."""

    by: Breakdown
    summary_id: UUID | None = Field(default=None, description="None: no summary was made yet.")
    as_of: date | None = None
    made_at: datetime | None = None
    rows: list[DemandRow] = Field(default=[], description="Largest verified amount first.")
    other: FoldedRow | None = Field(default=None, description="None: nothing folded, or not enough to show it.")
    total: DemandFigures | None = Field(
        default=None, description="All live signals, each once; none where a row left out could be computed from it."
    )
    withheld: bool = Field(default=False, description="Whether rows were left out that could not even be folded.")
    unclassified_percent: int | None = Field(
        default=None, description="Share of live signals in no theme, in steps of five per cent."
    )
    min_groups: int = Field(default=MIN_GROUPS, description="Ownership groups from which on a row is shown.")
    rounded_to_krw: int = Field(default=ROUNDED_TO_KRW, description="Step that amounts are cut down to.")
    chart: dict[str, Any] | None = Field(default=None, description="Vega-Lite specification of the rows shown.")
