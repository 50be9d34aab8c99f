"""Faults of many kinds, planted by somebody with the keys to the tables: each is found, and named by its record."""

# ruff: noqa: S608, ISC004 - every statement here is our own, and long ones go over two lines

from collections.abc import Iterator
from typing import Any, cast

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from fund_service.audit.chain import Entry, _lines_of
from fund_service.audit.verify import verify_on
from models.committee import AgendaItem
from models.instruction import Commitment, Instruction
from models.ledger import JournalEntry, entry_digest

RESEAL = "RESEAL"
"""Stands among the statements for making the chain anew; ``REBIND kind`` for an instruction's digest."""
EXPENSE_LINES = "entry_id = :expense_entry"


def move(kind: str, factor: str) -> str:
    return f"UPDATE ledger_line SET amount_krw = amount_krw {factor} WHERE entry_id = :{kind}_entry"


def account(kind: str, **of: str) -> str:
    narrowed = "".join(f" AND {column} = :{value}" for column, value in of.items())
    return f"(SELECT id FROM account WHERE kind = '{kind}'{narrowed})"


FAULTS = [
    # entries and lines
    ("an amount altered", "entry_balance", "entry {expense}",
     f"UPDATE ledger_line SET amount_krw = amount_krw + 1 WHERE {EXPENSE_LINES} AND position = 1"),
    ("both amounts altered alike", "entry_digest", "entry {expense}", move("expense", "* 2")),
    ("amounts altered, the chain made anew", "entry_amount", "entry {royalty}", move("royalty", "* 2"), RESEAL),
    ("an unbalanced entry, the chain made anew", "entry_balance", "entry {repayment}",
     "UPDATE ledger_line SET amount_krw = amount_krw - 1 WHERE entry_id = :repayment_entry AND amount_krw > 0", RESEAL),
    ("a line on another account", "entry_digest", "entry {royalty}",
     f"UPDATE ledger_line SET account_id = {account('realised')} WHERE entry_id = :royalty_entry AND amount_krw < 0"),
    ("a line on another account, the chain made anew", "entry_amount", "entry {royalty}",
     f"UPDATE ledger_line SET account_id = {account('realised')} WHERE entry_id = :royalty_entry AND amount_krw < 0",
     RESEAL),
    ("a line deleted", "line_count", "entry {expense}",
     f"DELETE FROM ledger_line WHERE {EXPENSE_LINES} AND position = 2"),
    ("all lines deleted", "line_count", "entry {royalty}", "DELETE FROM ledger_line WHERE entry_id = :royalty_entry"),
    ("lines added", "line_count", "entry {expense}",
     f"INSERT INTO ledger_line VALUES (:expense_entry, 3, {account('royalty')}, 7)",
     f"INSERT INTO ledger_line VALUES (:expense_entry, 4, {account('realised')}, -7)"),
    ("an account deleted", "line_account", "entry {royalty}", "DELETE FROM account WHERE kind = 'royalty'"),
    ("an account of another deal", "entry_amount", "entry {royalty}",
     "UPDATE account SET deal_id = :grant WHERE kind = 'royalty'"),
    ("an entry deleted", "entry_numbers", "entry {expense}", "DELETE FROM journal_entry WHERE id = :expense_entry"),
    ("an entry deleted, its lines left", "line_entry", "entry {expense_entry}",
     "DELETE FROM journal_entry WHERE id = :expense_entry"),
    ("the last entry cut off", "ledger_tip", "entry {last}", "DELETE FROM ledger_line WHERE entry_id = :last_entry",
     "DELETE FROM journal_entry WHERE id = :last_entry"),
    ("the last entry cut off, the tip set back", "instruction_entry", "instruction {last_instruction}",
     "DELETE FROM ledger_line WHERE entry_id = :last_entry", "DELETE FROM journal_entry WHERE id = :last_entry",
     RESEAL),
    ("two entries exchanged", "entry_chain", "entry {expense}",
     "UPDATE journal_entry SET number = 1000000 WHERE id = :expense_entry",
     "UPDATE journal_entry SET number = :expense WHERE id = :royalty_entry",
     "UPDATE journal_entry SET number = :royalty WHERE id = :expense_entry"),
    ("an entry put before the money was there", "account_never_negative", "account {cash_account} at entry {receipt}",
     "UPDATE journal_entry SET number = 1000000 WHERE id = :expense_entry",
     "UPDATE journal_entry SET number = :expense WHERE id = :receipt_entry",
     "UPDATE journal_entry SET number = :receipt WHERE id = :expense_entry", RESEAL),
    ("an effective date altered", "entry_digest", "entry {expense}",
     "UPDATE journal_entry SET effective_on = effective_on - 1 WHERE id = :expense_entry"),
    ("an effective date altered, the chain made anew", "entry_date", "entry {expense}",
     "UPDATE journal_entry SET effective_on = effective_on - 1 WHERE id = :expense_entry", RESEAL),
    ("a moment of recording altered", "entry_digest", "entry {expense}",
     "UPDATE journal_entry SET recorded_at = recorded_at - interval '1 day' WHERE id = :expense_entry"),
    ("the digest before altered", "entry_chain", "entry {expense}",
     "UPDATE journal_entry SET previous_digest = repeat('e', 64) WHERE id = :expense_entry"),
    ("a digest altered", "entry_digest", "entry {expense}",
     "UPDATE journal_entry SET digest = repeat('e', 64) WHERE id = :expense_entry"),
    ("a line count altered", "line_count", "entry {expense}",
     "UPDATE journal_entry SET line_count = 3 WHERE id = :expense_entry"),
    ("a tip altered", "ledger_tip", "entry {beyond}", "UPDATE ledger_tip SET number = number + 1"),
    ("a guard lowered", "account_guard", "account {cash_account}",
     "UPDATE account SET guard_krw = guard_krw - 1 WHERE id = :cash_account"),
    ("a guard raised, to spend more", "account_guard", "account {available_account}",
     "UPDATE account SET guard_krw = guard_krw + 1000000000000 WHERE id = :available_account"),
    # who asked, who checked
    ("an entry of a pending instruction", "entry_instruction", "entry {expense}",
     "UPDATE journal_entry SET instruction_id = :pending_instruction WHERE id = :expense_entry", RESEAL),
    ("an instruction deleted", "entry_instruction", "entry {expense}",
     "DELETE FROM instruction WHERE id = :expense_instruction"),
    ("an instruction said to be void", "entry_instruction", "entry {expense}",
     "UPDATE instruction SET state = 'void', void_reason = 'x' WHERE id = :expense_instruction"),
    ("an instruction said to be posted", "instruction_entry", "instruction {pending_instruction}",
     "UPDATE instruction SET state = 'posted', resolved_at = now() WHERE id = :pending_instruction"),
    ("an amount asked for altered", "instruction_terms", "instruction {expense_instruction}",
     "UPDATE instruction SET amount_krw = amount_krw + 1 WHERE id = :expense_instruction"),
    ("an amount asked for altered, its digest made anew", "entry_amount", "entry {expense}",
     "UPDATE instruction SET amount_krw = amount_krw + 1 WHERE id = :expense_instruction", "REBIND expense"),
    ("a value altered, its digest made anew", "entry_amount", "entry {valuation}",
     "UPDATE instruction SET amount_krw = amount_krw + 1 WHERE id = :valuation_instruction", "REBIND valuation"),
    ("words altered", "instruction_terms", "instruction {expense_instruction}",
     "UPDATE instruction SET words = 'x' WHERE id = :expense_instruction"),
    ("a maker altered", "instruction_terms", "instruction {expense_instruction}",
     "UPDATE instruction SET made_by_id = :second_person WHERE id = :expense_instruction"),
    ("terms altered", "instruction_terms", "instruction {expense_instruction}",
     """UPDATE instruction SET terms = '{"purpose": "management_fee"}' WHERE id = :expense_instruction"""),
    ("a pending instruction altered", "instruction_terms", "instruction {pending_instruction}",
     "UPDATE instruction SET vehicle_id = :mother WHERE id = :pending_instruction"),
    ("a payment without its check", "entry_checks", "entry {disbursement}",
     "DELETE FROM instruction_check WHERE instruction_id = :disbursement_instruction"),
    ("one of two checks missing", "entry_checks", "entry {fund_size}",
     "DELETE FROM instruction_check WHERE instruction_id = :fund_size_instruction AND person_id = :third_person"),
    ("one check asked for where two are due", "instruction_checks_needed", "instruction {fund_size_instruction}",
     "UPDATE instruction SET checks_needed = 1 WHERE id = :fund_size_instruction", "REBIND fund_size"),
    ("a check by the maker", "check_human", "instruction {expense_instruction}",
     "UPDATE instruction_check SET person_id = :first_person, human_id = :first_human"
     " WHERE instruction_id = :expense_instruction"),
    ("a check by another account of the maker", "check_human", "instruction {fund_size_instruction}",
     "UPDATE person SET human_id = :first_human WHERE id = :third_person"),
    ("a check by a human being who is none", "check_human", "instruction {expense_instruction}",
     "UPDATE instruction_check SET human_id = gen_random_uuid() WHERE instruction_id = :expense_instruction"),
    ("a check of other terms", "check_terms", "instruction {expense_instruction}",
     "UPDATE instruction_check SET terms_digest = repeat('e', 64) WHERE instruction_id = :expense_instruction"),
    # reversals
    ("a reversal of half", "reversal_mirrors", "entry {reversal}", move("reversal", "/ 2"), RESEAL),
    ("a reversal that takes nothing back", "reversal_named", "entry {reversal}",
     "UPDATE journal_entry SET reverses_id = NULL WHERE id = :reversal_entry", RESEAL),
    ("a reversal of another entry", "reversal_mirrors", "entry {reversal}",
     "UPDATE journal_entry SET reverses_id = :royalty_entry WHERE id = :reversal_entry", RESEAL),
    ("a reversal of what is not there", "reversal_original", "entry {reversal}",
     "UPDATE journal_entry SET reverses_id = gen_random_uuid() WHERE id = :reversal_entry"),
    ("a missing reversal", "claim_settlement", "claim {refused_claim}",
     "UPDATE journal_entry SET reverses_id = NULL WHERE reverses_id ="
     " (SELECT id FROM journal_entry WHERE instruction_id = :refused_instruction)"),
    # commitments, approvals and envelopes
    ("a commitment altered", "commitment_instruction", "commitment {equity_commitment}",
     "UPDATE commitment SET amount_krw = amount_krw * 2 WHERE id = :equity_commitment"),
    ("a commitment to another deal", "commitment_balance", "deal {equity}",
     "UPDATE commitment SET deal_id = :grant WHERE id = :equity_commitment"),
    ("a commitment deleted", "instruction_commitment", "instruction {equity_instruction}",
     "DELETE FROM commitment WHERE id = :equity_commitment"),
    ("a release forgotten", "commitment_balance", "deal {equity}",
     "DELETE FROM instruction WHERE id = :commitment_release_instruction"),
    ("an approval of other terms", "commitment_approval", "commitment {equity_commitment}",
     "UPDATE commitment SET approval_digest = repeat('e', 64) WHERE id = :equity_commitment"),
    ("an approval deleted", "commitment_approval", "commitment {equity_commitment}",
     "DELETE FROM agenda_item WHERE id = :equity_item"),
    ("an approval turned into a rejection", "commitment_approval", "commitment {equity_commitment}",
     "UPDATE agenda_item SET state = 'rejected' WHERE id = :equity_item"),
    ("an approval after the commitment", "commitment_approval", "commitment {equity_commitment}",
     "UPDATE agenda_item SET decided_at = decided_at + interval '1 day' WHERE id = :equity_item"),
    ("a vote of another human being", "vote", "agenda item {equity_item}",
     "UPDATE committee_vote SET human_id = gen_random_uuid() WHERE item_id = :equity_item"),
    ("a vote on other terms", "vote", "agenda item {equity_item}",
     "UPDATE committee_vote SET terms_digest = repeat('e', 64) WHERE item_id = :equity_item"),
    ("a draw on an envelope altered", "envelope_draw", "commitment {equity_commitment}",
     "UPDATE envelope_draw SET amount_krw = 1 WHERE commitment_id = :equity_commitment"),
    ("a draw on an envelope deleted", "envelope_draw", "commitment {equity_commitment}",
     "DELETE FROM envelope_draw WHERE commitment_id = :equity_commitment"),
    ("commitments above their envelope", "envelope_within_budget", "envelope {envelope}",
     move("envelope_budget", "/ 60"), RESEAL),
    ("a promise to a vehicle cut", "promise_between_vehicles", "vehicle {direct}",
     "UPDATE ledger_line SET amount_krw = amount_krw / 2 WHERE entry_id = :vehicle_commitment_entry AND account_id IN"
     " (SELECT id FROM account WHERE kind = 'promised' OR (kind = 'uncommitted' AND vehicle_id = :mother))", RESEAL),
    # tranches and payments
    ("a tranche paid by nothing", "tranche_paid", "tranche {cancelled_tranche}",
     "UPDATE tranche SET state = 'paid', instruction_id = :pending_instruction, evidence_document_id = :evidence"
     " WHERE id = :cancelled_tranche"),
    ("a payment that no tranche knows", "payment_tranche", "entry {disbursement}",
     "UPDATE tranche SET state = 'met', instruction_id = NULL WHERE instruction_id = :disbursement_instruction"),
    ("a payment whose evidence is gone", "tranche_evidence", "tranche {paid_tranche}",
     "DELETE FROM deal_document WHERE id = :paid_evidence"),
    ("evidence whose content was exchanged", "tranche_evidence", "tranche {paid_tranche}",
     "UPDATE document_content SET content = 'x' WHERE document_id = :paid_evidence"),
    ("evidence of another deal", "tranche_evidence", "tranche {paid_tranche}",
     "UPDATE deal_document SET deal_id = :equity WHERE id = :paid_evidence"),
    ("evidence filed after the payment", "tranche_evidence", "tranche {paid_tranche}",
     "UPDATE deal_document SET recorded_at = recorded_at + interval '1 day' WHERE id = :paid_evidence"),
    ("more tranches than were promised", "tranche_total", "commitment {grant_commitment}",
     "UPDATE tranche SET amount_krw = amount_krw * 2 WHERE id = :paid_tranche"),
    ("a condition that was not met", "condition_before_payment", "entry {disbursement}",
     "UPDATE condition_precedent SET met_at = NULL, met_by_id = NULL"),
    ("a condition met after the payment", "condition_before_payment", "entry {disbursement}",
     "UPDATE condition_precedent SET met_at = met_at + interval '1 day'"),
    # calls and settlement
    ("a call altered", "call_instruction", "call {call}", "UPDATE capital_call SET amount_krw = 1 WHERE id = :call"),
    ("an item of a call altered", "call_items", "call {call}",
     "UPDATE capital_call_item SET amount_krw = 1 WHERE call_id = :call"),
    ("a receipt altered", "receipt_instruction", "receipt {receipt_row}",
     "UPDATE capital_call_receipt SET amount_krw = amount_krw + 1 WHERE id = :receipt_row"),
    ("more received than called", "call_receipts", "call {call}",
     "UPDATE capital_call_receipt SET amount_krw = amount_krw * 9 WHERE id = :receipt_row"),
    ("a receipt deleted", "instruction_call", "instruction {call_receipt_instruction}",
     "DELETE FROM capital_call_receipt WHERE id = :receipt_row"),
    ("a receipt deleted, the balance left", "call_balance", "vehicle {direct}",
     "DELETE FROM capital_call_receipt WHERE id = :receipt_row"),
    ("a claim altered", "claim_settlement", "claim {settled_claim}",
     "UPDATE expense_claim SET amount_krw = amount_krw + 1 WHERE id = :settled_claim"),
    ("a refused claim that counts", "claim_settlement", "claim {refused_claim}",
     "UPDATE expense_claim SET state = 'accepted' WHERE id = :refused_claim"),
    ("a claim deleted", "settlement_claim", "instruction {settlement_instruction}",
     "DELETE FROM expense_claim WHERE id = :settled_claim"),
    # what is stored beside
    ("an answer of what never was", "idempotency_key", "idempotency key first of make_instruction",
     "UPDATE idempotency_key SET location = '/ledger/instructions/' || gen_random_uuid() WHERE key = 'first'"),
    ("an answer of an error", "idempotency_key", "idempotency key first of make_instruction",
     "UPDATE idempotency_key SET status = 500 WHERE key = 'first'"),
    ("an answer that cannot be read", "idempotency_key", "idempotency key first of make_instruction",
     "UPDATE idempotency_key SET body = '{' WHERE key = 'first'"),
    ("a match without its run", "match_run", "match {match}", "DELETE FROM match_run"),
    ("a matching without its run", "signal_matching_run", "matching of signal {signal}", "DELETE FROM match_run"),
]  # fmt: skip


