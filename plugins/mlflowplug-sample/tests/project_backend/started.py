"""Looks at runs and processes that tests have started."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import mlflow
import psutil
from mlflow import MlflowClient

BACKEND = "sample"
TIMEOUT = 60


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def wait_for_slow(project: Path) -> int:
    """Wait until the entry point `slow` has started its child, and return the child's id."""
    pids = project / "pids"
    wait_until(lambda: pids.exists() and pids.read_text().endswith("\n"))
    return int(pids.read_text())


def is_running(pid: int) -> bool:
    return bool(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)


def status_of(run_id: str) -> str:
    return str(MlflowClient().get_run(run_id).info.status)


def log_of(run_id: str) -> str:
    return str(mlflow.artifacts.load_text(f"runs:/{run_id}/project.log"))
