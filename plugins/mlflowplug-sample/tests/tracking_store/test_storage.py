"""The storage part on its own: plain values in, plain values out."""

from __future__ import annotations

import json
import threading

import pytest
from mlflow.exceptions import MlflowException

from mlflowplug_sample.sql.location import database_url
from mlflowplug_sample.tracking_store.storage import Storage
from mlflowplug_sample.tracking_store.storage.inputs import DatasetRow
from mlflowplug_sample.tracking_store.storage.metrics import Point, latest
from mlflowplug_sample.tracking_store.storage.model_metrics import ModelPoint

RUN = ("r1", 0, "first", "me", "RUNNING", 1, None, "active", "/artifacts")


@pytest.fixture
def storage(any_uri: str) -> Storage:
    storage = Storage(database_url(any_uri))
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


def test_a_dataset_is_kept_once_with_the_tags_of_its_first_edge(storage: Storage) -> None:
    row: DatasetRow = ("numbers", "d1", "local", "{}", None, None)
    other: DatasetRow = ("letters", "d2", "local", "{}", None, None)
    storage.log_inputs("r1", [(row, [("context", "train")]), (other, [])], ["m1"])
    storage.log_inputs("r1", [(row, [("context", "test")])], ["m1", "m0"])
    record = storage.run("r1")
    assert [tags for _, tags in record.datasets.values()] == [[("context", "train")], []]
    assert record.model_inputs == ["m1", "m0"]
    assert [found[1:3] for found in storage.dataset_summaries([0])] == [
        ("letters", "d2"),
        ("numbers", "d1"),
    ]


def test_a_metric_of_a_model_is_kept_once_and_never_changed(storage: Storage) -> None:
    model = ("m1", 0, "model", "/m1", 1, 1, None, "r1", 1, None, "active")
    storage.create_model(model, [], [])
    points = [ModelPoint("m1", "loss", 1, step, "r1", 0.5, None, None) for step in range(3)]
    for _ in range(2):
        storage.log_batch("r1", [], points, [], [])
    assert len(storage.model("m1").metrics) == 3
    with pytest.raises(MlflowException, match="differs"):
        storage.log_batch("r1", [], [points[0]._replace(value=0.25)], [], [])
    with pytest.raises(MlflowException, match="do not exist"):
        storage.log_batch("r1", [], [points[0]._replace(model_id="m2")], [], [])


def test_items_are_added_to_a_tag_by_many_threads(storage: Storage) -> None:
    threads = [
        threading.Thread(target=storage.append_to_tag, args=("r1", "list", number))
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(json.loads(dict(storage.run("r1").tags)["list"])) == list(range(20))
