"""MLflow's contract for executors of jobs, over a pool of threads that each watch a process."""

from __future__ import annotations

import os
import threading
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from functools import cached_property
from typing import Any

from mlflow.entities._job_status import JobStatus
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, INVALID_STATE
from mlflow.server.jobs.executor import (
    AbstractJobExecutor,
    JobExecutionContext,
    JobExecutorConfig,
    JobRecoveryResult,
    JobResult,
)
from mlflow.utils.environment import _PythonEnv

from .mlflow_job import Order
from .running_job import RunningJob
from .settings import Settings, settings

Submitted = tuple[RunningJob, "Future[JobResult]"]


class SampleJobExecutor(AbstractJobExecutor):
    """Runs an MLflow server's jobs as processes on the server's machine.

    The server makes one of these at its start whether it is chosen or not, so that nothing is read
    or started before it is needed. Which jobs may run at the same time, retries and exclusive jobs
    are the server's business (mlflow/server/jobs/_executor_runner.py); this says how many run
    together, and ends those that take too long.

    Args:
        config: MLflow's settings for all executors.
    """

    def __init__(self, config: JobExecutorConfig) -> None:
        super().__init__(config)
        # Guards the two below. Never held while a job is waited for.
        self._lock = threading.Lock()
        self._jobs: dict[str, Submitted] = {}
        self._is_stopped = False

    @cached_property
    def _settings(self) -> Settings:
        return settings()

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._settings.slots, "mlflow-job")

    @property
    def supports_direct_provider_models(self) -> bool:
        """Jobs have the server's environment, and in it the keys of model providers."""
        return True

    def check_requirements(self) -> None:
        """Refuse settings that make no sense, when the server starts.

        Raises:
            MlflowException: what is wrong, and where it is set.
        """
        if os.name == "nt":
            raise MlflowException("MLflow's jobs need process groups, which Windows lacks.")
        settings()

    def submit_job(
        self,
        job_id: str,
        job_name: str,
        fn_fullname: str,
        params: dict[str, Any],
        context: JobExecutionContext,
        python_env: _PythonEnv | None = None,
        timeout: float | None = None,
    ) -> None:
        """Let a job wait for its turn.

        Raises:
            MlflowException: it is no job, or there is one of this id, or the server is ending.
        """
        if context.job_id != job_id:
            raise _invalid(f"The context is that of job {context.job_id!r}, not of {job_id!r}.")
        order = Order(job_name, fn_fullname, params, context, python_env)
        order.check()
        limit = self.config.default_timeout if timeout is None else timeout
        job = RunningJob(order, limit, self._settings)
        with self._lock:
            if self._is_stopped:
                raise MlflowException("The executor is stopped.", INVALID_STATE)
            if job_id in self._jobs:
                raise _invalid(f"Job {job_id!r} was submitted already.")
            self._jobs[job_id] = (job, self._pool.submit(job.run))

    def wait_for_job(self, job_id: str) -> JobResult:
        """The result of a job, when it has ended; the executor then forgets it.

        Raises:
            MlflowException: there is no such job.
        """
        with self._lock:
            submitted = self._jobs.get(job_id)
        if submitted is None:
            raise _invalid(f"There is no job {job_id!r} here.")
        try:
            return _ended(*submitted)
        except CancelledError:
            return JobResult(JobStatus.CANCELED)
        except Exception as error:
            return JobResult(JobStatus.FAILED, error_message=f"The job could not run: {error!r}")
        finally:
            self._forget(job_id, submitted)

    def cancel_job(self, job_id: str) -> None:
        """End a job, or keep it from starting. Nothing when there is none of this id."""
        with self._lock:
            submitted = self._jobs.get(job_id)
        if submitted is not None:
            _cancel(submitted)

    def recover_jobs(self, unfinished_job_ids: list[str]) -> list[JobRecoveryResult]:
        """Jobs of a server that died died with it: all are to be run again."""
        for job_id in unfinished_job_ids:
            with self._lock:
                submitted = self._jobs.pop(job_id, None)
            if submitted is not None:
                _cancel(submitted)
        return [JobRecoveryResult(job_id, "requeue") for job_id in unfinished_job_ids]

    def stop_executor(self) -> None:
        """End all jobs, and take no more."""
        with self._lock:
            self._is_stopped = True
            submitted = list(self._jobs.values())
        for one in submitted:
            _cancel(one)
        if "_pool" in self.__dict__:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _forget(self, job_id: str, submitted: Submitted) -> None:
        with self._lock:
            if self._jobs.get(job_id) is submitted:
                del self._jobs[job_id]


def _ended(job: RunningJob, future: Future[JobResult]) -> JobResult:
    try:
        return future.result(min(job.remaining, threading.TIMEOUT_MAX))
    except StillRunning:
        # One that waited all its time never runs; one that runs is being ended.
        return job.timed_out() if future.cancel() else future.result()


def _cancel(submitted: Submitted) -> None:
    job, future = submitted
    job.cancel()
    future.cancel()


def _invalid(message: str) -> MlflowException:
    return MlflowException(message, INVALID_PARAMETER_VALUE)
