"""An environment of no platform, in which nothing of the plugin is configured."""

from __future__ import annotations

import pytest

from mlflowplug_sample.run_context_provider.kubernetes import MARKER
from mlflowplug_sample.run_context_provider.sources import CONFIGURED
from mlflowplug_sample.run_context_provider.variables import PLATFORMS


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    markers = [platform.marker for platform in PLATFORMS.values()]
    for name in (CONFIGURED, MARKER, *markers):
        monkeypatch.delenv(name, raising=False)
