"""The plugin as users meet it: where the runs of `mlflow.start_run` go."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import mlflow
import pytest

from mlflowplug_sample.default_experiment_provider.name import CONFIGURED

STARTS_A_RUN = """
import mlflow
with mlflow.start_run() as run:
    pass
print(mlflow.get_experiment(run.info.experiment_id).name)
"""


def _experiment_of_a_run() -> str:
    with mlflow.start_run() as run:
        mlflow.log_metric("loss", 0.1)
    name: str = mlflow.get_experiment(run.info.experiment_id).name
    return name


def test_a_run_goes_to_the_experiment_of_its_branch(
    tracking_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CONFIGURED, "blue/$BRANCH")
    for branch in ("main", "feature/a"):
        monkeypatch.setenv("BRANCH", branch)
        assert _experiment_of_a_run() == f"blue/{branch}"
        assert len(mlflow.search_runs()) == 1


def test_what_the_user_says_comes_first(tracking_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONFIGURED, "never created")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "of the environment")
    assert _experiment_of_a_run() == "of the environment"
    mlflow.set_experiment("of the code")
    assert _experiment_of_a_run() == "of the code"
    assert mlflow.get_experiment_by_name("never created") is None


def test_installed_only_it_does_nothing(tracking_uri: str) -> None:
    assert _experiment_of_a_run() == "Default"


def test_a_wrong_name_stops_no_run(
    tracking_uri: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(CONFIGURED, "$VARIABLE_OF_NOBODY")
    assert _experiment_of_a_run() == "Default"
    assert "VARIABLE_OF_NOBODY is not set" in capfd.readouterr().err


def test_it_loads_in_a_process_that_only_imported_mlflow(tracking_uri: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTS_A_RUN],
        env={**os.environ, CONFIGURED: "process", "MLFLOW_TRACKING_URI": tracking_uri},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.strip() == "process", done.stderr
