"""What the choice costs the start of a run."""

from __future__ import annotations

import statistics
import time

import mlflow
import pytest
from mlflow import MlflowClient

from mlflowplug_sample.default_experiment_provider import (
    default_experiment_provider,
)
from mlflowplug_sample.default_experiment_provider.name import CONFIGURED

BUDGET = 0.1


def test_a_run_starts_less_than_a_tenth_of_a_second_later(
    tracking_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CONFIGURED, "performance/$USER_OF_THE_TEST")
    monkeypatch.setenv("USER_OF_THE_TEST", "me")
    provider = default_experiment_provider()

    def seconds() -> float:
        start = time.perf_counter()
        assert provider.in_context()
        assert provider.get_experiment_id()
        return time.perf_counter() - start

    assert statistics.median(seconds() for _ in range(100)) < BUDGET


def test_the_store_is_asked_once(tracking_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    by_name = MlflowClient.get_experiment_by_name

    def counted(client: MlflowClient, name: str) -> object:
        asked.append(name)
        return by_name(client, name)

    monkeypatch.setattr(MlflowClient, "get_experiment_by_name", counted)
    monkeypatch.setenv(CONFIGURED, "asked once")
    for _ in range(3):
        with mlflow.start_run():
            pass
    assert asked == ["asked once"]