@pytest.fixture(scope="module")
def names(ledger, engine) -> dict[str, str]:
    """The records that faults are planted in, by what they are called here."""
    named: dict[str, Any] = {
        "mother": ledger.mother.id, "direct": ledger.direct.id, "envelope": ledger.envelope.id,
        "equity": ledger.deals["지분"].id, "grant": ledger.deals["출연"].id,
    }  # fmt: skip
    for place, person in zip(("first", "second", "third"), ledger.people, strict=True):
        named |= {f"{place}_person": person.id, f"{place}_human": person.human_id}
    with Session(engine) as session:
        for kind, asked in ledger.by_kind.items():
            named[f"{kind}_instruction"] = asked.id
            entry = session.exec(select(JournalEntry).where(JournalEntry.instruction_id == asked.id)).first()
            if entry is not None:
                named |= {kind: entry.number, f"{kind}_entry": entry.id}
        for name in ("equity", "grant"):
            made = session.exec(select(Commitment).where(Commitment.deal_id == named[name])).one()
            item = session.exec(select(AgendaItem).where(AgendaItem.deal_id == named[name])).one()
            named |= {
                f"{name}_commitment": made.id,
                f"{name}_instruction": made.instruction_id,
                f"{name}_item": item.id,
            }
        named |= dict(session.connection().execute(sa.text(LOOKED_UP), named).mappings().one())
    return {name: str(value) if not isinstance(value, int) else value for name, value in named.items()}


