"""Logs a table as a run's input and loads it again: `python examples/dataset_source.py`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.data.dataset_source_registry import resolve_dataset_source


def main(folder: Path) -> None:
    """Make two versions of a table in `folder`, and use the newest one in a run."""
    os.environ["SAMPLE_DATA"] = str(folder)
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    (folder / "orders").mkdir()
    for version in (1, 2):
        frame = pd.DataFrame({"amount": [1.5, 2.5][:version]})
        frame.to_parquet(folder / "orders" / f"{version}.parquet")
    source = resolve_dataset_source("sample-data:orders")
    dataset = mlflow.data.from_pandas(source.load(), source=source, name="orders")
    with mlflow.start_run() as run:
        mlflow.log_input(dataset, context="training")
    (logged,) = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    print(logged.dataset.source_type, logged.dataset.source)
    print(mlflow.data.get_source(logged).load())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(temporary))
