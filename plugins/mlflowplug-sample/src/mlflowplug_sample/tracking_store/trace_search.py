"""Filters and orders of traces, as MLflow parses them, put into SQL.

The grammar is MLflow's (`SearchTraceUtils` in mlflow/utils/search_utils.py). What it selects is
what `_get_filter_clauses_for_search_traces` of mlflow/store/tracking/sqlalchemy_store.py selects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from mlflow.exceptions import MlflowException
from mlflow.tracing.constant import TraceMetadataKey
from mlflow.utils.search_utils import SearchTraceUtils

from ..sql.errors import invalid_parameter
from .search import Column, Parsed, compare, experiment_number, ordered
from .storage.trace_schema import (
    entity_associations,
    trace_info,
    trace_request_metadata,
    trace_tags,
)
from .trace_search_assessments import is_assessed
from .trace_search_spans import on_span

LINKED_PROMPTS = "mlflow.linkedPrompts"  # TraceTagKey.LINKED_PROMPTS, in MLflows newer than 3.6
_NUMERIC = ("timestamp_ms", "execution_time_ms", "end_time_ms")
_END = trace_info.c.timestamp_ms + sa.func.coalesce(trace_info.c.execution_time_ms, 0)


def select_traces(
    locations: Sequence[str] | None, filter_string: str | None, order_by: Sequence[str] | None
) -> sa.Select[Any]:
    """The ids of the traces that match, in MLflow's order; without locations, everywhere."""
    source, columns = _order(list(order_by or []))
    return (
        sa.select(trace_info.c.request_id)
        .select_from(source)
        .where(*conditions(locations, filter_string))
        .order_by(*columns)
    )


def conditions(locations: Sequence[str] | None, filter_string: str | None) -> list[Column]:
    """What is true of the traces that match."""
    experiments = None if locations is None else [experiment_number(key) for key in locations]
    parsed = SearchTraceUtils.parse_search_filter_for_search_traces(filter_string)
    found = [_condition(one, experiments) for one in parsed if one["type"] != "span"]
    # All that is said of spans has to be true of one span.
    spans = [one for one in parsed if one["type"] == "span"]
    if spans:
        found.append(on_span(spans))
    if experiments is not None:
        found.append(trace_info.c.experiment_id.in_(experiments))
    return found


def _condition(parsed: Parsed, experiments: Sequence[int] | None) -> Column:
    kind, key, value = parsed["type"], parsed["key"], parsed["value"]
    comparator = parsed["comparator"].upper()
    if SearchTraceUtils.is_attribute(kind, key, comparator):
        return _attribute(key, comparator, value)
    if SearchTraceUtils.is_request_metadata(kind, comparator):
        if key == TraceMetadataKey.SOURCE_RUN and comparator == "=":
            return of_run(value)
        return has_pair(trace_request_metadata, key, comparator, value)
    if SearchTraceUtils.is_tag(kind, comparator):
        if key == LINKED_PROMPTS:
            return _of_prompt(comparator, value)
        return has_pair(trace_tags, key, comparator, value)
    return is_assessed(parsed, experiments)


def _attribute(key: str, comparator: str, value: Any) -> Column:
    if key in _NUMERIC:
        column: Column = _END if key == "end_time_ms" else trace_info.c[key]
        return compare(column, comparator, _number(key, value))
    return compare(trace_info.c[key], comparator, value)


def _number(key: str, value: Any) -> float:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        raise invalid_parameter(f"Invalid value for numeric attribute '{key}': {value!r}") from None


def has_pair(table: sa.Table, key: str, comparator: str, value: object) -> Column:
    """Whether a trace has a tag, or metadata, of this key and such a value."""
    query = sa.select(sa.literal(1)).where(
        table.c.request_id == trace_info.c.request_id, table.c.key == key
    )
    if comparator == "IS NULL":
        return ~query.exists()
    if comparator == "IS NOT NULL":
        return query.exists()
    return query.where(compare(table.c.value, comparator, value)).exists()


def of_run(run_id: str) -> Column:
    """Whether a trace was made in a run, or linked to it later."""
    made = has_pair(trace_request_metadata, TraceMetadataKey.SOURCE_RUN, "=", run_id)
    return sa.or_(made, _is_linked("run", run_id))


def _of_prompt(comparator: str, value: str) -> Column:
    if comparator != "=":
        raise invalid_parameter(
            f"Invalid comparator '{comparator}' for prompts filter. "
            "Only '=' is supported with format: prompt = \"name/version\""
        )
    if value.count("/") != 1:
        raise invalid_parameter(
            f"Invalid prompts filter value '{value}'. Expected format: prompt = \"name/version\""
        )
    return _is_linked("prompt_version", value)


def _is_linked(kind: str, identifier: str) -> Column:
    link = entity_associations.c
    return (
        sa.select(sa.literal(1))
        .where(
            link.source_type == "trace",
            link.source_id == trace_info.c.request_id,
            link.destination_type == kind,
            link.destination_id == identifier,
        )
        .exists()
    )


def _order(clauses: list[str]) -> tuple[sa.FromClause, list[Column]]:
    """As asked, traces without the value last; then the newest first, then by id."""
    source: sa.FromClause = trace_info
    columns: list[Column] = []
    seen: set[tuple[str, str]] = set()
    for kind, key, ascending in map(SearchTraceUtils.parse_order_by_for_search_traces, clauses):
        if (kind, key) in seen:
            raise MlflowException(f"`order_by` contains duplicate fields: {clauses}")
        seen.add((kind, key))
        if kind == "attribute":
            column: Column = _END if key == "end_time_ms" else trace_info.c[key]
        else:
            source, column = _joined(source, kind, key)
        columns.append(sa.case((column.is_(None), 1), else_=0))
        columns.append(ordered(column, ascending=ascending))
    columns.append(trace_info.c.timestamp_ms.desc())
    return source, [*columns, trace_info.c.request_id]


def _joined(source: sa.FromClause, kind: str, key: str) -> tuple[sa.FromClause, Column]:
    tables = {"tag": trace_tags, "request_metadata": trace_request_metadata}
    if kind not in tables:
        raise invalid_parameter(f"Invalid identifier type '{kind}'")
    table = tables[kind].alias()
    on = sa.and_(table.c.request_id == trace_info.c.request_id, table.c.key == key)
    return source.outerjoin(table, on), table.c.value
