"""Logs artifacts and reads them back: `python examples/artifact_repository.py [FOLDER]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import mlflow
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository


def main(folder: Path) -> None:
    """Log to artifacts in `folder`, and copy them into memory."""
    mlflow.set_tracking_uri(f"sqlite:///{folder}/store.db")
    location = f"sample:{folder}/artifacts"
    mlflow.create_experiment("files", artifact_location=location)
    mlflow.set_experiment("files")
    with mlflow.start_run() as run:
        mlflow.log_text("all is well", "notes.txt")
        mlflow.log_dict({"rate": 0.1, "depth": 3}, "config/50% #1.json")
    print(f"artifacts of the run in {run.info.artifact_uri}:")
    for path, size in files(run.info.artifact_uri):
        print(f"  {path:<24}{size:>6} bytes")
    copy = "sample+memory:/example"
    downloaded = mlflow.artifacts.download_artifacts(run.info.artifact_uri)
    get_artifact_repository(copy).log_artifacts(downloaded)
    print(f"copied to {copy}: {[path for path, _ in files(copy)]}")
    print("the notes say:", mlflow.artifacts.load_text(f"{copy}/notes.txt"))


def files(uri: str, path: str | None = None) -> list[tuple[str, int]]:
    """All files below a path, with their sizes."""
    found: list[tuple[str, int]] = []
    for info in get_artifact_repository(uri).list_artifacts(path):
        found += files(uri, info.path) if info.is_dir else [(info.path, info.file_size)]
    return found


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]).absolute())
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
