"""Runs a project where it is to run, and says in the tracking store how it ended."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from mlflow import MlflowClient
from mlflow.projects.utils import load_project

from . import supervisor
from .command import arguments
from .environment import variables
from .job import ENDED, FAILED, FINISHED, KILLED, NAME, RUNNING, SCHEDULED, Cancelled, Job
from .source import project_folder

LOG = "project.log"
"""The artifact that holds what the project wrote."""

INTERVAL = 0.5
"""Seconds between two looks whether the run is still wanted."""

_LINES = 20
_logger = logging.getLogger(__name__)


def run_project(job: Job, cancelled: Cancelled) -> str:
    """Run a job to its end, and return the run's status: FINISHED, FAILED or KILLED.

    Never raises for what the project does: that is in the log, the run's artifact `project.log`.
    """
    client = MlflowClient(job.tracking_uri)
    if refused := _refusal(client, job, cancelled):
        _end(client, job, refused)
        return refused
    client.update_run(job.run_id, status=RUNNING)
    status = FAILED
    try:
        with _scratch(job) as scratch:
            log = Path(scratch, LOG)
            status = _run_and_log(job, log, cancelled)
            _keep(client, job, log)
    finally:
        _end(client, job, status)
    return status


def _refusal(client: MlflowClient, job: Job, cancelled: Cancelled) -> str | None:
    """The status of a run that is not to begin: cancelled, ended, or begun by another worker.

    Dask hands the jobs of a worker that died to another one. A project must not run twice in one
    MLflow run.
    """
    if cancelled():
        return KILLED
    status = str(client.get_run(job.run_id).info.status)
    if status == SCHEDULED:
        return None
    return status if status in ENDED else FAILED


def _scratch(job: Job) -> tempfile.TemporaryDirectory[str]:
    if job.storage_dir:
        Path(job.storage_dir).mkdir(parents=True, exist_ok=True)
    return tempfile.TemporaryDirectory(prefix=f"{NAME}-", dir=job.storage_dir)


def _run_and_log(job: Job, log: Path, cancelled: Cancelled) -> str:
    try:
        status = _run(job, log, cancelled)
    except Exception as error:  # whatever it is: the log has to tell
        _write(log, f"{type(error).__name__}: {error}")
        status = FAILED
    if status == FAILED:
        _logger.error("Run %s failed. Its log ends with:\n%s", job.run_id, _last_lines(log))
    return status


def _run(job: Job, log: Path, cancelled: Cancelled) -> str:
    with project_folder(job) as folder, log.open("ab") as output:
        project = load_project(folder)
        # Downloads what parameters of the type `path` name.
        command = arguments(project.get_entry_point(job.entry_point), job.params, str(log.parent))
        process = subprocess.Popen(  # noqa: S603  no shell
            [sys.executable, "-m", supervisor.__name__, str(log), folder, *command],
            # `-m` looks in the current folder first: this package is there, the project is not.
            cwd=Path(__file__).parents[2],
            env=variables(job, project, folder),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for this program, which then cancels.
            start_new_session=True,
        )
        with process:
            status = _wait(process, cancelled)
    _write(log, f"The command ended with the exit code {process.returncode}.")
    return status


def _wait(process: subprocess.Popen[bytes], cancelled: Cancelled) -> str:
    try:
        while process.poll() is None:
            if cancelled():
                return KILLED
            with suppress(subprocess.TimeoutExpired):
                process.wait(INTERVAL)
        return FINISHED if process.returncode == 0 else FAILED
    finally:
        if process.poll() is None:
            # It may end this very moment.
            with suppress(BrokenPipeError):
                process.communicate(supervisor.CANCEL)


def _keep(client: MlflowClient, job: Job, log: Path) -> None:
    """Log the log; where the artifact store refuses, keep it here, and let a tag say where."""
    try:
        client.log_artifact(job.run_id, str(log))
    except Exception:
        kept = Path(tempfile.gettempdir(), f"{NAME}-{job.run_id}.log")
        shutil.copyfile(log, kept)
        client.set_tag(job.run_id, "sample.log", str(kept))


def _end(client: MlflowClient, job: Job, status: str) -> None:
    """End the run, unless the project has done so itself in accord with its exit code."""
    found = client.get_run(job.run_id).info.status
    if found not in ENDED or status != FINISHED:
        client.set_terminated(job.run_id, status)


def _write(log: Path, text: str) -> None:
    with log.open("a") as file:
        file.write(f"[{NAME}] {text}\n")


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-_LINES:])
