"""Verification: every check of ledger, instruments and stored answers, on one snapshot of the database."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from fund_service.audit.chain import walk_chain
from fund_service.audit.findings import Finding, Findings
from fund_service.audit.payment_rules import PAYMENT_RULES
from fund_service.audit.posting_rules import POSTING_RULES
from fund_service.audit.postings import check_instructions
from fund_service.audit.promise_rules import PROMISE_RULES
from fund_service.audit.record_rules import RECORD_RULES
from fund_service.audit.rules import check_rules

NO_ANCHORS: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, and all that was found."""

    entries: int
    lines: int
    instructions: int
    number: int
    """Number of the last entry."""
    digest: str
    """Digest of the last entry."""
    checks: Mapping[str, int]
    """How many findings each check has, those without any included."""
    findings: tuple[Finding, ...]
    """The findings; of one check a thousand at most."""
    seconds: float

    @property
    def whole(self) -> bool:
        """Say that nothing was found."""
        return not any(self.checks.values())

    def sentences(self) -> Iterator[str]:
        """Say each finding in a line, then what was looked at."""
        for found in self.findings:
            yield f"{found.check}: {found.record}: expected {found.expected}, found {found.found}"
        total = sum(self.checks.values())
        if total > len(self.findings):
            yield f"... and {total - len(self.findings):,} more"
        yield (
            f"{len(self.checks)} checks of {self.entries:,} entries, {self.lines:,} lines and "
            f"{self.instructions:,} instructions in {self.seconds:.1f} s: {total:,} findings"
        )

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return {
            "whole": self.whole,
            "entries": self.entries,
            "lines": self.lines,
            "instructions": self.instructions,
            "tip": {"number": self.number, "digest": self.digest},
            "checks": dict(self.checks),
            "findings": [
                {"check": found.check, "record": found.record, "expected": found.expected, "found": found.found}
                for found in self.findings
            ],
            "seconds": round(self.seconds, 3),
        }


def verify(engine: Engine, anchors: Mapping[int, str] = NO_ANCHORS) -> Verification:
    """Check everything on one snapshot that sees no writing, and keeps nobody from it."""
    snapshot = engine.execution_options(isolation_level="REPEATABLE READ")
    with snapshot.connect() as connection, connection.begin():
        connection.execute(sa.text("SET TRANSACTION READ ONLY"))
        return verify_on(connection, anchors)


def verify_on(connection: Connection, anchors: Mapping[int, str] = NO_ANCHORS) -> Verification:
    """Check everything that a connection's transaction sees."""
    started = time.perf_counter()
    findings = Findings()
    # Digests are of moments in UTC; sorting a million lines in memory spares writing them to disk.
    connection.execute(sa.text("SELECT set_config('timezone', 'UTC', true), set_config('work_mem', '128MB', true)"))
    chain = walk_chain(connection, findings, anchors)
    instructions = check_instructions(connection, findings)
    check_rules(connection, findings, (*POSTING_RULES, *PROMISE_RULES, *PAYMENT_RULES, *RECORD_RULES))
    return Verification(
        entries=chain.entries,
        lines=chain.lines,
        instructions=instructions,
        number=chain.number,
        digest=chain.digest,
        checks=findings.counts,
        findings=tuple(findings.kept),
        seconds=time.perf_counter() - started,
    )
