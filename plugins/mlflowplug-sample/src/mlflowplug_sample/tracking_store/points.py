"""Metrics as MLflow gives them, checked and turned into what is stored."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from functools import lru_cache

from mlflow.entities import Metric
from mlflow.exceptions import MlflowException
from mlflow.utils.validation import _validate_metric

from .storage.metrics import Point
from .storage.model_metrics import ModelPoint

MAX_FLOAT = 1.7976931348623157e308
"""What infinity becomes: `sanitize_metric_value` of MLflow's own SQL store does the same."""


@lru_cache(maxsize=10_000)
def _is_valid_key(key: str) -> bool:
    try:
        _validate_metric(key, 0.0, 0, 0)
    except MlflowException:
        return False
    return True


def _is_plain(metric: Metric) -> bool:
    """Whether MLflow's validation would surely accept it.

    MLflow's own check takes half the time of a batch, mostly to match the same keys again. It is
    still what judges everything unusual, and what words the error.
    """
    timestamp = metric.timestamp
    return (
        type(metric.value) in (float, int)
        and type(timestamp) is int
        and timestamp >= 0
        and type(metric.step) is int
        and type(metric.key) is str
        and _is_valid_key(metric.key)
    )


def point(metric: Metric, path: str = "") -> Point:
    """The row of a metric; `path` says in MLflow's error which one of a batch was wrong."""
    if not _is_plain(metric):
        _validate_metric(metric.key, metric.value, metric.timestamp, metric.step, path=path)
    value, is_nan = sanitized(metric.value)
    return (metric.key, _number(metric.timestamp), _number(metric.step), value, is_nan)


def points(metrics: Sequence[Metric]) -> list[Point]:
    """The rows of the metrics of a batch."""
    return [point(metric, f"metrics[{i}]") for i, metric in enumerate(metrics)]


def model_points(run_id: str, metrics: Sequence[Metric]) -> list[ModelPoint]:
    """The rows for the logged models of those metrics that name one."""
    return [
        ModelPoint(
            metric.model_id,
            metric.key,
            _number(metric.timestamp),
            _number(metric.step),
            run_id,
            sanitized(metric.value)[0],
            metric.dataset_name,
            metric.dataset_digest,
        )
        for metric in metrics
        if metric.model_id is not None
    ]


def sanitized(value: float) -> tuple[float, int]:
    """The value that SQL can hold, and 1 when it stands for NaN."""
    value = float(value)
    if math.isfinite(value):
        return value, 0
    if math.isnan(value):
        return 0.0, 1
    return math.copysign(MAX_FLOAT, value), 0


def _number(value: float) -> float:
    # NumPy's integers would be stored as their bytes.
    if type(value) is int:
        return value
    return int(value) if isinstance(value, numbers.Integral) else float(value)
