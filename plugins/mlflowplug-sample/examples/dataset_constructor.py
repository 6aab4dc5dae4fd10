"""Logs a version of a table as a run's input: `python examples/dataset_constructor.py`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import mlflow
import pandas as pd


def main(folder: Path) -> None:
    """Make two versions of a table in `folder`, and use both of them in runs."""
    os.environ["SAMPLE_DATA"] = str(folder)
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    (folder / "orders").mkdir()
    for version in (1, 2):
        frame = pd.DataFrame({"amount": [1.5, 2.5, 3.5][:version]})
        frame.to_parquet(folder / "orders" / f"{version}.parquet")
    for table in ("orders@1", "orders"):
        dataset = mlflow.data.from_sample(table)
        with mlflow.start_run() as run:
            mlflow.log_input(dataset, context="training")
            mlflow.log_metric("total", float(dataset.df["amount"].sum()))
        (logged,) = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
        print(logged.dataset.name, logged.dataset.digest, logged.dataset.profile)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(temporary))
