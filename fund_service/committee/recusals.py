"""Recusals: who may not vote or decide on which agenda item, and why, found from interests and not left to anybody."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from fund_service.committee.interests import Interest, Parties
from models.clock import business_date
from models.committee import AgendaItem, InterestKind


class RecusalReason(StrEnum):
    """Why somebody is recused."""

    LEAD = "lead"
    """Leads the deal, or led it once."""
    OWN_ORGANISATION = "own_organisation"
    """Belongs to a party of the deal, or to its ownership group."""
    PERSONAL = "personal"
    """Declared a personal interest."""
    EMPLOYER = "employer"
    """Declared an employer."""
    OWNERSHIP_GROUP = "ownership_group"
    """Declared a bond to an ownership group."""
    FAMILY = "family"
    """Declared a relative's bond."""


_OF_KIND: Mapping[InterestKind, RecusalReason] = {kind: RecusalReason(kind.value) for kind in InterestKind}


@dataclass(frozen=True, slots=True)
class Recusal:
    """Why somebody is recused, and the party that binds them."""

    reason: RecusalReason
    party_ko: str | None = None
    party_en: str | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody called to a meeting: the account, the human being behind it, and what binds them."""

    person_id: UUID
    human_id: UUID
    name: str
    interests: Collection[Interest]


def recusal_of(
    seat: Seat,
    *,
    led: Mapping[UUID, datetime],
    parties: Parties,
    at: datetime,
    known_at: datetime | None = None,
) -> Recusal | None:
    """Say whether and why somebody is recused at a moment; ``known_at`` leaves out what came to be after it.

    ``led`` says which human beings lead the deal or led it, and since when.
    """
    led_since = led.get(seat.human_id)
    if led_since is not None and (known_at is None or led_since <= known_at):
        return Recusal(RecusalReason.LEAD)
    on = business_date(at)
    for interest in seat.interests:
        if interest.binds(parties, on=on, known_at=known_at):
            reason = _OF_KIND[interest.row.kind] if interest.declared else RecusalReason.OWN_ORGANISATION
            return Recusal(reason, interest.party_ko, interest.party_en)
    return None


def recused_on(
    item: AgendaItem, seats: Collection[Seat], *, led: Mapping[UUID, datetime], parties: Parties, now: datetime
) -> Mapping[UUID, Recusal]:
    """Say who is recused from an item, by account: as things stand, or as they stood when it was decided."""
    at = now if item.decided_at is None else item.decided_at
    found = {
        seat.person_id: recusal_of(seat, led=led, parties=parties, at=at, known_at=item.decided_at) for seat in seats
    }
    return {person_id: recusal for person_id, recusal in found.items() if recusal is not None}
