"""How limit rules stand, as it is shown."""

from uuid import UUID

from pydantic import BaseModel, Field

from models.vehicle import LimitForce, LimitKind


class FindingView(BaseModel):
    """How a limit rule stands before and after a decision; without one, both are how it stands now."""

    rule_id: UUID
    path: str = Field(description="The page that says where the rule comes from.")
    kind: LimitKind
    force: LimitForce
    vehicle_id: UUID | None
    vehicle_name: str
    year: int | None
    subject_id: str = Field(description="Its id or code; empty where it is about all deals.")
    subject: str = Field(description="Company, ownership group or mega-region; empty where it is about all deals.")
    limit_bp: int
    ceiling: bool = Field(description="Whether the share may not exceed the limit; else it may not fall short of it.")
    passes: bool
    blocks: bool = Field(description="Whether it forbids the decision: it blocks, and is broken further than before.")
    before_bp: int | None
    after_bp: int | None
    breach_before_krw: int
    breach_krw: int = Field(description="By how many won it is broken after the decision.")
    part_before_krw: int
    whole_before_krw: int
    part_after_krw: int
    whole_after_krw: int
