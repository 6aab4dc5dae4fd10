"""Finds experiments by name, and creates those that are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_STATE, RESOURCE_ALREADY_EXISTS, ErrorCode

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment

_EXISTS = ErrorCode.Name(RESOURCE_ALREADY_EXISTS)


class Experiments:
    """The ids of experiments, each of which is asked for once."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str | None, ...], str] = {}

    def id_of(self, name: str) -> str:
        """The id of the experiment of that name in the tracking store that is set.

        Raises:
            MlflowException: it is deleted, or the store does not answer.
        """
        # Only now: MLflow makes the provider before it has these. The client asks the store by
        # name, and never for the default experiment, which would lead back to here.
        from mlflow import MlflowClient, get_tracking_uri

        key = (get_tracking_uri(), _workspace(), name)
        if key not in self._ids:
            self._ids[key] = _found_or_created(MlflowClient(), name)
        return self._ids[key]


def _found_or_created(client: MlflowClient, name: str) -> str:
    found = client.get_experiment_by_name(name)
    if found is not None:
        return _id_of_active(found)
    try:
        return str(client.create_experiment(name))
    except MlflowException as error:
        # The jobs of a branch often start at the same moment: another one was first.
        found = client.get_experiment_by_name(name) if error.error_code == _EXISTS else None
        if found is None:
            raise
        return _id_of_active(found)


def _id_of_active(experiment: Experiment) -> str:
    if experiment.lifecycle_stage != "active":
        raise MlflowException(
            f"The experiment {experiment.name!r} is deleted. Restore it "
            f"(mlflow experiments restore -x {experiment.experiment_id}), or choose another name.",
            INVALID_STATE,
        )
    return str(experiment.experiment_id)


def _workspace() -> str | None:
    """The workspace that is set: each has experiments of its own (since MLflow 3.10)."""
    try:
        from mlflow.utils.workspace_context import get_request_workspace
    except ImportError:
        return None
    workspace: str | None = get_request_workspace()
    return workspace
