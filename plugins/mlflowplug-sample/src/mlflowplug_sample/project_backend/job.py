"""What is needed to run a project, wherever it is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

NAME = "sample"
"""The name of the entry point, which stands in messages and names."""

SCHEDULED, RUNNING = "SCHEDULED", "RUNNING"
FINISHED, FAILED, KILLED = "FINISHED", "FAILED", "KILLED"
ENDED = frozenset({FINISHED, FAILED, KILLED})
"""The states of MLflow's RunStatus by name; `mlflow.entities.RunInfo.status` is a name too."""

Cancelled = Callable[[], bool]
"""Answers whether the run is wanted no longer."""


@dataclass(frozen=True)
class Job:
    """One run of a project: plain values, so that it can be sent to another machine.

    Args:
        folder: where the project is; None when `uri` has to be fetched where it is run.
        temporary: a folder to remove when all is over.
        params: the parameters exactly as the user gave them.
        storage_dir: where remote files go that are given to parameters of the type `path`.
    """

    run_id: str
    experiment_id: str
    tracking_uri: str
    uri: str
    version: str | None
    folder: str | None
    temporary: str | None
    entry_point: str
    params: Mapping[str, object]
    env_manager: str
    storage_dir: str | None


class Submission(Protocol):
    """A job that was handed to an engine."""

    def done(self) -> bool:
        """Whether there is nothing to wait for any longer."""

    def result(self) -> str:
        """Wait for the end; the status of the run.

        Raises:
            concurrent.futures.CancelledError: it was cancelled before it began.
            Exception: the engine lost it.
        """

    def cancel(self, *, has_begun: bool) -> None:
        """Ask for the end of the job; does not wait for it."""


class Engine(Protocol):
    """Where projects run. For a system of your own write one of these."""

    def submit(self, job: Job) -> Submission:
        """Have `run_project` called with the job, soon and somewhere, and return at once.

        The engine removes `job.temporary` in the end.
        """
