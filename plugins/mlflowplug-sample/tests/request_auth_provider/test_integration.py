"""The plugin as users meet it: MLflow's client, and a server that wants a token."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from mlflowplug_sample.request_auth_provider.configured_token import (
    IN_ENVIRONMENT,
    IN_FILE,
)

from ..recording_server import RecordingServer, recording_server

CLIENT = """
import sys
from mlflow import MlflowClient
print(MlflowClient(sys.argv[1]).get_experiment("0").name)
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordingServer]:
    monkeypatch.setenv("MLFLOW_TRACKING_AUTH", "sample")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with recording_server() as started:
        yield started


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "token"
    path.write_text("first")
    monkeypatch.setenv(IN_FILE, str(path))
    return path


def test_every_request_has_the_token(server: RecordingServer, file: Path) -> None:
    client = MlflowClient(server.url)
    assert client.get_experiment("0").name == "Default"
    file.write_text("second")
    client.set_experiment_tag("0", "team", "blue")
    assert set(server.sent("Authorization")) == {"Bearer first", "Bearer second"}


def test_threads_go_on_when_the_server_rotates_tokens(server: RecordingServer, file: Path) -> None:
    client = MlflowClient(server.url)
    client.get_experiment("0")
    file.write_text("rotated")
    server.accepts = lambda header: header == "Bearer rotated"
    with ThreadPoolExecutor(8) as pool:
        names = pool.map(lambda _: client.get_experiment("0").name, range(40))
        assert set(names) == {"Default"}


def test_without_a_token_nothing_is_sent(server: RecordingServer) -> None:
    with pytest.raises(MlflowException, match=IN_FILE):
        MlflowClient(server.url).get_experiment("0")
    assert server.requests == []


def test_a_refused_token_does_not_show_in_the_error(
    server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(IN_ENVIRONMENT, "secret-token")
    server.accepts = lambda _: False
    with pytest.raises(MlflowException) as caught:
        MlflowClient(server.url).get_experiment("0")
    assert caught.value.error_code == "UNAUTHENTICATED"
    assert "secret" not in str(caught.value)


def test_installed_only_it_does_nothing(
    server: RecordingServer, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_AUTH")
    MlflowClient(server.url).get_experiment("0")
    assert set(server.sent("Authorization")) == {""}


def test_it_loads_in_a_process_that_only_imported_mlflow(
    server: RecordingServer, file: Path
) -> None:
    command = [sys.executable, "-c", CLIENT, server.url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "Default", done.stderr
    assert "first" not in done.stderr
    assert set(server.sent("Authorization")) == {"Bearer first"}
