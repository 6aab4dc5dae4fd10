"""Where the keys are: the environment variables of the application."""

from __future__ import annotations

import os
from pathlib import Path

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE

from .environment_keys import EnvironmentKeys
from .key_file import KeyFile
from .keys import Keys

KEYS_FILE = "SAMPLE_KEYS_FILE"
KEYS = "SAMPLE_KEYS"

MAKE_ONE = "python -m mlflowplug_sample.app add NAME --admin"


def configured_keys() -> Keys:
    """The keys that the environment names, of which there is at least one.

    Raises:
        MlflowException: there are none, or it is not clear which count.
    """
    in_file, in_environment = os.environ.get(KEYS_FILE), os.environ.get(KEYS)
    if in_file and in_environment:
        raise _refused(f"{KEYS_FILE} and {KEYS} are both set. Unset one of them.")
    if in_environment:
        return EnvironmentKeys(KEYS, in_environment)
    keys = KeyFile(keys_file())
    if not keys.infos():
        raise _refused(f"There is no key in {keys.path}. Make one: {MAKE_ONE}")
    return keys


def keys_file() -> Path:
    """The file of keys.

    Raises:
        MlflowException: nothing names it.
    """
    if path := os.environ.get(KEYS_FILE):
        return Path(path).absolute()
    raise _refused(
        f"No keys are configured. Set {KEYS_FILE} to the path of a file of keys "
        f"(make one with `{MAKE_ONE}`), or {KEYS} to `name=key`."
    )


def _refused(message: str) -> MlflowException:
    return MlflowException(message, INVALID_PARAMETER_VALUE)
