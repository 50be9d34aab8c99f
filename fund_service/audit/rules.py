"""Rules that one SQL statement can hold: each names what breaks it, what was expected, what is there."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fund_service.audit.findings import Findings

SLACK = "interval '1 minute'"
"""How far two moments may be out of order: each is taken when its request comes, before it waits for its turn."""
STANDS = "NOT EXISTS (SELECT FROM journal_entry AS later WHERE later.reverses_id = entry.id)"
"""That the entry called ``entry`` has not been taken back."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A check by one statement, which gives a row (record, expected, found) for each record that breaks it."""

    name: str
    statement: str


def check_rules(connection: Connection, findings: Findings, rules: Iterable[Rule]) -> None:
    """Carry out rules and keep what they find."""
    for rule in rules:
        findings.begin(rule.name)
        for record, expected, found in connection.execute(sa.text(rule.statement)):
            findings.add(rule.name, record, expected=expected, found=found)
