"""What is measured of a slice. Put your own measures here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn import metrics

Values = Any
"""A column of labels or predictions, as a NumPy array."""


@dataclass(frozen=True)
class Measures:
    """The measures of a kind of models.

    Args:
        functions: from labels and predictions to a number, by the metric's name.
        ranking: the one that says which slice is the worst.
        greater_is_better: of `ranking`.
    """

    functions: Mapping[str, Callable[[Values, Values], float]]
    ranking: str
    greater_is_better: bool

    def of(self, labels: Values, predictions: Values) -> dict[str, float]:
        """All of them, for one slice."""
        found = {name: float(f(labels, predictions)) for name, f in self.functions.items()}
        return {"example_count": float(len(labels)), **found}


def _mean_error(labels: Values, predictions: Values) -> float:
    """Above zero where the model promises too much."""
    return float(np.mean(np.asarray(predictions, float) - np.asarray(labels, float)))


def _macro(score: Callable[..., float]) -> Callable[[Values, Values], float]:
    return lambda labels, found: score(labels, found, average="macro", zero_division=0)


BY_MODEL_TYPE = {
    "regressor": Measures(
        {
            "mean_absolute_error": metrics.mean_absolute_error,
            "root_mean_squared_error": metrics.root_mean_squared_error,
            "mean_error": _mean_error,
        },
        ranking="mean_absolute_error",
        greater_is_better=False,
    ),
    "classifier": Measures(
        {
            "accuracy_score": metrics.accuracy_score,
            "f1_score_macro": _macro(metrics.f1_score),
            "precision_score_macro": _macro(metrics.precision_score),
            "recall_score_macro": _macro(metrics.recall_score),
        },
        ranking="accuracy_score",
        greater_is_better=True,
    ),
}
"""By MLflow's `model_type`; evaluations of other types are left to other evaluators."""
