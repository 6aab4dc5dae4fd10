"""The handle of a run: what `mlflow.projects.run` returns."""

from __future__ import annotations

import logging
from concurrent.futures import CancelledError

from mlflow import MlflowClient
from mlflow.projects.submitted_run import SubmittedRun

from .job import ENDED, FAILED, FINISHED, KILLED, RUNNING, SCHEDULED, Submission

_logger = logging.getLogger(__name__)


class SampleSubmittedRun(SubmittedRun):
    """A run that was handed to an engine.

    Args:
        run_id: of the MLflow run.
        client: of the tracking store that has it.
        submission: the engine's handle.
    """

    def __init__(self, run_id: str, client: MlflowClient, submission: Submission) -> None:
        super().__init__()
        self._run_id = run_id
        self._client = client
        self._submission = submission

    @property
    def run_id(self) -> str:
        """The id of the MLflow run."""
        return self._run_id

    def wait(self) -> bool:
        """Wait for the end; True when the project succeeded, False when it failed or was ended."""
        return self._result() == FINISHED

    def get_status(self) -> str:
        """A name of MLflow's RunStatus: SCHEDULED, RUNNING, FINISHED, FAILED or KILLED."""
        status = self._stored_status()
        # `with mlflow.start_run()` ends the run before the project's process ends.
        return RUNNING if status in ENDED and not self._submission.done() else status

    def cancel(self) -> None:
        """End the project with all its processes, or take it from the queue; wait for that."""
        self._submission.cancel(has_begun=self._stored_status() != SCHEDULED)
        self._result()

    def _result(self) -> str:
        try:
            return self._submission.result()
        except CancelledError:
            return self._settled(KILLED)
        except Exception as error:  # engines have errors of their own, such as Dask's KilledWorker
            _logger.error("Run %s is lost: %s: %s", self.run_id, type(error).__name__, error)
            return self._settled(FAILED)

    def _settled(self, status: str) -> str:
        """Say in the tracking store what nobody was there to say where the project ran."""
        if self._stored_status() not in ENDED:
            self._client.set_terminated(self.run_id, status)
        return status

    def _stored_status(self) -> str:
        return str(self._client.get_run(self.run_id).info.status)
