"""What crosses the wire of deals."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator

from fund_service.paging import Listing
from fund_service.plan.schemas import Choice
from fund_service.projects.schemas import InitiativeCode
from fund_service.wire import ClosedModel, Name, RegionCode, Won, WonOrNone, clean_text
from models.deal import DealStage, DeclineReason, InvestmentInstrument
from models.errors import ValueNotAllowed

DealTitle = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(clean_text)
]
Summary = Annotated[str, StringConstraints(strip_whitespace=True, max_length=8_000), AfterValidator(clean_text)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_900), AfterValidator(clean_text)]
QueryString = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000), AfterValidator(clean_text)]

MAX_DISTINCT = 100


class DealIn(ClosedModel):
    """The facts and terms of a deal, as people write them; stage, links and merges are none of them."""

    title_ko: DealTitle | None = None
    title_en: DealTitle | None = None
    summary: Summary = ""
    company_id: UUID = Field(description="Who would receive the money.")
    project_id: UUID | None = None
    lead_id: UUID | None = Field(
        default=None, description="The fund manager who answers for it; none: the maker, or who it was."
    )
    vehicle_id: UUID | None = None
    instrument: InvestmentInstrument = InvestmentInstrument.EQUITY
    amount_krw: Won
    project_budget_krw: Won | None = None
    private_krw: WonOrNone = 0
    other_public_krw: WonOrNone = 0
    main_purpose: bool = True
    region_code: RegionCode | None = None
    initiative_code: InitiativeCode | None = None
    additionality: Words = Field(default="", description="Why it would not happen without the fund.")

    @model_validator(mode="after")
    def check_title(self) -> Self:
        """Refuse a deal without a title."""
        if self.title_ko is None and self.title_en is None:
            raise ValueNotAllowed("Give a title in Korean, English or both.", field="title_ko")
        return self


class NewDealIn(DealIn):
    """A deal to be made."""

    distinct_from: list[UUID] = Field(
        default_factory=list,
        max_length=MAX_DISTINCT,
        description="Deals that look the same and that you have looked at: this one is another.",
    )


class MatchDealIn(ClosedModel):
    """What a deal from a match needs beyond what the match says."""

    amount_krw: Won | None = Field(default=None, description="None: what the project seeks.")
    company_id: UUID | None = Field(default=None, description="None: the lead of the project's consortium.")
    vehicle_id: UUID | None = None
    instrument: InvestmentInstrument = InvestmentInstrument.EQUITY
    distinct_from: list[UUID] = Field(default_factory=list, max_length=MAX_DISTINCT)


class StepIn(ClosedModel):
    """A step by hand."""

    stage: DealStage
    reason: DeclineReason | None = Field(default=None, description="Asked for when declining or withdrawing.")
    words: Words = ""


class MergeIn(ClosedModel):
    """A merge of a deal into the one that stands for it from now on."""

    into_id: UUID
    words: Annotated[Words, StringConstraints(min_length=1)]


class SavedFilterIn(ClosedModel):
    """A filter of the pipeline to be kept under a name."""

    name: Annotated[Name, StringConstraints(max_length=100)]
    query: QueryString = Field(description="The query string of the list, such as ``stage=screening&region_code=21``.")


class DealFilters(BaseModel):
    """What a list or board of deals is narrowed to."""

    q: str | None = Field(default=None, description="Words that all stand in the titles or the company's names.")
    stage: DealStage | None = None
    lead_id: UUID | None = None
    vehicle_id: UUID | None = None
    field_code: str | None = None
    region_code: str | None = None
    mega_region_code: str | None = None
    initiative_code: str | None = None
    amount_min: int | None = None
    amount_max: int | None = None
    overdue_days: int | None = Field(default=None, description="Open deals longer than this in their stage.")


class Party(BaseModel):
    """A record that a deal names."""

    id: UUID
    name_ko: str | None
    name_en: str | None


class DealCard(BaseModel):
    """A deal on the board or in the list."""

    id: UUID
    version: int
    title_ko: str | None
    title_en: str | None
    stage: DealStage
    days_in_stage: int
    company: Party
    lead_id: UUID
    lead_name: str
    vehicle: Party | None
    instrument: InvestmentInstrument
    amount_krw: int
    region: Choice | None
    initiative: Choice | None
    steps: list[DealStage] = Field(description="Stages it can be taken to by hand, were their gates open.")


class SavedFilterView(BaseModel):
    """A reader's own filter."""

    id: UUID
    name: str
    query: str


class DealChoices(BaseModel):
    """What deals can be narrowed to, and described with."""

    fields: Sequence[Choice]
    regions: Sequence[Choice]
    mega_regions: Sequence[Choice]
    initiatives: Sequence[Choice]
    vehicles: Sequence[Party]
    leads: Sequence[Party]


class StageSum(BaseModel):
    """The deals of one stage, counted and added up."""

    count: int
    amount_krw: int


class DealsPage(Listing):
    """A page of deals, newest first."""

    items: list[DealCard]
    filters: DealFilters
    stages: Mapping[DealStage, StageSum] = Field(description="Under all filters but that of the stage.")
    choices: DealChoices
    saved: list[SavedFilterView]


class BoardColumn(StageSum):
    """One stage on the board: its newest deals, and how many there are."""

    stage: DealStage
    cards: list[DealCard]


class DealBoard(BaseModel):
    """The pipeline, one column a stage."""

    columns: list[BoardColumn]
    filters: DealFilters
    choices: DealChoices
    saved: list[SavedFilterView]
