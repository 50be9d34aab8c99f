"""What falls due: told once ahead of its day, every day anew for whatever has come near."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.ledger.calls import outstanding_of
from fund_service.notices.sight import AWAITED, renewed
from fund_service.notices.telling import holders_of, people, speakers_of, tell
from models.commitment import CommitmentDecision, CommitmentRevocation, CommitmentStep, StepOutcome
from models.consultation import Consultation
from models.deal import OPEN_STAGES, Deal
from models.diligence import ChecklistItem, DealTask
from models.instruction import CapitalCall, Commitment, Tranche, TrancheState
from models.notice import NoticeKind
from models.person import Role
from models.signal import DemandSignal, SignalState

AHEAD = timedelta(days=7)
EXPIRY_DAYS = (7, 30)
"""Days before a step expires on which its organisation is told, the nearest first."""


def tell_what_is_due(session: Session, *, today: date) -> None:
    """Tell whoever has to do something by a day that it comes, or has passed; each once."""
    for tell_due in DUE:
        tell_due(session, today)


def tell_expiring_steps(session: Session, today: date) -> None:
    """Tell organisations whose verified steps expire in 30 or in 7 days, unless they renewed them."""
    rows = session.exec(
        select(CommitmentStep, DemandSignal.organisation_id)
        .join(DemandSignal, col(DemandSignal.id) == col(CommitmentStep.signal_id))
        .join(CommitmentDecision, col(CommitmentDecision.step_id) == col(CommitmentStep.id))
        .join(CommitmentRevocation, col(CommitmentRevocation.step_id) == col(CommitmentStep.id), isouter=True)
        .where(
            col(CommitmentStep.expires_on).between(today, today + timedelta(days=max(EXPIRY_DAYS))),
            CommitmentDecision.outcome == StepOutcome.VERIFIED,
            col(CommitmentRevocation.id).is_(None),
            DemandSignal.state == SignalState.LIVE,
            ~renewed(),
        )
    )
    for step, organisation_id in rows.all():
        days = next(days for days in EXPIRY_DAYS if step.expires_on <= today + timedelta(days=days))
        tell(
            session,
            NoticeKind.STEP_EXPIRING,
            subject=step.id,
            to=speakers_of([organisation_id]),
            facts={"expires_on": step.expires_on.isoformat()},
            key=f"step-expiring/{step.id}/{days}",
        )


def tell_overdue_calls(session: Session, today: date) -> None:
    """Tell fund managers of capital calls of which something has not come in by their day."""
    for call in session.exec(select(CapitalCall).where(col(CapitalCall.due_on) < today)).all():
        outstanding = outstanding_of(session, call)
        if outstanding:
            tell(
                session,
                NoticeKind.CALL_OVERDUE,
                subject=call.id,
                to=holders_of(Role.FUND_MANAGER),
                facts={
                    "instruction_id": str(call.instruction_id),
                    "due_on": call.due_on.isoformat(),
                    "outstanding_krw": outstanding,
                },
                key=f"call-overdue/{call.id}",
            )


def tell_deal_work(session: Session, today: date) -> None:
    """Tell people of tasks and points of due diligence that are theirs to do within a week, or should be done."""
    for table in (DealTask, ChecklistItem):
        rows: Any = session.connection().execute(
            sa.select(col(table.id), col(table.deal_id), col(table.owner_id), col(table.due_on))
            .join(Deal, col(Deal.id) == col(table.deal_id))
            .where(
                col(table.due_on) <= today + AHEAD,
                col(table.done_at).is_(None),
                col(table.owner_id).is_not(None),
                col(Deal.stage).in_(OPEN_STAGES),
            )
        )
        for work_id, deal_id, owner_id, due_on in rows.all():
            tell(
                session,
                NoticeKind.WORK_DUE,
                subject=work_id,
                to=people([owner_id]),
                facts={"deal_id": str(deal_id), "due_on": due_on.isoformat()},
                key=f"work-due/{work_id}/{due_on}",
            )


def tell_milestones(session: Session, today: date) -> None:
    """Tell leads of deals whose next tranche waits for a milestone within a week, or should have met it."""
    rows: Any = session.connection().execute(
        sa.select(col(Tranche.id), col(Tranche.due_on), col(Deal.id), col(Deal.lead_id))
        .join(Commitment, col(Commitment.id) == col(Tranche.commitment_id))
        .join(Deal, col(Deal.id) == col(Commitment.deal_id))
        .where(
            col(Tranche.due_on) <= today + AHEAD,
            col(Tranche.state) == TrancheState.PLANNED,
            col(Deal.stage).in_(OPEN_STAGES),
        )
    )
    for tranche_id, due_on, deal_id, lead_id in rows.all():
        tell(
            session,
            NoticeKind.MILESTONE_DUE,
            subject=tranche_id,
            to=people([lead_id]),
            facts={"deal_id": str(deal_id), "due_on": due_on.isoformat()},
            key=f"milestone-due/{tranche_id}/{due_on}",
        )


def tell_consultations(session: Session, today: date) -> None:
    """Tell whoever opened a consultation that its answer is due within a week, or should be there."""
    awaited = select(Consultation).where(
        col(Consultation.state).in_(AWAITED), col(Consultation.due_on) <= today + AHEAD
    )
    for found in session.exec(awaited).all():
        tell(
            session,
            NoticeKind.CONSULTATION_DUE,
            subject=found.id,
            to=people([found.opened_by_id]),
            facts={"due_on": str(found.due_on)},
            key=f"consultation-due/{found.id}/{found.due_on}",
        )


DUE: tuple[Callable[[Session, date], None], ...] = (
    tell_expiring_steps,
    tell_overdue_calls,
    tell_deal_work,
    tell_milestones,
    tell_consultations,
)
"""What is looked at each morning; a room that has something due adds its own."""
