"""A real server on loopback that runs its jobs with the plugin."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from . import job_functions
from .is_gone import is_gone

START = 120
"""Seconds that the server may take to start: the import of MLflow alone takes several."""

JOBS = ("greet", "fail", "sleep")


def environment() -> dict[str, str]:
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "_MLFLOW_"))}
    module = job_functions.__name__
    return {
        **ours,
        "PYTHONPATH": str(job_functions.ROOT),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "true",
        "MLFLOW_SERVER_JOB_EXECUTION_ENGINE": "executor",
        "MLFLOW_JOB_DEFAULT_EXECUTOR_BACKEND": "sample",
        # MLflow's own tests name their jobs so; servers otherwise take MLflow's jobs only.
        "_MLFLOW_SUPPORTED_JOB_FUNCTION_LIST": ",".join(f"{module}.{name}" for name in JOBS),
        "_MLFLOW_ALLOWED_JOB_NAME_LIST": ",".join(map(job_functions.name_of, JOBS)),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    # fmt: off
    command = [
        sys.executable, "-m", "mlflow", "server", "--workers", "1",
        "--host", "127.0.0.1", "--port", str(port),
        "--backend-store-uri", f"sqlite:///{folder}/mlflow.db",
    ]
    # fmt: on
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            command, env=environment(), stdout=log, stderr=log, start_new_session=True
        )
        try:
            wait_for(address, process, folder / "server.log")
            yield address
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End it with all that it started, in good order if it can."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START
    while time.monotonic() < give_up:
        assert process.poll() is None, log.read_text()
        try:
            if requests.get(f"{url}/health", timeout=5).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def submit(url: str, job: str, **params: Any) -> str:
    body = {"job_name": job_functions.name_of(job), "params": params, "timeout": 60}
    answer = requests.post(f"{url}/ajax-api/3.0/jobs/", json=body, timeout=60)
    assert answer.status_code == 200, answer.text
    job_id: str = answer.json()["job_id"]
    return job_id


def state(url: str, job_id: str) -> dict[str, Any]:
    answer = requests.get(f"{url}/ajax-api/3.0/jobs/{job_id}", timeout=60)
    told: dict[str, Any] = answer.json()
    return told


def ended(url: str, job_id: str) -> dict[str, Any]:
    give_up = time.monotonic() + 90
    while (told := state(url, job_id))["status"] in ("PENDING", "RUNNING"):
        assert time.monotonic() < give_up, told
        time.sleep(0.2)
    return told


def test_the_server_runs_jobs_with_it(url: str, folder: Path) -> None:
    job_id = submit(url, "greet", name="alice")
    told = ended(url, job_id)
    assert (told["status"], told["result"]["said"]) == ("SUCCEEDED", "hello alice")
    assert "backend=sample" in (folder / "server.log").read_text()


def test_the_server_tells_of_failures(url: str) -> None:
    told = ended(url, submit(url, "fail", how="for good"))
    assert told["status"] == "FAILED"
    assert "for good" in told["error_message"]


def test_the_server_cancels_jobs(url: str, tmp_path: Path) -> None:
    job_id = submit(url, "sleep", seconds=50, folder=str(tmp_path))
    give_up = time.monotonic() + 60
    while not (notes := list(tmp_path.iterdir())):
        assert time.monotonic() < give_up
        time.sleep(0.1)
    requests.patch(f"{url}/ajax-api/3.0/jobs/cancel/{job_id}", timeout=60).raise_for_status()
    assert ended(url, job_id)["status"] == "CANCELED"
    assert is_gone(int(notes[0].name))
