"""The storage part: what an author replaces to keep sessions somewhere else.

Everything here takes and returns plain values; each public method is one transaction. What MLflow
promises (sessions, schemas, runs) is in `store.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from mlflow.exceptions import MlflowException

from ..sql.database import Connection, Database, Row, marks
from ..sql.errors import not_found
from ..sql.tables import Tables, integer, key, text

metadata = sa.MetaData()

# Lists and tables are kept as JSON.
sessions = sa.Table(
    "labeling_sessions",
    metadata,
    key("session_id"),
    text("experiment_id", nullable=False),
    text("name", nullable=False),
    text("run_id", nullable=False, unique=True),
    text("assigned_users", nullable=False),
    text("agent"),
    text("label_schemas", nullable=False),
    integer("enable_multi_turn_chat", nullable=False),
    text("custom_inputs"),
    integer("creation_time", nullable=False),
)

session_traces = sa.Table(
    "labeling_session_traces",
    metadata,
    key("session_id"),
    key("trace_id"),
    text("trace", nullable=False),
)

session_datasets = sa.Table(
    "labeling_session_datasets",
    metadata,
    key("session_id"),
    key("dataset"),
    text("record_ids"),
)

schemas = sa.Table(
    "labeling_schemas",
    metadata,
    key("name"),
    text("type", nullable=False),
    text("title", nullable=False),
    text("input", nullable=False),
    text("instruction"),
    integer("enable_comment", nullable=False),
)

SESSION = tuple(column.name for column in sessions.columns)
SCHEMA = tuple(column.name for column in schemas.columns)
_SESSIONS = f"SELECT {', '.join(SESSION)} FROM labeling_sessions"
_SCHEMAS = f"SELECT {', '.join(SCHEMA)} FROM labeling_schemas"
_BELONGING = ("labeling_session_traces", "labeling_session_datasets", "labeling_sessions")


class LabelingStorage(Database):
    """Sessions are rows in the order of `SESSION`, schemas in that of `SCHEMA`."""

    tables = Tables("labeling store", metadata, version=1)

    def add_session(self, row: Row) -> None:
        """Keep a new session."""
        with self.writing() as c:
            c.execute(f"INSERT INTO labeling_sessions VALUES ({marks(row)})", row)

    def session(self, column: str, value: str) -> Row:
        """The session that has `value` in a unique column; a missing one is an error."""
        with self.reading() as c:
            return _session(c, column, value)

    def sessions(self, experiment_id: str) -> list[Row]:
        """The sessions of an experiment, the oldest first."""
        order = "WHERE experiment_id = ? ORDER BY creation_time, session_id"
        with self.reading() as c:
            return c.execute(f"{_SESSIONS} {order}", (experiment_id,)).fetchall()

    def assign(self, session_id: str, users: str) -> None:
        """Replace the users of a session."""
        query = "UPDATE labeling_sessions SET assigned_users = ? WHERE session_id = ?"
        with self.writing() as c:
            if not c.execute(query, (users, session_id)).rowcount:
                raise _missing("session_id", session_id)

    def delete_session(self, session_id: str) -> None:
        """Remove a session and what belongs to it."""
        with self.writing() as c:
            _session(c, "session_id", session_id)
            for table in _BELONGING:
                c.execute(f"DELETE FROM {table} WHERE session_id = ?", (session_id,))

    def add_traces(self, session_id: str, traces: Sequence[tuple[str, str]]) -> None:
        """Keep traces by their ids; one that is there already is replaced."""
        with self.writing() as c:
            _session(c, "session_id", session_id)
            c.executemany(
                "INSERT INTO labeling_session_traces VALUES (?, ?, ?) "
                "ON CONFLICT (session_id, trace_id) DO UPDATE SET trace = excluded.trace",
                [(session_id, *trace) for trace in traces],
            )

    def traces(self, session_id: str) -> list[tuple[str, str]]:
        """The traces of a session with their ids."""
        query = "SELECT trace_id, trace FROM labeling_session_traces WHERE session_id = ?"
        with self.reading() as c:
            _session(c, "session_id", session_id)
            return c.execute(f"{query} ORDER BY trace_id", (session_id,)).fetchall()

    def add_dataset(self, session_id: str, dataset: str, record_ids: str | None) -> None:
        """Note a dataset; one that is there already gets the new records."""
        with self.writing() as c:
            _session(c, "session_id", session_id)
            c.execute(
                "INSERT INTO labeling_session_datasets VALUES (?, ?, ?) "
                "ON CONFLICT (session_id, dataset) DO UPDATE SET record_ids = excluded.record_ids",
                (session_id, dataset, record_ids),
            )

    def datasets(self, session_id: str) -> list[tuple[str, str | None]]:
        """The datasets of a session with their records; None for all of them."""
        query = "SELECT dataset, record_ids FROM labeling_session_datasets WHERE session_id = ?"
        with self.reading() as c:
            _session(c, "session_id", session_id)
            return c.execute(f"{query} ORDER BY dataset", (session_id,)).fetchall()

    def add_schema(self, row: Row, *, overwrite: bool) -> bool:
        """Keep a schema; False when one of its name is there and may not be overwritten."""
        values = ", ".join(f"{column} = excluded.{column}" for column in SCHEMA[1:])
        what = f"(name) DO UPDATE SET {values}" if overwrite else "DO NOTHING"
        with self.writing() as c:
            return bool(
                c.execute(
                    f"INSERT INTO labeling_schemas VALUES ({marks(row)}) ON CONFLICT {what}", row
                ).rowcount
            )

    def schema(self, name: str) -> Row | None:
        """A schema, or None."""
        with self.reading() as c:
            row = c.execute(f"{_SCHEMAS} WHERE name = ?", (name,)).fetchone()
            return None if row is None else tuple(row)

    def delete_schema(self, name: str) -> bool:
        """Remove a schema; False when it is not there."""
        with self.writing() as c:
            return bool(c.execute("DELETE FROM labeling_schemas WHERE name = ?", (name,)).rowcount)


def _session(c: Connection, column: str, value: str) -> Row:
    row = c.execute(f"{_SESSIONS} WHERE {column} = ?", (value,)).fetchone()
    if row is None:
        raise _missing(column, value)
    return tuple(row)


def _missing(column: str, value: str) -> MlflowException:
    return not_found(f"Labeling session with {column} `{value}` not found")
