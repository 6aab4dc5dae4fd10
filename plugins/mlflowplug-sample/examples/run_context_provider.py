"""Starts a run as a job of Slurm and shows its tags: `python examples/run_context_provider.py`."""

from __future__ import annotations

import os
import tempfile

import mlflow

JOB = {
    "SLURM_JOB_ID": "4711",
    "SLURM_JOB_NAME": "nightly training",
    "SLURM_JOB_PARTITION": "https://me:secret@example.com",
}


def main(folder: str) -> None:
    """Log a run to a database in `folder`."""
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    os.environ.update(JOB)
    os.environ["SAMPLE_RUN_TAGS"] = "slurm,git"
    with mlflow.start_run() as run:
        mlflow.log_metric("loss", 0.1)
    for key, value in mlflow.get_run(run.info.run_id).data.tags.items():
        if not key.startswith("mlflow."):
            print(f"{key}: {value}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(temporary)
