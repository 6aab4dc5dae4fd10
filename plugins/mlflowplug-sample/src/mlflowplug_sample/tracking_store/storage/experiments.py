"""Experiments and their tags in SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from mlflow.entities import LifecycleStage

from ...sql.database import (
    FOR_UPDATE,
    Connection,
    Database,
    IntegrityErrors,
    Row,
    chunks,
    driver,
    marks,
)
from ...sql.errors import invalid_state, not_found
from ..errors import experiment_exists, experiment_not_found, not_active

Pairs = list[tuple[str, str]]

COLUMNS = "experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time"
_SET_TAG = (
    "INSERT INTO experiment_tags (experiment_id, key, value) VALUES (?, ?, ?) "
    "ON CONFLICT (experiment_id, key) DO UPDATE SET value = excluded.value"
)


class ExperimentStorage(Database):
    """Experiments are rows in the order of `COLUMNS`, with their tags as pairs."""

    def create_experiment(
        self, name: str, location: str | None, default: Callable[[int], str], tags: Pairs, now: int
    ) -> int:
        """A new experiment's id; `default` gives the artifact location of an id."""
        with self.writing() as c:
            try:
                experiment_id: int = c.execute(
                    "INSERT INTO experiments (name, lifecycle_stage, creation_time, "
                    "last_update_time) VALUES (?, 'active', ?, ?) RETURNING experiment_id",
                    (name, now, now),
                ).fetchone()[0]
            except IntegrityErrors as error:
                raise experiment_exists(name) from error
            _locate(c, experiment_id, location or default(experiment_id))
            c.executemany(
                "INSERT INTO experiment_tags (experiment_id, key, value) VALUES (?, ?, ?)",
                [(experiment_id, key, value) for key, value in tags],
            )
            return experiment_id

    def create_default_experiment(self, name: str, location: str, now: int) -> None:
        """Experiment 0, which MLflow's clients and its UI take for granted."""
        with self.reading() as c:
            if c.execute("SELECT 1 FROM experiments WHERE experiment_id = 0").fetchone():
                return
        with self.writing() as c:
            c.execute(
                f"INSERT INTO experiments ({COLUMNS}) VALUES (0, ?, ?, 'active', ?, ?) "
                "ON CONFLICT DO NOTHING",
                (name, location, now, now),
            )

    def experiment(self, experiment_id: int) -> tuple[Row, Pairs]:
        """The experiment, deleted or not."""
        with self.reading() as c:
            row = require_experiment(c, experiment_id)
            return row, experiment_tags(c, [row])[experiment_id]

    def experiment_by_name(self, name: str) -> tuple[Row, Pairs] | None:
        """The experiment of that name, deleted or not."""
        with self.reading() as c:
            row = c.execute(f"SELECT {COLUMNS} FROM experiments WHERE name = ?", (name,)).fetchone()
            return (row, experiment_tags(c, [row])[row[0]]) if row else None

    def search_experiments(self, statement: sa.Select[Any]) -> list[tuple[Row, Pairs]]:
        """The experiments whose ids `statement` selects, in its order."""
        with self.selecting() as connection:
            ids = list(connection.scalars(statement))
            c = driver(connection)
            rows = {row[0]: row for row in _experiments(c, ids)}
            found = experiment_tags(c, rows.values())
        return [(rows[key], found[key]) for key in ids]

    def move_experiment(self, experiment_id: int, old: str, new: str, now: int) -> None:
        """From lifecycle stage `old` to `new`, and all its runs with it."""
        with self.writing() as c:
            row = require_experiment(c, experiment_id, FOR_UPDATE)
            if row[3] != old:
                raise experiment_not_found(experiment_id)
            c.execute(
                "UPDATE experiments SET lifecycle_stage = ?, last_update_time = ? "
                "WHERE experiment_id = ?",
                (new, now, experiment_id),
            )
            c.execute(
                "UPDATE runs SET lifecycle_stage = ?, deleted_time = ? WHERE experiment_id = ?",
                (new, now if new == LifecycleStage.DELETED else None, experiment_id),
            )

    def rename_experiment(self, experiment_id: int, name: str, now: int) -> None:
        """Give an active experiment another name."""
        with self.writing() as c:
            if require_experiment(c, experiment_id, FOR_UPDATE)[3] != LifecycleStage.ACTIVE:
                raise invalid_state("Cannot rename a non-active experiment.")
            c.execute(
                "UPDATE experiments SET name = ?, last_update_time = ? WHERE experiment_id = ?",
                (name, now, experiment_id),
            )

    def set_experiment_tag(self, experiment_id: int, key: str, value: str) -> None:
        """Set or replace a tag of an active experiment."""
        with self.writing() as c:
            require_active_experiment(c, experiment_id)
            c.execute(_SET_TAG, (experiment_id, key, value))

    def delete_experiment_tag(self, experiment_id: int, key: str) -> None:
        """Delete a tag of an active experiment; the tag must exist."""
        with self.writing() as c:
            require_active_experiment(c, experiment_id)
            deleted = c.execute(
                "DELETE FROM experiment_tags WHERE experiment_id = ? AND key = ?",
                (experiment_id, key),
            ).rowcount
            if not deleted:
                raise not_found(f"No tag with name: {key} in experiment with id {experiment_id}")


def require_experiment(c: Connection, experiment_id: int, lock: str = "") -> Row:
    """The experiment's row, `FOR_UPDATE` or not; a missing one is MLflow's error."""
    row = c.execute(
        f"SELECT {COLUMNS} FROM experiments WHERE experiment_id = ? {lock}", (experiment_id,)
    ).fetchone()
    if row is None:
        raise experiment_not_found(experiment_id)
    return tuple(row)


def require_active_experiment(c: Connection, experiment_id: int) -> Row:
    """The experiment's row, locked; a deleted one takes no writes."""
    row = require_experiment(c, experiment_id, FOR_UPDATE)
    if row[3] != LifecycleStage.ACTIVE:
        raise not_active("experiment", experiment_id, row[3])
    return row


def experiment_tags(c: Connection, rows: Iterable[Row]) -> dict[int, Pairs]:
    """The tags of the experiments of `rows`, by id."""
    found: dict[int, Pairs] = {row[0]: [] for row in rows}
    for some in chunks(found):
        query = (
            "SELECT experiment_id, key, value FROM experiment_tags "
            f"WHERE experiment_id IN ({marks(some)})"
        )
        for experiment_id, key, value in c.execute(query, some):
            found[experiment_id].append((key, value))
    return found


def _experiments(c: Connection, ids: list[int]) -> Iterable[Row]:
    for some in chunks(ids):
        yield from c.execute(
            f"SELECT {COLUMNS} FROM experiments WHERE experiment_id IN ({marks(some)})", some
        )


def _locate(c: Connection, experiment_id: int, location: str) -> None:
    c.execute(
        "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?",
        (location, experiment_id),
    )
