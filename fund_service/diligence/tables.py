"""The lists of due diligence as tables to export."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import Session

from fund_service import locales
from fund_service.deals.heads import deal_head
from fund_service.diligence.lists import checklist_of, documents_of, notes_of, reviews_of, tasks_of
from fund_service.diligence.schemas import ListName
from fund_service.exports import Cell
from models.diligence import Criterion

HEADINGS = {
    "reviews": ("Reviewer", "Independent", *Criterion, "Grounds", "Given"),
    "checklist": ("Item", "Required", "Owner", "Due", "Overdue", "Done", "Done by", "Finding"),
    "documents": ("Kind", "File name", "Media type", "Bytes", "SHA-256", "Filed by", "Filed"),
    "tasks": ("Task", "Owner", "Due", "Overdue", "Done", "Done by"),
    "notes": ("Note", "Written by", "Written"),
}


def table_of(
    session: Session, deal_id: UUID, exported: ListName, *, reader_id: UUID, today: date
) -> tuple[list[str], list[Sequence[Cell]]]:
    """Give the headings and rows of one of a deal's lists, in the language at hand.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    """
    deal_head(session, deal_id)
    rows: list[Sequence[Cell]] = {
        "reviews": lambda: _reviews(session, deal_id, reader_id),
        "checklist": lambda: _checklist(session, deal_id, today),
        "documents": lambda: _documents(session, deal_id),
        "tasks": lambda: _tasks(session, deal_id, today),
        "notes": lambda: _notes(session, deal_id),
    }[exported]()
    heads = [
        locales.label(heading) if isinstance(heading, Criterion) else locales.gettext(heading)
        for heading in HEADINGS[exported]
    ]
    return heads, rows


def _reviews(session: Session, deal_id: UUID, reader_id: UUID) -> list[Sequence[Cell]]:
    return [
        (
            review.person_name,
            _yes_or_no(said=review.independent),
            *(review.scores.get(criterion) for criterion in Criterion),
            review.words,
            review.recorded_at,
        )
        for review in reviews_of(session, deal_id, reader_id=reader_id)
    ]


def _checklist(session: Session, deal_id: UUID, today: date) -> list[Sequence[Cell]]:
    return [
        (
            locales.pick(item.title_ko, item.title_en),
            _yes_or_no(said=item.required),
            item.owner_name,
            item.due_on,
            _yes_or_no(said=item.overdue),
            item.done_at,
            item.done_by_name,
            item.finding,
        )
        for item in checklist_of(session, deal_id, today=today)
    ]


def _documents(session: Session, deal_id: UUID) -> list[Sequence[Cell]]:
    return [
        (
            locales.label(document.kind),
            document.name,
            document.media_type,
            document.size_bytes,
            document.sha256,
            document.uploaded_by_name,
            document.recorded_at,
        )
        for document in documents_of(session, deal_id)
    ]


def _tasks(session: Session, deal_id: UUID, today: date) -> list[Sequence[Cell]]:
    return [
        (
            task.text,
            task.owner_name,
            task.due_on,
            _yes_or_no(said=task.overdue),
            task.done_at,
            task.done_by_name,
        )
        for task in tasks_of(session, deal_id, today=today)
    ]


def _notes(session: Session, deal_id: UUID) -> list[Sequence[Cell]]:
    return [(note.text, note.person_name, note.recorded_at) for note in notes_of(session, deal_id, most=None)]


def _yes_or_no(*, said: bool) -> str:
    return locales.gettext("yes") if said else locales.gettext("no")
