"""Rules of payments: tranches, capital calls, settlements, against the ledger that carries them."""

from fund_service.audit.rules import SLACK, STANDS, Rule

TRANCHE_RULES = (
    Rule(
        "tranche_paid",
        f"""
        SELECT 'tranche ' || part.id, 'a standing payment of ' || part.amount_krw || ' won to its deal, naming it',
            coalesce(asked.kind || ' of ' || asked.amount_krw || ' won, ' || asked.state, 'none')
        FROM tranche AS part JOIN commitment AS made ON made.id = part.commitment_id
        LEFT JOIN instruction AS asked ON asked.id = part.instruction_id
        LEFT JOIN journal_entry AS entry ON entry.instruction_id = asked.id AND {STANDS}
        WHERE part.state = 'paid' AND (
            entry.id IS NULL
            OR (asked.kind, asked.deal_id, asked.vehicle_id, asked.amount_krw, asked.terms ->> 'tranche_id')
                IS DISTINCT FROM ('disbursement', made.deal_id, made.vehicle_id, part.amount_krw, part.id::text)
        )
        """,  # noqa: S608 - our own words
    ),
    Rule(
        "payment_tranche",
        f"""
        SELECT 'entry ' || entry.number, 'a tranche paid by it', 'none'
        FROM journal_entry AS entry JOIN instruction AS asked ON asked.id = entry.instruction_id
        WHERE asked.kind = 'disbursement' AND {STANDS}
            AND NOT EXISTS (SELECT FROM tranche WHERE instruction_id = asked.id AND state = 'paid')
        """,  # noqa: S608 - our own words
    ),
    Rule(
        "tranche_evidence",
        f"""
        SELECT 'tranche ' || part.id, 'evidence on the file of its deal, as it was hashed, before it was paid',
            CASE WHEN document.id IS NULL OR held.document_id IS NULL THEN 'none'
                WHEN document.deal_id <> made.deal_id THEN 'a document of another deal'
                WHEN document.recorded_at > entry.recorded_at + {SLACK} THEN 'a document filed later'
                ELSE 'content that was changed' END
        FROM tranche AS part JOIN commitment AS made ON made.id = part.commitment_id
        LEFT JOIN deal_document AS document ON document.id = part.evidence_document_id
        LEFT JOIN document_content AS held ON held.document_id = document.id
        LEFT JOIN journal_entry AS entry ON entry.instruction_id = part.instruction_id
        WHERE part.state IN ('met', 'paid') AND (
            held.document_id IS NULL OR document.deal_id <> made.deal_id
            OR document.recorded_at > entry.recorded_at + {SLACK}
            OR encode(sha256(held.content), 'hex') <> document.sha256
        )
        """,  # noqa: S608 - our own words
    ),
    Rule(
        "tranche_total",
        """
        SELECT 'commitment ' || made.id, 'tranches of at most ' || made.amount_krw || ' won', sum(part.amount_krw)
        FROM commitment AS made JOIN tranche AS part ON part.commitment_id = made.id AND part.state <> 'cancelled'
        GROUP BY made.id, made.amount_krw HAVING sum(part.amount_krw) > made.amount_krw
        """,
    ),
    Rule(
        "condition_before_payment",
        f"""
        SELECT 'entry ' || entry.number, 'condition ' || asked_for.id || ' met before',
            coalesce('met at ' || asked_for.met_at, 'not met')
        FROM journal_entry AS entry JOIN instruction AS asked ON asked.id = entry.instruction_id
        JOIN agenda_item AS item ON item.deal_id = asked.deal_id
            AND item.state = 'approved' AND item.decided_at <= entry.recorded_at
        JOIN condition_precedent AS asked_for ON asked_for.item_id = item.id
            AND asked_for.recorded_at <= entry.recorded_at
        WHERE asked.kind = 'disbursement' AND {STANDS}
            AND (asked_for.met_at IS NULL OR asked_for.met_at > entry.recorded_at + {SLACK})
        """,  # noqa: S608 - our own words
    ),
)

