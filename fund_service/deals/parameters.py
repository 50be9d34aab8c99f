"""Query parameters that list, board and export of deals share."""

from typing import Annotated
from uuid import UUID

from litestar.params import FromQuery, QueryParameter

from fund_service.deals.schemas import DealFilters
from fund_service.parameters import SearchText
from models.deal import DealStage
from models.money import MAX_KRW

TwoDigits = Annotated[str | None, QueryParameter(pattern=r"^[0-9]{2}$")]
PlanCode = Annotated[str | None, QueryParameter(pattern=r"^[a-z0-9_-]{1,64}$")]
Amount = Annotated[int | None, QueryParameter(ge=0, le=MAX_KRW, description="Whole won.")]
Days = Annotated[
    int | None, QueryParameter(ge=0, le=3_650, description="Open deals longer than this many days in their stage.")
]


def provide_filters(
    *,
    q: SearchText = None,
    stage: FromQuery[DealStage | None] = None,
    lead_id: FromQuery[UUID | None] = None,
    vehicle_id: FromQuery[UUID | None] = None,
    field_code: TwoDigits = None,
    region_code: TwoDigits = None,
    mega_region_code: PlanCode = None,
    initiative_code: PlanCode = None,
    amount_min: Amount = None,
    amount_max: Amount = None,
    overdue_days: Days = None,
) -> DealFilters:
    """Read what a list of deals is narrowed to."""
    return DealFilters(
        q=q,
        stage=stage,
        lead_id=lead_id,
        vehicle_id=vehicle_id,
        field_code=field_code,
        region_code=region_code,
        mega_region_code=mega_region_code,
        initiative_code=initiative_code,
        amount_min=amount_min,
        amount_max=amount_max,
        overdue_days=overdue_days,
    )
