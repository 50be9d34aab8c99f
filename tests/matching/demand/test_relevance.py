from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.demand.relevance import ProjectDemand, RelevanceFlag, RelevancePolicy, watch_relevance

BASE = 24
MONTHS = 15


def project(
    now: list[int] | int = 5, *, before: int = 5, field: list[int] | None = None, key: str = "p"
) -> ProjectDemand:
    """Steady before approval; ``now`` each month since."""
    since = [now] * MONTHS if isinstance(now, int) else now
    months = BASE + len(since)
    return ProjectDemand(
        project=key,
        base_months=BASE,
        events=(*[before] * BASE, *since),
        field_events=tuple(field or [200] * months),
        share_at_approval=0.02,
        share_now=0.01,
    )


def flag(one: ProjectDemand, *others: ProjectDemand) -> RelevanceFlag:
    return watch_relevance([one, *others])[0].flag


def test_steady_demand_is_not_flagged():
    it = watch_relevance([project()])[0]
    assert it.flag is RelevanceFlag.NONE
    assert it.ratio == pytest.approx(1.0, abs=0.05)
    assert (it.share_at_approval, it.share_now, it.base_events, it.cusum) == (0.02, 0.01, 120, 0.0)


def test_demand_that_all_but_ended_two_quarters_ago_has_collapsed():
    it = watch_relevance([project([5] * 6 + [0] * 9)])[0]
    assert it.flag is RelevanceFlag.COLLAPSED
    assert it.probability > 0.99
    assert it.ratio < 0.1


def test_what_is_sure_only_since_this_quarter_is_no_collapse_yet():
    it = watch_relevance([project([5] * 9 + [0] * 6)])[0]
    assert it.probability > 0.95 > it.probability_quarter_ago
    assert it.flag is not RelevanceFlag.COLLAPSED


def test_a_halving_adds_up_to_a_decline():
    it = watch_relevance([project([5] * 3 + [2] * 12)])[0]
    assert it.flag is RelevanceFlag.DECLINING
    assert it.cusum >= 6


def test_who_falls_with_the_whole_field_is_not_flagged():
    months = BASE + MONTHS
    field = [200] * (BASE + 3) + [80] * (months - BASE - 3)
    assert flag(project([5] * 3 + [2] * 12, field=field)) is RelevanceFlag.NONE


def test_too_few_events_at_approval_are_not_enough_data():
    few = replace(project(0), events=(1,) * 19 + (0,) * (BASE - 19 + MONTHS))
    assert flag(few) is RelevanceFlag.NOT_ENOUGH_DATA
    assert flag(replace(few, events=(1,) * 20 + (0,) * (BASE - 20 + MONTHS))) is not RelevanceFlag.NOT_ENOUGH_DATA


def test_a_lucky_collapse_among_many_steady_projects_is_no_discovery():
    # 20 in two years and none in nine months: surely below half alone (.96), not among hundreds that were looked at
    doubtful = replace(project(0), events=(1,) * 20 + (0,) * 4 + (1,) * 2 + (0,) * 13)
    alone = watch_relevance([doubtful])[0]
    assert alone.flag is RelevanceFlag.COLLAPSED
    steady = [project(key=f"p{at}") for at in range(200)]
    among = watch_relevance([doubtful, *steady])[0]
    assert among.probability == alone.probability
    assert among.flag is not RelevanceFlag.COLLAPSED


def test_waves_in_the_base_are_no_decline():
    base = ([9] * 4 + [1] * 4) * 3
    wave = [9] * 6 + [1] * 6 + [5] * 3
    wavy = ProjectDemand(
        project="p",
        base_months=24,
        events=(*base, *wave[:12]),
        field_events=(200,) * 36,
        share_at_approval=0,
        share_now=0,
    )
    calm = replace(wavy, events=(*[5] * 24, *wave[:12]))
    assert watch_relevance([wavy])[0].cusum < watch_relevance([calm])[0].cusum


@given(st.permutations(range(6)))
def test_the_order_of_projects_changes_nothing(order):
    projects = [project(at, key=f"p{at}") for at in range(6)]
    straight = {one.project: one for one in watch_relevance(projects)}
    assert {one.project: one for one in watch_relevance([projects[at] for at in order])} == straight


def test_shuffled_dates_flag_at_most_one_project_in_twenty():
    random = np.random.default_rng(11)
    projects = []
    for at in range(200):
        events = random.poisson([8] * 30 + [4] * 12)
        random.shuffle(events)
        projects.append(
            ProjectDemand(
                project=f"p{at}",
                base_months=24,
                events=tuple(events.tolist()),
                field_events=tuple(random.poisson(500, size=42).tolist()),
                share_at_approval=0,
                share_now=0,
            )
        )
    flagged = [one for one in watch_relevance(projects) if one.flag is not RelevanceFlag.NONE]
    assert len(flagged) <= 10


def test_nobody_watched_is_nobody_flagged():
    assert watch_relevance([]) == ()


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"field_events": (1,) * 5}, "for each month"),
        ({"events": (-1, *[5] * (BASE + MONTHS - 1))}, "from zero"),
        ({"base_months": 11}, "too few months"),
        ({"base_months": BASE + MONTHS - 8}, "too few months"),
    ],
)
def test_months_without_sense_are_refused(facts, reason):
    with pytest.raises(ValueError, match=reason):
        watch_relevance([replace(project(), **facts)])


def test_the_threshold_is_the_policys():
    halved = project([5] * 3 + [2] * 12)
    strict = RelevancePolicy(cusum_threshold=100.0)
    assert watch_relevance([halved], policy=strict)[0].flag is RelevanceFlag.NONE
