"""Writes of the watch itself: a run over all running projects, frozen, and the reviews that its flags open.

A run stops nothing and changes no project, deal or won: it adds rows of its own and nothing else.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from fund_service.market.hearing import ANSWERING_SCORE
from fund_service.matches.corpus import Matchmaker
from fund_service.notices.telling import holders_of, team_of, tell
from fund_service.relevance.hearing import (
    Withdrawal,
    behind_projects,
    everything_heard,
    groups_told,
    running_projects,
    withdrawals,
)
from fund_service.relevance.months import Hearings, Missing, Months, Running, quarter_end
from matching.demand.relevance import DEFAULT_RELEVANCE, Relevance, watch_relevance
from models.clock import business_date
from models.identity import new_id
from models.notice import NoticeKind
from models.person import Role
from models.relevance import (
    DataMissing,
    ProposalOutcome,
    RelevanceDecision,
    RelevanceFigure,
    RelevanceFinding,
    RelevanceProposal,
    RelevanceReview,
    RelevanceRun,
    ReviewCause,
)

METHOD = 1
"""Version of the watch's own rules: raised when the same signals would give other figures."""
WATCH_LOCK = 20260215
"""PostgreSQL advisory lock that lets one run be made at a time."""
LEFT_ALONE = timedelta(days=365)
"""After a review was decided, falling demand alone opens no other for a year; a withdrawn commitment does."""
MILLION = 1_000_000
POLICY = DEFAULT_RELEVANCE


def newest_run(session: Session) -> RelevanceRun | None:
    """Find the run that was made last."""
    return session.exec(select(RelevanceRun).order_by(col(RelevanceRun.number).desc()).limit(1)).first()


def is_due(session: Session, *, today: date) -> bool:
    """Say whether a run has to be made: a quarter has ended since the last, or a named commitment was withdrawn."""
    newest = newest_run(session)
    if newest is None or newest.as_of < quarter_end(today):
        return True
    return bool(newest.parameters["withdrawn"] != _told_of(withdrawals(session)))


def _told_of(withdrawn: Sequence[Withdrawal]) -> int:
    """Count the withdrawals that make a run between quarters; that of a confidential signal would be told by it."""
    return sum(one.open for one in withdrawn)


def watch(session: Session, matchmaker: Matchmaker, *, today: date) -> RelevanceRun:
    """Look at all running projects as of the end of the last quarter, freeze what is found, and open reviews.

    When nothing it is made from has changed since the newest run, that one is returned and nothing is stored.
    """
    session.connection().execute(sa.text("SET LOCAL lock_timeout = '600s'"))
    session.connection().execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": WATCH_LOCK})
    as_of = quarter_end(today)
    projects = running_projects(session)
    heard = everything_heard(session, matchmaker, projects, today=today)
    withdrawn = withdrawals(session)
    behind = behind_projects(session, withdrawn, heard)
    decided = _decided_on(session)
    run_id, hearings = new_id(), Hearings(heard, as_of=as_of)
    figures = _figures(run_id, projects, hearings, withdrawn=_fresh(projects, behind, decided))
    parameters = {
        "method": METHOD,
        "encoder": matchmaker.method.encoder,
        "revision": matchmaker.method.revision,
        "answering_score": ANSWERING_SCORE,
        "policy": asdict(POLICY),
        "withdrawn": _told_of(withdrawn),
    }
    inputs = _digest(figures, parameters, as_of=as_of)
    newest = newest_run(session)
    if newest is not None and newest.input_digest == inputs:
        return newest
    run = RelevanceRun(
        id=run_id,
        number=1 if newest is None else newest.number + 1,
        as_of=as_of,
        input_digest=inputs,
        parameters=parameters,
        projects=len(figures),
    )
    session.add(run)
    session.flush()
    session.add_all(figures)
    session.flush()
    _open_reviews(session, figures, decided, today=today)
    return run


def _fresh(
    projects: Sequence[Running], behind: Mapping[UUID, Sequence[Withdrawal]], decided: Mapping[UUID, date]
) -> dict[UUID, int]:
    """Count the groups that withdrew since a project was approved and, where it was reviewed, since that ended."""
    fresh = {}
    for project in projects:
        since = max((day for day in (project.approved_on, decided.get(project.id)) if day is not None), default=None)
        withdrawn = [one for one in behind.get(project.id, ()) if since is None or one.on > since]
        fresh[project.id] = groups_told(withdrawn)
    return fresh


