"""The environment that a project runs in: its Python and its variables."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlflow.exceptions import MlflowException
from mlflow.projects import env_type
from mlflow.projects._project_spec import Project
from mlflow.projects.utils import get_run_env_vars
from mlflow.utils import env_manager as managers
from mlflow.utils.databricks_utils import get_databricks_env_vars
from mlflow.utils.environment import _PythonEnv
from mlflow.utils.virtualenv import (
    _create_virtualenv,
    _get_mlflow_virtualenv_root,
    _get_virtualenv_name,
)

from .job import NAME, Job


def choose_manager(project: Project, wanted: str | None) -> str:
    """The environment manager: the one that is wanted, else what the project's files ask for.

    A project that asks for nothing runs in this environment; MLflow's own backend would make it an
    empty virtualenv, without MLflow.

    Raises:
        MlflowException: the project needs Docker, conda or Databricks.
    """
    if project.docker_env or project.databricks_spark_job_spec:
        raise _unsupported("Docker and Databricks projects", "--backend local")
    if wanted is None:
        wanted = managers.LOCAL
        if project.env_config_path:
            is_conda = project.env_type == env_type.CONDA
            wanted = managers.CONDA if is_conda else managers.VIRTUALENV
    if wanted == managers.CONDA:
        raise _unsupported("conda environments", "--env-manager uv, virtualenv or local")
    return wanted


def _unsupported(what: str, instead: str) -> MlflowException:
    return MlflowException.invalid_parameter_value(
        f"The backend {NAME!r} does not run {what}. Use {instead}."
    )


def variables(job: Job, project: Project, folder: str) -> dict[str, str]:
    """The variables of the project's processes; a virtualenv is made first where one is wanted.

    Raises:
        Exception: the virtualenv cannot be made; the message holds what uv or pip said.
    """
    programs = Path(sys.executable).parent
    found: dict[str, str] = dict(os.environ)
    if job.env_manager != managers.LOCAL:
        root = _virtualenv(project, folder, job.env_manager)
        programs = root / "bin"
        found["VIRTUAL_ENV"] = str(root)
    found["PATH"] = os.pathsep.join([str(programs), found.get("PATH", os.defpath)])
    # What a project prints is in its log at once, and not lost when it is killed.
    found.setdefault("PYTHONUNBUFFERED", "1")
    found |= get_run_env_vars(job.run_id, job.experiment_id)
    found["MLFLOW_TRACKING_URI"] = job.tracking_uri
    found |= get_databricks_env_vars(job.tracking_uri)
    return found


def _virtualenv(project: Project, folder: str, manager: str) -> Path:
    """The virtualenv with the project's dependencies, as MLflow's own backend makes and names it.

    See `LocalBackend.run` in mlflow/projects/backend/local.py, which then activates it with bash.
    """
    python_env = _python_env(project)
    root = Path(_get_mlflow_virtualenv_root())
    made = root / str(_get_virtualenv_name(python_env, Path(folder)))
    with _one_at_a_time(root):
        _create_virtualenv(
            local_model_path=Path(folder),
            python_env=python_env,
            env_dir=made,
            env_manager=manager,
            capture_output=True,
        )
    return made


def _python_env(project: Project) -> _PythonEnv:
    if not project.env_config_path:
        return _PythonEnv()
    if project.env_type == env_type.CONDA:
        return _PythonEnv.from_conda_yaml(project.env_config_path)
    return _PythonEnv.from_yaml(project.env_config_path)


@contextmanager
def _one_at_a_time(root: Path) -> Iterator[None]:
    """Of all threads and processes of this machine one makes an environment: MLflow has no lock."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / f".{NAME}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
