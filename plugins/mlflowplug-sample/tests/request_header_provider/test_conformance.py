"""MLflow's contract: the checks that `mlflowplug test` runs, here under plain pytest."""

from __future__ import annotations

import pytest
from mlflowplug.testing import RequestHeaderProviderConformance


class TestConformance(RequestHeaderProviderConformance):
    @pytest.fixture
    def plugin_name(self) -> str:
        return "sample"
