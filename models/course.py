"""How a target is judged: its figures held against a straight line to what is wanted on its date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self


class ProgressState(StrEnum):
    """How a target comes along."""

    REACHED = "reached"
    """What was wanted is there, and was there in time."""
    REACHED_LATE = "reached_late"
    """It is there now, and was not on its date."""
    ON_COURSE = "on_course"
    """At least what a straight line from the start to the date asks for today."""
    BEHIND = "behind"
    """Less than that."""
    AHEAD = "ahead"
    """A milestone whose date lies ahead: there is nothing in between to measure."""
    MISSED = "missed"
    """Its date is over, and what was wanted is not there."""
    FOLLOWED = "followed"
    """The plan states no date or no number: it is shown, and not judged."""
    NO_FIGURE = "no_figure"
    """No figure yet."""


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A figure on a day."""

    day: date
    value: int


@dataclass(frozen=True, slots=True)
class Course:
    """The straight line from a start to what is wanted on a date."""

    start: Point
    goal: Point

    @classmethod
    def of(cls, start: Point | None, goal: Point | None) -> Self | None:
        """Make the line; there is none without both ends, or where it would not run forward."""
        if start is None or goal is None or start.day >= goal.day:
            return None
        return cls(start, goal)

    def at(self, day: date) -> int:
        """Give what the line asks for on a day, cut to a whole figure; what lies outside it is its nearer end."""
        run = (min(max(day, self.start.day), self.goal.day) - self.start.day).days
        rise, length = self.goal.value - self.start.value, (self.goal.day - self.start.day).days
        return self.start.value + rise * run // length


def state_on(
    today: date, points: Sequence[Point], *, wanted: int | None, due_on: date | None, course: Course | None
) -> ProgressState:
    """Judge a target.

    Parameters
    ----------
    points
        Its figures, the earliest first; those after ``today`` are not looked at.
    wanted, due_on
        What the plan states of it.
    course
        The straight line to it; none for a milestone, which has nothing in between.
    """
    known = [point for point in points if point.day <= today]
    if not known:
        return ProgressState.NO_FIGURE
    if wanted is None:
        return ProgressState.FOLLOWED
    if due_on is not None and today > due_on:
        return _after_its_date(known, wanted=wanted, due_on=due_on)
    newest = known[-1].value
    if newest >= wanted:
        return ProgressState.REACHED
    if due_on is None:
        return ProgressState.FOLLOWED
    return ProgressState.AHEAD if course is None else _on_its_way(newest, course.at(today))


def _after_its_date(known: Sequence[Point], *, wanted: int, due_on: date) -> ProgressState:
    in_time = [point.value for point in known if point.day <= due_on]
    if in_time and in_time[-1] >= wanted:
        return ProgressState.REACHED
    return ProgressState.REACHED_LATE if known[-1].value >= wanted else ProgressState.MISSED


def _on_its_way(value: int, asked: int) -> ProgressState:
    return ProgressState.ON_COURSE if value >= asked else ProgressState.BEHIND
