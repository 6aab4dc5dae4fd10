"""Makes workspaces and lists them: `python examples/workspace_provider.py [FOLDER]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from mlflow.tracking._workspace.client import WorkspaceProviderClient


def main(folder: Path) -> None:
    """Keep two workspaces in `folder`."""
    client = WorkspaceProviderClient(f"sample:{folder}/workspaces.db")
    client.create_workspace("team-a", description="the blue ones")
    client.create_workspace("team-b", default_artifact_root="s3://bucket/team-b")
    client.update_workspace("team-a", description="the red ones")
    for workspace in client.list_workspaces():
        print(workspace.name, workspace.description, workspace.default_artifact_root)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]).absolute())
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
