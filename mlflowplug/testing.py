"""The conformance kit: what a plugin author imports in a test file.

    import pytest
    from mlflowplug.testing import TrackingStoreConformance

    class TestAcmeStore(TrackingStoreConformance):
        @pytest.fixture
        def store_uri(self, tmp_path):
            return f"acme:{tmp_path}/db"

These are the checks that `mlflowplug test` runs, with the same codes; `mlflowplug explain CODE`
tells more of each. Importing this module neither imports MLflow nor adds tests to a test file.
"""

from __future__ import annotations

from mlflowplug.checks.base import PluginConformance, Subject
from mlflowplug.checks.tracking_store import TrackingStoreConformance

__all__ = ["PluginConformance", "Subject", "TrackingStoreConformance"]
