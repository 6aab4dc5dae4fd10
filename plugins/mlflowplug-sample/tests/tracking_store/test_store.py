"""MLflow's side of the store, and where its URIs point."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlflow.entities import Metric, ViewType
from mlflow.exceptions import MlflowException
from mlflow.store.tracking.abstract_store import AbstractStore

from mlflowplug_sample.sql.location import SCHEME, database_path
from mlflowplug_sample.tracking_store import tracking_store


@pytest.fixture
def store(tmp_path: Path) -> AbstractStore:
    return tracking_store(f"{SCHEME}:{tmp_path}/store.db", str(tmp_path / "artifacts"))


@pytest.mark.parametrize("slashes", ["", "//"])
def test_an_absolute_path_may_have_one_slash_or_three(tmp_path: Path, slashes: str) -> None:
    assert database_path(f"{SCHEME}:{slashes}{tmp_path}/a/b.db") == tmp_path / "a" / "b.db"
    assert (tmp_path / "a").is_dir()


def test_a_relative_path_starts_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert database_path(f"{SCHEME}:a/b.db") == tmp_path / "a" / "b.db"


@pytest.mark.parametrize("end", ["", "/", "/new/"])
def test_a_folder_holds_store_db(tmp_path: Path, end: str) -> None:
    assert database_path(f"{SCHEME}:{tmp_path}{end}") == Path(f"{tmp_path}{end}") / "store.db"


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        (f"{SCHEME}:", "no path"),
        (f"{SCHEME}://", "host"),
        (f"{SCHEME}:/a?timeout=1", "query"),
        (f"{SCHEME}:/a#b", "fragment"),
        (f"{SCHEME}://host/a", "host"),
        ("sqlite:///a", "does not start"),
        (None, "does not start"),
    ],
)
def test_a_uri_that_means_nothing_is_refused(uri: str | None, reason: str) -> None:
    with pytest.raises(MlflowException, match=reason):
        database_path(uri)


def test_errors_repeat_no_password() -> None:
    with pytest.raises(MlflowException) as caught:
        database_path(f"{SCHEME}://me:secret@host/a?token=secret")
    assert "secret" not in str(caught.value)


def test_artifacts_go_beside_the_file_unless_mlflow_says_where(tmp_path: Path) -> None:
    beside = tracking_store(f"{SCHEME}:{tmp_path}/a/store.db")
    assert beside.get_experiment("0").artifact_location == f"{tmp_path}/a/artifacts/0"
    told = tracking_store(f"{SCHEME}:{tmp_path}/b/store.db", "s3://bucket/root")
    assert told.get_experiment("0").artifact_location == "s3://bucket/root/0"


def test_a_second_store_sees_what_the_first_wrote(store: AbstractStore, tmp_path: Path) -> None:
    run = store.create_run("0", "me", 1, [], "first")
    again = tracking_store(f"{SCHEME}:{tmp_path}/store.db")
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


def test_traces_are_refused_in_words(store: AbstractStore) -> None:
    with pytest.raises(MlflowException, match="no traces"):
        store.link_traces_to_run(["tr-1"], "r")
