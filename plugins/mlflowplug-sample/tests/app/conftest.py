"""One server for all tests that need one: it takes seconds to start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlflowplug_sample.app.key_file import KeyFile

from .live_server import Server, running


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="session")
def key_file(folder: Path) -> KeyFile:
    return KeyFile(folder / "keys.json")


@pytest.fixture(scope="session")
def admin_key(key_file: KeyFile) -> str:
    return key_file.add("admin", "admin").key


@pytest.fixture(scope="session")
def server(folder: Path, key_file: KeyFile, admin_key: str) -> Iterator[Server]:
    variables = {"SAMPLE_KEYS_FILE": str(key_file.path)}
    with running(folder, **variables) as started:
        yield started