LOOKED_UP = """
    SELECT entry.id AS last_entry, entry.number AS last, entry.number + 1 AS beyond,
        entry.instruction_id AS last_instruction,
        (SELECT id FROM account WHERE kind = 'cash' AND vehicle_id = :direct) AS cash_account,
        (SELECT id FROM account WHERE kind = 'envelope_available') AS available_account,
        receipt.id AS receipt_row, receipt.call_id AS call,
        early.number AS receipt, early.id AS receipt_entry,
        paid.id AS paid_tranche, paid.evidence_document_id AS paid_evidence,
        (SELECT id FROM tranche WHERE state = 'cancelled') AS cancelled_tranche,
        (SELECT id FROM deal_document WHERE deal_id = :equity LIMIT 1) AS evidence,
        (SELECT id FROM expense_claim WHERE state = 'settled') AS settled_claim,
        refused.id AS refused_claim, refused.instruction_id AS refused_instruction,
        (SELECT id FROM match) AS match, (SELECT signal_id FROM signal_matching) AS signal
    FROM journal_entry AS entry
    JOIN capital_call_receipt AS receipt ON receipt.instruction_id = :call_receipt_instruction
    JOIN journal_entry AS early ON early.number = (
        SELECT min(number) FROM journal_entry JOIN capital_call_receipt AS first USING (instruction_id)
        WHERE first.call_id = receipt.call_id
    )
    JOIN tranche AS paid ON paid.instruction_id = :disbursement_instruction
    JOIN expense_claim AS refused ON refused.state = 'refused'
    WHERE entry.number = (SELECT number FROM ledger_tip)
"""


