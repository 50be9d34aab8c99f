"""What comes in over the wire: vehicles, envelopes, limit rules and figures of policy as they are recorded."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from fund_service.wire import ClosedModel, Day, FundYear, Name, RegionCode, ShareBp, Title, WonOrNone, clean_text
from models.errors import ValueNotAllowed
from models.vehicle import LimitForce, LimitKind, VehicleKind

Basis = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), AfterValidator(clean_text)
]
PlanCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]


def _basis_points(value: Any) -> Any:  # noqa: ANN401 - what was typed
    """Read percent as people type them, with two decimals at most, as basis points."""
    try:
        points = Decimal(str(value)) * 100
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite() or points != points.to_integral_value():
        raise PydanticCustomError("percent", "Must be a percentage with two decimals at most, such as 12.5.")
    return int(points)


class PercentTyped(ClosedModel):
    """A share as a form takes it: in percent."""

    share_percent: Annotated[int, Field(ge=0, le=10_000), BeforeValidator(_basis_points)]


class VehicleIn(ClosedModel):
    """A vehicle as it is recorded; its money is on the ledger and cannot be set here."""

    kind: VehicleKind
    parent_id: UUID | None = Field(default=None, description="The vehicle it draws on; none for the mother fund alone.")
    name_ko: Name
    name_en: Name
    manager_organisation_id: UUID | None = None
    formed_on: Day
    ends_on: Day | None = None
    main_purpose_share_bp: ShareBp = 6_000
    fiscal_contribution_krw: WonOrNone = 0
    private_commitments_krw: WonOrNone = 0

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """Refuse values that contradict one another."""
        if (self.kind is VehicleKind.MOTHER_FUND) != (self.parent_id is None):
            raise ValueNotAllowed(
                "The mother fund draws on no vehicle, and every other vehicle on one.", field="parent_id"
            )
        if self.ends_on is not None and self.formed_on > self.ends_on:
            raise ValueNotAllowed("The vehicle ends before it is formed.", field="ends_on")
        return self


class EnvelopeIn(ClosedModel):
    """An envelope as it is recorded; its budget is on the ledger and cannot be set here."""

    name_ko: Name
    name_en: Name
    initiative_code: PlanCode | None = None
    mega_region_code: PlanCode | None = None
    region_code: RegionCode | None = None
    year: FundYear | None = Field(default=None, description="Year in Seoul of a commitment's effective date.")
    vehicle_id: UUID | None = Field(default=None, description="The vehicle, with those that draw on it.")

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """Refuse an envelope that fits everything, or two regions."""
        named = (self.initiative_code, self.mega_region_code, self.region_code, self.year, self.vehicle_id)
        if all(dimension is None for dimension in named):
            raise ValueNotAllowed("Name at least one of initiative, region, year and vehicle.", field="initiative_code")
        if self.mega_region_code is not None and self.region_code is not None:
            raise ValueNotAllowed("Name a mega-region or a province, not both.", field="region_code")
        return self


class LimitRuleEdit(ClosedModel):
    """What of a limit rule can be changed; a rule of another kind, place or year is another rule."""

    force: LimitForce = LimitForce.BLOCKS
    share_bp: ShareBp
    basis_ko: Basis
    basis_en: Basis
    reason: Title = Field(description="Why; kept with who and when.")


class LimitRuleIn(LimitRuleEdit):
    """A limit rule as it is recorded."""

    kind: LimitKind
    vehicle_id: UUID | None = Field(default=None, description="Where it holds; none: the whole fund.")
    mega_region_code: PlanCode | None = None
    year: FundYear | None = None

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """Refuse a floor without its region, and a path without its year."""
        if (self.kind is LimitKind.REGIONAL_FLOOR) != (self.mega_region_code is not None):
            raise ValueNotAllowed(
                "A regional floor names its mega-region, and no other rule does.", field="mega_region_code"
            )
        if (self.kind is LimitKind.LARGE_PROJECT_SHARE) != (self.year is not None):
            raise ValueNotAllowed("A share of large projects names its year, and no other rule does.", field="year")
        return self


class PolicyIn(ClosedModel):
    """A figure of policy as it is set."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")]
    amount: WonOrNone = Field(description="Won, or basis points for names that end in _bp.")
    reason: Title = Field(description="Why; kept with who and when.")
