"""Errors of storages as MLflow's clients and server understand them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import (
    INTERNAL_ERROR,
    INVALID_PARAMETER_VALUE,
    PERMISSION_DENIED,
    RESOURCE_DOES_NOT_EXIST,
    TEMPORARILY_UNAVAILABLE,
)

# The first that fits; clients try again after TEMPORARILY_UNAVAILABLE only.
CODES: tuple[tuple[type[Exception], int], ...] = (
    (FileNotFoundError, RESOURCE_DOES_NOT_EXIST),
    (PermissionError, PERMISSION_DENIED),
    (FileExistsError, INVALID_PARAMETER_VALUE),
    (IsADirectoryError, INVALID_PARAMETER_VALUE),
    (NotADirectoryError, INVALID_PARAMETER_VALUE),
    (ConnectionError, TEMPORARILY_UNAVAILABLE),
    (TimeoutError, TEMPORARILY_UNAVAILABLE),
    (Exception, INTERNAL_ERROR),
)


@contextmanager
def mlflow_errors(doing: str) -> Iterator[None]:
    """Turn what a storage raises into MlflowException.

    Args:
        doing: what was tried, as the beginning of the message.
    """
    try:
        yield
    except MlflowException:
        raise
    except Exception as error:
        code = next(code for kind, code in CODES if isinstance(error, kind))
        text = str(error) or type(error).__name__
        raise MlflowException(f"{doing}: {text}", code) from error


def invalid(message: str) -> MlflowException:
    """A name or a location that is refused."""
    return MlflowException(message, INVALID_PARAMETER_VALUE)


def not_installed(protocol: str, error: ImportError) -> MlflowException:
    """What a storage needs and what is not there."""
    return invalid(f"{error}: pip install 'mlflowplug-sample[{protocol}]'")


def not_found(key: str) -> MlflowException:
    """An artifact that is not there, in the words of MLflow's own repositories."""
    return MlflowException(f"No such artifact: '{key}'", RESOURCE_DOES_NOT_EXIST)
