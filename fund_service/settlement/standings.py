"""Where money paid to research teams stands: settled, in review, left; sums of the ledger and of claims."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.settlement.schemas import DealSettlement, TrancheView
from models.deal import Deal, InvestmentInstrument
from models.document import DealDocument
from models.instruction import Commitment, Tranche, TrancheState
from models.ledger import Account, AccountKind, LedgerLine
from models.organisation import Organisation
from models.person import Person, Role
from models.settlement import ClaimState, ExpenseClaim

FUND_READERS = (Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR)
_COUNTED = (AccountKind.ADVANCED, AccountKind.SETTLED, AccountKind.UNSETTLED)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What was claimed against a tranche: settled on the ledger, or waiting for a review before it counts."""

    settled_krw: int = 0
    in_review_krw: int = 0


@dataclass(frozen=True, slots=True)
class Book:
    """A deal's settlement accounts in the book of the vehicle that pays it."""

    vehicle_id: UUID
    deal_id: UUID


def readable_by(caller: Caller) -> sa.ColumnElement[bool]:
    """Say which deals' settlement a caller may read: fund readers all, a team the grants of its organisation."""
    if caller.has(*FUND_READERS):
        return sa.true()
    return carried_out_by(caller)


def carried_out_by(caller: Caller) -> sa.ColumnElement[bool]:
    """Say which deals the caller's research team answers for: grants of the organisation they speak for."""
    if not caller.has(Role.PROJECT_TEAM) or caller.organisation_id is None:
        return sa.false()
    return sa.and_(col(Deal.company_id) == caller.organisation_id, col(Deal.instrument) == InvestmentInstrument.GRANT)


def deal_settlements(session: Session, deal_ids: Sequence[UUID]) -> list[DealSettlement]:
    """Show where deals stand in settlement, in the order asked, in four statements."""
    balances = settlement_balances(session, deal_ids)
    claimed = claimed_by_tranche(session, deal_ids)
    tranches = _tranches(session, deal_ids, balances=balances, claimed=claimed)
    named = session.exec(
        select(Deal, Organisation.name_ko, Organisation.name_en)
        .join(Organisation, col(Organisation.id) == col(Deal.company_id))
        .where(col(Deal.id).in_(deal_ids))
    ).all()
    shown = {
        deal.id: _deal_settlement(deal, (name_ko, name_en), balances=balances, tranches=tranches.get(deal.id, []))
        for deal, name_ko, name_en in named
    }
    return [shown[deal_id] for deal_id in deal_ids if deal_id in shown]


def _deal_settlement(
    deal: Deal,
    company: tuple[str | None, str | None],
    *,
    balances: Mapping[Book, Mapping[AccountKind, int]],
    tranches: list[TrancheView],
) -> DealSettlement:
    totals = {
        kind: sum(found.get(kind, 0) for book, found in balances.items() if book.deal_id == deal.id)
        for kind in _COUNTED
    }
    in_review = sum(tranche.in_review_krw for tranche in tranches)
    return DealSettlement(
        deal_id=deal.id,
        title_ko=deal.title_ko,
        title_en=deal.title_en,
        company_name_ko=company[0],
        company_name_en=company[1],
        paid_krw=-totals[AccountKind.ADVANCED],
        settled_krw=totals[AccountKind.SETTLED],
        unsettled_krw=totals[AccountKind.UNSETTLED],
        in_review_krw=in_review,
        left_krw=totals[AccountKind.UNSETTLED] - in_review,
        tranches=tranches,
    )


def settlement_balances(session: Session, deal_ids: Collection[UUID]) -> dict[Book, dict[AccountKind, int]]:
    """Sum the lines of the deals' settlement accounts, in won, by book and kind."""
    rows = session.exec(
        select(Account.vehicle_id, Account.deal_id, col(Account.kind), func.sum(LedgerLine.amount_krw))
        .join(LedgerLine, col(LedgerLine.account_id) == col(Account.id))
        .where(col(Account.deal_id).in_(deal_ids), col(Account.kind).in_(_COUNTED))
        .group_by(col(Account.vehicle_id), col(Account.deal_id), col(Account.kind))
    ).all()
    found: dict[Book, dict[AccountKind, int]] = {}
    for vehicle_id, deal_id, kind, total in rows:
        if vehicle_id is not None and deal_id is not None:
            found.setdefault(Book(vehicle_id, deal_id), {})[kind] = int(total)
    return found


