"""Who asked and who checked: instructions against their digests, their checks and their entries."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from fund_service.audit.asked import Asked
from fund_service.audit.findings import Findings
from fund_service.audit.parts import Parts
from fund_service.vehicles.policy import POLICIES, TWO_CHECKERS_FROM_KRW
from models.instruction import Instruction, InstructionKind

BLOCK = 5_000
SLACK = timedelta(minutes=1)
"""How long an instruction may have been drafted before it was written, under the policy of that moment."""
_KINDS = {kind.value: kind for kind in InstructionKind}

INSTRUCTIONS = """
    SELECT id::text, kind, vehicle_id::text, envelope_id::text, deal_id::text, amount_krw, effective_on, terms, words,
        made_by_id::text, checks_needed, terms_digest, recorded_at, state = 'posted'
    FROM instruction ORDER BY id
"""
TWO_CHECKERS = """
    SELECT confirmation.confirmed_at, value.amount_krw
    FROM policy_value AS value JOIN policy_confirmation AS confirmation ON confirmation.policy_value_id = value.id
    WHERE value.name = :name ORDER BY confirmation.confirmed_at, value.id
"""
"""What counts, from the moment on that a second member of the committee confirmed it."""


def check_instructions(connection: Connection, findings: Findings) -> int:
    """Make every instruction's digest anew, hold the checks it asks for against policy, and count them."""
    findings.begin("instruction_terms", "instruction_checks_needed")
    policy, parts, count = _two_checkers_from(connection), Parts(), 0
    least = min(krw for _, krw in policy)
    streamed: Any = sa.text(INSTRUCTIONS).execution_options(stream_results=True, yield_per=BLOCK)
    for block in connection.execute(streamed).partitions():
        for identifier, kind, *rest in block:
            asked = Asked(identifier, _KINDS[kind], *rest)
            digest = Instruction.digest_of_terms(cast(Instruction, asked))
            if digest != asked.terms_digest:
                findings.add("instruction_terms", f"instruction {asked.id}", expected=digest, found=asked.terms_digest)
            # One that only waits is weighed once more when it is posted.
            alone = asked.posted and asked.checks_needed == 1
            beside = parts.before(asked, from_krw=least) if alone else 0
            needed = 0 if asked.checks_needed > 1 else _least_checks(asked, policy, beside_krw=beside)
            if asked.checks_needed < needed:
                record = f"instruction {asked.id}"
                findings.add("instruction_checks_needed", record, expected=needed, found=asked.checks_needed)
            if asked.posted:
                parts.keep(asked)
            count += 1
    return count


def _two_checkers_from(connection: Connection) -> list[tuple[datetime, int]]:
    """List from when on which amount needed two checkers, the earliest first."""
    rows = connection.execute(
        sa.text(TWO_CHECKERS),
        {"name": TWO_CHECKERS_FROM_KRW},
    )
    return [
        (datetime.min.replace(tzinfo=UTC), POLICIES[TWO_CHECKERS_FROM_KRW]),
        *((at, krw) for at, krw in rows if krw is not None),
    ]


def _least_checks(asked: Asked, policy: Sequence[tuple[datetime, int]], *, beside_krw: int) -> int:
    """Say how many checks an instruction must ask for, by the mildest policy of the minute before it was written."""
    if asked.kind is InstructionKind.SETTLEMENT:
        return 0
    together = asked.amount_krw + beside_krw
    if len(policy) == 1:
        return 2 if together >= policy[0][1] else 1
    moments = [at for at, _ in policy]
    first = bisect_right(moments, asked.recorded_at - SLACK) - 1
    last = bisect_right(moments, asked.recorded_at) - 1
    mildest = max(krw for _, krw in policy[first : last + 1])
    return 2 if together >= mildest else 1
