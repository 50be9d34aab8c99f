"""Balances of accounts at a day, as known at a moment: summed by the database, all that a report says starts here."""

import sqlalchemy as sa
from sqlmodel import col, func

from fund_service.metrics.schemas import ReportAsked
from fund_service.metrics.sums import Scope
from models.ledger import Account, JournalEntry, LedgerLine


def known(asked: ReportAsked) -> sa.ColumnElement[bool]:
    """Say which entries count: effective by the day, recorded by the moment."""
    return sa.and_(col(JournalEntry.effective_on) <= asked.as_of, col(JournalEntry.recorded_at) <= asked.known_at)


def balances(scope: Scope, asked: ReportAsked) -> sa.Subquery:
    """Sum the lines of each account: ``now_krw`` at the day, ``before_krw`` at the day compared with, if there is one.

    An account without a line that counts is not there.
    """
    amount = func.sum(col(LedgerLine.amount_krw))
    before = sa.false() if asked.compare_with is None else col(JournalEntry.effective_on) <= asked.compare_with
    return (
        sa.select(
            col(Account.kind),
            col(Account.vehicle_id),
            col(Account.deal_id),
            amount.label("now_krw"),
            func.coalesce(amount.filter(before), 0).label("before_krw"),
        )
        .select_from(LedgerLine)
        .join(JournalEntry, col(JournalEntry.id) == col(LedgerLine.entry_id))
        .join(Account, col(Account.id) == col(LedgerLine.account_id))
        .where(known(asked), col(Account.vehicle_id).in_(scope.through))
        .group_by(col(Account.id))
        .subquery("balance")
    )