def claimed_by_tranche(session: Session, deal_ids: Collection[UUID]) -> dict[UUID, Claimed]:
    """Sum the claims against each tranche, by whether they count or wait for a review before they do."""
    counts = counting()
    waits = sa.and_(col(ExpenseClaim.state) == ClaimState.IN_REVIEW, col(ExpenseClaim.instruction_id).is_(None))
    amount = col(ExpenseClaim.amount_krw)
    rows = session.exec(
        select(
            ExpenseClaim.tranche_id,
            func.coalesce(func.sum(amount).filter(counts), 0),
            func.coalesce(func.sum(amount).filter(waits), 0),
        )
        .where(col(ExpenseClaim.deal_id).in_(deal_ids))
        .group_by(col(ExpenseClaim.tranche_id))
    ).all()
    return {tranche_id: Claimed(int(settled), int(waiting)) for tranche_id, settled, waiting in rows}


def counting() -> sa.ColumnElement[bool]:
    """Say which claims count on the ledger: settled by an instruction, and not refused since."""
    return sa.and_(col(ExpenseClaim.instruction_id).is_not(None), col(ExpenseClaim.state) != ClaimState.REFUSED)


def _tranches(
    session: Session,
    deal_ids: Collection[UUID],
    *,
    balances: Mapping[Book, Mapping[AccountKind, int]],
    claimed: Mapping[UUID, Claimed],
) -> dict[UUID, list[TrancheView]]:
    rows = session.exec(
        select(Tranche, Commitment, DealDocument, Person.name)
        .join(Commitment, col(Commitment.id) == col(Tranche.commitment_id))
        .join(DealDocument, col(DealDocument.id) == col(Tranche.evidence_document_id), isouter=True)
        .join(Person, col(Person.id) == col(Tranche.met_by_id), isouter=True)
        .where(col(Commitment.deal_id).in_(deal_ids))
        .order_by(col(Commitment.id), col(Tranche.position))
    ).all()
    in_review: dict[Book, int] = {}
    for tranche, commitment, *_ in rows:
        book = Book(commitment.vehicle_id, commitment.deal_id)
        in_review[book] = in_review.get(book, 0) + claimed.get(tranche.id, Claimed()).in_review_krw
    shown: dict[UUID, list[TrancheView]] = {}
    for tranche, commitment, evidence, met_by in rows:
        book = Book(commitment.vehicle_id, commitment.deal_id)
        so_far = claimed.get(tranche.id, Claimed())
        left = min(
            tranche.amount_krw - so_far.settled_krw - so_far.in_review_krw,
            balances.get(book, {}).get(AccountKind.UNSETTLED, 0) - in_review[book],
        )
        shown.setdefault(commitment.deal_id, []).append(
            _tranche_view(tranche, commitment, evidence=evidence, met_by=met_by, claimed=so_far, left=left)
        )
    return shown


def _tranche_view(
    tranche: Tranche,
    commitment: Commitment,
    *,
    evidence: DealDocument | None,
    met_by: str | None,
    claimed: Claimed,
    left: int,
) -> TrancheView:
    return TrancheView(
        **tranche.model_dump(include=_COPIED),
        deal_id=commitment.deal_id,
        vehicle_id=commitment.vehicle_id,
        evidence_name=None if evidence is None else evidence.name,
        evidence_sha256=None if evidence is None else evidence.sha256,
        met_by=met_by,
        settled_krw=claimed.settled_krw,
        in_review_krw=claimed.in_review_krw,
        left_krw=max(left, 0) if tranche.state is TrancheState.PAID else 0,
    )


_COPIED = {"id", "commitment_id", "position", "milestone", "due_on", "amount_krw", "state", "evidence_document_id"}
