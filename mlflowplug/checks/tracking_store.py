"""The conformance class of the tracking store: everything that its live subject must do.

The checks lie in mlflowplug/checks/tracking/, one file per kind of entity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mlflowplug.checks.base import fail
from mlflowplug.checks.common import CommonConformance
from mlflowplug.checks.tracking.batches import BatchChecks
from mlflowplug.checks.tracking.experiments import ExperimentChecks
from mlflowplug.checks.tracking.metrics import MetricChecks
from mlflowplug.checks.tracking.params import ParamChecks
from mlflowplug.checks.tracking.runs import RunChecks
from mlflowplug.checks.tracking.search import SearchChecks
from mlflowplug.checks.tracking.speed import SpeedChecks
from mlflowplug.checks.tracking.tags import TagChecks

if TYPE_CHECKING:
    from mlflowplug.checks.oracle import Pair


class TrackingStoreConformance(
    ExperimentChecks,
    RunChecks,
    MetricChecks,
    ParamChecks,
    TagChecks,
    BatchChecks,
    SearchChecks,
    SpeedChecks,
    CommonConformance,
):
    """All checks of a tracking store. Subclass it in a test file and say which store:

        class TestAcmeStore(TrackingStoreConformance):
            @pytest.fixture
            def store_uri(self, tmp_path):
                return f"acme:{tmp_path}/db"

    The store is opened by MLflow's own registry, so the plugin must be installed. Override the
    fixture `store` instead to test an object. Each check talks to the store and to MLflow's own
    SQLAlchemy store, whose answers are the expected ones.
    """

    plugin_type = "tracking_store"
    prefix = "TS"

    @pytest.fixture
    def plugin_name(self, request: pytest.FixtureRequest) -> str:
        """The entry point's name: the scheme of the store's URI."""
        if self.subject is not None:
            return self.subject.name
        uri: str = request.getfixturevalue("store_uri")
        return uri.partition(":")[0].lower()

    @pytest.mark.state_machine
    def test_290_a_random_walk_agrees(self, pair: Pair, request: pytest.FixtureRequest) -> None:
        """A random walk over the store's methods gives the answers of MLflow's own store.

        Named checks find what somebody thought of; a walk finds the rest: a tag set on a run that
        was restored, a batch that contradicts itself. A failure shows the shortest sequence found
        as a script to run by hand. Repair: run the script with the store's URI and with
        sqlite:///expected.db, and compare what they print.
        """
        from mlflowplug.checks.state_machine import walk_beside_oracle  # Hypothesis takes 0.2 s

        uri = self.subject.uri if self.subject else ""
        if not uri and "store_uri" in request.fixturenames:
            uri = request.getfixturevalue("store_uri")
        if message := walk_beside_oracle(pair.plugin.store, pair.oracle.store, uri):
            fail(message)
