"""What crosses the wire of tranches: plans, the evidence of milestones, and what is left to plan."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from fund_service.deals.heads import DealHead
from fund_service.wire import ClosedModel, Day, Title, Won
from models.errors import ValueNotAllowed

MAX_TRANCHES = 1_000


class TrancheIn(ClosedModel):
    """A tranche to be planned."""

    milestone: Title = Field(description="What must be reached before it is paid.")
    due_on: Day | None = None
    amount_krw: Won | None = Field(default=None, description="None where the plan splits one amount equally.")


class TranchePlanIn(ClosedModel):
    """Tranches to be added to a commitment: each with its amount, or one amount split equally among them."""

    commitment_id: UUID
    split_krw: Won | None = Field(default=None, description="Whole won to split equally, to the last won.")
    tranches: list[TrancheIn] = Field(min_length=1, max_length=MAX_TRANCHES)

    @model_validator(mode="after")
    def check_amounts(self) -> Self:
        """Refuse a plan whose amounts are said twice, or not at all."""
        stated = [tranche.amount_krw for tranche in self.tranches if tranche.amount_krw is not None]
        if self.split_krw is None and len(stated) < len(self.tranches):
            raise ValueNotAllowed("Give each tranche its amount, or one amount to split equally.", field="tranches")
        if self.split_krw is not None and stated:
            raise ValueNotAllowed("Leave the amounts of tranches out where one amount is split.", field="split_krw")
        if self.split_krw is not None and self.split_krw < len(self.tranches):
            raise ValueNotAllowed("There are more tranches than won to split.", field="split_krw")
        return self


class MilestoneIn(ClosedModel):
    """The evidence that a tranche's milestone is met: a document on the deal's file."""

    evidence_document_id: UUID


class CommitmentLeft(BaseModel):
    """A commitment of the deal, and how much of it is neither paid nor planned."""

    id: UUID
    vehicle_id: UUID
    vehicle_name_ko: str
    vehicle_name_en: str
    amount_krw: int
    unplanned_krw: int


class EvidenceChoice(BaseModel):
    """A document on the deal's file that may serve as evidence."""

    id: UUID
    name: str
    kind: str


class TranchePlanForm(BaseModel):
    """The form to plan tranches: rows of milestone, due date and amount."""

    deal: DealHead
    commitments: list[CommitmentLeft]
    rows: int
    values: dict[str, str | list[str]] = {}
    faults: dict[str, str] = {}
