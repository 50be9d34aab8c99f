"""Who has ever led a deal: nobody is independent of a deal that they answered for, under whatever account."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlmodel import Session, col, select

from models.lead import DealLead
from models.person import Person


def leads_of(session: Session, deal_ids: Iterable[UUID]) -> Mapping[UUID, Mapping[UUID, datetime]]:
    """Tell for each deal which human beings lead it or led it, and since when, in one statement."""
    rows = session.exec(
        select(DealLead.deal_id, Person.human_id, DealLead.since)
        .join(Person, col(Person.id) == col(DealLead.person_id))
        .where(col(DealLead.deal_id).in_(set(deal_ids)))
        .order_by(col(DealLead.since).desc())
    ).all()
    led: dict[UUID, dict[UUID, datetime]] = {}
    for deal_id, human_id, since in rows:
        led.setdefault(deal_id, {})[human_id] = since
    return led


def led_by(deal_id: Any, human_id: Any) -> sa.ColumnElement[bool]:  # noqa: ANN401 - columns of the query around it
    """Say of a query's row whether the human being leads the deal, or ever led it."""
    lead = orm.aliased(Person)
    return (
        sa.select(col(DealLead.deal_id))
        .join(lead, col(lead.id) == col(DealLead.person_id))
        .where(col(DealLead.deal_id) == deal_id, col(lead.human_id) == human_id)
        .exists()
    )
