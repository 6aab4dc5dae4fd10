"""What runs take in and give out, datasets and logged models, in SQL."""

from __future__ import annotations

import uuid

from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

from ...sql.database import Connection, Database, Row, chunks, marks
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
            ids = _dataset_ids(c, experiment_id, [row for row, _ in datasets])
            tagged: dict[str, Pairs] = {}
            for row, tags in datasets:
                tagged.setdefault(ids[row[:2]], tags)
            _link_datasets(c, run_id, tagged)
            c.executemany(
                f"{_ADD_EDGE} ON CONFLICT DO NOTHING",
                [(_new_id(), "RUN_INPUT", run_id, "MODEL_INPUT", one, 0) for one in model_ids],
            )

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


def _dataset_ids(
    c: Connection, experiment_id: int, datasets: list[DatasetRow]
) -> dict[tuple[str, str], str]:
    """The ids of the datasets by name and digest; new ones are added to the experiment."""
    # In one order, so that two transactions that add the same ones wait, and do not deadlock.
    c.executemany(
        "INSERT INTO datasets (dataset_uuid, experiment_id, name, digest, source_type, source, "
        "schema, profile) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(_new_id(), experiment_id, *row) for row in sorted(datasets, key=lambda row: row[:2])],
    )
    found: dict[tuple[str, str], str] = {}
    for names in chunks({row[0] for row in datasets}):
        rows = c.execute(
            "SELECT name, digest, dataset_uuid FROM datasets "
            f"WHERE experiment_id = ? AND name IN ({marks(names)})",
            (experiment_id, *names),
        )
        found.update(((name, digest), uuid) for name, digest, uuid in rows)
    return found


def _link_datasets(c: Connection, run_id: str, tagged: dict[str, Pairs]) -> None:
    """Edges from datasets that the run does not have yet, with their tags."""
    rows = c.execute(
        "SELECT source_id FROM inputs WHERE source_type = 'DATASET' "
        "AND destination_type = 'RUN' AND destination_id = ?",
        (run_id,),
    )
    known = {row[0] for row in rows}
    new = {dataset: _new_id() for dataset in tagged if dataset not in known}
    c.executemany(
        _ADD_EDGE,
        [(edge, "DATASET", dataset, "RUN", run_id, 0) for dataset, edge in new.items()],
    )
    c.executemany(
        "INSERT INTO input_tags (input_uuid, name, value) VALUES (?, ?, ?)",
        [(edge, *tag) for dataset, edge in new.items() for tag in tagged[dataset]],
    )
