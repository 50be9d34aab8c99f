"""Reported figures as they are shown: with their source, and what became of them."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.paging import Cursor, cut_page
from fund_service.plan.progress_schemas import ReportScope, ReportsPage, ReportView
from fund_service.plan.reports import Reports, find_report, read_reports
from models.person import Person, Role
from models.plan import Target
from models.plan_progress import ReportedFigure, ReportState

CONFIRMING = (Role.PLANNER, Role.FUND_MANAGER)
"""Whose role may be the second person."""


def report_views(
    session: Session, reports: Reports, figures: Iterable[ReportedFigure], *, caller: Caller
) -> list[ReportView]:
    """Show reported figures, in two statements."""
    targets = {target.code: target for target in session.exec(select(Target))}
    people = {
        person_id: (name, human)
        for person_id, name, human in session.exec(
            select(Person.id, Person.name, Person.human_id).where(col(Person.id).in_(_named(reports, caller)))
        )
    }
    replaced = {
        figure.corrects_id: figure.id
        for figure in reports.figures
        if figure.corrects_id is not None and reports.states[figure.id] is ReportState.STANDING
    }
    return [
        _view(figure, reports, targets[figure.target_code], people=people, caller=caller, by=replaced.get(figure.id))
        for figure in figures
    ]


def _named(reports: Reports, caller: Caller) -> set[UUID]:
    return {
        caller.person_id,
        *(figure.reported_by_id for figure in reports.figures),
        *(decision.decided_by_id for decision in reports.decisions.values()),
        *(withdrawal.withdrawn_by_id for withdrawal in reports.withdrawals.values()),
    }


def _view(
    figure: ReportedFigure,
    reports: Reports,
    target: Target,
    *,
    people: Mapping[UUID, tuple[str, UUID]],
    caller: Caller,
    by: UUID | None,
) -> ReportView:
    state = reports.states[figure.id]
    decision, gone = reports.decisions.get(figure.id), reports.withdrawals.get(figure.id)
    another = people[figure.reported_by_id][1] != people[caller.person_id][1]
    return ReportView(
        **figure.model_dump(exclude={"recorded_at", "reported_by_id"}),
        target_name_ko=target.name_ko,
        target_name_en=target.name_en,
        target_unit=target.unit,
        corrected_by_id=by,
        state=state,
        reported_by=people[figure.reported_by_id][0],
        reported_at=figure.recorded_at,
        verdict=None if decision is None else decision.verdict,
        words=None if decision is None else decision.words,
        decided_by=None if decision is None else people[decision.decided_by_id][0],
        decided_at=None if decision is None else decision.decided_at,
        reason=None if gone is None else gone.reason,
        withdrawn_by=None if gone is None else people[gone.withdrawn_by_id][0],
        withdrawn_at=None if gone is None else gone.withdrawn_at,
        may_decide=state is ReportState.WAITING and another and caller.has(*CONFIRMING),
        may_withdraw=caller.has(Role.PLANNER) and state not in {ReportState.REFUSED, ReportState.WITHDRAWN},
    )


def report_view(session: Session, report_id: UUID, *, caller: Caller) -> ReportView:
    """Show one reported figure.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    figure = find_report(session, report_id)
    return report_views(session, read_reports(session, figure.target_code), [figure], caller=caller)[0]


def reports_page(
    session: Session, which: ReportScope, *, caller: Caller, after: Cursor | None, limit: int
) -> ReportsPage:
    """List reported figures, the newest first."""
    reports = read_reports(session)
    shown = [
        figure
        for figure in reversed(reports.figures)
        if (after is None or figure.id < after.after)
        and (which is ReportScope.ALL or reports.states[figure.id] is ReportState.WAITING)
    ]
    page, next_cursor = cut_page(shown[: limit + 1], limit, key=lambda figure: figure.id)
    return ReportsPage(
        items=report_views(session, reports, page, caller=caller),
        next_cursor=next_cursor,
        which=which,
        waiting=reports.waiting().total(),
    )
