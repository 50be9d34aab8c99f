import json
from datetime import UTC, datetime

import pytest

from fund_service.audit.anchors import append_anchor, read_anchors
from models.errors import ValueNotAllowed

AT = datetime(2026, 11, 22, 3, tzinfo=UTC)


def test_anchors_that_contradict_one_another_are_refused(tmp_path):
    for digest in ("a", "a", "b"):
        append_anchor(tmp_path / "anchor", number=1, digest=digest, at=AT)
    with pytest.raises(ValueNotAllowed, match="line 3"):
        read_anchors(tmp_path / "anchor")


def test_an_empty_ledger_is_whole_and_can_be_anchored(database, fund, tmp_path):
    anchor = tmp_path / "anchor.jsonl"
    for _ in range(2):
        assert fund("verify", "--anchor", str(anchor)).exit_code == 0
    assert json.loads(anchor.read_text().splitlines()[0])["number"] == 0
