"""Filters and orders of logged models put into SQL.

As `search_logged_models` of mlflow/store/tracking/sqlalchemy_store.py: metrics are compared at any
step, and ordered by their newest value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from mlflow.entities import LifecycleStage
from mlflow.utils.search_logged_model_utils import Comparison, EntityType, parse_filter_string

from ..sql.errors import invalid_parameter
from .search import Column, compare, experiment_number, ordered
from .storage import schema

Dataset = dict[str, Any]

_ALIASES = {
    "creation_time": "creation_timestamp_ms",
    "creation_timestamp": "creation_timestamp_ms",
    "last_updated_timestamp": "last_updated_timestamp_ms",
}
_PAIRS = {EntityType.PARAM: schema.logged_model_params, EntityType.TAG: schema.logged_model_tags}
_models, _metrics = schema.logged_models, schema.logged_model_metrics


def select_models(
    experiment_ids: Sequence[str],
    filter_string: str | None,
    datasets: list[Dataset] | None,
    order_by: list[dict[str, Any]] | None,
) -> sa.Select[Any]:
    """The ids of the active models that match, in MLflow's order."""
    comparisons = parse_filter_string(filter_string)
    on_datasets = [_on_dataset(one) for one in datasets or []]
    conditions = [_condition(one, on_datasets) for one in comparisons]
    if on_datasets and not any(one.entity.type == EntityType.METRIC for one in comparisons):
        conditions.append(_has_metric(sa.or_(*on_datasets)))
    statement = sa.select(_models.c.model_id).where(
        _models.c.lifecycle_stage != LifecycleStage.DELETED,
        _models.c.experiment_id.in_([experiment_number(key) for key in experiment_ids]),
        *conditions,
    )
    return _ordered(statement, order_by or [])


def _on_dataset(dataset: Dataset) -> Column:
    condition: Column = _metrics.c.dataset_name == dataset["dataset_name"]
    if "dataset_digest" in dataset:
        condition = condition & (_metrics.c.dataset_digest == dataset["dataset_digest"])
    return condition


def _condition(comparison: Comparison, on_datasets: list[Column]) -> Column:
    kind, key = comparison.entity.type, comparison.entity.key
    if kind == EntityType.ATTRIBUTE:
        return compare(_models.c[key], comparison.op, comparison.value)
    if kind == EntityType.METRIC:
        found = compare(_metrics.c.value, comparison.op, comparison.value)
        among = [sa.or_(*on_datasets)] if on_datasets else []
        return _has_metric(_metrics.c.key == key, found, *among)
    table = _PAIRS[kind]
    found = compare(table.c.value, comparison.op, comparison.value)
    return _models.c.model_id.in_(sa.select(table.c.model_id).where(table.c.key == key, found))


def _has_metric(*conditions: Column) -> Column:
    return _models.c.model_id.in_(sa.select(_metrics.c.model_id).where(*conditions))


def _ordered(statement: sa.Select[Any], clauses: list[dict[str, Any]]) -> sa.Select[Any]:
    """Orders as asked, then the newest first, then by id; models without a value come last."""
    columns: list[Column] = []
    source: sa.FromClause = _models
    names = [clause["field_name"] for clause in clauses]
    for clause in clauses:
        if "." in clause["field_name"]:
            newest = _newest(clause)
            source = source.outerjoin(newest, newest.c.model_id == _models.c.model_id)
            column: Column = newest.c.value
        else:
            column = _attribute(clause["field_name"])
        columns.append(sa.case((column.is_(None), 1), else_=0))
        columns.append(ordered(column, ascending=clause.get("ascending", True)))
    if not any(_ALIASES.get(name, name) == "creation_timestamp_ms" for name in names):
        columns.append(_models.c.creation_timestamp_ms.desc())
    return statement.select_from(source).order_by(*columns, _models.c.model_id)


def _attribute(name: str) -> Column:
    name = _ALIASES.get(name, name)
    if name not in _models.c:
        raise invalid_parameter(f"Invalid order by field name: {name}")
    return _models.c[name]


def _newest(clause: dict[str, Any]) -> sa.Subquery:
    """The newest value of a metric for each model, on a dataset when one is named."""
    kind, key = clause["field_name"].split(".", 1)
    if kind != "metrics":
        raise invalid_parameter(
            f"Invalid order by field name: {clause['field_name']}. Only metrics are supported."
        )
    place = sa.func.row_number().over(
        partition_by=_metrics.c.model_id,
        order_by=[_metrics.c.timestamp.desc(), _metrics.c.step.desc(), _metrics.c.run_id.asc()],
    )
    conditions = [_metrics.c.key == key]
    conditions += [
        _metrics.c[name] == clause[name]
        for name in ("dataset_name", "dataset_digest")
        if clause.get(name)
    ]
    ranked = (
        sa.select(_metrics.c.model_id, _metrics.c.value, place.label("place"))
        .where(*conditions)
        .subquery()
    )
    return sa.select(ranked).where(ranked.c.place == 1).subquery()
