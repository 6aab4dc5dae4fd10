"""The performance tests of MLflow's page on plugins, among many models and many versions."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from mlflow.entities.model_registry import ModelVersionTag
from mlflow.store.model_registry.abstract_store import AbstractStore

MANY = 400


@pytest.fixture
def crowded(store: AbstractStore) -> AbstractStore:
    """A store with many models, and one that has many versions."""
    for number in range(MANY):
        store.create_registered_model(f"model{number}")
        store.create_model_version("model0", "s3://bucket", tags=[ModelVersionTag("k", "v")])
    return store


def connections(store: AbstractStore, work: Callable[[], object]) -> int:
    """How often `work` asks for a connection, that is, how many transactions it needs."""
    found: list[object] = []

    def count(*arguments: object) -> None:
        found.append(arguments)

    engine = store._storage.engine
    sa.event.listen(engine, "checkout", count)
    try:
        work()
    finally:
        sa.event.remove(engine, "checkout", count)
    return len(found)


def test_a_search_is_one_transaction(crowded: AbstractStore) -> None:
    assert connections(crowded, lambda: crowded.search_registered_models(max_results=MANY)) == 1
    assert connections(crowded, lambda: crowded.search_model_versions(max_results=MANY)) == 1


def test_a_thousand_calls_take_less_than_ten_seconds(crowded: AbstractStore) -> None:
    start = time.perf_counter()
    for number in range(250):
        crowded.create_model_version("model1", "s3://bucket")
        crowded.get_registered_model("model0")
        crowded.set_registered_model_alias("model0", "champion", number + 1)
        crowded.get_model_version_by_alias("model0", "champion")
    assert time.perf_counter() - start < 10
