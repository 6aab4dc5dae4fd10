"""The performance tests of MLflow's page on plugins, and how many statements calls take."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from mlflow.entities import Metric
from mlflow.store.tracking.abstract_store import AbstractStore

from mlflowplug_sample.sql.location import database_url, sqlite_url
from mlflowplug_sample.tracking_store import tracking_store
from mlflowplug_sample.tracking_store.storage import Storage, schema

RUN = ("r1", 0, "first", "me", "RUNNING", 1, None, "active", "/artifacts")


@pytest.fixture
def store(any_uri: str) -> AbstractStore:
    return tracking_store(any_uri)


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


def test_a_search_takes_as_many_statements_for_many_runs_as_for_few(tmp_path: Path) -> None:
    storage = Storage(sqlite_url(tmp_path / "store.db"))
    for number in range(200):
        run_id = f"run {number}"
        storage.create_run((run_id, *RUN[1:]), [("color", "blue")])
        storage.log_batch(run_id, [("m", 1, 0, 1.0, 0)], [], [("p", "1")], [])
        storage.log_inputs(run_id, [(("data", "d", "local", "{}", None, None), [])], ["m1"])
    statements: list[str] = []

    def trace(connection: Any, _record: object) -> None:
        connection.set_trace_callback(statements.append)

    storage.dispose()
    sa.event.listen(storage.engine, "connect", trace)

    def count(runs: int) -> int:
        statements.clear()
        found = storage.search_runs(sa.select(schema.runs.c.number).limit(runs))
        assert len(found) == runs
        return len(statements)

    storage.run("run 0")  # connects
    assert 0 < count(10) == count(200)


class Counting:
    """A connection that counts the calls."""

    calls = 0

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def execute(self, *arguments: Any) -> Any:
        Counting.calls += 1
        return self.inner.execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        Counting.calls += 1
        return self.inner.executemany(*arguments)


def test_a_batch_takes_as_many_round_trips_for_many_values_as_for_few(
    any_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Storage(database_url(any_uri))
    storage.create_run(RUN, [])
    plain = storage._backend.connection
    monkeypatch.setattr(storage._backend, "connection", lambda raw: Counting(plain(raw)))

    def count(values: int) -> int:
        Counting.calls = 0
        keys = [f"{values} {number}" for number in range(values)]
        pairs = [(key, "value") for key in keys]
        storage.log_batch("r1", [(key, 1, 0, 1.0, 0) for key in keys], [], pairs, pairs)
        return Counting.calls

    assert 0 < count(2) == count(90)
