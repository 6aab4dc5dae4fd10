"""The tables of a store, their version, and short words for their columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True)
class Tables:
    """The tables of one store; several stores may share a database.

    Args:
        store: whose they are.
        metadata: the tables.
        version: raised with every change of them.
    """

    store: str
    metadata: sa.MetaData
    version: int


_bookkeeping = sa.MetaData()

schema_versions = sa.Table(
    "schema_versions",
    _bookkeeping,
    sa.Column("store", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
)


def key(name: str, kind: type[sa.types.TypeEngine[Any]] = sa.Text) -> sa.Column[Any]:
    """A column of the primary key."""
    return sa.Column(name, kind, primary_key=True, nullable=False)


def text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    """A column of text."""
    return sa.Column(name, sa.Text, nullable=nullable)


def integer(name: str, *, nullable: bool = True) -> sa.Column[int]:
    """A column of whole numbers of 64 bits."""
    return sa.Column(name, sa.BigInteger, nullable=nullable)
