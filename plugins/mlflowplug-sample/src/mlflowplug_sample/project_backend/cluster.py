"""The engine on a Dask cluster: each project is a task, which takes a thread of a worker.

Workers need this package, and credentials of their own for the tracking server: none are sent.
"""

from __future__ import annotations

import atexit
import os
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import TEMPORARILY_UNAVAILABLE

from .job import NAME, Job
from .runner import run_project
from .source import remove

if TYPE_CHECKING:
    from distributed import Client, Event, Future

CONNECT_TIMEOUT = 10
PROJECT = "mlflowplug-sample"


class DaskSubmission:
    """A job on the cluster; `cancelled` is how its worker is told to end it."""

    def __init__(self, future: Future, cancelled: Event) -> None:
        self._future = future
        self._cancelled = cancelled

    def done(self) -> bool:
        """Whether the task has ended, or is lost."""
        return bool(self._future.done())

    def result(self) -> str:
        """Wait for the end; the status of the run."""
        return str(self._future.result())

    def cancel(self, *, has_begun: bool) -> None:
        """Have the worker end it; a task that waits is taken back."""
        self._cancelled.set()
        # Dask cannot interrupt a task; cancelled, it would run on and nobody could wait for it.
        if not has_begun:
            self._future.cancel(force=True)


class DaskCluster:
    """A cluster that is there already; security comes from Dask's own configuration.

    Raises:
        MlflowException: Dask is not installed, or nobody answers at the address.
    """

    def __init__(self, scheduler: str) -> None:
        self._client = _connected(scheduler)

    def submit(self, job: Job) -> DaskSubmission:
        """Run the job on some worker, also when this program has gone."""
        from distributed import Event, fire_and_forget

        if urlsplit(job.tracking_uri).password:
            raise MlflowException.invalid_parameter_value(
                "The tracking URI has a password, which would be sent through the scheduler. Use a "
                "URI without one; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD here "
                "and on the workers."
            )
        if job.temporary:
            # Workers do not see what was fetched here.
            remove(job.temporary)
            job = replace(job, folder=None, temporary=None)
        name = f"{NAME}-{job.run_id}"
        future = self._client.submit(_run_on_worker, job, name, key=name, pure=False)
        fire_and_forget(future)
        return DaskSubmission(future, Event(name, client=self._client))


def _run_on_worker(job: Job, name: str) -> str:
    from distributed import Event

    cancelled = Event(name)
    try:
        return run_project(job, cancelled.is_set)
    finally:
        # The scheduler keeps an event that is set.
        cancelled.clear()


def _connected(scheduler: str) -> Client:
    client = _client(scheduler, os.getpid())
    if client.status != "running":
        _client.cache_clear()
        client = _client(scheduler, os.getpid())
    return client


@cache
def _client(scheduler: str, process: int) -> Client:  # noqa: ARG001  connections do not survive forks
    try:
        from distributed import Client
    except ImportError as error:
        raise MlflowException(
            "Dask is not installed, and the backend configuration names a Dask scheduler. "
            f"Install it with: pip install '{PROJECT}[dask]'"
        ) from error
    try:
        client = Client(scheduler, timeout=CONNECT_TIMEOUT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise MlflowException(
            f"No Dask scheduler answers at {scheduler}: {error}", TEMPORARILY_UNAVAILABLE
        ) from error
    # Sends what is still on its way.
    atexit.register(client.close)
    return client
