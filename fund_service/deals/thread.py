"""The thread from demand to money: the deals that came of a project, a signal or a match."""

from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel, Field
from sqlmodel import Session, col, select

from fund_service.consultations.holds import is_held
from models.clock import business_date, utc_now
from models.deal import Deal, DealStage
from models.ledger import Account, AccountKind, LedgerLine
from models.match import Match
from models.organisation import Organisation

SHOWN = 10
"""Deals of a page about something else; all are counted, and the list of deals has them all."""


class DealTrace(BaseModel):
    """That a deal came of it and where that stands.

    It is all that an investor learns of what came of their own signal: that they were heard, and how far it went. What
    the fund would pay, to whom and why it declined is between the fund and a company that is not theirs.
    """

    stage: DealStage
    held: bool = Field(description="A step of it waits for a regulatory consultation.")


class DealLink(DealTrace):
    """A deal that came of it, for readers of the fund."""

    id: UUID
    title_ko: str | None
    title_en: str | None
    company_name_ko: str | None
    company_name_en: str | None
    amount_krw: int


class DealsThread(BaseModel):
    """The deals that came of a record; of a deal that was merged into another, the one that stands for it."""

    count: int
    amount_krw: int | None = Field(description="Added up over all; none for readers who may not read deals.")
    items: list[DealLink | DealTrace] = Field(description=f"The newest, {SHOWN} at most.")


def deals_of_project(session: Session, project_id: UUID) -> DealsThread:
    """Give the deals that fund a project, in one statement."""
    return _thread(session, col(Deal.project_id) == project_id, reads_deals=True)


def deals_of_signal(session: Session, signal_id: UUID, *, reads_deals: bool) -> DealsThread:
    """Give the deals that a signal led to, in one statement; without ``reads_deals`` only their stages."""
    return _thread(session, col(Deal.signal_id) == signal_id, reads_deals=reads_deals)


def deals_of_match(session: Session, match: Match, *, reads_deals: bool) -> DealsThread:
    """Give the deals made of a match, in one statement; without ``reads_deals`` only their stages.

    Matching anew replaces matches, so the pair of signal and project counts as much as the match itself.
    """
    pair = sa.and_(col(Deal.signal_id) == match.signal_id, col(Deal.project_id) == match.project_id)
    return _thread(session, sa.or_(col(Deal.match_id) == match.id, pair), reads_deals=reads_deals)


def deals_of_signals(session: Session, signal_ids: sa.Select[UUID], *, reads_deals: bool) -> DealsThread:
    """Give the deals that some signals led to, in one statement; without ``reads_deals`` only their stages."""
    return _thread(session, col(Deal.signal_id).in_(signal_ids), reads_deals=reads_deals)


def won_of_signals(session: Session, signal_ids: sa.Select[UUID]) -> tuple[int, int]:
    """Sum, as the ledger has them, the won committed to the deals that some signals led to, and the won paid."""
    of_deals = col(Account.deal_id).in_(_standing(col(Deal.signal_id).in_(signal_ids)))
    rows = session.exec(
        select(Account.kind, sa.func.sum(LedgerLine.amount_krw))
        .join(LedgerLine, col(LedgerLine.account_id) == col(Account.id))
        .where(of_deals)
        .group_by(col(Account.kind))
    )
    found = {kind: int(total) for kind, total in rows}
    paid = found.get(AccountKind.DRAWN, 0)
    return found.get(AccountKind.COMMITTED, 0) + paid, paid


def _standing(came_of_it: sa.ColumnElement[bool]) -> sa.Select[UUID]:
    """Select the deals that meet a condition; of one that was merged into another, the one that stands for it."""
    led = sa.select(col(Deal.id), col(Deal.merged_into_id)).where(came_of_it).cte("led", recursive=True)
    led = led.union(sa.select(col(Deal.id), col(Deal.merged_into_id)).join(led, col(Deal.id) == led.c.merged_into_id))
    return sa.select(col(Deal.id)).where(col(Deal.id).in_(sa.select(led.c.id)), col(Deal.merged_into_id).is_(None))


def _thread(session: Session, came_of_it: sa.ColumnElement[bool], *, reads_deals: bool) -> DealsThread:
    query = (
        sa.select(
            *(col(getattr(Deal, name)) for name in ("id", "title_ko", "title_en", "stage", "amount_krw")),
            col(Organisation.name_ko).label("company_name_ko"),
            col(Organisation.name_en).label("company_name_en"),
            is_held(today=business_date(utc_now())).label("held"),
            sa.func.count().over().label("deals"),
            sa.func.sum(col(Deal.amount_krw)).over().label("total_krw"),
        )
        .join(Organisation, col(Organisation.id) == col(Deal.company_id))
        .where(col(Deal.id).in_(_standing(came_of_it)))
        .order_by(col(Deal.id).desc())
        .limit(SHOWN)
    )
    rows = session.connection().execute(query).mappings().all()
    total = int(rows[0]["total_krw"]) if rows else 0
    return DealsThread(
        count=rows[0]["deals"] if rows else 0,
        amount_krw=total if reads_deals else None,
        items=[_shown(row, reads_deals=reads_deals) for row in rows],
    )


def _shown(row: sa.RowMapping, *, reads_deals: bool) -> DealLink | DealTrace:
    if not reads_deals:
        return DealTrace(stage=row["stage"], held=row["held"])
    return DealLink.model_validate({name: row[name] for name in DealLink.model_fields})
