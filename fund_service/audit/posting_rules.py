"""Rules of postings: every entry asked for and checked by others, every reversal a mirror."""

from fund_service.audit.rules import Rule

POSTING_RULES = (
    Rule(
        "line_entry",
        """
        SELECT DISTINCT 'entry ' || line.entry_id, 'an entry of this id', 'none' FROM ledger_line AS line
        WHERE NOT EXISTS (SELECT FROM journal_entry AS entry WHERE entry.id = line.entry_id)
        """,
    ),
    Rule(
        "entry_instruction",
        """
        SELECT 'entry ' || entry.number, 'a posted instruction', coalesce(asked.state, 'none')
        FROM journal_entry AS entry LEFT JOIN instruction AS asked ON asked.id = entry.instruction_id
        WHERE asked.state IS DISTINCT FROM 'posted'
        """,
    ),
    Rule(
        "entry_date",
        """
        SELECT 'entry ' || entry.number, asked.effective_on, entry.effective_on
        FROM journal_entry AS entry JOIN instruction AS asked ON asked.id = entry.instruction_id
        WHERE asked.effective_on <> entry.effective_on
        """,
    ),
    Rule(
        "instruction_entry",
        """
        SELECT 'instruction ' || asked.id, 'an entry, as it is posted', 'none' FROM instruction AS asked
        WHERE asked.state = 'posted' AND NOT EXISTS (SELECT FROM journal_entry WHERE instruction_id = asked.id)
        """,
    ),
    Rule(
        "entry_checks",
        """
        SELECT 'entry ' || entry.number, asked.checks_needed || ' checks by other human beings of these terms',
            count(DISTINCT checker.human_id)
        FROM journal_entry AS entry
        JOIN instruction AS asked ON asked.id = entry.instruction_id
        LEFT JOIN person AS maker ON maker.id = asked.made_by_id
        LEFT JOIN instruction_check AS given ON given.instruction_id = asked.id
            AND given.terms_digest = asked.terms_digest
        LEFT JOIN person AS checker ON checker.id = given.person_id
            AND checker.human_id = given.human_id AND checker.human_id <> maker.human_id
        GROUP BY entry.number, asked.checks_needed HAVING count(DISTINCT checker.human_id) < asked.checks_needed
        """,
    ),
    Rule(
        "check_human",
        """
        SELECT 'instruction ' || given.instruction_id, 'a check by another human being, under their own account',
            'human being ' || given.human_id || ', account ' || given.person_id
        FROM instruction_check AS given
        LEFT JOIN instruction AS asked ON asked.id = given.instruction_id
        LEFT JOIN person AS maker ON maker.id = asked.made_by_id
        LEFT JOIN person AS checker ON checker.id = given.person_id
        WHERE checker.human_id IS DISTINCT FROM given.human_id OR maker.human_id IS NULL
            OR maker.human_id = given.human_id
        """,
    ),
    Rule(
        "check_terms",
        """
        SELECT 'instruction ' || asked.id, asked.terms_digest, given.terms_digest
        FROM instruction_check AS given JOIN instruction AS asked ON asked.id = given.instruction_id
        WHERE given.terms_digest <> asked.terms_digest
        """,
    ),
    Rule(
        "reversal_named",
        """
        SELECT 'entry ' || entry.number, 'takes back ' || coalesce(asked.terms ->> 'entry_id', 'nothing'),
            'takes back ' || coalesce(entry.reverses_id::text, 'nothing')
        FROM journal_entry AS entry JOIN instruction AS asked ON asked.id = entry.instruction_id
        WHERE asked.terms ->> 'entry_id' IS DISTINCT FROM entry.reverses_id::text
            OR (asked.kind = 'reversal' AND entry.reverses_id IS NULL)
        """,
    ),
    Rule(
        "reversal_original",
        """
        SELECT 'entry ' || entry.number, 'takes back an earlier entry',
            coalesce('entry ' || original.number, 'none by this id')
        FROM journal_entry AS entry LEFT JOIN journal_entry AS original ON original.id = entry.reverses_id
        WHERE entry.reverses_id IS NOT NULL AND (original.number IS NULL OR original.number >= entry.number)
        """,
    ),
    Rule(
        "reversal_mirrors",
        """
        WITH taken_back AS (
            SELECT entry.number, line.account_id, line.amount_krw, TRUE AS original
            FROM journal_entry AS entry JOIN ledger_line AS line ON line.entry_id = entry.reverses_id
            UNION ALL
            SELECT entry.number, line.account_id, line.amount_krw, FALSE
            FROM journal_entry AS entry JOIN ledger_line AS line ON line.entry_id = entry.id
            WHERE entry.reverses_id IS NOT NULL
        )
        SELECT 'entry ' || number,
            -coalesce(sum(amount_krw) FILTER (WHERE original), 0) || ' won on account ' || account_id,
            coalesce(sum(amount_krw) FILTER (WHERE NOT original), 0)
        FROM taken_back GROUP BY number, account_id HAVING sum(amount_krw) <> 0
        """,
    ),
)
"""Rules of entries, instructions and checks."""
