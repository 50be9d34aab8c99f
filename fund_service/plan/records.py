"""What lies behind a counted figure: the projects, deals, rounds or consultations it is made of."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func

from fund_service.accounts.callers import Caller
from fund_service.operations import EVERYBODY_SIGNED_IN, OPERATIONS
from fund_service.paging import Cursor, cut_page
from fund_service.plan.measures import (
    assessed_by,
    committed_to_deals,
    day_in_seoul,
    filed_by,
    project_rule,
    published_by,
)
from fund_service.plan.progress_schemas import RecordBehind, RecordsPage
from fund_service.plan.register import progress_of, promises
from fund_service.plan.reports import find_target, read_reports
from models.consultation import Consultation
from models.deal import Deal
from models.diligence import SpilloverAssessment
from models.errors import RecordNotFound
from models.ledger import Account, JournalEntry, LedgerLine
from models.person import Role
from models.plan import Target
from models.plan_progress import PlanMeasure
from models.planning import PlanningRound
from models.project import RndProject
from models.vehicle import Vehicle, VehicleKind

_M = PlanMeasure
ENTITLED: Mapping[PlanMeasure, frozenset[Role]] = MappingProxyType(
    {
        _M.FUND_FORMED: frozenset(role for role in Role if role in OPERATIONS["read_vehicle"]),
        _M.FUND_COMMITTED: frozenset(role for role in Role if role in OPERATIONS["read_deal"]),
        _M.SPILLOVER_ASSESSED: frozenset(role for role in Role if role in OPERATIONS["read_deal"]),
        _M.CONSULTATIONS_OPENED: frozenset({Role.PLANNER, Role.FUND_MANAGER, Role.AUDITOR}),
    }
)
"""Whose role opens the records of a measure: others see the figure alone. Projects and published rounds are open to
everybody who is signed in."""


def records_behind(
    session: Session,
    target_code: str,
    measure: PlanMeasure,
    *,
    caller: Caller,
    today: date,
    after: Cursor | None,
    limit: int,
) -> RecordsPage:
    """List the records behind a figure as it is counted today, the newest first.

    Raises
    ------
    RecordNotFound
        When the plan has no such target, or the service counts no such thing for it.
    """
    target = find_target(session, target_code)
    made = promises(session, target_code)
    progress = progress_of(session, made, read_reports(session, target_code), today=today)[0]
    line = next((line for line in progress.lines if line.measure is measure), None)
    query = _query(target, measure, day=today)
    if line is None or query is None:
        raise RecordNotFound("The service counts no such thing for this target.")
    withheld = not caller.roles & ENTITLED.get(measure, EVERYBODY_SIGNED_IN)
    rows = [] if withheld else _page(session, query, after=after, limit=limit)
    page, next_cursor = cut_page(rows, limit, key=lambda row: row.id)
    return RecordsPage(items=list(page), next_cursor=next_cursor, target=progress, line=line, withheld=withheld)


def _page(session: Session, query: sa.Select[Any], *, after: Cursor | None, limit: int) -> list[RecordBehind]:
    found = query.subquery()
    asked = sa.select(found).order_by(found.c.id.desc()).limit(limit + 1)
    if after is not None:
        asked = asked.where(found.c.id < after.after)
    return [RecordBehind(**row) for row in session.connection().execute(asked).mappings()]


def _query(target: Target, measure: PlanMeasure, *, day: date) -> sa.Select[Any] | None:
    """Select the records behind a measure: id, titles, address, day, won, and whether each is in the part."""
    rule = project_rule(measure, target.initiative_code, day=day)
    if rule is not None:
        listed = _listed(_PROJECT, day=col(RndProject.starts_on), krw=col(RndProject.budget_krw), counted=rule.counted)
        return listed.where(rule.counted if rule.among is None else rule.among)
    if measure is _M.ROUNDS_PUBLISHED:
        return _listed(_ROUND, day=_day(PlanningRound.published_at)).where(published_by(day))
    if measure is _M.SPILLOVER_ASSESSED:
        listed = _listed(_DEAL, day=_day(SpilloverAssessment.recorded_at), krw=col(SpilloverAssessment.investment_krw))
        return listed.join(SpilloverAssessment, col(SpilloverAssessment.deal_id) == _DEAL.id).where(assessed_by(day))
    if measure is _M.CONSULTATIONS_OPENED:
        listed = _listed(_CONSULTATION, day=col(Consultation.filed_on))
        return listed.join(RndProject, col(RndProject.id) == col(Consultation.project_id)).where(filed_by(day))
    return _of_the_fund(measure, day=day)


def _of_the_fund(measure: PlanMeasure, *, day: date) -> sa.Select[Any] | None:
    if measure is _M.FUND_FORMED:
        return _listed(_VEHICLE, day=col(Vehicle.formed_on)).where(col(Vehicle.kind) == VehicleKind.MOTHER_FUND)
    if measure is not _M.FUND_COMMITTED:
        return None
    sums = (
        sa.select(col(Account.deal_id), func.sum(LedgerLine.amount_krw).label("krw"))
        .join(LedgerLine, col(LedgerLine.account_id) == col(Account.id))
        .join(JournalEntry, col(JournalEntry.id) == col(LedgerLine.entry_id))
        .where(committed_to_deals(), col(JournalEntry.effective_on) <= day)
        .group_by(col(Account.deal_id))
        .having(func.sum(LedgerLine.amount_krw) != 0)
        .subquery()
    )
    listed = _listed(_DEAL, krw=sa.cast(sums.c.krw, sa.BigInteger))
    return listed.join(sums, sums.c.deal_id == _DEAL.id)


class _Listed(NamedTuple):
    """A kind of record: its id and titles, and where it is."""

    id: sa.SQLColumnExpression[UUID]
    title_ko: sa.SQLColumnExpression[str | None]
    title_en: sa.SQLColumnExpression[str | None]
    under: str
    leads_to: sa.SQLColumnExpression[UUID]


_PROJECT = _Listed(
    col(RndProject.id), col(RndProject.title_ko), col(RndProject.title_en), "/projects/", col(RndProject.id)
)
_CONSULTATION = _PROJECT._replace(id=col(Consultation.id))
_DEAL = _Listed(col(Deal.id), col(Deal.title_ko), col(Deal.title_en), "/deals/", col(Deal.id))
_ROUND = _Listed(
    col(PlanningRound.id), col(PlanningRound.title_ko), col(PlanningRound.title_en), "/planning/", col(PlanningRound.id)
)
_VEHICLE = _Listed(col(Vehicle.id), col(Vehicle.name_ko), col(Vehicle.name_en), "/vehicles/", col(Vehicle.id))


def _listed(
    record: _Listed,
    *,
    day: sa.SQLColumnExpression[Any] | None = None,
    krw: sa.SQLColumnExpression[Any] | None = None,
    counted: sa.ColumnElement[bool] | None = None,
) -> sa.Select[Any]:
    return sa.select(
        record.id.label("id"),
        record.title_ko.label("title_ko"),
        record.title_en.label("title_en"),
        func.concat(record.under, sa.cast(record.leads_to, sa.Text)).label("address"),
        (sa.cast(sa.null(), sa.Date) if day is None else day).label("day"),
        (sa.cast(sa.null(), sa.BigInteger) if krw is None else krw).label("amount_krw"),
        (sa.true() if counted is None else counted).label("counted"),
    )


def _day(moment: object) -> sa.ColumnElement[date]:
    return day_in_seoul(col(moment))
