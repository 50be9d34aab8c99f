"""Evidence for priorities: valid by default, one keyword to differ; and any at all."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from matching.demand.components import Evidence, GroupFacts, ThemeFacts
from matching.demand.priority import PriorityPolicy, PriorityRanking, rank_priorities
from matching.demand.trend import Exposure
from matching.demand.voices import SignalVoice, voices_of
from tests.matching.demand.voices_makers import THEMES, TODAY, any_signals

EQUAL = Exposure(recent=50, before=50)
FAST = PriorityPolicy(resamples=40)


def theme_facts(**fit: float) -> list[ThemeFacts]:
    return [ThemeFacts(theme=theme, policy_fit=fit.get(theme, 0.5), supply_krw=10**11) for theme in THEMES]


def make_evidence(
    signals: Sequence[SignalVoice] = (),
    *,
    themes: Sequence[ThemeFacts] | None = None,
    groups: Sequence[GroupFacts] = (),
) -> Evidence:
    voices = voices_of(signals, themes=THEMES, as_of=TODAY)
    return Evidence.of(voices, themes=theme_facts() if themes is None else themes, groups=groups)


def make_ranking(evidence: Evidence, **options: Any) -> PriorityRanking:
    return rank_priorities(evidence, **{"exposure": EQUAL, "policy": FAST, **options})


any_theme_facts = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 10**13)), min_size=4, max_size=4).map(
    lambda rows: [
        ThemeFacts(theme=theme, policy_fit=fit, supply_krw=krw) for theme, (fit, krw) in zip(THEMES, rows, strict=True)
    ]
)
any_group_facts = st.lists(
    st.builds(
        GroupFacts,
        group=st.integers(0, 19).map("g{:02}".format),
        theme=st.sampled_from(THEMES),
        verified_krw=st.integers(0, 10**12),
        heard_recently=st.booleans(),
        heard_before=st.booleans(),
    ),
    max_size=25,
    unique_by=lambda one: (one.group, one.theme),
)
any_evidence = st.tuples(any_signals, any_theme_facts, any_group_facts)
