"""A database with the tables of a store: transactions, and what a fork does to connections.

The storage classes of a store derive from `Database` and write against what is exported here:

    class ThingStorage(Database):
        def rename(self, name: str, new: str) -> None:
            with self.writing() as c:
                c.execute("UPDATE things SET name = ? WHERE name = ?", (new, name))

`connection.py` says which SQL runs on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar, Protocol, cast

import sqlalchemy as sa

from .connection import (
    FOR_UPDATE,
    NO_LIMIT,
    Connection,
    Cursor,
    IntegrityErrors,
    Row,
    chunks,
    marks,
)
from .errors import invalid_parameter, mlflow_errors
from .migration import migrate
from .sqlite import SQLite
from .tables import Tables

__all__ = [
    "FOR_UPDATE",
    "NO_LIMIT",
    "Connection",
    "Cursor",
    "Database",
    "IntegrityErrors",
    "Row",
    "chunks",
    "driver",
    "marks",
]

POSTGRESQL_EXTRA = "mlflowplug-sample[postgresql]"

# SQLite forbids to use, or even to close, a connection in a forked child, and closing one to
# PostgreSQL there would end the parent's: a child keeps its parent's engines alive for good. See
# section 2.6 of https://www.sqlite.org/howtocorrupt.html
_inherited: list[sa.Engine] = []


class Backend(Protocol):
    """What differs between databases."""

    read: str
    """Begins a transaction whose queries all see the same state."""
    write: str
    """Begins a transaction that writes."""

    def engine(self) -> sa.Engine:
        """A new pool of connections, on which only `read` and `write` begin transactions."""

    def turn(self) -> AbstractContextManager[Any]:
        """What threads of this process pass through before they write."""

    def connection(self, raw: Any) -> Connection:
        """The driver's connection in the form that storage code knows."""

    def prepare(self, engine: sa.Engine) -> None:
        """Done once, before the tables are looked at."""


class Database:
    """A database, opened with its tables; base of the classes that read and write them.

    Args:
        url: of SQLite or PostgreSQL; `location.database_url` makes it of a store URI.

    Raises:
        MlflowException: it cannot be reached, is no database of this store, or is newer.
    """

    tables: ClassVar[Tables]

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        self._backend = backend(url)
        self._start()
        with mlflow_errors():
            self._backend.prepare(self.engine)
            migrate(self.engine, self._backend.write, self.tables)

    def _start(self) -> None:
        self._process = os.getpid()
        self._turn = self._backend.turn()
        self._pool = self._backend.engine()
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
    def _transaction(self, begin: str) -> Iterator[Connection]:
        # The pool's own reset rolls back what was not committed, whatever was raised.
        with mlflow_errors():
            pooled = self.engine.raw_connection()
            try:
                connection = self._backend.connection(pooled.dbapi_connection)
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
            finally:
                pooled.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction whose queries all see the same state."""
        with self._transaction(self._backend.read) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is written as a whole, or not at all.

        The driver's connection is handed out, since SQLAlchemy's costs three times what SQLite
        does for a small write. On PostgreSQL others may write at the same time: a row that
        decides what is written is read with `FOR_UPDATE`.
        """
        with self._own_turn(), self._transaction(self._backend.write) as connection:
            yield connection

    def _own_turn(self) -> AbstractContextManager[Any]:
        # A lock that the parent held when it forked would never be released in the child.
        if self._process != os.getpid():
            self._renew()
        return self._turn

    @contextmanager
    def selecting(self) -> Iterator[sa.Connection]:
        """As `reading`, for statements that SQLAlchemy composes."""
        with mlflow_errors(), self.engine.connect() as connection:
            connection.exec_driver_sql(self._backend.read)
            yield connection

    def dispose(self) -> None:
        """Close the connections; the next call opens new ones."""
        self.engine.dispose()


def backend(url: sa.URL) -> Backend:
    """The backend for a URL; psycopg is imported for PostgreSQL only."""
    if url.get_backend_name() == "sqlite":
        return SQLite(url)
    try:
        from .postgresql import PostgreSQL
    except ImportError as error:
        raise invalid_parameter(
            f"PostgreSQL needs psycopg 3 ({error}): pip install '{POSTGRESQL_EXTRA}'"
        ) from error
    return PostgreSQL(url)


def driver(connection: sa.Connection) -> Connection:
    """The connection inside SQLAlchemy's, in the same transaction, for plain SQL."""
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name == "sqlite":
        return cast("Connection", raw)
    from . import postgresql

    return postgresql.Connection(raw)


def _close(engine: sa.Engine, process: int) -> None:
    if os.getpid() == process:
        engine.dispose()
