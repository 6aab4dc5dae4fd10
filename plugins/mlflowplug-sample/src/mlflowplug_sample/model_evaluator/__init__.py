"""Judges models slice by slice.

`mlflow.models.evaluate(…, evaluators="sample")`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .evaluator import SampleEvaluator


def model_evaluator() -> SampleEvaluator:
    """Make the evaluator, as `get_evaluator` in mlflow/models/evaluation does for each use."""
    from .evaluator import SampleEvaluator

    return SampleEvaluator()
