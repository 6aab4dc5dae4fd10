"""The backend as users meet it: `mlflow.projects.run` and `mlflow run`."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import ExecutionException, MlflowException
from mlflow.projects import SubmittedRun

from .started import BACKEND, is_running, log_of, status_of, wait_for_slow, wait_until

HOSTILE = "a 'b' \"c\" $(touch pwned) `id`\n; {text} \\"
SUBMIT = """
import sys, mlflow
run = mlflow.projects.run(sys.argv[1], "slow", backend=sys.argv[2], synchronous=False)
print(run.run_id, flush=True)
"""


def submit(project: Path, entry_point: str, **config: Any) -> SubmittedRun:
    return mlflow.projects.run(
        str(project), entry_point, backend=BACKEND, backend_config=config, synchronous=False
    )


def mlflow_run(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mlflow", "run", str(project), "-b", BACKEND, *options]
    environment = {**os.environ, "MLFLOW_TRACKING_URI": mlflow.get_tracking_uri()}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)


def test_parameters_arrive_exactly_as_given(project: Path) -> None:
    run = mlflow.projects.run(
        str(project),
        parameters={"text": HOSTILE, "extra": "-x $HOME"},
        backend=BACKEND,
        run_name="exact",
    )
    written = json.loads((project / "written.json").read_text())
    assert written["arguments"] == [HOSTILE, "--number=0.5", "--extra", "-x $HOME"]
    assert not (project / "pwned").exists()
    found = mlflow.get_run(run.run_id)
    assert found.info.status == run.get_status() == "FINISHED"
    assert found.data.params["number"] == "0.5"
    assert found.data.tags["mlflow.project.backend"] == BACKEND
    assert found.data.tags["mlflow.runName"] == "exact"
    assert written["environment"]["MLFLOW_TRACKING_URI"] == mlflow.get_tracking_uri()
    assert f"working in {run.run_id}" in log_of(run.run_id)


def test_a_failure_fails_the_run(project: Path) -> None:
    with pytest.raises(ExecutionException, match="failed") as caught:
        mlflow.projects.run(str(project), "fail", backend=BACKEND)
    run_id = str(caught.value).split("'")[1]
    assert status_of(run_id) == "FAILED"
    assert "this went wrong" in log_of(run_id)
    assert "exit code 3" in log_of(run_id)


def test_a_program_that_is_missing_fails_the_run(project: Path) -> None:
    run = submit(project, "nothing")
    assert not run.wait()
    assert run.get_status() == "FAILED"
    assert "there-is-no-such-program cannot be started" in log_of(run.run_id)


def test_cancelling_ends_all_processes(project: Path) -> None:
    run = submit(project, "slow")
    child = wait_for_slow(project)
    assert run.get_status() == "RUNNING"
    run.cancel()
    assert not is_running(child)
    assert run.get_status() == status_of(run.run_id) == "KILLED"
    assert "started" in log_of(run.run_id)
    assert not run.wait()


def test_projects_wait_for_their_turn(project: Path) -> None:
    first, second, third = (submit(project, name, workers=1) for name in ("slow", "slow", "fail"))
    wait_for_slow(project)
    assert [second.get_status(), third.get_status()] == ["SCHEDULED", "SCHEDULED"]
    second.cancel()
    assert second.get_status() == "KILLED"
    assert third.get_status() == "SCHEDULED"
    first.cancel()
    third.wait()
    assert third.get_status() == "FAILED"


@pytest.mark.parametrize(
    ("entry_point", "config", "reason"),
    [
        ("absent", {}, "Could not find absent"),
        ("main", {}, "missing parameters: 'text'"),
        ("shell", {}, "for a shell"),
        ("fail", {"worker": 2}, "Did you mean 'workers'"),
    ],
)
def test_what_is_wrong_is_said_before_there_is_a_run(
    project: Path, entry_point: str, config: dict[str, Any], reason: str
) -> None:
    with pytest.raises(MlflowException, match=reason):
        submit(project, entry_point, **config)
    assert mlflow.search_runs(output_format="list") == []


def test_a_run_that_exists_is_used(project: Path, client: MlflowClient) -> None:
    with mlflow.start_run() as made:
        run_id = made.info.run_id
    run = submit(project, "fail", run_id=run_id)
    run.wait()
    assert run.run_id == run_id
    assert status_of(run_id) == "FAILED"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_the_end_of_the_submitting_process_is_the_projects_end(
    project: Path, tmp_path: Path, how: signal.Signals
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {
        **os.environ,
        "MLFLOW_TRACKING_URI": mlflow.get_tracking_uri(),
        "TMPDIR": str(temporary),
    }
    with subprocess.Popen(
        [sys.executable, "-c", SUBMIT, str(project), BACKEND],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None
        run_id = process.stdout.readline().strip()
        child = wait_for_slow(project)
        process.send_signal(how)
    wait_until(lambda: not is_running(child))
    wait_until(lambda: status_of(run_id) == "KILLED")
    assert "started" in log_of(run_id)
    wait_until(lambda: not list(temporary.glob(f"{BACKEND}-*")))


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork"
)
def test_a_forked_child_does_not_wait_for_its_parents_projects(project: Path) -> None:
    run = submit(project, "slow")
    child = multiprocessing.get_context("fork").Process(target=str)
    child.start()
    child.join(30)
    run.cancel()
    assert child.exitcode == 0


def test_a_zip_file_is_fetched_and_removed(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = shutil.make_archive(str(tmp_path / "small"), "zip", project)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    run = submit(Path(archive), "fail")
    run.wait()
    assert "this went wrong" in log_of(run.run_id)
    wait_until(lambda: not list(temporary.iterdir()))


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")
def test_a_virtualenv_is_made_and_used(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_ENV_ROOT", str(tmp_path / "envs"))
    # This Python, and nothing to install: nothing is downloaded.
    (project / "env.yaml").write_text(f"python: {sys.executable}\ndependencies: []\n")
    (project / "MLproject").write_text(
        "python_env: env.yaml\nentry_points: {main: {command: python write.py}}\n"
    )
    run = mlflow.projects.run(str(project), backend=BACKEND, env_manager="uv")
    environment = json.loads((project / "written.json").read_text())["environment"]
    assert environment["VIRTUAL_ENV"].startswith(str(tmp_path / "envs"))
    assert environment["PATH"].startswith(environment["VIRTUAL_ENV"])
    assert mlflow.get_run(run.run_id).data.tags["mlflow.project.env"] == "uv"


@pytest.mark.parametrize(("entry_point", "code"), [("write.py", 0), ("fail", 1)])
def test_the_command_line_waits_and_tells(project: Path, entry_point: str, code: int) -> None:
    options = ["-e", entry_point, "-c", '{"wait": true}']
    done = mlflow_run(project, *options)
    assert done.returncode == code, done.stderr
    (run,) = mlflow.search_runs(output_format="list")
    assert run.info.status == ("FAILED" if code else "FINISHED")


def test_the_command_line_without_wait_stays_until_the_end(project: Path) -> None:
    done = mlflow_run(project, "-e", "fail")
    assert done.returncode == 0, done.stderr
    assert "this went wrong" in done.stderr
    (run,) = mlflow.search_runs(output_format="list")
    assert run.info.status == "FAILED"
    assert "this went wrong" in log_of(run.info.run_id)
