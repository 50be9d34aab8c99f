"""The lists of a deal's due diligence, each read in one or two statements."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from fund_service.deals.leads import led_by
from fund_service.diligence.schemas import DocumentView, ItemView, NoteView, ReviewView, SpilloverView, TaskView
from fund_service.diligence.standards import ENGLISH_TITLES, DocumentKind
from fund_service.editions import edition_of
from models.diligence import ChecklistItem, Criterion, DealReview, DealTask, ReviewScore, SpilloverAssessment
from models.document import DealDocument
from models.person import Person
from models.plan import Region
from models.timeline import DealNote

W = TypeVar("W", ChecklistItem, DealTask)


def reviews_of(session: Session, deal_id: UUID, *, reader_id: UUID) -> list[ReviewView]:
    """List the reviews of a deal, the latest first."""
    reader = aliased(Person)
    rows = session.exec(
        select(
            DealReview,
            col(Person.name),
            ~led_by(col(DealReview.deal_id), col(Person.human_id)),
            col(Person.human_id) == col(reader.human_id),
        )
        .join(Person, col(Person.id) == col(DealReview.person_id))
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
    return [
        ItemView(
            **shown,
            title_ko=item.title,
            title_en=ENGLISH_TITLES.get(item.title, item.title),
            required=item.required,
            finding=item.finding,
        )
        for item, shown in _work_of(session, ChecklistItem, deal_id, today=today)
    ]


def tasks_of(session: Session, deal_id: UUID, *, today: date) -> list[TaskView]:
    """List the tasks of a deal: what is not done first, the earliest due before."""
    return [TaskView(**shown, text=task.text) for task, shown in _work_of(session, DealTask, deal_id, today=today)]


def _work_of(session: Session, table: type[W], deal_id: UUID, *, today: date) -> Iterator[tuple[W, dict[str, Any]]]:
    """Read the work on a deal with what is shown of any; of one day in the order it was set."""
    owner, doer = aliased(Person), aliased(Person)
    rows = session.exec(
        select(table, col(owner.name), col(doer.name))
        .outerjoin(owner, col(owner.id) == col(table.owner_id))
        .outerjoin(doer, col(doer.id) == col(table.done_by_id))
        .where(col(table.deal_id) == deal_id)
        .order_by(col(table.done_at).is_not(None), col(table.due_on).asc().nulls_last(), col(table.id))
    ).all()
    for work, owner_name, done_by_name in rows:
        yield (
            work,
            {
                **work.model_dump(include={"id", "owner_id", "due_on", "done_at"}),
                "owner_name": owner_name,
                "done_by_name": done_by_name,
                "overdue": is_overdue(work.due_on, done=work.done_at is not None, today=today),
                "edition": edition_of(work),
            },
        )


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
