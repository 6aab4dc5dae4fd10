"""The plugin as users meet it: a dataset is logged, found and loaded again."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest

from mlflowplug_sample.datasets.table import SCHEME

LOADS = """
import sys
import mlflow
(logged,) = mlflow.get_run(sys.argv[1]).inputs.dataset_inputs
print(len(mlflow.data.get_source(logged).load()))
"""


@pytest.fixture
def run_id(folder: Path, tmp_path: Path) -> Iterator[str]:
    """A run that used the newest version of a table."""
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*multiple ways")  # two sources claim it
        source = mlflow.data.dataset_source_registry.resolve_dataset_source(
            f"{SCHEME}:sales/orders"
        )
    dataset = mlflow.data.from_pandas(source.load(), source=source, name="orders")
    with mlflow.start_run(experiment_id="0") as run:
        mlflow.log_input(dataset, context="training")
    yield run.info.run_id
    mlflow.set_tracking_uri(before)


def test_the_source_of_a_run_is_loaded_again(run_id: str) -> None:
    (logged,) = mlflow.get_run(run_id).inputs.dataset_inputs
    assert logged.dataset.source_type == SCHEME
    source = mlflow.data.get_source(logged)
    assert type(source).__name__ == "SampleDatasetSource"
    assert source.load()["city"].tolist() == ["Ulm", "Ulm"]


def test_a_moved_folder_does_not_matter(
    run_id: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = folder.rename(folder.with_name("moved"))
    monkeypatch.setenv("SAMPLE_DATA", str(moved))
    (logged,) = mlflow.get_run(run_id).inputs.dataset_inputs
    assert len(mlflow.data.get_source(logged).load()) == 2


def test_it_loads_in_a_process_that_only_imported_mlflow(run_id: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADS, run_id],
        env={**os.environ, "MLFLOW_TRACKING_URI": mlflow.get_tracking_uri()},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.strip() == "2", done.stderr


@pytest.mark.parametrize("module", ["dataset_source.source", "datasets.catalogue"])
def test_its_modules_may_be_imported_before_mlflow(module: str) -> None:
    module = f"mlflowplug_sample.{module}"
    code = f"import {module}, mlflow.data; print(mlflow.data.sources.__all__)"
    command = [sys.executable, "-W", "error::UserWarning:mlflow", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "SampleDatasetSource" in done.stdout, done.stderr
