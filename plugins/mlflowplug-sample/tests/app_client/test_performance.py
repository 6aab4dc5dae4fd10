"""One call is one request."""

from __future__ import annotations

import time

from mlflowplug_sample.app_client import app_client

from .key_server import KeyServer


def test_a_call_asks_the_server_once(url: str, state: KeyServer) -> None:
    client = app_client(url)
    client.whoami()
    client.create_key("alice")
    client.list_keys()
    assert len(state.asked) == 3


def test_two_hundred_calls_take_less_than_twenty_seconds(url: str) -> None:
    client = app_client(url)
    start = time.perf_counter()
    for _ in range(200):
        client.whoami()
    assert time.perf_counter() - start < 20
