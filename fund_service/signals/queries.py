"""Reads of demand signals; the one place that says who may see which."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from fund_service.accounts.callers import Caller
from fund_service.commitments.ladder import ladder_of
from fund_service.commitments.reading import standings
from fund_service.deals.thread import deals_of_signal
from fund_service.matches.method import MatchMethod
from fund_service.matches.parties import free_of_conflict
from fund_service.paging import Cursor, cut_page
from fund_service.plan.queries import choices
from fund_service.signals.schemas import MatchingStatus, SignalBoard, SignalForm, SignalPage, SignalView
from models.clock import business_date
from models.errors import RecordNotFound
from models.match import Match, SignalMatching
from models.organisation import Organisation
from models.person import Role
from models.plan import Region, TechnologyField
from models.signal import (
    Confidentiality,
    DemandSignal,
    SignalExcludedField,
    SignalField,
    SignalRegion,
    SignalState,
)

YES_OR_NO = ("region_bound", "anchor_wanted", "region_specific_wanted")
"""What a signal says with a yes or no."""


def visible_to(caller: Caller) -> SelectOfScalar[DemandSignal]:
    """Select the signals a caller may read.

    Auditors read all; fund managers and committee members those that are not confidential; everybody reads those of
    their own organisation. Planners read none: they work with market-demand summaries.
    """
    query = select(DemandSignal)
    if caller.has(Role.AUDITOR):
        return query
    own = (
        col(DemandSignal.organisation_id) == caller.organisation_id
        if caller.has(Role.INVESTOR) and caller.organisation_id is not None
        else sa.false()
    )
    if caller.has(Role.FUND_MANAGER, Role.COMMITTEE_MEMBER):
        return query.where(sa.or_(col(DemandSignal.confidentiality) == Confidentiality.OPEN, own))
    return query.where(own)


def find_signal(session: Session, signal_id: UUID, *, caller: Caller) -> DemandSignal:
    """Find a signal the caller may read.

    Raises
    ------
    RecordNotFound
        When there is none, or it is somebody else's: the two read the same.
    """
    signal = session.exec(visible_to(caller).where(DemandSignal.id == signal_id)).first()
    if signal is None:
        raise RecordNotFound("There is no such signal among those you may see.")
    return signal


def find_own_signal(session: Session, signal_id: UUID, *, caller: Caller, to_change: bool = False) -> DemandSignal:
    """Find a signal of the caller's own organisation; to change it, it is locked until the request ends.

    Raises
    ------
    RecordNotFound
        When there is none of theirs by this id.
    """
    query = visible_to(caller).where(
        DemandSignal.id == signal_id, DemandSignal.organisation_id == caller.organisation_id
    )
    if to_change:
        # What was read before the lock may have changed while waiting for it.
        query = query.with_for_update().execution_options(populate_existing=True)
    signal = session.exec(query).first()
    if signal is None or not caller.has(Role.INVESTOR):
        raise RecordNotFound("There is no such signal among those of your organisation.")
    return signal


def signal_board(
    session: Session,
    *,
    caller: Caller,
    method: MatchMethod,
    at: datetime,
    after: Cursor | None,
    limit: int,
    state: SignalState | None = None,
    field_code: str | None = None,
    q: str | None = None,
) -> SignalBoard:
    """List the signals a caller may read, newest first, in a fixed number of statements."""
    query = readable_signals(caller, state=state, field_code=field_code, q=q)
    query = query.order_by(col(DemandSignal.id).desc()).limit(limit + 1)
    if after is not None:
        query = query.where(col(DemandSignal.id) < after.after)
    signals, next_cursor = cut_page(session.exec(query).all(), limit, key=lambda signal: signal.id)
    items = signal_views(session, signals, caller=caller, method=method, today=business_date(at))
    return SignalBoard(items=items, next_cursor=next_cursor, state=state, field_code=field_code, q=q)


def readable_signals(
    caller: Caller, *, state: SignalState | None, field_code: str | None, q: str | None
) -> SelectOfScalar[DemandSignal]:
    """Select the signals a caller may read, narrowed by state, wanted field, and words of the text."""
    query = visible_to(caller)
    if state is not None:
        query = query.where(DemandSignal.state == state)
    if field_code is not None:
        query = query.where(
            col(DemandSignal.id).in_(select(SignalField.signal_id).where(SignalField.field_code == field_code))
        )
    if q:
        query = query.where(col(DemandSignal.text).icontains(q, autoescape=True))
    return query


def signal_view(session: Session, signal_id: UUID, *, caller: Caller, method: MatchMethod, at: datetime) -> SignalView:
    """Show one signal.

    Raises
    ------
    RecordNotFound
        When the caller may not know of it.
    """
    signal = find_signal(session, signal_id, caller=caller)
    return signal_views(session, [signal], caller=caller, method=method, today=business_date(at))[0]


def signal_page(
    session: Session, signal_id: UUID, *, caller: Caller, reads_deals: bool, method: MatchMethod, at: datetime
) -> SignalPage:
    """Show one signal with its ladder and the deals it led to; without ``reads_deals`` only their stages.

    Raises
    ------
    RecordNotFound
        When the caller may not know of it.
    """
    signal, today = find_signal(session, signal_id, caller=caller), business_date(at)
    [view] = signal_views(session, [signal], caller=caller, method=method, today=today)
    return SignalPage(
        **view.model_dump(),
        ladder=ladder_of(session, signal, caller=caller, today=today),
        deals=deals_of_signal(session, signal_id, reads_deals=reads_deals),
    )


def signal_views(
    session: Session, signals: Sequence[DemandSignal], *, caller: Caller, method: MatchMethod, today: date
) -> list[SignalView]:
    """Show signals with what hangs on them: fields, regions, exclusions, level, and the state of their matching."""
    ids = [signal.id for signal in signals]
    fields = codes_by_owner(session, SignalField, "field_code", ids)
    excluded = codes_by_owner(session, SignalExcludedField, "field_code", ids)
    regions = codes_by_owner(session, SignalRegion, "region_code", ids)
    names = {
        organisation.id: organisation
        for organisation in session.exec(
            select(Organisation).where(col(Organisation.id).in_({signal.organisation_id for signal in signals}))
        )
    }
    matchings = {
        matching.signal_id: matching
        for matching in session.exec(select(SignalMatching).where(col(SignalMatching.signal_id).in_(ids)))
    }
    counts = dict(
        session.exec(
            select(Match.signal_id, func.count())
            .where(col(Match.signal_id).in_(ids), col(Match.eligible), free_of_conflict(today))
            .group_by(col(Match.signal_id))
        ).all()
    )
    current = method.digest(session)
    reached = standings(session, ids, today=today)
    return [
        SignalView(
            **signal.model_dump(exclude={"submitted_by_id", "source", "external_id", "source_digest", "exchange_rate"}),
            commitment_level=reached[signal.id].level,
            organisation_name_ko=names[signal.organisation_id].name_ko,
            organisation_name_en=names[signal.organisation_id].name_en,
            field_codes=fields.get(signal.id, []),
            region_codes=regions.get(signal.id, []),
            excluded_field_codes=excluded.get(signal.id, []),
            expired=signal.expires_on is not None and signal.expires_on < today,
            matching=matching_status(signal, matchings.get(signal.id), current),
            matched_at=matchings[signal.id].matched_at if signal.id in matchings else None,
            eligible_matches=counts.get(signal.id, 0),
            mine=caller.has(Role.INVESTOR) and signal.organisation_id == caller.organisation_id,
        )
        for signal in signals
    ]


def matching_status(
    signal: DemandSignal, matching: SignalMatching | None, current_method: str | None
) -> MatchingStatus:
    """Say whether stored matches still hold: never fresh after the signal or the method has changed."""
    if matching is None or matching.signal_version != signal.version:
        return MatchingStatus.WAITING
    return MatchingStatus.FRESH if matching.method_digest == current_method else MatchingStatus.OUTDATED


def codes_by_owner(
    session: Session, link: type[SQLModel], code: str, signal_ids: Sequence[UUID]
) -> dict[UUID, list[str]]:
    """Read a link table's codes for several signals at once, sorted."""
    owner, value = getattr(link, "signal_id"), getattr(link, code)  # noqa: B009 - the link tables share the column
    codes: dict[UUID, list[str]] = {}
    for signal_id, found in session.exec(select(owner, value).where(owner.in_(signal_ids)).order_by(value)).all():
        codes.setdefault(signal_id, []).append(found)
    return codes


