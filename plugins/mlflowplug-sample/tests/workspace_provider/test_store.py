"""Workspaces, on each database, beside MLflow's own store."""

from __future__ import annotations

import threading

import pytest
from mlflow.entities import Workspace
from mlflow.entities.workspace import WorkspaceDeletionMode
from mlflow.exceptions import MlflowException
from mlflow.store.workspace.abstract_store import AbstractStore
from mlflow.store.workspace.sqlalchemy_store import SqlAlchemyStore

from mlflowplug_sample.workspace_provider import workspace_provider


@pytest.fixture
def store(any_uri: str) -> AbstractStore:
    return workspace_provider(any_uri)


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of MLflow's own, which takes it seconds to make."""
    uri = f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"
    SqlAlchemyStore(uri)
    return uri


@pytest.fixture
def without_runs(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tracking URI whose store knows workspaces and has nothing in them."""
    monkeypatch.setenv("MLFLOW_ENABLE_WORKSPACES", "true")
    monkeypatch.setenv("_MLFLOW_SERVER_FILE_STORE", empty_database)
    monkeypatch.setenv("MLFLOW_WORKSPACE_STORE_URI", empty_database)


def error_of(store: AbstractStore, method: str, *arguments: object) -> tuple[str, str]:
    with pytest.raises(MlflowException) as caught:
        getattr(store, method)(*arguments)
    return caught.value.error_code, caught.value.message.split("Error:")[0].strip()


def test_the_default_workspace_is_there(store: AbstractStore) -> None:
    assert store.get_default_workspace() == Workspace("default")
    assert list(store.list_workspaces()) == [Workspace("default")]


def test_a_workspace_is_kept_whole(store: AbstractStore, any_uri: str) -> None:
    wanted = Workspace("team-a", "the blue ones", "s3://bucket/a", "s3://bucket/old", "30d")
    assert store.create_workspace(wanted) == wanted
    assert workspace_provider(any_uri).get_workspace("team-a") == wanted
    store.create_workspace(Workspace("another"))
    assert [one.name for one in store.list_workspaces()] == ["another", "default", "team-a"]


def test_an_update_changes_what_it_names(store: AbstractStore) -> None:
    store.create_workspace(Workspace("team-a", "blue", "s3://bucket/a", "s3://bucket/b", "30d"))
    assert store.update_workspace(Workspace("team-a")).description == "blue"
    changed = store.update_workspace(Workspace("team-a", "red", "", trace_archival_retention=""))
    assert changed == Workspace("team-a", "red", None, "s3://bucket/b", None)
    cleared = store.update_workspace(Workspace("team-a", description=""))
    assert cleared.description == ""


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("get_workspace", ["missing"]),
        ("update_workspace", [Workspace("missing", "x")]),
        ("delete_workspace", ["missing"]),
        ("delete_workspace", ["default"]),
        ("delete_workspace", ["default", WorkspaceDeletionMode.CASCADE]),
        ("create_workspace", [Workspace("default")]),
        ("create_workspace", [Workspace("Upper")]),
        ("create_workspace", [Workspace("x")]),
        ("create_workspace", [Workspace("api")]),
        ("create_workspace", [Workspace("a" * 64)]),
        ("create_workspace", [Workspace("team", trace_archival_retention="soon")]),
        ("update_workspace", [Workspace("default", trace_archival_retention="30 days")]),
        ("update_workspace", [Workspace("default", trace_archival_location="no uri")]),
    ],
)
def test_errors_are_those_of_mlflows_own_store(
    store: AbstractStore, empty_database: str, method: str, arguments: list[object]
) -> None:
    expected = error_of(SqlAlchemyStore(empty_database), method, *arguments)
    assert error_of(store, method, *arguments) == expected


@pytest.mark.usefixtures("without_runs")
@pytest.mark.parametrize("mode", list(WorkspaceDeletionMode))
def test_an_empty_workspace_is_deleted(store: AbstractStore, mode: WorkspaceDeletionMode) -> None:
    store.create_workspace(Workspace("team-a"))
    store.delete_workspace("team-a", mode=mode)
    assert [one.name for one in store.list_workspaces()] == ["default"]


def test_a_mode_that_there_is_not(store: AbstractStore) -> None:
    store.create_workspace(Workspace("team-a"))
    with pytest.raises(MlflowException, match="Invalid workspace deletion mode"):
        store.delete_workspace("team-a", mode="EVERYTHING")


def test_roots_of_artifacts(store: AbstractStore) -> None:
    store.create_workspace(Workspace("own", default_artifact_root="s3://bucket/own"))
    assert store.resolve_artifact_root("/data", "own") == ("s3://bucket/own", False)
    for name in ("default", "missing"):
        assert store.resolve_artifact_root("/data", name) == ("/data", True)
    assert store.resolve_artifact_root(None, "default") == (None, True)


def test_where_old_traces_go(store: AbstractStore) -> None:
    both = Workspace("both", trace_archival_location="s3://a/b", trace_archival_retention="7d")
    store.create_workspace(both)
    store.create_workspace(Workspace("short", trace_archival_retention="1d"))
    answers = {
        name: store.resolve_trace_archival_config("s3://root", "90d", name)
        for name in ("both", "short", "default", "missing")
    }
    assert {
        name: (one.config.location, one.config.retention, one.append_workspace_prefix)
        for name, one in answers.items()
    } == {
        "both": ("s3://a/b", "7d", False),
        "short": ("s3://root", "1d", True),
        "default": ("s3://root", "90d", True),
        "missing": ("s3://root", "90d", True),
    }


def test_of_many_who_create_a_name_one_does(store: AbstractStore) -> None:
    made: list[Workspace] = []
    refused: list[str] = []

    def create() -> None:
        try:
            made.append(store.create_workspace(Workspace("team-a")))
        except MlflowException as error:
            refused.append(error.error_code)

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [Workspace("team-a")]
    assert refused == ["RESOURCE_ALREADY_EXISTS"] * 7
