"""The configuration of a deployment: a dictionary, or `-C name=value` on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from mlflow.exceptions import MlflowException
from mlflow.utils import env_manager as managers


@dataclass(frozen=True)
class Configuration:
    """How a model is served.

    Args:
        env_manager: which environment the server runs in: this one, or one made for the model.
        workers: worker processes of the server.
        timeout: seconds until the server has to answer.
    """

    env_manager: str = managers.LOCAL
    workers: int = 1
    timeout: int = 120


def read(config: Mapping[str, Any] | None) -> Configuration:
    """The configuration; the command line gives all values as text.

    Raises:
        MlflowException: a key is unknown, or a value is wrong.
    """
    config = config or {}
    known = [field.name for field in fields(Configuration)]
    if unknown := sorted(set(config) - set(known)):
        raise _refused(f"has the unknown keys {unknown}. Known are {known}.")
    managers.validate(config.get("env_manager", managers.LOCAL))
    numbers = {key: _number(key, config[key]) for key in ("workers", "timeout") if key in config}
    return Configuration(**{**config, **numbers})


def _number(key: str, value: object) -> int:
    text = str(value)
    if not text.isdecimal() or int(text) < 1:
        raise _refused(f"has {key}={text!r}. Expected a whole number from 1 on.")
    return int(text)


def _refused(reason: str) -> MlflowException:
    return MlflowException.invalid_parameter_value(f"The config of the deployment {reason}")
