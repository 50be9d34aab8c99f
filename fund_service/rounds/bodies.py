"""What matching rounds are sent: how a round is drawn up, its quotas, and its confirmation."""

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from fund_service.wire import ClosedModel, FieldCode, Name, Share, WonOrNone, whole_number
from models.matching_round import MAX_MEETINGS

MAX_QUOTAS = 20_000
"""Quotas that are set at once."""

Attention = Annotated[int, Field(ge=1, le=1_000), BeforeValidator(whole_number)]
Exposure = Annotated[int, Field(ge=0, le=100), BeforeValidator(whole_number)]
Meetings = Annotated[int, Field(ge=0, le=MAX_MEETINGS), BeforeValidator(whole_number)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RoundIn(ClosedModel):
    """How a round is drawn up."""

    name: Name
    field_codes: list[FieldCode] = Field(
        default=[], max_length=12, description="Signals of these fields take part; none: all. Set when it is opened."
    )
    attention: Attention = Field(default=5, description="Projects an investor looks at where nothing else is said.")
    min_exposure: Exposure = Field(default=1, description="Investors every project should be looked at by at least.")
    regional_exposure: Exposure = Field(
        default=0, description="The same for region-specific projects alone; the higher of the two counts for them."
    )
    most_bp: Share | None = Field(
        default=None, description="Draw by lot, no pair likelier than this, in basis points; none: no lot."
    )


class QuotaSide(StrEnum):
    """Whose quota it is."""

    INVESTOR = "investor"
    """An investor's: projects to look at, and money."""
    PROJECT = "project"
    """A project's: investors who may look, and its need."""


class QuotaIn(ClosedModel):
    """A quota as it is to be."""

    side: QuotaSide
    id: UUID = Field(description="The organisation, or the project.")
    meetings: Meetings | None = Field(default=None, description="0 leaves it out; a project may have no limit.")
    krw: WonOrNone | None = Field(default=None, description="Won for the smallest tickets together; none: no limit.")

    @model_validator(mode="after")
    def check_attention(self) -> Self:
        """Ask an investor's quota for a number of projects."""
        if self.side is QuotaSide.INVESTOR and self.meetings is None:
            raise PydanticCustomError("attention_missing", "Say how many projects the investor looks at.")
        return self


class QuotasIn(ClosedModel):
    """Quotas to be set; those that are not named stay as they are."""

    items: list[QuotaIn] = Field(min_length=1, max_length=MAX_QUOTAS)


class ConfirmIn(ClosedModel):
    """The confirmation of what was looked at."""

    digest: Digest = Field(description="The ``digest`` of the round as it was looked at.")
