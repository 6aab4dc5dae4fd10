"""How MLflow wants a job's function to be run, and how it tells the result.

The only module that uses MLflow's private helpers: there are no public ones, and MLflow's own
LocalJobExecutor (mlflow/server/jobs/local_executor.py) calls the same. A job is a process that
reads its function and arguments from environment variables and writes its result to a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlflow.entities._job_status import JobStatus
from mlflow.environment_variables import MLFLOW_GATEWAY_URI, MLFLOW_TRACKING_URI
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.server.jobs.executor import JobExecutionContext, JobResult
from mlflow.server.jobs.utils import (
    MLFLOW_ORIGINAL_PARENT_PID_ENV_VAR,
    _load_function,
    _normalize_python_env,
    _prepare_job_subprocess,
    _SubprocessJobResult,
)
from mlflow.utils.environment import _PythonEnv


@dataclass(frozen=True)
class Command:
    """A command and what its environment has in addition, or instead."""

    words: list[str]
    environment: dict[str, str]


@dataclass(frozen=True)
class Order:
    """What a job is to do, in MLflow's words (`AbstractJobExecutor.submit_job`)."""

    job_name: str
    fn_fullname: str
    params: dict[str, Any]
    context: JobExecutionContext
    python_env: _PythonEnv | None

    def check(self) -> None:
        """Refuse what is no job.

        Raises:
            MlflowException: there is no such function, or it is not marked as a job.
        """
        if not hasattr(_load_function(self.fn_fullname), "_job_fn_metadata"):
            raise MlflowException(
                f"The function {self.fn_fullname} is not decorated by 'mlflow.server.jobs.job'.",
                INVALID_PARAMETER_VALUE,
            )

    def commands(self, folder: Path, *, is_launched: bool) -> list[Command]:
        """The commands that do it, to be run one after the other; the last one is the job.

        Args:
            folder: where the job writes its result.
            is_launched: another program starts them. A job ends itself when the process that
                started it ends, and has to look at that program then, not at this process.
        """
        function = _load_function(self.fn_fullname)
        prepared = _prepare_job_subprocess(
            function_fullname=self.fn_fullname,
            params=self.params,
            python_env=_normalize_python_env(self.python_env),
            transient_error_classes=function._job_fn_metadata.transient_error_classes,
            tmpdir=str(folder),
            job_id=self.context.job_id,
            job_name=self.job_name,
            workspace=self.context.workspace,
            extra_envs=self._addresses(),
        )
        if is_launched:
            prepared.env.pop(MLFLOW_ORIGINAL_PARENT_PID_ENV_VAR, None)
        # Without its parent's number the setup, too, watches whoever started it.
        setup = [Command(one.command, {}) for one in prepared.setup_commands]
        return [*setup, Command(prepared.command, prepared.env)]

    def _addresses(self) -> dict[str, str]:
        tracking = self.context.tracking_uri
        gateway = self.context.gateway_uri or tracking
        given = {MLFLOW_TRACKING_URI.name: tracking, MLFLOW_GATEWAY_URI.name: gateway}
        return {name: value for name, value in given.items() if value}


def result(folder: Path) -> JobResult:
    """What the job wrote when it ended well.

    Raises:
        OSError, ValueError, TypeError: it wrote nothing, or something else.
    """
    told = _SubprocessJobResult.load(str(folder / "result.json"))
    if told.succeeded:
        return JobResult(JobStatus.SUCCEEDED, result=told.result)
    return JobResult(
        JobStatus.FAILED,
        error_message=told.error,
        is_transient_error=bool(told.is_transient_error),
    )
