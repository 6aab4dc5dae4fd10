"""A tracking store of the tests' own, and an environment in which nothing is configured."""

from __future__ import annotations

from collections.abc import Iterator

import mlflow
import pytest

from mlflowplug_sample.default_experiment_provider.name import CONFIGURED


@pytest.fixture(scope="session")
def _store(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('tracking')}/mlflow.db"


@pytest.fixture
def tracking_uri(_store: str) -> Iterator[str]:
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(_store)
    yield _store
    mlflow.set_tracking_uri(before)


@pytest.fixture(autouse=True)
def _unconfigured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (CONFIGURED, "MLFLOW_EXPERIMENT_NAME", "MLFLOW_EXPERIMENT_ID"):
        # First set, so that what `mlflow.set_experiment` leaves in it is taken back.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    # What another test set with `mlflow.set_experiment`.
    monkeypatch.setattr(mlflow.tracking.fluent, "_active_experiment_id", None)
