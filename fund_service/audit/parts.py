"""Parts of one sum: what was posted of the same kind and parties at the same time, told apart from the code that asks.

An instruction must ask for two checks with the parts that were there when it was asked for
(`fund_service.ledger.splitting`); here they are added up again, in the order of their ids.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from fund_service.audit.asked import Asked
from fund_service.ledger.splitting import SPLIT_DAYS
from models.clock import business_date

SLACK_MS = 60_000
"""How far two ids may be out of the order in which their instructions were written: each is made before it waits."""


Days = tuple[int, int]
"""Ordinals of the business date an instruction counts for and of the day in Seoul on which it was asked for."""


@dataclass(slots=True)
class Alike:
    """What was posted of one kind and parties: its won by day, so that what is near is summed in a fixed time."""

    total_krw: int = 0
    by_effective: dict[int, int] = field(default_factory=dict)
    by_recorded: dict[int, int] = field(default_factory=dict)
    by_both: dict[Days, int] = field(default_factory=dict)
    late: deque[tuple[int, Days, int]] = field(default_factory=deque)
    """Those of two checks, with the milliseconds of their ids, that may have been written after the next."""

    def add(self, days: Days, krw: int) -> None:
        """Count won that were asked for and posted."""
        self.total_krw += krw
        self.by_effective[days[0]] = self.by_effective.get(days[0], 0) + krw
        self.by_recorded[days[1]] = self.by_recorded.get(days[1], 0) + krw
        self.by_both[days] = self.by_both.get(days, 0) + krw

    def near(self, days: Days) -> int:
        """Sum what counts for a near date or was asked for on a near day, each part once."""
        effective, recorded = (list(_around(day)) for day in days)
        either = sum(self.by_effective.get(day, 0) for day in effective)
        either += sum(self.by_recorded.get(day, 0) for day in recorded)
        return either - sum(self.by_both.get((one, other), 0) for one in effective for other in recorded)


class Parts:
    """All that was posted, part by part, in the order of ids."""

    def __init__(self) -> None:
        self._alike: dict[tuple[str | None, ...], Alike] = {}

    def keep(self, posted: Asked) -> None:
        """Keep what was posted, to be counted with what was asked for after it."""
        alike = self._alike.setdefault(_parties(posted), Alike())
        if posted.checks_needed == 1:
            alike.add(_days(posted), posted.amount_krw)
        else:
            alike.late.append((_milliseconds(posted), _days(posted), posted.amount_krw))

    def before(self, asked: Asked, *, from_krw: int) -> int:
        """Sum, in won, the parts that were certainly there when another was asked for.

        Where all there ever were do not come to ``from_krw`` with it, nobody asks how many of them are near: nothing.
        """
        alike = self._alike.get(_parties(asked))
        if alike is None:
            return 0
        while alike.late and alike.late[0][0] < _milliseconds(asked) - SLACK_MS:
            _, days, krw = alike.late.popleft()
            alike.add(days, krw)
        return alike.near(_days(asked)) if alike.total_krw + asked.amount_krw >= from_krw else 0


def _parties(part: Asked) -> tuple[str | None, ...]:
    return part.kind.value, part.vehicle_id, part.envelope_id, part.deal_id


def _days(part: Asked) -> Days:
    return part.effective_on.toordinal(), business_date(part.recorded_at).toordinal()


def _milliseconds(part: Asked) -> int:
    """Read when an id was made off its first 48 bits (RFC 9562, version 7)."""
    return UUID(part.id).int >> 80


def _around(day: int) -> Iterator[int]:
    yield from range(day - SPLIT_DAYS, day + SPLIT_DAYS + 1)
