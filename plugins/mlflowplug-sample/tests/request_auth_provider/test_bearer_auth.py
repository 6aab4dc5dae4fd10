"""The auth object: what it puts into requests, and what it never shows."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Iterator

import pytest
import requests
from mlflow.exceptions import MlflowException

from mlflowplug_sample.hosts import HOSTS
from mlflowplug_sample.request_auth_provider.bearer_auth import (
    SampleBearerAuth,
    configured_auth,
)
from mlflowplug_sample.request_auth_provider.configured_token import (
    IN_ENVIRONMENT,
)
from mlflowplug_sample.request_auth_provider.tokens import Tokens

from ..recording_server import RecordingServer, recording_server
from .login import Login

Auth = SampleBearerAuth


@pytest.fixture
def login() -> Login:
    return Login()


@pytest.fixture
def auth(login: Login) -> Auth:
    return Auth(Tokens(login, login.clock))


@pytest.fixture
def server(login: Login) -> Iterator[RecordingServer]:
    with recording_server() as started:
        yield started


def _accept_only(server: RecordingServer, login: Login, number: int) -> None:
    """From now on, nothing but the token of that number is accepted."""
    server.accepts = lambda header: (
        len(login.made) > number and header == f"Bearer {login.made[number]}"
    )


def test_a_refused_token_is_replaced_once(
    auth: Auth, login: Login, server: RecordingServer
) -> None:
    _accept_only(server, login, 1)
    answer = requests.post(server.url, data="body", auth=auth, timeout=10)
    assert answer.status_code == 200
    assert server.sent("Authorization") == [f"Bearer {token}" for token in login.made]
    assert [one.body for one in server.requests] == [b"body"] * 2


def test_a_file_is_sent_again_from_where_it_began(
    auth: Auth, login: Login, server: RecordingServer
) -> None:
    _accept_only(server, login, 1)
    body = io.BytesIO(b"some artifact")
    body.seek(5)
    assert requests.put(server.url, data=body, auth=auth, timeout=10).status_code == 200
    assert [one.body for one in server.requests] == [b"artifact"] * 2


def test_a_server_that_refuses_every_token_is_asked_twice(
    auth: Auth, server: RecordingServer
) -> None:
    server.accepts = lambda _: False
    assert requests.get(server.url, auth=auth, timeout=10).status_code == 401
    assert len(server.requests) == 2


def test_a_token_that_cannot_be_replaced_is_sent_once(
    server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(IN_ENVIRONMENT, "the-only-one")
    server.accepts = lambda _: False
    assert requests.get(server.url, auth=configured_auth(), timeout=10).status_code == 401
    assert server.sent("Authorization") == ["Bearer the-only-one"]


def test_a_redirect_to_another_host_does_not_take_the_token_along(
    auth: Auth, server: RecordingServer
) -> None:
    with recording_server() as other:
        other.accepts = lambda _: False
        server.redirect = other.url.replace("127.0.0.1", "localhost")
        assert requests.get(server.url, auth=auth, timeout=10).status_code == 401
        assert other.sent("Authorization") == [""]


def test_only_the_configured_hosts_get_the_token(
    auth: Auth, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOSTS, "mlflow.example.com")
    with pytest.raises(MlflowException, match="none of") as caught:
        requests.get(server.url.replace("//", "//me:secret@"), auth=auth, timeout=10)
    assert "secret" not in str(caught.value)
    assert server.requests == []
    monkeypatch.setenv(HOSTS, "mlflow.example.com,127.0.0.1")
    assert requests.get(server.url, auth=auth, timeout=10).status_code == 200


def test_the_token_shows_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(IN_ENVIRONMENT, "secret-token")
    auth = configured_auth()
    request = requests.Request("GET", "http://127.0.0.1", auth=auth).prepare()
    assert request.headers["Authorization"] == "Bearer secret-token"
    shown = f"{auth} {auth!r} {vars(auth)} {vars(auth._tokens)}"
    assert "secret" not in shown
    assert b"secret" not in pickle.dumps(auth)
    with pytest.raises(TypeError):
        pickle.dumps(auth._tokens)


def test_a_copy_in_another_process_fetches_a_token_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(IN_ENVIRONMENT, "token")
    for again in (pickle.loads(pickle.dumps(configured_auth())), copy.deepcopy(configured_auth())):
        request = requests.Request("GET", "http://127.0.0.1", auth=again).prepare()
        assert request.headers["Authorization"] == "Bearer token"
