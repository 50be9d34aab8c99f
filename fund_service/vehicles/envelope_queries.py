"""Reads of envelopes: what they are set aside for, what was given and drawn, what is available now."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from fund_service.paging import Cursor, cut_page
from fund_service.plan.queries import choices
from fund_service.plan.schemas import Choice
from fund_service.vehicles.figures import envelope_sums, names, read_vehicles
from fund_service.vehicles.schemas import EnvelopeIn
from fund_service.vehicles.views import (
    EnvelopeChoices,
    EnvelopeFilters,
    EnvelopeForm,
    EnvelopeRow,
    EnvelopesPage,
    EnvelopeUse,
    EnvelopeView,
)
from models.deal import Deal
from models.errors import RecordNotFound
from models.instruction import Commitment, EnvelopeDraw
from models.ledger import Account
from models.plan import Initiative, MegaRegion, Region
from models.vehicle import Envelope

SHOWN_USES = 50


def find_envelope(session: Session, envelope_id: UUID, *, to_change: bool = False) -> Envelope:
    """Find an envelope, locked where it is to be changed.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    query = select(Envelope).where(Envelope.id == envelope_id)
    if to_change:
        # What was read before the lock may have changed while waiting for it.
        query = query.with_for_update().execution_options(populate_existing=True)
    envelope = session.exec(query).first()
    if envelope is None:
        raise RecordNotFound("There is no such envelope.")
    return envelope


def list_envelopes(session: Session, filters: EnvelopeFilters, *, after: Cursor | None, limit: int) -> EnvelopesPage:
    """List envelopes, newest first, in six statements."""
    offered = envelope_choices(session)
    query = select(Envelope).where(*conditions(filters)).order_by(col(Envelope.id).desc()).limit(limit + 1)
    if after is not None:
        query = query.where(col(Envelope.id) < after.after)
    found, next_cursor = cut_page(session.exec(query).all(), limit, key=lambda envelope: envelope.id)
    return EnvelopesPage(
        items=_rows(session, found, offered), next_cursor=next_cursor, filters=filters, choices=offered
    )


def conditions(filters: EnvelopeFilters) -> list[sa.ColumnElement[bool]]:
    """Say what a listed envelope fulfils: it sets each dimension asked for, to just that."""
    return [col(getattr(Envelope, name)) == value for name, value in filters.model_dump(exclude_none=True).items()]


def envelope_rows(session: Session, envelopes: Sequence[Envelope]) -> list[EnvelopeRow]:
    """Show envelopes with their dimensions and won, in five statements."""
    return _rows(session, envelopes, envelope_choices(session))


def envelope_view(session: Session, envelope_id: UUID) -> EnvelopeView:
    """Show one envelope with the latest draws on it.

    Raises
    ------
    RecordNotFound
        When there is none by this id.
    """
    envelope = find_envelope(session, envelope_id)
    [row] = envelope_rows(session, [envelope])
    return EnvelopeView(
        **row.model_dump(),
        version=envelope.version,
        updated_at=envelope.updated_at,
        has_money=has_money(session, envelope_id),
        uses=_uses(session, envelope_id),
    )


def has_money(session: Session, envelope_id: UUID) -> bool:
    """Say whether the ledger knows an envelope."""
    return session.exec(select(Account.id).where(Account.envelope_id == envelope_id).limit(1)).first() is not None


def envelope_choices(session: Session) -> EnvelopeChoices:
    """List what envelopes can be narrowed to, and set aside for, in four statements."""
    return EnvelopeChoices(
        initiatives=choices(session, Initiative),
        mega_regions=choices(session, MegaRegion),
        regions=choices(session, Region),
        vehicles=list(names(read_vehicles(session)).values()),
    )


def envelope_form(session: Session, envelope: Envelope | None = None) -> EnvelopeForm:
    """Prepare the form: what may be chosen and, for an edit, what stands now."""
    form = EnvelopeForm(choices=envelope_choices(session))
    if envelope is None:
        return form
    values = {
        name: "" if value is None else str(value)
        for name, value in envelope.model_dump(include=set(EnvelopeIn.model_fields)).items()
    }
    return form.model_copy(update={"envelope_id": envelope.id, "version": envelope.version, "values": values})


def _rows(session: Session, envelopes: Sequence[Envelope], offered: EnvelopeChoices) -> list[EnvelopeRow]:
    sums = envelope_sums(session, [envelope.id for envelope in envelopes])
    initiatives, mega_regions, regions = map(_by_code, (offered.initiatives, offered.mega_regions, offered.regions))
    vehicles: dict[UUID | None, Any] = {vehicle.id: vehicle for vehicle in offered.vehicles}
    rows = []
    for envelope in envelopes:
        budget, available, drawn = sums.get(envelope.id, (0, 0, 0))
        rows.append(
            EnvelopeRow(
                **envelope.model_dump(include={"id", "name_ko", "name_en", "year"}),
                initiative=initiatives.get(envelope.initiative_code),
                mega_region=mega_regions.get(envelope.mega_region_code),
                region=regions.get(envelope.region_code),
                vehicle=vehicles.get(envelope.vehicle_id),
                budget_krw=budget,
                drawn_krw=drawn,
                available_krw=available,
            )
        )
    return rows


def _by_code(offered: Iterable[Choice]) -> dict[str | None, Choice]:
    return {choice.code: choice for choice in offered}


def _uses(session: Session, envelope_id: UUID) -> list[EnvelopeUse]:
    drawn = session.exec(
        select(EnvelopeDraw, Commitment, Deal)
        .join(Commitment, col(Commitment.id) == col(EnvelopeDraw.commitment_id))
        .join(Deal, col(Deal.id) == col(Commitment.deal_id))
        .where(EnvelopeDraw.envelope_id == envelope_id)
        .order_by(col(Commitment.id).desc())
        .limit(SHOWN_USES)
    )
    return [
        EnvelopeUse(
            deal_id=deal.id,
            title_ko=deal.title_ko,
            title_en=deal.title_en,
            amount_krw=draw.amount_krw,
            drawn_at=commitment.recorded_at,
        )
        for draw, commitment, deal in drawn
    ]
