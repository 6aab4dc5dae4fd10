"""A small project, and a tracking store for its runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from mlflow import MlflowClient

ML_PROJECT = """
name: small
entry_points:
  main:
    parameters: {text: string, number: {type: float, default: 0.5}}
    command: "python write.py {text} --number={number}"
  fail:
    command: "python fail.py"
  slow:
    command: "python slow.py"
  shell:
    command: "cd . && python fail.py"
  nothing:
    command: "there-is-no-such-program"
"""

# Plain Python: importing MLflow takes seconds.
WRITE = """
import json, os, sys
print("working in", os.environ["MLFLOW_RUN_ID"])
json.dump({"arguments": sys.argv[1:], "environment": dict(os.environ)}, open("written.json", "w"))
"""
FAIL = "import sys; print('this went wrong'); sys.exit(3)"
SLOW = """
import subprocess, sys, time
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
child = subprocess.Popen(sleep, start_new_session=True)
open("pids", "w").write(f"{child.pid}\\n")
print("started", flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="session")
def tracking_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('tracking')}/mlflow.db"


@pytest.fixture
def client(tracking_uri: str, tmp_path: Path) -> Iterator[MlflowClient]:
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(tracking_uri)
    client = MlflowClient()
    name = tmp_path.as_posix()
    mlflow.set_experiment(experiment_id=client.create_experiment(name, f"{name}/artifacts"))
    yield client
    mlflow.set_tracking_uri(before)


@pytest.fixture
def project(client: MlflowClient, tmp_path: Path) -> Path:
    folder = tmp_path / "a project"
    folder.mkdir()
    files = {"MLproject": ML_PROJECT, "write.py": WRITE, "fail.py": FAIL, "slow.py": SLOW}
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder
