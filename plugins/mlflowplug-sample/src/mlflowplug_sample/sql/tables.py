"""The tables of a store, their version, and short words for their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True)
class Tables:
    """The tables of one store; several stores may share a database.

    Args:
        store: whose they are.
        metadata: the tables as the code knows them.
        version: raised with every change of them that a release brings.
        migrations: by version, the statements that change the tables of the version before it,
            in SQL that both databases understand. Tables that are new need none.
    """

    store: str
    metadata: sa.MetaData
    version: int
    migrations: Mapping[int, Sequence[str]] = field(default_factory=dict)


_bookkeeping = sa.MetaData()

schema_versions = sa.Table(
    "schema_versions",
    _bookkeeping,
    sa.Column("store", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
)

# PostgreSQL compares text as its locale says, unless told to compare bytes, as SQLite does:
# orders, and what LIKE and ILIKE find, are then the same on both.
Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
# What numbers SQLite's rows must be called INTEGER, which has 64 bits there, in PostgreSQL 32.
Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def key(name: str, kind: sa.types.TypeEngine[Any] = Text) -> sa.Column[Any]:
    """A column of the primary key."""
    return sa.Column(name, kind, primary_key=True, nullable=False)


def number(name: str) -> sa.Column[int]:
    """A primary key that numbers the rows by itself."""
    return sa.Column(name, Number, primary_key=True)


def text(name: str, *, nullable: bool = True, unique: bool | None = None) -> sa.Column[str]:
    """A column of text."""
    return sa.Column(name, Text, nullable=nullable, unique=unique)


def integer(name: str, *, nullable: bool = True) -> sa.Column[int]:
    """A column of whole numbers of 64 bits."""
    return sa.Column(name, sa.BigInteger, nullable=nullable)
