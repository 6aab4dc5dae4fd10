"""What the executor adds to the processes that it runs."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from mlflow.entities._job_status import JobStatus

from mlflowplug_sample.job_executors.settings import SLOTS

from .conftest import Executor, Submit
from .job_functions import greet, sleep


def test_jobs_run_side_by_side(
    executor: Executor, submit: Submit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SLOTS, "2")
    jobs = [submit(sleep, seconds=60.0, folder=str(tmp_path)) for _ in range(3)]
    give_up = time.monotonic() + 60
    while len(list(tmp_path.iterdir())) < 2:
        assert time.monotonic() < give_up
        time.sleep(0.05)
    time.sleep(0.5)
    assert len(list(tmp_path.iterdir())) == 2
    for job_id in jobs:
        executor.cancel_job(job_id)
        assert executor.wait_for_job(job_id).status == JobStatus.CANCELED


def test_a_thousand_jobs_may_wait(
    executor: Executor, submit: Submit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SLOTS, "1")
    submit(sleep, seconds=60.0, folder=str(tmp_path))
    threads = threading.active_count()
    start = time.perf_counter()
    jobs = [submit(greet, name="x") for _ in range(1000)]
    for job_id in jobs:
        executor.cancel_job(job_id)
        assert executor.wait_for_job(job_id).status == JobStatus.CANCELED
    assert time.perf_counter() - start < 10
    assert threading.active_count() == threads
