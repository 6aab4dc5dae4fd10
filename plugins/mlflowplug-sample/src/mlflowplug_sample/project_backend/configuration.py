"""The backend configuration: `mlflow run --backend-config FILE.json`, or a dictionary."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlflow.exceptions import MlflowException
from mlflow.projects.utils import (
    MLFLOW_LOCAL_BACKEND_RUN_ID_CONFIG,
    PROJECT_ENV_MANAGER,
    PROJECT_STORAGE_DIR,
)


@dataclass(frozen=True)
class Configuration:
    """What the user chose.

    Args:
        scheduler: address of a Dask scheduler; None for the pool of local processes.
        workers: how many projects run at the same time in the pool.
        wait: `run` returns when the project has ended, and raises when it failed.
        run_id: a run that exists already, in which the project is to run.
        env_manager, storage_dir: what MLflow's own options say.
    """

    scheduler: str | None = None
    workers: int = os.cpu_count() or 1
    wait: bool = False
    run_id: str | None = None
    env_manager: str | None = None
    storage_dir: str | None = None


_OWN = ("scheduler", "workers", "wait", "run_id")
"""The keys of ours; MLflow adds its own."""


def read(config: Mapping[str, Any]) -> Configuration:
    """The configuration in what MLflow passes, which has keys of MLflow's own too.

    Raises:
        MlflowException: a value is wrong, or a key is one of ours with a typing error.
    """
    for key in config:
        _check_key(key)
    own = {key: config[key] for key in _OWN if config.get(key) is not None}
    _check(own, "scheduler", str, 'an address such as "tcp://host:8786"')
    _check(own, "workers", int, "a whole number from 1 on")
    _check(own, "wait", bool, "true or false")
    _check(own, "run_id", str, "the id of a run")
    # MLflow passes --run-id to its own local backend only (mlflow/projects/__init__.py).
    own.setdefault("run_id", config.get(MLFLOW_LOCAL_BACKEND_RUN_ID_CONFIG))
    return Configuration(
        **own,
        env_manager=config.get(PROJECT_ENV_MANAGER),
        storage_dir=config.get(PROJECT_STORAGE_DIR),
    )


def _check_key(key: str) -> None:
    # A later MLflow may add keys; but a scheduler that is misspelt must not mean this machine.
    near = difflib.get_close_matches(key, _OWN, n=1, cutoff=0.75)
    if near and key not in _OWN:
        raise MlflowException.invalid_parameter_value(
            f"The backend configuration has a key {key!r}. Did you mean {near[0]!r}?"
        )


def _check(own: Mapping[str, Any], key: str, kind: type, expected: str) -> None:
    if key not in own:
        return
    value = own[key]
    # True is an int in Python, and false is as good as true for `wait`.
    if type(value) is not kind or (kind is not bool and not value > kind()):
        raise MlflowException.invalid_parameter_value(
            f"{key!r} in the backend configuration is {value!r}. Expected {expected}."
        )
