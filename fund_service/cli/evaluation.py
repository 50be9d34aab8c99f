"""The command that measures the matcher on judged sets."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from fund_service.cli.door import REFUSED, Bars, main, messages
from fund_service.settings import read_settings


class Changes(click.ParamType[dict[str, str]]):
    """``name=value[,name=value]``."""

    name = "NAME=VALUE[,NAME=VALUE]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, str]:  # noqa: ANN401 - as click types it
        """Return the values by name."""
        pairs = [part.partition("=") for part in str(value).split(",")]
        if not all(name.strip() and given.strip() for name, _, given in pairs):
            self.fail(f"{value!r} is not {self.name}", param, ctx)
        return {name.strip(): given.strip() for name, _, given in pairs}


@main.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--system",
    default="hybrid",
    show_default=True,
    type=click.Choice(["dense", "lexical", "hybrid", "all"]),
    help="What ranks; all: the hybrid, and each of its legs beside it.",
)
@click.option("--k", default=10, show_default=True, type=click.IntRange(1, 100), help="Depth of nDCG and MRR.")
@click.option("--by-slice", is_flag=True, help="Also by language of query and document, and by their length.")
@click.option(
    "--against",
    type=Changes(),
    help="Compare with another setting: any matcher parameter, system=..., encoder=FOLDER.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object; so it is wherever output is no terminal.")
def evaluate(
    directory: Path, system: str, k: int, *, by_slice: bool, against: dict[str, str] | None, as_json: bool
) -> None:
    """Measure the matcher on a judged set in the BEIR layout.

    DIRECTORY holds corpus.jsonl (_id, title, text), queries.jsonl (_id, text) and qrels/test.tsv (query-id, corpus-id,
    score). Every figure comes with its 95 % interval over queries, every comparison with the interval of the change
    and the p of a paired randomisation test; the same input always gives the same figures. Vectors are kept in
    FUND_HOME/evaluation, so that a second run on a set encodes nothing.

    Queries in one language and documents in another are such a set as well: Korean statements in queries.jsonl beside
    an English corpus.jsonl measure how Korean demand finds English projects (language ko-en with --by-slice). The
    records' make_retrieval_set.py OUT --queries ko_signals_dev.jsonl writes it.

    \b
    fund evaluate dev --system all --by-slice
    fund evaluate dev --against dense_share=.6
    fund evaluate dev --against system=lexical,headroom=2
    """  # noqa: D301 - click reads \b as "leave these lines as they are"
    from fund_service.matches.encoders import encoder_of  # noqa: PLC0415 - only where something is measured
    from fund_service.matches.glossary import glossary  # noqa: PLC0415 - the same
    from matching.evaluation import evaluate as evaluation  # noqa: PLC0415 - the same
    from matching.evaluation.vector_cache import RememberingEncoder  # noqa: PLC0415 - the same

    settings = read_settings()
    kept = settings.home / "evaluation"
    changes = dict(against or {})
    other = changes.pop("encoder", None)
    encoder = RememberingEncoder(encoder_of(settings), kept)
    with Bars() as bars:
        try:
            figures = evaluation.evaluate(
                directory,
                system="hybrid" if system == "all" else system,
                legs=system == "all",
                by_slice=by_slice,
                against=None if against is None else changes,
                other_encoder=None
                if other is None
                else RememberingEncoder(encoder_of(replace(settings, encoder=other)), kept),
                k=k,
                encoder=encoder,
                glossary=glossary(),
                progress=bars.stage,
            )
        except evaluation.EvaluationSetError as error:
            messages.print(str(error), style="red", markup=False, soft_wrap=True)
            sys.exit(REFUSED)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--against") from error
    if as_json or not is_read_by_a_person():
        click.echo(json.dumps(figures, ensure_ascii=False))
    else:
        show(figures, k)


def is_read_by_a_person() -> bool:
    """Say whether what is printed goes to a terminal."""
    return sys.stdout.isatty()


def show(figures: dict[str, Any], k: int) -> None:
    """Print the figures as tables that a person reads."""
    metrics = [f"ndcg@{k}", f"recall@{k}", "recall@100", f"mrr@{k}"]
    console = Console(highlight=False)
    table = Table("", "queries", *metrics, title=f"{figures['documents']:,} documents, {figures['encoder']}")
    for what, found in _measured(figures):
        cells = (f"{found[metric]:.3f} [{_range(found['intervals'][metric])}]" for metric in metrics)
        table.add_row(what, str(found["queries"]), *cells)
    console.print(table)
    if "against" in figures:
        changes = Table("changed by", "change", "95 % interval", "p", title=_setting(figures["against"]))
        for metric, change in figures["against"]["changes"].items():
            changes.add_row(metric, f"{change['change']:+.4f}", _range(change["interval"]), f"{change['p']:.4f}")
        console.print(changes)


def _measured(figures: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all that was measured with its name, each system's slices after it."""
    systems = [figures, *figures.get("legs", {}).values()]
    named = [(system["system"], system) for system in systems]
    if "against" in figures:
        named.append((_setting(figures["against"]), figures["against"]))
    for name, system in named:
        yield name, system
        for part, found in system.get("slices", {}).items():
            yield f"  {part}", found


def _setting(other: dict[str, Any]) -> str:
    said = [f"{name}={value}" for name, value in other["setting"].items()]
    return ", ".join(said or [other["encoder"]])


def _range(interval: dict[str, float]) -> str:
    return f"{interval['low']:.3f}, {interval['high']:.3f}"
