"""MLflow's side of statistics of traces: the charts of the UI, and correlations of filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from mlflow.store.analytics.trace_correlation import calculate_npmi_from_counts
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.tracking.abstract_store import AbstractStore
from mlflow.tracing.analysis import TraceFilterCorrelationResult

from ..sql.errors import invalid_parameter, mlflow_errors
from .storage import Storage
from .storage.trace_schema import trace_info
from .trace_metrics_query import TIME_BUCKET, MetricQuery
from .trace_search import conditions

if TYPE_CHECKING:
    from mlflow.entities.trace_metrics import MetricAggregation, MetricDataPoint, MetricViewType

MAX_DATA_POINTS = 1000  # MAX_RESULTS_QUERY_TRACE_METRICS, in MLflows newer than 3.8


class TraceMetrics(AbstractStore):
    """The part of the tracking store that counts and sums up."""

    _storage: Storage

    def query_trace_metrics(
        self,
        experiment_ids: list[str],
        view_type: MetricViewType,
        metric_name: str,
        aggregations: list[MetricAggregation],
        dimensions: list[str] | None = None,
        filters: list[str] | None = None,
        time_interval_seconds: int | None = None,
        start_time_ms: int | None = None,
        end_time_ms: int | None = None,
        max_results: int = MAX_DATA_POINTS,
        page_token: str | None = None,  # noqa: ARG002  neither does MLflow's own SQL store
    ) -> PagedList[MetricDataPoint]:
        """Counts, sums, averages or percentiles of traces, of spans or of assessments.

        Args:
            experiment_ids: whose traces.
            view_type: what is looked at.
            metric_name: the number of each of them.
            aggregations: what to make of the numbers.
            dimensions: what to group by.
            filters: conditions, all of which hold, such as `trace.status = 'OK'`.
            time_interval_seconds: the width of the buckets of time to group by too.
            start_time_ms: only what started then or later.
            end_time_ms: only what started then or before.
            max_results: how many points at most.
            page_token: not used.

        Raises:
            MlflowException: the numbers have no such aggregation, dimension or filter.
        """
        # In MLflows newer than 3.8: before, nothing calls this method.
        from mlflow.store.tracking.utils.sql_trace_metrics_utils import (
            validate_query_trace_metrics_params,
        )

        validate_query_trace_metrics_params(view_type, metric_name, aggregations, dimensions)
        if time_interval_seconds and (start_time_ms is None or end_time_ms is None):
            raise invalid_parameter(
                "start_time_ms and end_time_ms are required if time_interval_seconds is set"
            )
        with mlflow_errors():
            query = MetricQuery(view_type, metric_name)
            query.within(experiment_ids, start_time_ms, end_time_ms)
            query.filter(filters or [])
            query.group_by(dimensions or [], time_interval_seconds)
            statement = query.statement(aggregations).limit(max_results)
        names = [column.name for column in statement.selected_columns]
        rows = self._storage.trace_rows(statement)
        grouped = len(query.dimensions)
        points = (_point(metric_name, names, row, grouped) for row in rows)
        return PagedList([point for point in points if point.values], None)

    def calculate_trace_filter_correlation(
        self,
        experiment_ids: list[str],
        filter_string1: str,
        filter_string2: str,
        base_filter: str | None = None,
    ) -> TraceFilterCorrelationResult:
        """How often two filters match the same traces; among those of the base filter only."""
        with mlflow_errors():
            one = sa.and_(sa.true(), *conditions(experiment_ids, filter_string1))
            two = sa.and_(sa.true(), *conditions(experiment_ids, filter_string2))
            among = conditions(experiment_ids, base_filter)
            counts = (_count(condition) for condition in (one, two, sa.and_(one, two)))
            statement = sa.select(*counts, sa.func.count()).select_from(trace_info).where(*among)
        first, second, joint, total = self._storage.trace_rows(statement)[0]
        found = calculate_npmi_from_counts(joint, first, second, total)
        return TraceFilterCorrelationResult(
            npmi=found.npmi,
            npmi_smoothed=found.npmi_smoothed,
            filter1_count=first,
            filter2_count=second,
            joint_count=joint,
            total_count=total,
        )


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count(sa.case((condition, 1)))


def _point(metric_name: str, names: Sequence[str], row: Sequence[Any], grouped: int) -> Any:
    from mlflow.entities.trace_metrics import MetricDataPoint

    dimensions = dict(zip(names[:grouped], row[:grouped], strict=True))
    values = zip(names[grouped:], row[grouped:], strict=True)
    return MetricDataPoint(
        metric_name=metric_name,
        dimensions=_with_time(dimensions),
        values={key: _number(value) for key, value in values if value is not None},
    )


def _number(value: Any) -> float:
    # PostgreSQL's sums and averages are decimals.
    return value if isinstance(value, int) else float(value)


def _with_time(dimensions: Mapping[str, Any]) -> dict[str, str]:
    found = dict(dimensions)
    if TIME_BUCKET in found:
        seconds = found[TIME_BUCKET] / 1000
        found[TIME_BUCKET] = datetime.fromtimestamp(seconds, tz=timezone.utc).isoformat()
    return found
