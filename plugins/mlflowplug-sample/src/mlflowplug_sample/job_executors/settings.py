"""What the environment says of jobs."""

from __future__ import annotations

import os
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

SLOTS = "SAMPLE_JOB_SLOTS"
FOLDER = "SAMPLE_JOB_FOLDER"
LAUNCHER = "SAMPLE_JOB_LAUNCHER"

MANY = 16
"""Jobs at a time where nothing is said: most of them wait for language models."""


@dataclass(frozen=True)
class Settings:
    """How jobs are run.

    Attributes:
        slots: how many run at a time, of all kinds together.
        folder: where each gets a folder of its own while it runs; None for the system's.
        launcher: the words before each command, such as `srun --ntasks=1`.
    """

    slots: int
    folder: Path | None
    launcher: tuple[str, ...]


def settings() -> Settings:
    """What the environment says now.

    Raises:
        MlflowException: it makes no sense.
    """
    return Settings(_slots(), _folder(), _launcher())


def _slots() -> int:
    text = os.environ.get(SLOTS, str(MANY))
    if not text.isdecimal() or int(text) < 1:
        raise _wrong(SLOTS, f"{text!r} is no number of jobs: expected 1 or more.")
    return int(text)


def _folder() -> Path | None:
    text = os.environ.get(FOLDER)
    if not text:
        return None
    path = Path(text).absolute()
    if not path.is_dir() or not os.access(path, os.W_OK):
        raise _wrong(FOLDER, f"{path} is no folder that can be written to.")
    return path


def _launcher() -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(os.environ.get(LAUNCHER, "")))
    except ValueError as error:
        raise _wrong(LAUNCHER, f"it is no command: {error}.") from error
    if words and shutil.which(words[0]) is None:
        raise _wrong(LAUNCHER, f"there is no program {words[0]!r} on the PATH.")
    return words


def _wrong(name: str, what: str) -> MlflowException:
    return MlflowException(f"{name}: {what}", INVALID_PARAMETER_VALUE)
