"""Workers that share a match run, on real records: ``python -m tests.benchmarks.workers [HOME]``.

One worker, two workers, and two of which one is killed in the middle; each worker has one thread. PROJECTS and SIGNALS
in the environment set the size.
"""

import gzip
import hashlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Engine

from fund_service.database import open_engine
from fund_service.matches.encoders import encoder_of
from fund_service.settings import Settings, read_settings
from tests.benchmarks.figures import SHARED, Row, show

PROJECTS = int(os.environ.get("PROJECTS", "2000"))
SIGNALS = int(os.environ.get("SIGNALS", "400"))
CONTROL_TEXTS = 400
KILLED_AT = 0.4
LONGEST_SECONDS = 3_600
RECORDS = {
    "projects": (SHARED / "data" / "sbir" / "awards_phase2_2001_2018.jsonl.gz", PROJECTS),
    "signals": (SHARED / "data" / "sbir" / "topics.jsonl.gz", SIGNALS),
}


def noting_parts(do_a_part: Callable[..., bool], record: Path) -> Callable[..., bool]:
    """Write down how long each part took, so that what a worker spends without one can be told."""

    def noted(*given: Any) -> bool:
        started = time.monotonic()
        was_one = do_a_part(*given)
        if was_one:
            with record.open("a") as lines:
                lines.write(f"{time.monotonic() - started}\n")
        return was_one

    return noted


class Recording:
    """An encoder that writes down the digest of every text it encodes."""

    def __init__(self, encoder: Any, record: Path) -> None:
        self._encoder, self._record = encoder, record

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode(self, texts: Sequence[str]) -> NDArray[Any]:
        vectors: NDArray[Any] = self._encoder.encode(texts)
        with self._record.open("a") as record:
            record.writelines(hashlib.sha256(text.encode()).hexdigest() + "\n" for text in texts)
        return vectors


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    seconds: float
    processor_seconds: list[float]
    """Of each worker, and so is ``idle_seconds``: how long of the run it had no part."""
    idle_seconds: list[float]
    encoded: int
    encoded_twice: int
    matched: int
    matches_digest: str


def work(record: Path) -> None:
    """Be a worker with one thread that writes down what it encodes."""
    import asyncio  # noqa: PLC0415 - only in the worker's process

    from fund_service import worker  # noqa: PLC0415 - the same
    from fund_service.database import migrate  # noqa: PLC0415 - the same
    from fund_service.matches.corpus import make_matchmaker  # noqa: PLC0415 - the same

    settings = replace(read_settings(), threads=1)
    engine = open_engine(settings)
    migrate(engine)
    matchmaker = make_matchmaker(settings, engine)
    matchmaker.encoder.encode(["warm up"])
    matchmaker.encoder = Recording(matchmaker.encoder, record)
    worker.do_a_part = noting_parts(worker.do_a_part, record.parent / f"{record.name}.parts")
    (record.parent / f"{record.name}.ready").touch()
    while not (record.parent / "go").exists():
        time.sleep(0.05)
    asyncio.run(worker.run_worker(matchmaker, settings))


def encode_alone(folder: Path) -> None:
    """Encode with one thread once all are ready, and write down how long it took."""
    settings = replace(read_settings(), threads=1)
    encoder = encoder_of(settings)
    with gzip.open(RECORDS["projects"][0], "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["abstract"] or "-" for line in itertools.islice(lines, CONTROL_TEXTS)]
    encoder.encode(texts[:32])
    (folder / f"{os.getpid()}.ready").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)
    started = time.perf_counter()
    encoder.encode(texts)
    (folder / f"{os.getpid()}.seconds").write_text(str(time.perf_counter() - started))


def processors_allow(folder: Path) -> float:
    """Say how many times as much two processes that share nothing encode as one does, in this machine's present state.

    Two processors may be halves of one core, share its cache and its power, or have other work.
    """
    seconds: list[float] = []
    for number in (1, 2, 2, 1):  # in turns, so that what else the machine does meets both
        alone = folder / f"control-{len(seconds)}"
        alone.mkdir()
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, "-m", "tests.benchmarks.workers", "--encode", str(alone)]
        with ExitStack() as ending:
            for _ in range(number):
                process = subprocess.Popen(command, env=environment)
                ending.callback(process.wait)
            while len(list(alone.glob("*.ready"))) < number:
                time.sleep(0.05)
            (alone / "go").touch()
        seconds.append(max(float(took.read_text()) for took in alone.glob("*.seconds")))
    return 2 * (seconds[0] + seconds[3]) / (seconds[1] + seconds[2])


def settings_of(home: Path) -> Settings:
    return Settings(home=home, database_url=None, encoder=None, public_url="http://127.0.0.1:8000")


def fund(home: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "fund_service", *arguments],
        env={**os.environ, "FUND_HOME": str(home)},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def home_with_records(folder: Path) -> Path:
    home = folder / "records"
    fund(home, "seed", "plan")
    for kind, (file, count) in RECORDS.items():
        some = folder / f"{kind}.jsonl"
        with gzip.open(file, "rt", encoding="utf-8") as lines, some.open("w", encoding="utf-8") as kept:
            kept.writelines(itertools.islice(lines, count))
        fund(home, "import", kind, str(some))
    return home


