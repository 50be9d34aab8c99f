"""What crosses the wire of spillover assessments and of anchor companies' statements."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from fund_service.settlement.schemas import DocumentIn
from fund_service.wire import ClosedModel, Day, Score, Statement, Won, clean_text
from models.project import ProjectType
from models.regional import LEAST_ASSESSORS
from models.signal import Confidentiality, SignalState

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), AfterValidator(clean_text)
]


class SpilloverReviewIn(ClosedModel):
    """What an assessor expects a project to do for its region; a later one replaces it."""

    investment: Score
    jobs: Score
    production: Score
    words: Words = Field(description="On what the scores rest.")


class Spread(BaseModel):
    """What several assessors say: their mean, and how far the highest lies from the lowest."""

    mean: float
    spread: float
    lowest: float
    highest: float


class SpilloverSummary(BaseModel):
    """What a project's assessments come to; nothing but their number until there are enough."""

    assessors: int = Field(description="Assessors whose newest assessment counts.")
    least: int = Field(default=LEAST_ASSESSORS, description="As many must have assessed it before it counts.")
    overall: Spread | None
    criteria: Mapping[str, Spread] | None


class SpilloverReviewView(BaseModel):
    """One edition of one assessor."""

    id: UUID
    assessor: str
    number: int = Field(description="Which edition of the assessor's.")
    newest: bool = Field(description="The assessor's newest; the others stay on record.")
    counts: bool = Field(description="The newest, of somebody whom nothing binds to the project today.")
    assessed_on: date
    investment: int
    jobs: int
    production: int
    mean: float
    words: str
    recorded_at: datetime


class ProjectHead(BaseModel):
    """The project that a page is about."""

    id: UUID
    title_ko: str | None
    title_en: str | None
    project_type: ProjectType
    host_region_codes: list[str]


class SpilloverPage(BaseModel):
    """The spillover assessments of a project, with every edition."""

    project: ProjectHead
    summary: SpilloverSummary
    reviews: list[SpilloverReviewView] = Field(description="The newest first.")
    may_assess: bool
    not_assessed_because: str | None = Field(description="What keeps the reader from assessing it, if anything.")


class SpilloverForm(BaseModel):
    """The form to assess a project: the scores given last, what was typed, what is at fault."""

    project: ProjectHead
    not_assessed_because: str | None
    editions: int = Field(description="Editions of the reader's own so far.")
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class AnchorDemandIn(ClosedModel):
    """What an anchor company states that it means to buy; its document comes beside it."""

    text: Statement = Field(description="What it would buy once the project has developed it, and why.")
    volume_krw: Won = Field(description="What it means to buy, in won; a purchase, never counted as investment.")
    stated_on: Day = Field(description="The date of the document.")
    expires_on: Day | None = Field(default=None, description="Last day in Seoul on which the statement speaks.")
    confidentiality: Confidentiality = Confidentiality.CONFIDENTIAL


class DocumentedAnchorDemandIn(AnchorDemandIn):
    """A statement with its document, as a program sends it."""

    document: DocumentIn


class AnchorDemandView(BaseModel):
    """A statement of demand, whole but for the bytes of its document."""

    id: UUID
    number: int
    signal_id: UUID
    signal_state: SignalState
    organisation_id: UUID
    organisation_name_ko: str | None
    organisation_name_en: str | None
    text: str
    volume_krw: int
    stated_on: date
    expires_on: date | None
    confidentiality: Confidentiality
    document_name: str
    media_type: str
    size_bytes: int
    sha256: str
    recorded_at: datetime


class AnchorDemandPage(BaseModel):
    """What the anchor company of a Leap project stated, among what the reader may read."""

    project: ProjectHead
    statements: list[AnchorDemandView] = Field(description="The newest first.")
    may_state: bool = Field(description="Whether the reader speaks for the project's anchor company.")


class AnchorDemandForm(BaseModel):
    """The form to state an anchor company's demand."""

    project: ProjectHead
    replaces: bool = Field(description="Whether a statement in force would be replaced.")
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class DrawnMember(BaseModel):
    """A member of a consortium at its place in the picture."""

    organisation_id: UUID
    name: str
    role: str
    region_code: str | None
    anchor: bool
    x: int
    y: int


class ConsortiumPicture(BaseModel):
    """A consortium drawn around its anchor company, or around its lead where it has none."""

    width: int
    height: int
    centre_x: int
    centre_y: int
    members: list[DrawnMember]
    more: int = Field(description="Members that are not drawn; the table names all.")
