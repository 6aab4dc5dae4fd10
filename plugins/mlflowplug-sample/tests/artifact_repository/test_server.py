"""The plugin behind an MLflow server's artifact proxy, as `--artifacts-destination`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import mlflow
import pytest
import requests
from mlflow.artifacts import download_artifacts

HOST = "127.0.0.1"
SECONDS = 180
PART = 5 * 1024 * 1024


@pytest.fixture(params=["local", "s3"])
def destination(request: pytest.FixtureRequest, uri_of: Callable[[str], str]) -> str:
    return uri_of(request.param)


@pytest.fixture
def server(destination: str, tmp_path: Path) -> Iterator[str]:
    """The address of a server that keeps artifacts there, which is also the tracking URI."""
    before = mlflow.get_tracking_uri()
    with _server(destination, tmp_path) as url:
        mlflow.set_tracking_uri(url)
        yield url
    mlflow.set_tracking_uri(before)


@contextmanager
def _server(destination: str, folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    store = f"sqlite:///{folder}/store.db"
    command = [sys.executable, "-m", "mlflow", "server", "--host", HOST, "--port", str(port)]
    command += ["--workers", "1", "--backend-store-uri", store]
    command += ["--artifacts-destination", destination]
    environment = {
        **os.environ,
        "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": str(PART),
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        _wait_for(f"http://{HOST}:{port}/health", process, folder / "server.log")
        yield f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        with suppress(requests.ConnectionError, requests.Timeout):
            if requests.get(url, timeout=5).ok:
                return
        time.sleep(0.2)
    pytest.fail(log.read_text())


def test_the_artifact_proxy(
    server: str, destination: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(bytes(range(256)) * 25_000)
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", str(PART))
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(PART))
    mlflow.set_experiment("proxied")
    with mlflow.start_run() as run:
        assert run.info.artifact_uri.startswith("mlflow-artifacts:")
        mlflow.log_artifact(str(big), "in")
        mlflow.log_text("all is well", "in/a b+ü.txt")
    # To S3 the client sends the parts of a large file itself.
    in_parts = "/mpu/complete/" in (tmp_path / "server.log").read_text("utf-8")
    assert in_parts is destination.startswith("sample+s3:")
    _lists(run.info.run_id)
    _downloads(run.info.run_id, big, tmp_path / "down")
    _refuses(server, tmp_path)
    _deletes(server, run.info)
    _opens_nothing_else(server, tmp_path)


def _lists(run_id: str) -> None:
    found = mlflow.MlflowClient().list_artifacts(run_id, "in")
    assert [(info.path, info.file_size) for info in found] == [
        ("in/a b+ü.txt", 11),
        ("in/big.bin", 6_400_000),
    ]


def _downloads(run_id: str, big: Path, folder: Path) -> None:
    down = download_artifacts(run_id=run_id, artifact_path="in", dst_path=str(folder))
    assert Path(down, "big.bin").read_bytes() == big.read_bytes()
    assert Path(down, "a b+ü.txt").read_text() == "all is well"


def _refuses(server: str, folder: Path) -> None:
    """Paths that lead outside: of the proxy, however they are spelled."""
    (folder / "canary").write_text("alive")
    base = f"{server}/api/2.0/mlflow-artifacts/artifacts"
    for path in ("%2e%2e/canary", "%252e%252e/canary", "a/..%2f..%2fcanary", "%5c..%5ccanary"):
        assert requests.put(f"{base}/{path}", data=b"dead", timeout=30).status_code in (400, 404)
        assert requests.get(f"{base}/{path}", timeout=30).status_code in (400, 404)
        assert requests.delete(f"{base}/{path}", timeout=30).status_code in (400, 404)
    assert (folder / "canary").read_text() == "alive"


def _deletes(server: str, info: Any) -> None:
    path = info.artifact_uri.removeprefix("mlflow-artifacts:/")
    base = f"{server}/api/2.0/mlflow-artifacts/artifacts"
    assert requests.delete(f"{base}/{path}/in/big.bin", timeout=30).ok
    left = mlflow.MlflowClient().list_artifacts(info.run_id, "in")
    assert [one.path for one in left] == ["in/a b+ü.txt"]
    assert requests.get(f"{base}/{path}/in/big.bin", timeout=30).status_code == 404


def _opens_nothing_else(server: str, folder: Path) -> None:
    """A location that a client names is the client's; the server does not look into it."""
    (folder / "private").mkdir()
    (folder / "private" / "key").write_text("secret")
    client = mlflow.MlflowClient()
    for location in (
        f"sample:{folder}/private",
        "sample+sftp://169.254.169.254/latest",
        "sample+memory:/a",
    ):
        run = client.create_run(client.create_experiment(location, location))
        url = f"{server}/api/2.0/mlflow/artifacts/list"
        answer = requests.get(url, params={"run_id": run.info.run_id}, timeout=30)
        assert not answer.ok
        if answer.status_code == 400:  # MLflow 3.15 makes 500 of it
            assert "does not open" in answer.json()["message"]
