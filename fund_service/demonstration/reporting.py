"""The invented plan's progress: what the service would have counted each month, and figures its planners report.

The figures are as invented as the fund: they show how the register reads, and say nothing of any real programme.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from fund_service.demonstration.cast import Cast, after, on
from fund_service.plan.progress_schemas import ReportDecisionIn, ReportIn, ReportWithdrawalIn
from fund_service.plan.recording import record_readings
from fund_service.plan.reports import decide_report, read_reports, report_figure, withdraw_report
from models.plan import Target
from models.plan_progress import ReportVerdict
from seeds.demo import DEMO_DOMAIN

REPORTS, CONFIRMS = (f"planner.{name}{DEMO_DOMAIN}" for name in ("programmes", "regions"))
MONTHS = tuple(
    date(2026, month, day)
    for month, day in ((2, 28), (3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30), (10, 31))
)
"""The days that are counted, each on the day after."""
FIRST_QUARTER, HALF_YEAR, THIRD_QUARTER, OCTOBER = (MONTHS[place] for place in (1, 4, 7, 8))
REPORTED_AFTER, CONFIRMED_AFTER, WITHDRAWN_AFTER = 10, 12, 14
LATER = 20
"""Days between a figure and the one that corrects it."""


class Said(NamedTuple):
    """A figure as it is reported, and what became of it."""

    target: str
    as_of: date
    value: int
    corrects: bool = False
    verdict: ReportVerdict | None = ReportVerdict.CONFIRMED
    words: str | None = None
    withdrawn: str | None = None


SAID = (
    Said("ai-factories", FIRST_QUARTER, 9),
    Said("ai-factories", HALF_YEAR, 27),
    Said("ai-factories", HALF_YEAR, 26, corrects=True),
    Said("ai-factories", THIRD_QUARTER, 41),
    Said("ai-factories", OCTOBER, 48, verdict=None),
    Said("leading-manufacturing-ai-models", THIRD_QUARTER, 3),
    Said("on-site-demonstrations", HALF_YEAR, 4),
    Said("on-site-demonstrations", THIRD_QUARTER, 7),
    Said("joint-industry-academia-labs", HALF_YEAR, 2),
    Said("joint-industry-academia-labs", THIRD_QUARTER, 6),
    Said("advanced-industry-graduate-programmes", THIRD_QUARTER, 1),
    Said("priority-regulatory-tasks", HALF_YEAR, 30, withdrawn="선정된 과제가 아니라 후보 과제의 수였습니다."),
    Said("priority-regulatory-tasks", THIRD_QUARTER, 18),
    Said(
        "engineers-day", HALF_YEAR, 1, verdict=ReportVerdict.REFUSED,
        words="입법예고일 뿐이며 아직 지정되지 않았습니다.",
    ),
)  # fmt: skip


def plays(cast: Cast) -> list[Iterator[datetime]]:
    """Give the plays of the register; there are none without the plan."""
    if cast.session.get(Target, SAID[0].target) is None:
        return []
    return [_count(cast), *(_say(cast, said) for said in SAID)]


def _count(cast: Cast) -> Iterator[datetime]:
    for month in MONTHS:
        at = on(after(month, 1), hour=1)
        yield at
        record_readings(cast.session, day=month, at=at)


def _say(cast: Cast, said: Said) -> Iterator[datetime]:
    """Report a figure, have it confirmed or refused, and take it back where that was needed."""
    days = LATER if said.corrects else 0
    at = on(after(said.as_of, REPORTED_AFTER + days))
    yield at
    planner, second = cast.callers[REPORTS], cast.callers[CONFIRMS]
    data = ReportIn(
        as_of=said.as_of,
        value=said.value,
        source_title=f"(가상) {said.as_of.year}년 {said.as_of.month}월 말 사업 점검 결과",
        source_document=f"데모점검-{said.as_of:%Y-%m}",
    )
    if said.corrects:
        standing = read_reports(cast.session, said.target).standing(said.target)
        data.corrects_id = next(figure.id for figure in standing if figure.as_of == said.as_of)
    figure = report_figure(cast.session, said.target, data, caller=planner, at=at)
    if said.verdict is None:
        return
    at = on(after(said.as_of, CONFIRMED_AFTER + days))
    yield at
    decision = ReportDecisionIn(verdict=said.verdict, words=said.words)
    decide_report(cast.session, figure.id, decision, caller=second, at=at)
    if said.withdrawn is not None:
        at = on(after(said.as_of, WITHDRAWN_AFTER + days))
        yield at
        withdraw_report(cast.session, figure.id, ReportWithdrawalIn(reason=said.withdrawn), caller=planner, at=at)
