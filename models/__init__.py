"""What exists: tables and the rules they keep; no session, no web, no learning.

Two lines run through them. Money: a demand signal and an R&D project become a match, a match becomes a deal, a deal
moves won on the ledger. Planning: demand signals form themes, themes a market summary, the summary priorities, and a
planning round answers every investor who spoke. Every derived row names what it was derived from.
"""

from models import (
    answer,
    commitment,
    committee,
    contradiction,
    deal,
    diligence,
    document,
    embedding,
    instruction,
    lead,
    ledger,
    market,
    match,
    matching_round,
    organisation,
    person,
    plan,
    planning,
    project,
    release,
    settlement,
    signal,
    staging,
    theme,
    timeline,
    vehicle,
)

__all__ = [
    "answer",
    "commitment",
    "committee",
    "contradiction",
    "deal",
    "diligence",
    "document",
    "embedding",
    "instruction",
    "lead",
    "ledger",
    "market",
    "match",
    "matching_round",
    "organisation",
    "person",
    "plan",
    "planning",
    "project",
    "release",
    "settlement",
    "signal",
    "staging",
    "theme",
    "timeline",
    "vehicle",
]
