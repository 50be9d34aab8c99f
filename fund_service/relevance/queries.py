"""Reads of the watch: the projects of the last run, and what is known of some of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.answers.sides import led_by
from fund_service.paging import Cursor, cut_page
from fund_service.plan.queries import choices
from fund_service.relevance.commands import POLICY, newest_run
from fund_service.relevance.disclosure import band, percent, ratio_band
from fund_service.relevance.reviewing import proposals_of, sees_all
from fund_service.relevance.schemas import FigureView, RelevanceList, RelevanceShown, RelevanceState, RunView
from models.plan import TechnologyField
from models.project import ProjectField, RndProject
from models.relevance import (
    ProposalOutcome,
    RelevanceDecision,
    RelevanceFigure,
    RelevanceFinding,
    RelevanceProposal,
    RelevanceReview,
    RelevanceRun,
)

FLAGGED = frozenset({RelevanceFinding.COLLAPSED, RelevanceFinding.DECLINING})
ORDER = (
    RelevanceFinding.COLLAPSED, RelevanceFinding.DECLINING, RelevanceFinding.NONE, RelevanceFinding.NOT_ENOUGH_DATA,
)  # fmt: skip
UNDER_REVIEW = frozenset({RelevanceState.OPEN, RelevanceState.PROPOSED})


def list_figures(
    session: Session,
    *,
    caller: Caller,
    shown: RelevanceShown | None = None,
    field: str | None = None,
    after: Cursor | None = None,
    limit: int = 20,
) -> RelevanceList:
    """List the projects of the last run, those under review first, then by finding; a team's own alone to a team."""
    run = newest_run(session)
    fields = choices(session, TechnologyField)
    if run is None:
        return RelevanceList(run=None, items=[], shown=shown, field=field, fields=fields)
    views = figure_views(session, run, caller=caller)
    listed = [view for view in views if _is_shown(view, shown) and (field is None or field in view.field_codes)]
    rest = _after(listed, after)
    page, next_cursor = cut_page(rest[: limit + 1], limit, key=lambda view: view.project_id)
    return RelevanceList(
        run=run_view(run, views), items=list(page), next_cursor=next_cursor, shown=shown, field=field, fields=fields
    )


def _after(views: Sequence[FigureView], after: Cursor | None) -> Sequence[FigureView]:
    if after is None:
        return views
    place = next((at for at, view in enumerate(views) if view.project_id == after.after), None)
    return [] if place is None else views[place + 1 :]


def is_flagged(view: FigureView) -> bool:
    """Say whether a project was flagged or is under review."""
    return view.finding in FLAGGED or view.withdrawn or view.review_state in UNDER_REVIEW


def _is_shown(view: FigureView, shown: RelevanceShown | None) -> bool:
    if shown is None:
        return True
    if shown is RelevanceShown.FLAGGED:
        return is_flagged(view)
    return view.finding.value == shown.value


def run_view(run: RelevanceRun, views: Sequence[FigureView]) -> RunView:
    """Show a run as far as the reader may see its projects."""
    return RunView(
        number=run.number,
        as_of=run.as_of,
        made_at=run.recorded_at,
        projects=len(views),
        flagged=sum(is_flagged(view) for view in views),
        not_enough_data=sum(view.finding is RelevanceFinding.NOT_ENOUGH_DATA for view in views),
    )


def figure_views(
    session: Session, run: RelevanceRun, *, caller: Caller, project_id: UUID | None = None
) -> list[FigureView]:
    """Show the figures of a run that the reader may see, in the order of the list."""
    query = (
        select(RelevanceFigure, RndProject)
        .join(RndProject, col(RndProject.id) == col(RelevanceFigure.project_id))
        .where(RelevanceFigure.run_id == run.id)
    )
    if not sees_all(caller):
        query = query.where(led_by(caller))
    if project_id is not None:
        query = query.where(RelevanceFigure.project_id == project_id)
    rows = session.exec(query).all()
    ids = [project.id for _, project in rows]
    fields = _fields(session, ids)
    reviews = last_reviews(session, ids)
    views = [_view(figure, project, fields[project.id], reviews.get(project.id)) for figure, project in rows]
    return sorted(views, key=lambda one: (_rank(one), ORDER.index(one.finding), one.project_id))


def _rank(view: FigureView) -> int:
    if view.review_state in UNDER_REVIEW:
        return 0
    return 1 if is_flagged(view) else 2


def _view(
    figure: RelevanceFigure,
    project: RndProject,
    fields: Sequence[str],
    review: tuple[UUID, RelevanceState] | None,
) -> FigureView:
    base, now = figure.events[: figure.base_months], figure.events[-POLICY.window_months :]
    then_groups, now_groups = sum(base), sum(now)
    looked_at = figure.ratio is not None and figure.missing is None
    surely = [figure.probability or 0.0, figure.probability_quarter_ago or 0.0]
    return FigureView(
        project_id=project.id,
        title_ko=project.title_ko,
        title_en=project.title_en,
        field_codes=sorted(fields),
        finding=figure.finding,
        missing=figure.missing,
        missing_months=figure.missing_months,
        events_needed=POLICY.least_base_events,
        approved_on=figure.approved_on,
        events_at_approval=band(then_groups),
        events_now=band(now_groups),
        percent_at_approval=percent(figure.share_at_approval_ppm, then_groups) if looked_at else None,
        percent_now=percent(figure.share_now_ppm, now_groups) if looked_at else None,
        ratio=ratio_band(figure.ratio) if looked_at else None,
        sure=looked_at and min(surely) >= POLICY.probability,
        withdrawn=figure.withdrawn_groups > 0,
        review_id=None if review is None else review[0],
        review_state=None if review is None else review[1],
    )


def _fields(session: Session, project_ids: Collection[UUID]) -> Mapping[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for link in session.exec(select(ProjectField).where(col(ProjectField.project_id).in_(project_ids))):
        found[link.project_id].append(link.field_code)
    return found


def last_reviews(session: Session, project_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, RelevanceState]]:
    """Give the last review of each project and where it stands."""
    rows = session.exec(
        select(RelevanceReview)
        .where(col(RelevanceReview.project_id).in_(project_ids))
        .order_by(col(RelevanceReview.id))
    ).all()
    last = {review.project_id: review.id for review in rows}
    states: dict[UUID, list[tuple[RelevanceProposal, RelevanceDecision | None]]] = defaultdict(list)
    for proposal, decision in proposals_of(session, list(last.values())):
        states[proposal.review_id].append((proposal, decision))
    return {project: (review, state_of(states[review])) for project, review in last.items()}


def state_of(proposals: Sequence[tuple[RelevanceProposal, RelevanceDecision | None]]) -> RelevanceState:
    """Say where a review stands, by its proposals and what became of them."""
    if any(decision is not None and decision.outcome is ProposalOutcome.APPROVED for _, decision in proposals):
        return RelevanceState.DECIDED
    waits = any(decision is None for _, decision in proposals)
    return RelevanceState.PROPOSED if waits else RelevanceState.OPEN
