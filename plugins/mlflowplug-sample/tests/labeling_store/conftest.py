"""Tracking stores for labeling: none, and MLflow's own, which keeps traces and datasets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
from mlflow.tracking._tracking_service.utils import _tracking_store_registry

SCHEMES = ("sample", "sample+postgresql")


@pytest.fixture
def without_tracking(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a plugin that has a labeling store only."""
    for scheme in SCHEMES:
        monkeypatch.delitem(_tracking_store_registry._registry, scheme, raising=False)


@pytest.fixture(scope="package")
def mlflows(tmp_path_factory: pytest.TempPathFactory) -> AbstractStore:
    """MLflow's own store, whose database it takes seconds to make."""
    folder = tmp_path_factory.mktemp("mlflow")
    return SqlAlchemyStore(f"sqlite:///{folder}/mlflow.db", f"{folder}/artifacts")


@pytest.fixture
def tracking(
    mlflows: AbstractStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A tracking URI of the plugin's scheme, behind which MLflow's own store keeps the runs."""

    def mlflows_own(store_uri: str, artifact_uri: str | None = None) -> AbstractStore:
        return mlflows

    for scheme in SCHEMES:
        monkeypatch.setitem(_tracking_store_registry._registry, scheme, mlflows_own)
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")
    before = mlflow.get_tracking_uri()
    uri = f"sample:{tmp_path}/tracking.db"
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("labeling")
    yield uri
    mlflow.set_tracking_uri(before)
