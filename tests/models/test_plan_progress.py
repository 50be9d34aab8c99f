"""How targets are judged: the straight line, the states, and reported figures that correct each other."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.course import Course, Point, ProgressState, state_on
from models.identity import new_id
from models.money import MAX_KRW
from models.plan_progress import (
    IN_WON,
    JUDGING,
    MEASURED,
    SHARES,
    PlanMeasure,
    ProgressUnit,
    ReportedFigure,
    ReportState,
    ReportVerdict,
    states_of,
    unit_of,
)

START, DUE = date(2026, 1, 29), date(2030, 12, 31)
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31))
FIGURES = st.integers(0, MAX_KRW)
S = ProgressState


class TestCourse:
    @given(FIGURES, FIGURES, DAYS, DAYS)
    def test_it_rises_from_the_start_to_the_goal_and_never_leaves_them(self, low, high, one, other):
        low, high = sorted((low, high))
        course = Course.of(Point(START, low), Point(DUE, high))
        assert course.at(START) == low
        assert course.at(DUE) == high
        first, second = sorted((one, other))
        assert low <= course.at(first) <= course.at(second) <= high

    def test_it_is_cut_to_a_whole_figure(self):
        course = Course.of(Point(date(2026, 1, 1), 0), Point(date(2026, 1, 11), 15))
        assert [course.at(date(2026, 1, day)) for day in (1, 2, 3, 10, 11, 12)] == [0, 1, 3, 13, 15, 15]

    @pytest.mark.parametrize(
        ("start", "goal"), [(None, Point(DUE, 1)), (Point(START, 0), None), (Point(DUE, 0), Point(DUE, 1))]
    )
    def test_there_is_none_that_does_not_run_forward(self, start, goal):
        assert Course.of(start, goal) is None


COURSE = Course.of(Point(START, 0), Point(DUE, 500))
HALF_WAY = START + (DUE - START) / 2


class TestState:
    @pytest.mark.parametrize(
        ("today", "points", "wanted", "due_on", "course", "state"),
        [
            (HALF_WAY, [], 500, DUE, COURSE, S.NO_FIGURE),
            (HALF_WAY, [Point(DUE, 900)], 500, DUE, COURSE, S.NO_FIGURE),
            (HALF_WAY, [Point(START, 3)], None, DUE, None, S.FOLLOWED),
            (HALF_WAY, [Point(HALF_WAY, 249)], 500, DUE, COURSE, S.ON_COURSE),
            (HALF_WAY, [Point(HALF_WAY, 248)], 500, DUE, COURSE, S.BEHIND),
            (HALF_WAY, [Point(START, 400), Point(HALF_WAY, 248)], 500, DUE, COURSE, S.BEHIND),
            (HALF_WAY, [Point(HALF_WAY, 500)], 500, DUE, COURSE, S.REACHED),
            (HALF_WAY, [Point(HALF_WAY, 0)], 1, DUE, None, S.AHEAD),
            (HALF_WAY, [Point(HALF_WAY, 1)], 1, DUE, None, S.REACHED),
            (HALF_WAY, [Point(HALF_WAY, 29)], 30, None, None, S.FOLLOWED),
            (HALF_WAY, [Point(HALF_WAY, 30)], 30, None, None, S.REACHED),
            (DUE, [Point(DUE, 499)], 500, DUE, COURSE, S.BEHIND),
            (DUE + timedelta(1), [Point(DUE, 500)], 500, DUE, COURSE, S.REACHED),
            (DUE + timedelta(9), [Point(DUE, 500), Point(DUE + timedelta(9), 400)], 500, DUE, COURSE, S.REACHED),
            (DUE + timedelta(9), [Point(DUE, 499), Point(DUE + timedelta(9), 500)], 500, DUE, COURSE, S.REACHED_LATE),
            (DUE + timedelta(9), [Point(DUE + timedelta(9), 500)], 500, DUE, COURSE, S.REACHED_LATE),
            (DUE + timedelta(9), [Point(DUE, 499)], 500, DUE, COURSE, S.MISSED),
        ],
    )
    def test_a_target_is_judged_by_what_is_known_on_the_day(  # noqa: PLR0917 - a table of cases
        self, today, points, wanted, due_on, course, state
    ):
        assert state_on(today, points, wanted=wanted, due_on=due_on, course=course) is state

    @given(DAYS, st.integers(0, 600), st.integers(0, 600))
    def test_more_is_never_judged_worse(self, today, one, other):
        order = [S.MISSED, S.BEHIND, S.ON_COURSE, S.REACHED_LATE, S.REACHED]
        less, more = sorted((one, other))
        states = [
            state_on(today, [Point(today, value)], wanted=500, due_on=DUE, course=COURSE) for value in (less, more)
        ]
        assert order.index(states[0]) <= order.index(states[1])


class TestReports:
    def figure(self, corrects=None):
        return ReportedFigure(
            target_code="t", as_of=START, value=1, unit=ProgressUnit.COUNT, source_title="s", source_document="d",
            corrects_id=corrects, reported_by_id=new_id(),
        )  # fmt: skip

    def test_a_figure_counts_once_confirmed_and_until_one_that_counts_corrects_it(self):
        first = self.figure()
        second = self.figure(first.id)
        yes, no = ReportVerdict.CONFIRMED, ReportVerdict.REFUSED
        waiting, standing = ReportState.WAITING, ReportState.STANDING

        def states(verdicts, *withdrawn):
            return list(states_of([first, second], verdicts, frozenset(withdrawn)).values())

        assert states({}) == [waiting, waiting]
        assert states({first.id: yes}) == [standing, waiting]
        assert states({first.id: yes, second.id: yes}) == [ReportState.CORRECTED, standing]
        assert states({first.id: yes, second.id: no}) == [standing, ReportState.REFUSED]
        assert states({first.id: yes, second.id: yes}, second.id) == [standing, ReportState.WITHDRAWN]
        assert states({first.id: yes, second.id: yes}, first.id) == [ReportState.WITHDRAWN, standing]


class TestUnits:
    def test_every_measure_has_one_and_shares_and_won_are_told_apart(self):
        units = {
            measure: unit_of(measure, target_code=code, target_unit="milestone")
            for code, measures in MEASURED.items()
            for measure in measures
        }
        assert {measure for measure, unit in units.items() if unit is ProgressUnit.SHARE} == SHARES
        assert {measure for measure, unit in units.items() if unit is ProgressUnit.WON} == IN_WON
        assert set(units) == set(PlanMeasure) - {PlanMeasure.REPORTED}, "each measure is counted for some target"
        assert PlanMeasure.REPORTED in JUDGING

    @pytest.mark.parametrize(
        ("code", "unit", "expected"),
        [
            ("large-project-share", "percent", ProgressUnit.SHARE),
            ("commercialization-fund-established", "milestone", ProgressUnit.WON),
            ("ai-factories", "factory", ProgressUnit.COUNT),
            ("engineers-day", "milestone", ProgressUnit.COUNT),
        ],
    )
    def test_what_is_reported_is_in_the_targets_own(self, code, unit, expected):
        assert unit_of(PlanMeasure.REPORTED, target_code=code, target_unit=unit) is expected
