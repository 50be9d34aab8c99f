"""Steps as readers see them: who may see which, and how a row becomes a view."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlmodel import Session, col

from fund_service.accounts.callers import Caller
from fund_service.commitments.reading import facts_of
from fund_service.commitments.schemas import StepView
from models.commitment import CommitmentDecision, CommitmentRevocation, CommitmentStep
from models.ladder import StepFacts, StepState, state_on
from models.organisation import Organisation
from models.person import Person, Role
from models.signal import Confidentiality, DemandSignal

Verifier = orm.aliased(Person)
_COPIED = (
    "id", "level", "number", "amount_krw", "conditions", "round_share_bp", "dated_on", "due_on", "expires_on",
    "document_name", "media_type", "size_bytes", "sha256", "recorded_at",
)  # fmt: skip


def readable_steps(caller: Caller) -> sa.ColumnElement[bool]:
    """Say which steps a caller may see, in a statement that joins signals.

    Auditors see all; an investor those of their own organisation; fund managers, who verify them, those of open
    signals, and of confidential ones those whose document their organisation shows to verifiers: the step and its
    document, not the signal. Nobody else sees a step but through a signal that they may read.
    """
    if caller.has(Role.AUDITOR):
        return sa.true()
    if caller.has(Role.FUND_MANAGER):
        return sa.or_(
            col(DemandSignal.confidentiality) == Confidentiality.OPEN, col(CommitmentStep.shown_to_verifier).is_(True)
        )
    if caller.has(Role.INVESTOR) and caller.organisation_id is not None:
        return col(DemandSignal.organisation_id) == caller.organisation_id
    return sa.false()


def select_steps(*conditions: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    """Select steps with all that is shown of them."""
    return (
        sa.select(
            CommitmentStep,
            CommitmentDecision,
            CommitmentRevocation,
            col(DemandSignal.confidentiality),
            col(Organisation.name_ko),
            col(Organisation.name_en),
            col(Person.name).label("claimed_by"),
            col(Verifier.name).label("decided_by"),
        )
        .join(DemandSignal, col(DemandSignal.id) == col(CommitmentStep.signal_id))
        .join(Organisation, col(Organisation.id) == col(DemandSignal.organisation_id))
        .join(Person, col(Person.id) == col(CommitmentStep.claimed_by_id))
        .join(CommitmentDecision, col(CommitmentDecision.step_id) == col(CommitmentStep.id), isouter=True)
        .join(Verifier, col(Verifier.id) == col(CommitmentDecision.decided_by_id), isouter=True)
        .join(CommitmentRevocation, col(CommitmentRevocation.step_id) == col(CommitmentStep.id), isouter=True)
        .where(*conditions)
    )


def step_views(session: Session, query: sa.Select[*tuple[Any, ...]], *, caller: Caller, today: date) -> list[StepView]:
    """Show the steps of a query in its order, in two statements; a signal is named where the caller may read it."""
    rows = session.execute(query).all()
    facts = facts_of(session, col(CommitmentStep.signal_id).in_({row[0].signal_id for row in rows}))
    return [_view(row, facts, caller=caller, today=today) for row in rows]


def _view(
    row: Any,  # noqa: ANN401 - a row of several tables
    facts: Mapping[UUID, list[StepFacts]],
    *,
    caller: Caller,
    today: date,
) -> StepView:
    step, decision, revocation, confidentiality, name_ko, name_en, claimed_by, decided_by = row
    hidden = confidentiality is Confidentiality.CONFIDENTIAL and not caller.has(Role.INVESTOR, Role.AUDITOR)
    return StepView(
        **{name: getattr(step, name) for name in _COPIED},
        signal_id=None if hidden else step.signal_id,
        organisation_name_ko=name_ko,
        organisation_name_en=name_en,
        confidential=confidentiality is Confidentiality.CONFIDENTIAL,
        state=state_of(step.id, facts[step.signal_id], today),
        days_left=(step.expires_on - today).days,
        claimed_by=claimed_by,
        outcome=getattr(decision, "outcome", None),
        decided_by=decided_by,
        decided_at=getattr(decision, "recorded_at", None),
        decision_words=getattr(decision, "words", None),
        borne_out=getattr(decision, "instruction_id", None) is not None,
        revoked_by=getattr(revocation, "side", None),
        revoked_at=getattr(revocation, "recorded_at", None),
        revocation_reason=getattr(revocation, "reason", None),
    )


def state_of(step_id: UUID, steps: Sequence[StepFacts], today: date) -> StepState:
    """Say where a step stands among the steps of its signal."""
    return state_on(one(step_id, steps), steps, today)


def one(step_id: UUID, steps: Iterable[StepFacts]) -> StepFacts:
    """Find a step among those of its signal."""
    return next(step for step in steps if step.id == step_id)
