"""Logged models in SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from mlflow.entities import LifecycleStage

from ...sql.database import FOR_UPDATE, Connection, Database, Row, chunks, driver, marks
from ...sql.errors import not_found
from ..errors import model_not_found
from .model_metrics import COLUMNS as METRIC_COLUMNS
from .runs import Pairs

COLUMNS = (
    "model_id, experiment_id, name, artifact_location, creation_timestamp_ms, "
    "last_updated_timestamp_ms, model_type, source_run_id, status, status_message, lifecycle_stage"
)
_ADD_PARAM = "INSERT INTO logged_model_params (model_id, key, value) VALUES (?, ?, ?)"
_ADD_TAG = "INSERT INTO logged_model_tags (model_id, key, value) VALUES (?, ?, ?)"
_SET_TAG = f"{_ADD_TAG} ON CONFLICT (model_id, key) DO UPDATE SET value = excluded.value"


@dataclass
class ModelRecord:
    """A logged model as it is stored: its row in the order of `COLUMNS`, and what belongs to it."""

    row: Row
    params: Pairs = field(default_factory=list)
    tags: Pairs = field(default_factory=list)
    metrics: list[Row] = field(default_factory=list)


class ModelStorage(Database):
    """Logged models, as records."""

    def create_model(self, row: Row, params: Pairs, tags: Pairs) -> None:
        """Store a new model; `row` is in the order of `COLUMNS`."""
        model_id = row[0]
        with self.writing() as c:
            c.execute(
                f"INSERT INTO logged_models ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            c.executemany(_ADD_PARAM, [(model_id, key, value) for key, value in params])
            c.executemany(_ADD_TAG, [(model_id, key, value) for key, value in tags])

    def model(self, model_id: str, *, allow_deleted: bool = False) -> ModelRecord:
        """One model with everything that belongs to it."""
        with self.reading() as c:
            row = require_model(c, model_id)
            if row[-1] == LifecycleStage.DELETED and not allow_deleted:
                raise model_not_found(model_id)
            return _filled(c, [row])[0]

    def search_models(self, statement: sa.Select[Any]) -> list[ModelRecord]:
        """The models whose ids `statement` selects, in its order."""
        with self.selecting() as connection:
            ids = list(connection.scalars(statement))
            c = driver(connection)
            rows: dict[str, Row] = {}
            for some in chunks(ids):
                query = f"SELECT {COLUMNS} FROM logged_models WHERE model_id IN ({marks(some)})"
                rows.update((row[0], row) for row in c.execute(query, some))
            return _filled(c, [rows[model_id] for model_id in ids])

    def update_model(
        self, model_id: str, now: int, *, status: int | None = None, stage: str | None = None
    ) -> ModelRecord:
        """Change the status or the lifecycle stage."""
        with self.writing() as c:
            require_model(c, model_id, FOR_UPDATE)
            c.execute(
                "UPDATE logged_models SET status = coalesce(?, status), "
                "lifecycle_stage = coalesce(?, lifecycle_stage), last_updated_timestamp_ms = ? "
                "WHERE model_id = ?",
                (status, stage, now, model_id),
            )
            return _filled(c, [require_model(c, model_id)])[0]

    def add_model_params(self, model_id: str, params: Pairs) -> None:
        """Write params, each once."""
        with self.writing() as c:
            require_model(c, model_id, FOR_UPDATE)
            c.executemany(_ADD_PARAM, [(model_id, key, value) for key, value in params])

    def set_model_tags(self, model_id: str, tags: Pairs) -> None:
        """Set or replace tags."""
        with self.writing() as c:
            require_model(c, model_id, FOR_UPDATE)
            c.executemany(_SET_TAG, [(model_id, key, value) for key, value in tags])

    def delete_model_tag(self, model_id: str, key: str) -> None:
        """Delete a tag, which must exist."""
        with self.writing() as c:
            require_model(c, model_id, FOR_UPDATE)
            deleted = c.execute(
                "DELETE FROM logged_model_tags WHERE model_id = ? AND key = ?", (model_id, key)
            )
            if not deleted.rowcount:
                raise not_found(f"No tag with key {key!r} found for model with ID {model_id!r}.")


def require_model(c: Connection, model_id: str, lock: str = "") -> Row:
    """The model's row, `FOR_UPDATE` or not; a missing one is MLflow's error."""
    query = f"SELECT {COLUMNS} FROM logged_models WHERE model_id = ? {lock}"
    row = c.execute(query, (model_id,)).fetchone()
    if row is None:
        raise model_not_found(model_id)
    return tuple(row)


def _filled(c: Connection, rows: list[Row]) -> list[ModelRecord]:
    records = {row[0]: ModelRecord(row) for row in rows}
    for some in chunks(records):
        among = f"WHERE model_id IN ({marks(some)})"
        params = f"SELECT model_id, key, value FROM logged_model_params {among}"
        for model_id, key, value in c.execute(params, some):
            records[model_id].params.append((key, value))
        tags = f"SELECT model_id, key, value FROM logged_model_tags {among}"
        for model_id, key, value in c.execute(tags, some):
            records[model_id].tags.append((key, value))
        metrics = f"SELECT {METRIC_COLUMNS} FROM logged_model_metrics {among}"
        for row in c.execute(metrics, some):
            records[row[0]].metrics.append(row)
    return list(records.values())
