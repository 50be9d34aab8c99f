"""What crosses the wire of the plan register: targets with their figures, what was reported, what lies behind."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AnyUrl, BaseModel, BeforeValidator, Field, StringConstraints, UrlConstraints
from pydantic import TypeAdapter as Reading

from fund_service.paging import Listing
from fund_service.wire import ClosedModel, Day, clean_text, whole_number
from models.course import ProgressState
from models.money import MAX_KRW
from models.plan_progress import PlanMeasure, ProgressUnit, ReportState, ReportVerdict

MAX_ADDRESS = 500
_ADDRESS = Reading(Annotated[AnyUrl, UrlConstraints(allowed_schemes=["http", "https"], max_length=MAX_ADDRESS)])


def _address(text: str) -> str:
    """Refuse what is no address of the web: a link must lead where it says, and run nothing."""
    _ADDRESS.validate_python(text)
    return text


Figure = Annotated[
    int,
    Field(ge=0, le=MAX_KRW, description="In the target's unit: things, basis points of a share, whole won."),
    BeforeValidator(whole_number),
]
SourceTitle = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(clean_text)
]
Address = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_ADDRESS),
    AfterValidator(clean_text),
    AfterValidator(_address),
]
DocumentNumber = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(clean_text)
]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), AfterValidator(clean_text)
]


class RegisterFile(StrEnum):
    """The files the register comes as."""

    PDF = "pdf"
    """To read and hand out."""
    XLSX = "xlsx"
    """An Excel workbook."""
    CSV = "csv"
    """Comma-separated values."""


class ReportScope(StrEnum):
    """Which reported figures a list shows."""

    WAITING = "waiting"
    """Those that wait for a second person."""
    ALL = "all"
    """All, the newest first."""


class ReportIn(ClosedModel):
    """A figure to report for a target."""

    as_of: Day = Field(description="The day the source speaks of.")
    value: Figure
    source_title: SourceTitle
    source_url: Address | None = None
    source_document: DocumentNumber | None = Field(default=None, description="Number of the document, or where it is.")
    note: Words | None = None
    corrects_id: UUID | None = Field(default=None, description="The figure this one corrects.")


class ReportDecisionIn(ClosedModel):
    """What the second person says of a reported figure."""

    verdict: ReportVerdict
    words: Words | None = Field(default=None, description="Needed to refuse it.")


class ReportWithdrawalIn(ClosedModel):
    """Why a reported figure is taken back."""

    reason: Words


class ReportView(BaseModel):
    """A reported figure with its source, and what became of it."""

    id: UUID
    target_code: str
    target_name_ko: str
    target_name_en: str
    target_unit: str
    as_of: date
    value: int
    unit: ProgressUnit
    source_title: str
    source_url: str | None
    source_document: str | None
    note: str | None
    corrects_id: UUID | None
    corrected_by_id: UUID | None = Field(description="The figure that stands in its place.")
    state: ReportState
    reported_by: str
    reported_at: datetime
    verdict: ReportVerdict | None
    words: str | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None = Field(description="Why it was withdrawn.")
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    may_decide: bool = Field(description="Whether the reader may confirm or refuse it: it waits, and is another's.")
    may_withdraw: bool


class ReportsPage(Listing):
    """Reported figures, the newest first."""

    items: list[ReportView]
    which: ReportScope
    waiting: int


class LineView(BaseModel):
    """One figure of a target: what it is now, and how it stands against what is wanted."""

    measure: PlanMeasure
    unit: ProgressUnit
    judging: bool = Field(description="Whether it is held against what is wanted, or a sign beside it.")
    value: int | None = Field(description="In its unit: things, basis points, won; none: no figure yet.")
    part: int | None = Field(description="Of a share: what was counted of the whole.")
    whole: int | None
    as_of: date | None
    source: str | None = Field(description="Of a reported figure: title of its source. None: this service's records.")
    source_url: str | None
    report_id: UUID | None
    wanted: int | None
    expected: int | None = Field(description="What a straight line to the date asks for today.")
    course_from: date | None = Field(description="Where that line begins.")
    course_from_value: int | None
    state: ProgressState


class TargetProgress(BaseModel):
    """A target of the plan with its figures; the first one says how it stands."""

    code: str
    name_ko: str
    name_en: str
    initiative_code: str
    initiative_name_ko: str
    initiative_name_en: str
    pillar_name_ko: str | None = Field(description="None: it serves all directions.")
    pillar_name_en: str | None
    quantity: int | None
    unit: str
    due_on: date | None
    state: ProgressState
    lines: list[LineView]
    waiting: int = Field(description="Reported figures that wait for a second person.")


class RegionSpread(BaseModel):
    """Projects under way in one of the 5+3 mega-regions."""

    code: str | None = Field(description="None: no province is stated.")
    name_ko: str
    name_en: str
    projects: int
    projects_bp: int | None = Field(description="Share of the projects whose province is stated.")
    budget_krw: int
    budget_bp: int | None


class RegisterView(BaseModel):
    """The plan register: every target, the earliest date first."""

    as_of: date
    targets: list[TargetProgress]
    counts: Mapping[ProgressState, int] = Field(description="Targets by how they stand.")
    waiting: int = Field(description="Reported figures that wait for a second person.")
    spread: list[RegionSpread]
    shown: ProgressState | None = Field(default=None, description="How the targets stand that are shown; none: all.")


class ReadingView(BaseModel):
    """What the service counted on a day."""

    measure: PlanMeasure
    unit: ProgressUnit
    as_of: date
    value: int
    part: int | None
    whole: int | None
    recorded_at: datetime | None = Field(description="None: counted just now, not yet recorded.")


class TargetHistory(BaseModel):
    """A target with its history: what the service counted, and what was reported."""

    target: TargetProgress
    note_ko: str | None
    note_en: str | None
    source_title_ko: str
    source_title_en: str
    as_of: date
    report_unit: ProgressUnit
    reports: list[ReportView]
    readings: list[ReadingView] = Field(description="The newest first.")
    readings_total: int
    charts: list[dict[str, Any]]


class RecordBehind(BaseModel):
    """A record that a figure is made of."""

    id: UUID
    title_ko: str | None
    title_en: str | None
    address: str | None = Field(description="Where it is, for those who may read it.")
    day: date | None
    amount_krw: int | None
    counted: bool = Field(description="Of a share: whether it is in the part, or in the whole alone.")


class RecordsPage(Listing):
    """What lies behind a counted figure."""

    items: list[RecordBehind]
    target: TargetProgress
    line: LineView
    withheld: bool = Field(description="The records are not for this reader; the figure is.")


class ReportForm(BaseModel):
    """The form to report a figure."""

    target: TargetProgress
    report_unit: ProgressUnit
    corrects: ReportView | None = None
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}


class DecidingForm(BaseModel):
    """A reported figure, with what its reader can do about it."""

    report: ReportView
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
