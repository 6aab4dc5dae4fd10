"""A small process between this program and a project's command.

`python -m mlflowplug_sample.project_backend.supervisor LOG FOLDER COMMAND…`

It ends the command and all that the command started when its standard input is closed: by this
program, or by the system when this program dies, by whatever signal.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from ..processes import end_marked, new_mark

CANCEL = b"cancel"
"""What is written before the input is closed on purpose."""


def main(log: str, folder: str, *command: str) -> int:
    """Run the command and return its exit code; 127 when it cannot be started.

    Args:
        log: the file that standard output is, alone in a temporary folder.
        folder: the project's.
        command: a program and its arguments.
    """
    mark = new_mark()
    # Only the system can end a process without its noticing; a signal to end is passed on.
    signal.signal(signal.SIGTERM, lambda *_: end_marked(mark))
    try:
        process = subprocess.Popen(  # noqa: S603  no shell
            command, cwd=folder, stdin=subprocess.DEVNULL, env={**os.environ, mark: "1"}
        )
    except OSError as error:
        print(_cannot_start(command, error), file=sys.stderr)
        return 127
    closed = threading.Event()
    watcher = threading.Thread(target=_end_with_the_input, args=[mark, closed, Path(log)])
    watcher.daemon = True
    watcher.start()
    code = process.wait()
    end_marked(mark)
    if closed.is_set():
        watcher.join()
    return code if code >= 0 else 128 - code


def _cannot_start(command: Sequence[str], error: OSError) -> str:
    return (
        f"{command[0]} cannot be started: {error.strerror}. The command runs without a shell, so "
        "it has to begin with a program: cd, source and other words of a shell are none."
    )


def _end_with_the_input(mark: str, closed: threading.Event, log: Path) -> None:
    # Not sys.stdin, whose lock a daemon thread would hold when the process ends.
    told = os.read(0, len(CANCEL))
    closed.set()
    end_marked(mark)
    if not told:
        _tidy_up(log)


def _tidy_up(log: Path) -> None:
    """End the run and keep its log: nobody else is left who could."""
    from mlflow import MlflowClient

    client, run_id = MlflowClient(), os.environ["MLFLOW_RUN_ID"]
    try:
        client.log_artifact(run_id, str(log))
    finally:
        client.set_terminated(run_id, "KILLED")
        shutil.rmtree(log.parent, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
