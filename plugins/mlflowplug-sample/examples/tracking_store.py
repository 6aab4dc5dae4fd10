"""Logs a run into a new store and finds it again: `python examples/quickstart.py [FOLDER]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import mlflow


def main(folder: Path) -> None:
    """Log to a store in `folder`, then search it."""
    mlflow.set_tracking_uri(f"sample:{folder}/store.db")
    mlflow.set_experiment("quickstart")
    with mlflow.start_run(run_name="first"):
        mlflow.log_param("rate", 0.1)
        for step in range(10):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_text("all is well", "notes.txt")
    runs = mlflow.search_runs(filter_string="metrics.loss < 0.5", order_by=["metrics.loss ASC"])
    print(runs[["run_id", "params.rate", "metrics.loss"]].to_string(index=False))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]).absolute())
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
