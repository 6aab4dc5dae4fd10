"""What is in a workspace: that is in MLflow's own stores, not here."""

from __future__ import annotations

import os

from mlflow.entities import ViewType
from mlflow.tracking import MlflowClient
from mlflow.utils.workspace_context import ServerWorkspaceContext

# Set by `mlflow server`: the stores behind it (mlflow/server/constants.py). In a client's process
# they are not, and the client's own tracking and registry URIs count.
_SERVER_TRACKING_URI = "_MLFLOW_SERVER_FILE_STORE"
_SERVER_REGISTRY_URI = "_MLFLOW_SERVER_REGISTRY_STORE"


def contents(workspace_name: str) -> str:
    """What is in a workspace, in words; nothing when it is empty.

    Deleted experiments count as long as `mlflow gc` has not removed them: they can be restored.

    Raises:
        MlflowException: MLflow's stores cannot be asked.
    """
    tracking_uri = os.environ.get(_SERVER_TRACKING_URI)
    registry_uri = os.environ.get(_SERVER_REGISTRY_URI, tracking_uri)
    client = MlflowClient(tracking_uri, registry_uri)
    # Only this thread's: the server answers requests for other workspaces at the same time.
    with ServerWorkspaceContext(workspace_name):
        found = [
            *(
                f"experiment '{one.name}'"
                for one in client.search_experiments(view_type=ViewType.ALL, max_results=1)
            ),
            *(f"model '{one.name}'" for one in client.search_registered_models(max_results=1)),
        ]
    return " and ".join(found)
