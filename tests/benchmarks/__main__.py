"""The figures of the README, measured on this machine: ``python -m tests.benchmarks [HOME]``.

HOME is a folder that keeps the encoded records between runs (default: a temporary one, thrown away). Encoding the
27,872 awards and 5,994 topics takes half an hour on two quiet cores; a second run with the same HOME takes minutes.
Nothing here is a test: machines differ, so a figure is reported and never asserted.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import httpx
import psutil
from sqlmodel import Session, select

from fund_service.database import migrate, open_engine
from fund_service.matches.commands import match_one_signal
from fund_service.matches.corpus import make_matchmaker
from fund_service.settings import Settings
from models.signal import DemandSignal
from tests.conftest import Service, serving

SHARED = Path(__file__).parents[3] / "shared"
AWARDS = SHARED / "data" / "sbir" / "awards_phase2_2001_2018.jsonl.gz"
TOPICS = SHARED / "data" / "sbir" / "topics.jsonl.gz"
ROUNDS = 60


def say(name: str, value: str) -> None:
    click.echo(f"| {name} | {value} |")


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def fund(home: Path, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "fund_service", *arguments],
        env={**os.environ, "FUND_HOME": str(home)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.strip()


def spread(milliseconds: list[float]) -> str:
    ordered = sorted(milliseconds)
    return f"median {statistics.median(ordered):.0f} ms, p95 {ordered[int(len(ordered) * 0.95)]:.0f} ms"


def first_start() -> None:
    with tempfile.TemporaryDirectory(prefix="fund-bench-", ignore_cleanup_errors=True) as home:
        with serving(Path(home), "--demo-when-empty") as service:
            say(
                "first start, empty home to ready (migrated, plan and demo loaded)", f"{service.seconds_to_ready:.1f} s"
            )
            until_summary(service)
        with serving(Path(home)) as service:
            say("start of a set-up service to ready", f"{service.seconds_to_ready:.1f} s")
            time.sleep(20)
            web = psutil.Process(service.process.pid)
            say("resident memory, web process", f"{web.memory_info().rss / 2**20:.0f} MiB")
            for worker in web.children():
                say("resident memory, worker", f"{worker.memory_info().rss / 2**20:.0f} MiB")


def until_summary(service: Service) -> None:
    started = time.perf_counter()
    token = service.fund("token", "create", "--user", "planner.programmes@demo.fund.example").strip()
    with httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as planner:
        while not planner.get("/market/demand").json()["rows"]:
            time.sleep(0.5)
    say("demo matched and summarised after ready", f"{time.perf_counter() - started:.0f} s")


def records(home: Path) -> None:
    for file, kind in ((AWARDS, "projects"), (TOPICS, "signals")):
        for _ in range(2):
            printed: list[str] = []
            seconds = timed(lambda: printed.append(fund(home, "import", kind, str(file))))  # noqa: B023 - called at once
            say(f"import {file.name}", f"{seconds:.1f} s: {printed[0]}")
    say("match what changed", fund(home, "match"))
    say("match everything, all encoded", fund(home, "match", "--all"))


def one_signal(home: Path) -> None:
    settings = Settings(home=home, database_url=None, encoder=None, public_url="http://127.0.0.1:8000")
    engine = open_engine(settings)
    migrate(engine)
    matchmaker = make_matchmaker(settings, engine)
    matchmaker.corpus()
    with Session(engine) as session:
        ids = session.exec(select(DemandSignal.id).limit(ROUNDS)).all()
    times = [timed(lambda: match_one_signal(matchmaker, signal_id)) * 1000 for signal_id in ids]  # noqa: B023 - called at once
    say("one signal matched, explained and stored, once encoded", spread(times))
    engine.dispose()


def over_http(home: Path) -> None:
    fund(home, "seed", "demo")
    token = fund(home, "token", "create", "--user", "ventures@demo.fund.example")
    auditor = fund(home, "token", "create", "--user", "auditor@demo.fund.example")
    with serving(home) as service, httpx.Client(base_url=service.url, timeout=600) as client:
        everything = {"Authorization": f"Bearer {auditor}"}
        items = client.get("/signals", params={"limit": 100, "q": "system"}, headers=everything).json()["items"]
        reads = [
            timed(lambda: client.get(f"/signals/{item['id']}/matches", headers=everything)) * 1000  # noqa: B023 - called at once
            for item in items[:ROUNDS]
        ]
        say("GET a signal's matches", spread(reads))
        waits = [wait_for_matches(client, token, number) for number in range(12)]
        say("POST a signal to its matches on the page (encoding included)", spread([1000 * s for s in waits[2:]]))


def wait_for_matches(client: httpx.Client, token: str, number: int) -> float:
    headers = {"Authorization": f"Bearer {token}"}
    text = f"Compact radar number {number} that sees small drones over water at long range."
    started = time.perf_counter()
    path = client.post("/signals", json={"text": text}, headers=headers).headers["Location"]
    while client.get(f"{path}/matches", headers=headers).json()["status"] != "fresh":
        time.sleep(0.02)
    return time.perf_counter() - started


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fund-bench-", ignore_cleanup_errors=True) as temporary:
        home = Path(sys.argv[1] if len(sys.argv) > 1 else temporary)
        home.mkdir(parents=True, exist_ok=True)
        click.echo("| what | figure |\n|---|---|")
        first_start()
        if not AWARDS.exists():
            click.echo(f"no records at {SHARED}: the other figures need them", err=True)
            return
        fund(home, "seed", "plan")
        records(home)
        one_signal(home)
        over_http(home)


main()
