"""The workspace provider behind a function, so that loading it imports nothing of MLflow.

MLflow loads the entry points of providers at the first use of a workspace, the server's at its
start: see mlflow/tracking/_workspace/registry.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .store import SampleWorkspaceStore


def workspace_provider(
    workspace_uri: str,
) -> SampleWorkspaceStore:
    """The store of workspaces that MLflow opens for the scheme `sample`.

    Args:
        workspace_uri: where they are, such as `sample:/data/store.db`.
            MLflow takes the tracking URI where nothing else is said.
    """
    from .store import SampleWorkspaceStore

    return SampleWorkspaceStore(workspace_uri)
