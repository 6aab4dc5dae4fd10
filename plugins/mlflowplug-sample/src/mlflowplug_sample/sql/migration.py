"""Brings the tables of a database to the version that the code knows, when it is opened."""

from __future__ import annotations

import sqlalchemy as sa

from .errors import invalid_state
from .tables import Tables, schema_versions

# Any number that other users of the database are unlikely to lock: "mlflow" in ASCII.
_LOCK = sa.text(f"SELECT pg_advisory_xact_lock({int.from_bytes(b'mlflow', 'big')})")


def migrate(engine: sa.Engine, begin: str, tables: Tables) -> None:
    """Create the tables, or change those of an older version; nothing when they are up to date.

    All of it is one transaction, and processes that open the database at the same time wait for
    each other: `begin` takes SQLite's write lock, PostgreSQL has a lock of its own.

    Raises:
        MlflowException: the tables are of a newer version, or there is no way from theirs; or
            a table of the same name is there that this plugin has not made.
    """
    with engine.connect() as connection:
        if _version(connection, tables) == tables.version:
            return
        connection.rollback()
        connection.exec_driver_sql(begin)
        if connection.dialect.name == "postgresql":
            connection.execute(_LOCK)
        _bring_up(connection, tables)
        connection.exec_driver_sql("COMMIT")


def _version(connection: sa.Connection, tables: Tables) -> int | None:
    if not sa.inspect(connection).has_table(schema_versions.name):
        return None
    found = sa.select(schema_versions.c.version).where(schema_versions.c.store == tables.store)
    return connection.scalar(found)


def _bring_up(connection: sa.Connection, tables: Tables) -> None:
    # Another process may have been here first: only what is read under the lock counts.
    found = _version(connection, tables)
    if found is None:
        _refuse_foreign_tables(connection, tables)
    elif found > tables.version:
        raise invalid_state(
            f"The database has tables of version {found} of the {tables.store}, this plugin knows "
            f"{tables.version}. Install the release of the plugin that they were made with."
        )
    else:
        for version in range(found + 1, tables.version + 1):
            _run(connection, tables, version)
    # Where nothing was, nothing needs to be looked for, which halves the time of the first opening.
    tables.metadata.create_all(connection, checkfirst=found is not None)
    _note_version(connection, tables)


def _refuse_foreign_tables(connection: sa.Connection, tables: Tables) -> None:
    there = set(sa.inspect(connection).get_table_names()) & set(tables.metadata.tables)
    if there:
        raise invalid_state(
            f"The database already has tables of something else: {', '.join(sorted(there))}. "
            "MLflow's own stores and this one cannot share a database: choose an empty one."
        )


def _run(connection: sa.Connection, tables: Tables, version: int) -> None:
    if version not in tables.migrations:
        raise invalid_state(
            f"This plugin does not know how to bring the tables of the {tables.store} to version "
            f"{version}. Open the database with an older release of the plugin first."
        )
    for statement in tables.migrations[version]:
        connection.exec_driver_sql(statement)


def _note_version(connection: sa.Connection, tables: Tables) -> None:
    schema_versions.metadata.create_all(connection)
    mine = schema_versions.c.store == tables.store
    connection.execute(sa.delete(schema_versions).where(mine))
    values = {"store": tables.store, "version": tables.version}
    connection.execute(sa.insert(schema_versions).values(values))
