"""The client as users get it: from MLflow, by the plugin's name."""

from __future__ import annotations

import pytest
from mlflow.exceptions import MlflowException
from mlflow.server import get_app_client

from .key_server import KeyServer


def test_mlflow_gives_the_client(url: str, state: KeyServer) -> None:
    client = get_app_client("sample", url)
    assert type(client).__name__ == "SampleAppClient"
    client.create_key("alice", role="admin")
    assert [key.name for key in client.list_keys()] == list(state.keys) == ["admin", "alice"]


def test_mlflow_passes_arguments_by_name(url: str) -> None:
    client = get_app_client("sample", tracking_uri=url)
    assert client.whoami().role == "admin"


def test_a_server_that_is_gone_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    client = get_app_client("sample", "http://127.0.0.1:9")
    with pytest.raises(MlflowException, match="host='127"):
        client.whoami()
