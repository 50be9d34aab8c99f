from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from fund_service.matches import keeping
from fund_service.matches.briefs import signals_to_match
from fund_service.matches.corpus import Matchmaker
from fund_service.matches.keeping import kept_matches
from matching.encoding.encoder import vectors_of
from models.clock import business_date, utc_now

TOPICS = ("solid electrolyte for lithium batteries", "quantum sensor for the brain", "robot navigation in factories")


@pytest.mark.parametrize("threads", [None, 1])
def test_many_signals_searched_at_once_keep_what_each_alone_keeps(
    matchmaker: Matchmaker,
    make_project: Callable[..., Any],
    make_signal: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    threads: int | None,
):
    for part in range(9):
        make_project(f"{TOPICS[part % 3]}, part {part}", need_krw=10**9 * (part + 1))
    for part in range(6):
        make_signal(f"Looking for {TOPICS[part % 3]}", ticket_max_krw=10**9 * (part + 1), excluded_terms=["part 3"])
    monkeypatch.setattr(keeping, "KEPT", 3)
    monkeypatch.setattr(keeping, "KEPT_NEAR", 1)
    today = business_date(utc_now())
    with Session(matchmaker.engine) as session:
        briefs = [signal.brief for signal in signals_to_match(session, today=today)]
    vectors = vectors_of(briefs, matchmaker.encoder)
    corpus = Matchmaker(matchmaker.engine, matchmaker.encoder, threads=threads).corpus()
    alone = [kept_matches(corpus, [brief], vectors[[row]], today=today)[0] for row, brief in enumerate(briefs)]
    assert "search" not in vars(corpus)
    monkeypatch.setattr(keeping, "SEARCHED_FROM_SIGNALS", 6)
    monkeypatch.setattr(keeping, "SEARCHED_FROM_PROJECTS", 9)
    assert kept_matches(corpus, briefs, vectors, today=today) == alone
    assert "search" in vars(corpus)
    assert any(kept.near_misses for kept in alone)
    assert all(kept.eligible for kept in alone[1:])
