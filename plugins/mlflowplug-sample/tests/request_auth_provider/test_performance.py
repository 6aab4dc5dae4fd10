"""What authentication costs a request."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from mlflowplug_sample.request_auth_provider import request_auth_provider
from mlflowplug_sample.request_auth_provider.bearer_auth import (
    SampleBearerAuth,
)
from mlflowplug_sample.request_auth_provider.configured_token import IN_FILE
from mlflowplug_sample.request_auth_provider.tokens import Tokens

from .login import Login

BUDGET = 0.005


def _median(call: Callable[[], object]) -> float:
    def seconds() -> float:
        start = time.perf_counter()
        call()
        return time.perf_counter() - start

    return statistics.median(seconds() for _ in range(1000))


def test_a_request_takes_less_than_five_milliseconds_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("token")
    monkeypatch.setenv(IN_FILE, str(tmp_path / "token"))
    provider = request_auth_provider()
    request = requests.Request("GET", "http://127.0.0.1").prepare()
    assert _median(lambda: provider.get_auth()(request.copy())) < BUDGET


def test_a_thousand_requests_fetch_one_token() -> None:
    login = Login()
    auth = SampleBearerAuth(Tokens(login, login.clock))
    for _ in range(1000):
        auth(requests.Request("GET", "http://127.0.0.1").prepare())
    assert len(login.made) == 1
