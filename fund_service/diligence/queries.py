"""Reads of due diligence: the tab of a deal, and what gates ask: what is done, what is missing."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.committee.interests import interest_in
from fund_service.deals.heads import deal_head
from fund_service.deals.leads import led_by
from fund_service.diligence.lists import (
    checklist_of,
    count_notes,
    documents_of,
    notes_of,
    reviews_of,
    spillover_of,
    tasks_of,
)
from fund_service.diligence.schemas import Colleague, DiligenceView
from fund_service.diligence.spreads import spread_chart, spread_of
from fund_service.diligence.standards import REQUIRED_DOCUMENTS
from models.clock import business_date
from models.deal import Deal, DealStage
from models.diligence import ChecklistItem, DealReview, SpilloverAssessment
from models.document import DealDocument, DocumentContent
from models.errors import RecordNotFound
from models.person import Person, PersonRole, Role

UNDECIDED_STAGES = frozenset({DealStage.SOURCED, DealStage.SCREENING, DealStage.DUE_DILIGENCE, DealStage.COMMITTEE})
"""Stages before the committee's decision: what it decides on is reviewed and assessed then, and not rewritten later."""
NOTES_SHOWN = 100
COLLEAGUES = (Role.FUND_MANAGER, Role.COMMITTEE_MEMBER)
"""Who items and tasks can be given to."""


def reviews_given(session: Session, deal_id: UUID) -> int:
    """Count the human beings who reviewed a deal and never led it: nobody is independent of their own deal."""
    query = (
        select(func.count(col(Person.human_id).distinct()))
        .select_from(DealReview)
        .join(Person, col(Person.id) == col(DealReview.person_id))
        .where(DealReview.deal_id == deal_id, ~led_by(col(DealReview.deal_id), col(Person.human_id)))
    )
    return session.exec(query).one()


def open_required_items(session: Session, deal_id: UUID) -> list[str]:
    """Name the required items of a deal's checklist that are not done."""
    query = select(ChecklistItem.title).where(
        ChecklistItem.deal_id == deal_id, col(ChecklistItem.required), col(ChecklistItem.done_at).is_(None)
    )
    return list(session.exec(query.order_by(col(ChecklistItem.title))))


def missing_documents(session: Session, deal: Deal) -> list[str]:
    """Name the kinds of document (`DocumentKind`) that the deal's instrument requires and that are not on file."""
    filed = set(session.exec(select(DealDocument.kind).where(DealDocument.deal_id == deal.id).distinct()))
    return [kind for kind in REQUIRED_DOCUMENTS[deal.instrument] if kind not in filed]


def has_spillover(session: Session, deal_id: UUID) -> bool:
    """Say whether it has been assessed what a deal does for its region."""
    query = select(SpilloverAssessment.id).where(SpilloverAssessment.deal_id == deal_id)
    return session.exec(query).first() is not None


def diligence_view(session: Session, deal_id: UUID, *, caller: Caller, at: datetime) -> DiligenceView:
    """Show all of a deal's due diligence, in a number of statements that does not grow with it.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    """
    head = deal_head(session, deal_id)
    today = business_date(at)
    reviews = reviews_of(session, deal_id, reader_id=caller.person_id)
    spread = spread_of(reviews)
    checklist = checklist_of(session, deal_id, today=today)
    documents = documents_of(session, deal_id)
    filed = {document.kind for document in documents}
    required = REQUIRED_DOCUMENTS[head.instrument]
    interest = interest_of(session, deal_id, caller=caller, at=at)
    return DiligenceView(
        deal=head,
        may_review=interest is None and head.stage in UNDECIDED_STAGES and head.merged_into_id is None,
        interest=interest,
        reviews=reviews,
        spread=spread,
        chart=spread_chart(reviews, spread),
        checklist=checklist,
        open_required=sum(item.required and item.done_at is None for item in checklist),
        documents=documents,
        required_documents=required,
        missing_documents=[kind for kind in required if kind not in filed],
        spillover=spillover_of(session, deal_id),
        tasks=tasks_of(session, deal_id, today=today),
        notes=notes_of(session, deal_id, most=NOTES_SHOWN),
        notes_in_all=count_notes(session, deal_id),
    )


def interest_of(session: Session, deal_id: UUID, *, caller: Caller, at: datetime) -> str | None:
    """Say what binds the caller to a deal, so that they may not review it; none: nothing is known."""
    deal = session.get_one(Deal, deal_id)
    found = interest_in(session, person_id=caller.person_id, deal=deal, on=business_date(at))
    return None if found is None else locales.label(found.kind)


def own_review(session: Session, deal_id: UUID, person_id: UUID) -> DealReview | None:
    """Find the review that the human being behind an account gave of a deal, under whatever account."""
    human = select(Person.human_id).where(Person.id == person_id).scalar_subquery()
    return session.exec(
        select(DealReview)
        .join(Person, col(Person.id) == col(DealReview.person_id))
        .where(DealReview.deal_id == deal_id, col(Person.human_id) == human)
    ).first()


def spillover_row(session: Session, deal_id: UUID) -> SpilloverAssessment | None:
    """Find the assessment of what a deal does for its region."""
    return session.exec(select(SpilloverAssessment).where(SpilloverAssessment.deal_id == deal_id)).first()


def colleagues(session: Session) -> list[Colleague]:
    """List the people whom work on a deal can be given to, by name."""
    rows = session.exec(
        select(col(Person.id), col(Person.name))
        .where(
            col(Person.active),
            sa.exists().where(col(PersonRole.person_id) == col(Person.id), col(PersonRole.role).in_(COLLEAGUES)),
        )
        .order_by(col(Person.name), col(Person.id))
    ).all()
    return [Colleague(id=person_id, name=name) for person_id, name in rows]


def document_content(session: Session, deal_id: UUID, document_id: UUID) -> tuple[DealDocument, bytes]:
    """Read a document of a deal with its bytes.

    Raises
    ------
    RecordNotFound
        When the deal has no such document.
    """
    row = session.exec(
        select(DealDocument, col(DocumentContent.content))
        .join(DocumentContent, col(DocumentContent.document_id) == col(DealDocument.id))
        .where(DealDocument.deal_id == deal_id, DealDocument.id == document_id)
    ).first()
    if row is None:
        raise RecordNotFound("There is no such document.")
    return row[0], bytes(row[1])
