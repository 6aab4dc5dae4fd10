"""One job, from its folder to its result."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path

from mlflow.entities._job_status import JobStatus
from mlflow.server.jobs.executor import JobResult

from .mlflow_job import Command, Order, result
from .processes import Process
from .settings import Settings


class RunningJob:
    """A job that waits for its turn, runs, or has ended.

    Args:
        order: what it does.
        timeout: seconds from now until it is ended. MLflow lets go of an exclusive job's lock so
            long after it was submitted (mlflow/server/jobs/lock_manager.py), so waiting counts.
        settings: how it is run.
    """

    def __init__(self, order: Order, timeout: float, settings: Settings) -> None:
        self._order = order
        self._timeout = timeout
        self._settings = settings
        self._deadline = time.monotonic() + timeout
        # Guards the two below: a job that is cancelled while its process starts has to end.
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._is_cancelled = False

    @property
    def remaining(self) -> float:
        """Seconds that are left to it."""
        return max(self._deadline - time.monotonic(), 0.0)

    def run(self) -> JobResult:
        """Do it, in this thread."""
        name = self._settings.folder
        with tempfile.TemporaryDirectory(prefix="mlflow-job-", dir=name) as temporary:
            folder = Path(temporary)
            launched = bool(self._settings.launcher)
            for command in self._order.commands(folder, is_launched=launched):
                ended = self._run(command, folder / "output")
                if ended is not None:
                    return ended
            return self._result(folder)

    def cancel(self) -> None:
        """End it at once, whatever it is doing."""
        with self._lock:
            self._is_cancelled = True
            if self._process is not None:
                self._process.kill()

    def timed_out(self) -> JobResult:
        """The result of a job that took too long."""
        message = f"{self._order.fn_fullname} was ended after {self._timeout:g} seconds."
        return JobResult(JobStatus.TIMEOUT, error_message=message)

    def _run(self, command: Command, output: Path) -> JobResult | None:
        process = self._start(command, output)
        code = None if process is None else process.wait(self.remaining)
        with self._lock:
            cancelled = self._is_cancelled
            if process is not None and code is None:
                process.kill()
        if process is None or cancelled:
            return JobResult(JobStatus.CANCELED)
        if code is None:
            return self.timed_out()
        return None if code == 0 else self._failed(f"its process ended with {code}", process.tail())

    def _start(self, command: Command, output: Path) -> Process | None:
        words = [*self._settings.launcher, *command.words]
        with self._lock:
            if self._is_cancelled:
                return None
            environment = {**os.environ, **command.environment}
            self._process = Process(words, environment, output)
            return self._process

    def _result(self, folder: Path) -> JobResult:
        try:
            return result(folder)
        except (OSError, ValueError, TypeError):
            return self._failed("it ended without a result", "")

    def _failed(self, what: str, printed: str) -> JobResult:
        lines = [f"{self._order.fn_fullname} failed: {what}.", printed]
        return JobResult(JobStatus.FAILED, error_message="\n".join(filter(None, lines)))
