"""The client against a real server with the same routes."""

from __future__ import annotations

import mlflow
import pytest
from mlflow.exceptions import MlflowException

from mlflowplug_sample import key_api
from mlflowplug_sample.app_client import app_client

from .key_server import ADMIN, KeyServer


def test_keys_are_listed_without_the_keys(url: str) -> None:
    assert app_client(url).list_keys() == [key_api.KeyInfo("admin", "admin", 1)]


def test_a_key_is_made_replaced_and_removed(url: str, state: KeyServer) -> None:
    client = app_client(url)
    made = client.create_key("alice")
    assert (made.name, made.role) == ("alice", "user")
    rotated = client.rotate_key("alice")
    assert rotated.key != made.key
    assert rotated.key not in repr(rotated)
    client.delete_key("alice")
    assert list(state.keys) == ["admin"]


def test_it_shows_the_key_that_is_set_now(
    url: str, state: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = app_client(url)
    assert client.whoami().name == "admin"
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", client.create_key("bob").key)
    assert client.whoami().name == "bob"
    with pytest.raises(MlflowException, match="only an admin") as caught:
        client.list_keys()
    assert caught.value.error_code == "PERMISSION_DENIED"


def test_the_tracking_uri_is_what_it_takes_without_an_argument(url: str) -> None:
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(url)
    try:
        assert app_client().whoami().name == "admin"
    finally:
        mlflow.set_tracking_uri(before)


def test_a_wrong_key_is_not_repeated(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret-that-is-wrong")
    client = app_client(url)
    with pytest.raises(MlflowException, match="a key is needed") as caught:
        client.whoami()
    assert "secret-that-is-wrong" not in str(caught.value) + repr(client)


@pytest.mark.parametrize("uri", ["sqlite:///mlflow.db", "/data", "databricks"])
def test_only_servers_have_keys(uri: str) -> None:
    with pytest.raises(MlflowException, match="Keys belong to a server"):
        app_client(uri)


def test_another_servers_answer_is_said_to_be_one(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = app_client(url)
    for path in ("WHOAMI", "KEYS"):
        monkeypatch.setattr(f"{type(client).__module__}.{path}", key_api.BASE)
    with pytest.raises(MlflowException, match="--app-name"):
        client.whoami()
    with pytest.raises(MlflowException, match="--app-name"):
        client.list_keys()


def test_paths_fit_the_routes(url: str, state: KeyServer) -> None:
    client = app_client(url)
    client.create_key("a.b_c@d-e")
    client.rotate_key("a.b_c@d-e")
    client.delete_key("a.b_c@d-e")
    with pytest.raises(MlflowException):
        client.delete_key("admin/../x")
    assert state.asked == [
        f"POST {key_api.KEYS}",
        f"POST {key_api.KEYS}/a.b_c@d-e/rotate",
        f"DELETE {key_api.KEYS}/a.b_c@d-e",
        f"DELETE {key_api.KEYS}/admin/../x",
    ]
    assert ADMIN.key not in "".join(state.asked)
