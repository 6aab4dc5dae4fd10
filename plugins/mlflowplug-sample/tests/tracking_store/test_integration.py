"""The plugin as users meet it: through MLflow's fluent API and its entry point."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest

LOADS = """
import mlflow
from mlflow.tracking._tracking_service.utils import _get_store
print(type(_get_store("sample:" + {path!r})).__name__)
"""


@pytest.fixture
def tracking_uri(any_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.chdir(tmp_path)
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(any_uri)
    mlflow.set_experiment("integration")
    yield any_uri
    mlflow.set_tracking_uri(before)


def test_a_whole_run(tracking_uri: str, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"model data")
    with mlflow.start_run() as run:
        mlflow.log_param("alpha", 0.5)
        mlflow.log_metric("rmse", 0.8)
        mlflow.set_tag("team", "blue")
        mlflow.log_artifact(str(tmp_path / "model.bin"), "model")
    runs = mlflow.search_runs(filter_string="metrics.rmse < 1 AND tags.team = 'blue'")
    assert runs["run_id"].tolist() == [run.info.run_id]
    assert runs["params.alpha"].tolist() == ["0.5"]
    assert runs["status"].tolist() == ["FINISHED"]
    downloaded = mlflow.artifacts.download_artifacts(
        run_id=run.info.run_id, artifact_path="model/model.bin", dst_path=str(tmp_path / "down")
    )
    assert Path(downloaded).read_bytes() == b"model data"


def test_a_dataset_is_logged_and_found(tracking_uri: str) -> None:
    import pandas as pd

    dataset = mlflow.data.from_pandas(pd.DataFrame({"a": [1, 2]}), name="numbers")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training")
    found = mlflow.search_runs(filter_string="dataset.name = 'numbers'")
    assert found["run_id"].tolist() == [run.info.run_id]
    (logged,) = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    assert logged.dataset.name == "numbers"


def test_a_model_is_logged_and_loaded(tracking_uri: str) -> None:
    model = pytest.importorskip("sklearn.linear_model").LinearRegression()
    model.fit([[0.0], [1.0], [2.0]], [0.0, 2.0, 4.0])
    with mlflow.start_run():
        logged = mlflow.sklearn.log_model(model, name="line")
    found = mlflow.search_logged_models(filter_string="name = 'line'", output_format="list")
    assert [one.model_id for one in found] == [logged.model_id]
    assert mlflow.sklearn.load_model(logged.model_uri).predict([[3.0]])[0] == pytest.approx(6.0)


def test_the_store_loads_in_a_process_that_only_imported_mlflow(tmp_path: Path) -> None:
    code = LOADS.format(path=f"{tmp_path}/store.db")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "SampleTrackingStore", done.stderr
