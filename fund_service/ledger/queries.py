"""Reads of instructions: which there are, what each asks, what it would post, and who may check it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.ledger.actors import check_actor
from fund_service.ledger.effects import effect_of
from fund_service.ledger.journal import entry_columns, entry_items, lines_of
from fund_service.ledger.journal_schemas import EntryView
from fund_service.ledger.naming import Names, names_of, parties, preview
from fund_service.ledger.posting import check_lines
from fund_service.ledger.reversal import NEVER_REVERSED
from fund_service.ledger.saying import said_terms
from fund_service.ledger.schemas import (
    CheckView,
    InstructionFilters,
    InstructionItem,
    InstructionsPage,
    InstructionView,
    Party,
    PreviewLine,
)
from fund_service.paging import Cursor, cut_page
from models.deal import Deal
from models.errors import FundError, RecordNotFound
from models.instruction import Instruction, InstructionCheck, InstructionState
from models.ledger import JournalEntry
from models.person import Person, Role
from models.vehicle import Vehicle

MAX_WAITING = 20
"""Instructions shown to a checker above the list."""


def list_instructions(
    session: Session, filters: InstructionFilters, *, caller: Caller, after: Cursor | None, limit: int
) -> InstructionsPage:
    """List instructions, newest first; on the first page those the caller may check stand above, oldest first."""
    query = item_columns(conditions(filters)).order_by(col(Instruction.id).desc()).limit(limit + 1)
    if after is not None:
        query = query.where(col(Instruction.id) < after.after)
    rows, next_cursor = cut_page(session.connection().execute(query).all(), limit, key=lambda row: row.id)
    waiting = _waiting(session, filters, caller) if after is None and caller.has(Role.FUND_MANAGER) else []
    shown = instruction_items(session, [*waiting, *rows])
    return InstructionsPage(
        waiting=shown[: len(waiting)],
        items=shown[len(waiting) :],
        next_cursor=next_cursor,
        filters=filters,
        counts=_counts(session, filters),
        vehicles=parties(session, Vehicle),
    )


def conditions(filters: InstructionFilters) -> list[sa.ColumnElement[bool]]:
    """Say what a listed instruction fulfils."""
    return [
        col(getattr(Instruction, name)) == value for name, value in filters.model_dump().items() if value is not None
    ]


def item_columns(narrowed: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    """Select the columns of listed instructions, with how many checked each and its entry."""
    names = set(InstructionItem.model_fields) & set(Instruction.model_fields)
    given = (
        sa.select(func.count())
        .where(col(InstructionCheck.instruction_id) == col(Instruction.id))
        .correlate(Instruction)
        .scalar_subquery()
    )
    return (
        sa.select(
            *(col(getattr(Instruction, name)) for name in sorted(names)),
            col(Instruction.made_by_id),
            col(Instruction.vehicle_id),
            col(Instruction.envelope_id),
            col(Instruction.deal_id),
            given.label("checks_given"),
            col(JournalEntry.id).label("entry_id"),
            col(JournalEntry.number).label("entry_number"),
        )
        .join_from(Instruction, JournalEntry, col(JournalEntry.instruction_id) == col(Instruction.id), isouter=True)
        .where(*narrowed)
    )


def _waiting(session: Session, filters: InstructionFilters, caller: Caller) -> Sequence[Any]:
    """Find the pending instructions that the caller, under whatever account, neither made nor checked."""
    human = select(Person.human_id).where(Person.id == caller.person_id).scalar_subquery()
    made_by = select(Person.id).where(Person.human_id == human)
    checked = select(InstructionCheck.instruction_id).where(InstructionCheck.human_id == human)
    query = item_columns(
        [
            *conditions(filters),
            col(Instruction.state) == InstructionState.PENDING,
            col(Instruction.made_by_id).not_in(made_by),
            col(Instruction.id).not_in(checked),
        ]
    )
    return session.connection().execute(query.order_by(col(Instruction.id)).limit(MAX_WAITING)).all()


def _counts(session: Session, filters: InstructionFilters) -> dict[InstructionState, int]:
    others = conditions(filters.model_copy(update={"state": None}))
    counted = dict(
        session.exec(select(Instruction.state, func.count()).where(*others).group_by(col(Instruction.state))).all()
    )
    return {state: counted.get(state, 0) for state in InstructionState}


def instructions_of_deal(session: Session, deal_id: UUID, *, state: InstructionState) -> list[InstructionItem]:
    """List a deal's instructions in a state, newest first."""
    query = item_columns(conditions(InstructionFilters(deal_id=deal_id, state=state)))
    return instruction_items(session, session.connection().execute(query.order_by(col(Instruction.id).desc())).all())


