"""What crosses the wire of the choice of a portfolio."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from fund_service.portfolio.explanation import Verdict
from fund_service.portfolio.problem import RuleKind
from fund_service.portfolio.sampling import Standing
from models.deal import DealStage
from models.diligence import Criterion


class Scenario(BaseModel):
    """What the reader would change: deals in or out whatever they are worth, rules let go or held, numbers moved."""

    wanted: list[UUID] = []
    unwanted: list[UUID] = []
    dropped: list[str] = Field(default=[], description="Keys of rules that are not to be held.")
    held: list[str] = Field(default=[], description="Keys of rules that only warn and are to be held.")
    moved: dict[str, int] = Field(
        default={}, description="Rule key to its number: won for envelopes and vehicles, basis points for shares."
    )
    keep_approved: bool = Field(default=True, description="Whether deals the committee approved stay in.")


class Name(BaseModel):
    """A name in both languages."""

    ko: str
    en: str


class DealRef(BaseModel):
    """A deal by its name."""

    deal_id: UUID
    title: Name


class RuleRef(BaseModel):
    """A rule by its name, with the company or ownership group it is about."""

    rule: str
    kind: RuleKind
    name: Name
    subject: Name | None = None


class CandidateView(DealRef):
    """A candidate: what it asks for and is worth, whether it is in, and why."""

    company: Name
    stage: DealStage
    vehicle: Name
    vehicle_assumed: bool = Field(description="The deal names no vehicle; it is counted on the mother fund.")
    amount_krw: int
    score: float = Field(description="1 to 5: the mean of its reviews, one in the middle of the scale added.")
    score_error: float = Field(description="Standard error of the score; what the samples vary it by.")
    reviews: int
    value_krw: int = Field(description="Won asked for, times where the score stands between 1 and 5.")
    chosen: bool
    verdict: Verdict
    other_value_krw: int | None = Field(description="Value of the best set with the opposite decided; none: no set.")
    difference_krw: int | None = Field(description="What deciding the opposite would lose.")
    approximate: bool = Field(description="Whether the two are of the relaxation, which cuts deals into parts.")
    leave: list[DealRef] = Field(description="What would leave the set with the opposite decided.")
    enter: list[DealRef] = Field(description="What would enter it.")
    rule: RuleRef | None = Field(description="The rule that weighs most on the decision.")
    rule_price: float | None = Field(description="Value that one won of that rule is worth, in the relaxation.")
    blocked_by: list[RuleRef] = Field(description="Where no set can hold it: a smallest set of rules that forbid it.")
    standing: Standing
    chosen_in: int = Field(description="Samples in which it was chosen.")


class RuleView(RuleRef):
    """A rule: how it stands with the set, and what it costs."""

    number: int = Field(description="Available won, or a share in basis points; as the scenario has it.")
    stated_number: int = Field(description="The same as it is on record.")
    held: bool
    held_on_record: bool = Field(description="Whether the rule blocks; one that warns is held only on request.")
    ceiling: bool
    counted_krw: int
    limit_krw: int
    slack_krw: int
    breach_krw: int
    price: float = Field(description="Value that one more won of room would bring, in the relaxation.")
    cost_krw: int | None = Field(
        description="Value of the best set without it less that with it; none where it cannot be held."
    )
    approximate: bool


class ClashView(BaseModel):
    """Rules and wishes that cannot all be kept; without any one of them they can."""

    rules: list[RuleRef]
    wanted: list[DealRef]
    unwanted: list[DealRef]


class Totals(BaseModel):
    """What a set comes to."""

    deals: int
    amount_krw: int
    value_krw: int
    breach_krw: int = Field(description="Won over ceilings and missing from shares, over all rules held.")


class Comparison(BaseModel):
    """The set beside that of another scenario."""

    query: str = Field(description="The other scenario as a query string; empty: nothing changed.")
    totals: Totals
    only_here: list[DealRef]
    only_there: list[DealRef]


class PortfolioView(BaseModel):
    """The set of candidates worth most under all envelopes and rules, with reasons."""

    on: date
    scenario: Scenario
    query: str = Field(description="The scenario as a query string, to keep or to compare with.")
    gone: int = Field(description="Deals and rules that the scenario names and that are none of the candidates' now.")
    candidates: list[CandidateView] = Field(description="Those in the set first, then by value per won.")
    left_out: int = Field(description="Candidates beyond the most that are chosen among, the newest.")
    asked_krw: int
    totals: Totals
    gap: float = Field(description="Share by which a better set could exceed this one at most.")
    rules: list[RuleView]
    clashes: list[ClashView]
    samples: int
    samples_planned: int = Field(description="Drawn for few candidates; fewer are for many.")
    comparison: Comparison | None
    weights: dict[Criterion, int] = Field(description="How much each criterion weighs in a review.")
    chart: dict[str, Any] | None = Field(description="Vega-Lite specification of what each candidate is worth.")
