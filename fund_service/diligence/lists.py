"""The lists of a deal's due diligence, each read in one or two statements."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from fund_service.diligence.editions import edition_of
from fund_service.diligence.schemas import DocumentView, ItemView, NoteView, ReviewView, SpilloverView, TaskView
from fund_service.diligence.standards import ENGLISH_TITLES, DocumentKind
from models.deal import Deal, DealDocument, DealNote, DealTask
from models.diligence import ChecklistItem, Criterion, DealReview, ReviewScore, SpilloverAssessment
from models.person import Person
from models.plan import Region


def reviews_of(session: Session, deal_id: UUID, *, reader_id: UUID) -> list[ReviewView]:
    """List the reviews of a deal, the latest first."""
    lead, reader = aliased(Person), aliased(Person)
    rows = session.exec(
        select(
            DealReview,
            col(Person.name),
            col(Person.human_id) != col(lead.human_id),
            col(Person.human_id) == col(reader.human_id),
        )
        .join(Person, col(Person.id) == col(DealReview.person_id))
        .join(Deal, col(Deal.id) == col(DealReview.deal_id))
        .join(lead, col(lead.id) == col(Deal.lead_id))
        .join(reader, col(reader.id) == reader_id)
        .where(DealReview.deal_id == deal_id)
        .order_by(col(DealReview.recorded_at).desc(), col(DealReview.id))
    ).all()
    scores = _scores_of(session, [review.id for review, *_ in rows])
    return [
        ReviewView(
            id=review.id,
            person_id=review.person_id,
            person_name=name,
            independent=independent,
            own=own,
            scores=scores[review.id],
            words=review.words,
            recorded_at=review.recorded_at,
            edition=review_edition(review, scores[review.id]),
        )
        for review, name, independent, own in rows
    ]


def review_edition(review: DealReview, scores: dict[Criterion, int]) -> str:
    """Give the edition of a review with its scores."""
    return edition_of(review, sorted(scores.items()))


def _scores_of(session: Session, review_ids: Sequence[UUID]) -> dict[UUID, dict[Criterion, int]]:
    scores: dict[UUID, dict[Criterion, int]] = {review_id: {} for review_id in review_ids}
    for score in session.exec(select(ReviewScore).where(col(ReviewScore.review_id).in_(review_ids))):
        scores[score.review_id][score.criterion] = score.score
    return {
        review_id: {criterion: given[criterion] for criterion in Criterion if criterion in given}
        for review_id, given in scores.items()
    }


def checklist_of(session: Session, deal_id: UUID, *, today: date) -> list[ItemView]:
    """List a deal's checklist: what is not done first, the earliest due before."""
    owner, doer = aliased(Person), aliased(Person)
    rows = session.exec(
        select(ChecklistItem, col(owner.name), col(doer.name))
        .outerjoin(owner, col(owner.id) == col(ChecklistItem.owner_id))
        .outerjoin(doer, col(doer.id) == col(ChecklistItem.done_by_id))
        .where(ChecklistItem.deal_id == deal_id)
        .order_by(
            col(ChecklistItem.done_at).is_not(None),
            col(ChecklistItem.due_on).asc().nulls_last(),
            col(ChecklistItem.title),
        )
    ).all()
    return [
        ItemView(
            **item.model_dump(include={"id", "required", "owner_id", "due_on", "finding", "done_at"}),
            title_ko=item.title,
            title_en=ENGLISH_TITLES.get(item.title, item.title),
            owner_name=owner_name,
            done_by_name=done_by,
            overdue=is_overdue(item.due_on, done=item.done_at is not None, today=today),
            edition=edition_of(item),
        )
        for item, owner_name, done_by in rows
    ]


def is_overdue(due_on: date | None, *, done: bool, today: date) -> bool:
    """Say whether something is late: its last day has passed in Seoul and it is not done."""
    return due_on is not None and not done and due_on < today


def documents_of(session: Session, deal_id: UUID) -> list[DocumentView]:
    """List the documents on a deal's file, by kind, the latest of each first; their bytes are not read."""
    rows = session.exec(
        select(DealDocument, col(Person.name))
        .join(Person, col(Person.id) == col(DealDocument.uploaded_by_id))
        .where(DealDocument.deal_id == deal_id)
        .order_by(col(DealDocument.id).desc())
    ).all()
    order = list(DocumentKind)
    views = [
        DocumentView(
            **document.model_dump(include={"id", "name", "media_type", "size_bytes", "sha256", "recorded_at"}),
            kind=DocumentKind(document.kind),
            uploaded_by_name=name,
        )
        for document, name in rows
    ]
    return sorted(views, key=lambda view: order.index(view.kind))


def notes_of(session: Session, deal_id: UUID, *, most: int | None) -> list[NoteView]:
    """List the notes on a deal, the newest first."""
    rows = session.exec(
        select(DealNote, col(Person.name))
        .join(Person, col(Person.id) == col(DealNote.person_id))
        .where(DealNote.deal_id == deal_id)
        .order_by(col(DealNote.id).desc())
        .limit(most)
    ).all()
    return [NoteView(id=note.id, text=note.text, person_name=name, recorded_at=note.recorded_at) for note, name in rows]


def count_notes(session: Session, deal_id: UUID) -> int:
    """Count the notes on a deal."""
    return session.exec(select(func.count()).select_from(DealNote).where(DealNote.deal_id == deal_id)).one()


def tasks_of(session: Session, deal_id: UUID, *, today: date) -> list[TaskView]:
    """List the tasks of a deal: what is not done first, the earliest due before."""
    doer = aliased(Person)
    rows = session.exec(
        select(DealTask, col(Person.name), col(doer.name))
        .join(Person, col(Person.id) == col(DealTask.owner_id))
        .outerjoin(doer, col(doer.id) == col(DealTask.done_by_id))
        .where(DealTask.deal_id == deal_id)
        .order_by(col(DealTask.done_at).is_not(None), col(DealTask.due_on).asc().nulls_last(), col(DealTask.id))
    ).all()
    return [
        TaskView(
            **task.model_dump(include={"id", "text", "owner_id", "due_on", "done_at"}),
            owner_name=owner_name,
            done_by_name=done_by,
            overdue=is_overdue(task.due_on, done=task.done_at is not None, today=today),
            edition=edition_of(task),
        )
        for task, owner_name, done_by in rows
    ]


def spillover_of(session: Session, deal_id: UUID) -> SpilloverView | None:
    """Read what a deal is expected to do for its region, if it was assessed."""
    row = session.exec(
        select(SpilloverAssessment, col(Region.name_ko), col(Region.name_en), col(Person.name))
        .join(Region, col(Region.code) == col(SpilloverAssessment.region_code))
        .join(Person, col(Person.id) == col(SpilloverAssessment.person_id))
        .where(SpilloverAssessment.deal_id == deal_id)
    ).first()
    if row is None:
        return None
    assessed, name_ko, name_en, person_name = row
    shown = {"region_code", "investment_krw", "jobs", "production_krw", "method", "base_year", "recorded_at"}
    return SpilloverView(
        **assessed.model_dump(include=shown),
        region_name_ko=name_ko,
        region_name_en=name_en,
        person_name=person_name,
        edition=edition_of(assessed),
    )
