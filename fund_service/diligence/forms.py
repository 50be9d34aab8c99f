"""The forms of due diligence: what may be chosen, and what stands now."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session

from fund_service.accounts.callers import Caller
from fund_service.deals.heads import deal_head
from fund_service.diligence.lists import reviews_of
from fund_service.diligence.queries import colleagues, spillover_row
from fund_service.diligence.schemas import DiligenceForm, FormKind, ItemIn, SpilloverIn, TaskIn
from fund_service.diligence.work import find_work, what
from fund_service.editions import edition_of
from fund_service.plan.queries import choices
from models.diligence import ChecklistItem, DealTask
from models.plan import Region

Values = dict[str, str | list[str]]


def plain_form(session: Session, deal_id: UUID, kind: FormKind) -> DiligenceForm:
    """Prepare a form on which nothing stands yet.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    """
    return DiligenceForm(form=kind, deal=deal_head(session, deal_id))


def review_form(session: Session, deal_id: UUID, *, caller: Caller) -> DiligenceForm:
    """Prepare the form of a review, with the one the caller gave before.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    """
    form = plain_form(session, deal_id, "review")
    for review in reviews_of(session, deal_id, reader_id=caller.person_id):
        if review.own:
            values: Values = {criterion.value: str(score) for criterion, score in review.scores.items()}
            return form.model_copy(update={"values": {**values, "words": review.words, "edition": review.edition}})
    return form


def spillover_form(session: Session, deal_id: UUID) -> DiligenceForm:
    """Prepare the form of the regional spillover assessment, with what stands now.

    Raises
    ------
    RecordNotFound
        When there is no such deal.
    """
    form = plain_form(session, deal_id, "spillover")
    assessed = spillover_row(session, deal_id)
    values: Values = (
        {} if assessed is None else {**_texts(SpilloverIn, assessed.model_dump()), "edition": edition_of(assessed)}
    )
    return form.model_copy(update={"regions": choices(session, Region), "values": values})


def item_form(session: Session, deal_id: UUID, item_id: UUID | None = None) -> DiligenceForm:
    """Prepare the form of a checklist item, new or as it stands.

    Raises
    ------
    RecordNotFound
        When there is no such deal, or it has no such item.
    """
    form = _form_of_work(session, deal_id, "item")
    return form if item_id is None else _filled(form, find_work(session, ChecklistItem, deal_id, item_id), ItemIn)


def finding_form(session: Session, deal_id: UUID, item_id: UUID) -> DiligenceForm:
    """Prepare the form that marks an item done; what was found before it was opened again stands in it.

    Raises
    ------
    RecordNotFound
        When there is no such deal, or it has no such item.
    """
    form = plain_form(session, deal_id, "finding")
    item = find_work(session, ChecklistItem, deal_id, item_id)
    values: Values = {"finding": item.finding, "edition": edition_of(item)}
    return form.model_copy(update={"subject_id": item_id, "subject": item.title, "values": values})


def task_form(session: Session, deal_id: UUID, task_id: UUID | None = None) -> DiligenceForm:
    """Prepare the form of a task, new or as it stands.

    Raises
    ------
    RecordNotFound
        When there is no such deal, or it has no such task.
    """
    form = _form_of_work(session, deal_id, "task")
    return form if task_id is None else _filled(form, find_work(session, DealTask, deal_id, task_id), TaskIn)


def _form_of_work(session: Session, deal_id: UUID, kind: FormKind) -> DiligenceForm:
    return plain_form(session, deal_id, kind).model_copy(update={"colleagues": colleagues(session)})


def _filled(form: DiligenceForm, work: ChecklistItem | DealTask, schema: type[BaseModel]) -> DiligenceForm:
    values = {**_texts(schema, work.model_dump()), "edition": edition_of(work)}
    return form.model_copy(update={"subject_id": work.id, "subject": what(work), "values": values})


def _texts(schema: type[BaseModel], held: dict[str, Any]) -> Values:
    """Say what a record holds as a form's fields do."""
    values = {name: held[name] for name in schema.model_fields}
    return {
        name: ("true" if value else "false") if isinstance(value, bool) else "" if value is None else str(value)
        for name, value in values.items()
    }
