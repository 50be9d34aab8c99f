"""What goes out over the wire of figures of policy."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.vehicles.views import Values


class PolicyProposal(BaseModel):
    """A figure of policy that waits to be confirmed by another human being of the committee."""

    id: UUID
    amount: int
    reason: str
    person_name: str | None
    set_at: datetime
    may_confirm: bool = Field(description="Whether the reader may confirm it.")


class PolicyChange(BaseModel):
    """What a figure of policy was set to: who proposed it, when and why, and who confirmed it."""

    amount: int
    reason: str
    person_name: str | None
    set_at: datetime = Field(description="When it was proposed.")
    confirmed_by_name: str
    confirmed_at: datetime = Field(description="From when on it counts.")


class PolicyFigure(BaseModel):
    """A figure of policy with its history."""

    name: str
    share: bool = Field(description="Whether the amount is basis points; else won.")
    amount: int = Field(description="What holds now.")
    otherwise: int = Field(description="What holds until somebody sets it.")
    proposals: list[PolicyProposal] = Field(description="What waits to be confirmed, newest first, 20 at most.")
    history: list[PolicyChange] = Field(description="What was confirmed, newest first, 20 at most.")


class PolicyView(BaseModel):
    """The figures of policy, and the form to propose one."""

    figures: list[PolicyFigure]
    may_propose: bool = Field(description="Whether the reader has a say: of the committee, and moves no money.")
    values: Values = {}
    faults: dict[str, str] = {}