def shared_run(records: Path, folder: Path, *, workers: int, kill: bool = False) -> Outcome:
    """Let workers match everything in a copy of the records, and kill one in the middle if asked to."""
    folder.mkdir()
    home = folder / "home"
    home.mkdir()
    subprocess.run(["/bin/cp", "-a", records / "postgres", home], check=True)
    with ExitStack() as ending:
        engine = open_engine(settings_of(home))
        ending.callback(engine.dispose)
        hands = [start(home, folder / f"encoded-{number}", ending) for number in range(workers)]
        while len(list(folder.glob("*.ready"))) < workers:
            time.sleep(0.1)
        (folder / "go").touch()
        used = watch(engine, hands, kill=kill)
        return outcome(engine, folder, used)


def start(home: Path, record: Path, ending: ExitStack) -> psutil.Process:
    environment = {**os.environ, "FUND_HOME": str(home), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.workers", "--work", record], env=environment)
    ending.callback(process.wait)
    ending.callback(process.kill)
    return psutil.Process(process.pid)


def watch(engine: Engine, hands: list[psutil.Process], *, kill: bool) -> list[float]:
    """Wait until the run is done; give the processor seconds that each worker used who lived to the end."""
    before = {hand: sum(hand.cpu_times()[:2]) for hand in hands}
    deadline = time.monotonic() + LONGEST_SECONDS
    while (state := asked(engine, "SELECT state FROM match_run ORDER BY recorded_at LIMIT 1")) != "done":
        if state == "failed" or time.monotonic() > deadline:
            raise RuntimeError(asked(engine, "SELECT failure FROM match_run ORDER BY recorded_at LIMIT 1"))
        if (
            kill
            and asked(engine, "SELECT count(*) FROM embedding WHERE revision NOT LIKE '% windows'")
            > KILLED_AT * PROJECTS
        ):
            hands.pop().send_signal(signal.SIGKILL)
            kill = False
        time.sleep(0.1)
    return [sum(hand.cpu_times()[:2]) - before[hand] for hand in hands]


def outcome(engine: Engine, folder: Path, used: list[float]) -> Outcome:
    times = Counter(
        digest for record in folder.glob("encoded-?") for digest in record.read_text(encoding="utf-8").split()
    )
    ran = "SELECT extract(epoch FROM finished_at - recorded_at) FROM match_run ORDER BY recorded_at LIMIT 1"
    seconds = float(asked(engine, ran))
    busy = [sum(map(float, record.read_text().split())) for record in sorted(folder.glob("encoded-?.parts"))]
    return Outcome(
        seconds=seconds,
        processor_seconds=used,
        idle_seconds=[max(0.0, seconds - one) for one in busy],
        encoded=times.total(),
        encoded_twice=times.total() - len(times),
        matched=asked(engine, "SELECT signals_matched FROM match_run ORDER BY recorded_at LIMIT 1"),
        matches_digest=asked(
            engine,
            "SELECT md5(string_agg(concat_ws(' ', signal_id, project_id, eligible, rank, score, components), ','"
            " ORDER BY signal_id, eligible, rank)) FROM match",
        ),
    )


def asked(engine: Engine, question: str) -> Any:
    with engine.connect() as connection:
        return connection.scalar(sa.text(question))


def rows(home: Path) -> Iterator[Row]:
    """Give the figures of workers that share a run."""
    if not all(file.exists() for file, _ in RECORDS.values()):
        return
    with tempfile.TemporaryDirectory(prefix="fund-workers-", dir=home, ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)  # under root the database runs as another user
        records = home_with_records(folder)
        size = f"{PROJECTS:,} projects, {SIGNALS:,} signals"
        alone = shared_run(records, folder / "one", workers=1)
        yield Row(figure=f"one worker, one thread: {size} encoded and matched", ours=said(alone))
        both = shared_run(records, folder / "two", workers=2)
        allowed = processors_allow(folder)
        yield Row(
            figure=f"two workers, one thread each: the same, {psutil.cpu_count()} processors",
            ours=f"{said(both)}; {alone.seconds / both.seconds:.2f} x as fast, same matches: "
            f"{both.matches_digest == alone.matches_digest}",
            peer=f"{allowed:.2f} x: two processes that share nothing and only encode",
            bar="nearly 2 x when cores allow, nothing twice",
        )
        survived = shared_run(records, folder / "killed", workers=2, kill=True)
        yield Row(
            figure="two workers, one killed (-9) in the middle",
            ours=f"{said(survived)}; same matches: {survived.matches_digest == alone.matches_digest}",
            bar="the other does it all",
        )
        shutil.rmtree(folder, ignore_errors=True)


def said(found: Outcome) -> str:
    return (
        f"{found.seconds:.0f} s (processor time {_each(found.processor_seconds)} s, without a part "
        f"{_each(found.idle_seconds)} s), {found.matched:,} signals matched, "
        f"{found.encoded:,} texts encoded, {found.encoded_twice} of them twice"
    )


def _each(seconds: Sequence[float]) -> str:
    return " + ".join(f"{one:.1f}" for one in seconds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(Path(sys.argv[2]))
    elif sys.argv[1:2] == ["--encode"]:
        encode_alone(Path(sys.argv[2]))
    else:
        show(rows)
