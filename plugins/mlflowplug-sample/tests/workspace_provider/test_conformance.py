"""MLflow's contract: the checks that `mlflowplug test` runs, here under plain pytest."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlflowplug.testing import WorkspaceProviderConformance


class TestSQLite(WorkspaceProviderConformance):
    @pytest.fixture
    def plugin_name(self) -> str:
        return "sample"

    @pytest.fixture
    def store_uri(self, tmp_path: Path) -> str:
        return f"sample:{tmp_path}/store.db"


class TestPostgreSQL(WorkspaceProviderConformance):
    @pytest.fixture
    def plugin_name(self) -> str:
        return "sample+postgresql"

    @pytest.fixture
    def store_uri(self, postgresql_uri: str) -> str:
        return postgresql_uri
