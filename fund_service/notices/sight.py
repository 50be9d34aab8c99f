"""What a receiver may see at this moment: asked anew whenever a notice is read or sent, not when it was written.

Each rule takes the rows that notices of one kind are about and gives those that their receiver may still see and that
still ask something of them; the operation's roles are asked before.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.answers.latest import is_latest
from fund_service.answers.sides import is_told, led_by
from fund_service.commitments.views import readable_steps
from fund_service.consultations.sight import readable_by
from fund_service.ledger.calls import outstanding_of
from fund_service.signals.queries import visible_to
from models.answer import WANTED, AnswerKind, AnswerSide, MatchAnswer
from models.clock import business_date
from models.commitment import CommitmentDecision, CommitmentRevocation, CommitmentStep, StepOutcome
from models.consultation import Consultation, ConsultationState
from models.delivery import Webhook
from models.diligence import ChecklistItem, DealTask
from models.instruction import CapitalCall, Instruction, InstructionCheck, InstructionState, Tranche, TrancheState
from models.person import Person, Role
from models.planning import (
    PUBLIC_STAGES,
    CandidateDecision,
    DecisionReason,
    PlanningAnswer,
    PlanningObjection,
    PlanningRound,
    PlanningStage,
)
from models.project import RndProject
from models.relevance import RelevanceReview
from models.signal import DemandSignal, SignalState
from models.vehicle import PolicyConfirmation, PolicyValue

AWAITED = (ConsultationState.FILED, ConsultationState.SUPPLEMENT)
"""States in which a consultation waits for an answer."""
Seen = Callable[[Session, Caller, Collection[UUID], datetime], Collection[UUID]]
"""Of the rows named, those that the caller may see now."""


def everything(_session: Session, _caller: Caller, subjects: Collection[UUID], _at: datetime) -> Collection[UUID]:
    """Let whoever may do the operation see it."""
    return subjects


def answered_rounds(session: Session, caller: Caller, subjects: Collection[UUID], _at: datetime) -> Collection[UUID]:
    """Give rounds that are public and answered signals of the caller's organisation."""
    return set(
        session.exec(
            select(PlanningAnswer.round_id)
            .join(PlanningRound, col(PlanningRound.id) == col(PlanningAnswer.round_id))
            .where(
                col(PlanningRound.id).in_(subjects),
                col(PlanningRound.stage).in_(PUBLIC_STAGES),
                PlanningAnswer.organisation_id == caller.organisation_id,
            )
        )
    )


def open_objections(session: Session, caller: Caller, subjects: Collection[UUID], _at: datetime) -> Collection[UUID]:
    """Give objections that have no reply yet and that the caller did not file."""
    return set(
        session.exec(
            select(PlanningObjection.id).where(
                col(PlanningObjection.id).in_(subjects),
                col(PlanningObjection.reply).is_(None),
                PlanningObjection.filed_by_id != caller.person_id,
            )
        )
    )


def answered_objections(
    session: Session, caller: Caller, subjects: Collection[UUID], _at: datetime
) -> Collection[UUID]:
    """Give objections of the caller's organisation that have their reply."""
    return set(
        session.exec(
            select(PlanningObjection.id)
            .join(PlanningAnswer, col(PlanningAnswer.id) == col(PlanningObjection.answer_id))
            .where(
                col(PlanningObjection.id).in_(subjects),
                col(PlanningObjection.reply).is_not(None),
                PlanningAnswer.organisation_id == caller.organisation_id,
            )
        )
    )


def own_live_signals(session: Session, caller: Caller, subjects: Collection[UUID], _at: datetime) -> Collection[UUID]:
    """Give signals of the caller's organisation that still speak."""
    own = visible_to(caller).where(
        col(DemandSignal.id).in_(subjects),
        DemandSignal.organisation_id == caller.organisation_id,
        DemandSignal.state == SignalState.LIVE,
    )
    return {signal.id for signal in session.exec(own)}


