"""Promises kept by ownership groups: measured from steps and ledger, and what their next words weigh in the index."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.accounts.callers import Caller
from fund_service.commitments.reading import facts_of
from fund_service.commitments.schemas import GroupPromises, PromisesPage
from matching.demand.policy import DEFAULT_POLICY
from matching.demand.voices import Promises, kept_promise_factor
from models.clock import business_date
from models.organisation import Organisation, OwnershipGroup
from models.person import Role
from models.promise import Promise, PromiseRecord, promise_of, record_of
from models.signal import DemandSignal


def promise_records(session: Session, *, as_of: date) -> Mapping[UUID, PromiseRecord]:
    """Measure how each ownership group has kept its promises due by a day; who promised nothing is not there."""
    group_of = dict(
        session.exec(
            select(DemandSignal.id, Organisation.ownership_group_id).join(
                Organisation, col(Organisation.id) == col(DemandSignal.organisation_id)
            )
        ).all()
    )
    promises: dict[UUID, list[Promise]] = defaultdict(list)
    for signal_id, steps in facts_of(session).items():
        promise = promise_of(steps, as_of)
        if promise is not None:
            promises[group_of[signal_id]].append(promise)
    return {group: record_of(made, as_of) for group, made in promises.items()}


def index_promises(session: Session, *, as_of: date) -> Mapping[UUID, Promises]:
    """Give each ownership group's promises as the demand index counts them; who promised nothing is not there."""
    return {group: promises_in(record) for group, record in promise_records(session, as_of=as_of).items()}


def promises_in(record: PromiseRecord) -> Promises:
    """Count promises kept by the lower of number and amount, so that small ones do not pay for a large one broken."""
    return Promises(due=record.due, kept=min(float(record.called), _kept_by_amount(record)))


def _kept_by_amount(record: PromiseRecord) -> float:
    """Give the share of the won that came due and were called, as if by that many promises."""
    return record.due * record.called_krw / record.due_krw if record.due_krw else 0.0


def promises_page(session: Session, *, caller: Caller, at: datetime, as_of: date | None) -> PromisesPage:
    """Show the promises kept: an investor those of their own group, the fund and its auditors those of all."""
    day = as_of or business_date(at)
    records = promise_records(session, as_of=day)
    groups = session.exec(
        select(OwnershipGroup)
        .where(col(OwnershipGroup.id).in_(records), _known_to(caller))
        .order_by(col(OwnershipGroup.name_ko), col(OwnershipGroup.id))
    ).all()
    return PromisesPage(
        as_of=day,
        prior_kept=DEFAULT_POLICY.kept_prior,
        prior_broken=DEFAULT_POLICY.broken_prior,
        newcomer_factor=kept_promise_factor(None),
        groups=[_shown(group, records[group.id]) for group in groups],
    )


def _known_to(caller: Caller) -> sa.ColumnElement[bool]:
    if caller.has(Role.FUND_MANAGER, Role.AUDITOR):
        return sa.true()
    own = select(Organisation.ownership_group_id).where(Organisation.id == caller.organisation_id)
    return col(OwnershipGroup.id).in_(own)


def _shown(group: OwnershipGroup, record: PromiseRecord) -> GroupPromises:
    measured = ("due", "signed", "called", "due_krw", "signed_krw", "called_krw")
    return GroupPromises(
        ownership_group_id=group.id,
        name_ko=group.name_ko,
        name_en=group.name_en,
        rate_by_number=kept_promise_factor(Promises(due=record.due, kept=record.called)),
        rate_by_amount=kept_promise_factor(Promises(due=record.due, kept=_kept_by_amount(record))),
        factor=kept_promise_factor(promises_in(record)),
        **{name: getattr(record, name) for name in measured},
    )
