"""The storage part: what an author replaces to keep workspaces somewhere else.

Everything here takes and returns plain values; each public method is one transaction. What MLflow
promises (names, validation, entities) is in `store.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_ALREADY_EXISTS

from ..sql.database import Database, IntegrityErrors, Row
from ..sql.errors import not_found
from ..sql.tables import Tables, key, text

metadata = sa.MetaData()

workspaces = sa.Table(
    "workspaces",
    metadata,
    key("name"),
    text("description"),
    text("default_artifact_root"),
    text("trace_archival_location"),
    text("trace_archival_retention"),
)

COLUMNS = tuple(column.name for column in workspaces.columns)
_ALL = ", ".join(COLUMNS)


class WorkspaceStorage(Database):
    """Workspaces are rows in the order of `COLUMNS`."""

    tables = Tables("workspace provider", metadata, version=1)

    def workspaces(self) -> list[Row]:
        """All of them, by name."""
        with self.reading() as c:
            return c.execute(f"SELECT {_ALL} FROM workspaces ORDER BY name").fetchall()

    def find(self, name: str) -> Row | None:
        """One of them, or None."""
        with self.reading() as c:
            row = c.execute(f"SELECT {_ALL} FROM workspaces WHERE name = ?", (name,)).fetchone()
            return None if row is None else tuple(row)

    def workspace(self, name: str) -> Row:
        """One of them; a missing one is MLflow's error."""
        found = self.find(name)
        if found is None:
            raise _missing(name)
        return found

    def create(self, row: Row) -> None:
        """A new one; its name must be new."""
        with self.writing() as c:
            try:
                c.execute(f"INSERT INTO workspaces ({_ALL}) VALUES (?, ?, ?, ?, ?)", row)
            except IntegrityErrors as error:
                raise MlflowException(
                    f"Workspace '{row[0]}' already exists.", RESOURCE_ALREADY_EXISTS
                ) from error

    def create_once(self, name: str) -> None:
        """An empty one, unless it is there."""
        with self.reading() as c:
            if c.execute("SELECT 1 FROM workspaces WHERE name = ?", (name,)).fetchone():
                return
        with self.writing() as c:
            c.execute("INSERT INTO workspaces (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))

    def update(self, name: str, values: Mapping[str, str | None]) -> None:
        """Set some columns, the name among them, of one that must be there."""
        assignments = ", ".join(f"{column} = ?" for column in values)
        query = f"UPDATE workspaces SET {assignments} WHERE name = ?"
        with self.writing() as c:
            if not c.execute(query, (*values.values(), name)).rowcount:
                raise _missing(name)

    def delete(self, name: str) -> None:
        """Remove one that must be there."""
        with self.writing() as c:
            if not c.execute("DELETE FROM workspaces WHERE name = ?", (name,)).rowcount:
                raise _missing(name)


def _missing(name: str) -> MlflowException:
    return not_found(f"Workspace '{name}' not found")