def answers_of_teams(session: Session, caller: Caller, subjects: Collection[UUID], _at: datetime) -> Collection[UUID]:
    """Give what teams say to signals of the caller's organisation, while they stand by it."""
    readable = visible_to(caller).where(DemandSignal.organisation_id == caller.organisation_id)
    own = readable.with_only_columns(col(DemandSignal.id))
    return set(
        session.exec(
            select(MatchAnswer.id).where(
                col(MatchAnswer.id).in_(subjects),
                MatchAnswer.side == AnswerSide.PROJECT,
                MatchAnswer.kind != AnswerKind.TAKEN_BACK,
                is_latest(),
                col(MatchAnswer.signal_id).in_(own),
            )
        )
    )


def answers_of_investors(
    session: Session, caller: Caller, subjects: Collection[UUID], at: datetime
) -> Collection[UUID]:
    """Give interest that investors show in a project of the caller's team, in signals that the team may know of."""
    found = session.exec(
        select(MatchAnswer)
        .join(RndProject, col(RndProject.id) == col(MatchAnswer.project_id))
        .where(
            col(MatchAnswer.id).in_(subjects),
            MatchAnswer.side == AnswerSide.INVESTOR,
            col(MatchAnswer.kind).in_(WANTED),
            is_latest(),
            led_by(caller),
        )
    ).all()
    return {answer.id for answer in found if is_told(session, (answer.signal_id, answer.project_id), at=at)}


def unchecked_instructions(
    session: Session, caller: Caller, subjects: Collection[UUID], _at: datetime
) -> Collection[UUID]:
    """Give instructions that wait, and that the caller neither made nor approved, under whatever account."""
    human = select(Person.human_id).where(Person.id == caller.person_id).scalar_subquery()
    approved = select(InstructionCheck.instruction_id).where(InstructionCheck.human_id == human)
    made = select(Person.id).where(Person.human_id == human)
    return set(
        session.exec(
            select(Instruction.id).where(
                col(Instruction.id).in_(subjects),
                Instruction.state == InstructionState.PENDING,
                col(Instruction.made_by_id).not_in(made),
                col(Instruction.id).not_in(approved),
            )
        )
    )


def _steps(caller: Caller, subjects: Collection[UUID]) -> sa.Select[UUID]:
    return (
        sa.select(col(CommitmentStep.id))
        .join(DemandSignal, col(DemandSignal.id) == col(CommitmentStep.signal_id))
        .join(CommitmentDecision, col(CommitmentDecision.step_id) == col(CommitmentStep.id), isouter=True)
        .join(CommitmentRevocation, col(CommitmentRevocation.step_id) == col(CommitmentStep.id), isouter=True)
        .where(col(CommitmentStep.id).in_(subjects), readable_steps(caller))
    )


def undecided_steps(session: Session, caller: Caller, subjects: Collection[UUID], at: datetime) -> Collection[UUID]:
    """Give steps that wait for a verifier and whose document the caller may look at."""
    waits = _steps(caller, subjects).where(
        col(CommitmentDecision.id).is_(None),
        col(CommitmentRevocation.id).is_(None),
        col(CommitmentStep.expires_on) >= business_date(at),
    )
    return set(session.connection().scalars(waits))


def decided_steps(session: Session, caller: Caller, subjects: Collection[UUID], _at: datetime) -> Collection[UUID]:
    """Give steps of the caller's organisation that were decided on."""
    own = _steps(caller, subjects).where(
        col(CommitmentDecision.id).is_not(None), col(DemandSignal.organisation_id) == caller.organisation_id
    )
    return set(session.connection().scalars(own))


def renewed() -> sa.ColumnElement[bool]:
    """Say which steps a later one on the same rung carries further, whether it is verified yet or not."""
    later, refusal = orm.aliased(CommitmentStep), orm.aliased(CommitmentDecision)
    refused = sa.exists().where(col(refusal.step_id) == col(later.id), col(refusal.outcome) == StepOutcome.REFUSED)
    return (
        sa.exists()
        .where(
            col(later.signal_id) == col(CommitmentStep.signal_id),
            col(later.level) == col(CommitmentStep.level),
            col(later.number) > col(CommitmentStep.number),
            col(later.expires_on) > col(CommitmentStep.expires_on),
            ~refused,
        )
        .correlate(CommitmentStep)
    )


