"""The guard alone, around an application that says what it was asked."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterable, MutableMapping
from typing import Any

import pytest

from mlflowplug_sample.app.environment_keys import EnvironmentKeys
from mlflowplug_sample.app.guard import NAME_HEADER, Guard, Receive, Send

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
KEY = "0123456789abcdefghij"
NAME = NAME_HEADER.lower().encode()


class Behind:
    """What is guarded: remembers what reached it."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})


@pytest.fixture
def behind() -> Behind:
    return Behind()


@pytest.fixture
def guard(behind: Behind) -> Guard:
    return Guard(behind, EnvironmentKeys("KEYS", f"alice={KEY}"), {"/health"})


def ask(
    guard: Guard,
    headers: Iterable[tuple[str, str]] = (),
    kind: str = "http",
    method: str = "GET",
    path: str = "/x",
) -> list[Message]:
    """What a request is answered."""
    sent: list[Message] = []
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    scope: dict[str, Any] = {"type": kind, "method": method, "path": path, "headers": raw}

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(guard(scope, receive, send))
    return sent


def basic(name: str, key: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{key}".encode()).decode()


@pytest.mark.parametrize(
    "header",
    [
        ("authorization", f"Bearer {KEY}"),
        ("Authorization", f"bearer  {KEY} "),
        ("authorization", basic("alice", KEY)),
        ("x-mlflow-authorization", f"Bearer {KEY}"),
    ],
)
def test_a_key_is_let_in(guard: Guard, behind: Behind, header: tuple[str, str]) -> None:
    assert ask(guard, [header])[0]["status"] == 200
    assert (NAME, b"alice") in behind.scopes[0]["headers"]


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("authorization", "")],
        [("authorization", KEY)],
        [("authorization", f"Bearer {KEY}x")],
        [("authorization", f"Bearer {KEY.upper()}")],
        [("authorization", "Bearer ")],
        [("authorization", basic("bob", KEY))],
        [("authorization", basic("", KEY))],
        [("authorization", "Basic not-base64!")],
        [("authorization", "Basic " + base64.b64encode(KEY.encode()).decode())],
        [("authorization", "Bearer " + "\xe4" * 20)],
        [("authorization", f"Bearer {KEY}"), ("authorization", "Bearer other")],
        [("authorization", f"Bearer {KEY}"), ("x-mlflow-authorization", "Bearer other")],
        [("cookie", f"Authorization=Bearer {KEY}")],
        [(NAME_HEADER, "alice")],
    ],
)
def test_everything_else_is_refused(
    guard: Guard, behind: Behind, headers: list[tuple[str, str]]
) -> None:
    assert ask(guard, headers)[0]["status"] == 401
    assert not behind.scopes


def test_the_key_goes_no_further(guard: Guard, behind: Behind) -> None:
    ask(guard, [("Authorization", f"Bearer {KEY}"), ("accept", "*/*")])
    assert KEY not in str(behind.scopes)
    assert (b"accept", b"*/*") in behind.scopes[0]["headers"]


def test_an_agents_own_credentials_are_passed_on(guard: Guard, behind: Behind) -> None:
    ask(guard, [("x-mlflow-authorization", f"Bearer {KEY}"), ("authorization", "Bearer provider")])
    assert (b"authorization", b"Bearer provider") in behind.scopes[0]["headers"]
    assert KEY not in str(behind.scopes)


def test_a_name_cannot_be_forged(guard: Guard, behind: Behind) -> None:
    forged = [(NAME_HEADER, "root"), (NAME_HEADER.replace("-", "_"), "root")]
    ask(guard, [("authorization", f"Bearer {KEY}"), *forged])
    ask(guard, forged, path="/health")
    assert "root" not in str(behind.scopes)
    assert len(behind.scopes) == 2


def test_open_paths_may_only_be_read(guard: Guard) -> None:
    assert ask(guard, path="/health")[0]["status"] == 200
    assert ask(guard, path="/health", method="HEAD")[0]["status"] == 200
    assert ask(guard, path="/health", method="POST")[0]["status"] == 401


def test_a_web_socket_needs_a_key_as_well(guard: Guard, behind: Behind) -> None:
    assert ask(guard, kind="websocket", path="/health") == [
        {"type": "websocket.close", "code": 1008}
    ]
    assert not behind.scopes
    ask(guard, [("authorization", f"Bearer {KEY}")], kind="websocket")
    assert behind.scopes


def test_what_is_not_known_is_not_passed_on(guard: Guard, behind: Behind) -> None:
    assert ask(guard, kind="webtransport") == []
    assert not behind.scopes


def test_the_server_may_start_and_stop(guard: Guard, behind: Behind) -> None:
    ask(guard, kind="lifespan")
    assert behind.scopes