@pytest.fixture
def keys(owner) -> Iterator[sa.Connection]:
    """A connection of somebody with the keys to the tables, whose doings are undone when the test ends."""
    with owner.connect() as connection:
        planted = connection.begin()
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        connection.execute(sa.text("SET LOCAL TIME ZONE 'UTC'"))
        yield connection
        planted.rollback()


def plant(connection: sa.Connection, names: dict[str, Any], statements: tuple[str, ...]) -> None:
    for statement in statements:
        if statement == RESEAL:
            reseal(connection)
        elif statement.startswith("REBIND"):
            rebind(connection, names[f"{statement.split()[1]}_instruction"])
        else:
            bound = sa.text(statement)
            changed = connection.execute(bound, {name: names[name] for name in bound._bindparams})  # noqa: SLF001 - which names it has
            assert changed.rowcount, "a fault that changes nothing is none"


def reseal(connection: sa.Connection) -> None:
    """Make the chain, the guards and the tip anew, as somebody would who knows how."""
    number, digest = 0, "0" * 64
    query = sa.text(
        "SELECT entry.number, entry.id::text, instruction_id::text, effective_on, recorded_at, reverses_id::text, "
        "line_count, previous_digest, digest, (SELECT string_agg(concat(position, ' ', account_id, ' ', amount_krw), "
        "',' ORDER BY position) FROM ledger_line WHERE entry_id = entry.id), NULL, NULL, NULL, NULL, NULL "
        "FROM journal_entry AS entry ORDER BY entry.number"
    )
    for row in connection.execute(query).all():
        entry = Entry(*row)._replace(previous_digest=digest)
        number, digest = entry.number, entry_digest(cast(JournalEntry, entry), list(_lines_of(entry)))
        connection.execute(
            sa.text("UPDATE journal_entry SET previous_digest = :previous, digest = :digest WHERE number = :number"),
            {"previous": entry.previous_digest, "digest": digest, "number": number},
        )
    connection.execute(
        sa.text("UPDATE ledger_tip SET number = :number, digest = :digest"), {"number": number, "digest": digest}
    )


