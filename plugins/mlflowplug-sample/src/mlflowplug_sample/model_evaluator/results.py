"""What an evaluation leaves in its run: metrics, the table and the plot."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Metric
from mlflow.models.evaluation import EvaluationArtifact
from mlflow.models.evaluation.artifacts import CsvEvaluationArtifact, ImageEvaluationArtifact
from mlflow.utils.time import get_current_time_millis
from mlflow.utils.uri import append_to_uri_path
from PIL import Image

from .configuration import Configuration
from .measures import Measures
from .plot import bar_chart
from .slices import ALL, worst_of

TABLE = "slices"
PLOT = "worst_slices"

_OTHER = re.compile(r"[^\w -]")
"""What a part of a metric's name cannot have; `/` makes groups of metrics."""


def slice_metrics(
    table: pd.DataFrame, measures: Measures, configuration: Configuration
) -> dict[str, float]:
    """For each column the worst slice's measure, and how much worse it is than that of all data.

    A threshold on them (`mlflow.validate_evaluation_results`) keeps a model back that is good on
    the whole and bad for some.
    """
    whole = float(table.loc[table["column"] == ALL, measures.ranking].iloc[0])
    found = {}
    for column in configuration.columns:
        worst = worst_of(table, column)
        if worst is not None:
            name = f"{_OTHER.sub('_', column)}/{measures.ranking}"
            value = float(worst[measures.ranking])
            found[f"{configuration.prefix}worst_slice/{name}"] = value
            gap = whole - value if measures.greater_is_better else value - whole
            found[f"{configuration.prefix}worst_slice_gap/{name}"] = gap
    return found


def log_all(
    run_id: str,
    metrics: Mapping[str, float],
    table: pd.DataFrame,
    measures: Measures,
    prefix: str,
) -> dict[str, EvaluationArtifact]:
    """Log everything to the run; the artifacts, as MLflow's EvaluationResult wants them."""
    client = MlflowClient()
    now = get_current_time_millis()
    client.log_batch(run_id, [Metric(name, value, now, 0) for name, value in metrics.items()])
    figure = bar_chart(table, measures)
    csv, png = f"{prefix}{TABLE}.csv", f"{prefix}{PLOT}.png"
    client.log_text(run_id, table.to_csv(index=False), csv)
    client.log_figure(run_id, figure, png)
    root = client.get_run(run_id).info.artifact_uri
    image = io.BytesIO()
    figure.savefig(image)
    # The contents are given too: EvaluationResult.save does not fetch them.
    return {
        f"{prefix}{TABLE}": CsvEvaluationArtifact(append_to_uri_path(root, csv), table),
        f"{prefix}{PLOT}": ImageEvaluationArtifact(
            append_to_uri_path(root, png), Image.open(image)
        ),
    }
