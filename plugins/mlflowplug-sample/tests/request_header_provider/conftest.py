"""An environment in which nothing of the plugin is configured."""

from __future__ import annotations

import mlflow
import pytest

from mlflowplug_sample.hosts import HOSTS
from mlflowplug_sample.request_header_provider.headers import HEADERS


@pytest.fixture(autouse=True)
def _unconfigured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (HOSTS, *HEADERS.values()):
        monkeypatch.delenv(name, raising=False)
    # So that the tracking URI is what the environment says.
    monkeypatch.setattr(mlflow.tracking._tracking_service.utils, "_tracking_uri", None)