def rebind(connection: sa.Connection, instruction_id: str) -> None:
    """Make an instruction's digest anew and bind its checks to it."""
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        digest = session.get_one(Instruction, instruction_id).digest_of_terms()
    for table, key in (("instruction", "id"), ("instruction_check", "instruction_id")):
        connection.execute(
            sa.text(f"UPDATE {table} SET terms_digest = :digest WHERE {key} = :id"),
            {"digest": digest, "id": instruction_id},
        )


@pytest.mark.parametrize(("check", "record", "statements"), [
    pytest.param(check, record, statements, id=name) for name, check, record, *statements in FAULTS
])  # fmt: skip
def test_a_planted_fault_is_found_and_named(keys, names, check, record, statements):
    plant(keys, names, statements)
    found = verify_on(keys)
    assert not found.whole
    named = {(finding.check, finding.record) for finding in found.findings}
    assert (check, record.format(**names)) in named, found.findings


def test_there_are_fifty_faults_and_more():
    assert len(FAULTS) >= 50
    assert len({name for name, *_ in FAULTS}) == len(FAULTS)


def test_every_check_has_a_fault_that_only_it_must_find(ledger, keys):
    planted = {check for _, check, *_ in FAULTS} | {"anchor"}
    assert set(verify_on(keys).checks) == planted


