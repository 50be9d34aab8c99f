"""Which envelopes a commitment to a deal draws on: all whose dimensions fit it."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from models.deal import Deal
from models.plan import Region
from models.vehicle import Envelope, Vehicle


def envelopes_for(session: Session, deal: Deal, *, vehicle_id: UUID, on: date) -> list[Envelope]:
    """Find the envelopes that a commitment from a vehicle to a deal draws on, by id, in one statement.

    An envelope fits when each dimension it sets does: the deal's initiative and province, the mega-region that
    province lies in, the year in Seoul of the commitment's effective date `on`, and the vehicle, which is the one that
    commits or one it draws on (look-through). A deal without a province or initiative fits none that sets one.
    """
    line = _line_upwards(vehicle_id)
    mega_region = select(Region.mega_region_code).where(Region.code == deal.region_code).scalar_subquery()
    fits = select(Envelope).where(
        _open_or(col(Envelope.initiative_code), col(Envelope.initiative_code) == deal.initiative_code),
        _open_or(col(Envelope.region_code), col(Envelope.region_code) == deal.region_code),
        _open_or(col(Envelope.mega_region_code), col(Envelope.mega_region_code) == mega_region),
        _open_or(col(Envelope.year), col(Envelope.year) == on.year),
        _open_or(col(Envelope.vehicle_id), col(Envelope.vehicle_id).in_(sa.select(line.c.id))),
    )
    return list(session.exec(fits.order_by(col(Envelope.id))))


def _open_or(dimension: Mapped[Any], fits: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.or_(dimension.is_(None), fits)


def _line_upwards(vehicle_id: UUID) -> sa.CTE:
    """Give a vehicle, the one it draws on, and so on up to the mother fund."""
    line = sa.select(col(Vehicle.id), col(Vehicle.parent_id)).where(col(Vehicle.id) == vehicle_id).cte(recursive=True)
    above = sa.select(col(Vehicle.id), col(Vehicle.parent_id)).join(line, line.c.parent_id == col(Vehicle.id))
    return line.union(above)
