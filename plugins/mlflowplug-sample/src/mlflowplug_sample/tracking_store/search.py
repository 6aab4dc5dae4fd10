"""Filters and orders of runs and experiments, as MLflow parses them, put into SQL.

The comparators, and the errors for wrong ones, are MLflow's (mlflow/utils/search_utils.py). What
they select is what `_get_sqlalchemy_filter_clauses` and `_get_orderby_clauses` of
mlflow/store/tracking/sqlalchemy_store.py select.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from mlflow.exceptions import MlflowException
from mlflow.store.tracking import SEARCH_MAX_RESULTS_THRESHOLD
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT, MLFLOW_RUN_NAME
from mlflow.utils.search_utils import SearchExperimentsUtils, SearchUtils

from ..sql.errors import invalid_parameter
from .storage import schema

Column = sa.ColumnElement[Any]
Parsed = dict[str, Any]

_TABLES = {"metric": schema.latest_metrics, "parameter": schema.params, "tag": schema.tags}
_NUMERIC = ("=", "!=", "<", "<=", ">", ">=")
_TEXT = ("=", "!=", "LIKE", "ILIKE")
_NULL = ("IS NULL", "IS NOT NULL")
# PostgreSQL takes a backslash for the escape unless another character is named, SQLite does not.
_NO_ESCAPE = "\x01"


def experiment_number(experiment_id: str | int) -> int:
    """The id as the number that it is kept as."""
    try:
        return int(experiment_id)
    except (TypeError, ValueError):
        raise invalid_parameter(
            f"Invalid experiment ID '{experiment_id}'. Experiment ID must be a valid integer."
        ) from None


def compare(column: Column, comparator: str, value: object) -> Column:
    """MLflow's comparison in SQL; LIKE is case-sensitive, ILIKE is not, RLIKE is a pattern."""
    if comparator == "LIKE":
        return column.like(value, escape=_NO_ESCAPE)
    if comparator == "ILIKE":
        return column.ilike(value, escape=_NO_ESCAPE)
    if comparator == "RLIKE":
        return column.regexp_match(_pattern(str(value)))
    condition: Column = SearchUtils.get_sql_comparison_func(comparator, "sqlite")(column, value)
    return condition


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise invalid_parameter(f"Invalid regular expression {text!r}: {error}") from None
    return text


def check_max_results(max_results: int | None) -> None:
    """Refuse a page of a size that MLflow's own SQL store refuses."""
    message = f"Invalid value {max_results} for parameter 'max_results' supplied. It must be "
    if max_results is None or max_results < 1:
        raise invalid_parameter(f"{message}a positive integer")
    if max_results > SEARCH_MAX_RESULTS_THRESHOLD:
        raise invalid_parameter(f"{message}at most {SEARCH_MAX_RESULTS_THRESHOLD}")


def ordered(column: Column, *, ascending: bool) -> Column:
    """The column to order by; NULL counts as the least, as SQLite has it, on every database."""
    return column.asc().nulls_first() if ascending else column.desc().nulls_last()


def select_runs(
    experiment_ids: Sequence[str],
    stages: Sequence[str],
    filter_string: str | None,
    order_by: list[str] | None,
) -> sa.Select[Any]:
    """The numbers of the runs that match, in MLflow's order."""
    query = _RunQuery()
    parsed = SearchUtils.parse_search_filter(filter_string)
    conditions = [query.condition(one) for one in parsed]
    order = query.order(order_by or [])
    return (
        sa.select(schema.runs.c.number)
        .select_from(query.source)
        .where(
            schema.runs.c.experiment_id.in_([experiment_number(key) for key in experiment_ids]),
            schema.runs.c.lifecycle_stage.in_(sorted(set(stages))),
            *conditions,
        )
        .order_by(*order)
    )


class _RunQuery:
    """Collects the joins of one search: one per metric, param or tag, however often it is named."""

    def __init__(self) -> None:
        self.source: sa.FromClause = schema.runs
        self._joined: dict[tuple[str, str], sa.FromClause] = {}

    def condition(self, parsed: Parsed) -> Column:
        """One comparison of a filter."""
        kind, key = parsed["type"], SearchUtils.translate_key_alias(parsed["key"])
        comparator, value = parsed["comparator"].upper(), parsed["value"]
        if SearchUtils.is_attribute(kind, key, comparator):
            return self._attribute(key, comparator, value)
        if SearchUtils.is_dataset(kind, comparator):
            return _dataset(key, comparator, value)
        _check_comparator(kind, comparator)
        if comparator in _NULL:
            return self._presence(kind, key, comparator)
        return self._value(kind, key, comparator, value)

    def order(self, clauses: Sequence[str]) -> list[Column]:
        """The columns to order by: as asked, then the newest first, then by id."""
        columns: list[Column] = []
        seen: set[tuple[str, str]] = set()
        for clause in clauses:
            kind, key, ascending = SearchUtils.parse_order_by_for_search_runs(clause)
            key = SearchUtils.translate_key_alias(key)
            if (kind, key) in seen:
                raise MlflowException(f"`order_by` contains duplicate fields: {list(clauses)}")
            seen.add((kind, key))
            columns += self._ordered(kind, key, ascending=ascending)
        if ("attribute", "start_time") not in seen:
            columns.append(ordered(schema.runs.c.start_time, ascending=False))
        return [*columns, schema.runs.c.run_id]

    def _attribute(self, key: str, comparator: str, value: object) -> Column:
        if key == "run_name":
            # The name is searched in its tag, which can be deleted, as MLflow does.
            return self._value("tag", MLFLOW_RUN_NAME, comparator, value)
        return compare(schema.runs.c[key], comparator, value)

    def _value(self, kind: str, key: str, comparator: str, value: Any) -> Column:
        joined = self._join(kind, key)
        if kind != "metric":
            return compare(joined.c.value, comparator, value)
        # NaN is kept as 0: it must match no comparison but "is not".
        found = compare(joined.c.value, comparator, float(value))
        if comparator == "!=":
            return sa.or_(found, joined.c.is_nan == 1)
        return sa.and_(found, joined.c.is_nan == 0)

    def _presence(self, kind: str, key: str, comparator: str) -> Column:
        column = self._join(kind, key).c.run
        return column.is_(None) if comparator == "IS NULL" else column.is_not(None)

    def _ordered(self, kind: str, key: str, *, ascending: bool) -> list[Column]:
        if SearchUtils.is_attribute(kind, key, "="):
            column: Column = schema.runs.c[key]
        else:
            _check_comparator(kind, "=")
            column = self._join(kind, key).c.value
        rank = _rank(self._join(kind, key)) if kind == "metric" else _missing(column)
        return [rank, ordered(column, ascending=ascending)]

    def _join(self, kind: str, key: str) -> sa.FromClause:
        if (kind, key) not in self._joined:
            table = _TABLES[kind].alias()
            on = sa.and_(table.c.run == schema.runs.c.number, table.c.key == key)
            self.source = self.source.outerjoin(table, on)
            self._joined[kind, key] = table
        return self._joined[kind, key]


