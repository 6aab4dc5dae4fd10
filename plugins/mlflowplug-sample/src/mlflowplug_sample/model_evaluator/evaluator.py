"""The evaluator that MLflow calls."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models.evaluation import EvaluationResult, ModelEvaluator

from .configuration import SLICE_BY, VARIABLE, Configuration, read, wants_slices
from .measures import BY_MODEL_TYPE, Values
from .results import log_all, slice_metrics
from .slices import slice_table

_logger = logging.getLogger(__name__)


class SampleEvaluator(ModelEvaluator):
    """Measures regressors and classifiers on the slices of the data."""

    @classmethod
    def can_evaluate(
        cls,
        *,
        model_type: str,
        evaluator_config: dict[str, Any],
        **kwargs: Any,  # noqa: ARG003
    ) -> bool:
        """True for regressors and classifiers, where columns to slice by are named."""
        return model_type in BY_MODEL_TYPE and wants_slices(evaluator_config)

    def evaluate(
        self,
        *,
        model_type: str,
        dataset: Any,
        run_id: str,
        evaluator_config: dict[str, Any],
        model: Any = None,
        extra_metrics: Any = None,  # noqa: ARG002  those of MLflow's own evaluators
        custom_artifacts: Any = None,  # noqa: ARG002
        predictions: str | None = None,
        **kwargs: Any,  # noqa: ARG002  such as model_id: MLflow logs the metrics to it itself
    ) -> EvaluationResult | None:
        """Measure the slices, and log metrics, the table and the plot to the run.

        Args:
            model_type: "regressor" or "classifier".
            dataset: MLflow's EvaluationDataset.
            run_id: of the run to log to.
            evaluator_config: see `Configuration`.
            model: a pyfunc model; None where the dataset has predictions.
            extra_metrics, custom_artifacts: left to MLflow's own evaluators.
            predictions: the column of a model's output that holds the predictions.

        Returns:
            Metrics and artifacts; None when only the environment asks for slices and the data has
            none of its columns.

        Raises:
            MlflowException: the config is wrong, or a column that it names is not in the data.
        """
        features = _features(dataset)
        configuration = _with_columns_of(features, read(evaluator_config))
        if configuration is None:
            return None
        measures = BY_MODEL_TYPE[model_type]
        labels = np.asarray(dataset.labels_data)
        predicted = _predictions(model, features, dataset, predictions)
        table = slice_table(features, labels, predicted, measures, configuration)
        metrics = slice_metrics(table, measures, configuration)
        artifacts = log_all(run_id, metrics, table, measures, configuration.prefix)
        return EvaluationResult(metrics, artifacts, run_id)


def _features(dataset: Any) -> pd.DataFrame:
    """The features, under the names that MLflow's own evaluators use."""
    features = pd.DataFrame(dataset.features_data)
    return features.set_axis(list(dataset.feature_names), axis="columns")


def _with_columns_of(features: pd.DataFrame, configuration: Configuration) -> Configuration | None:
    """The configuration with the columns that are there; None when none is and nobody asked."""
    missing = [name for name in configuration.columns if name not in features.columns]
    if missing and configuration.is_asked_for:
        raise MlflowException.invalid_parameter_value(
            f"{SLICE_BY!r} names columns that are not in the data: {missing}. "
            f"There are {list(features.columns)}. (`feature_names` takes all others out.)"
        )
    if missing:
        _logger.warning("The data has no columns %s to slice by (%s).", missing, VARIABLE)
    there = tuple(name for name in configuration.columns if name not in missing)
    return replace(configuration, columns=there) if there else None


def _predictions(model: Any, features: pd.DataFrame, dataset: Any, column: str | None) -> Values:
    if model is None:
        if dataset.predictions_data is None:
            raise MlflowException.invalid_parameter_value(
                "There is neither a model nor a column of predictions to evaluate."
            )
        return np.asarray(dataset.predictions_data)
    # Columns to slice by that are no features go, where the model has a signature.
    found = model.predict(features.copy())
    if isinstance(found, pd.DataFrame):
        found = _column(found, column)
    return np.asarray(found).reshape(len(features))


def _column(output: pd.DataFrame, column: str | None) -> pd.Series:
    if len(output.columns) == 1:
        return output.iloc[:, 0]
    if column not in output.columns:
        raise MlflowException.invalid_parameter_value(
            f"The model's output has the columns {list(output.columns)}. Name that of the "
            f"predictions: mlflow.models.evaluate(predictions=…); it is {column!r}."
        )
    return output[column]
