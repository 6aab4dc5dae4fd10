"""The performance tests of MLflow's page on plugins."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from mlflow.entities import Metric
from mlflow.store.tracking.abstract_store import AbstractStore

from mlflowplug_sample.tracking_store import tracking_store


@pytest.fixture
def store(tmp_path: Path) -> AbstractStore:
    return tracking_store(f"sample:{tmp_path}/store.db")


def test_a_thousand_metrics_take_less_than_ten_seconds(store: AbstractStore) -> None:
    run_id = store.create_run("0", "me", 1, [], "performance").info.run_id
    start = time.perf_counter()
    for i in range(1000):
        store.log_metric(run_id, Metric(f"metric_{i}", i * 0.1, 12345, i))
    assert time.perf_counter() - start < 10
    assert len(store.get_run(run_id).data.metrics) == 1000


def test_threads_create_experiments_of_their_own(store: AbstractStore) -> None:
    ids: list[str] = []
    threads = [
        threading.Thread(target=lambda name: ids.append(store.create_experiment(name)), args=[name])
        for name in map("concurrent_{}".format, range(10))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 10
