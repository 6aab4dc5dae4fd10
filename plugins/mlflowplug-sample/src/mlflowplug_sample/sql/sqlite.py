"""SQLite: one file, one writer at a time, a write-ahead log."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import sqlalchemy as sa

from .errors import invalid_state

BUSY_TIMEOUT = 20.0
"""Seconds that a statement waits for another process's write, as in MLflow's own SQL store."""

OLDEST = (3, 35)
"""The first SQLite with RETURNING."""

_PRAGMAS = (
    # With a write-ahead log, NORMAL keeps every committed write when the process dies; the last
    # ones may be lost when the machine does. FULL keeps those too, at a sync per commit.
    "PRAGMA synchronous = NORMAL",
    # MLflow's LIKE is case-sensitive, SQLite's is not.
    "PRAGMA case_sensitive_like = ON",
    "PRAGMA temp_store = MEMORY",
)


class SQLite:
    """The backend of a SQLite file."""

    read = "BEGIN"
    # IMMEDIATE takes the write lock first: a transaction that reads and then writes would fail,
    # not wait, when another one wrote in between.
    write = "BEGIN IMMEDIATE"

    def __init__(self, url: sa.URL) -> None:
        self._url = url

    def engine(self) -> sa.Engine:
        """A new pool of connections."""
        engine = sa.create_engine(
            self._url,
            connect_args={"timeout": BUSY_TIMEOUT, "isolation_level": None},
            pool_size=16,
            max_overflow=64,
        )
        sa.event.listen(engine, "connect", _set_up)
        return engine

    def turn(self) -> threading.Lock:
        """A lock to queue at: SQLite's own waiting sleeps up to 100 ms at a time."""
        return threading.Lock()

    def connection(self, raw: sqlite3.Connection) -> sqlite3.Connection:
        """The driver's connection is what storage code writes against."""
        return raw

    def prepare(self, engine: sa.Engine) -> None:
        """Turn the write-ahead log on."""
        if sqlite3.sqlite_version_info < OLDEST:
            raise invalid_state(
                f"This Python has SQLite {sqlite3.sqlite_version}, the store needs 3.35 or newer. "
                "Pythons that `uv python install` or conda bring have one."
            )
        # SQLite does not wait here when two processes create the same file at the same time.
        give_up = time.monotonic() + BUSY_TIMEOUT
        while not _has_write_ahead_log(engine):
            if time.monotonic() > give_up:
                name = Path(self._url.database or "").name
                raise invalid_state(f"{name} stayed locked for {BUSY_TIMEOUT:.0f} seconds.")
            time.sleep(0.01)


def _has_write_ahead_log(engine: sa.Engine) -> bool:
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    except sa.exc.OperationalError as error:
        if "locked" in str(error.orig):
            return False
        raise
    return True


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma)
