"""Removing rows for good, in SQL."""

from __future__ import annotations

from mlflow.entities import LifecycleStage

from ...sql.database import FOR_UPDATE, Connection, Database
from ..errors import experiment_not_found
from .associations import unlink_run
from .experiments import require_experiment
from .models import require_model
from .runs import require_run
from .traces import purge_traces

_RUN_TABLES = ("metrics", "latest_metrics", "params", "tags")
_MODEL_TABLES = (
    "logged_model_params",
    "logged_model_tags",
    "logged_model_metrics",
    "logged_models",
)


class Garbage(Database):
    """Finds and removes what was deleted."""

    def deleted_runs(self, until: int) -> list[str]:
        """The runs that were deleted at `until`, in milliseconds since 1970, or before."""
        query = "SELECT run_id FROM runs WHERE lifecycle_stage = 'deleted' AND deleted_time <= ?"
        with self.reading() as c:
            return [row[0] for row in c.execute(query, (until,))]

    def deleted_models(self, until: int) -> list[str]:
        """The models that were deleted at `until`, in milliseconds since 1970, or before."""
        query = (
            "SELECT model_id FROM logged_models "
            "WHERE lifecycle_stage = 'deleted' AND last_updated_timestamp_ms <= ?"
        )
        with self.reading() as c:
            return [row[0] for row in c.execute(query, (until,))]

    def purge_run(self, run_id: str) -> None:
        """Remove a run with all that belongs to it."""
        with self.writing() as c:
            _purge_run(c, run_id)

    def purge_model(self, model_id: str) -> None:
        """Remove a logged model with all that belongs to it."""
        with self.writing() as c:
            require_model(c, model_id, FOR_UPDATE)
            _purge_model(c, model_id)

    def purge_experiment(self, experiment_id: int) -> None:
        """Remove a deleted experiment with its runs, datasets, models and traces."""
        with self.writing() as c:
            if require_experiment(c, experiment_id, FOR_UPDATE)[3] != LifecycleStage.DELETED:
                raise experiment_not_found(experiment_id)
            for run_id in _ids(c, "SELECT run_id FROM runs", experiment_id):
                _purge_run(c, run_id)
            for model_id in _ids(c, "SELECT model_id FROM logged_models", experiment_id):
                _purge_model(c, model_id)
            purge_traces(c, _ids(c, "SELECT request_id FROM trace_info", experiment_id))
            for table in ("datasets", "experiment_tags", "experiments"):
                c.execute(f"DELETE FROM {table} WHERE experiment_id = ?", (experiment_id,))


def _ids(c: Connection, query: str, experiment_id: int) -> list[str]:
    return [row[0] for row in c.execute(f"{query} WHERE experiment_id = ?", (experiment_id,))]


def _purge_run(c: Connection, run_id: str) -> None:
    number, _ = require_run(c, run_id, FOR_UPDATE)
    edges = (
        "FROM inputs WHERE (source_type IN ('RUN_INPUT', 'RUN_OUTPUT') AND source_id = ?) "
        "OR (destination_type = 'RUN' AND destination_id = ?)"
    )
    c.execute(
        f"DELETE FROM input_tags WHERE input_uuid IN (SELECT input_uuid {edges})", (run_id, run_id)
    )
    c.execute(f"DELETE {edges}", (run_id, run_id))
    for table in _RUN_TABLES:
        c.execute(f"DELETE FROM {table} WHERE run = ?", (number,))
    unlink_run(c, run_id)
    for table in ("logged_model_metrics", "runs"):
        c.execute(f"DELETE FROM {table} WHERE run_id = ?", (run_id,))


def _purge_model(c: Connection, model_id: str) -> None:
    for table in _MODEL_TABLES:
        c.execute(f"DELETE FROM {table} WHERE model_id = ?", (model_id,))
