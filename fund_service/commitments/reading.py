"""Steps as the rule of the ladder reads them; every reader of a signal's level asks here."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlmodel import Session, col

from models.clock import business_date
from models.commitment import (
    CommitmentDecision,
    CommitmentRevocation,
    CommitmentStep,
    RevokingSide,
    StepOutcome,
)
from models.ladder import Standing, StepFacts, standing_on
from models.ledger import JournalEntry
from models.signal import DemandSignal

_READ = (
    "id", "signal_id", "level", "number", "amount_krw", "dated_on", "due_on", "expires_on",
)  # fmt: skip


def statement_digest() -> sa.Function[Any]:
    """Give what a signal says now, as the database digests it: its words and its money."""
    return sa.func.statement_digest(
        col(DemandSignal.ticket_min_krw),
        col(DemandSignal.ticket_max_krw),
        col(DemandSignal.available_krw),
        col(DemandSignal.text),
    )


def facts_of(session: Session, *conditions: sa.ColumnElement[bool]) -> Mapping[UUID, list[StepFacts]]:
    """Read the steps of the signals that fit, by signal and in their order, in one statement.

    A step that the ledger bore out is taken back with the entry: from the day of the entry that reverses it.
    """
    entry, reversal = orm.aliased(JournalEntry), orm.aliased(JournalEntry)
    query = (
        sa.select(
            *(col(getattr(CommitmentStep, name)) for name in _READ),
            (col(CommitmentStep.statement_digest) == statement_digest()).label("vouches"),
            col(CommitmentDecision.outcome),
            col(CommitmentDecision.recorded_at).label("decided_at"),
            col(CommitmentRevocation.side),
            col(CommitmentRevocation.recorded_at).label("revoked_at"),
            col(reversal.effective_on).label("reversed_on"),
        )
        .join(DemandSignal, col(DemandSignal.id) == col(CommitmentStep.signal_id))
        .join(CommitmentDecision, col(CommitmentDecision.step_id) == col(CommitmentStep.id), isouter=True)
        .join(CommitmentRevocation, col(CommitmentRevocation.step_id) == col(CommitmentStep.id), isouter=True)
        .join(entry, col(entry.instruction_id) == col(CommitmentDecision.instruction_id), isouter=True)
        .join(reversal, col(reversal.reverses_id) == col(entry.id), isouter=True)
        .where(*conditions)
        .order_by(col(CommitmentStep.signal_id), col(CommitmentStep.number))
    )
    facts: dict[UUID, list[StepFacts]] = defaultdict(list)
    for row in session.connection().execute(query):
        facts[row.signal_id].append(_facts(row))
    return facts


def _facts(row: Any) -> StepFacts:  # noqa: ANN401 - a row of several tables
    decided_on = None if row.decided_at is None else business_date(row.decided_at)
    revoked_on = None if row.revoked_at is None else business_date(row.revoked_at)
    ended = [day for day in (revoked_on, row.reversed_on) if day is not None]
    return StepFacts(
        id=row.id,
        level=row.level,
        number=row.number,
        amount_krw=row.amount_krw,
        dated_on=row.dated_on,
        due_on=row.due_on,
        expires_on=row.expires_on,
        vouches=row.vouches,
        verified_on=decided_on if row.outcome is StepOutcome.VERIFIED else None,
        refused_on=decided_on if row.outcome is StepOutcome.REFUSED else None,
        revoked_on=min(ended, default=None),
        struck=row.side is RevokingSide.FUND or row.reversed_on is not None,
    )


def standings(
    session: Session, signal_ids: Collection[UUID] | None = None, *, today: date
) -> defaultdict[UUID, Standing]:
    """Say where signals stand today, all of them or those named; whoever has no step stands on the ground."""
    narrowed = [] if signal_ids is None else [col(CommitmentStep.signal_id).in_(set(signal_ids))]
    found = facts_of(session, *narrowed)
    return defaultdict(Standing, {signal_id: standing_on(steps, today) for signal_id, steps in found.items()})
