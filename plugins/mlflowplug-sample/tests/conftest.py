"""Databases for the tests: SQLite files, and databases of a PostgreSQL server of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlflowplug_sample.sql.location import SCHEME

from .sql.server import NoServerError, Server, running_server


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A server for all tests; they are skipped where there is none."""
    try:
        with running_server() as server:
            yield server
    except NoServerError as error:
        pytest.skip(f"no PostgreSQL server: {error}")


@pytest.fixture
def postgresql_uri(postgresql_server: Server) -> Iterator[str]:
    """The store URI of a new database."""
    with postgresql_server.database() as uri:
        yield uri


@pytest.fixture(params=["sqlite", "postgresql"])
def any_uri(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The store URI of a new database, of each kind in turn."""
    if request.param == "sqlite":
        return f"{SCHEME}:{tmp_path}/store.db"
    return str(request.getfixturevalue("postgresql_uri"))
