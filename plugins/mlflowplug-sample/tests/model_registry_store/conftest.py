"""A new registry for every test, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mlflow.store.model_registry.abstract_store import AbstractStore

from mlflowplug_sample.model_registry_store import model_registry_store

from .recorder import Recorder, recording


@pytest.fixture
def store(any_uri: str) -> AbstractStore:
    return model_registry_store(any_uri)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with recording() as found:
        yield found
