"""The backend that MLflow calls: it checks and prepares, and an engine runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.exceptions import ExecutionException
from mlflow.projects.backend.abstract_backend import AbstractBackend
from mlflow.projects.utils import get_or_create_run, load_project
from mlflow.utils.env_manager import LOCAL
from mlflow.utils.mlflow_tags import MLFLOW_PROJECT_ENV

from .command import arguments
from .configuration import Configuration, read
from .environment import choose_manager
from .job import FAILED, SCHEDULED, Engine, Job
from .source import fetch, remove
from .submitted_run import SampleSubmittedRun


class SampleProjectBackend(AbstractBackend):
    """Runs MLflow projects on this machine or on a Dask cluster."""

    def run(
        self,
        project_uri: str,
        entry_point: str,
        params: dict[str, Any] | None,
        version: str | None,
        backend_config: dict[str, Any],
        tracking_uri: str,
        experiment_id: str,
    ) -> SampleSubmittedRun:
        """Submit an entry point, and return at once unless the configuration says `wait`.

        What can be known to be wrong is said before a run is created.

        Raises:
            MlflowException: the configuration, the project, its command or a parameter is wrong, or
                there is no Dask scheduler.
            ExecutionException: the project failed, and the configuration says `wait`.
        """
        configuration = read(backend_config)
        engine = _engine(configuration)
        params = dict(params or {})
        folder, temporary = fetch(project_uri, version, entry_point, params)
        try:
            manager = _check(folder, entry_point, params, configuration)
            run = get_or_create_run(
                configuration.run_id,
                project_uri,
                experiment_id,
                folder,
                version,
                entry_point,
                params,
            )
        except BaseException:
            remove(temporary)
            raise
        job = Job(
            run_id=run.info.run_id,
            experiment_id=run.info.experiment_id,
            tracking_uri=_absolute(tracking_uri),
            uri=project_uri,
            version=version,
            folder=folder,
            temporary=temporary,
            entry_point=entry_point,
            params=params,
            env_manager=manager,
            storage_dir=_absolute_path(configuration.storage_dir),
        )
        submitted = _submit(engine, job)
        if configuration.wait:
            _wait(submitted)
        return submitted


def _engine(configuration: Configuration) -> Engine:
    if configuration.scheduler:
        from .cluster import DaskCluster

        return DaskCluster(configuration.scheduler)
    from .pool import LocalPool

    return LocalPool(configuration.workers)


def _check(
    folder: str, entry_point: str, params: dict[str, Any], configuration: Configuration
) -> str:
    """The environment manager; what makes the project impossible to run is raised here."""
    project = load_project(folder)
    manager = choose_manager(project, configuration.env_manager)
    arguments(project.get_entry_point(entry_point), params, None)
    return manager


def _submit(engine: Engine, job: Job) -> SampleSubmittedRun:
    client = MlflowClient(job.tracking_uri)
    # MLflow creates runs as RUNNING; this one has to wait for its turn.
    client.update_run(job.run_id, status=SCHEDULED)
    if job.env_manager != LOCAL:
        client.set_tag(job.run_id, MLFLOW_PROJECT_ENV, job.env_manager)
    try:
        submission = engine.submit(job)
    except BaseException:
        client.set_terminated(job.run_id, FAILED)
        remove(job.temporary)
        raise
    return SampleSubmittedRun(job.run_id, client, submission)


def _wait(submitted: SampleSubmittedRun) -> None:
    try:
        if not submitted.wait():
            raise ExecutionException(f"Run (ID '{submitted.run_id}') {submitted.get_status()}")
    except KeyboardInterrupt:
        submitted.cancel()
        raise


def _absolute_path(path: str | None) -> str | None:
    return None if path is None else str(Path(path).absolute())


def _absolute(tracking_uri: str) -> str:
    """The project runs in another folder, where a relative path means another database."""
    scheme, slashes, path = tracking_uri.partition(":///")
    if scheme == "sqlite" and path and not path.startswith(("/", ":")):
        return f"{scheme}{slashes}{Path(path).absolute()}"
    return tracking_uri