CALL_RULES = (
    Rule(
        "call_instruction",
        """
        SELECT 'call ' || call.id, 'a posted instruction of ' || call.amount_krw || ' won by its vehicle',
            coalesce(asked.kind || ' of ' || asked.amount_krw || ' won, ' || asked.state, 'none')
        FROM capital_call AS call LEFT JOIN instruction AS asked ON asked.id = call.instruction_id
        WHERE (asked.kind, asked.state, asked.vehicle_id, asked.amount_krw)
            IS DISTINCT FROM ('capital_call', 'posted', call.vehicle_id, call.amount_krw)
        """,
    ),
    Rule(
        "call_items",
        """
        SELECT 'call ' || call.id, 'items of ' || call.amount_krw || ' won', coalesce(sum(item.amount_krw), 0)
        FROM capital_call AS call LEFT JOIN capital_call_item AS item ON item.call_id = call.id
        GROUP BY call.id, call.amount_krw HAVING coalesce(sum(item.amount_krw), 0) <> call.amount_krw
        """,
    ),
    Rule(
        "receipt_instruction",
        """
        SELECT 'receipt ' || receipt.id, 'a posted instruction of ' || receipt.amount_krw || ' won on its call',
            coalesce(asked.kind || ' of ' || asked.amount_krw || ' won, ' || asked.state, 'none')
        FROM capital_call_receipt AS receipt LEFT JOIN capital_call AS call ON call.id = receipt.call_id
        LEFT JOIN instruction AS asked ON asked.id = receipt.instruction_id
        WHERE (asked.kind, asked.state, asked.vehicle_id, asked.amount_krw, asked.terms ->> 'call_id')
            IS DISTINCT FROM ('call_receipt', 'posted', call.vehicle_id, receipt.amount_krw, call.id::text)
        """,
    ),
    Rule(
        "instruction_call",
        """
        SELECT 'instruction ' || asked.id, 'a ' || asked.kind || ', as it is posted', 'none' FROM instruction AS asked
        WHERE asked.state = 'posted' AND (
            (asked.kind = 'capital_call' AND NOT EXISTS (SELECT FROM capital_call WHERE instruction_id = asked.id))
            OR (asked.kind = 'call_receipt'
                AND NOT EXISTS (SELECT FROM capital_call_receipt WHERE instruction_id = asked.id))
        )
        """,
    ),
    Rule(
        "call_receipts",
        f"""
        SELECT 'call ' || call.id, 'at most ' || call.amount_krw || ' won received', sum(receipt.amount_krw)
        FROM capital_call AS call JOIN capital_call_receipt AS receipt ON receipt.call_id = call.id
        JOIN journal_entry AS entry ON entry.instruction_id = receipt.instruction_id AND {STANDS}
        GROUP BY call.id, call.amount_krw HAVING sum(receipt.amount_krw) > call.amount_krw
        """,  # noqa: S608 - our own words
    ),
    Rule(
        "call_balance",
        f"""
        WITH moved AS (
            SELECT call.vehicle_id, call.amount_krw FROM capital_call AS call
            JOIN journal_entry AS entry ON entry.instruction_id = call.instruction_id AND {STANDS}
            UNION ALL
            SELECT call.vehicle_id, -receipt.amount_krw
            FROM capital_call_receipt AS receipt JOIN capital_call AS call ON call.id = receipt.call_id
            JOIN journal_entry AS entry ON entry.instruction_id = receipt.instruction_id AND {STANDS}
        ), expected AS (
            SELECT vehicle_id, sum(amount_krw) AS krw FROM moved GROUP BY vehicle_id
        ), there AS (
            SELECT account.vehicle_id, sum(line.amount_krw) AS krw
            FROM account JOIN ledger_line AS line ON line.account_id = account.id
            WHERE account.kind = 'called' GROUP BY account.vehicle_id
        )
        SELECT 'vehicle ' || vehicle_id, coalesce(expected.krw, 0) || ' won called and not received',
            coalesce(there.krw, 0)
        FROM expected FULL JOIN there USING (vehicle_id)
        WHERE coalesce(expected.krw, 0) <> coalesce(there.krw, 0)
        """,  # noqa: S608 - our own words
    ),
)

SETTLEMENT_RULES = (
    Rule(
        "claim_settlement",
        f"""
        SELECT 'claim ' || claim.id,
            CASE WHEN claim.state = 'refused' THEN 'a settlement that was taken back'
                ELSE 'a standing settlement of ' || claim.amount_krw || ' won' END,
            coalesce(asked.kind || ' of ' || asked.amount_krw || ' won, ' || asked.state, 'none')
                || CASE WHEN entry.id IS NULL THEN ', taken back or never posted' ELSE ', standing' END
        FROM expense_claim AS claim LEFT JOIN instruction AS asked ON asked.id = claim.instruction_id
        LEFT JOIN journal_entry AS entry ON entry.instruction_id = asked.id AND {STANDS}
        WHERE (claim.state IN ('settled', 'sampled', 'accepted') AND claim.instruction_id IS NULL)
            OR (claim.instruction_id IS NOT NULL AND (
                (claim.state = 'refused') = (entry.id IS NOT NULL)
                OR (asked.kind, asked.deal_id, asked.amount_krw)
                    IS DISTINCT FROM ('settlement', claim.deal_id, claim.amount_krw)
            ))
        """,  # noqa: S608 - our own words
    ),
    Rule(
        "settlement_claim",
        """
        SELECT 'instruction ' || asked.id, 'a claim that it settles', 'none' FROM instruction AS asked
        WHERE asked.kind = 'settlement' AND asked.state = 'posted' AND asked.terms ->> 'entry_id' IS NULL
            AND NOT EXISTS (SELECT FROM expense_claim WHERE instruction_id = asked.id)
        """,
    ),
)

PAYMENT_RULES = (*TRANCHE_RULES, *CALL_RULES, *SETTLEMENT_RULES)
"""Rules of what is paid, called and settled."""