def _figures(
    run_id: UUID, projects: Sequence[Running], hearings: Hearings, *, withdrawn: Mapping[UUID, int]
) -> list[RelevanceFigure]:
    """Look at every project that can be looked at in one call, and say of the others what they lack."""
    months = {project.id: hearings.months(project) for project in projects}
    missing = {project.id: hearings.missing(project, months[project.id], POLICY) for project in projects}
    watched = [months[key].demand(key, POLICY) for key, lacks in missing.items() if lacks is None]
    seen = {UUID(one.project): one for one in watch_relevance(watched, policy=POLICY)}
    figures = []
    for project in projects:
        figure = _figure(run_id, project, months[project.id], seen=seen.get(project.id), missing=missing[project.id])
        figure.withdrawn_groups = withdrawn[project.id]
        figure.shared_with = hearings.shared_with(project.id)
        figures.append(figure)
    return figures


def _figure(
    run_id: UUID, project: Running, months: Months, *, seen: Relevance | None, missing: Missing | None
) -> RelevanceFigure:
    figure = RelevanceFigure(
        run_id=run_id,
        project_id=project.id,
        finding=RelevanceFinding.NOT_ENOUGH_DATA,
        approved_on=project.approved_on,
        base_months=months.base_months,
        events=list(months.events),
        field_events=list(months.field_events),
        all_events=list(months.all_events),
        missing=None if missing is None else missing.what,
        missing_months=None if missing is None else missing.months,
    )
    if seen is not None:
        figure.finding = RelevanceFinding(seen.flag.value)
        figure.missing = DataMissing.EVENTS if figure.finding is RelevanceFinding.NOT_ENOUGH_DATA else None
        figure.share_at_approval_ppm = round(seen.share_at_approval * MILLION)
        figure.share_now_ppm = round(seen.share_now * MILLION)
        figure.ratio, figure.cusum = seen.ratio, seen.cusum
        figure.probability, figure.probability_quarter_ago = seen.probability, seen.probability_quarter_ago
    return figure


def _digest(figures: Sequence[RelevanceFigure], parameters: Mapping[str, object], *, as_of: date) -> str:
    """Give the sha256 of all that a run counts; what it finds follows from that."""
    counted = [
        [
            str(one.project_id), str(one.approved_on), one.base_months, one.events, one.field_events, one.all_events,
            one.withdrawn_groups, [str(other) for other in one.shared_with],
        ]
        for one in figures
    ]  # fmt: skip
    canonical = json.dumps([as_of.isoformat(), counted, parameters], sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _decided_on(session: Session) -> dict[UUID, date]:
    """Say when the last review of each project was decided."""
    rows = session.exec(
        select(RelevanceReview.project_id, func.max(RelevanceDecision.recorded_at))
        .join(RelevanceProposal, col(RelevanceProposal.review_id) == col(RelevanceReview.id))
        .join(RelevanceDecision, col(RelevanceDecision.proposal_id) == col(RelevanceProposal.id))
        .where(RelevanceDecision.outcome == ProposalOutcome.APPROVED)
        .group_by(col(RelevanceReview.project_id))
    )
    return {project_id: business_date(moment) for project_id, moment in rows}


def _open_reviews(
    session: Session, figures: Sequence[RelevanceFigure], decided: Mapping[UUID, date], *, today: date
) -> None:
    """Open a review of each flagged project that has none open and was not reviewed within the year."""
    approved = (
        sa.select(col(RelevanceProposal.review_id))
        .join(RelevanceDecision, col(RelevanceDecision.proposal_id) == col(RelevanceProposal.id))
        .where(col(RelevanceDecision.outcome) == ProposalOutcome.APPROVED)
    )
    under_review = set(
        session.exec(select(RelevanceReview.project_id).where(col(RelevanceReview.id).not_in(approved))).all()
    )
    opened: list[RelevanceReview] = []
    for figure in figures:
        cause = cause_of(figure, left_alone=today - decided.get(figure.project_id, date.min) < LEFT_ALONE)
        if cause is not None and figure.project_id not in under_review:
            opened.append(RelevanceReview(run_id=figure.run_id, project_id=figure.project_id, cause=cause))
    session.add_all(opened)
    session.flush()
    for review in opened:
        for readers in (holders_of(Role.PLANNER, Role.FUND_MANAGER), team_of(review.project_id)):
            tell(session, NoticeKind.RELEVANCE_FLAGGED, subject=review.id, to=readers, key=f"relevance/{review.id}")


def cause_of(figure: RelevanceFigure, *, left_alone: bool = False) -> ReviewCause | None:
    """Say why a figure asks for a review; nothing: it does not."""
    if figure.finding in {RelevanceFinding.COLLAPSED, RelevanceFinding.DECLINING} and not left_alone:
        return ReviewCause(figure.finding.value)
    return ReviewCause.WITHDRAWN if figure.withdrawn_groups else None


def flagged_in(session: Session, run: RelevanceRun) -> int:
    """Count the projects that a run flagged."""
    figures = session.exec(select(RelevanceFigure).where(RelevanceFigure.run_id == run.id))
    return sum(cause_of(figure) is not None for figure in figures)
