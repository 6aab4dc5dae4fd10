"""What to slice by: `evaluator_config`, or environment variables.

MLflow asks every installed evaluator when none is named (`resolve_evaluators_and_configs` in
mlflow/models/evaluation/base.py), so this one takes part only where columns to slice by are named.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlflow.exceptions import MlflowException

SLICE_BY = "slice_by"
VARIABLE = "SAMPLE_SLICE_BY"
"""Columns with commas between them, for evaluations whose config names none."""


@dataclass(frozen=True)
class Configuration:
    """How to slice.

    Args:
        columns: each of them makes slices of its own.
        is_asked_for: the evaluation itself names them, not the environment.
        min_size: smaller slices are in the table, but none of them is called the worst.
        bins: numbers with more values than this are cut into so many parts of the same size.
        max_slices: of a column with more values the rest become one slice.
        prefix: begins the names of metrics and files, as in MLflow's own evaluators.
    """

    columns: tuple[str, ...] = ()
    is_asked_for: bool = True
    min_size: int = 10
    bins: int = 4
    max_slices: int = 50
    prefix: str = ""


def wants_slices(config: Mapping[str, Any] | None) -> bool:
    """Whether the evaluation, or the environment, names columns to slice by."""
    return bool((config or {}).get(SLICE_BY) or os.environ.get(VARIABLE))


def read(config: Mapping[str, Any] | None) -> Configuration:
    """The configuration; keys of other evaluators may be in it, since MLflow hands one to all.

    Raises:
        MlflowException: a value is wrong.
    """
    config = config or {}
    asked = config.get(SLICE_BY)
    return Configuration(
        columns=_names(asked) if asked else _names(os.environ.get(VARIABLE, "").split(",")),
        is_asked_for=bool(asked),
        min_size=_number(config, "min_size", Configuration.min_size),
        bins=_number(config, "bins", Configuration.bins),
        max_slices=_number(config, "max_slices", Configuration.max_slices),
        prefix=str(config.get("metric_prefix") or ""),
    )


def _names(value: object) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise _refused(f"{SLICE_BY!r} is {value!r}. Expected the name of a column, or a list.")
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


def _number(config: Mapping[str, Any], key: str, default: int) -> int:
    value = config.get(key, default)
    if not isinstance(value, int) or value < 1:
        raise _refused(f"{key!r} is {value!r}. Expected a whole number from 1 on.")
    return value


def _refused(reason: str) -> MlflowException:
    return MlflowException.invalid_parameter_value(f"In evaluator_config, {reason}")
