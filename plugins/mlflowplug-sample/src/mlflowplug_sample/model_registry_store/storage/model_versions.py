"""Model versions, their stages, tags and aliases, in SQL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ...sql.database import Database, Row, driver
from ..errors import alias_not_found, model_not_found
from .records import (
    Pairs,
    VersionRecord,
    claimed_version,
    model_number,
    read_version,
    read_versions,
)

COLUMNS = (
    "model, version, creation_time, last_updated_time, description, current_stage, source, "
    "storage_location, run_id, run_link"
)
# One statement takes the next number and lets everybody else who wants one wait.
_NEXT = (
    "UPDATE registered_models SET last_version = last_version + 1, last_updated_time = ? "
    "WHERE name = ? RETURNING number, last_version"
)
_TOUCH = "UPDATE registered_models SET last_updated_time = ? WHERE number = ?"
_ADD_TAG = "INSERT INTO model_version_tags (model, version, key, value) VALUES (?, ?, ?, ?)"
_SET_TAG = f"{_ADD_TAG} ON CONFLICT (model, version, key) DO UPDATE SET value = excluded.value"
_SET_ALIAS = (
    "INSERT INTO registered_model_aliases (model, alias, version) VALUES (?, ?, ?) "
    "ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version"
)
_ONE = "WHERE model = ? AND version = ?"


class ModelVersionStorage(Database):
    """Model versions, as records."""

    def create_model_version(self, name: str, row: Row, tags: Pairs, now: int) -> VersionRecord:
        """A new version of a model; `row` is in the order of `COLUMNS`, from the description on."""
        with self.writing() as c:
            taken = c.execute(_NEXT, (now, name)).fetchone()
            if taken is None:
                raise model_not_found(name)
            number, version = taken
            c.execute(
                f"INSERT INTO model_versions ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (number, version, now, now, *row),
            )
            c.executemany(_ADD_TAG, [(number, version, key, value) for key, value in tags])
            return read_version(c, name, version)

    def model_version(self, name: str, version: int) -> VersionRecord:
        """One version with everything that belongs to it."""
        with self.reading() as c:
            return read_version(c, name, version)

    def model_version_by_alias(self, name: str, alias: str) -> VersionRecord:
        """The version that an alias stands for."""
        with self.reading() as c:
            row = c.execute(
                "SELECT version FROM registered_model_aliases WHERE model = ? AND alias = ?",
                (model_number(c, name), alias),
            ).fetchone()
            if row is None:
                raise alias_not_found(alias)
            return read_version(c, name, row[0])

    def search_model_versions(self, statement: sa.Select[Any]) -> list[VersionRecord]:
        """The versions whose keys `statement` selects, in its order, without their aliases."""
        with self.selecting() as connection:
            keys = [(number, version) for number, version in connection.execute(statement)]
            return read_versions(driver(connection), keys)

    def update_model_version(
        self, name: str, version: int, description: str | None, now: int
    ) -> VersionRecord:
        """Replace the description."""
        with self.writing() as c:
            number = claimed_version(c, name, version)
            c.execute(
                f"UPDATE model_versions SET description = ?, last_updated_time = ? {_ONE}",
                (description, now, number, version),
            )
            return read_version(c, name, version)

    def move_model_version(
        self, name: str, version: int, stage: str, archive: str | None, now: int
    ) -> VersionRecord:
        """Put a version into a stage, and what else is there into the stage `archive`, if given."""
        with self.writing() as c:
            number = claimed_version(c, name, version)
            if archive is not None:
                c.execute(
                    "UPDATE model_versions SET current_stage = ?, last_updated_time = ? "
                    "WHERE model = ? AND current_stage = ? AND version <> ?",
                    (archive, now, number, stage, version),
                )
            c.execute(
                f"UPDATE model_versions SET current_stage = ?, last_updated_time = ? {_ONE}",
                (stage, now, number, version),
            )
            c.execute(_TOUCH, (now, number))
            return read_version(c, name, version)

    def delete_model_version(self, name: str, version: int, now: int) -> None:
        """Remove a version with its tags and aliases; its number is not used again."""
        with self.writing() as c:
            number = claimed_version(c, name, version)
            for table in ("registered_model_aliases", "model_version_tags", "model_versions"):
                c.execute(f"DELETE FROM {table} {_ONE}", (number, version))
            c.execute(_TOUCH, (now, number))

    def set_model_version_tag(self, name: str, version: int, key: str, value: str) -> None:
        """Set or replace a tag."""
        with self.writing() as c:
            c.execute(_SET_TAG, (claimed_version(c, name, version), version, key, value))

    def delete_model_version_tag(self, name: str, version: int, key: str) -> None:
        """Delete a tag, if there is such a one."""
        with self.writing() as c:
            c.execute(
                f"DELETE FROM model_version_tags {_ONE} AND key = ?",
                (claimed_version(c, name, version), version, key),
            )

    def set_alias(self, name: str, alias: str, version: int) -> None:
        """Let an alias stand for a version, whatever it stood for before."""
        with self.writing() as c:
            c.execute(_SET_ALIAS, (claimed_version(c, name, version), alias, version))

    def delete_alias(self, name: str, alias: str) -> None:
        """Delete an alias, if there is such a one."""
        with self.writing() as c:
            c.execute(
                "DELETE FROM registered_model_aliases WHERE model = ? AND alias = ?",
                (model_number(c, name, claim=True), alias),
            )
