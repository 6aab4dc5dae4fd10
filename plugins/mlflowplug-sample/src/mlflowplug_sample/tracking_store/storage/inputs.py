"""What runs take in and give out, datasets and logged models, in SQL."""

from __future__ import annotations

import sqlite3
import uuid

from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

from ...sql.database import Database, Row, marks
from .runs import Pairs, require_active_run

DatasetRow = tuple[str, str, str, str, str | None, str | None]
"""name, digest, source type, source, schema, profile."""

_ADD_EDGE = (
    "INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id, "
    "step) VALUES (?, ?, ?, ?, ?, ?)"
)
_MAX_SUMMARIES = 1000  # as _search_datasets of MLflow's own SQL store


class InputStorage(Database):
    """Datasets and models as edges to and from runs."""

    def log_inputs(
        self, run_id: str, datasets: list[tuple[DatasetRow, Pairs]], model_ids: list[str]
    ) -> None:
        """Add datasets, each kept once per experiment, and models; known edges stay as they are."""
        with self.writing() as c:
            experiment_id = require_active_run(c, run_id)[1]
            for dataset, tags in datasets:
                source = _dataset_uuid(c, experiment_id, dataset)
                _link_dataset(c, run_id, source, tags)
            for model_id in model_ids:
                edge = (_new_id(), "RUN_INPUT", run_id, "MODEL_INPUT", model_id, 0)
                c.execute(_ADD_EDGE.replace("INSERT", "INSERT OR IGNORE", 1), edge)

    def log_outputs(self, run_id: str, models: list[tuple[str, int]]) -> None:
        """Add the models, with their steps, that a run gives out."""
        with self.writing() as c:
            require_active_run(c, run_id)
            c.executemany(
                _ADD_EDGE,
                [
                    (_new_id(), "RUN_OUTPUT", run_id, "MODEL_OUTPUT", model_id, step)
                    for model_id, step in models
                ],
            )

    def dataset_summaries(self, experiment_ids: list[int]) -> list[Row]:
        """Distinct (experiment id, name, digest, context) of the datasets in use."""
        with self.reading() as c:
            return c.execute(
                "SELECT DISTINCT d.experiment_id, d.name, d.digest, t.value FROM datasets d "
                "JOIN inputs i ON i.source_id = d.dataset_uuid "
                "LEFT JOIN input_tags t ON t.input_uuid = i.input_uuid AND t.name = ? "
                f"WHERE d.experiment_id IN ({marks(experiment_ids)}) "
                f"ORDER BY d.experiment_id, d.name, d.digest LIMIT {_MAX_SUMMARIES}",
                (MLFLOW_DATASET_CONTEXT, *experiment_ids),
            ).fetchall()


def _new_id() -> str:
    return uuid.uuid4().hex


def _dataset_uuid(c: sqlite3.Connection, experiment_id: int, dataset: DatasetRow) -> str:
    found = c.execute(
        "SELECT dataset_uuid FROM datasets WHERE experiment_id = ? AND name = ? AND digest = ?",
        (experiment_id, *dataset[:2]),
    ).fetchone()
    if found:
        return str(found[0])
    new = _new_id()
    row = (new, experiment_id, *dataset)
    c.execute("INSERT INTO datasets VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    return new


def _link_dataset(c: sqlite3.Connection, run_id: str, dataset_uuid: str, tags: Pairs) -> None:
    if c.execute(
        "SELECT 1 FROM inputs WHERE source_type = 'DATASET' AND source_id = ? "
        "AND destination_type = 'RUN' AND destination_id = ?",
        (dataset_uuid, run_id),
    ).fetchone():
        return
    edge = _new_id()
    c.execute(_ADD_EDGE, (edge, "DATASET", dataset_uuid, "RUN", run_id, 0))
    c.executemany(
        "INSERT INTO input_tags VALUES (?, ?, ?)", [(edge, key, value) for key, value in tags]
    )
