"""The storage part on its own: plain values in, plain values out."""

from __future__ import annotations

import gc
import multiprocessing
import sqlite3
import threading
from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException

from mlflowplug_sample.tracking_store.storage import Storage
from mlflowplug_sample.tracking_store.storage.metrics import Point, latest

RUN = ("r1", 0, "first", "me", "RUNNING", 1, None, "active", "/artifacts")


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    storage = Storage(tmp_path / "store.db")
    storage.create_default_experiment("Default", "/artifacts/0", 1)
    storage.create_run(RUN, [("color", "red")])
    return storage


def test_a_new_experiment_gets_a_location_from_its_id(storage: Storage) -> None:
    experiment_id = storage.create_experiment("a", None, "/artifacts/{}".format, [("k", "v")], 2)
    row, tags = storage.experiment(experiment_id)
    assert row == (experiment_id, "a", f"/artifacts/{experiment_id}", "active", 2, 2)
    assert tags == [("k", "v")]


def test_a_run_is_read_back_with_its_tags(storage: Storage) -> None:
    record = storage.run("r1")
    assert record.row == RUN
    assert record.tags == [("color", "red")]


@pytest.mark.parametrize(
    ("points", "value"),
    [
        ([(1, 0, 5.0), (1, 1, 2.0)], 2.0),
        ([(2, 0, 1.0), (1, 0, 9.0)], 1.0),
        ([(1, 0, 3.0), (1, 0, 7.0)], 7.0),
    ],
    ids=["highest step", "then newest", "then greatest"],
)
def test_the_latest_point_goes_by_step_then_timestamp_then_value(
    storage: Storage, points: list[tuple[int, int, float]], value: float
) -> None:
    rows: list[Point] = [("m", time, step, number, 0) for time, step, number in points]
    assert [row[3] for row in latest(rows)] == [value]
    for row in rows:
        storage.log_metric("r1", row, [])
    assert [row[1] for row in storage.run("r1").metrics] == [value]


def test_the_same_point_is_kept_once(storage: Storage) -> None:
    for _ in range(2):
        storage.log_metric("r1", ("m", 1, 0, 0.5, 0), [])
    assert storage.metric_history("r1", "m") == [("m", 0.5, 1, 0, 0)]


def test_a_batch_that_fails_leaves_nothing_behind(storage: Storage) -> None:
    storage.log_param("r1", "p", "1")
    with pytest.raises(MlflowException, match="not allowed"):
        storage.log_batch("r1", [("m", 1, 0, 1.0, 0)], [], [("new", "1"), ("p", "2")], [])
    assert storage.metric_history("r1", "m") == []
    assert storage.run("r1").params == [("p", "1")]


def test_writes_wait_for_another_process(storage: Storage) -> None:
    other = sqlite3.connect(storage.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, other.execute, ["COMMIT"])
    release.start()
    storage.set_tag("r1", "k", "v")
    release.join()
    other.close()
    assert ("k", "v") in storage.run("r1").tags


def test_threads_lose_no_writes(storage: Storage) -> None:
    def log(worker: int) -> None:
        for step in range(50):
            storage.log_metric("r1", (f"m{worker}", 1, step, 1.0, 0), [])

    threads = [threading.Thread(target=log, args=[worker]) for worker in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(len(storage.metric_history("r1", f"m{worker}")) == 50 for worker in range(8))


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork"
)
def test_a_forked_child_writes_through_connections_of_its_own(storage: Storage) -> None:
    child = multiprocessing.get_context("fork").Process(
        target=storage.set_tag, args=("r1", "from", "child")
    )
    child.start()
    child.join(30)
    assert child.exitcode == 0
    storage.set_tag("r1", "by", "parent")
    assert {("from", "child"), ("by", "parent")} <= set(storage.run("r1").tags)


def test_the_file_is_complete_once_the_storage_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "store.db"
    path.parent.mkdir()
    new = Storage(path)
    new.create_default_experiment("Default", "/artifacts/0", 1)
    del new
    gc.collect()
    assert [found.name for found in path.parent.iterdir()] == ["store.db"]


def test_tables_of_another_version_are_refused(storage: Storage) -> None:
    with storage.writing() as c:
        c.execute("UPDATE schema_versions SET version = 99")
    with pytest.raises(MlflowException, match="version 99"):
        Storage(storage.path)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("this is no database" * 100)
    with pytest.raises(MlflowException, match="not a database"):
        Storage(tmp_path / "store.db")
