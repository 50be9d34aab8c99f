"""What crosses the wire of themes."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.answers.schemas import Words
from fund_service.market.schemas import IndexSaid
from fund_service.wire import ClosedModel, Name
from models.theme import NamingKind, ThemeStepKind


class ThemeStanding(StrEnum):
    """Whether a theme is found again when some signals are left out."""

    STABLE = "stable"
    """Nearly whole, most of the time."""
    DOUBTFUL = "doubtful"
    """There is something, but where it ends is not certain."""
    DISSOLVES = "dissolves"
    """It is not: an accident of who spoke, and not to be published."""


class ThemeNameIn(ClosedModel):
    """A name that later summaries are to leave alone."""

    name_ko: Name
    name_en: Name
    reason: Words = Field(description="Why; kept with the name and the time.")


class ThemeUnlockIn(ClosedModel):
    """That the name is left to the summaries again."""

    reason: Words = Field(description="Why; kept with the name and the time.")


class ThemeItem(BaseModel):
    """A theme of the newest release."""

    id: UUID
    field_code: str
    name_ko: str
    name_en: str
    locked: bool = Field(description="A person named it; summaries leave the name alone.")
    groups: str = Field(description="Band in which the number of ownership groups lies, as released.")
    standing: ThemeStanding = Field(description="Whether it is found again when some signals are left out.")


class ThemesView(BaseModel):
    """The themes of the newest release; what speaks for too few groups is not among them."""

    release: int | None = Field(default=None, description="None: no release was made yet.")
    as_of: date | None = None
    items: list[ThemeItem] = Field(default=[], description="By technology field, then by name.")


class ThemeLineView(BaseModel):
    """How the theme came from another or another from it, in one summary."""

    on: date
    kind: ThemeStepKind
    other_id: UUID | None = Field(description="The other theme; none where it speaks for too few groups now.")
    other_ko: str | None
    other_en: str | None
    came_from: bool = Field(description="Whether the theme shown came from the other, or the other from it.")


class NamingView(BaseModel):
    """What a person did with the name."""

    at: datetime
    kind: NamingKind
    name_ko: str
    name_en: str
    by: str
    reason: str


class ThemeView(ThemeItem):
    """A theme with its history."""

    version: int
    release: int
    as_of: date
    since: date = Field(description="Day of the summary that first found it.")
    terms_ko: list[str] = Field(description="Words that set it apart, each used by at least three groups.")
    terms_en: list[str]
    locked_by: str | None
    locked_at: datetime | None
    index: IndexSaid | None = Field(description="Where it stands in the demand index of the release; none: not ranked.")
    lines: list[ThemeLineView] = Field(description="Where it came from and what came from it, the newest first.")
    namings: list[NamingView] = Field(description="The newest first.")


class ThemeForm(ThemeView):
    """A theme beside a form about its name, with what was typed and what is at fault."""

    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
