"""The engine on a Dask cluster: a scheduler and a worker in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow.exceptions import MlflowException
from mlflow.projects import SubmittedRun

from mlflowplug_sample.project_backend import cluster
from mlflowplug_sample.project_backend.job import Job

from .started import BACKEND, is_running, log_of, status_of, wait_for_slow, wait_until

distributed = pytest.importorskip("distributed")


SUBMIT = """
import sys, mlflow
project, backend, scheduler = sys.argv[1:]
config = {"scheduler": scheduler}
run = mlflow.projects.run(
    project, "fail", backend=backend, backend_config=config, synchronous=False
)
print(run.run_id)
"""


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        local_directory=str(tmp_path_factory.mktemp("dask")),
    ) as local:
        yield local.scheduler_address
        # A client that outlives its cluster tries to reach it again.
        cluster._connected(local.scheduler_address).close()


def submit(
    scheduler: str, project: Path, entry_point: str, parameters: dict[str, Any] | None = None
) -> SubmittedRun:
    return mlflow.projects.run(
        str(project),
        entry_point,
        parameters=parameters,
        backend=BACKEND,
        backend_config={"scheduler": scheduler},
        synchronous=False,
    )


def test_a_worker_runs_the_project(scheduler: str, project: Path) -> None:
    run = submit(scheduler, project, "main", {"text": "$(id) 'a'\n"})
    assert run.wait()
    written = json.loads((project / "written.json").read_text())
    assert written["arguments"][0] == "$(id) 'a'\n"
    assert status_of(run.run_id) == run.get_status() == "FINISHED"
    assert "working in" in log_of(run.run_id)


def test_a_failure_fails_the_run(scheduler: str, project: Path) -> None:
    run = submit(scheduler, project, "fail")
    assert not run.wait()
    assert status_of(run.run_id) == "FAILED"
    assert "this went wrong" in log_of(run.run_id)


def test_cancelling_ends_what_runs_and_what_waits(scheduler: str, project: Path) -> None:
    first, second = submit(scheduler, project, "slow"), submit(scheduler, project, "slow")
    child = wait_for_slow(project)
    assert second.get_status() == "SCHEDULED"
    second.cancel()
    assert status_of(second.run_id) == "KILLED"
    first.cancel()
    assert status_of(first.run_id) == "KILLED"
    assert not is_running(child)


def test_a_run_that_was_ended_meanwhile_does_not_begin(scheduler: str, project: Path) -> None:
    first, second = submit(scheduler, project, "slow"), submit(scheduler, project, "slow")
    wait_for_slow(project)
    mlflow.MlflowClient().set_terminated(second.run_id, "KILLED")
    first.cancel()
    assert not second.wait()
    assert status_of(second.run_id) == "KILLED"


def test_the_run_goes_on_without_the_program_that_submitted_it(
    scheduler: str, project: Path
) -> None:
    command = [sys.executable, "-c", SUBMIT, str(project), BACKEND, scheduler]
    environment = {**os.environ, "MLFLOW_TRACKING_URI": mlflow.get_tracking_uri()}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=120, env=environment)
    run_id = done.stdout.split()[-1]
    wait_until(lambda: status_of(run_id) == "FAILED")
    assert "this went wrong" in log_of(run_id)


def test_a_worker_that_dies_takes_the_project_along(scheduler: str, project: Path) -> None:
    run = submit(scheduler, project, "slow")
    child = wait_for_slow(project)
    with distributed.Client(scheduler, set_as_default=False) as client:
        (worker,) = client.run(os.getpid).values()
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: not is_running(child))
    # Dask starts a new worker and hands it the task again; the project is not run twice.
    assert not run.wait()
    wait_until(lambda: status_of(run.run_id) == "KILLED")
    assert wait_for_slow(project) == child


def test_a_scheduler_that_is_not_there_is_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "CONNECT_TIMEOUT", 1)
    with pytest.raises(MlflowException, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        submit("tcp://127.0.0.1:1", project, "fail")
    assert mlflow.search_runs(output_format="list") == []


def test_a_password_is_not_sent_to_the_scheduler(scheduler: str) -> None:
    uri = "https://me:secret@tracking.invalid"
    job = Job("r", "0", uri, ".", None, ".", None, "main", {}, "local", None)
    with pytest.raises(MlflowException, match="has a password") as caught:
        cluster.DaskCluster(scheduler).submit(job)
    assert "secret" not in str(caught.value)


def test_without_dask_the_message_says_what_to_install(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MlflowException, match=r"pip install '.*\[dask\]'"):
        submit("tcp://127.0.0.1:2", project, "fail")
