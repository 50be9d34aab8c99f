"""Interests: what binds a person to the parties of a deal, as declared or as their own organisation alone tells.

Interests belong to the human being: what was declared under one account holds for every account that shares its
``human_id``. How far one reaches:

- a personal or family interest: the organisation named;
- an employer, declared or the person's own organisation: the organisation and its whole ownership group;
- an ownership group, or any interest of that kind: the whole group.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select

from models.clock import business_date
from models.committee import DeclaredInterest, InterestKind
from models.deal import Deal
from models.organisation import Organisation, OwnershipGroup
from models.person import Person
from models.project import ConsortiumMember

REACHING_THE_GROUP = frozenset({InterestKind.EMPLOYER, InterestKind.OWNERSHIP_GROUP})
"""Kinds of interest in an organisation that reach all under the same beneficial owner."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Who a deal concerns: its company and the consortium of its project, with the ownership groups of all."""

    organisation_ids: frozenset[UUID]
    group_ids: frozenset[UUID]
    since: date
    """The day the deal was recorded: an interest held since then binds for good, or it would be ended to vote."""


@dataclass(frozen=True, slots=True)
class Interest:
    """An interest and how far it reaches; one that nobody declared is the person's own organisation."""

    row: DeclaredInterest
    group_id: UUID | None
    """The ownership group it reaches as a whole, if any."""
    party_ko: str | None
    party_en: str | None
    declared: bool

    def binds(self, parties: Parties, *, on: date, known_at: datetime | None = None) -> bool:
        """Say whether it binds to one of a deal's parties on a day and, with a moment, had been declared by then.

        One that ended while the deal was under way goes on binding: nobody ends an interest to decide the next day.
        """
        return self._held(parties.since, on=on, known_at=known_at) and self._concerns(parties)

    def _held(self, since: date, *, on: date, known_at: datetime | None) -> bool:
        if not self.declared:
            return True
        if known_at is not None and self.row.recorded_at > known_at:
            return False
        return self.row.known_on <= on and (self.row.ends_on is None or min(on, since) <= self.row.ends_on)

    def _concerns(self, parties: Parties) -> bool:
        return self.row.organisation_id in parties.organisation_ids or self.group_id in parties.group_ids


def interest_in(session: Session, *, person_id: UUID, deal: Deal, on: date) -> DeclaredInterest | None:
    """Find what binds a person to a deal on a day, in three statements; nothing: they may decide on it.

    A person's own organisation counts without having been declared: it is given as an interest that is stored nowhere.
    The person's accounts stay locked, so that a declaration made meanwhile waits and then flags what was decided.
    """
    parties = parties_of(session, [deal])[deal.id]
    for interest in interests_of(session, [person_id], deciding=True).get(person_id, []):
        if interest.binds(parties, on=on):
            return interest.row
    return None


def parties_of(session: Session, deals: Collection[Deal]) -> Mapping[UUID, Parties]:
    """Name the parties of deals, in one statement."""
    of_company = (
        select(col(Deal.id), col(Organisation.id), col(Organisation.ownership_group_id))
        .join(Organisation, col(Organisation.id) == col(Deal.company_id))
        .where(col(Deal.id).in_({deal.id for deal in deals}))
    )
    of_consortium = (
        select(col(Deal.id), col(Organisation.id), col(Organisation.ownership_group_id))
        .join(ConsortiumMember, col(ConsortiumMember.project_id) == col(Deal.project_id))
        .join(Organisation, col(Organisation.id) == col(ConsortiumMember.organisation_id))
        .where(col(Deal.id).in_({deal.id for deal in deals}))
    )
    rows = session.connection().execute(sa.union_all(of_company, of_consortium)).all() if deals else []
    return {
        deal.id: Parties(
            frozenset(organisation for deal_id, organisation, _ in rows if deal_id == deal.id),
            frozenset(group for deal_id, _, group in rows if deal_id == deal.id),
            business_date(deal.recorded_at),
        )
        for deal in deals
    }


def interests_of(
    session: Session, person_ids: Iterable[UUID], *, deciding: bool = False
) -> Mapping[UUID, list[Interest]]:
    """List what each of several people is bound to, whenever it holds, in two statements; declared ones first.

    Those who are about to decide have their accounts locked against declarations.
    """
    account, other = orm.aliased(Person), orm.aliased(Person)
    query = (
        select(account.id, other.id, col(other.recorded_at), Organisation)
        .join(other, col(other.human_id) == col(account.human_id))
        .join(Organisation, col(Organisation.id) == col(other.organisation_id), isouter=True)
        .where(col(account.id).in_(set(person_ids)))
        .order_by(col(other.id))
    )
    accounts = session.exec(query.with_for_update(read=True, of=other) if deciding else query).all()
    declared = session.exec(
        declared_interests().where(col(DeclaredInterest.person_id).in_({other_id for _, other_id, _, _ in accounts}))
    ).all()
    found: dict[UUID, list[Interest]] = {person_id: [] for person_id, *_ in accounts}
    for person_id, account_id, _, _ in accounts:
        found[person_id] += [reaching(*read) for read in declared if read[0].person_id == account_id]
    for person_id, account_id, recorded_at, organisation in accounts:
        if organisation is not None:
            found[person_id].append(_own_organisation(account_id, organisation, since=business_date(recorded_at)))
    return found


def declared_interests() -> Select[DeclaredInterest, Organisation, OwnershipGroup]:
    """Select declared interests with the organisation and the ownership group they name, oldest first."""
    return (
        select(DeclaredInterest, Organisation, OwnershipGroup)
        .join(Organisation, col(Organisation.id) == col(DeclaredInterest.organisation_id), isouter=True)
        .join(OwnershipGroup, col(OwnershipGroup.id) == col(DeclaredInterest.ownership_group_id), isouter=True)
        .order_by(col(DeclaredInterest.id))
    )


def reaching(row: DeclaredInterest, organisation: Organisation | None, group: OwnershipGroup | None) -> Interest:
    """Say how far a declared interest reaches, from the one party that it names."""
    if organisation is not None:
        wide = row.kind in REACHING_THE_GROUP
        group_id = organisation.ownership_group_id if wide else None
        return Interest(row, group_id, organisation.name_ko, organisation.name_en, declared=True)
    if group is None:
        raise ValueError("an interest names an organisation or a group")
    return Interest(row, group.id, group.name_ko, group.name_en, declared=True)


def _own_organisation(person_id: UUID, organisation: Organisation, *, since: date) -> Interest:
    row = DeclaredInterest(
        person_id=person_id,
        kind=InterestKind.EMPLOYER,
        organisation_id=organisation.id,
        known_on=since,
        words="",
    )
    return Interest(row, organisation.ownership_group_id, organisation.name_ko, organisation.name_en, declared=False)
