"""Writes of demand signals; each queues the matching it makes necessary, in the same transaction."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, delete, select
from sqlmodel.sql.expression import SelectOfScalar

from fund_service import jobs
from fund_service.accounts.callers import Caller
from fund_service.signals.queries import find_own_signal
from fund_service.signals.schemas import SignalIn
from models.clock import business_date
from models.errors import RecordChanged, StepNotAllowed, TooManyRecords, ValueNotAllowed
from models.organisation import Organisation
from models.plan import Region, TechnologyField
from models.signal import (
    VERIFIED_LEVELS,
    CommitmentLevel,
    DemandSignal,
    SignalExcludedField,
    SignalField,
    SignalOrigin,
    SignalRegion,
    SignalState,
)

PLAIN_COLUMNS = frozenset(SignalIn.model_fields) - {"field_codes", "region_codes", "excluded_field_codes"}
DOCUMENTED_COLUMNS = ("text", "ticket_min_krw", "ticket_max_krw", "available_krw")
"""What a letter of intent or an agreement vouches for: it says nothing of other words or other money."""
MOST_SIGNALS_AN_HOUR = 200
"""New signals of one ownership group within an hour: more than anybody writes, less than a flood."""


def record_signal(session: Session, data: SignalIn, *, caller: Caller, at: datetime) -> DemandSignal:
    """Record a signal of the caller's organisation.

    A statement with a ticket claims named interest (L1), one without is a view (L0); more is claimed step by step, on
    documents that somebody else verifies (`fund_service.commitments`).

    Raises
    ------
    ValueNotAllowed
        When the caller speaks for no organisation, or a code is unknown.
    TooManyRecords
        When its ownership group has submitted all that it may within an hour.
    """
    if caller.organisation_id is None:
        raise ValueNotAllowed("Your account belongs to no organisation; ask an administrator to assign one.")
    _require_pace(session, caller.organisation_id, at=at)
    signal = DemandSignal(
        organisation_id=caller.organisation_id,
        submitted_by_id=caller.person_id,
        received_on=business_date(at),
        recorded_at=at,
        updated_at=at,
        claimed_level=_stated_level(data),
        **data.model_dump(include=set(PLAIN_COLUMNS)),
    )
    session.add(signal)
    session.flush()
    _replace_links(session, signal.id, data)
    jobs.queue_signal(session, signal.id)
    return signal


def _require_pace(session: Session, organisation_id: UUID, *, at: datetime) -> None:
    """Let an ownership group submit a signal alone, and only while it has not submitted too many."""
    group = session.get_one(Organisation, organisation_id).ownership_group_id
    session.connection().execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:group, 0))"), {"group": f"signals of {group}"}
    )
    submitted = session.exec(
        select(sa.func.count())
        .select_from(DemandSignal)
        .join(Organisation, col(Organisation.id) == col(DemandSignal.organisation_id))
        .where(
            col(Organisation.ownership_group_id) == group,
            col(DemandSignal.recorded_at) > at - timedelta(hours=1),
            col(DemandSignal.submitted_by_id).is_not(None),  # a file that the fund imports is no flood
        )
    ).one()
    if submitted >= MOST_SIGNALS_AN_HOUR:
        raise TooManyRecords(
            "Your ownership group has submitted {most} signals within an hour; wait an hour before the next.",
            most=MOST_SIGNALS_AN_HOUR,
        )


def edit_signal(
    session: Session, signal_id: UUID, data: SignalIn, *, version: int, caller: Caller, at: datetime
) -> DemandSignal:
    """Replace what a signal says; it is matched anew.

    What a file claimed of it (L2 and above) stays only while what a document would vouch for stays; so do its steps.

    Raises
    ------
    RecordNotFound
        When it is not one of the caller's organisation.
    RecordChanged
        When somebody edited it since ``version``.
    StepNotAllowed
        When it has been withdrawn, or says what an anchor company stated.
    """
    signal = _own_signal_at(session, signal_id, version=version, caller=caller)
    if signal.state is SignalState.WITHDRAWN:
        raise StepNotAllowed("This signal has been withdrawn; submit a new one instead.")
    if signal.origin is SignalOrigin.ANCHOR:
        raise StepNotAllowed(
            "An anchor company's statement is not edited; state the demand anew on the project's page."
        )
    stated = data.model_dump(include=set(PLAIN_COLUMNS))
    vouched_for = all(getattr(signal, name) == stated[name] for name in DOCUMENTED_COLUMNS)
    if signal.claimed_level not in VERIFIED_LEVELS or not vouched_for:
        signal.claimed_level = _stated_level(data)
    for name, value in stated.items():
        setattr(signal, name, value)
    signal.mark_edited(at)
    _replace_links(session, signal.id, data)
    jobs.queue_signal(session, signal.id)
    session.flush()
    return signal


def withdraw_signal(session: Session, signal_id: UUID, *, version: int, caller: Caller, at: datetime) -> DemandSignal:
    """Take a signal back: it stays on record and no longer speaks.

    Raises
    ------
    RecordNotFound
        When it is not one of the caller's organisation.
    RecordChanged
        When somebody edited it since ``version``.
    StepNotAllowed
        When it has been withdrawn already.
    """
    signal = _own_signal_at(session, signal_id, version=version, caller=caller)
    if signal.state is SignalState.WITHDRAWN:
        raise StepNotAllowed("This signal has been withdrawn already.")
    signal.state = SignalState.WITHDRAWN
    signal.mark_edited(at)
    jobs.queue_signal(session, signal.id)
    session.flush()
    return signal


def _stated_level(data: SignalIn) -> CommitmentLevel:
    named = data.ticket_min_krw is not None or data.ticket_max_krw is not None
    return CommitmentLevel.NAMED_INTEREST if named else CommitmentLevel.VIEW


def _own_signal_at(session: Session, signal_id: UUID, *, version: int, caller: Caller) -> DemandSignal:
    signal = find_own_signal(session, signal_id, caller=caller, to_change=True)
    if signal.version != version:
        raise RecordChanged("This signal was changed since you opened it; load it again and repeat your change.")
    return signal


def _replace_links(session: Session, signal_id: UUID, data: SignalIn) -> None:
    _check_codes(session, select(TechnologyField.code), data.field_codes, field="field_codes")
    _check_codes(session, select(TechnologyField.code), data.excluded_field_codes, field="excluded_field_codes")
    _check_codes(session, select(Region.code), data.region_codes, field="region_codes")
    links: list[SQLModel] = []
    for link in (SignalField, SignalExcludedField, SignalRegion):
        session.exec(delete(link).where(col(link.signal_id) == signal_id))
    links += [SignalField(signal_id=signal_id, field_code=code) for code in set(data.field_codes)]
    links += [SignalExcludedField(signal_id=signal_id, field_code=code) for code in set(data.excluded_field_codes)]
    links += [SignalRegion(signal_id=signal_id, region_code=code) for code in set(data.region_codes)]
    session.add_all(links)
    session.flush()


def _check_codes(session: Session, known: SelectOfScalar[str], codes: list[str], *, field: str) -> None:
    unknown = set(codes) - set(session.exec(known).all())
    if unknown:
        raise ValueNotAllowed("There is no {code} in this list.", field=field, code=min(unknown))
