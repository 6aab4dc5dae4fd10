"""MLflow's contract: the checks that `mlflowplug test` runs, here under plain pytest."""

from __future__ import annotations

import pytest
from mlflowplug.testing import AppClientConformance


class TestConformance(AppClientConformance):
    @pytest.fixture
    def plugin_name(self) -> str:
        return "sample"
