"""Sums of balances: what the parts of a figure come to, in the books that a report is about."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from fund_service.metrics.figures import DealSet, Part, Reach
from models.deal import InvestmentInstrument
from models.ledger import AccountKind


@dataclass(frozen=True, slots=True)
class Scope:
    """The vehicles a report is about."""

    own: frozenset[UUID]
    through: frozenset[UUID]

    def books(self, reach: Reach) -> frozenset[UUID]:
        """Name the vehicles whose books are read."""
        return self.own if reach is Reach.OWN else self.through


class DealFacts(Protocol):
    """What figures ask of a deal beyond the ledger; as it stands today, whatever the day of the report."""

    @property
    def main_purpose(self) -> bool | None:
        """Whether it is of the stated purpose; none where there is no deal."""

    @property
    def instrument(self) -> InvestmentInstrument | None:
        """How it is financed; none where there is no deal."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the accounts of one kind in a vehicle's book sum to, of no deal or of all deals with the same facts."""

    kind: AccountKind
    vehicle_id: UUID
    main_purpose: bool | None
    instrument: InvestmentInstrument | None
    krw: int


MEMBER: Mapping[DealSet, Callable[[DealFacts], bool]] = MappingProxyType(
    {
        DealSet.ALL: lambda _: True,
        DealSet.MAIN_PURPOSE: lambda deal: deal.main_purpose is True,
        DealSet.GRANTS: lambda deal: deal.instrument is InvestmentInstrument.GRANT,
        DealSet.REPAYABLE: lambda deal: deal.instrument not in {None, InvestmentInstrument.GRANT},
    }
)
"""Which deals belong to a set."""


def signs_of(part: Part, scope: Scope) -> dict[tuple[AccountKind, UUID], int]:
    """Say with which sign a part counts the accounts of a kind in a vehicle's book."""
    return {(term.kind, vehicle_id): term.sign for term in part.terms for vehicle_id in scope.books(term.reach)}


def sum_part(part: Part, held: Iterable[Held], *, scope: Scope) -> int:
    """Sum a part in won."""
    signs, counts = signs_of(part, scope), MEMBER[part.deals]
    return sum(account.krw * signs.get((account.kind, account.vehicle_id), 0) for account in held if counts(account))
