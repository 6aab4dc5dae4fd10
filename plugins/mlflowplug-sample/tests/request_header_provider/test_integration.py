"""The plugin as users meet it: what a server gets from MLflow's client."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from mlflow import MlflowClient

from mlflowplug_sample.hosts import HOSTS
from mlflowplug_sample.request_header_provider.headers import HEADERS

from ..recording_server import HOST, RecordingServer, recording_server

CLIENT = """
from mlflow import MlflowClient
print(MlflowClient().get_experiment("0").name)
"""
OWN = ("User-Agent", "Authorization")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordingServer]:
    with recording_server() as started:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", started.url)
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "token")
        for number, variable in enumerate(HEADERS.values()):
            monkeypatch.setenv(variable, f"välue {number}")
        yield started


def test_our_server_gets_the_headers(
    server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOSTS, HOST)
    MlflowClient().set_experiment_tag("0", "team", "blue")
    for number, name in enumerate(HEADERS):
        assert set(server.sent(name)) == {f"v%C3%A4lue {number}"}


def test_another_server_gets_what_it_always_gets(
    server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    MlflowClient().get_experiment("0")
    foreign = server.requests[-1].headers
    monkeypatch.setenv(HOSTS, HOST)
    MlflowClient().get_experiment("0")
    ours = server.requests[-1].headers
    assert not set(HEADERS) & set(foreign)
    assert set(ours) - set(foreign) == set(HEADERS)
    assert [ours[name] for name in OWN] == [foreign[name] for name in OWN]


def test_it_loads_in_a_process_that_only_imported_mlflow(
    server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOSTS, HOST)
    done = subprocess.run(
        [sys.executable, "-c", CLIENT], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "Default", done.stderr
    assert set(HEADERS) <= set(server.requests[-1].headers)
