"""Runs, their params and tags, and what belongs to a run when it is read, in SQL."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from mlflow.entities import LifecycleStage
from mlflow.utils.mlflow_tags import MLFLOW_RUN_NAME

from ...sql.database import FOR_UPDATE, Connection, Database, Row, chunks, driver, marks
from ...sql.errors import not_found
from ..errors import not_active, param_changed, params_changed, run_not_found

COLUMNS = (
    "run_id, experiment_id, run_name, user_id, status, start_time, end_time, lifecycle_stage, "
    "artifact_uri"
)
Pairs = list[tuple[str, str]]

_IS_ACTIVE = (
    f"SELECT number, experiment_id, lifecycle_stage FROM runs WHERE run_id = ? {FOR_UPDATE}"
)
SET_TAG = (
    "INSERT INTO tags (run, key, value) VALUES (?, ?, ?) "
    "ON CONFLICT (run, key) DO UPDATE SET value = excluded.value"
)
ADD_PARAM = "INSERT INTO params (run, key, value) VALUES (?, ?, ?)"


@dataclass
class RunRecord:
    """A run as it is stored: its row in the order of `COLUMNS`, and all that belongs to it."""

    row: Row
    metrics: list[Row] = field(default_factory=list)
    params: Pairs = field(default_factory=list)
    tags: Pairs = field(default_factory=list)
    datasets: dict[str, tuple[Row, Pairs]] = field(default_factory=dict)
    model_inputs: list[str] = field(default_factory=list)
    model_outputs: list[tuple[str, int]] = field(default_factory=list)


class RunStorage(Database):
    """Runs, as records."""

    def create_run(self, row: Row, tags: Pairs) -> None:
        """Store a new run; `row` is in the order of `COLUMNS`."""
        with self.writing() as c:
            number = c.execute(
                f"INSERT INTO runs ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
                row,
            ).fetchone()[0]
            c.executemany(
                "INSERT INTO tags (run, key, value) VALUES (?, ?, ?)",
                [(number, key, value) for key, value in tags],
            )

    def run(self, run_id: str) -> RunRecord:
        """One run with everything that belongs to it."""
        with self.reading() as c:
            number, row = require_run(c, run_id)
            record = RunRecord(row)
            _fill(c, {number: record})
            return record

    def search_runs(self, statement: sa.Select[Any]) -> list[RunRecord]:
        """The runs whose numbers `statement` selects, in its order."""
        with self.selecting() as connection:
            numbers = list(connection.scalars(statement))
            c = driver(connection)
            records: dict[int, RunRecord] = {}
            for some in chunks(numbers):
                query = f"SELECT number, {COLUMNS} FROM runs WHERE number IN ({marks(some)})"
                records.update((row[0], RunRecord(row[1:])) for row in c.execute(query, some))
            _fill(c, records)
        return [records[number] for number in numbers]

    def update_run(
        self, run_id: str, status: str | None, end_time: int | None, run_name: str | None
    ) -> RunRecord:
        """Change what is given of an active run; the name is kept as a tag too."""
        with self.writing() as c:
            number, _ = require_active_run(c, run_id)
            c.execute(
                "UPDATE runs SET status = coalesce(?, status), end_time = coalesce(?, end_time) "
                "WHERE number = ?",
                (status, end_time, number),
            )
            if run_name:
                set_tag(c, number, MLFLOW_RUN_NAME, run_name)
            tags = c.execute("SELECT key, value FROM tags WHERE run = ?", (number,)).fetchall()
            return RunRecord(require_run(c, run_id)[1], tags=tags)

    def move_run(self, run_id: str, stage: str, deleted_time: int | None) -> None:
        """Put the run into a lifecycle stage."""
        with self.writing() as c:
            require_run(c, run_id, FOR_UPDATE)
            c.execute(
                "UPDATE runs SET lifecycle_stage = ?, deleted_time = ? WHERE run_id = ?",
                (stage, deleted_time, run_id),
            )

    def log_param(self, run_id: str, key: str, value: str) -> None:
        """Write one param; the same value again is accepted, another one is not."""
        with self.writing() as c:
            number, _ = require_active_run(c, run_id)
            old = c.execute(
                "SELECT value FROM params WHERE run = ? AND key = ?", (number, key)
            ).fetchone()
            if old is None:
                c.execute(ADD_PARAM, (number, key, value))
            elif old[0] != value:
                raise param_changed(key, old[0], value, run_id)

    def set_tag(self, run_id: str, key: str, value: str) -> None:
        """Set or replace a tag of an active run."""
        with self.writing() as c:
            number, _ = require_active_run(c, run_id)
            set_tag(c, number, key, value)

    def append_to_tag(self, run_id: str, key: str, item: object) -> None:
        """Add an item to the list, in JSON, that a tag of an active run holds."""
        with self.writing() as c:
            number, _ = require_active_run(c, run_id)
            query = "SELECT value FROM tags WHERE run = ? AND key = ?"
            row = c.execute(query, (number, key)).fetchone()
            items = json.loads(row[0]) if row else []
            set_tag(c, number, key, json.dumps([*items, item]))

    def delete_tag(self, run_id: str, key: str) -> None:
        """Delete a tag of an active run; the tag must exist."""
        with self.writing() as c:
            number, _ = require_active_run(c, run_id)
            deleted = c.execute("DELETE FROM tags WHERE run = ? AND key = ?", (number, key))
            if not deleted.rowcount:
                raise not_found(f"No tag with name: {key} in run with id {run_id}")


def require_active_run(c: Connection, run_id: str) -> tuple[int, int]:
    """The number and the experiment of a run, which is locked; without one, MLflow's error."""
    row = c.execute(_IS_ACTIVE, (run_id,)).fetchone()
    if row is None:
        raise run_not_found(run_id)
    number, experiment_id, stage = row
    if stage != LifecycleStage.ACTIVE:
        raise not_active("run", run_id, stage)
    return number, experiment_id


