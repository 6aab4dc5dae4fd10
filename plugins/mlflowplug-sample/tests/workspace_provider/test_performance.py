"""The server asks for the workspace of every request."""

from __future__ import annotations

import time
from pathlib import Path

from mlflow.entities import Workspace

from mlflowplug_sample.workspace_provider import workspace_provider


def test_ten_thousand_requests_take_less_than_twenty_seconds(tmp_path: Path) -> None:
    store = workspace_provider(f"sample:{tmp_path}/store.db")
    for i in range(1000):
        store.create_workspace(Workspace(f"team-{i}"))
    start = time.perf_counter()
    for i in range(10_000):
        store.get_workspace(f"team-{i % 1000}")
    assert time.perf_counter() - start < 20
    assert len(store.list_workspaces()) == 1001
