"""Months: what was heard, counted for a project month by month, as the watch reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from matching.demand.relevance import QUARTER, ProjectDemand, RelevancePolicy
from matching.disclosure.rules import MIN_GROUPS
from models.relevance import DataMissing

BASE_MONTHS = 24
"""Months before the approval that are counted, where demand was recorded for so long: two of each season."""
MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A signal, live or not any more, as today's model reads it."""

    signal: UUID
    group: UUID
    received_on: date
    fields: frozenset[str]
    """The technology fields that it names; none: it speaks for all."""
    answered_by: frozenset[UUID]
    """Running projects that answer it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A running project that is watched."""

    id: UUID
    fields: frozenset[str]
    approved_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What a project lacks to be watched, and for how many months more, where time mends it."""

    what: DataMissing
    months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """The counts of a project in each month, oldest first; the first ``base_months`` lie before its approval."""

    base_months: int
    events: tuple[int, ...]
    field_events: tuple[int, ...]
    all_events: tuple[int, ...]

    def demand(self, project: UUID, policy: RelevancePolicy) -> ProjectDemand:
        """Give the counts as the watch takes them."""
        base, window = self.base_months, policy.window_months
        return ProjectDemand(
            project=str(project),
            base_months=base,
            events=self.events,
            field_events=self.field_events,
            share_at_approval=_share(self.events[:base], self.all_events[:base]),
            share_now=_share(self.events[-window:], self.all_events[-window:]),
        )


def month_of(day: date) -> int:
    """Give the number of a month, so that months can be counted."""
    return day.year * MONTHS_A_YEAR + day.month - 1


def quarter_end(today: date) -> date:
    """Give the last day of the last quarter that is over."""
    first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    return date.fromordinal(first.toordinal() - 1)


class Hearings:
    """Everything heard up to a day, ready to be counted for one project after another."""

    def __init__(self, heard: Sequence[Heard], *, as_of: date) -> None:
        self.last = month_of(as_of)
        self._heard = [one for one in heard if one.received_on <= as_of]
        self.first = min((month_of(one.received_on) for one in self._heard), default=self.last + 1)

    def months(self, project: Running) -> Months:
        """Count ownership groups, each once a month: those the project answers, those of its fields, and all.

        The months begin two years before the approval, or when demand was first recorded; without an approval there
        are none.
        """
        if project.approved_on is None:
            return Months(base_months=0, events=(), field_events=(), all_events=())
        approved = month_of(project.approved_on)
        since = max(approved - BASE_MONTHS, self.first)
        asked: dict[int, set[UUID]] = {month: set() for month in range(since, self.last + 1)}
        near: dict[int, set[UUID]] = {month: set() for month in asked}
        everybody: dict[int, set[UUID]] = {month: set() for month in asked}
        for one in self._heard:
            month = month_of(one.received_on)
            if month not in asked:
                continue
            everybody[month].add(one.group)
            if project.id in one.answered_by:
                asked[month].add(one.group)
            if not one.fields or not project.fields or one.fields & project.fields:
                near[month].add(one.group)
        events, field_events, all_events = (
            tuple(len(groups) for groups in counted.values()) for counted in (asked, near, everybody)
        )
        base = min(max(approved - since, 0), len(events))
        return Months(base_months=base, events=events, field_events=field_events, all_events=all_events)

    def missing(self, project: Running, months: Months, policy: RelevancePolicy) -> Missing | None:
        """Say what a project lacks to be looked at; nothing: the watch takes it."""
        if project.approved_on is None:
            return Missing(what=DataMissing.APPROVAL)
        watched = self.last + 1 - month_of(project.approved_on)
        short = policy.window_months + QUARTER - watched
        if short > 0:
            return Missing(what=DataMissing.WATCHED_MONTHS, months=short)
        if months.base_months < policy.least_base_months:
            return Missing(what=DataMissing.BASE_MONTHS, months=policy.least_base_months - months.base_months)
        return None

    def shared_with(self, project: UUID) -> list[UUID]:
        """Name the other running projects that demand of enough of the same ownership groups asks for.

        Of fewer groups none is named: it would tell what one of them asks for.
        """
        groups: dict[UUID, set[UUID]] = {}
        for one in self._heard:
            if project in one.answered_by:
                for other in one.answered_by - {project}:
                    groups.setdefault(other, set()).add(one.group)
        enough = [(-len(found), other) for other, found in groups.items() if len(found) >= MIN_GROUPS]
        return [other for _, other in sorted(enough)]


def _share(part: Sequence[int], whole: Sequence[int]) -> float:
    total = sum(whole)
    return sum(part) / total if total else 0.0