def expiring_steps(session: Session, caller: Caller, subjects: Collection[UUID], at: datetime) -> Collection[UUID]:
    """Give steps of the caller's organisation that still hold, and whose signal still speaks."""
    own = _steps(caller, subjects).where(
        col(CommitmentRevocation.id).is_(None),
        col(CommitmentStep.expires_on) >= business_date(at),
        col(DemandSignal.organisation_id) == caller.organisation_id,
        col(DemandSignal.state) == SignalState.LIVE,
        ~renewed(),
    )
    return set(session.connection().scalars(own))


def unapproved_decisions(
    session: Session, caller: Caller, subjects: Collection[UUID], _at: datetime
) -> Collection[UUID]:
    """Give candidates adopted by policy that wait for somebody other than who decided."""
    return set(
        session.exec(
            select(CandidateDecision.candidate_id)
            .join(PlanningRound, col(PlanningRound.id) == col(CandidateDecision.round_id))
            .where(
                col(CandidateDecision.candidate_id).in_(subjects),
                CandidateDecision.reason == DecisionReason.POLICY,
                col(CandidateDecision.approved_by_id).is_(None),
                CandidateDecision.decided_by_id != caller.person_id,
                PlanningRound.stage == PlanningStage.DECIDING,
            )
        )
    )


def unconfirmed_figures(
    session: Session, caller: Caller, subjects: Collection[UUID], _at: datetime
) -> Collection[UUID]:
    """Give figures of policy that somebody else proposed and nobody confirmed."""
    confirmed = select(PolicyConfirmation.policy_value_id)
    return set(
        session.exec(
            select(PolicyValue.id).where(
                col(PolicyValue.id).in_(subjects),
                PolicyValue.set_by_id != caller.person_id,
                col(PolicyValue.id).not_in(confirmed),
            )
        )
    )


def outstanding_calls(session: Session, _caller: Caller, subjects: Collection[UUID], _at: datetime) -> Collection[UUID]:
    """Give capital calls on which something has not come in yet."""
    calls = session.exec(select(CapitalCall).where(col(CapitalCall.id).in_(subjects))).all()
    return {call.id for call in calls if outstanding_of(session, call)}


def own_open_work(session: Session, caller: Caller, subjects: Collection[UUID], _at: datetime) -> Collection[UUID]:
    """Give tasks and points of due diligence that are the caller's to do, and not done."""
    queries = (
        select(table.id).where(
            col(table.id).in_(subjects), table.owner_id == caller.person_id, col(table.done_at).is_(None)
        )
        for table in (DealTask, ChecklistItem)
    )
    return {key for query in queries for key in session.exec(query)}


def unmet_milestones(session: Session, _caller: Caller, subjects: Collection[UUID], _at: datetime) -> Collection[UUID]:
    """Give tranches whose milestone is not met yet."""
    return set(
        session.exec(select(Tranche.id).where(col(Tranche.id).in_(subjects), Tranche.state == TrancheState.PLANNED))
    )


def relevance_reviews(session: Session, caller: Caller, subjects: Collection[UUID], _at: datetime) -> Collection[UUID]:
    """Give reviews of running projects: to a project's team its own, to planners and the fund all."""
    query = (
        select(RelevanceReview.id)
        .join(RndProject, col(RndProject.id) == col(RelevanceReview.project_id))
        .where(col(RelevanceReview.id).in_(subjects))
    )
    if not caller.has(Role.PLANNER, Role.FUND_MANAGER, Role.COMMITTEE_MEMBER, Role.AUDITOR):
        query = query.where(led_by(caller))
    return set(session.exec(query))


def waiting_consultations(
    session: Session, caller: Caller, subjects: Collection[UUID], _at: datetime
) -> Collection[UUID]:
    """Give consultations that the caller may read and whose authority has not answered."""
    query = select(Consultation.id).where(
        col(Consultation.id).in_(subjects), col(Consultation.state).in_(AWAITED), readable_by(caller)
    )
    return set(session.exec(query))


def own_webhooks(session: Session, caller: Caller, subjects: Collection[UUID], _at: datetime) -> Collection[UUID]:
    """Give webhooks of the caller's organisation."""
    return set(
        session.exec(
            select(Webhook.id).where(col(Webhook.id).in_(subjects), Webhook.organisation_id == caller.organisation_id)
        )
    )