def test_a_chain_made_anew_is_found_by_an_anchor(keys, names):
    anchors = dict(keys.execute(sa.text("SELECT number, digest FROM journal_entry")).all())
    assert verify_on(keys, anchors).whole
    assert verify_on(keys, {names["last"] + 5: "e" * 64}).findings[0].record == f"entry {names['last'] + 5}"
    antedate = "UPDATE journal_entry SET recorded_at = recorded_at - interval '1 day' WHERE id = :royalty_entry"
    plant(keys, names, (antedate, RESEAL))
    found = verify_on(keys, anchors)
    assert found.findings[0].record == f"entry {names['royalty']}"
    assert {finding.check for finding in found.findings} == {"anchor"}


def test_a_flood_of_findings_is_counted_and_not_all_kept(keys):
    keys.execute(sa.text("UPDATE match SET id = id"))
    keys.execute(sa.text("DELETE FROM match_run"))
    keys.execute(
        sa.text(
            "INSERT INTO signal_matching SELECT gen_random_uuid(), run_id, signal_version, signal_digest, "
            "method_digest, matched_at FROM signal_matching, generate_series(1, 1500)"
        )
    )
    found = verify_on(keys)
    assert found.checks["signal_matching_run"] == 1_501
    assert len(found.findings) == 1_001
    assert list(found.sentences())[-2] == "... and 501 more"
