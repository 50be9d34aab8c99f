"""Briefs that are valid by default, one keyword to differ."""

from dataclasses import replace
from datetime import date
from typing import Any

from matching.brief import ProjectBrief, SignalBrief, passages_of, text_project, text_signal
from matching.encoding.encoder import HashingEncoder, vectors_of
from matching.matcher import HybridMatcher
from matching.parameters import MatchParameters
from matching.yardstick import Yardstick

TODAY = date(2026, 3, 2)
ENCODER = HashingEncoder(dimensions=64)


def make_project(key: str = "p", *texts: str, **facts: Any) -> ProjectBrief:
    return replace(text_project(key, passages_of(*texts)), **facts)


def make_signal(key: str = "s", *texts: str, **facts: Any) -> SignalBrief:
    return replace(text_signal(key, passages_of(*texts)), **facts)


def make_matcher(*projects: ProjectBrief, parameters: MatchParameters | None = None) -> HybridMatcher:
    vectors = vectors_of(projects, ENCODER)
    yardstick = Yardstick.fit(projects, vectors, parameters=parameters)
    return HybridMatcher(yardstick=yardstick, parameters=parameters).fit(projects, vectors)
