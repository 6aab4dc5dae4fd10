"""The errors of the store, in the words and with the codes of MLflow's own SQL store."""

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
    RESOURCE_ALREADY_EXISTS,
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


def experiment_exists(name: str) -> MlflowException:
    """Names are unique, also against deleted experiments."""
    return MlflowException(f"Experiment(name={name}) already exists.", RESOURCE_ALREADY_EXISTS)


def experiment_not_found(experiment_id: int) -> MlflowException:
    """No experiment has this id (in the wanted lifecycle stage)."""
    return not_found(f"No Experiment with id={experiment_id} exists")


def run_not_found(run_id: str) -> MlflowException:
    """No run has this id."""
    return not_found(f"Run with id={run_id} not found")


def not_active(kind: str, identifier: object, stage: str) -> MlflowException:
    """A deleted run or experiment takes no writes."""
    return invalid_parameter(
        f"The {kind} {identifier} must be in the 'active' state. Current state is {stage}."
    )


def model_not_found(model_id: str) -> MlflowException:
    """No logged model has this id."""
    return not_found(f"Logged model with ID '{model_id}' not found.")


def param_changed(key: str, old: str, new: str, run_id: str) -> MlflowException:
    """Params are written once (`log_param`)."""
    return invalid_parameter(
        f"Changing param values is not allowed. Param with key='{key}' was already logged with "
        f"value='{old}' for run ID='{run_id}'. Attempted logging new value '{new}'."
    )


def params_changed(changes: list[dict[str, str]], run_id: str) -> MlflowException:
    """Params are written once (`log_batch`)."""
    return invalid_parameter(
        f"Changing param values is not allowed. Params were already logged='{changes}' "
        f"for run ID='{run_id}'."
    )
