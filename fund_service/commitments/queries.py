"""Reads of the ladder: the queue of claims, what expires, a step with its document."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import orm
from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.commitments.bearing import ledger_word
from fund_service.commitments.ladder import claimable, ladder_of
from fund_service.commitments.reading import facts_of, statement_digest
from fund_service.commitments.schemas import (
    CommitmentDesk,
    LadderPage,
    StepCounts,
    StepFilter,
    StepForm,
    StepPage,
    StepsPage,
    StepView,
)
from fund_service.commitments.views import one, readable_steps, select_steps, step_views
from fund_service.commitments.walls import bound_because
from fund_service.paging import Cursor, cut_page
from fund_service.signals.queries import find_own_signal, find_signal
from models.clock import business_date
from models.commitment import (
    CommitmentDecision,
    CommitmentEvidence,
    CommitmentRevocation,
    CommitmentStep,
    StepOutcome,
)
from models.errors import RecordNotFound
from models.ladder import StepFacts, StepState, missing_below, standing_on
from models.person import Role
from models.signal import Confidentiality, DemandSignal, SignalState, stated_amount

RENEW_WITHIN = timedelta(days=60)
REFUSED_LATELY = timedelta(days=30)
EXCERPT = 200


def find_step(session: Session, step_id: UUID, *, caller: Caller) -> CommitmentStep:
    """Find a step the caller may see.

    Raises
    ------
    RecordNotFound
        When there is none, or they may not know of it: the two read the same.
    """
    step = session.exec(
        select(CommitmentStep)
        .join(DemandSignal, col(DemandSignal.id) == col(CommitmentStep.signal_id))
        .where(CommitmentStep.id == step_id, readable_steps(caller))
    ).first()
    if step is None:
        raise RecordNotFound("There is no such step among those you may see.")
    return step


def evidence_of(session: Session, step_id: UUID, *, caller: Caller) -> tuple[CommitmentStep, bytes]:
    """Read the document of a step the caller may see.

    Raises
    ------
    RecordNotFound
        When there is none for them.
    """
    step = find_step(session, step_id, caller=caller)
    content = session.exec(select(CommitmentEvidence.content).where(CommitmentEvidence.step_id == step.id)).one()
    return step, bytes(content)


def first_list(caller: Caller) -> StepFilter:
    """Say which list a caller is shown unasked: the fund what waits for it, everybody else all."""
    return StepFilter.WAITING if caller.has(Role.FUND_MANAGER) else StepFilter.ALL


def list_steps(
    session: Session, which: StepFilter, *, caller: Caller, at: datetime, after: Cursor | None, limit: int
) -> StepsPage:
    """List the steps that the caller may see; those that ask for something oldest first, all of them newest first."""
    today = business_date(at)
    narrowed, key = _narrowed(which, today), col(CommitmentStep.id)
    query = select_steps(readable_steps(caller), narrowed).limit(limit + 1)
    if which is StepFilter.ALL:
        query = query.order_by(key.desc()) if after is None else query.where(key < after.after).order_by(key.desc())
    else:
        query = query.order_by(key) if after is None else query.where(key > after.after).order_by(key)
    views = step_views(session, query, caller=caller, today=today)
    items, next_cursor = cut_page(views, limit, key=lambda step: step.id)
    return StepsPage(
        items=list(items),
        next_cursor=next_cursor,
        which=which,
        counts=count_steps(session, caller=caller, today=today),
        of_own=caller.has(Role.INVESTOR),
    )


def all_steps(session: Session, which: StepFilter, *, caller: Caller, at: datetime, limit: int) -> list[StepView]:
    """Give the steps of a list, whole, for an export."""
    today = business_date(at)
    query = select_steps(readable_steps(caller), _narrowed(which, today)).order_by(col(CommitmentStep.id)).limit(limit)
    return step_views(session, query, caller=caller, today=today)


def count_steps(session: Session, *, caller: Caller, today: date) -> StepCounts:
    """Count the steps that ask for something of the caller, in one statement."""
    asking = (StepFilter.WAITING, StepFilter.EXPIRING, StepFilter.EXPIRED)
    query = (
        sa.select(*(sa.func.count().filter(_narrowed(which, today)).label(which.value) for which in asking))
        .select_from(CommitmentStep)
        .join(DemandSignal, col(DemandSignal.id) == col(CommitmentStep.signal_id))
        .join(CommitmentDecision, col(CommitmentDecision.step_id) == col(CommitmentStep.id), isouter=True)
        .join(CommitmentRevocation, col(CommitmentRevocation.step_id) == col(CommitmentStep.id), isouter=True)
        .where(readable_steps(caller))
    )
    return StepCounts(**session.connection().execute(query).one()._mapping)  # noqa: SLF001 - SQLAlchemy's public name


def commitment_desk(session: Session, *, caller: Caller, at: datetime) -> CommitmentDesk:
    """Sum up what the ladder asks of a fund manager or an investor, in two statements."""
    refused = session.exec(
        select(sa.func.count())
        .select_from(CommitmentStep)
        .join(DemandSignal, col(DemandSignal.id) == col(CommitmentStep.signal_id))
        .join(CommitmentDecision, col(CommitmentDecision.step_id) == col(CommitmentStep.id))
        .where(
            readable_steps(caller),
            CommitmentDecision.outcome == StepOutcome.REFUSED,
            CommitmentDecision.recorded_at > at - REFUSED_LATELY,
        )
    ).one()
    return CommitmentDesk(counts=count_steps(session, caller=caller, today=business_date(at)), refused=refused)


def step_page(session: Session, step_id: UUID, *, caller: Caller, at: datetime) -> StepPage:
    """Show a step with what the caller may do about it, and what verifying it would do.

    Raises
    ------
    RecordNotFound
        When there is none for them.
    """
    today, step = business_date(at), find_step(session, step_id, caller=caller)
    signal = session.get_one(DemandSignal, step.signal_id)
    steps = facts_of(session, col(CommitmentStep.signal_id) == signal.id)[signal.id]
    facts = one(step.id, steps)
    [view] = step_views(session, select_steps(col(CommitmentStep.id) == step.id), caller=caller, today=today)
    undecided = view.outcome is None and view.revoked_at is None and caller.has(Role.FUND_MANAGER)
    bound = bound_because(session, step, signal, caller=caller, today=today) if undecided else None
    standing = view.state in {StepState.VERIFIED, StepState.OUTDATED}
    own = caller.has(Role.INVESTOR) and signal.organisation_id == caller.organisation_id
    verified = [replace(facts, verified_on=today) if other is facts else other for other in steps]
    return StepPage(
        step=view,
        level_now=standing_on(steps, today).level,
        level_after=standing_on(verified, today).level,
        ledger=ledger_word(session, signal.id, step.level),
        may_decide=undecided and bound is None,
        not_verified_because=locales.error_message(bound) if bound is not None else _hindrance(view, steps, today),
        may_revoke=(own and (standing or view.state is StepState.CLAIMED))
        or (caller.has(Role.FUND_MANAGER) and standing and view.outcome is not None),
    )


def _hindrance(view: StepView, steps: Sequence[StepFacts], today: date) -> str | None:
    if view.state is StepState.EXPIRED and view.outcome is None:
        return locales.gettext("The document has expired before it was verified.")
    if view.state is StepState.OUTDATED and view.outcome is None:
        return locales.gettext("The signal says something else since: its words or its money were changed.")
    missing = missing_below(steps, view.level, today, claims_count=False)
    if view.state is StepState.CLAIMED and missing:
        return locales.gettext("Rungs below are not verified yet: {levels}").format(
            levels=" · ".join(map(locales.label, missing))
        )
    return None


def ladder_page(session: Session, signal_id: UUID, *, caller: Caller, at: datetime) -> LadderPage:
    """Show the ladder of a signal that the caller may read.

    Raises
    ------
    RecordNotFound
        When they may not know of it.
    """
    signal = find_signal(session, signal_id, caller=caller)
    return LadderPage(signal_id=signal.id, ladder=ladder_of(session, signal, caller=caller, today=business_date(at)))


def step_form(session: Session, signal_id: UUID, *, caller: Caller, at: datetime) -> StepForm:
    """Prepare the form to claim a step of a signal of the caller's organisation.

    Raises
    ------
    RecordNotFound
        When there is none of theirs by this id.
    """
    signal, today = find_own_signal(session, signal_id, caller=caller), business_date(at)
    steps = facts_of(session, col(CommitmentStep.signal_id) == signal.id).get(signal.id, [])
    return StepForm(
        signal_id=signal.id,
        signal_text=signal.text[:EXCERPT],
        confidential=signal.confidentiality is Confidentiality.CONFIDENTIAL,
        stated_krw=stated_amount(signal.available_krw, signal.ticket_max_krw, signal.ticket_min_krw),
        ticket_min_krw=signal.ticket_min_krw,
        ticket_max_krw=signal.ticket_max_krw,
        levels=claimable(steps, today),
        today=today,
    )


def _narrowed(which: StepFilter, today: date) -> sa.ColumnElement[bool]:
    """Say which steps a list holds, in a statement that joins signals, decisions and revocations."""
    if which is StepFilter.ALL:
        return sa.true()
    undisturbed = col(CommitmentRevocation.id).is_(None)
    if which is StepFilter.WAITING:
        return sa.and_(
            col(CommitmentDecision.id).is_(None),
            undisturbed,
            col(CommitmentStep.expires_on) >= today,
            col(DemandSignal.state) == SignalState.LIVE,
            col(CommitmentStep.statement_digest) == statement_digest(),
        )
    newer, found = orm.aliased(CommitmentStep), orm.aliased(CommitmentDecision)
    renewed = (
        sa.select(col(newer.id))
        .join(found, col(found.step_id) == col(newer.id))
        .where(
            col(newer.signal_id) == col(CommitmentStep.signal_id),
            col(newer.level) == col(CommitmentStep.level),
            col(newer.number) > col(CommitmentStep.number),
            col(found.outcome) == StepOutcome.VERIFIED,
        )
        .exists()
    )
    ends = col(CommitmentStep.expires_on)
    expired = which is StepFilter.EXPIRED
    return sa.and_(
        col(CommitmentDecision.outcome) == StepOutcome.VERIFIED,
        undisturbed,
        col(DemandSignal.state) == SignalState.LIVE,
        ends < today if expired else ends.between(today, today + RENEW_WITHIN),
        ~renewed,
    )
