"""What crosses the wire of market demand."""

from datetime import date, datetime
from enum import StrEnum
from math import log10
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.market.disclosure import MIN_GROUPS, ROUNDED_TO_KRW
from fund_service.paging import Listing
from fund_service.wire import ClosedModel
from models.indices import TrendWay


class Breakdown(StrEnum):
    """How market demand is broken down."""

    THEME = "theme"
    """By the themes that the texts of the signals form."""
    FIELD = "field"
    """By the technology fields that the signals name."""
    REGION = "region"
    """By the mega-regions and special provinces (5극3특) that the signals are limited to."""
    CELL = "cell"
    """By technology field and region together."""


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


class Said(BaseModel):
    """What a release says of a place; what is withheld is none, and so is what nobody asked for."""

    groups: str | None = Field(
        default=None, description="Band of the ownership groups heard; none: fewer than five, or nobody."
    )
    stated_krw: int | None = Field(default=None, description="Money set aside by all of them, in steps of 10억 won.")
    verified_krw: int | None = Field(
        default=None, description="The part that rests on a document (L2 and above), in the same steps."
    )
    since: int = Field(default=0, description="Number of the release that first said this.")


class TrendSaid(BaseModel):
    """Whether more ownership groups speak of a theme or field than a year before; steps, never exact figures."""

    direction: TrendWay
    ratio_percent: int | None = Field(
        default=None, description="Groups heard now for each hundred a year before, the panel's growth taken out."
    )
    low_percent: int | None = Field(default=None, description="Lower bound of its 90 % interval, rounded down.")
    high_percent: int | None = Field(default=None, description="Upper bound, rounded up.")
    q_percent: int | None = Field(default=None, description="False-discovery rate (q value), at most so many per cent.")

    @property
    def drawn(self) -> tuple[float, float, float]:
        """Where lower bound, ratio and upper bound lie between a tenth (0) and tenfold (1), on a scale of ratios."""
        told = (self.low_percent, self.ratio_percent, self.high_percent)
        low, now, high = (min(max((log10(percent or 100) - 1) / 2, 0.0), 1.0) for percent in told)
        return low, now, high


class IndexSaid(BaseModel):
    """Where a theme or field stands in the demand index of a release; what is withheld is none."""

    rank: int = Field(description="By the capped voices; equal ones share the better rank.")
    of: int = Field(description="How many are ranked.")
    voices: float = Field(description="Voices after the caps, to a tenth.")
    raw_rank: int | None = Field(description="By the voices before the caps, among those that tell them.")
    raw_of: int = Field(description="How many tell them.")
    raw_voices: float | None = Field(description="Voices before the caps, to a tenth.")
    effective_groups: int | None = Field(description="How many equal groups would be as concentrated, rounded down.")
    top_share_percent: int | None = Field(description="Share of the loudest group after the caps, rounded up to 5 %.")
    verified_share_percent: int | None = Field(description="Share that rests on verified money, rounded to 10 %.")
    worst_rank: int | None = Field(description="Flip test: its last rank without any one group.")
    trend: TrendSaid
    since: int = Field(description="Number of the release that first said this.")


class DemandRow(Said):
    """A theme, field, region, or a field in a region."""

    code: str
    label_ko: str
    label_en: str
    field_code: str | None = Field(default=None, description="Technology field of a theme, or of a cell.")
    region_code: str | None = Field(default=None, description="Region of a cell.")
    index: IndexSaid | None = Field(default=None, description="Where a theme or field stands in the demand index.")


class MarketDemandView(BaseModel):
    """Market demand as one release says it; the same release always gives the same answer."""

    by: Breakdown
    release: int | None = Field(default=None, description="Number of the release; none: none was made yet.")
    newest: int | None = Field(default=None, description="Number of the newest release.")
    as_of: date | None = None
    made_at: datetime | None = None
    rows: list[DemandRow] = Field(default=[], description="Largest verified amount first; cells in the plan's order.")
    total: Said | None = Field(default=None, description="All demand together.")
    min_groups: int = Field(default=MIN_GROUPS, description="Ownership groups from which on a row says anything.")
    rounded_to_krw: int = Field(default=ROUNDED_TO_KRW, description="Step of amounts.")
    chart: dict[str, Any] | None = Field(default=None, description="Vega-Lite specification of the amounts published.")


class ReleaseHead(BaseModel):
    """A release in the list."""

    id: UUID
    number: int
    as_of: date
    made_at: datetime
    made_by: str | None = Field(description="Name of who made it; none: at the shell.")
    digest: str = Field(description="sha256 of everything it says.")


class ReleasesPage(Listing):
    """Releases, the newest first."""

    items: list[ReleaseHead]


class ReleasePreview(BaseModel):
    """What a release made now would publish, as counts alone."""

    number: int
    previous: int | None = Field(description="Number of the last release.")
    as_of: date | None
    places: int = Field(default=0, description="Fields, regions, fields in regions and themes, totals included.")
    published: int = Field(default=0, description="Places whose stated amount would be published.")
    unsafe: int = Field(default=0, description="Places withheld since they rest on too few groups, or on one or two.")
    protecting: int = Field(default=0, description="Places withheld since others would follow from them.")
    empty: int = Field(default=0, description="Places without any money.")
    changed: int = Field(default=0, description="Places that would say something else than in the last release.")
    late_signals_wait: bool = Field(default=False, description="Whether changes wait for a later release.")
    refusal: str | None = Field(default=None, description="Why no release can be made now.")
    digest: str | None = Field(default=None, description="To be sent back with the wish to make it.")


class ReleaseIn(ClosedModel):
    """The wish to make the release that was looked at."""

    digest: str = Field(min_length=64, max_length=64, pattern="^[0-9a-f]{64}$", description="Digest of the preview.")


class PullView(BaseModel):
    """That somebody read a release."""

    id: UUID
    at: datetime
    number: int
    person: str | None = Field(description="E-mail address; none: at the shell.")
    kind: str
    breakdown: str


class PullsPage(Listing):
    """Who read which release, the latest first."""

    items: list[PullView]