def set_tag(c: Connection, number: int, key: str, value: str) -> None:
    """Set a tag; the tag of the run's name is also the name, unless it is empty."""
    if key == MLFLOW_RUN_NAME:
        if not value:
            return
        c.execute("UPDATE runs SET run_name = ? WHERE number = ?", (value, number))
    c.execute(SET_TAG, (number, key, value))


def set_tags(c: Connection, number: int, tags: Pairs) -> None:
    """As `set_tag`, many in one round trip."""
    if not tags:
        return
    for key, value in tags:
        if key == MLFLOW_RUN_NAME:
            set_tag(c, number, key, value)
    c.executemany(SET_TAG, [(number, key, value) for key, value in tags if key != MLFLOW_RUN_NAME])


def add_params(c: Connection, number: int, run_id: str, params: Pairs) -> None:
    """Write new params; all of them are refused when one would change."""
    if not params:
        return
    rows = c.execute("SELECT key, value FROM params WHERE run = ?", (number,))
    old: dict[str, str] = dict(rows.fetchall())
    changes = [
        {"key": key, "old_value": old[key], "new_value": value}
        for key, value in params
        if key in old and old[key] != value
    ]
    if changes:
        raise params_changed(changes, run_id)
    c.executemany(ADD_PARAM, [(number, key, value) for key, value in params if key not in old])


def require_run(c: Connection, run_id: str, lock: str = "") -> tuple[int, Row]:
    """The run's number and its row, `FOR_UPDATE` or not; a missing run is MLflow's error."""
    query = f"SELECT number, {COLUMNS} FROM runs WHERE run_id = ? {lock}"
    row = c.execute(query, (run_id,)).fetchone()
    if row is None:
        raise run_not_found(run_id)
    return row[0], row[1:]


def _fill(c: Connection, records: dict[int, RunRecord]) -> None:
    for some in chunks(records):
        _fill_data(c, records, some)
        named = {records[number].row[0]: records[number] for number in some}
        _fill_datasets(c, named)
        _fill_models(c, named)


def _fill_data(c: Connection, records: dict[int, RunRecord], some: list[int]) -> None:
    among = f"WHERE run IN ({marks(some)})"
    metrics = f"SELECT run, key, value, timestamp, step, is_nan FROM latest_metrics {among}"
    for row in c.execute(metrics, some):
        records[row[0]].metrics.append(row[1:])
    for row in c.execute(f"SELECT run, key, value FROM params {among}", some):
        records[row[0]].params.append(row[1:])
    for row in c.execute(f"SELECT run, key, value FROM tags {among}", some):
        records[row[0]].tags.append(row[1:])


def _fill_datasets(c: Connection, records: dict[str, RunRecord]) -> None:
    ids = list(records)
    query = (
        "SELECT i.destination_id, d.dataset_uuid, d.name, d.digest, d.source_type, d.source, "
        "d.schema, d.profile, t.name, t.value FROM inputs i "
        "JOIN datasets d ON d.dataset_uuid = i.source_id "
        "LEFT JOIN input_tags t ON t.input_uuid = i.input_uuid "
        f"WHERE i.destination_type = 'RUN' AND i.destination_id IN ({marks(ids)}) "
        "ORDER BY i.number"
    )
    for run_id, uuid, *dataset, tag, value in c.execute(query, ids):
        _, tags = records[run_id].datasets.setdefault(uuid, (tuple(dataset), []))
        if tag is not None:
            tags.append((tag, value))


def _fill_models(c: Connection, records: dict[str, RunRecord]) -> None:
    ids = list(records)
    query = (
        "SELECT source_id, destination_type, destination_id, step FROM inputs "
        f"WHERE source_type IN ('RUN_INPUT', 'RUN_OUTPUT') AND source_id IN ({marks(ids)}) "
        "ORDER BY number"
    )
    for run_id, kind, model_id, step in c.execute(query, ids):
        if kind == "MODEL_INPUT":
            records[run_id].model_inputs.append(model_id)
        else:
            records[run_id].model_outputs.append((model_id, step))
