"""Commands of the auditor."""

import json
import sys
from pathlib import Path

import click

from fund_service.cli.door import REFUSED, database, main, messages
from models.clock import utc_now


@main.command(name="verify")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of sentences.")
@click.option(
    "--anchor",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file kept elsewhere: what it holds must be in the chain; then the chain's last entry is added to it.",
)
def verify_command(*, as_json: bool, anchor: Path | None) -> None:
    """Check ledger, instruments and stored answers on one snapshot; ends with status 1 when anything is found."""
    from fund_service.audit.anchors import append_anchor, read_anchors  # noqa: PLC0415 - only this command audits
    from fund_service.audit.verify import verify  # noqa: PLC0415

    anchors = {} if anchor is None else read_anchors(anchor)
    with database() as (_, engine):
        found = verify(engine, anchors)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        for line in found.sentences():
            click.echo(line)
    if not found.whole:
        sys.exit(REFUSED)
    if anchor is not None:
        append_anchor(anchor, number=found.number, digest=found.digest, at=utc_now())
        messages.print(f"anchored entry {found.number} in {anchor}", markup=False)
