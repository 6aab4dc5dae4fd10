"""Whether the code of a run is what its commit says.

MLflow itself tags the commit (mlflow/tracking/context/git_context.py), also when the files differ
from it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

TIME_LIMIT = 1.0
"""Seconds. A working tree that takes longer is not asked again by this process."""
# No program that a repository configures is started: no file system monitor, no external diff.
_COMMAND = (
    *("-c", "core.fsmonitor=false", "--no-optional-locks"),
    *("diff", "--quiet", "--no-ext-diff", "--no-textconv", "HEAD"),
)
_ANSWERS = {0: "false", 1: "true"}


class WorkingTree:
    """The working tree that the running script is in.

    Args:
        time_limit: the seconds that git may take.
    """

    def __init__(self, time_limit: float = TIME_LIMIT) -> None:
        self._time_limit = time_limit
        self._is_too_slow = False

    def tags(self) -> dict[str, str]:
        """`dirty`: whether tracked files differ from the commit; nothing outside a repository."""
        git = shutil.which("git")
        if git is None or self._is_too_slow:
            return {}
        answer = _ANSWERS.get(self._exit_code(git))
        return {} if answer is None else {"dirty": answer}

    def _exit_code(self, git: str) -> int:
        try:
            done = subprocess.run(  # noqa: S603  constants only
                [git, *_COMMAND],
                cwd=_folder(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=self._time_limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            self._is_too_slow = True
            return -1
        except OSError:
            return -1
        return done.returncode


def _folder() -> Path:
    """That of the script, as MLflow takes it for the commit; in a console the current one."""
    script = Path(sys.argv[0] if sys.argv else "")
    return script.resolve().parent if script.is_file() else Path.cwd()
