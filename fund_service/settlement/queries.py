"""Reads of settlement: a research team sees the grants of its own organisation, fund readers see all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from fund_service.accounts.callers import Caller
from fund_service.paging import Cursor, cut_page
from fund_service.settlement.schemas import (
    ClaimFilters,
    ClaimForm,
    ClaimPage,
    ClaimsPage,
    ClaimView,
    OpenTranche,
    SettlementHome,
)
from fund_service.settlement.standings import carried_out_by, counting, deal_settlements, readable_by
from fund_service.vehicles.policy import POLICIES, SELF_SETTLEMENT_BELOW_KRW, policy_krw
from models.clock import business_date
from models.deal import Deal, InvestmentInstrument
from models.document import DealDocument, DocumentContent
from models.errors import RecordNotFound
from models.instruction import Commitment, Tranche, TrancheState
from models.organisation import Organisation
from models.person import Person, Role
from models.project import RndProject
from models.settlement import INELIGIBLE, ClaimState, ExpenseCategory, ExpenseClaim

NEWEST = 10
WAITING = (ClaimState.IN_REVIEW, ClaimState.SAMPLED)
"""States in which somebody must look at a claim."""


def threshold(session: Session) -> int:
    """Give the won from which a claim needs a document."""
    return policy_krw(session, SELF_SETTLEMENT_BELOW_KRW, otherwise=POLICIES[SELF_SETTLEMENT_BELOW_KRW])


def settlement_home(session: Session, *, caller: Caller, after: Cursor | None, limit: int) -> SettlementHome:
    """Show where the committed grants that the caller may read stand, the newest deal first."""
    query = (
        select(Deal.id)
        .where(
            readable_by(caller),
            col(Deal.instrument) == InvestmentInstrument.GRANT,
            col(Deal.id).in_(select(Commitment.deal_id)),
        )
        .order_by(col(Deal.id).desc())
    )
    if after is not None:
        query = query.where(col(Deal.id) < after.after)
    ids, next_cursor = cut_page(session.exec(query.limit(limit + 1)).all(), limit, key=lambda deal_id: deal_id)
    waiting = session.exec(
        select(func.count())
        .select_from(ExpenseClaim)
        .join(Deal, col(Deal.id) == col(ExpenseClaim.deal_id))
        .where(readable_by(caller), col(ExpenseClaim.state).in_(WAITING))
    ).one()
    return SettlementHome(
        items=deal_settlements(session, ids),
        next_cursor=next_cursor,
        threshold_krw=threshold(session),
        waiting=waiting,
        newest=_views(session, _readable_claims(caller, ClaimFilters()).limit(NEWEST)),
    )


def list_claims(
    session: Session, filters: ClaimFilters, *, caller: Caller, after: Cursor | None, limit: int
) -> ClaimsPage:
    """List the claims that the caller may read, newest first, in one statement."""
    query = _readable_claims(caller, filters).limit(limit + 1)
    if after is not None:
        query = query.where(col(ExpenseClaim.id) < after.after)
    items, next_cursor = cut_page(_views(session, query), limit, key=lambda claim: claim.id)
    return ClaimsPage(items=list(items), next_cursor=next_cursor, filters=filters)


def claims_of_deal(session: Session, deal_id: UUID, *, caller: Caller, limit: int) -> list[ClaimView]:
    """Show the newest claims of a deal."""
    return _views(session, _readable_claims(caller, ClaimFilters(deal_id=deal_id)).limit(limit))


def all_claims(session: Session, filters: ClaimFilters, *, caller: Caller, limit: int) -> list[ClaimView]:
    """Show all claims of a list, for a table to export."""
    return _views(session, _readable_claims(caller, filters).limit(limit))


def claim_view(session: Session, claim_id: UUID, *, caller: Caller) -> ClaimView:
    """Show one claim.

    Raises
    ------
    RecordNotFound
        When there is none by this id among those the caller may read.
    """
    query = _readable_claims(caller, ClaimFilters()).where(col(ExpenseClaim.id) == claim_id)
    views = _views(session, query)
    if not views:
        raise RecordNotFound("There is no such claim among those you may see.")
    return views[0]


def claim_page(session: Session, claim_id: UUID, *, caller: Caller) -> ClaimPage:
    """Show one claim with what the caller may do about it.

    Raises
    ------
    RecordNotFound
        When there is none by this id among those the caller may read.
    """
    claim = claim_view(session, claim_id, caller=caller)
    waits = claim.state in WAITING
    own = session.exec(select(Deal.id).where(Deal.id == claim.deal_id, carried_out_by(caller))).first() is not None
    return ClaimPage(
        claim=claim,
        may_review=waits and not own and caller.has(Role.FUND_MANAGER),
        may_attach=own and waits and claim.document_id is None,
    )


def claim_form(session: Session, *, caller: Caller, at: datetime) -> ClaimForm:
    """Prepare the form to claim an expense: the paid tranches of the caller's team, and the rule that holds."""
    rows = session.exec(
        select(Tranche, Deal, RndProject)
        .join(Commitment, col(Commitment.id) == col(Tranche.commitment_id))
        .join(Deal, col(Deal.id) == col(Commitment.deal_id))
        .join(RndProject, col(RndProject.id) == col(Deal.project_id), isouter=True)
        .where(carried_out_by(caller), col(Tranche.state) == TrancheState.PAID)
        .order_by(col(Deal.id).desc(), col(Tranche.position))
    ).all()
    standings = deal_settlements(session, list(dict.fromkeys(deal.id for _, deal, _ in rows)))
    left = {tranche.id: tranche.left_krw for standing in standings for tranche in standing.tranches}
    return ClaimForm(
        tranches=[_open_tranche(tranche, deal, project, left_krw=left[tranche.id]) for tranche, deal, project in rows],
        categories=[category for category in ExpenseCategory if category not in INELIGIBLE],
        threshold_krw=threshold(session),
        today=business_date(at),
    )


