"""What `mlflow gc` calls to remove for good what was deleted; see mlflow/cli/__init__.py."""

from __future__ import annotations

from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.utils.time import get_current_time_millis

from .search import experiment_number
from .storage import Storage


class GarbageCollection(AbstractStore):
    """The part of the tracking store that `mlflow gc` needs: without it, it refuses the store."""

    _storage: Storage

    def _get_deleted_runs(self, older_than: int = 0) -> list[str]:
        """The runs that were deleted at least `older_than` milliseconds ago."""
        return self._storage.deleted_runs(get_current_time_millis() - older_than)

    def _get_deleted_logged_models(self, older_than: int = 0) -> list[str]:
        """The models that were deleted at least `older_than` milliseconds ago."""
        return self._storage.deleted_models(get_current_time_millis() - older_than)

    def _hard_delete_run(self, run_id: str) -> None:
        self._storage.purge_run(run_id)

    def _hard_delete_logged_model(self, model_id: str) -> None:
        self._storage.purge_model(model_id)

    def _hard_delete_experiment(self, experiment_id: str) -> None:
        self._storage.purge_experiment(experiment_number(experiment_id))
