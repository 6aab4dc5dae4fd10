"""The storage part: what an author replaces to keep scorers somewhere else.

Everything here takes and returns plain values; each public method is one transaction. What MLflow
promises (names, validation, scorers) is in `store.py`.
"""

from __future__ import annotations

import sqlalchemy as sa

from ..sql.database import FOR_UPDATE, Connection, Database
from ..sql.tables import Tables, integer, key, text

Version = tuple[str, int]
"""A serialized scorer and the number of its version."""

metadata = sa.MetaData()

# What registrations of one scorer wait for, on a database where several may write: the next number
# depends on those that are there. A row stays when its versions are gone.
scorer_names = sa.Table("scorer_names", metadata, key("experiment_id"), key("name"))

scorer_versions = sa.Table(
    "scorer_versions",
    metadata,
    key("experiment_id"),
    key("name"),
    key("version", sa.BigInteger()),
    text("serialized_scorer", nullable=False),
    integer("creation_time", nullable=False),
)

_OF_SCORER = "WHERE experiment_id = ? AND name = ?"


class ScorerStorage(Database):
    """Versions of scorers, by experiment and name."""

    tables = Tables("scorer store", metadata, version=1)

    def add(self, experiment_id: str, name: str, serialized: str, now: int) -> int:
        """Keep a new version; its number is one more than the highest that is there."""
        scorer = (experiment_id, name)
        with self.writing() as c:
            c.execute("INSERT INTO scorer_names VALUES (?, ?) ON CONFLICT DO NOTHING", scorer)
            c.execute(f"SELECT 1 FROM scorer_names {_OF_SCORER} {FOR_UPDATE}", scorer).fetchone()
            version = _latest(c, experiment_id, name) + 1
            c.execute(
                "INSERT INTO scorer_versions VALUES (?, ?, ?, ?, ?)",
                (*scorer, version, serialized, now),
            )
            return version

    def latest(self, experiment_id: str) -> list[Version]:
        """The newest version of each scorer of an experiment, by name."""
        with self.reading() as c:
            return c.execute(
                "SELECT serialized_scorer, version FROM scorer_versions AS found "
                "WHERE experiment_id = ? AND version = "
                "(SELECT MAX(version) FROM scorer_versions AS every "
                "WHERE every.experiment_id = found.experiment_id AND every.name = found.name) "
                "ORDER BY name",
                (experiment_id,),
            ).fetchall()

    def versions(self, experiment_id: str, name: str) -> list[Version]:
        """All versions of a scorer, the oldest first."""
        with self.reading() as c:
            return c.execute(
                f"SELECT serialized_scorer, version FROM scorer_versions {_OF_SCORER} "
                "ORDER BY version",
                (experiment_id, name),
            ).fetchall()

    def find(self, experiment_id: str, name: str, version: int | None) -> Version | None:
        """One version of a scorer, the newest when none is named, or None."""
        with self.reading() as c:
            number = _latest(c, experiment_id, name) if version is None else version
            row = c.execute(
                f"SELECT serialized_scorer, version FROM scorer_versions {_OF_SCORER} "
                "AND version = ?",
                (experiment_id, name, number),
            ).fetchone()
            return None if row is None else tuple(row)

    def delete(self, experiment_id: str, name: str, version: int | None) -> int:
        """Remove a version, or all when none is named; gives how many there were."""
        only = ("", ()) if version is None else (" AND version = ?", (version,))
        with self.writing() as c:
            return c.execute(
                f"DELETE FROM scorer_versions {_OF_SCORER}{only[0]}",
                (experiment_id, name, *only[1]),
            ).rowcount


def _latest(c: Connection, experiment_id: str, name: str) -> int:
    """The highest number of a version, or 0."""
    (found,) = c.execute(
        f"SELECT COALESCE(MAX(version), 0) FROM scorer_versions {_OF_SCORER}", (experiment_id, name)
    ).fetchone()
    return int(found)
