import json
import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from fund_service.audit.anchors import append_anchor
from fund_service.audit.verify import verify
from models.instruction import InstructionKind as K

AT = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture
def broken(ledger, owner):
    """Raise a guard for the length of a test."""

    def shift(won):
        with owner.begin() as connection:
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            connection.execute(
                sa.text("UPDATE account SET guard_krw = guard_krw + :won WHERE kind = 'cash'"), {"won": won}
            )

    shift(5)
    yield
    shift(-5)


def test_a_healthy_ledger_has_no_finding(ledger, engine):
    found = verify(engine)
    assert found.findings == ()
    assert found.whole
    assert found.entries == found.number > 25
    assert found.lines > 2 * found.entries
    assert found.instructions == found.entries + 2, "one is pending, one void"


def test_the_command_says_that_all_is_well_and_anchors(ledger, fund, tmp_path):
    anchor = tmp_path / "anchor.jsonl"
    for count in (1, 2):
        done = fund("verify", "--anchor", str(anchor))
        assert done.exit_code == 0, done.output
        assert ": 0 findings" in done.stdout
        lines = [json.loads(line) for line in anchor.read_text().splitlines()]
        assert len(lines) == count
    assert lines[0].keys() == {"number", "digest", "at"}
    assert lines[0]["digest"] == json.loads(fund("verify", "--json").stdout)["tip"]["digest"]


def test_the_command_names_findings_ends_with_one_and_anchors_nothing(ledger, broken, fund, tmp_path):
    anchor = tmp_path / "anchor.jsonl"
    done = fund("verify", "--anchor", str(anchor))
    assert done.exit_code == 1
    assert "account_guard: account " in done.stdout
    assert not anchor.exists()
    as_json = fund("verify", "--json")
    said = json.loads(as_json.stdout)
    assert (as_json.exit_code, said["whole"], said["checks"]["account_guard"]) == (1, False, 2)
    assert {finding["check"] for finding in said["findings"]} == {"account_guard"}


def test_an_anchored_entry_that_is_not_in_the_chain_is_named(ledger, fund, tmp_path):
    anchor = tmp_path / "anchor.jsonl"
    append_anchor(anchor, number=3, digest="e" * 64, at=AT)
    done = fund("verify", "--anchor", str(anchor))
    assert (done.exit_code, len(anchor.read_text().splitlines())) == (1, 1)
    assert "anchor: entry 3: expected eeee" in done.stdout


@pytest.mark.parametrize("content", ["rubbish", "{}", '{"number": "x", "digest": "e"}', "[]", '{"number": 1}', "\n"])
def test_a_file_of_no_anchors_is_refused(ledger, fund, tmp_path, content):
    anchor = tmp_path / "anchor.jsonl"
    anchor.write_text(f'{{"number": 1, "digest": "e"}}\n{content}\n')
    done = fund("verify", "--anchor", str(anchor))
    assert done.exit_code == 1
    assert "line 2" in done.stderr
    assert not done.stdout


def test_no_alarm_is_false_while_money_moves(ledger, engine):
    done = threading.Event()
    found = []

    def watch():
        while not done.is_set():
            found.append(verify(engine))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for _ in range(8):
            ledger.move(K.EXPENSE, 1_000, vehicle_id=ledger.direct.id, terms={"purpose": "expense"})
    finally:
        done.set()
        watcher.join()
    assert len({one.number for one in found}) > 1, "it was looked at in between"
    assert [one.findings for one in found if not one.whole] == []


def test_verifying_writes_nothing_and_waits_for_nobody(ledger, engine):
    with Session(engine) as session:
        session.connection().execute(sa.text("SELECT FROM ledger_tip FOR UPDATE"))
        assert verify(engine).whole
        session.rollback()
