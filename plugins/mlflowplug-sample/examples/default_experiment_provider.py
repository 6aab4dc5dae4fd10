"""Runs of two branches find their experiments: `python examples/default_experiment_provider.py`."""

from __future__ import annotations

import os
import tempfile

import mlflow


def main(folder: str) -> None:
    """Log runs to a database in `folder`, without naming an experiment."""
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    os.environ["SAMPLE_EXPERIMENT"] = "blue/$BRANCH"
    for branch in ("main", "feature", "main"):
        os.environ["BRANCH"] = branch
        with mlflow.start_run() as run:
            mlflow.log_metric("loss", 0.1)
        print(branch, "->", mlflow.get_experiment(run.info.experiment_id).name)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(temporary)
