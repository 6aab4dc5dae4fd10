"""A real server on loopback whose workspaces are in the plugin, and whose runs are elsewhere."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import mlflow
import pytest
import requests
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

START = 120
"""Seconds that the server may take to start: the import of MLflow alone takes several."""


@contextmanager
def running(folder: Path, workspace_uri: str) -> Iterator[str]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    # fmt: off
    command = [
        sys.executable, "-m", "mlflow", "server", "--workers", "1",
        "--host", "127.0.0.1", "--port", str(port),
        "--backend-store-uri", f"sqlite:///{folder}/mlflow.db",
        "--artifacts-destination", f"{folder}/artifacts",
        "--enable-workspaces", "--workspace-store-uri", workspace_uri,
    ]
    # fmt: on
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW_", "_MLFLOW_"))}
    quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            command, env={**ours, **quiet}, stdout=log, stderr=log, start_new_session=True
        )
        try:
            wait_for(f"http://127.0.0.1:{port}", process, folder / "server.log")
            yield f"http://127.0.0.1:{port}"
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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspaces")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with running(folder, f"sample:{folder}/workspaces.db") as address:
        yield address


@pytest.fixture
def client(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[MlflowClient]:
    before = mlflow.get_tracking_uri()
    monkeypatch.delenv("MLFLOW_WORKSPACE", raising=False)
    mlflow.set_tracking_uri(url)
    yield MlflowClient(url)
    mlflow.set_workspace(None)
    mlflow.set_tracking_uri(before)


def test_teams_do_not_see_each_others_runs(client: MlflowClient) -> None:
    for name in ("team-a", "team-b"):
        mlflow.create_workspace(name, description=f"of {name}")
    for name in ("team-a", "team-b"):
        mlflow.set_workspace(name)
        client.create_experiment(f"experiment of {name}")
    mlflow.set_workspace("team-a")
    names = [one.name for one in client.search_experiments()]
    assert "experiment of team-a" in names
    assert "experiment of team-b" not in names
    assert mlflow.get_workspace("team-b").description == "of team-b"


def test_artifacts_go_where_the_workspace_says(client: MlflowClient, folder: Path) -> None:
    root = folder / "of-team-c"
    mlflow.create_workspace("team-c", default_artifact_root=str(root))
    mlflow.set_workspace("team-c")
    experiment_id = client.create_experiment("with a root")
    assert client.get_experiment(experiment_id).artifact_location.startswith(str(root))


def test_a_workspace_that_holds_something_stays(client: MlflowClient) -> None:
    mlflow.create_workspace("full")
    mlflow.create_workspace("empty")
    mlflow.set_workspace("full")
    client.create_registered_model("a model")
    for mode in ("RESTRICT", "CASCADE"):
        with pytest.raises(MlflowException, match="model 'a model'"):
            mlflow.delete_workspace("full", mode=mode)
    client.delete_registered_model("a model")
    experiment_id = client.create_experiment("an experiment")
    client.delete_experiment(experiment_id)
    with pytest.raises(MlflowException, match="experiment 'an experiment'"):
        mlflow.delete_workspace("full")
    mlflow.delete_workspace("empty")
    assert "empty" not in [one.name for one in mlflow.list_workspaces()]


def test_an_unknown_workspace_is_an_error(client: MlflowClient) -> None:
    mlflow.set_workspace("nowhere")
    with pytest.raises(MlflowException, match="nowhere"):
        client.search_experiments()
