"""Rules of what is stored beside the money: answers that were given once, and matches."""

from fund_service.audit.rules import Rule

RECORD_RULES = (
    Rule(
        "idempotency_key",
        r"""
        SELECT 'idempotency key ' || stored.key || ' of ' || stored.operation,
            'an answer of a success, with what it tells of on record',
            'status ' || stored.status || ', location ' || coalesce(stored.location, 'none')
        FROM idempotency_key AS stored
        WHERE stored.status NOT BETWEEN 200 AND 399
            OR stored.fingerprint !~ '^[0-9a-f]{64}$'
            OR (stored.body = '' AND stored.location IS NULL)
            OR (stored.body <> '' AND stored.body IS NOT JSON)
            OR NOT EXISTS (SELECT FROM person WHERE person.id = stored.person_id)
            OR (stored.location ~ '^/ledger/instructions/[0-9a-f-]{36}$' AND NOT EXISTS (
                SELECT FROM instruction AS asked WHERE asked.id::text = right(stored.location, 36)
            ))
        """,
    ),
    Rule(
        "match_run",
        """
        SELECT 'match ' || kept.id, 'the run that made it', 'none' FROM match AS kept
        WHERE NOT EXISTS (SELECT FROM match_run AS run WHERE run.id = kept.run_id)
        """,
    ),
    Rule(
        "signal_matching_run",
        """
        SELECT 'matching of signal ' || kept.signal_id, 'the run that made it', 'none' FROM signal_matching AS kept
        WHERE NOT EXISTS (SELECT FROM match_run AS run WHERE run.id = kept.run_id)
        """,
    ),
)
"""Rules of idempotency keys and stored matches."""
