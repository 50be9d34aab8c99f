"""What crosses the wire of due diligence."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.deals.heads import DealHead
from fund_service.diligence.standards import DocumentKind
from fund_service.plan.schemas import Choice
from fund_service.wire import Abstract, BaseYear, ClosedModel, Day, HeadCount, RegionCode, Score, WonOrNone
from models.diligence import Criterion

Line = Annotated[Abstract, Field(max_length=300)]
Finding = Annotated[Abstract, Field(max_length=2_000)]
Note = Annotated[Abstract, Field(max_length=8_000)]
Grounds = Annotated[Abstract, Field(max_length=4_000)]
Method = Annotated[Abstract, Field(max_length=500)]


class ReviewIn(ClosedModel):
    """A review: a score on each criterion, and the grounds."""

    technology: Score
    market: Score
    team: Score
    terms: Score
    policy: Score
    words: Grounds

    def scores(self) -> Mapping[Criterion, int]:
        """Give the score on each criterion."""
        return {criterion: getattr(self, criterion.value) for criterion in Criterion}


class ItemIn(ClosedModel):
    """A checklist item as it is set."""

    title: Line
    required: bool = Field(default=True, description="Must be done before the committee.")
    owner_id: UUID | None = None
    due_on: Day | None = None


class FindingIn(ClosedModel):
    """What was found when an item was looked into."""

    finding: Finding


class NoteIn(ClosedModel):
    """A note."""

    text: Note


class TaskIn(ClosedModel):
    """A task as it is set."""

    text: Method
    owner_id: UUID
    due_on: Day | None = None


class SpilloverIn(ClosedModel):
    """What a deal is expected to do for a region."""

    region_code: RegionCode
    investment_krw: WonOrNone = Field(description="Investment in the region.")
    jobs: HeadCount = Field(description="Persons employed, directly and induced.")
    production_krw: WonOrNone = Field(description="Production induced.")
    method: Method = Field(
        description="Method and tables, such as the Bank of Korea's regional input-output tables with their edition."
    )
    base_year: BaseYear


class DocumentIn(ClosedModel):
    """What is said of a document beside its file."""

    kind: DocumentKind


class Colleague(BaseModel):
    """Somebody who works on deals."""

    id: UUID
    name: str


class ReviewView(BaseModel):
    """A review."""

    id: UUID
    person_id: UUID
    person_name: str
    independent: bool = Field(description="Counts as a review; that of the deal's lead is shown and does not count.")
    own: bool = Field(description="The reader's own.")
    scores: Mapping[Criterion, int]
    words: str
    recorded_at: datetime
    edition: str = Field(description="To be sent as If-Match, in quotes, by who replaces it.")


class Spread(BaseModel):
    """How the independent reviews score a criterion, and how far they lie apart."""

    criterion: Criterion
    count: int
    minimum: int
    median: float
    maximum: int
    deviation: float = Field(description="Standard deviation over all reviews, with their number as divisor.")
    disagreement: str | None = Field(description="A sentence where scores lie two or more apart.")


class WorkView(BaseModel):
    """Work on a deal: whose it is, when it is due, and whether it is done."""

    id: UUID
    owner_id: UUID | None
    owner_name: str | None
    due_on: date | None
    overdue: bool = Field(description="The last day has passed in Seoul, and it is not done.")
    done_at: datetime | None
    done_by_name: str | None
    edition: str = Field(description="To be sent as If-Match, in quotes, by who changes it.")


class ItemView(WorkView):
    """A checklist item."""

    title_ko: str
    title_en: str
    required: bool
    finding: str


class DocumentView(BaseModel):
    """A document on file; its bytes are downloaded apart."""

    id: UUID
    kind: DocumentKind
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    uploaded_by_name: str
    recorded_at: datetime


class NoteView(BaseModel):
    """A note."""

    id: UUID
    text: str
    person_name: str
    recorded_at: datetime


class TaskView(WorkView):
    """A task."""

    text: str


class SpilloverView(BaseModel):
    """What a deal is expected to do for its region."""

    region_code: str
    region_name_ko: str
    region_name_en: str
    investment_krw: int
    jobs: int
    production_krw: int
    method: str
    base_year: int
    person_name: str
    recorded_at: datetime
    edition: str


class DiligenceView(BaseModel):
    """Due diligence of a deal, whole."""

    deal: DealHead
    may_review: bool = Field(description="The reader has no interest in the deal, and the committee has not decided.")
    interest: str | None = Field(description="Why the reader may not review: what binds them to the deal.")
    reviews: list[ReviewView]
    spread: list[Spread]
    chart: dict[str, Any] | None = Field(description="Vega-Lite specification of scores and spread.")
    checklist: list[ItemView]
    open_required: int
    documents: list[DocumentView]
    required_documents: Sequence[DocumentKind]
    missing_documents: Sequence[DocumentKind]
    spillover: SpilloverView | None
    tasks: list[TaskView]
    notes: list[NoteView] = Field(description="The newest, 100 at most; the export has all.")
    notes_in_all: int


FormKind = Literal["review", "item", "finding", "document", "note", "task", "spillover"]
"""The forms of due diligence."""

ListName = Literal["reviews", "checklist", "documents", "tasks", "notes"]
"""The lists of due diligence that come as tables."""


class DiligenceForm(BaseModel):
    """A form of due diligence: what may be chosen, what stands now or was typed, what is at fault."""

    form: FormKind
    deal: DealHead
    subject_id: UUID | None = None
    subject: str | None = Field(default=None, description="What the form is about, where it is about one thing.")
    colleagues: Sequence[Colleague] = ()
    regions: Sequence[Choice] = ()
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
