"""What crosses the wire of contradictions: a person's word against a reason of a match."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from fund_service.paging import Listing
from fund_service.wire import ClosedModel, clean_text
from models.contradiction import ReasonKind

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1_000), AfterValidator(clean_text)
]
ReasonKey = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(clean_text)]


class ContradictionIn(ClosedModel):
    """Which reason is wrong, and why."""

    kind: ReasonKind
    reason: ReasonKey = Field(description="The term, the component, the gate's code, or the key of a sentence pair.")
    words: Words = Field(description="Why it is wrong.")


class ContradictionView(BaseModel):
    """One person's word against one reason of a pair."""

    id: UUID
    recorded_at: datetime
    signal_id: UUID
    project_id: UUID
    kind: ReasonKind
    reason: str
    quoted: str = Field(description="The reason as it was shown.")
    words: str
    person_name: str
    own: bool
    score: float
    method_digest: str


class ListedContradiction(ContradictionView):
    """A contradiction in the list, with the two it is about."""

    organisation_name_ko: str | None
    organisation_name_en: str | None
    title_ko: str | None
    title_en: str | None
    match_id: UUID | None = Field(description="The match as it stands now; none when the pair is no longer listed.")


class ContradictionsPage(Listing):
    """A page of contradictions, newest first."""

    items: list[ListedContradiction]
    kind: ReasonKind | None
    counts: Mapping[ReasonKind, int] = Field(description="How many there are of each kind.")
