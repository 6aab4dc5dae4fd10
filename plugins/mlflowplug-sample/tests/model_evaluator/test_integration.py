"""The evaluator as users meet it: through `mlflow.models.evaluate`, with real models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException
from mlflow.models import EvaluationResult, MetricThreshold, infer_signature
from mlflow.models.evaluation.base import resolve_evaluators_and_configs
from mlflow.models.evaluation.validation import ModelValidationFailedException
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression

from mlflowplug_sample.model_evaluator.configuration import VARIABLE

NAME = "sample"
MAE = "region/mean_absolute_error"


def evaluate(data: pd.DataFrame, **options: Any) -> EvaluationResult:
    given = {"targets": "y", "model_type": "regressor", "evaluators": NAME}
    return mlflow.models.evaluate(data=data, **{**given, **options})


def test_a_model_is_judged_slice_by_slice(
    experiment: str, data: pd.DataFrame, tmp_path: Path
) -> None:
    south = data[data["region"] != "north"]
    model = LinearRegression().fit(south[["x"]], south["y"])
    before = data.copy()
    # With a signature the model gets its own columns only.
    path = str(tmp_path / "model")
    signature = infer_signature(south[["x"]], south["y"])
    mlflow.sklearn.save_model(model, path, signature=signature, pip_requirements=[])
    with mlflow.start_run() as run:
        result = evaluate(data, model=path, evaluator_config={"slice_by": "region"})
    pd.testing.assert_frame_equal(data, before)

    table = result.artifacts["slices"].content
    assert table["slice"].tolist()[:2] == ["(all)", "north"]
    found = mlflow.get_run(run.info.run_id).data.metrics
    assert found.keys() == result.metrics.keys()
    assert result.metrics[f"worst_slice/{MAE}"] > 3
    assert found[f"worst_slice_gap/{MAE}"] == pytest.approx(
        result.metrics[f"worst_slice_gap/{MAE}"]
    )

    down = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, dst_path=str(tmp_path / "a"))
    assert pd.read_csv(Path(down) / "slices.csv")["slice"].tolist() == table["slice"].tolist()
    assert (Path(down) / "worst_slices.png").read_bytes().startswith(b"\x89PNG")
    limit = MetricThreshold(threshold=1.0, greater_is_better=False)
    with pytest.raises(ModelValidationFailedException, match="worst_slice_gap"):
        mlflow.validate_evaluation_results({f"worst_slice_gap/{MAE}": limit}, result)
    result.save(str(tmp_path / "saved"))
    again = EvaluationResult.load(str(tmp_path / "saved"))
    assert (
        again.artifacts["worst_slices"].content.size
        == result.artifacts["worst_slices"].content.size
    )


def test_predictions_in_the_data_need_no_model(experiment: str, data: pd.DataFrame) -> None:
    data["guess"] = 2 * data["x"]
    config = {"slice_by": ["region", "x"], "metric_prefix": "test_"}
    result = evaluate(data, predictions="guess", evaluator_config=config)
    assert set(result.artifacts) == {"test_slices", "test_worst_slices"}
    assert f"test_worst_slice/{MAE}" in result.metrics
    assert "test_worst_slice/x/mean_absolute_error" in result.metrics


def test_a_classifier_beside_mlflows_own_evaluator(experiment: str, data: pd.DataFrame) -> None:
    data["y"] = data["region"] == "north"
    model = DummyClassifier(strategy="constant", constant=False).fit(data[["x"]], data["y"])
    result = evaluate(
        data,
        model=lambda frame: model.predict(frame[["x"]]),
        model_type="classifier",
        evaluators=["default", NAME],
        evaluator_config={
            "default": {"log_explainer": False, "log_model_explainability": False},
            NAME: {"slice_by": "region"},
        },
    )
    assert result.metrics["worst_slice/region/accuracy_score"] == 0
    assert result.metrics["accuracy_score"] == 0.75


def test_evaluations_that_do_not_ask_are_left_alone(
    experiment: str, data: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolved(config: dict[str, Any] | None) -> list[str]:
        found = resolve_evaluators_and_configs(None, config, "regressor")
        return [bundle.name for bundle in found]

    assert NAME not in resolved(None)
    assert NAME not in resolved({"default": {"log_model_explainability": False}})
    assert NAME in resolved({"slice_by": "region"})
    assert NAME in resolved({NAME: {"slice_by": "region"}})
    monkeypatch.setenv(VARIABLE, "region")
    assert NAME in resolved(None)
    assert NAME not in [
        bundle.name for bundle in resolve_evaluators_and_configs(None, None, "text")
    ]


def test_columns_of_the_environment_that_are_missing_disturb_nobody(
    experiment: str, data: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    data["guess"] = data["x"]
    monkeypatch.setenv(VARIABLE, "absent,region")
    assert f"worst_slice/{MAE}" in evaluate(data, predictions="guess").metrics
    monkeypatch.setenv(VARIABLE, "absent")
    result = evaluate(data[["x", "y", "guess"]], predictions="guess", evaluators=None)
    assert "mean_absolute_error" in result.metrics
    assert "slices" not in result.artifacts


def test_a_column_that_is_asked_for_has_to_be_there(experiment: str, data: pd.DataFrame) -> None:
    data["guess"] = data["x"]
    with pytest.raises(MlflowException, match=r"not in the data: \['absent'\]"):
        evaluate(data, predictions="guess", evaluator_config={"slice_by": ["absent", "region"]})
