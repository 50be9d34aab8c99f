"""Signals and voices to try the demand index with: valid by default, one keyword to differ; and any at all."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from matching.demand.index import DemandIndex, ThemeDemand, demand_index
from matching.demand.policy import DEFAULT_POLICY, DemandPolicy
from matching.demand.voices import Promises, SignalVoice, voices_of

TODAY = date(2026, 11, 20)
THEMES = ("battery", "chip", "fusion", "robot")
EOK = 100_000_000

SIGNAL = SignalVoice(
    key="s", group="g", digest="words", memberships={"chip": 1.0}, level=1, said_on=TODAY, verified_krw=0
)


def make_signal(**facts: Any) -> SignalVoice:
    return replace(SIGNAL, **facts)


def index_of(
    signals: list[SignalVoice],
    *,
    promises: dict[str, Promises] | None = None,
    policy: DemandPolicy = DEFAULT_POLICY,
) -> DemandIndex:
    return demand_index(voices_of(signals, themes=THEMES, as_of=TODAY, promises=promises, policy=policy), policy=policy)


def by_theme(index: DemandIndex) -> dict[str, ThemeDemand]:
    return {row.theme: row for row in index.themes}


@st.composite
def any_memberships(draw: st.DrawFn) -> dict[str, float]:
    named = draw(st.lists(st.sampled_from(THEMES), min_size=1, max_size=3, unique=True))
    parts = [draw(st.integers(1, 10)) for _ in named]
    whole = sum(parts) + draw(st.sampled_from((0, 0, 5)))
    return {theme: part / whole for theme, part in zip(named, parts, strict=True)}


@st.composite
def any_signal(draw: st.DrawFn, groups: int = 14) -> SignalVoice:
    level = draw(st.integers(0, 5))
    money = st.integers(0, 3_000).map(lambda number: number * EOK)
    return SignalVoice(
        key=f"s{draw(st.integers(0, 10**6))}",
        group=f"g{draw(st.integers(0, groups - 1)):02}",
        digest=f"w{draw(st.integers(0, 8))}",
        memberships=draw(any_memberships()),
        level=level,
        said_on=TODAY - timedelta(days=draw(st.integers(0, 1_200))),
        verified_krw=draw(money) if level >= 2 else 0,
    )


any_signals = st.lists(any_signal(), max_size=25)
any_promises = st.dictionaries(
    st.integers(0, 13).map("g{:02}".format),
    st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda it: Promises(due=sum(it), kept=it[0])),
)
