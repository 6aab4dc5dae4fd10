"""Statistics of traces, spans and assessments put into SQL.

The numbers are those of `query_metrics` in mlflow/store/tracking/utils/sql_trace_metrics_utils.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from mlflow.tracing.constant import TraceMetadataKey, TraceTagKey

from ..sql.errors import invalid_parameter
from .search import Column, experiment_number
from .storage.assessments import VISIBLE
from .storage.trace_schema import (
    assessments,
    spans,
    trace_info,
    trace_request_metadata,
    trace_tags,
)
from .token_usage import COSTS
from .trace_search import has_pair, of_run

if TYPE_CHECKING:
    from mlflow.entities.trace_metrics import MetricAggregation, MetricViewType

TIME_BUCKET = "time_bucket"
_MS = 1_000_000  # nanoseconds
_PERCENTILE = "PERCENTILE"


def _value_of(table: sa.Table, key: str) -> Column:
    """The tag, or the metadata, of a trace."""
    return (
        sa.select(table.c.value)
        .where(table.c.request_id == trace_info.c.request_id, table.c.key == key)
        .scalar_subquery()
    )


_SOURCES: dict[str, sa.FromClause] = {
    "TRACES": trace_info,
    "SPANS": spans.join(trace_info, spans.c.trace_id == trace_info.c.request_id),
    "ASSESSMENTS": assessments.join(trace_info, assessments.c.trace_id == trace_info.c.request_id),
}
_VALUES: dict[tuple[str, str], Column] = {
    ("TRACES", "trace_count"): trace_info.c.request_id,
    ("TRACES", "session_count"): _value_of(trace_request_metadata, TraceMetadataKey.TRACE_SESSION),
    ("TRACES", "latency"): trace_info.c.execution_time_ms,
    ("SPANS", "span_count"): spans.c.span_id,
    ("SPANS", "latency"): (spans.c.end_time_unix_nano - spans.c.start_time_unix_nano) // _MS,
    ("ASSESSMENTS", "assessment_count"): assessments.c.assessment_id,
    ("ASSESSMENTS", "assessment_value"): assessments.c.aggregate_value,
}
_TABLES = {"TRACES": trace_info, "SPANS": spans, "ASSESSMENTS": assessments}
_DIMENSIONS: dict[str, Column] = {
    "trace_name": _value_of(trace_tags, TraceTagKey.TRACE_NAME),
    "trace_status": trace_info.c.status,
    "span_name": spans.c.name,
    "span_type": spans.c.type,
    "span_status": spans.c.status,
    "span_model_name": spans.c.model_name,
    "span_model_provider": spans.c.model_provider,
    "assessment_name": assessments.c.name,
    "assessment_value": assessments.c.value,
}
_FILTERS: dict[tuple[str, str], Column] = {
    ("trace", "status"): trace_info.c.status,
    ("span", "name"): spans.c.name,
    ("span", "status"): spans.c.status,
    ("span", "type"): spans.c.type,
    ("assessment", "name"): assessments.c.name,
    ("assessment", "type"): assessments.c.assessment_type,
}
_FILTER_VIEWS = {"span": "SPANS", "assessment": "ASSESSMENTS"}


class MetricQuery:
    """One question about the numbers of one view."""

    def __init__(self, view_type: MetricViewType, metric_name: str) -> None:
        self._view = str(view_type.value)
        self._metric = metric_name
        known = _VALUES.get((self._view, metric_name))
        self._value = _TABLES[self._view].c[metric_name] if known is None else known
        self._conditions: list[Column | sa.TextClause] = [self._value.is_not(None)]
        if self._view == "ASSESSMENTS":
            self._conditions += [assessments.c.valid == 1, sa.text(VISIBLE)]
        self.dimensions: list[sa.Label[Any]] = []

    def within(self, experiment_ids: Iterable[str], start: int | None, end: int | None) -> None:
        """Only traces of these experiments that started between, in milliseconds since 1970."""
        numbers = [experiment_number(key) for key in experiment_ids]
        self._conditions.append(trace_info.c.experiment_id.in_(numbers))
        # Costs come with their spans, everything else with its trace.
        of_span = self._view == "SPANS" and self._metric in COSTS
        time = spans.c.start_time_unix_nano // _MS if of_span else trace_info.c.timestamp_ms
        if start is not None:
            self._conditions.append(time >= start)
        if end is not None:
            self._conditions.append(time <= end)

    def filter(self, filters: Iterable[str]) -> None:
        """Only what all these filters match."""
        from mlflow.utils.search_utils import SearchTraceMetricsUtils  # newer than 3.8

        for text in filters:
            parsed = SearchTraceMetricsUtils.parse_search_filter(text)
            self._conditions.append(
                self._condition(parsed.view_type, parsed.entity, parsed.key, parsed.value)
            )

    def _condition(self, kind: str, entity: str, key: str, value: str) -> Column:
        view = _FILTER_VIEWS.get(kind, self._view)
        if view != self._view:
            raise invalid_parameter(
                f"Filtering by {kind} is only supported for {view} view type, got {self._view}"
            )
        if (kind, entity) in _FILTERS:
            return _FILTERS[kind, entity] == value
        if entity == "tag":
            return has_pair(trace_tags, key, "=", value)
        if key == TraceMetadataKey.SOURCE_RUN:
            return of_run(value)
        return has_pair(trace_request_metadata, key, "=", value)

    def group_by(self, names: Iterable[str], seconds: int | None) -> None:
        """Group by these, and by buckets of time; what has no value for one is left out."""
        if seconds:
            self.dimensions.append(self._bucket(seconds * 1000).label(TIME_BUCKET))
        for name in names:
            self.dimensions.append(_DIMENSIONS[name].label(name))
            self._conditions.append(_DIMENSIONS[name].is_not(None))

    def _bucket(self, width: int) -> Column:
        time: Column = trace_info.c.timestamp_ms
        if self._view == "SPANS":
            time = spans.c.start_time_unix_nano // _MS
        return time - time % width

    def statement(self, aggregations: Sequence[MetricAggregation]) -> sa.Select[Any]:
        """The dimensions and the aggregations of each group, by the dimensions."""
        rows = self._rows(ranked=any(_is_percentile(one) for one in aggregations))
        groups = [rows.c[column.name] for column in self.dimensions]
        distinct = self._metric == "session_count"
        made = [_aggregate(rows, one, distinct=distinct).label(str(one)) for one in aggregations]
        return sa.select(*groups, *made).group_by(*groups).order_by(*groups)

    def _rows(self, *, ranked: bool) -> sa.Subquery:
        """Each value with its group; `ranked` adds its place there, and the last place."""
        rows = (
            sa.select(*self.dimensions, self._value.label("value"))
            .select_from(_SOURCES[self._view])
            .where(*self._conditions)
            .subquery()
        )
        if not ranked:
            return rows
        groups = [rows.c[column.name] for column in self.dimensions]
        place = sa.func.row_number().over(partition_by=groups, order_by=rows.c.value) - 1
        last = sa.func.count().over(partition_by=groups) - 1
        return sa.select(*rows.c, place.label("place"), last.label("last")).subquery()


def _is_percentile(aggregation: MetricAggregation) -> bool:
    return str(aggregation.aggregation_type.value) == _PERCENTILE


def _aggregate(rows: sa.Subquery, aggregation: MetricAggregation, *, distinct: bool) -> Column:
    value = rows.c.value
    if _is_percentile(aggregation):
        return _percentile(rows, float(aggregation.percentile_value or 0) / 100)
    name = str(aggregation.aggregation_type.value).lower()
    function = getattr(sa.func, name)
    found: Column = function(value.distinct() if distinct else value)
    return found


def _percentile(rows: sa.Subquery, fraction: float) -> Column:
    """Between the two values around the place, as PERCENTILE_CONT, which SQLite does not have."""
    value, place, wanted = rows.c.value, rows.c.place, fraction * rows.c.last
    low = sa.func.max(sa.case((place <= wanted, value)))
    high = sa.func.min(sa.case((place >= wanted, value)))
    below = sa.func.max(sa.case((place <= wanted, place)))
    return low + (high - low) * (sa.func.max(wanted) - below)
