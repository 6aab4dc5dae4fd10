"""Processes: what an author replaces to run jobs on another system."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

TAIL = 4000
"""Characters of what a failed job printed last, which its error shows."""


class Process:
    """A command that runs, with all the processes that it starts.

    Args:
        words: the command.
        environment: its whole environment.
        output: the file that gets what it prints.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, words: Sequence[str], environment: dict[str, str], output: Path) -> None:
        self._output = output
        with output.open("ab") as file:
            self._process = _started(words, environment, file)

    def wait(self, seconds: float) -> int | None:
        """Its exit code, or None when it still runs after so long."""
        try:
            return self._process.wait(min(seconds, threading.TIMEOUT_MAX))
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        """End it, and what it started, at once. Nothing when it has ended."""
        if self._process.poll() is None:
            # It leads a group of its own: what it started is in it too.
            os.killpg(self._process.pid, signal.SIGKILL)

    def tail(self) -> str:
        """The end of what it printed."""
        # A character has up to four bytes.
        with self._output.open("rb") as file:
            file.seek(max(0, self._output.stat().st_size - 4 * TAIL))
            return file.read().decode(errors="replace").strip()[-TAIL:]


def _started(
    words: Sequence[str], environment: dict[str, str], output: IO[bytes]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  the command is MLflow's own
        words, env=environment, stdout=output, stderr=output, start_new_session=True
    )
