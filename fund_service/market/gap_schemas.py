"""What crosses the wire of the gap map."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from models.deal import DealStage
from models.indices import GapWay
from models.project import ProjectState


class Named(BaseModel):
    """A field or a region of the map."""

    code: str
    name_ko: str
    name_en: str


class GapCellSaid(BaseModel):
    """Verified demand against match-weighted fundable supply of a field in a region, as the release tells it."""

    field_code: str
    region_code: str
    state: GapWay
    verified_krw: int = Field(description="Verified demand as published, in steps of 10억 won.")
    supply_krw: int = Field(description="Won open projects could take, weighed with how probably they are wanted.")
    ratio_percent: int = Field(description="Verified over supply, 100억 won added to both, in per cent.")
    low_percent: int | None = Field(description="Lower bound of its 90 % interval, rounded down.")
    high_percent: int | None = Field(description="Upper bound, rounded up.")
    since: int = Field(description="Number of the release that first said this.")


class GapView(BaseModel):
    """The gap map of a release: only cells whose verified demand it publishes."""

    release: int | None = Field(default=None, description="Number of the release; none: none was made yet.")
    newest: int | None = None
    as_of: date | None = None
    made_at: datetime | None = None
    fields: list[Named] = Field(default=[], description="Rows, in the plan's order.")
    regions: list[Named] = Field(default=[], description="Columns, in the plan's order; the whole country last.")
    cells: list[GapCellSaid] = Field(default=[], description="By field, then region; all others are withheld.")


class GapDeal(BaseModel):
    """A deal of a project behind a cell."""

    id: UUID
    title_ko: str | None
    title_en: str | None
    stage: DealStage


class GapProject(BaseModel):
    """An open project behind a cell, as the register stands now."""

    id: UUID
    title_ko: str | None
    title_en: str | None
    state: ProjectState
    need_krw: int | None = Field(description="What it still needs in all; it counts in each of its cells with a part.")
    matches: int | None = Field(
        description="Eligible matches with speaking signals that the reader may read; none: they read no signals."
    )
    deals: list[GapDeal]


class GapCellView(BaseModel):
    """A cell of the map, with what lies behind it for those entitled."""

    release: int
    newest: int
    as_of: date
    field: Named
    region: Named
    said: GapCellSaid | None = Field(description="None: withheld.")
    groups: str | None = Field(description="Band of the ownership groups heard there, as published.")
    stated_krw: int | None
    projects: list[GapProject] | None = Field(description="None: the reader may not see what lies behind it.")
