"""Names of what the ledger speaks of: vehicles, envelopes, deals, people, accounts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.ledger.posting import AccountKey, Line, added_up, standings
from fund_service.ledger.schemas import AccountView, Party, PreviewLine
from models.deal import Deal
from models.person import Person
from models.vehicle import Envelope, Vehicle


@dataclass(frozen=True, slots=True)
class Names:
    """Records by id, each with its names."""

    known: Mapping[UUID, Party] = field(default_factory=dict)

    def of(self, identifier: UUID | None) -> Party | None:
        """Name a record; none for none."""
        return None if identifier is None else self.known[identifier]


def names_of(
    session: Session,
    *,
    vehicles: Iterable[UUID | None] = (),
    envelopes: Iterable[UUID | None] = (),
    deals: Iterable[UUID | None] = (),
    people: Iterable[UUID | None] = (),
) -> Names:
    """Read the names of records, in one statement."""
    sought = [
        (Vehicle.id, Vehicle.name_ko, Vehicle.name_en, vehicles),
        (Envelope.id, Envelope.name_ko, Envelope.name_en, envelopes),
        (Deal.id, Deal.title_ko, Deal.title_en, deals),
        (Person.id, Person.name, Person.name, people),
    ]
    queries = [
        sa.select(col(key), col(korean), col(english)).where(col(key).in_(ids))
        for key, korean, english, named in sought
        if (ids := {identifier for identifier in named if identifier is not None})
    ]
    if not queries:
        return Names()
    rows = session.connection().execute(sa.union_all(*queries)).all()
    return Names({row[0]: Party(id=row[0], name_ko=row[1], name_en=row[2]) for row in rows})


def parties(session: Session, table: type[Vehicle] | type[Envelope]) -> list[Party]:
    """List all vehicles or envelopes to choose from."""
    rows = session.exec(select(table.id, table.name_ko, table.name_en).order_by(col(table.name_ko), col(table.id)))
    return [Party(id=identifier, name_ko=korean, name_en=english) for identifier, korean, english in rows]


def account_views(session: Session, accounts: Mapping[AccountKey, UUID | None]) -> dict[AccountKey, AccountView]:
    """Say what accounts are, with the names of their book, deal and child."""
    names = names_of(
        session,
        vehicles=[part for key in accounts for part in (key.vehicle_id, key.child_id)],
        envelopes=[key.envelope_id for key in accounts],
        deals=[key.deal_id for key in accounts],
    )
    return {
        key: AccountView(
            id=identifier,
            kind=key.kind,
            vehicle=names.of(key.vehicle_id),
            envelope=names.of(key.envelope_id),
            deal=names.of(key.deal_id),
            child=names.of(key.child_id),
        )
        for key, identifier in accounts.items()
    }


def preview(session: Session, lines: Sequence[Line]) -> list[PreviewLine]:
    """Say what lines would do to their accounts as these are now."""
    moved = added_up(lines)
    if not moved:
        return []
    found = standings(session, list(moved))
    views = account_views(session, {key: standing.id for key, standing in found.items()})
    return [
        PreviewLine(
            account=views[key],
            amount_krw=amount,
            before_krw=found[key].balance_krw,
            after_krw=found[key].balance_krw + amount,
        )
        for key, amount in moved.items()
    ]
