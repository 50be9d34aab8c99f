"""Rules of promises: commitments and what they drew from envelopes, against the ledger that carries them."""

from fund_service.audit.rules import SLACK, STANDS, Rule

COMMITMENT_RULES = (
    Rule(
        "commitment_instruction",
        """
        SELECT 'commitment ' || made.id, 'a posted instruction of ' || made.amount_krw || ' won to its deal',
            coalesce(asked.kind || ' of ' || asked.amount_krw || ' won, ' || asked.state, 'none')
        FROM commitment AS made LEFT JOIN instruction AS asked ON asked.id = made.instruction_id
        WHERE (asked.kind, asked.state, asked.deal_id, asked.vehicle_id, asked.amount_krw)
            IS DISTINCT FROM ('deal_commitment', 'posted', made.deal_id, made.vehicle_id, made.amount_krw)
        """,
    ),
    Rule(
        "instruction_commitment",
        """
        SELECT 'instruction ' || asked.id, 'a commitment, as it is posted', 'none' FROM instruction AS asked
        WHERE asked.kind = 'deal_commitment' AND asked.state = 'posted'
            AND NOT EXISTS (SELECT FROM commitment WHERE instruction_id = asked.id)
        """,
    ),
    Rule(
        "commitment_balance",
        f"""
        WITH promised AS (
            SELECT vehicle_id, deal_id, amount_krw FROM commitment
            UNION ALL
            SELECT asked.vehicle_id, asked.deal_id, -asked.amount_krw
            FROM instruction AS asked JOIN journal_entry AS entry ON entry.instruction_id = asked.id
            WHERE asked.kind IN ('commitment_release', 'unspent_return') AND {STANDS}
        ), expected AS (
            SELECT vehicle_id, deal_id, sum(amount_krw) AS krw FROM promised GROUP BY vehicle_id, deal_id
        ), there AS (
            SELECT account.vehicle_id, account.deal_id, sum(line.amount_krw) AS krw
            FROM account JOIN ledger_line AS line ON line.account_id = account.id
            WHERE account.kind IN ('committed', 'drawn') GROUP BY account.vehicle_id, account.deal_id
        )
        SELECT 'deal ' || deal_id, coalesce(expected.krw, 0) || ' won committed and drawn', coalesce(there.krw, 0)
        FROM expected FULL JOIN there USING (vehicle_id, deal_id)
        WHERE coalesce(expected.krw, 0) <> coalesce(there.krw, 0)
        """,  # noqa: S608 - our own words
    ),
    Rule(
        "commitment_approval",
        f"""
        SELECT 'commitment ' || made.id, 'an approval of the terms ' || made.approval_digest, 'none before it'
        FROM commitment AS made WHERE NOT EXISTS (
            SELECT FROM agenda_item AS item WHERE item.deal_id = made.deal_id AND item.state IN ('approved', 'voided')
            AND item.terms_digest = made.approval_digest AND item.decided_at <= made.recorded_at + {SLACK}
        )
        """,  # noqa: S608 - our own words
    ),
    Rule(
        "vote",
        """
        SELECT 'agenda item ' || vote.item_id, 'a vote of these terms by the human being of its account',
            'human being ' || vote.human_id || ', account ' || vote.person_id
        FROM committee_vote AS vote LEFT JOIN agenda_item AS item ON item.id = vote.item_id
        LEFT JOIN person AS voter ON voter.id = vote.person_id
        WHERE voter.human_id IS DISTINCT FROM vote.human_id OR item.terms_digest IS DISTINCT FROM vote.terms_digest
        """,
    ),
)

ENVELOPE_RULES = (
    Rule(
        "envelope_draw",
        """
        WITH moved AS (
            SELECT made.id AS commitment_id, account.envelope_id, sum(line.amount_krw) AS krw
            FROM commitment AS made JOIN journal_entry AS entry ON entry.instruction_id = made.instruction_id
            JOIN ledger_line AS line ON line.entry_id = entry.id
            JOIN account ON account.id = line.account_id AND account.kind = 'envelope_drawn'
            GROUP BY made.id, account.envelope_id
        )
        SELECT 'commitment ' || commitment_id, coalesce(moved.krw, 0) || ' won drawn from envelope ' || envelope_id,
            coalesce(draw.amount_krw, 0)
        FROM moved FULL JOIN envelope_draw AS draw USING (commitment_id, envelope_id)
        WHERE moved.krw IS DISTINCT FROM draw.amount_krw
        """,
    ),
    Rule(
        "envelope_within_budget",
        """
        SELECT 'envelope ' || account.envelope_id,
            'at most ' || coalesce(-sum(line.amount_krw) FILTER (WHERE account.kind = 'envelope_budget'), 0)
                || ' won drawn',
            coalesce(sum(line.amount_krw) FILTER (WHERE account.kind = 'envelope_drawn'), 0)
        FROM account JOIN ledger_line AS line ON line.account_id = account.id
        WHERE account.kind IN ('envelope_budget', 'envelope_drawn') GROUP BY account.envelope_id
        HAVING sum(line.amount_krw) > 0
        """,
    ),
    Rule(
        "promise_between_vehicles",
        """
        SELECT 'vehicle ' || child.id, coalesce(promised.krw, 0) || ' won, as its parent promised it',
            coalesce(size.krw, 0)
        FROM vehicle AS child
        LEFT JOIN (
            SELECT account.child_id, account.vehicle_id, sum(line.amount_krw) AS krw
            FROM account JOIN ledger_line AS line ON line.account_id = account.id
            WHERE account.kind = 'promised' GROUP BY account.child_id, account.vehicle_id
        ) AS promised ON promised.child_id = child.id AND promised.vehicle_id = child.parent_id
        LEFT JOIN (
            SELECT account.vehicle_id, -sum(line.amount_krw) AS krw
            FROM account JOIN ledger_line AS line ON line.account_id = account.id
            WHERE account.kind = 'size' GROUP BY account.vehicle_id
        ) AS size ON size.vehicle_id = child.id
        WHERE child.parent_id IS NOT NULL AND coalesce(promised.krw, 0) <> coalesce(size.krw, 0)
        """,
    ),
)

PROMISE_RULES = (*COMMITMENT_RULES, *ENVELOPE_RULES)
"""Rules of what is promised and out of which budget."""
