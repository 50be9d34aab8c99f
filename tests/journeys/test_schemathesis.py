"""The running service against its own OpenAPI document, by schemathesis: what it does not say, it does not do."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

SECONDS = 20
CONFIGURATION = """
[checks]
# A schema cannot say all that is refused: ranges that contradict one another, unknown codes, control characters.
positive_data_acceptance.enabled = false
# If-Match is documented as required; its absence has a status of its own.
missing_required_header.expected-statuses = [400, 401, 403, 406, 422, 428]
# The ETag is looked at before the body.
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 415, 422, 428, 429]
# The framework's own answer to OPTIONS names the methods of one handler of a path.
allow_header_conformance.enabled = false

[[operations]]
# Files come in the kind asked for; OpenAPI through the framework can name one kind only.
include-path-regex = "/export$"
checks.content_type_conformance.enabled = false
checks.response_schema_conformance.enabled = false
"""


@pytest.mark.parametrize("email", ["ventures@demo.fund.example", "fund.lead@demo.fund.example"])
def test_no_error_and_no_undocumented_answer_within_twenty_seconds(service: Any, tmp_path: Path, email: str):
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(CONFIGURATION)
    token = service.token(email)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration)),
            *("run", f"{service.url}/schema/openapi.json", "--header", f"Authorization: Bearer {token}"),
            *("--seed", "1", "--max-time", str(SECONDS), "--no-color", "--warnings", "off"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS * 6,
        check=False,
    )
    cases = re.search(r"(\d+) generated", run.stdout)
    assert run.returncode == 0, run.stdout[-6000:] + run.stderr[-2000:]
    assert cases is not None
    assert int(cases[1]) > 200, run.stdout[-2000:]
