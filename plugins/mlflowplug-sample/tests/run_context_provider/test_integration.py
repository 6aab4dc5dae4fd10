"""The plugin as users meet it: the tags of a run that `mlflow.start_run` starts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest

from mlflowplug_sample.run_context_provider.sources import CONFIGURED
from mlflowplug_sample.run_context_provider.values import PREFIX

STARTS_A_RUN = """
import mlflow
with mlflow.start_run() as run:
    pass
print(mlflow.get_run(run.info.run_id).data.tags["sample.slurm.job_id"])
"""


@pytest.fixture(scope="module")
def tracking_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    before = mlflow.get_tracking_uri()
    uri = f"sqlite:///{tmp_path_factory.mktemp('tracking')}/mlflow.db"
    mlflow.set_tracking_uri(uri)
    yield uri
    mlflow.set_tracking_uri(before)


@pytest.fixture(autouse=True)
def _in_a_job(tracking_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", "4711")
    monkeypatch.setenv("SLURM_JOB_NAME", "https://me:secret@example.com")


def _tags_of_a_run(tags: dict[str, str] | None = None) -> dict[str, str]:
    with mlflow.start_run(experiment_id="0", tags=tags) as run:
        pass
    found: dict[str, str] = mlflow.get_run(run.info.run_id).data.tags
    return found


def test_a_run_tells_where_it_came_from(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(CONFIGURED, "slurm")
    _tags_of_a_run()
    capfd.readouterr()
    tags = _tags_of_a_run()
    assert capfd.readouterr().err == ""
    ours = {key: tags[key] for key in tags if key.startswith(f"{PREFIX}.")}
    assert ours == {f"{PREFIX}.slurm.job_id": "4711"}
    found = mlflow.search_runs(filter_string=f"tags.`{PREFIX}.slurm.job_id` = '4711'")
    assert len(found) == 2


def test_the_users_own_tags_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONFIGURED, "all")
    key = f"{PREFIX}.slurm.job_id"
    assert _tags_of_a_run({key: "mine"})[key] == "mine"


def test_installed_only_it_does_nothing() -> None:
    assert not any(key.startswith(f"{PREFIX}.") for key in _tags_of_a_run())


def test_it_loads_in_a_process_that_only_imported_mlflow(tracking_uri: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STARTS_A_RUN],
        env={**os.environ, CONFIGURED: "all", "MLFLOW_TRACKING_URI": tracking_uri},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.strip() == "4711", done.stderr
