"""Leads: who has ever answered for a deal, under whatever account."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from models.clock import UtcDateTime, utc_now


class DealLead(SQLModel, table=True):
    """That somebody was made lead of a deal; the database itself writes it with the deal, and nobody takes it away."""

    __tablename__ = "deal_lead"

    deal_id: UUID = Field(foreign_key="deal.id", primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", primary_key=True, index=True)
    since: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    """When they first were."""
