"""Registered models, their tags and their removal, in SQL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ...sql.database import Connection, Database, IntegrityErrors, driver
from ..errors import model_exists
from .records import (
    ModelRecord,
    Pairs,
    VersionRecord,
    model_number,
    read_latest,
    read_models,
)

_CREATE = (
    "INSERT INTO registered_models "
    "(name, creation_time, last_updated_time, description, last_version) VALUES (?, ?, ?, ?, 0) "
    "ON CONFLICT (name) DO NOTHING RETURNING number"
)
_ADD_TAG = "INSERT INTO registered_model_tags (model, key, value) VALUES (?, ?, ?)"
_SET_TAG = f"{_ADD_TAG} ON CONFLICT (model, key) DO UPDATE SET value = excluded.value"


class RegisteredModelStorage(Database):
    """Registered models, as records."""

    def create_registered_model(
        self, name: str, description: str | None, tags: Pairs, now: int
    ) -> ModelRecord | None:
        """The new model, or None when the name is taken."""
        with self.writing() as c:
            row = c.execute(_CREATE, (name, now, now, description)).fetchone()
            if row is None:
                return None
            c.executemany(_ADD_TAG, [(row[0], key, value) for key, value in tags])
            return _record(c, row[0])

    def registered_model(self, name: str) -> ModelRecord:
        """One model with everything that belongs to it."""
        with self.reading() as c:
            return _record(c, model_number(c, name))

    def search_registered_models(self, statement: sa.Select[Any]) -> list[ModelRecord]:
        """The models whose numbers `statement` selects, in its order."""
        with self.selecting() as connection:
            numbers = list(connection.scalars(statement))
            return read_models(driver(connection), numbers)

    def latest_versions(self, name: str) -> list[VersionRecord]:
        """The model's newest version of each stage."""
        with self.reading() as c:
            return read_latest(c, name)

    def update_registered_model(self, name: str, description: str | None, now: int) -> ModelRecord:
        """Replace the description."""
        with self.writing() as c:
            number = model_number(c, name, claim=True)
            c.execute(
                "UPDATE registered_models SET description = ?, last_updated_time = ? "
                "WHERE number = ?",
                (description, now, number),
            )
            return _record(c, number)

    def rename_registered_model(self, name: str, new_name: str, now: int) -> ModelRecord:
        """Give the model, and with it its versions, another name."""
        with self.writing() as c:
            number = model_number(c, name, claim=True)
            try:
                c.execute(
                    "UPDATE registered_models SET name = ?, last_updated_time = ? WHERE number = ?",
                    (new_name, now, number),
                )
            except IntegrityErrors as error:
                raise model_exists(new_name) from error
            c.execute(
                "UPDATE model_versions SET last_updated_time = ? WHERE model = ?", (now, number)
            )
            return _record(c, number)

    def delete_registered_model(self, name: str) -> None:
        """Remove the model with all that belongs to it; the name is free again."""
        with self.writing() as c:
            number = model_number(c, name, claim=True)
            for table in (
                "registered_model_tags",
                "registered_model_aliases",
                "model_version_tags",
                "model_versions",
            ):
                c.execute(f"DELETE FROM {table} WHERE model = ?", (number,))
            c.execute("DELETE FROM registered_models WHERE number = ?", (number,))

    def set_registered_model_tag(self, name: str, key: str, value: str) -> None:
        """Set or replace a tag."""
        with self.writing() as c:
            c.execute(_SET_TAG, (model_number(c, name, claim=True), key, value))

    def delete_registered_model_tag(self, name: str, key: str) -> None:
        """Delete a tag, if there is such a one."""
        with self.writing() as c:
            c.execute(
                "DELETE FROM registered_model_tags WHERE model = ? AND key = ?",
                (model_number(c, name, claim=True), key),
            )


def _record(c: Connection, number: int) -> ModelRecord:
    return read_models(c, [number])[0]
