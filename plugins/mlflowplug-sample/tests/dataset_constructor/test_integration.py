"""The plugin as users meet it: a function of `mlflow.data`, and a run that logs a dataset."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest

LOADS = """
import mlflow
print(mlflow.data.from_sample("sales/orders@1").name)
"""


@pytest.fixture
def run_id(folder: Path, tmp_path: Path) -> Iterator[str]:
    """A run that used the newest version of a table."""
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/mlflow.db")
    dataset = mlflow.data.from_sample("sales/orders")
    with mlflow.start_run(experiment_id="0") as run:
        mlflow.log_input(dataset, context="training")
    yield run.info.run_id
    mlflow.set_tracking_uri(before)


def _rows(loaded: Any) -> pd.DataFrame:
    """What a source loads: the table, or its file where no source knows tables."""
    return loaded if isinstance(loaded, pd.DataFrame) else pd.read_parquet(loaded)


def test_a_run_tells_what_it_used(run_id: str) -> None:
    (logged,) = mlflow.get_run(run_id).inputs.dataset_inputs
    assert logged.dataset.name == "sales/orders"
    assert len(logged.dataset.digest) == 10
    assert '"table_version": 2' in logged.dataset.profile
    found = mlflow.search_runs(["0"], filter_string="dataset.name = 'sales/orders'")
    assert found["run_id"].tolist() == [run_id]


def test_what_it_used_is_loaded_again(run_id: str) -> None:
    (logged,) = mlflow.get_run(run_id).inputs.dataset_inputs
    rows = _rows(mlflow.data.get_source(logged).load())
    assert rows["city"].tolist() == ["Ulm", "Bonn", "Ulm"]


def test_it_loads_in_a_process_that_only_imported_mlflow(folder: Path) -> None:
    command = [sys.executable, "-c", LOADS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=os.environ)
    assert done.stdout.strip() == "sales/orders", done.stderr


def test_its_modules_may_be_imported_before_mlflow() -> None:
    module = "mlflowplug_sample.dataset_constructor.constructor"
    code = f"import {module}, mlflow.data; print(mlflow.data.__all__)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "from_sample" in done.stdout, done.stderr
