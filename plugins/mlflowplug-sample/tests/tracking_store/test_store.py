"""MLflow's side of the store, on each database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mlflow.entities import Metric, RunTag, ViewType
from mlflow.exceptions import MlflowException
from mlflow.models import Model
from mlflow.store.tracking.abstract_store import AbstractStore

from mlflowplug_sample.sql.location import SCHEME
from mlflowplug_sample.tracking_store import tracking_store


@pytest.fixture
def store(any_uri: str, tmp_path: Path) -> AbstractStore:
    return tracking_store(any_uri, str(tmp_path / "artifacts"))


def test_artifacts_go_beside_the_file_unless_mlflow_says_where(tmp_path: Path) -> None:
    beside = tracking_store(f"{SCHEME}:{tmp_path}/a/store.db")
    assert beside.get_experiment("0").artifact_location == f"{tmp_path}/a/artifacts/0"
    told = tracking_store(f"{SCHEME}:{tmp_path}/b/store.db", "s3://bucket/root")
    assert told.get_experiment("0").artifact_location == "s3://bucket/root/0"


def test_artifacts_of_a_server_go_where_mlflow_has_them(
    postgresql_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = tracking_store(postgresql_uri)
    assert store.get_experiment("0").artifact_location == f"{tmp_path}/mlruns/0"


def test_a_second_store_sees_what_the_first_wrote(store: AbstractStore, any_uri: str) -> None:
    run = store.create_run("0", "me", 1, [], "first")
    again = tracking_store(any_uri)
    assert again.get_run(run.info.run_id).info.run_name == "first"


def test_pages_of_a_search_lose_and_repeat_nothing(store: AbstractStore) -> None:
    runs = [store.create_run("0", "me", 1, [], f"run {i}").info.run_id for i in range(25)]
    for i, run_id in enumerate(runs[:20]):
        store.log_metric(run_id, Metric("m", float(i % 3), 1, 0))
    found, token = [], None
    while True:
        page = store.search_runs(["0"], "", ViewType.ALL, 7, ["metrics.m DESC"], token)
        found += [run.info.run_id for run in page]
        token = page.token
        if not token:
            break
    assert sorted(found) == sorted(runs)
    assert set(found[20:]) == set(runs[20:])


def test_garbage_collection_leaves_the_rest(store: AbstractStore) -> None:
    kept, gone = (store.create_run("0", "me", 1, [], name).info.run_id for name in ("a", "b"))
    for run_id in (kept, gone):
        store.log_metric(run_id, Metric("m", 1.0, 1, 0))
    store.delete_run(gone)
    assert store._get_deleted_runs() == [gone]
    store._hard_delete_run(gone)
    assert store._get_deleted_runs() == []
    assert store.get_metric_history(gone, "m") == []
    assert store.get_run(kept).data.metrics == {"m": 1.0}


def test_a_purged_experiment_frees_its_name(store: AbstractStore) -> None:
    experiment_id = store.create_experiment("old")
    store.create_run(experiment_id, "me", 1, [], "a")
    store.create_logged_model(experiment_id, "model")
    with pytest.raises(MlflowException, match="No Experiment"):
        store._hard_delete_experiment(experiment_id)
    store.delete_experiment(experiment_id)
    store._hard_delete_experiment(experiment_id)
    assert store.get_experiment_by_name("old") is None
    assert store.create_experiment("old")


def test_like_tells_case_apart_and_takes_a_backslash_for_itself(store: AbstractStore) -> None:
    run = store.create_run("0", "me", 1, [RunTag("path", "C:\\Data_1%")], "a").info.run_id

    def found(condition: str) -> bool:
        runs = store.search_runs(["0"], f"tags.path {condition}", ViewType.ALL)
        return [one.info.run_id for one in runs] == [run]

    assert found("LIKE 'C:\\Data%'")
    assert found("ILIKE 'c:\\data%'")
    assert not found("LIKE 'c:\\data%'")
    assert not found("LIKE 'C:Data%'")


def test_orders_are_of_bytes_and_missing_values_come_last(store: AbstractStore) -> None:
    words = ["b", "B", "ä", "a b", "ab", "Z", "_"]
    for word in words:
        store.create_run("0", "me", 1, [RunTag("word", word)], "run")
    store.create_run("0", "me", 1, [], "run without")
    for order, reverse in (("ASC", False), ("DESC", True)):
        runs = store.search_runs(["0"], "", ViewType.ALL, 100, [f"tags.word {order}"])
        expected = [*sorted(words, key=str.encode, reverse=reverse), None]
        assert [run.data.tags.get("word") for run in runs] == expected


def test_a_model_is_noted_in_the_tag_of_mlflow_2(store: AbstractStore) -> None:
    run = store.create_run("0", "me", 1, [], "a").info.run_id
    for path in ("one", "two"):
        store.record_logged_model(run, Model(artifact_path=path, run_id=run))
    noted = json.loads(store.get_run(run).data.tags["mlflow.log-model.history"])
    assert [one["artifact_path"] for one in noted] == ["one", "two"]


def test_workspaces_are_refused(store: AbstractStore, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("mlflow.utils.workspace_context", reason="an MLflow without workspaces")
    assert not store.supports_workspaces
    monkeypatch.setenv("MLFLOW_WORKSPACE", "default")
    assert store.create_experiment("in the default workspace")
    monkeypatch.setenv("MLFLOW_WORKSPACE", "team-a")
    for call in (
        lambda: store.create_experiment("a"),
        lambda: store.create_run("0", "me", 1, [], "a"),
        lambda: store.search_experiments(),
        lambda: store.search_runs(["0"], "", ViewType.ALL),
        lambda: tracking_store(f"{SCHEME}:/nowhere"),
    ):
        with pytest.raises(MlflowException, match=r"no workspaces.*'team-a'"):
            call()
