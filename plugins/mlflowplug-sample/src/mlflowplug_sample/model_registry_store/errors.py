"""The errors of the store, in the words and with the codes of MLflow's own SQL store."""

from __future__ import annotations

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS

from ..sql.errors import invalid_parameter, not_found


def model_exists(name: str) -> MlflowException:
    """Names are unique; prompts and models share them."""
    return MlflowException(
        f"Registered Model (name={name}) already exists.", RESOURCE_ALREADY_EXISTS
    )


def model_not_found(name: str) -> MlflowException:
    """No registered model has this name."""
    return not_found(f"Registered Model with name={name} not found")


def version_not_found(name: str, version: int) -> MlflowException:
    """The model has no such version, or it was deleted."""
    return not_found(f"Model Version (name={name}, version={version}) not found")


def alias_not_found(alias: str) -> MlflowException:
    """The model has no such alias. MLflow's clients expect just this code."""
    return invalid_parameter(f"Registered model alias {alias} not found.")


def webhook_not_found(webhook_id: str) -> MlflowException:
    """No webhook has this id."""
    return not_found(f"Webhook with ID {webhook_id} not found.")
