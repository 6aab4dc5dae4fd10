"""Registered models and versions as they are stored, and how they are read together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...sql.database import FOR_UPDATE, Connection, Row, chunks, marks
from ..errors import model_not_found, version_not_found

MODEL_COLUMNS = "number, name, creation_time, last_updated_time, description"
VERSION_COLUMNS = (
    "v.model, m.name, v.version, v.creation_time, v.last_updated_time, v.description, "
    "v.current_stage, v.source, v.storage_location, v.run_id, v.run_link"
)
Pairs = list[tuple[str, str]]
Key = tuple[int, int]
"""A model's number and a version of it."""

_MODELS = f"SELECT {MODEL_COLUMNS} FROM registered_models"
_VERSIONS = (
    f"SELECT {VERSION_COLUMNS} FROM model_versions v JOIN registered_models m ON m.number = v.model"
)


@dataclass
class VersionRecord:
    """A model version: its row in the order of `VERSION_COLUMNS`, and what belongs to it."""

    row: Row
    tags: Pairs = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)


@dataclass
class ModelRecord:
    """A registered model: its row in the order of `MODEL_COLUMNS`, and what belongs to it.

    `latest` are the newest versions of all stages, without their aliases.
    """

    row: Row
    tags: Pairs = field(default_factory=list)
    aliases: list[tuple[str, int]] = field(default_factory=list)
    latest: list[VersionRecord] = field(default_factory=list)


def model_number(c: Connection, name: str, *, claim: bool = False) -> int:
    """The model's number; a missing model is MLflow's error.

    Writers `claim` the model: what belongs to it then stays as it is until they are done.
    """
    query = "SELECT number FROM registered_models WHERE name = ?"
    row = c.execute(f"{query} {FOR_UPDATE}" if claim else query, (name,)).fetchone()
    if row is None:
        raise model_not_found(name)
    return int(row[0])


def claimed_version(c: Connection, name: str, version: int) -> int:
    """The number of the model, which is claimed; a missing version is MLflow's error."""
    row = c.execute(
        f"SELECT number FROM registered_models WHERE name = ? {FOR_UPDATE}", (name,)
    ).fetchone()
    key = (*(row or (None,)), version)
    query = "SELECT 1 FROM model_versions WHERE model = ? AND version = ?"
    if row is None or c.execute(query, key).fetchone() is None:
        raise version_not_found(name, version)
    return int(row[0])


def read_models(c: Connection, numbers: Iterable[int]) -> list[ModelRecord]:
    """The models with these numbers, in their order."""
    records: dict[int, ModelRecord] = {number: ModelRecord(()) for number in numbers}
    for some in chunks(records):
        for row in c.execute(f"{_MODELS} WHERE number IN ({marks(some)})", some):
            records[row[0]].row = row
        among = f"WHERE model IN ({marks(some)})"
        tags = f"SELECT model, key, value FROM registered_model_tags {among}"
        for number, key, value in c.execute(tags, some):
            records[number].tags.append((key, value))
        for number, alias, version in _aliases(c, some):
            records[number].aliases.append((alias, version))
        for latest in _latest(c, some):
            records[latest.row[0]].latest.append(latest)
    return list(records.values())


def read_versions(c: Connection, keys: Iterable[Key]) -> list[VersionRecord]:
    """The versions with these keys, in their order, without their aliases."""
    records: dict[Key, VersionRecord] = {}
    keys = list(keys)
    for some in chunks(keys, 250):
        these, values = _among(some)
        for row in c.execute(f"{_VERSIONS} WHERE (v.model, v.version) IN ({these})", values):
            records[row[0], row[2]] = VersionRecord(row)
    _fill(c, records)
    return [records[key] for key in keys]


def read_version(c: Connection, name: str, version: int) -> VersionRecord:
    """One version with its aliases; a missing one is MLflow's error."""
    row = c.execute(f"{_VERSIONS} WHERE m.name = ? AND v.version = ?", (name, version)).fetchone()
    if row is None:
        raise version_not_found(name, version)
    record = VersionRecord(row)
    _fill(c, {(row[0], version): record})
    add_aliases(c, row[0], [record])
    return record


def read_latest(c: Connection, name: str) -> list[VersionRecord]:
    """The newest versions of all stages, with their aliases."""
    number = model_number(c, name)
    records = _latest(c, [number])
    add_aliases(c, number, records)
    return records


def add_aliases(c: Connection, number: int, records: list[VersionRecord]) -> None:
    """Give versions of one model their aliases."""
    aliases = [(alias, version) for _, alias, version in _aliases(c, [number])]
    for record in records:
        record.aliases = [alias for alias, version in aliases if version == record.row[2]]


def _aliases(c: Connection, numbers: list[int]) -> Iterable[Row]:
    return c.execute(
        "SELECT model, alias, version FROM registered_model_aliases "
        f"WHERE model IN ({marks(numbers)}) ORDER BY alias",
        numbers,
    )


def _latest(c: Connection, numbers: list[int]) -> list[VersionRecord]:
    newest = (
        "SELECT model, max(version) AS version FROM model_versions "
        f"WHERE model IN ({marks(numbers)}) GROUP BY model, current_stage"
    )
    rows = c.execute(
        f"{_VERSIONS} JOIN ({newest}) newest "
        "ON newest.model = v.model AND newest.version = v.version ORDER BY v.model, v.version",
        numbers,
    ).fetchall()
    records = {(row[0], row[2]): VersionRecord(row) for row in rows}
    _fill(c, records)
    return list(records.values())


def _fill(c: Connection, records: dict[Key, VersionRecord]) -> None:
    for some in chunks(records, 250):
        these, values = _among(some)
        query = (
            "SELECT model, version, key, value FROM model_version_tags "
            f"WHERE (model, version) IN ({these})"
        )
        for number, version, key, value in c.execute(query, values):
            records[number, version].tags.append((key, value))


def _among(keys: list[Key]) -> tuple[str, list[int]]:
    """Rows of two values for an IN, and the values."""
    rows = ", ".join(["(?, ?)"] * len(keys))
    return f"VALUES {rows}", [value for key in keys for value in key]
