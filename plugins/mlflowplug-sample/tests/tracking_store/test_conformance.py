"""MLflow's contract: the checks that `mlflowplug test` runs, here under plain pytest."""

from __future__ import annotations

from pathlib import Path

import pytest
from mlflowplug.testing import TrackingStoreConformance


class TestSQLite(TrackingStoreConformance):
    @pytest.fixture
    def store_uri(self, tmp_path: Path) -> str:
        return f"sample:{tmp_path}/store.db"


class TestPostgreSQL(TrackingStoreConformance):
    @pytest.fixture
    def store_uri(self, postgresql_uri: str) -> str:
        return postgresql_uri