def instruction_items(session: Session, rows: Sequence[Any]) -> list[InstructionItem]:
    """Show listed rows with the names of what they speak of."""
    names = names_of(
        session,
        vehicles=[row.vehicle_id for row in rows],
        envelopes=[row.envelope_id for row in rows],
        deals=[row.deal_id for row in rows],
        people=[row.made_by_id for row in rows],
    )
    return [InstructionItem(**_named(row._mapping, names)) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name


def _named(row: Any, names: Names) -> dict[str, Any]:  # noqa: ANN401 - a row's mapping
    return {
        **{name: value for name, value in row.items() if name in InstructionItem.model_fields},
        "vehicle": names.of(row["vehicle_id"]),
        "envelope": names.of(row["envelope_id"]),
        "deal": names.of(row["deal_id"]),
        "made_by": names.of(row["made_by_id"]),
    }


def instruction_view(session: Session, instruction_id: UUID, *, caller: Caller, at: datetime) -> InstructionView:
    """Show an instruction: what it asks, who checked it, what it posted or would post now.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    asked = session.get(Instruction, instruction_id)
    if asked is None:
        raise RecordNotFound("There is no such instruction.")
    row = session.connection().execute(item_columns([col(Instruction.id) == instruction_id])).one()
    [item] = instruction_items(session, [row])
    lines, refusal = _would_post(session, asked) if asked.state is InstructionState.PENDING else ([], None)
    pending = asked.state is InstructionState.PENDING and caller.has(Role.FUND_MANAGER)
    because = _no_check_because(session, asked, caller, at=at) if pending else None
    return InstructionView(
        **item.model_dump(),
        terms=asked.terms,
        terms_digest=asked.terms_digest,
        said=said_terms(session, asked.terms),
        checks=checks_of(session, instruction_id),
        resolved_at=asked.resolved_at,
        resolved_by=names_of(session, people=[asked.resolved_by_id]).of(asked.resolved_by_id),
        void_reason=asked.void_reason,
        lines=lines,
        posted=[] if item.entry_id is None else lines_of(session, item.entry_id),
        refusal=refusal,
        may_check=pending and because is None,
        may_void=pending,
        no_check_because=because,
    )


def _would_post(session: Session, asked: Instruction) -> tuple[list[PreviewLine], str | None]:
    """Work out what an instruction would post now, and what stands against it."""
    try:
        effect = effect_of(session, asked)
    except FundError as refusal:
        return [], locales.error_message(refusal)
    shown = preview(session, effect.lines)
    try:
        check_lines(session, effect.lines, effect.weigh)
    except FundError as refusal:
        return shown, locales.error_message(refusal)
    return shown, None


def _no_check_because(session: Session, asked: Instruction, caller: Caller, *, at: datetime) -> str | None:
    """Say why the caller may not check an instruction; nothing where they may."""
    try:
        deal = None if asked.deal_id is None else session.get_one(Deal, asked.deal_id)
        person = check_actor(session, caller, deal=deal, at=at)
    except FundError as refusal:
        return locales.error_message(refusal)
    if person.human_id == session.get_one(Person, asked.made_by_id).human_id:
        return locales.gettext("You made this instruction; somebody else checks it.")
    if session.get(InstructionCheck, (asked.id, person.human_id)) is not None:
        return locales.gettext("You have checked this instruction; it waits for somebody else.")
    return None


def checks_of(session: Session, instruction_id: UUID) -> list[CheckView]:
    """List who checked an instruction and when."""
    rows = session.exec(
        select(InstructionCheck, Person.name)
        .join(Person, col(Person.id) == col(InstructionCheck.person_id))
        .where(InstructionCheck.instruction_id == instruction_id)
        .order_by(col(InstructionCheck.checked_at))
    ).all()
    return [
        CheckView(person=Party(id=check.person_id, name_ko=name, name_en=name), checked_at=check.checked_at)
        for check, name in rows
    ]


def entry_view(session: Session, entry_id: UUID, *, caller: Caller) -> EntryView:
    """Show an entry, whole.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    row = session.connection().execute(entry_columns([col(JournalEntry.id) == entry_id])).first()
    if row is None:
        raise RecordNotFound("There is no such entry.")
    [item] = entry_items(session, [row])
    entry = session.get_one(JournalEntry, entry_id)
    maker_id = session.get_one(Instruction, entry.instruction_id).made_by_id
    taken_back_by = session.exec(select(JournalEntry.id).where(JournalEntry.reverses_id == entry_id)).first()
    return EntryView(
        **item.model_dump(),
        lines=lines_of(session, entry_id),
        digest=entry.digest,
        previous_digest=entry.previous_digest,
        reverses_id=entry.reverses_id,
        reversed_by_id=taken_back_by,
        made_by=names_of(session, people=[maker_id]).known[maker_id],
        checks=checks_of(session, entry.instruction_id),
        may_reverse=caller.has(Role.FUND_MANAGER) and taken_back_by is None and item.kind not in NEVER_REVERSED,
    )
