"""Workspaces, which MLflow 3.10 added to keep teams apart, and which these stores do not have."""

from __future__ import annotations

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_STATE

DEFAULT_WORKSPACE = "default"


def refuse_workspaces() -> None:
    """Raise when the caller is in a workspace (`mlflow.set_workspace`, MLFLOW_WORKSPACE).

    What it writes would be mixed with everybody else's, and MLflow's entities would claim
    otherwise: `resolve_entity_workspace_name` in mlflow/utils/workspace_utils.py writes the
    caller's workspace into entities that have none. MLflow's REST store refuses in the same way.
    """
    workspace = _active_workspace()
    if workspace and workspace != DEFAULT_WORKSPACE:
        raise MlflowException(
            f"This store has no workspaces, and the workspace {workspace!r} is active. "
            "Call mlflow.set_workspace(None), unset MLFLOW_WORKSPACE, or give each team a store.",
            INVALID_STATE,
        )


def _active_workspace() -> str | None:
    try:
        from mlflow.utils.workspace_context import get_request_workspace
    except ImportError:  # an MLflow without workspaces
        return None
    found: str | None = get_request_workspace()
    return found