def signal_form(session: Session, signal: DemandSignal | None = None) -> SignalForm:
    """Prepare the form: what may be chosen and, for an edit, what stands now."""
    form = SignalForm(fields=choices(session, TechnologyField), regions=choices(session, Region))
    if signal is None:
        return form
    values: dict[str, str | list[str]] = {
        name: "" if value is None else str(value)
        for name, value in signal.model_dump(
            include={
                "text", "trl_min", "trl_max", "ticket_min_krw", "ticket_max_krw", "available_krw", "horizon_months",
                "expires_on", "confidentiality",
            }
        ).items()
    }  # fmt: skip
    values |= {name: "true" if getattr(signal, name) else "false" for name in YES_OR_NO}
    values["stages"] = list(signal.stages)
    values["excluded_terms"] = ", ".join(signal.excluded_terms)
    values["field_codes"] = codes_by_owner(session, SignalField, "field_code", [signal.id]).get(signal.id, [])
    values["region_codes"] = codes_by_owner(session, SignalRegion, "region_code", [signal.id]).get(signal.id, [])
    values["excluded_field_codes"] = codes_by_owner(session, SignalExcludedField, "field_code", [signal.id]).get(
        signal.id, []
    )
    return form.model_copy(update={"signal_id": signal.id, "version": signal.version, "values": values})
