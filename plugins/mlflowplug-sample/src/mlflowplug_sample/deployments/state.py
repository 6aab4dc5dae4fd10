"""What is deployed: a small SQLite database, so that every process of this machine sees it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import TEMPORARILY_UNAVAILABLE

BUSY_TIMEOUT = 20.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS endpoints (name TEXT PRIMARY KEY, deployment TEXT, created INTEGER);
CREATE TABLE IF NOT EXISTS deployments (
    name TEXT PRIMARY KEY, model_uri TEXT, flavor TEXT, config TEXT, endpoint TEXT, mark TEXT,
    server TEXT, pid INTEGER, port INTEGER, folder TEXT, created INTEGER, updated INTEGER
);
"""


def now() -> int:
    """The time in milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Deployment:
    """A deployment and its server.

    Args:
        mark: what all processes of the deployment carry, and `server` what those of the server that
            is in use carry: an update starts a new server before it ends the old one.
        pid: the server's process; None until it is started.
        folder: the server's own, with its log.
        created, updated: in milliseconds.
    """

    name: str
    model_uri: str
    flavor: str
    config: dict[str, Any]
    endpoint: str | None
    mark: str
    server: str
    folder: str
    pid: int | None = None
    port: int | None = None
    created: int = field(default_factory=now)
    updated: int = field(default_factory=now)

    @property
    def log(self) -> Path:
        """What the server writes."""
        return Path(self.folder, "server.log")


@dataclass(frozen=True)
class Endpoint:
    """A name that one of several deployments answers for; None is the newest of them."""

    name: str
    deployment: str | None = None
    created: int = field(default_factory=now)


_COLUMNS = [one.name for one in fields(Deployment)]
_VALUES = ", ".join(f":{name}" for name in _COLUMNS)
_CHANGES = ", ".join(f"{name} = :{name}" for name in _COLUMNS)


class State:
    """The deployments and endpoints of one target; each call is one transaction."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._connection() as connection:
            connection.executescript(_SCHEMA)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=BUSY_TIMEOUT)) as connection:
                connection.row_factory = sqlite3.Row
                with connection:
                    yield connection
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise MlflowException(f"{self._path}: {error}", TEMPORARILY_UNAVAILABLE) from error

    def add(self, deployment: Deployment) -> bool:
        """Add a deployment; False when there is one of that name."""
        statement = f"INSERT INTO deployments ({', '.join(_COLUMNS)}) VALUES ({_VALUES})"
        try:
            with self._connection() as connection:
                connection.execute(statement, _row(deployment))
        except sqlite3.IntegrityError:
            return False
        return True

    def change(self, deployment: Deployment, server: str) -> bool:
        """Write a deployment; False when its server is not `server` any longer."""
        statement = f"UPDATE deployments SET {_CHANGES} WHERE name = :name AND server = :before"
        with self._connection() as connection:
            done = connection.execute(statement, {**_row(deployment), "before": server})
            return done.rowcount == 1

    def remove(self, deployment: Deployment) -> None:
        """Remove a deployment, unless another one has taken its name meanwhile."""
        with self._connection() as connection:
            connection.execute(
                "DELETE FROM deployments WHERE name = ? AND mark = ?",
                (deployment.name, deployment.mark),
            )

    def deployment(self, name: str) -> Deployment | None:
        """The deployment of that name."""
        return next((one for one in self.deployments() if one.name == name), None)

    def deployments(self, endpoint: str | None = None) -> list[Deployment]:
        """All deployments, or those of an endpoint, in the order in which they were created."""
        statement = "SELECT * FROM deployments WHERE ?1 IS NULL OR endpoint = ?1"
        with self._connection() as connection:
            rows = connection.execute(f"{statement} ORDER BY created, name", (endpoint,)).fetchall()
        return [
            Deployment(**{**row, "config": json.loads(row["config"])}) for row in map(dict, rows)
        ]

    def add_endpoint(self, endpoint: Endpoint) -> bool:
        """Add an endpoint; False when there is one of that name."""
        try:
            with self._connection() as connection:
                connection.execute(
                    "INSERT INTO endpoints VALUES (:name, :deployment, :created)", asdict(endpoint)
                )
        except sqlite3.IntegrityError:
            return False
        return True

    def choose(self, endpoint: str, deployment: str | None) -> None:
        """Say which deployment answers for an endpoint."""
        with self._connection() as connection:
            connection.execute(
                "UPDATE endpoints SET deployment = ? WHERE name = ?", (deployment, endpoint)
            )

    def remove_endpoint(self, name: str) -> None:
        """Remove an endpoint."""
        with self._connection() as connection:
            connection.execute("DELETE FROM endpoints WHERE name = ?", (name,))

    def endpoint(self, name: str) -> Endpoint | None:
        """The endpoint of that name."""
        return next((one for one in self.endpoints() if one.name == name), None)

    def endpoints(self) -> list[Endpoint]:
        """All endpoints, in the order in which they were created."""
        with self._connection() as connection:
            rows = connection.execute("SELECT * FROM endpoints ORDER BY created, name").fetchall()
        return [Endpoint(**dict(row)) for row in rows]


def _row(deployment: Deployment) -> dict[str, Any]:
    return {**asdict(deployment), "config": json.dumps(deployment.config)}