def _open_tranche(tranche: Tranche, deal: Deal, project: RndProject | None, *, left_krw: int) -> OpenTranche:
    return OpenTranche(
        id=tranche.id,
        title_ko=deal.title_ko,
        title_en=deal.title_en,
        position=tranche.position,
        left_krw=left_krw,
        starts_on=None if project is None else project.starts_on,
        ends_on=None if project is None else project.ends_on,
    )


def document_of_claim(session: Session, claim_id: UUID, *, caller: Caller) -> tuple[DealDocument, bytes]:
    """Give the document of a claim.

    Raises
    ------
    RecordNotFound
        When there is no such claim among those the caller may read, or no document is on file.
    """
    claim = claim_view(session, claim_id, caller=caller)
    row = session.exec(
        select(DealDocument, DocumentContent.content)
        .join(DocumentContent, col(DocumentContent.document_id) == col(DealDocument.id))
        .where(DealDocument.id == claim.document_id)
    ).first()
    if row is None:
        raise RecordNotFound("No document is on file for this claim.")
    return row


_CLAIMANT, _REVIEWER = aliased(Person), aliased(Person)
_SHOWN = (
    "id", "deal_id", "tranche_id", "category", "amount_krw", "spent_on", "words", "state", "threshold_krw",
    "document_id", "recorded_at", "instruction_id", "reviewed_at", "review_words",
)  # fmt: skip


def _readable_claims(caller: Caller, filters: ClaimFilters) -> sa.Select[Any]:
    """Select the claims that a caller may read with all that is shown of them, newest first."""
    return (
        sa.select(
            *(col(getattr(ExpenseClaim, name)) for name in _SHOWN),
            counting().label("counts"),
            col(Deal.title_ko),
            col(Deal.title_en),
            col(Organisation.name_ko).label("company_name_ko"),
            col(Organisation.name_en).label("company_name_en"),
            col(Tranche.position).label("tranche_position"),
            col(DealDocument.name).label("document_name"),
            col(DealDocument.sha256).label("document_sha256"),
            col(_CLAIMANT.name).label("claimed_by"),
            col(_REVIEWER.name).label("reviewed_by"),
        )
        .select_from(ExpenseClaim)
        .join(Deal, col(Deal.id) == col(ExpenseClaim.deal_id))
        .join(Organisation, col(Organisation.id) == col(Deal.company_id))
        .join(Tranche, col(Tranche.id) == col(ExpenseClaim.tranche_id))
        .join(DealDocument, col(DealDocument.id) == col(ExpenseClaim.document_id), isouter=True)
        .join(_CLAIMANT, col(_CLAIMANT.id) == col(ExpenseClaim.claimed_by_id))
        .join(_REVIEWER, col(_REVIEWER.id) == col(ExpenseClaim.reviewed_by_id), isouter=True)
        .where(readable_by(caller), *_conditions(filters))
        .order_by(col(ExpenseClaim.id).desc())
    )


def _conditions(filters: ClaimFilters) -> list[sa.ColumnElement[bool]]:
    wanted = filters.model_dump(include={"deal_id", "tranche_id", "state", "category"}, exclude_none=True)
    met: list[sa.ColumnElement[bool]] = [col(getattr(ExpenseClaim, name)) == value for name, value in wanted.items()]
    if filters.waiting is not None:
        waits = col(ExpenseClaim.state).in_(WAITING)
        met.append(waits if filters.waiting else sa.not_(waits))
    return met


def _views(session: Session, query: sa.Select[Any]) -> list[ClaimView]:
    rows: Sequence[Any] = session.connection().execute(query).all()
    return [
        ClaimView(**row._mapping, needs_document=row.state in WAITING and row.document_id is None)  # noqa: SLF001 - SQLAlchemy's public name
        for row in rows
    ]
