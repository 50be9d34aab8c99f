"""Playing the invented fund: everything in the order of its days, so that the ledger reads like a real one."""

import heapq
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import count

from sqlmodel import Session, select

from fund_service.demonstration import (
    answering,
    climbing,
    consulting,
    decisions,
    money,
    pipeline,
    regions,
    reporting,
    research,
)
from fund_service.demonstration.cast import Cast, gather
from models.deal import DealStage
from models.vehicle import Vehicle
from seeds.demo_files import DEMO_FOLDER
from seeds.demo_records import DealRecord, EnvelopeRecord, VehicleRecord
from seeds.demo_rows import DEMO_SOURCE
from seeds.reading import read_json_lines

Play = Iterator[datetime]
FIRST_MEETING, SECOND_MEETING, NEXT_MEETING = date(2026, 4, 2), date(2026, 6, 4), date(2026, 12, 17)
FIRST_CALLED, SECOND_CALLED, NEXT_CALLED = date(2026, 3, 27), date(2026, 5, 28), date(2026, 7, 20)
"""Meetings, and when each was called; the next one is called already and waits for its day."""


def play_fund(session: Session) -> bool:
    """Play the invented fund, unless it has been played here; flushes, never commits.

    Money is moved as everywhere: one manager asks, others check, the committee has voted before. Returns whether
    there was anything to do.

    Raises
    ------
    SeedFileRefused
        When a file is not as it must be.
    """
    if session.exec(select(Vehicle.id).where(Vehicle.source == DEMO_SOURCE)).first() is not None:
        return False
    vehicles = [line.record for line in read_json_lines(DEMO_FOLDER / "vehicles.jsonl", VehicleRecord)]
    envelopes = [line.record for line in read_json_lines(DEMO_FOLDER / "envelopes.jsonl", EnvelopeRecord)]
    deals = [line.record for line in read_json_lines(DEMO_FOLDER / "deals.jsonl", DealRecord)]
    cast = gather(session)
    in_order(
        [
            money.set_up(cast, vehicles, envelopes),
            *(money.fund(cast, vehicle) for vehicle in vehicles),
            *(pipeline.bring(cast, deal, number=number) for number, deal in enumerate(deals)),
            *_meetings(cast, deals),
            answering.answer(cast),
            climbing.climb(cast),
            consulting.consult(cast),
            *reporting.plays(cast),
            *regions.plays(cast),
        ]
    )
    return True


def _meetings(cast: Cast, deals: Sequence[DealRecord]) -> Iterator[Play]:
    decided = [deal for deal in deals if deal.stage in pipeline.DECIDED]
    first = [deal for deal in decided if (FIRST_CALLED - deal.found_on).days >= pipeline.SUBMITTED]
    second = [deal for deal in decided if deal not in first]
    waiting = [deal for deal in deals if deal.stage is DealStage.COMMITTEE]
    yield decisions.meet(cast, first, FIRST_CALLED, FIRST_MEETING, title="제1차 투자심의위원회", decides=True)
    yield decisions.meet(cast, second, SECOND_CALLED, SECOND_MEETING, title="제2차 투자심의위원회", decides=True)
    yield decisions.meet(cast, waiting, NEXT_CALLED, NEXT_MEETING, title="제3차 투자심의위원회", decides=False)
    for day, approved in ((FIRST_MEETING, first), (SECOND_MEETING, second)):
        yield from (decisions.carry_out(cast, deal, day) for deal in approved)
        yield from (research.settle(cast, deal, day) for deal in approved if decisions.is_grant(deal))


def in_order(plays: Sequence[Play]) -> None:
    """Run plays side by side: each says when it goes on, and the earliest goes on first."""
    turn = count()
    waiting = [(moment, next(turn), play) for play in plays if (moment := next(play, None)) is not None]
    heapq.heapify(waiting)
    while waiting:
        _, _, play = heapq.heappop(waiting)
        moment = next(play, None)
        if moment is not None:
            heapq.heappush(waiting, (moment, next(turn), play))
