"""The invented fund's vehicles and envelopes, and the capital that is called into them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlmodel import col, select

from fund_service.demonstration.cast import Cast, after, on
from models.instruction import CallPurpose, CapitalCall, InstructionKind
from models.vehicle import Envelope, Vehicle, VehicleKind
from seeds.demo_records import EnvelopeRecord, VehicleRecord
from seeds.demo_rows import DEMO_SOURCE

CALL_AFTER, RECEIPT_AFTER = 7, 21
"""Days after a vehicle is formed until it calls capital, and until the capital is there."""
FEE_SHARE = 40
"""One fortieth of a call is the manager's fee, unless the fund manages itself."""


def set_up(cast: Cast, vehicles: Sequence[VehicleRecord], envelopes: Sequence[EnvelopeRecord]) -> Iterator[datetime]:
    """Form the vehicles, promise them their won, give the envelopes theirs, and call capital."""
    formed = on(min(vehicle.formed_on for vehicle in vehicles))
    yield formed
    for record in vehicles:
        _form(cast, record)
    mother = next(record for record in vehicles if record.parent is None)
    _promise(cast, mother, at=formed)
    yield on(formed.date(), hour=14)
    for envelope in envelopes:
        _give(cast, envelope, at=on(formed.date(), hour=14))


def fund(cast: Cast, record: VehicleRecord) -> Iterator[datetime]:
    """Promise a vehicle its won once it is formed, then call a part of them and receive it."""
    if record.parent is not None:
        yield on(record.formed_on)
        _promise(cast, record, at=on(record.formed_on))
    # A child is paid by its parent, which must have received its own call before.
    wait = 0 if record.parent is None else RECEIPT_AFTER
    called, received = (on(after(record.formed_on, wait + days)) for days in (CALL_AFTER, RECEIPT_AFTER))
    yield called
    fee = 0 if record.manager is None or record.parent is None else record.called_krw // FEE_SHARE
    items = [{"purpose": CallPurpose.INVESTMENT.value, "amount_krw": record.called_krw - fee}]
    if fee:
        items.append({"purpose": CallPurpose.MANAGEMENT_FEE.value, "amount_krw": fee})
    vehicle_id = cast.vehicles[record.external_id]
    terms = {"due_on": after(called.date(), RECEIPT_AFTER).isoformat(), "items": items}
    asked = cast.post(
        InstructionKind.CAPITAL_CALL,
        record.called_krw,
        at=called,
        words=f"{record.name_ko} 제1차 캐피탈콜",
        vehicle_id=vehicle_id,
        terms=terms,
    )
    yield received
    call = cast.session.exec(select(CapitalCall).where(col(CapitalCall.instruction_id) == asked.id)).one()
    cast.post(
        InstructionKind.CALL_RECEIPT,
        record.called_krw,
        at=received,
        words=f"{record.name_ko} 제1차 납입",
        vehicle_id=vehicle_id,
        terms={"call_id": str(call.id)},
    )
    if fee:
        yield on(after(received.date(), 3))
        cast.post(
            InstructionKind.EXPENSE,
            fee,
            at=on(after(received.date(), 3)),
            words="관리보수 지급",
            vehicle_id=vehicle_id,
            terms={"purpose": CallPurpose.MANAGEMENT_FEE.value},
        )


def _form(cast: Cast, record: VehicleRecord) -> None:
    vehicle = Vehicle(
        source=DEMO_SOURCE,
        external_id=record.external_id,
        kind=record.kind,
        parent_id=None if record.parent is None else cast.vehicles[record.parent],
        manager_organisation_id=None if record.manager is None else cast.organisations[record.manager],
        **record.model_dump(
            include={
                "name_ko", "name_en", "formed_on", "ends_on", "main_purpose_share_bp", "fiscal_contribution_krw",
                "private_commitments_krw",
            }
        ),
    )  # fmt: skip
    cast.session.add(vehicle)
    cast.session.flush()
    cast.vehicles[record.external_id] = vehicle.id


def _promise(cast: Cast, record: VehicleRecord, *, at: datetime) -> None:
    vehicle_id = cast.vehicles[record.external_id]
    if record.kind is VehicleKind.MOTHER_FUND:
        words = "모펀드 조성"
        cast.post(InstructionKind.FUND_SIZE, record.size_krw, at=at, words=words, vehicle_id=vehicle_id)
        return
    cast.post(
        InstructionKind.VEHICLE_COMMITMENT,
        record.size_krw,
        at=at,
        words=f"{record.name_ko} 출자약정",
        vehicle_id=cast.vehicles[record.parent or ""],
        terms={"child_id": str(vehicle_id)},
    )


def _give(cast: Cast, record: EnvelopeRecord, *, at: datetime) -> None:
    envelope = Envelope(
        source=DEMO_SOURCE, external_id=record.external_id, **record.model_dump(exclude={"external_id", "budget_krw"})
    )
    cast.session.add(envelope)
    cast.session.flush()
    words = f"{record.name_ko} 배분"
    cast.post(InstructionKind.ENVELOPE_BUDGET, record.budget_krw, at=at, words=words, envelope_id=envelope.id)


def last_day(vehicles: Sequence[VehicleRecord]) -> date:
    """Give the day by which the vehicles of the first closing have their cash."""
    return after(min(vehicle.formed_on for vehicle in vehicles), 2 * RECEIPT_AFTER + CALL_AFTER + 3)
