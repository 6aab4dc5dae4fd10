"""What storage code executes its SQL on, whichever database is behind it.

Storage code writes plain SQL with `?` marks that SQLite (3.35 or newer) and PostgreSQL both
understand:

- `INSERT ... ON CONFLICT (columns) DO NOTHING` or `DO UPDATE SET a = excluded.a`; a column of the
  old row is written `table.a`. Never `INSERT OR IGNORE`.
- `INSERT ... RETURNING id` with `fetchone()`; there is no `lastrowid`.
- `SELECT ... WHERE id = ? {FOR_UPDATE}` when what is written depends on what was read.
- A subquery after FROM has a name; `LIMIT` takes `NO_LIMIT`, not -1; no `rowid`.
- `ORDER BY` says where NULL goes: `NULLS FIRST` or `NULLS LAST`.
- No question mark but the marks, and no `%` that is meant otherwise than as itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

Row = tuple[Any, ...]
Value = TypeVar("Value")

IntegrityErrors = (sqlite3.IntegrityError, sa.exc.IntegrityError)
"""What a broken UNIQUE raises. The transaction is of no use any more: catch it to raise another."""

FOR_UPDATE = "/* FOR UPDATE */"
"""Ends a SELECT whose rows nobody else may change or delete until the transaction ends.

PostgreSQL locks these rows. SQLite, where a transaction that writes has the whole file for itself,
reads over the comment.
"""

NO_LIMIT = 2**53
"""The LIMIT of a query that has none."""


class Cursor(Protocol):
    """The rows that a statement found."""

    @property
    def rowcount(self) -> int:
        """How many rows were written; of `executemany`, by all its statements together."""

    def fetchone(self) -> Any:
        """The next row, a tuple, or None."""

    def fetchall(self) -> list[Any]:
        """The rows that are left."""

    def __iter__(self) -> Iterator[Any]:
        """The rows that are left, one by one."""


class Connection(Protocol):
    """A connection inside a transaction. SQLite's own has this form already."""

    def execute(self, sql: str, params: Sequence[Any] = ..., /) -> Cursor:
        """Execute one statement; `params` are the values of its marks."""

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Cursor:
        """Execute one statement for each of the rows; cheaper than as many calls."""


def chunks(values: Iterable[Value], size: int = 500) -> Iterator[list[Value]]:
    """`values` in lists that stay under SQLite's limit of 999 parameters per statement."""
    listed = list(values)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


def marks(values: Sequence[object]) -> str:
    """As many question marks as there are values: `?, ?, ?`."""
    return ", ".join("?" * len(values))
