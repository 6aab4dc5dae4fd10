"""The errors of the store, in the words and with the codes of MLflow's own SQL store."""

from __future__ import annotations

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS

from ..sql.errors import invalid_parameter, not_found


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


def trace_not_found(trace_id: str) -> MlflowException:
    """No trace has this id."""
    return not_found(f"Trace with ID '{trace_id}' not found.")


def assessment_not_found(assessment_id: str, trace_id: str) -> MlflowException:
    """The trace has no assessment of this id."""
    return not_found(f"Assessment with ID '{assessment_id}' not found for trace '{trace_id}'")


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
