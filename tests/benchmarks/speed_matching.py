"""Speed of the matcher's steps, for comparing commits: ``python -m pytest tests/benchmarks/speed_matching.py``.

No part of the tests: machines differ, so nothing is asserted of a time. ``--benchmark-save`` and
``--benchmark-compare`` set two commits side by side.
"""

from datetime import date
from typing import Any

import numpy as np
import pytest

from matching.brief import passages_of, text_project, text_signal
from matching.encoding.encoder import HashingEncoder, vectors_of
from matching.matcher import HybridMatcher
from matching.yardstick import Yardstick

PROJECTS, SIGNALS, WORDS = 4_000, 64, 150
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    chance = np.random.default_rng(0)
    vocabulary = np.array([f"term{number}" for number in range(20_000)])
    picks = np.minimum(chance.zipf(1.3, size=(PROJECTS + SIGNALS, WORDS)), len(vocabulary)) - 1
    return [" ".join(vocabulary[row]) for row in picks]


@pytest.fixture(scope="module")
def corpus(texts: list[str]) -> tuple[Any, ...]:
    projects = [text_project(str(number), passages_of(text)) for number, text in enumerate(texts[:PROJECTS])]
    signals = [text_signal(str(number), passages_of(text)) for number, text in enumerate(texts[PROJECTS:])]
    encoder = HashingEncoder(dimensions=384)
    return projects, vectors_of(projects, encoder), signals, vectors_of(signals, encoder)


@pytest.fixture(scope="module")
def matcher(corpus: tuple[Any, ...]) -> HybridMatcher:
    projects, vectors, *_ = corpus
    return HybridMatcher(yardstick=Yardstick.fit(projects, vectors)).fit(projects, vectors)


def test_fitting_a_yardstick(benchmark: Any, corpus: tuple[Any, ...]):
    projects, vectors, *_ = corpus
    fitted = benchmark.pedantic(Yardstick.fit, args=(projects, vectors), rounds=3)
    assert fitted.digest == Yardstick.fit(projects, vectors).digest


def test_taking_in_the_projects(benchmark: Any, corpus: tuple[Any, ...], matcher: HybridMatcher):
    projects, vectors, *_ = corpus
    fitted = benchmark.pedantic(HybridMatcher(yardstick=matcher.yardstick).fit, args=(projects, vectors), rounds=3)
    assert len(fitted.collection.projects) == PROJECTS


def test_matching_a_block_of_signals(benchmark: Any, corpus: tuple[Any, ...], matcher: HybridMatcher):
    *_, signals, vectors = corpus
    found = benchmark.pedantic(
        matcher.match, args=(signals, vectors), kwargs={"today": TODAY, "top": 20, "near": 5}, rounds=5
    )
    assert len(found) == SIGNALS


def test_matching_one_signal(benchmark: Any, corpus: tuple[Any, ...], matcher: HybridMatcher):
    *_, signals, vectors = corpus
    found = benchmark(matcher.match, signals[:1], vectors[:1], today=TODAY, top=20, near=5)
    assert len(found) == 1