def _missing(column: Column) -> Column:
    """Runs without the value last, whatever the direction."""
    return sa.case((column.is_(None), 1), else_=0)


def _rank(metric: sa.FromClause) -> Column:
    """Numbers first, then NaN, then runs without the metric, whatever the direction."""
    return sa.case((metric.c.is_nan == 1, 1), (metric.c.value.is_(None), 2), else_=0)


def _check_comparator(kind: str, comparator: str) -> None:
    if not (
        SearchUtils.is_metric(kind, comparator)
        or SearchUtils.is_param(kind, comparator)
        or SearchUtils.is_tag(kind, comparator)
    ):
        raise invalid_parameter(f"Invalid search expression type '{kind}'")


def _dataset(key: str, comparator: str, value: object) -> Column:
    source, edge, tag = schema.datasets, schema.inputs, schema.input_tags
    query = sa.select(sa.literal(1)).where(
        edge.c.source_id == source.c.dataset_uuid, edge.c.destination_id == schema.runs.c.run_id
    )
    if key != "context":
        return query.where(compare(source.c[key], comparator, value)).exists()
    return query.where(
        tag.c.input_uuid == edge.c.input_uuid,
        tag.c.name == MLFLOW_DATASET_CONTEXT,
        compare(tag.c.value, comparator, value),
    ).exists()


def select_experiments(
    stages: Sequence[str], filter_string: str | None, order_by: list[str] | None
) -> sa.Select[Any]:
    """The ids of the experiments that match, in MLflow's order."""
    parsed = SearchExperimentsUtils.parse_search_filter(filter_string)
    return (
        sa.select(schema.experiments.c.experiment_id)
        .where(
            schema.experiments.c.lifecycle_stage.in_(sorted(set(stages))),
            *(_experiment_condition(one) for one in parsed),
        )
        .order_by(*_experiment_order(order_by or ["creation_time DESC", "experiment_id ASC"]))
    )


def _experiment_condition(parsed: Parsed) -> Column:
    kind, key, comparator = parsed["type"], parsed["key"], parsed["comparator"]
    if kind == "tag":
        return _experiment_tag(key, comparator, parsed["value"])
    if kind != "attribute":
        raise invalid_parameter(f"Invalid token type: {kind}")
    value = _experiment_value(key, comparator, parsed["value"])
    return compare(schema.experiments.c[key], comparator, value)


def _experiment_value(key: str, comparator: str, value: Any) -> object:
    """The value in the column's type, once the comparator is known to fit it."""
    if key == "experiment_id":
        _allow(comparator, ("=", "!=", "IN", "NOT IN"), key)
        if isinstance(value, tuple):
            return tuple(map(experiment_number, value))
        return experiment_number(value)
    if key == "name":
        _allow(comparator, _TEXT, "string attribute")
        return value
    _allow(comparator, _NUMERIC, "numeric attribute")
    # MLflow's parser has made numbers of numbers already.
    if not isinstance(value, int):
        raise invalid_parameter(f"Invalid value for numeric attribute '{key}': {str(value)!r}")
    return value


def _experiment_tag(key: str, comparator: str, value: object) -> Column:
    tag = schema.experiment_tags
    query = sa.select(sa.literal(1)).where(
        tag.c.experiment_id == schema.experiments.c.experiment_id, tag.c.key == key
    )
    if comparator in _NULL:
        return ~query.exists() if comparator == "IS NULL" else query.exists()
    _allow(comparator, _TEXT, "tag")
    return query.where(compare(tag.c.value, comparator, value)).exists()


def _allow(comparator: str, allowed: Sequence[str], kind: str) -> None:
    if comparator not in allowed:
        raise invalid_parameter(f"Invalid comparator for {kind}: {comparator}")


def _experiment_order(clauses: Sequence[str]) -> list[Column]:
    parse = SearchExperimentsUtils.parse_order_by_for_search_experiments
    columns: list[tuple[str, bool]] = []
    for kind, key, ascending in map(parse, clauses):
        if kind != "attribute":
            raise invalid_parameter(f"Invalid order_by entity: {kind}")
        columns.append((key, ascending))
    if not any(key == "experiment_id" for key, _ in columns):
        columns.append(("experiment_id", False))
    found = schema.experiments.c
    return [ordered(found[key], ascending=ascending) for key, ascending in columns]
