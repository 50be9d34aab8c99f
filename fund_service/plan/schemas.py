"""What crosses the wire of the plan."""

from datetime import date

from pydantic import BaseModel, Field

from models.plan import MegaRegionKind


class Choice(BaseModel):
    """An entry of a list to choose from."""

    code: str
    name_ko: str
    name_en: str


class SourceView(BaseModel):
    """A published text that figures of the plan are taken from."""

    code: str
    title_ko: str
    title_en: str
    publisher_ko: str
    publisher_en: str
    published_on: date
    url: str | None


class TargetView(BaseModel):
    """Something the plan promises."""

    code: str
    name_ko: str
    name_en: str
    quantity: int | None
    unit: str = Field(description="Stable code of what is counted: factory, model, lab, percent, milestone ...")
    due_on: date | None
    note_ko: str | None
    note_en: str | None
    source_code: str


class InitiativeView(BaseModel):
    """A programme or measure with its targets, the earliest due first."""

    code: str
    name_ko: str
    name_en: str
    summary_ko: str
    summary_en: str
    budget_krw: int | None = Field(description="As announced; budgets may lie inside one another and are never summed.")
    starts_year: int | None
    source_code: str
    targets: list[TargetView]


class PillarView(BaseModel):
    """A direction of the plan with its initiatives."""

    code: str
    name_ko: str
    name_en: str
    summary_ko: str
    summary_en: str
    initiatives: list[InitiativeView]


class MegaRegionView(BaseModel):
    """A mega-region or special self-governing province with its provinces."""

    code: str
    kind: MegaRegionKind
    name_ko: str
    name_en: str
    provinces: list[Choice]


class TechnologyView(Choice):
    """A technology with its definition."""

    definition_ko: str
    definition_en: str


class TechnologyFieldView(Choice):
    """A technology field with its technologies."""

    technologies: list[TechnologyView]


class TrlView(BaseModel):
    """A technology readiness level."""

    level: int
    stage_ko: str
    stage_en: str
    definition_ko: str
    definition_en: str


class PlanView(BaseModel):
    """The whole register of the plan."""

    pillars: list[PillarView]
    foundations: list[InitiativeView] = Field(description="Initiatives that serve all pillars.")
    regions: list[MegaRegionView]
    fields: list[TechnologyFieldView]
    trl: list[TrlView]
    sources: list[SourceView]
