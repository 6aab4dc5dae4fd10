"""The executor as MLflow's runner calls it, with real processes."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from mlflow.entities._job_status import JobStatus
from mlflow.exceptions import MlflowException
from mlflow.server.jobs.executor import JobExecutionContext, JobExecutorConfig, JobResult

from mlflowplug_sample.job_executors.settings import FOLDER, LAUNCHER, SLOTS

from .conftest import Executor, Submit
from .is_gone import is_gone
from .job_functions import addresses, fail, greet, no_job, sleep


def started(folder: Path, count: int = 1) -> list[Path]:
    """The notes of the jobs that have begun, when so many have."""
    give_up = time.monotonic() + 60
    while len(found := list(folder.iterdir())) < count:
        assert time.monotonic() < give_up
        time.sleep(0.05)
    return found


def test_a_job_is_done_in_a_process_of_its_own(executor: Executor, submit: Submit) -> None:
    job_id = submit(greet, name="alice")
    ended = executor.wait_for_job(job_id)
    assert ended.status == JobStatus.SUCCEEDED
    assert json.loads(ended.result) == {"said": "hello alice", "job": job_id}


def test_a_job_is_told_where_the_server_is(executor: Executor) -> None:
    context = JobExecutionContext("1", "sqlite:///a.db", "http://gateway", workspace="team-a")
    name = f"{addresses.__module__}.addresses"
    executor.submit_job("1", "addresses", name, {}, context)
    told = json.loads(executor.wait_for_job("1").result)
    assert told == ["sqlite:///a.db", "http://gateway", "team-a", None]


def test_failures_are_told(executor: Executor, submit: Submit) -> None:
    expected = {
        "for good": (False, "for good"),
        "transient": (True, "try again"),
        "listed": (True, "try again"),
        "exit": (False, "last words"),
        "silent": (False, "without a result"),
    }
    jobs = {how: submit(fail, how=how) for how in expected}
    for how, (is_transient, said) in expected.items():
        ended = executor.wait_for_job(jobs[how])
        assert (ended.status, ended.is_transient_error) == (JobStatus.FAILED, is_transient), how
        assert said in (ended.error_message or "")


def test_what_takes_too_long_is_ended(executor: Executor, submit: Submit, tmp_path: Path) -> None:
    start = time.monotonic()
    ended = executor.wait_for_job(submit(sleep, seconds=60.0, folder=str(tmp_path), timeout=1.5))
    assert 1.5 <= time.monotonic() - start < 30
    assert ended.status == JobStatus.TIMEOUT
    assert "1.5 seconds" in (ended.error_message or "")


def test_a_cancelled_job_ends_with_all_it_started(
    executor: Executor, submit: Submit, tmp_path: Path
) -> None:
    job_id = submit(sleep, seconds=60.0, folder=str(tmp_path))
    (note,) = started(tmp_path)
    executor.cancel_job(job_id)
    executor.cancel_job(job_id)
    assert executor.wait_for_job(job_id) == JobResult(JobStatus.CANCELED)
    assert is_gone(int(note.name))
    assert is_gone(int(note.read_text()))
    executor.cancel_job(job_id)


def test_jobs_wait_for_their_turn(
    executor: Executor, submit: Submit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SLOTS, "1")
    first = submit(sleep, seconds=60.0, folder=str(tmp_path))
    started(tmp_path)
    late = submit(greet, name="never", timeout=0.5)
    unwanted = submit(greet, name="never")
    assert executor.wait_for_job(late).status == JobStatus.TIMEOUT
    executor.cancel_job(unwanted)
    assert executor.wait_for_job(unwanted).status == JobStatus.CANCELED
    last = submit(greet, name="bob")
    executor.cancel_job(first)
    assert executor.wait_for_job(last).status == JobStatus.SUCCEEDED
    assert len(started(tmp_path)) == 1


def test_stopping_ends_everything(executor: Executor, submit: Submit, tmp_path: Path) -> None:
    job_id = submit(sleep, seconds=60.0, folder=str(tmp_path))
    (note,) = started(tmp_path)
    results: list[JobResult] = []
    waiting = threading.Thread(target=lambda: results.append(executor.wait_for_job(job_id)))
    waiting.start()
    executor.stop_executor()
    waiting.join(10)
    assert [one.status for one in results] == [JobStatus.CANCELED]
    assert is_gone(int(note.name))
    with pytest.raises(MlflowException, match="stopped"):
        submit(greet, name="late")


def test_lost_jobs_are_to_be_run_again(executor: Executor, submit: Submit, tmp_path: Path) -> None:
    mine = submit(sleep, seconds=60.0, folder=str(tmp_path))
    (note,) = started(tmp_path)
    found = executor.recover_jobs([mine, "of another life"])
    assert [(one.job_id, one.action) for one in found] == [
        (mine, "requeue"),
        ("of another life", "requeue"),
    ]
    assert is_gone(int(note.name))


def test_a_job_leaves_nothing_behind(
    executor: Executor, submit: Submit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    done, failed = submit(greet, name="x"), submit(fail, how="exit")
    assert executor.wait_for_job(done).status == JobStatus.SUCCEEDED
    assert executor.wait_for_job(failed).status == JobStatus.FAILED
    assert not list(tmp_path.iterdir())
    with pytest.raises(MlflowException, match="no job"):
        executor.wait_for_job("gone")


def test_a_launcher_may_start_the_jobs(
    executor: Executor, submit: Submit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that stays, as `srun` does: the job's parent is not this process."""
    launcher = tmp_path / "launch"
    launcher.write_text('#!/bin/sh\nLAUNCHED="$1"; export LAUNCHED; shift; "$@"; exit $?\n')
    launcher.chmod(0o700)
    monkeypatch.setenv(LAUNCHER, f"{launcher} 'on a cluster'")
    done, failed = submit(addresses), submit(fail, how="exit")
    assert json.loads(executor.wait_for_job(done).result)[-1] == "on a cluster"
    assert executor.wait_for_job(failed).status == JobStatus.FAILED


def test_what_is_no_job_is_refused(executor: Executor, submit: Submit) -> None:
    with pytest.raises(MlflowException, match="not decorated"):
        submit(no_job)
    with pytest.raises(MlflowException, match="not of 'a'"):
        executor.submit_job("a", "n", "m.f", {}, JobExecutionContext("b", "sqlite://"))
    with pytest.raises(MlflowException, match="Module not found"):
        executor.submit_job("a", "n", "no.such", {}, JobExecutionContext("a", "sqlite://"))
    job_id = submit(greet, name="twice")
    context = JobExecutionContext(job_id, "sqlite://")
    with pytest.raises(MlflowException, match="already"):
        executor.submit_job(job_id, "greet", f"{greet.__module__}.greet", {"name": ""}, context)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (SLOTS, "0"),
        (SLOTS, "many"),
        (FOLDER, "/no/such/folder"),
        (LAUNCHER, "no-such-program --now"),
        (LAUNCHER, "'unfinished"),
    ],
)
def test_a_server_with_wrong_settings_does_not_start(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    made = Executor(JobExecutorConfig())
    with pytest.raises(MlflowException, match=name):
        made.check_requirements()
    made.stop_executor()


def test_it_runs_where_the_server_runs(executor: Executor) -> None:
    """The server refuses to start with an executor that says otherwise."""
    executor.check_requirements()
    assert not executor.remote_execution
    assert executor.supports_direct_provider_models
