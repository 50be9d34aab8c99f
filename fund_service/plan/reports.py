"""Figures that people report for targets: entered by one, confirmed by another, never overwritten."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.plan.progress_schemas import (
    ReportDecisionIn,
    ReportIn,
    ReportWithdrawalIn,
)
from models.clock import business_date
from models.errors import FourEyesNeeded, RecordConflicts, RecordNotFound, StepNotAllowed, ValueNotAllowed
from models.person import Person
from models.plan import Target
from models.plan_progress import (
    WHOLE_BP,
    PlanMeasure,
    ProgressUnit,
    ReportDecision,
    ReportedFigure,
    ReportState,
    ReportVerdict,
    ReportWithdrawal,
    states_of,
    unit_of,
)


@dataclass(frozen=True, slots=True)
class Reports:
    """Reported figures as they stand."""

    figures: Sequence[ReportedFigure]
    decisions: Mapping[UUID, ReportDecision]
    withdrawals: Mapping[UUID, ReportWithdrawal]
    states: Mapping[UUID, ReportState]

    def standing(self, target_code: str) -> list[ReportedFigure]:
        """Give the figures of a target that count, the earliest day first."""
        return sorted(
            (
                figure
                for figure in self.figures
                if figure.target_code == target_code and self.states[figure.id] is ReportState.STANDING
            ),
            key=lambda figure: (figure.as_of, figure.id),
        )

    def waiting(self) -> Counter[str]:
        """Count the figures of each target that wait for a second person."""
        return Counter(figure.target_code for figure in self.figures if self.states[figure.id] is ReportState.WAITING)


def read_reports(session: Session, target_code: str | None = None) -> Reports:
    """Read what was reported, of one target or of all, in three statements."""
    query = select(ReportedFigure).order_by(col(ReportedFigure.id))
    if target_code is not None:
        query = query.where(ReportedFigure.target_code == target_code)
    figures = session.exec(query).all()
    ids = [figure.id for figure in figures]
    decisions = {
        row.figure_id: row for row in session.exec(select(ReportDecision).where(col(ReportDecision.figure_id).in_(ids)))
    }
    withdrawals = {
        row.figure_id: row
        for row in session.exec(select(ReportWithdrawal).where(col(ReportWithdrawal.figure_id).in_(ids)))
    }
    verdicts = {figure_id: decision.verdict for figure_id, decision in decisions.items()}
    return Reports(figures, decisions, withdrawals, states_of(figures, verdicts, frozenset(withdrawals)))


def find_target(session: Session, code: str) -> Target:
    """Find a target by its code.

    Raises
    ------
    RecordNotFound
        When the plan has none.
    """
    # An address may hold characters that the database keeps nowhere; no code has them.
    target = session.get(Target, code) if code.isascii() and code.isprintable() else None
    if target is None:
        raise RecordNotFound("The plan has no such target.")
    return target


def find_report(session: Session, report_id: UUID) -> ReportedFigure:
    """Find a reported figure.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    figure = session.get(ReportedFigure, report_id)
    if figure is None:
        raise RecordNotFound("There is no such reported figure.")
    return figure


def report_unit(target: Target) -> ProgressUnit:
    """Say in which unit figures of a target are reported."""
    return unit_of(PlanMeasure.REPORTED, target_code=target.code, target_unit=target.unit)


def report_figure(
    session: Session, target_code: str, data: ReportIn, *, caller: Caller, at: datetime
) -> ReportedFigure:
    """Report a figure; it counts once a second person has confirmed it.

    Raises
    ------
    RecordNotFound
        When the plan has no such target.
    ValueNotAllowed
        When the source cannot be found, the day is ahead, or a share is more than the whole.
    StepNotAllowed
        When the figure it corrects does not count.
    """
    target = find_target(session, target_code)
    unit = report_unit(target)
    if data.source_url is None and data.source_document is None:
        raise ValueNotAllowed(
            "Name the source's address or its document, so that others can look it up.", field="source_url"
        )
    if data.as_of > business_date(at):
        raise ValueNotAllowed("A figure is not of tomorrow; give the day the source speaks of.", field="as_of")
    if unit is ProgressUnit.SHARE and data.value > WHOLE_BP:
        raise ValueNotAllowed("A share is at most 100 %.", field="value")
    if data.corrects_id is not None:
        states = read_reports(session, target.code).states
        if states.get(data.corrects_id) is not ReportState.STANDING:
            raise StepNotAllowed("Only a figure of this target that counts can be corrected.", field="corrects_id")
    figure = ReportedFigure(
        **data.model_dump(), target_code=target.code, unit=unit, reported_by_id=caller.person_id, recorded_at=at
    )
    session.add(figure)
    session.flush()
    return figure


def decide_report(
    session: Session, report_id: UUID, data: ReportDecisionIn, *, caller: Caller, at: datetime
) -> ReportedFigure:
    """Confirm or refuse a figure that somebody else reported.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none, or it no longer waits.
    FourEyesNeeded
        When the caller reported it, under whatever account.
    ValueNotAllowed
        When it is refused without words.
    RecordConflicts
        When another figure of the same day stands already.
    """
    figure = find_report(session, report_id)
    # One who confirms a figure waits for whoever is confirming another of its target.
    lock = sa.select(
        sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"figures of target {figure.target_code}", 0))
    )
    session.connection().execute(lock)
    reports = read_reports(session, figure.target_code)
    _require_waiting(reports.states[figure.id])
    if _same_human(session, figure.reported_by_id, caller.person_id):
        raise FourEyesNeeded("Somebody else confirms what you reported, under whatever account.")
    if data.verdict is ReportVerdict.REFUSED and data.words is None:
        raise ValueNotAllowed("Say why it is refused.", field="words")
    rivals = [
        other
        for other in reports.standing(figure.target_code)
        if other.as_of == figure.as_of and other.id != figure.corrects_id
    ]
    if rivals and data.verdict is ReportVerdict.CONFIRMED:
        raise RecordConflicts("Another figure of this day counts already; correct that one, or withdraw it first.")
    session.add(
        ReportDecision(
            figure_id=figure.id, verdict=data.verdict, words=data.words, decided_by_id=caller.person_id, decided_at=at
        )
    )
    session.flush()
    return figure


def withdraw_report(
    session: Session, report_id: UUID, data: ReportWithdrawalIn, *, caller: Caller, at: datetime
) -> ReportedFigure:
    """Take a reported figure back, by name and with a reason; what it corrected counts again.

    Raises
    ------
    RecordNotFound, StepNotAllowed
        When there is none, or it was refused or withdrawn already.
    """
    figure = find_report(session, report_id)
    state = read_reports(session, figure.target_code).states[figure.id]
    if state in {ReportState.REFUSED, ReportState.WITHDRAWN}:
        raise StepNotAllowed("This figure counts nowhere any more; there is nothing to withdraw.")
    session.add(
        ReportWithdrawal(figure_id=figure.id, reason=data.reason, withdrawn_by_id=caller.person_id, withdrawn_at=at)
    )
    session.flush()
    return figure


def _require_waiting(state: ReportState) -> None:
    if state is not ReportState.WAITING:
        raise StepNotAllowed("This figure no longer waits for a confirmation.")


def _same_human(session: Session, one: UUID, other: UUID) -> bool:
    humans = session.exec(select(Person.human_id).where(col(Person.id).in_([one, other]))).all()
    return len(set(humans)) == 1
