"""An environment in which nothing of the plugin is configured."""

from __future__ import annotations

import pytest

from mlflowplug_sample.hosts import HOSTS
from mlflowplug_sample.request_auth_provider.configured_token import (
    IN_ENVIRONMENT,
    IN_FILE,
)
from mlflowplug_sample.request_auth_provider.expiry import LIFETIME


@pytest.fixture(autouse=True)
def _unconfigured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (HOSTS, IN_ENVIRONMENT, IN_FILE, LIFETIME, "MLFLOW_TRACKING_AUTH"):
        monkeypatch.delenv(name, raising=False)
