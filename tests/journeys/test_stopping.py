"""Stopping the service: nothing it started outlives it, and what was stored is there at the next start."""

import signal
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from tests.conftest import serving

pytestmark = pytest.mark.slow


def test_a_stopped_service_leaves_neither_worker_nor_database_and_loses_nothing():
    with tempfile.TemporaryDirectory(prefix="fund-stop-", ignore_cleanup_errors=True) as home:
        with serving(Path(home), "--demo-when-empty") as service:
            deadline = time.monotonic() + 30
            while not (workers := psutil.Process(service.process.pid).children()) and time.monotonic() < deadline:
                time.sleep(0.2)
            assert workers, "no worker runs beside the service"
            service.process.send_signal(signal.SIGTERM)
            service.process.wait(30)
            psutil.wait_procs(workers, timeout=30)
            assert not any(worker.is_running() for worker in workers)
        deadline = time.monotonic() + 30
        while (postmaster := Path(home, "postgres", "postmaster.pid")).exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not postmaster.exists(), "the embedded database is still running"
        with serving(Path(home), "--no-worker") as again:
            assert again.fund("seed", "demo").startswith("added 0, changed 0")
