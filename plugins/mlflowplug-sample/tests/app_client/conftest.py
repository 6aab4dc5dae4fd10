"""A server, and the credentials of its admin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .key_server import ADMIN, KeyServer, serving


@pytest.fixture
def state() -> KeyServer:
    return KeyServer()


@pytest.fixture
def url(state: KeyServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", ADMIN.key)
    with serving(state) as address:
        yield address
