"""The server of models, once for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .model_server import ModelServer, serving


@pytest.fixture(scope="package")
def models() -> ModelServer:
    return ModelServer()


@pytest.fixture(scope="package")
def api_base(models: ModelServer) -> Iterator[str]:
    with serving(models) as address:
        yield address
