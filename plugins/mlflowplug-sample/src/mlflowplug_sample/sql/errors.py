"""Errors as MLflow's own SQL stores raise them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import (
    BAD_REQUEST,
    INTERNAL_ERROR,
    INVALID_PARAMETER_VALUE,
    INVALID_STATE,
    RESOURCE_DOES_NOT_EXIST,
    TEMPORARILY_UNAVAILABLE,
)


@contextmanager
def mlflow_errors() -> Iterator[None]:
    """Turn what the database and Python raise into MlflowException.

    The codes are those of `_get_managed_session_maker` in mlflow/store/db/utils.py: clients try
    again after TEMPORARILY_UNAVAILABLE (locked, disk full), not after BAD_REQUEST (integrity).
    """
    try:
        yield
    except MlflowException:
        raise
    except (sqlite3.OperationalError, sa.exc.OperationalError) as error:
        raise MlflowException(str(error), TEMPORARILY_UNAVAILABLE) from error
    except (sqlite3.Error, sa.exc.SQLAlchemyError) as error:
        raise MlflowException(str(error), BAD_REQUEST) from error
    except Exception as error:
        raise MlflowException(str(error), INTERNAL_ERROR) from error


def invalid_parameter(message: str) -> MlflowException:
    """An argument that MLflow refuses."""
    return MlflowException(message, INVALID_PARAMETER_VALUE)


def invalid_state(message: str) -> MlflowException:
    """A call that does not fit what is stored."""
    return MlflowException(message, INVALID_STATE)


def bad_request(message: str) -> MlflowException:
    """A write that would break the integrity of the tables."""
    return MlflowException(message, BAD_REQUEST)


def not_found(message: str) -> MlflowException:
    """A thing that does not exist."""
    return MlflowException(message, RESOURCE_DOES_NOT_EXIST)
