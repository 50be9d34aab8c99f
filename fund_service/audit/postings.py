"""Who asked and who checked: instructions against their digests, their checks and their entries."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fund_service.audit.findings import Findings
from fund_service.vehicles.policy import POLICIES, TWO_CHECKERS_FROM_KRW
from models.instruction import Instruction, InstructionKind

BLOCK = 5_000
SLACK = timedelta(minutes=1)
"""How long an instruction may have been drafted before it was written, under the policy of that moment."""
_KINDS = {kind.value: kind for kind in InstructionKind}

INSTRUCTIONS = """
    SELECT id::text, kind, vehicle_id::text, envelope_id::text, deal_id::text, amount_krw, effective_on, terms, words,
        made_by_id::text, checks_needed, terms_digest, recorded_at
    FROM instruction ORDER BY id
"""


class Asked(NamedTuple):
    """An instruction, as `models.instruction.Instruction.digest_of_terms` reads it."""

    id: str
    kind: InstructionKind
    vehicle_id: str | None
    envelope_id: str | None
    deal_id: str | None
    amount_krw: int
    effective_on: date
    terms: dict[str, Any]
    words: str
    made_by_id: str
    checks_needed: int
    terms_digest: str
    recorded_at: datetime


def check_instructions(connection: Connection, findings: Findings) -> int:
    """Make every instruction's digest anew, hold the checks it asks for against policy, and count them."""
    findings.begin("instruction_terms", "instruction_checks_needed")
    policy = _two_checkers_from(connection)
    count = 0
    streamed: Any = sa.text(INSTRUCTIONS).execution_options(stream_results=True, yield_per=BLOCK)
    for block in connection.execute(streamed).partitions():
        for identifier, kind, *rest in block:
            asked = Asked(identifier, _KINDS[kind], *rest)
            digest = Instruction.digest_of_terms(cast(Instruction, asked))
            if digest != asked.terms_digest:
                findings.add("instruction_terms", f"instruction {asked.id}", expected=digest, found=asked.terms_digest)
            needed = 0 if asked.checks_needed > 1 else _least_checks(asked, policy)
            if asked.checks_needed < needed:
                record = f"instruction {asked.id}"
                findings.add("instruction_checks_needed", record, expected=needed, found=asked.checks_needed)
            count += 1
    return count


def _two_checkers_from(connection: Connection) -> list[tuple[datetime, int]]:
    """List from when on which amount needed two checkers, the earliest first."""
    rows = connection.execute(
        sa.text("SELECT recorded_at, amount_krw FROM policy_value WHERE name = :name ORDER BY id"),
        {"name": TWO_CHECKERS_FROM_KRW},
    )
    return [
        (datetime.min.replace(tzinfo=UTC), POLICIES[TWO_CHECKERS_FROM_KRW]),
        *((at, krw) for at, krw in rows if krw is not None),
    ]


def _least_checks(asked: Asked, policy: Sequence[tuple[datetime, int]]) -> int:
    """Say how many checks an instruction must ask for, by the mildest policy of the minute before it was written."""
    if asked.kind is InstructionKind.SETTLEMENT:
        return 0
    if len(policy) == 1:
        return 2 if asked.amount_krw >= policy[0][1] else 1
    moments = [at for at, _ in policy]
    first = bisect_right(moments, asked.recorded_at - SLACK) - 1
    last = bisect_right(moments, asked.recorded_at) - 1
    mildest = max(krw for _, krw in policy[first : last + 1])
    return 2 if asked.amount_krw >= mildest else 1
