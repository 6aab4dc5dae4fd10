"""The SQLite file: its connections, its transactions, and what a fork does to them."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import sqlalchemy as sa

from .errors import invalid_state, mlflow_errors
from .tables import Tables, schema_versions

Row = tuple[Any, ...]
Value = TypeVar("Value")

BUSY_TIMEOUT = 20.0
"""Seconds that a statement waits for another process's write, as in MLflow's own SQL store."""

_PRAGMAS = (
    # With a write-ahead log, NORMAL keeps every committed write when the process dies; the last
    # ones may be lost when the machine does. FULL keeps those too, at a sync per commit.
    "PRAGMA synchronous = NORMAL",
    # MLflow's LIKE is case-sensitive, SQLite's is not.
    "PRAGMA case_sensitive_like = ON",
    "PRAGMA temp_store = MEMORY",
)

# SQLite forbids to use, or even to close, a connection in a forked child: a child keeps its
# parent's engines alive for good. See section 2.6 of https://www.sqlite.org/howtocorrupt.html
_inherited: list[sa.Engine] = []


class Database:
    """One SQLite file, opened with its tables; base of the classes that read and write them."""

    tables: ClassVar[Tables]

    def __init__(self, path: Path) -> None:
        self.path = path
        self._start()
        with mlflow_errors():
            self._use_write_ahead_log()
            self._prepare()

    def _start(self) -> None:
        self._process = os.getpid()
        # Threads of one process queue here: SQLite's own waiting sleeps up to 100 ms at a time.
        self._turn = threading.Lock()
        self._pool = sa.create_engine(
            sa.URL.create("sqlite", database=str(self.path)),
            connect_args={"timeout": BUSY_TIMEOUT, "isolation_level": None},
            pool_size=16,
            max_overflow=64,
        )
        sa.event.listen(self._pool, "connect", _set_up)
        # SQLite merges the log into the file when the last connection is closed.
        weakref.finalize(self, _close, self._pool, self._process)

    @property
    def engine(self) -> sa.Engine:
        """SQLAlchemy's pool of connections of this process."""
        if self._process != os.getpid():
            self._renew()
        return self._pool

    def _renew(self) -> None:
        _inherited.append(self._pool)
        self._start()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        # The pool's own reset rolls back what was not committed, whatever was raised.
        with mlflow_errors():
            pooled = self.engine.raw_connection()
            try:
                connection = cast("sqlite3.Connection", pooled.dbapi_connection)
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
            finally:
                pooled.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction whose queries all see the same state."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is written as a whole, or not at all.

        The driver's connection is handed out, since SQLAlchemy's costs three times what SQLite
        does for a small write. IMMEDIATE takes the write lock first: a transaction that reads and
        then writes would fail, not wait, when another one wrote in between.
        """
        with self._own_turn(), self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def _own_turn(self) -> threading.Lock:
        # A lock that the parent held when it forked would never be released in the child.
        if self._process != os.getpid():
            self._renew()
        return self._turn

    @contextmanager
    def selecting(self) -> Iterator[sa.Connection]:
        """As `reading`, for statements that SQLAlchemy composes."""
        with mlflow_errors(), self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection

    def dispose(self) -> None:
        """Close the connections; the next call opens new ones."""
        self.engine.dispose()

    def _use_write_ahead_log(self) -> None:
        # SQLite does not wait here when two processes create the same file at the same time.
        give_up = time.monotonic() + BUSY_TIMEOUT
        while not self._has_write_ahead_log():
            if time.monotonic() > give_up:
                raise invalid_state(f"{self.path} stayed locked for {BUSY_TIMEOUT:.0f} seconds.")
            time.sleep(0.01)

    def _has_write_ahead_log(self) -> bool:
        try:
            with self.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        except sa.exc.OperationalError as error:
            if "locked" in str(error.orig):
                return False
            raise
        return True

    def _prepare(self) -> None:
        with self.engine.connect() as connection:
            found = self._version(connection)
            if found is None:
                found = self._create(connection)
        if found != self.tables.version:
            raise invalid_state(
                f"{self.path} has tables of version {found}, this plugin needs "
                f"{self.tables.version}. "
                "Back up the file, then open it with a release of the plugin that knows them."
            )

    def _version(self, connection: sa.Connection) -> int | None:
        if not sa.inspect(connection).has_table(schema_versions.name):
            return None
        found = sa.select(schema_versions.c.version)
        return connection.scalar(found.where(schema_versions.c.store == self.tables.store))

    def _create(self, connection: sa.Connection) -> int:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        schema_versions.metadata.create_all(connection)
        self.tables.metadata.create_all(connection)
        # Another process may have been here first.
        if self._version(connection) is None:
            mine = {"store": self.tables.store, "version": self.tables.version}
            connection.execute(sa.insert(schema_versions).values(mine))
        connection.exec_driver_sql("COMMIT")
        return self.tables.version


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _close(engine: sa.Engine, process: int) -> None:
    if os.getpid() == process:
        engine.dispose()


def driver(connection: sa.Connection) -> sqlite3.Connection:
    """The driver's connection inside SQLAlchemy's, in the same transaction."""
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)


def chunks(values: Iterable[Value], size: int = 500) -> Iterator[list[Value]]:
    """`values` in lists that stay under SQLite's limit of 999 parameters per statement."""
    listed = list(values)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


def marks(values: Sequence[object]) -> str:
    """As many question marks as there are values: `?, ?, ?`."""
    return ", ".join("?" * len(values))
