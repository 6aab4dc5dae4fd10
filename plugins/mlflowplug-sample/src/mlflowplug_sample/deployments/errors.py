"""What the client refuses."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import (
    INVALID_STATE,
    RESOURCE_ALREADY_EXISTS,
    RESOURCE_DOES_NOT_EXIST,
)

FLAVOR = "python_function"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def checked_name(name: str) -> str:
    """The name of a deployment or an endpoint, which stands in names of files."""
    if not _NAME.fullmatch(name):
        raise MlflowException.invalid_parameter_value(
            f"{name!r} is no usable name: 1 to 100 letters, digits, '.', '-' and '_', a letter or "
            "a digit first."
        )
    return name


def checked_flavor(flavor: str | None) -> str:
    """The flavor: `mlflow models serve` knows one."""
    if flavor not in (None, FLAVOR):
        raise MlflowException.invalid_parameter_value(
            f"Models are served by their flavor {FLAVOR!r}, not {flavor!r}. Leave it out."
        )
    return FLAVOR


def checked_uri(model_uri: str) -> str:
    """The model's URI; a path is made absolute, since others will use it elsewhere."""
    parts = urlsplit(model_uri)
    if parts.password:
        raise MlflowException.invalid_parameter_value(
            "The URI of the model has a password, which would be kept and shown. Give it in the "
            "environment."
        )
    return model_uri if parts.scheme else str(Path(model_uri).absolute())


def exists(kind: str, name: str) -> MlflowException:
    """There is one of that name."""
    return MlflowException(f"There is a {kind} {name!r} already.", RESOURCE_ALREADY_EXISTS)


def not_found(kind: str, name: str | None) -> MlflowException:
    """There is none of that name."""
    return MlflowException(f"There is no {kind} {name!r}.", RESOURCE_DOES_NOT_EXIST)


def invalid_state(message: str) -> MlflowException:
    """The call does not fit what is deployed."""
    return MlflowException(message, INVALID_STATE)
