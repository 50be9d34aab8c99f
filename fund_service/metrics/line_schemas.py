"""What crosses the wire of the lines behind a figure."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.metrics.figures import PartName
from fund_service.metrics.leverage import LeverageStage
from fund_service.metrics.schemas import Amounts, ReportAsked
from fund_service.paging import Listing
from models.instruction import InstructionKind
from models.ledger import AccountKind


class StatementKind(StrEnum):
    """What stands in leverage and is not on the ledger."""

    PRIVATE_COMMITMENTS = "private_commitments"
    """What private investors promised a vehicle beside the fund."""
    FISCAL_CONTRIBUTION = "fiscal_contribution"
    """Government money within a vehicle's size."""
    CO_INVESTMENT = "co_investment"
    """What others put in around a company, as its deals state it."""


class DealNarrowing(BaseModel):
    """Which deals' lines are asked for: one deal, or those of one row of a concentration."""

    deal_id: UUID | None = None
    company_id: UUID | None = None
    group_id: UUID | None = None
    mega_region_code: str | None = Field(default=None, description="``none``: deals that state no region.")
    initiative_code: str | None = Field(default=None, description="``none``: deals that state no initiative.")


class PartTotal(BaseModel):
    """A part of a figure and what its lines and statements sum to."""

    name: PartName
    lines: int
    ledger_krw: int
    stated_krw: int = 0
    total_krw: int


class StatedItem(BaseModel):
    """An amount within a figure that is a statement and not on the ledger."""

    part: PartName
    what: StatementKind
    name_ko: str | None
    name_en: str | None
    krw: int


class LineItem(BaseModel):
    """A ledger line as a figure counts it."""

    part: PartName
    position: int
    account: AccountKind
    vehicle_ko: str
    vehicle_en: str
    deal_id: UUID | None
    deal_ko: str | None
    deal_en: str | None
    amount_krw: int = Field(description="As on the ledger: debit positive, credit negative.")
    counts_krw: int = Field(description="As the figure counts it.")


class EntryItem(BaseModel):
    """A journal entry with those of its lines that the figure counts."""

    entry_id: UUID
    number: int
    effective_on: date
    recorded_at: datetime
    kind: InstructionKind
    words: str
    reverses: bool
    lines: list[LineItem]


class FigureLinesPage(Listing, ReportAsked):
    """The lines behind a figure, entry by entry, newest first; the parts sum all of them, not only this page."""

    key: str = Field(description="A key of a figure or of a definition of leverage.")
    name: str = Field(description="What the figure is called, in the language at hand.")
    stage: LeverageStage | None
    figure: Amounts
    formula: str
    parts: list[PartTotal]
    stated: list[StatedItem]
    items: list[EntryItem]
    narrowing: DealNarrowing
    query: Mapping[str, str] = Field(description="What this list is of, to read on or export it.")
