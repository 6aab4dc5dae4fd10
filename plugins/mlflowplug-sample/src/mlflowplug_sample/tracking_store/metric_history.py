"""MLflow's side of metric histories: what the clients page through, and what the UI draws."""

from __future__ import annotations

from mlflow.entities import Metric
from mlflow.entities.metric import MetricWithRunId
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.utils.search_utils import SearchUtils

from ..sql.errors import invalid_parameter
from . import entities
from .storage import Storage


class MetricHistory(AbstractStore):
    """The part of the tracking store that reads all the values of a metric."""

    _storage: Storage

    def get_metric_history(
        self,
        run_id: str,
        metric_key: str,
        max_results: int | None = None,
        page_token: str | None = None,
    ) -> PagedList[Metric]:
        """One page, or all, of the values that were logged for a metric."""
        offset = SearchUtils.parse_start_offset_from_page_token(page_token)
        limit = None if max_results is None else max_results + 1
        rows = self._storage.metric_history(run_id, metric_key, offset, limit)
        token = None
        if max_results is not None and len(rows) > max_results:
            token = SearchUtils.create_page_token(offset + max_results)
        return PagedList([entities.metric(row) for row in rows[:max_results]], token)

    def get_metric_history_bulk(
        self, run_ids: list[str], metric_key: str, max_results: int
    ) -> list[MetricWithRunId]:
        """The values of one metric in several runs, by run id, timestamp, step and value."""
        rows = self._storage.metric_histories(run_ids, metric_key, max_results)
        return [MetricWithRunId(run_id=run_id, metric=entities.metric(row)) for run_id, row in rows]

    def get_max_step_for_metric(self, run_id: str, metric_key: str) -> int:
        """The highest step of a metric, 0 without one."""
        return self._storage.max_step(run_id, metric_key)

    def get_metric_history_bulk_interval_from_steps(
        self, run_id: str, metric_key: str, steps: list[int], max_results: int
    ) -> list[MetricWithRunId]:
        """The values of one metric at some steps."""
        rows = self._storage.metric_at_steps(run_id, metric_key, steps, max_results)
        return [MetricWithRunId(run_id=run_id, metric=entities.metric(row)) for row in rows]

    def get_metric_history_bulk_interval(
        self,
        run_ids: list[str],
        metric_key: str,
        max_results: int,
        start_step: int | None,
        end_step: int | None,
    ) -> list[MetricWithRunId]:
        """A sample of one metric in several runs: what the UI draws."""
        if (start_step is None) != (end_step is None):
            raise invalid_parameter(
                "Both start_step and end_step must be specified together, "
                "or neither may be specified."
            )
        steps = None if start_step is None or end_step is None else (start_step, end_step)
        return [
            MetricWithRunId(run_id=run_id, metric=entities.metric(row))
            for run_id in run_ids
            for row in self._storage.sampled_history(run_id, metric_key, max(1, max_results), steps)
        ]
