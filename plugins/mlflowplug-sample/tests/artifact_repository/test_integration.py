"""The plugin as users meet it: through MLflow's fluent API and its entry points."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import mlflow
import pytest
from click.testing import CliRunner
from mlflow.cli import gc
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from .conftest import STORAGES

LOADS = """
import mlflow
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
print(type(get_artifact_repository({uri!r})).__name__)
"""


@pytest.fixture(scope="module")
def tracking_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    before = mlflow.get_tracking_uri()
    uri = f"sqlite:///{tmp_path_factory.mktemp('tracking')}/store.db"
    mlflow.set_tracking_uri(uri)
    yield uri
    mlflow.set_tracking_uri(before)


@pytest.fixture(params=STORAGES)
def experiment(
    request: pytest.FixtureRequest, uri_of: Callable[[str], str], tracking_uri: str
) -> str:
    """An experiment whose artifacts are in a storage."""
    location = uri_of(request.param)
    mlflow.create_experiment(location, artifact_location=location)
    mlflow.set_experiment(location)
    return location


def test_a_whole_run(experiment: str, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "50% é+.txt").write_text("half")
    with mlflow.start_run() as run:
        mlflow.log_artifacts(str(folder), "data")
        mlflow.log_artifact(str(folder / "deep" / "50% é+.txt"))
        mlflow.log_text("all is well", "notes.txt")
        mlflow.log_dict({"rate": 0.1}, "config/rate.json")
    assert run.info.artifact_uri.startswith(experiment)
    client = mlflow.MlflowClient()
    top = [info.path for info in client.list_artifacts(run.info.run_id)]
    assert top == ["50% é+.txt", "config", "data", "notes.txt"]
    down = mlflow.artifacts.download_artifacts(
        run_id=run.info.run_id, artifact_path="data/deep/50% é+.txt", dst_path=str(tmp_path / "d")
    )
    assert Path(down).read_text() == "half"
    assert mlflow.artifacts.load_text(f"{run.info.artifact_uri}/notes.txt") == "all is well"
    assert mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/config/rate.json") == {"rate": 0.1}


@pytest.mark.parametrize("experiment", ["local", "s3"], indirect=True)
def test_a_model_is_logged_and_loaded(experiment: str) -> None:
    model = pytest.importorskip("sklearn.linear_model").LinearRegression()
    model.fit([[0.0], [1.0], [2.0]], [0.0, 2.0, 4.0])
    with mlflow.start_run():
        logged = mlflow.sklearn.log_model(model, name="line")
    assert mlflow.sklearn.load_model(logged.model_uri).predict([[3.0]])[0] == pytest.approx(6.0)


def test_deleted_runs_are_collected(experiment: str, tracking_uri: str) -> None:
    client = mlflow.MlflowClient()
    with mlflow.start_run() as run:
        mlflow.log_text("gone", "notes.txt")
    with mlflow.start_run() as kept:
        mlflow.log_text("kept", "notes.txt")
    client.delete_run(run.info.run_id)
    done = CliRunner().invoke(gc, ["--backend-store-uri", tracking_uri])
    assert done.exit_code == 0, done.output
    assert get_artifact_repository(run.info.artifact_uri).list_artifacts() == []
    assert mlflow.artifacts.load_text(f"{kept.info.artifact_uri}/notes.txt") == "kept"


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("sample:/data", "LocalRepository"),
        ("sample+gs://bucket/data", "RemoteRepository"),
        ("sample+s3://bucket/data", "S3Repository"),
    ],
)
def test_it_loads_in_a_process_that_only_imported_mlflow(uri: str, name: str) -> None:
    code = LOADS.format(uri=uri)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == name, done.stderr
