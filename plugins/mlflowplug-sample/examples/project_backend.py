"""Runs a small project twice, once with success: `python examples/project_backend.py`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import mlflow

BACKEND = "sample"
ML_PROJECT = """
name: greeting
entry_points:
  main:
    parameters: {name: string}
    command: "python greet.py {name}"
"""
SCRIPT = "import sys; print('Hello,', sys.argv[1]); sys.exit(sys.argv[1] == 'nobody')"


def main(folder: Path) -> None:
    """Make the project in `folder`, run it, and show how the runs ended and what they wrote."""
    (folder / "MLproject").write_text(ML_PROJECT)
    (folder / "greet.py").write_text(SCRIPT)
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    mlflow.create_experiment("greetings", f"{folder}/artifacts")
    mlflow.set_experiment("greetings")
    options = {"backend": BACKEND, "synchronous": False}
    runs = [
        mlflow.projects.run(str(folder), parameters={"name": name}, **options)
        for name in ('$(whoami) & "friends"', "nobody")
    ]
    for run in runs:
        run.wait()
        log = mlflow.artifacts.load_text(f"runs:/{run.run_id}/project.log")
        print(run.get_status(), log.splitlines()[0], sep=": ")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(temporary))
