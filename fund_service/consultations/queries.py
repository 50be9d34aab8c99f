"""Reads of consultations: the list with what is late first, one of them with its history, what forms offer."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.consultations.charts import consultation_chart
from fund_service.consultations.holds import holds_of_consultation
from fund_service.consultations.schemas import (
    ConsultationCounts,
    ConsultationFilters,
    ConsultationItem,
    ConsultationLists,
    ConsultationsPage,
    ConsultationStepView,
    ConsultationView,
)
from fund_service.consultations.sight import days_left, led_by, readable_by, steps_for
from fund_service.paging import Cursor, cut_page
from models.clock import business_date
from models.consultation import (
    OPEN_CONSULTATION_STATES,
    Consultation,
    ConsultationContent,
    ConsultationKind,
    ConsultationState,
    ConsultationStep,
    ConsultationStepKind,
    due_after,
)
from models.errors import RecordNotFound
from models.person import Person
from models.project import RndProject

SOON = timedelta(days=14)
"""Before what is awaited is due."""
EXPIRES_WITHIN = timedelta(days=60)
_L, _S = ConsultationLists, ConsultationState

awaited_by = sa.case(
    (col(Consultation.state) == _S.FILED, col(Consultation.due_on)),
    (col(Consultation.state) == _S.SUPPLEMENT, col(Consultation.reply_by)),
)
"""Day by which something is due; as `Consultation.awaited_by`."""
PLACE = sa.func.coalesce(
    awaited_by, sa.case((col(Consultation.state) == _S.SUPPLEMENT, sa.literal(date(9998, 1, 1))), else_=date.max)
)
"""Where a consultation stands in a list: the latest first, then by the day it is due, then all others."""


def find_consultation(
    session: Session, consultation_id: UUID, *, caller: Caller, to_change: bool = False
) -> Consultation:
    """Find a consultation the caller may see, held where it is to be changed.

    Raises
    ------
    RecordNotFound
        When there is none, or they may not know of it: the two read the same.
    """
    query = select(Consultation).where(Consultation.id == consultation_id, readable_by(caller))
    if to_change:
        query = query.with_for_update().execution_options(populate_existing=True)
    consultation = session.exec(query).first()
    if consultation is None:
        raise RecordNotFound("There is no such consultation among those you may see.")
    return consultation


def list_consultations(
    session: Session, filters: ConsultationFilters, *, caller: Caller, at: datetime, after: Cursor | None, limit: int
) -> ConsultationsPage:
    """List consultations, what is late first and then by the day it is due, in four statements."""
    today = business_date(at)
    query = _select(caller, filters, today).limit(limit + 1)
    if after is not None:
        place = sa.select(PLACE).where(col(Consultation.id) == after.after).scalar_subquery()
        query = query.where(sa.tuple_(PLACE, col(Consultation.id)) > sa.tuple_(place, sa.literal(after.after)))
    items, next_cursor = cut_page(_items(session, query, today), limit, key=lambda item: item.id)
    return ConsultationsPage(
        items=list(items),
        next_cursor=next_cursor,
        filters=filters,
        counts=count_consultations(session, filters, caller=caller, today=today),
        authorities=authorities(session, caller=caller),
        chart=consultation_chart(_by_kind(session, filters, caller=caller, today=today)),
    )


def all_consultations(
    session: Session, filters: ConsultationFilters, *, caller: Caller, at: datetime, limit: int
) -> list[ConsultationItem]:
    """Give the consultations of a list, whole, for an export."""
    today = business_date(at)
    return _items(session, _select(caller, filters, today).limit(limit), today)


def consultations_of_project(
    session: Session, project_id: UUID, *, caller: Caller, today: date
) -> list[ConsultationItem]:
    """List the consultations beside a project that the caller may see, in one statement."""
    query = _select(caller, ConsultationFilters(which=_L.ALL), today).where(col(Consultation.project_id) == project_id)
    return _items(session, query, today)


def count_consultations(
    session: Session, filters: ConsultationFilters, *, caller: Caller, today: date
) -> ConsultationCounts:
    """Count the consultations of each list, whichever is chosen, in one statement."""
    columns = (sa.func.count().filter(_of_list(which, today)).label(which.value) for which in _L)
    query = sa.select(*columns).select_from(Consultation).where(readable_by(caller), *_narrowed(filters))
    return ConsultationCounts(**session.connection().execute(query).one()._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def authorities(session: Session, *, caller: Caller) -> list[str]:
    """List the authorities that were asked, as they were written."""
    query = select(Consultation.authority).where(readable_by(caller)).distinct().order_by(col(Consultation.authority))
    return list(session.exec(query.limit(200)))


def document_of(
    session: Session, consultation_id: UUID, step_id: UUID, *, caller: Caller
) -> tuple[ConsultationStep, bytes]:
    """Read the document of a step.

    Raises
    ------
    RecordNotFound
        When there is none for the caller.
    """
    find_consultation(session, consultation_id, caller=caller)
    row = session.exec(
        select(ConsultationStep, ConsultationContent.content)
        .join(ConsultationContent, col(ConsultationContent.step_id) == col(ConsultationStep.id))
        .where(ConsultationStep.id == step_id, ConsultationStep.consultation_id == consultation_id)
    ).first()
    if row is None:
        raise RecordNotFound("There is no such document on file.")
    return row[0], bytes(row[1])


def consultation_view(session: Session, consultation_id: UUID, *, caller: Caller, at: datetime) -> ConsultationView:
    """Show a consultation with its history, and what the caller may do.

    Raises
    ------
    RecordNotFound
        When there is none for them.
    """
    today, asked = business_date(at), find_consultation(session, consultation_id, caller=caller)
    opener, answerer, confirmer = aliased(Person), aliased(Person), aliased(Person)
    query = (
        sa.select(
            col(RndProject.title_ko),
            col(RndProject.title_en),
            col(opener.name),
            col(answerer.name),
            col(confirmer.name),
        )
        .select_from(Consultation)
        .join(RndProject, col(RndProject.id) == col(Consultation.project_id))
        .join(opener, col(opener.id) == col(Consultation.opened_by_id))
        .outerjoin(answerer, col(answerer.id) == col(Consultation.answered_by_id))
        .outerjoin(confirmer, col(confirmer.id) == col(Consultation.confirmed_by_id))
        .where(col(Consultation.id) == asked.id)
    )
    title_ko, title_en, opened_by, answered_by, confirmed_by = session.connection().execute(query).one()
    steps = _steps(session, asked.id)
    answers = [step.sha256 for step in steps if step.kind is ConsultationStepKind.ANSWERED]
    leads = session.exec(select(Consultation.id).where(Consultation.id == asked.id, led_by(caller))).first() is not None
    item = _item(asked, title_ko, title_en, today)
    rapid = asked.kind is ConsultationKind.RAPID_CONFIRMATION and asked.state is _S.FILED
    return ConsultationView(
        **item.model_dump(),
        **asked.model_dump(include={"version", "question", "days_allowed", "recorded_at", "asked_on"}),
        opened_by=opened_by,
        due_if_supplied=_due_if_supplied(asked, steps, today),
        answered_by=answered_by,
        confirmed_by=confirmed_by,
        answer_sha256=answers[-1] if asked.outcome is not None else None,
        silent=rapid and item.overdue_days > 0,
        steps=steps,
        may_edit=leads and asked.state is _S.DRAFT,
        may_take=steps_for(session, asked, caller=caller),
        holds=holds_of_consultation(session, asked.id, caller=caller, today=today),
    )


def _due_if_supplied(asked: Consultation, steps: Sequence[ConsultationStepView], today: date) -> date | None:
    if asked.asked_on is None or asked.due_on is None or asked.filed_on is None:
        return None
    ended = [
        step.on_day for step in steps if step.kind in {ConsultationStepKind.SUPPLIED, ConsultationStepKind.ANSWERED}
    ]
    counted_from = max([asked.filed_on, *ended]) + timedelta(days=1)
    return due_after(asked.due_on, asked_on=asked.asked_on, supplied_on=today, counted_from=counted_from)


def _steps(session: Session, consultation_id: UUID) -> list[ConsultationStepView]:
    rows = session.exec(
        select(ConsultationStep, Person.name)
        .join(Person, col(Person.id) == col(ConsultationStep.person_id))
        .where(ConsultationStep.consultation_id == consultation_id)
        .order_by(col(ConsultationStep.number))
    ).all()
    return [ConsultationStepView(**step.model_dump(), person_name=name) for step, name in rows]


def _select(caller: Caller, filters: ConsultationFilters, today: date) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Consultation, col(RndProject.title_ko), col(RndProject.title_en))
        .join(RndProject, col(RndProject.id) == col(Consultation.project_id))
        .where(readable_by(caller), _of_list(filters.which, today), *_narrowed(filters))
        .order_by(PLACE, col(Consultation.id))
    )


def _items(session: Session, query: sa.Select[*tuple[Any, ...]], today: date) -> list[ConsultationItem]:
    return [_item(row[0], row[1], row[2], today) for row in session.execute(query).all()]


def _item(asked: Consultation, title_ko: str | None, title_en: str | None, today: date) -> ConsultationItem:
    copied = set(ConsultationItem.model_fields) & set(Consultation.model_fields)
    return ConsultationItem(
        **asked.model_dump(include=copied),
        project_title_ko=title_ko,
        project_title_en=title_en,
        standing=asked.standing_on(today),
        days_left=days_left(asked, today),
        overdue_days=asked.overdue_days(today),
        confirmed=asked.confirmed_by_id is not None,
        valid_days_left=None if asked.valid_until is None else (asked.valid_until - today).days,
    )


def _narrowed(filters: ConsultationFilters) -> list[sa.ColumnElement[bool]]:
    met: list[sa.ColumnElement[bool]] = []
    if filters.kind is not None:
        met.append(col(Consultation.kind) == filters.kind)
    if filters.authority is not None:
        met.append(col(Consultation.authority) == filters.authority)
    return met


def _of_list(which: ConsultationLists, today: date) -> sa.ColumnElement[bool]:
    """Say which consultations a list holds."""
    return {
        _L.AWAITED: col(Consultation.state).in_(OPEN_CONSULTATION_STATES),
        _L.OVERDUE: awaited_by < today,
        _L.DUE_SOON: awaited_by.between(today, today + SOON),
        _L.EXPIRING: sa.and_(
            col(Consultation.state) == _S.ANSWERED,
            col(Consultation.valid_until).between(today - EXPIRES_WITHIN, today + EXPIRES_WITHIN),
        ),
        _L.ALL: sa.true(),
    }[which]


def _by_kind(
    session: Session, filters: ConsultationFilters, *, caller: Caller, today: date
) -> list[tuple[ConsultationKind, str, int]]:
    """Count by kind and by how it goes: late, awaited, favourable, refused, at rest."""
    going = sa.case(
        (awaited_by < today, "overdue"),
        (col(Consultation.state).in_(OPEN_CONSULTATION_STATES), "awaited"),
        (sa.and_(col(Consultation.state) == _S.ANSWERED, col(Consultation.outcome) != "refused"), "favourable"),
        (col(Consultation.state) == _S.DRAFT, "draft"),
        else_="ended",
    ).label("going")
    query = (
        sa.select(col(Consultation.kind), going, sa.func.count())
        .where(readable_by(caller), *_narrowed(filters))
        .group_by(col(Consultation.kind), going)
        .order_by(col(Consultation.kind), going)
    )
    return [(kind, how, count) for kind, how, count in session.connection().execute(query).all()]
