"""MLflow's side of workspaces: names, validation and entities, over the storage part."""

from __future__ import annotations

from mlflow.entities import Workspace
from mlflow.entities.workspace import TraceArchivalConfig, WorkspaceDeletionMode
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_CONFLICT
from mlflow.store.workspace.abstract_store import (
    AbstractStore,
    ResolvedTraceArchivalConfig,
    WorkspaceNameValidator,
)
from mlflow.utils.validation import (
    _validate_trace_archival_repository_support,
    _validate_trace_archival_retention_string,
)
from mlflow.utils.workspace_utils import DEFAULT_WORKSPACE_NAME

from ..sql.database import Row
from ..sql.errors import invalid_parameter, invalid_state
from ..sql.location import database_url
from .contents import contents
from .storage import COLUMNS, WorkspaceStorage


class SampleWorkspaceStore(AbstractStore):
    """The workspaces of an MLflow server, in a SQL database.

    The answers are those of MLflow's own store (mlflow/store/workspace/sqlalchemy_store.py).

    Args:
        workspace_uri: `sample:/path/to/file.db`; see `sql/location.py`.
    """

    def __init__(self, workspace_uri: str) -> None:
        self._storage = WorkspaceStorage(database_url(workspace_uri))
        self._storage.create_once(DEFAULT_WORKSPACE_NAME)

    def list_workspaces(self) -> list[Workspace]:
        """All workspaces, by name. Which of them the caller may see is decided here."""
        return [Workspace(*row) for row in self._storage.workspaces()]

    def get_workspace(self, workspace_name: str) -> Workspace:
        """The workspace; the server asks for that of every request."""
        return Workspace(*self._storage.workspace(workspace_name))

    def create_workspace(self, workspace: Workspace) -> Workspace:
        """A new workspace."""
        WorkspaceNameValidator.validate(workspace.name)
        self._storage.create(_row(workspace))
        return self.get_workspace(workspace.name)

    def update_workspace(self, workspace: Workspace) -> Workspace:
        """Change what is not None; an empty text clears."""
        values = dict(zip(COLUMNS, _row(workspace), strict=True))
        given = {key: values[key] for key in COLUMNS if getattr(workspace, key) is not None}
        self._storage.update(workspace.name, given)
        return self.get_workspace(workspace.name)

    def delete_workspace(
        self,
        workspace_name: str,
        mode: WorkspaceDeletionMode = WorkspaceDeletionMode.RESTRICT,
    ) -> None:
        """Remove an empty workspace.

        MLflow's own store shares a database with the runs and can move or delete them with the
        workspace. This one does not: whatever the mode, nothing is left behind without a workspace.
        """
        if workspace_name == DEFAULT_WORKSPACE_NAME:
            raise invalid_state(f"Cannot delete the reserved '{workspace_name}' workspace")
        if not isinstance(mode, WorkspaceDeletionMode):
            modes = ", ".join(one.value for one in WorkspaceDeletionMode)
            raise invalid_parameter(f"Invalid workspace deletion mode {mode!r}. One of: {modes}.")
        self._storage.workspace(workspace_name)
        if left := contents(workspace_name):
            raise _not_empty(workspace_name, left, mode)
        self._storage.delete(workspace_name)

    def get_default_workspace(self) -> Workspace:
        """The workspace of requests that name none."""
        return self.get_workspace(DEFAULT_WORKSPACE_NAME)

    def resolve_artifact_root(
        self, default_artifact_root: str | None, workspace_name: str
    ) -> tuple[str | None, bool]:
        """The root of a workspace's artifacts, and whether MLflow appends the workspace to it."""
        root = self._settings(workspace_name).default_artifact_root
        return (root, False) if root else (default_artifact_root, True)

    def resolve_trace_archival_config(
        self,
        default_trace_archival_root: str,
        default_retention: str,
        workspace_name: str,
    ) -> ResolvedTraceArchivalConfig:
        """Where a workspace's old traces go, and when."""
        told = self._settings(workspace_name)
        return ResolvedTraceArchivalConfig(
            TraceArchivalConfig(
                told.trace_archival_location or default_trace_archival_root,
                told.trace_archival_retention or default_retention,
            ),
            append_workspace_prefix=not told.trace_archival_location,
        )

    def _settings(self, workspace_name: str) -> Workspace:
        """The workspace; one that is gone has no settings, as in MLflow's own store."""
        row = self._storage.find(workspace_name)
        return Workspace(*row) if row else Workspace(workspace_name)


def _not_empty(name: str, left: str, mode: WorkspaceDeletionMode) -> MlflowException:
    # MLflow's own store says INVALID_STATE, a 500 that clients repeat for minutes.
    return MlflowException(
        f"Cannot delete workspace '{name}': it still contains {left}. Delete what is in it first, "
        "and deleted experiments for good with 'mlflow gc'; this provider does neither by itself "
        f"(mode {mode.value}).",
        RESOURCE_CONFLICT,
    )


def _row(workspace: Workspace) -> Row:
    """The row in the order of `storage.COLUMNS`, checked as MLflow's own store does."""
    location = workspace.trace_archival_location or None
    retention = workspace.trace_archival_retention or None
    if location:
        location = _validate_trace_archival_repository_support(
            location, parameter_name="trace_archival_location"
        )
    if retention:
        retention = _validate_trace_archival_retention_string(retention)
    root = workspace.default_artifact_root or None
    return (workspace.name, workspace.description, root, location, retention)
