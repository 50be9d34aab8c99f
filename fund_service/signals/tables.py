"""Demand signals as a table to export, under the headings that an import reads again."""

from collections.abc import Iterator, Mapping, Sequence

from sqlmodel import Session, col, select

from fund_service import locales
from fund_service.accounts.callers import Caller
from fund_service.commitments.reading import standings
from fund_service.exports import BETWEEN_ENTRIES, MAX_EXPORT_ROWS, Cell
from fund_service.plan.queries import choices
from fund_service.signals.queries import codes_by_owner, readable_signals
from models.clock import business_date, utc_now
from models.organisation import Organisation
from models.plan import Region, TechnologyField
from models.project import DevelopmentStage
from models.signal import DemandSignal, SignalExcludedField, SignalField, SignalRegion, SignalState

EXPORTED = (
    "external_id", "source", "text", "organisation", "fields", "excluded_fields", "regions", "region_bound", "stages",
    "anchor_wanted", "region_specific_wanted", "trl", "ticket_min", "ticket_max", "available", "horizon_months",
    "received_on", "expires_on", "excluded_terms", "commitment_level", "confidentiality", "state",
)  # fmt: skip
"""Columns of the table, named as the import names them."""


def signal_rows(
    session: Session,
    *,
    caller: Caller,
    state: SignalState | None = None,
    field_code: str | None = None,
    q: str | None = None,
) -> Iterator[list[Cell]]:
    """Give the signals that the caller's list narrowed like this would show, newest first, in eight statements."""
    query = readable_signals(caller, state=state, field_code=field_code, q=q)
    signals = session.exec(query.order_by(col(DemandSignal.id).desc()).limit(MAX_EXPORT_ROWS + 1)).all()
    ids = [signal.id for signal in signals]
    fields, regions = _names(session, TechnologyField), _names(session, Region)
    wanted = codes_by_owner(session, SignalField, "field_code", ids)
    excluded = codes_by_owner(session, SignalExcludedField, "field_code", ids)
    limited_to = codes_by_owner(session, SignalRegion, "region_code", ids)
    organisations = {
        organisation_id: locales.pick(name_ko, name_en)
        for organisation_id, name_ko, name_en in session.exec(
            select(Organisation.id, Organisation.name_ko, Organisation.name_en).where(
                col(Organisation.id).in_({signal.organisation_id for signal in signals})
            )
        )
    }
    reached = standings(session, ids, today=business_date(utc_now()))
    for signal in signals:
        yield [
            signal.external_id,
            signal.source,
            signal.text,
            organisations[signal.organisation_id],
            _named(fields, wanted.get(signal.id, ())),
            _named(fields, excluded.get(signal.id, ())),
            _named(regions, limited_to.get(signal.id, ())),
            _yes_or_no(signal.region_bound),
            BETWEEN_ENTRIES.join(locales.label(DevelopmentStage(stage)) for stage in signal.stages),
            _yes_or_no(signal.anchor_wanted),
            _yes_or_no(signal.region_specific_wanted),
            trl_range(signal),
            signal.ticket_min_krw,
            signal.ticket_max_krw,
            signal.available_krw,
            signal.horizon_months,
            signal.received_on,
            signal.expires_on,
            BETWEEN_ENTRIES.join(signal.excluded_terms),
            reached[signal.id].level,
            locales.label(signal.confidentiality),
            locales.label(signal.state),
        ]


def _names(session: Session, table: type[TechnologyField] | type[Region]) -> dict[str, str]:
    return {choice.code: locales.pick(choice.name_ko, choice.name_en) for choice in choices(session, table)}


def _named(names: Mapping[str, str], codes: Sequence[str]) -> str:
    return BETWEEN_ENTRIES.join(names[code] for code in codes)


def _yes_or_no(stated: bool) -> str:  # noqa: FBT001 - one answer
    return locales.gettext("yes") if stated else locales.gettext("no")


def trl_range(signal: DemandSignal) -> str | None:
    """Write a TRL range as 4~7, which no spreadsheet takes for a date; an open end is the end of the scale."""
    if signal.trl_min is None and signal.trl_max is None:
        return None
    return f"{signal.trl_min or 1}~{signal.trl_max or 9}"
