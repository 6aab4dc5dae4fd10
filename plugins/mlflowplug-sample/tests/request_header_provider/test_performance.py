"""What the headers cost a request."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest

from mlflowplug_sample.hosts import HOSTS
from mlflowplug_sample.request_header_provider import request_header_provider
from mlflowplug_sample.request_header_provider.headers import HEADERS

BUDGET = 0.005


def _median(call: Callable[[], object]) -> float:
    def seconds() -> float:
        start = time.perf_counter()
        call()
        return time.perf_counter() - start

    return statistics.median(seconds() for _ in range(1000))


@pytest.mark.parametrize("hosts", ["", "mlflow.example.com"], ids=["unconfigured", "configured"])
def test_a_request_takes_less_than_five_milliseconds_more(
    hosts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOSTS, hosts)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://mlflow.example.com")
    for variable in HEADERS.values():
        monkeypatch.setenv(variable, "välue" * 100)
    provider = request_header_provider()
    assert _median(lambda: provider.in_context() and provider.request_headers()) < BUDGET
