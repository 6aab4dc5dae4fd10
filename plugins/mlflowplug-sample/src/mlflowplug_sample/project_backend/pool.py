"""The engine on this machine: a pool of processes, a few at a time."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache

from .job import NAME, Job
from .runner import run_project
from .source import remove

_unfinished: dict[Future[str], threading.Event] = {}
# A forked child has none of the threads, and would wait for ever.
os.register_at_fork(after_in_child=_unfinished.clear)


class PoolSubmission:
    """A job in the pool."""

    def __init__(self, future: Future[str], cancelled: threading.Event) -> None:
        self._future = future
        self._cancelled = cancelled

    def done(self) -> bool:
        """Whether it has ended, or was cancelled before it began."""
        return self._future.done()

    def result(self) -> str:
        """Wait for the end; the status of the run."""
        return self._future.result()

    def cancel(self, *, has_begun: bool) -> None:  # noqa: ARG002  the future knows better
        """Take it from the queue, or have its processes ended."""
        self._cancelled.set()
        self._future.cancel()


class LocalPool:
    """At most so many projects at the same time; the others wait for their turn.

    The program waits at its end for what it has submitted, as it does for MLflow's own backend.
    """

    def __init__(self, workers: int) -> None:
        # The pool is that of the process: MLflow makes a backend for every project. Threads do not
        # come along when a process forks.
        self._threads = _threads(workers, os.getpid())

    def submit(self, job: Job) -> PoolSubmission:
        """Run the job when its turn comes."""
        cancelled = threading.Event()
        future = self._threads.submit(run_project, job, cancelled.is_set)
        _unfinished[future] = cancelled
        future.add_done_callback(_unfinished.pop)
        future.add_done_callback(lambda _: remove(job.temporary))
        return PoolSubmission(future, cancelled)


@cache
def _threads(workers: int, process: int) -> ThreadPoolExecutor:  # noqa: ARG001  makes the key
    return ThreadPoolExecutor(workers, thread_name_prefix=NAME)


def _finish() -> None:
    """Wait for all jobs; interrupted, have them ended first."""
    unfinished = dict(_unfinished)
    try:
        wait(unfinished)
    except KeyboardInterrupt:
        for future, cancelled in unfinished.items():
            cancelled.set()
            future.cancel()
        wait(unfinished)


# Not atexit: by then concurrent.futures takes no more work, and uploads of logs to S3 and others
# fail ("cannot schedule new futures after shutdown"). This is how it registers its own end; what
# was registered later is called earlier.
threading._register_atexit(_finish)  # type: ignore[attr-defined]
