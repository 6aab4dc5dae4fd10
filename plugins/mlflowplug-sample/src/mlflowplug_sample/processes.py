"""Processes that are ended with everything that they started.

A mark, an environment variable of its own, is given to the first process; what that one starts
inherits it. Neither a reused process number nor a child that left its group or lost its parent is
mistaken then.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress

import psutil

GRACE = 10.0
"""Seconds that processes have to end by themselves before they are killed."""

_ROUNDS = 10
_PAUSE = 0.05


def new_mark() -> str:
    """The name of an environment variable that no process has."""
    return f"SAMPLE_PROCESS_{uuid.uuid4().hex}"


def has_mark(pid: int, mark: str) -> bool:
    """Whether the process is there, is no zombie, and carries the mark."""
    try:
        return mark in psutil.Process(pid).environ()
    # Of other users' processes nobody is told; of one that just ended the file is gone.
    except (psutil.Error, OSError):
        return False


def end_marked(mark: str, grace: float = GRACE) -> None:
    """End every process that carries the mark, and their children: first asked, then killed.

    Returns when they are gone. Processes of other users are left alone.
    """
    family = _family(mark)
    _each(process.terminate for process in family)
    left = _still_running(family, grace)
    # What was started meanwhile carries the mark too; a process that is just being started shows no
    # variables for a moment.
    for _ in range(_ROUNDS):
        time.sleep(_PAUSE)
        left |= _family(mark)
        if not left:
            return
        _each(process.kill for process in left)
        left = _still_running(left, 1)


def _family(mark: str) -> set[psutil.Process]:
    marked = [process for process in psutil.process_iter() if has_mark(process.pid, mark)]
    return {*marked, *(child for process in marked for child in _children(process))}


def _children(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return list(process.children(recursive=True))
    return []


def _each(signals: Iterable[Callable[[], None]]) -> None:
    for send in signals:
        with suppress(psutil.Error):
            send()


def _still_running(processes: set[psutil.Process], seconds: float) -> set[psutil.Process]:
    """Those that have not ended after so many seconds, or sooner when all have."""
    # psutil.wait_procs waits for zombies too, which stay until their parent asks for them.
    deadline = time.monotonic() + seconds
    while left := {process for process in processes if _runs(process)}:
        if time.monotonic() > deadline:
            break
        time.sleep(_PAUSE)
    return left


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False
