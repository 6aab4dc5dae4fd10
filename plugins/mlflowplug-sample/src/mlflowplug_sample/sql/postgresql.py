"""PostgreSQL through psycopg 3: a server for many machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

import psycopg
import sqlalchemy as sa
from mlflow.environment_variables import (
    MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW,
    MLFLOW_SQLALCHEMYSTORE_POOL_SIZE,
)

from .connection import FOR_UPDATE

CONNECT_TIMEOUT = 10
"""Seconds until a server that does not answer is given up, unless the URI has connect_timeout."""


class PostgreSQL:
    """The backend of a PostgreSQL database."""

    read = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    # READ COMMITTED waits for a locked row and then sees it as it is by then; the higher levels
    # fail instead, and would have to be tried again.
    write = "BEGIN ISOLATION LEVEL READ COMMITTED"

    def __init__(self, url: sa.URL) -> None:
        self._url = url

    def engine(self) -> sa.Engine:
        """A new pool of connections, which are tried before use: a server may have restarted."""
        engine = sa.create_engine(
            self._url,
            connect_args={"autocommit": True} | self._timeout(),
            pool_pre_ping=True,
            pool_size=MLFLOW_SQLALCHEMYSTORE_POOL_SIZE.get() or 5,
            max_overflow=MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW.get() or 10,
            use_native_hstore=False,  # asking for its type costs a query per connection
        )
        sa.event.listen(engine, "do_connect", _connect)
        return engine

    def _timeout(self) -> dict[str, int]:
        return {} if "connect_timeout" in self._url.query else {"connect_timeout": CONNECT_TIMEOUT}

    def turn(self) -> AbstractContextManager[None]:
        """Threads need no queue: the server locks rows."""
        return nullcontext()

    def connection(self, raw: psycopg.Connection[Any]) -> Connection:
        """psycopg's connection behind the form that storage code knows."""
        return Connection(raw)

    def prepare(self, engine: sa.Engine) -> None:
        """Nothing: the server's administrator has set everything."""


class Connection:
    """psycopg's connection, with question marks for values and SQLAlchemy's errors."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self._raw = raw

    def execute(self, sql: str, params: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        """Execute one statement."""
        try:
            return self._raw.execute(translated(sql), params)
        except psycopg.Error as error:
            raise _as_sqlalchemy(error) from error

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> psycopg.Cursor[Any]:
        """Execute one statement for each of the rows, in one round trip."""
        cursor = self._raw.cursor()
        try:
            cursor.executemany(translated(sql), rows)
        except psycopg.Error as error:
            raise _as_sqlalchemy(error) from error
        return cursor


@lru_cache(maxsize=1000)
def translated(sql: str) -> str:
    """The statement in psycopg's form: `%s` for a question mark, locks where they are wanted."""
    return sql.replace("%", "%%").replace("?", "%s").replace(FOR_UPDATE, "FOR UPDATE")


def _connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> Any:
    try:
        return psycopg.connect(*arguments, **options)
    except psycopg.Error as error:
        raise _as_sqlalchemy(error) from error


def _as_sqlalchemy(error: psycopg.Error) -> sa.exc.DBAPIError:
    """The same error as SQLAlchemy raises it, so that no other module has to know psycopg."""
    kind = sa.exc.DBAPIError
    if isinstance(error, psycopg.IntegrityError):
        kind = sa.exc.IntegrityError
    elif isinstance(error, psycopg.OperationalError):
        kind = sa.exc.OperationalError
    return kind(None, None, error)
