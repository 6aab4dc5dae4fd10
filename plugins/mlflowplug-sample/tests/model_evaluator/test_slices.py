"""Slices, measures and the configuration, without MLflow's tracking."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from mlflowplug_sample.model_evaluator import configuration, slices
from mlflowplug_sample.model_evaluator.configuration import Configuration, read
from mlflowplug_sample.model_evaluator.measures import BY_MODEL_TYPE
from mlflowplug_sample.model_evaluator.plot import MOST, bar_chart
from mlflowplug_sample.model_evaluator.results import slice_metrics
from mlflowplug_sample.model_evaluator.slices import ALL, slice_names, slice_table

REGRESSOR = BY_MODEL_TYPE["regressor"]


def table_of(column: list[Any], errors: list[float], **options: Any) -> pd.DataFrame:
    chosen = Configuration(("c",), **{"min_size": 1, **options})
    features = pd.DataFrame({"c": column}, index=range(100, 100 + len(column)))
    labels = np.zeros(len(column))
    return slice_table(features, labels, np.array(errors), REGRESSOR, chosen)


def test_the_worst_slice_comes_first_below_the_whole() -> None:
    table = table_of(["a", "b", "a", "b"], [1.0, -3.0, 1.0, -5.0])
    assert table["slice"].tolist() == [ALL, "b", "a"]
    assert table["mean_absolute_error"].tolist() == [2.5, 4.0, 1.0]
    assert table["mean_error"].tolist() == [-1.5, -4.0, 1.0]
    assert table["example_count"].tolist() == [4, 2, 2]


def test_a_slice_that_is_too_small_is_not_the_worst() -> None:
    table = table_of(["a", "a", "b"], [1.0, 1.0, 9.0], min_size=2)
    assert table["slice"].tolist() == [ALL, "a", "b"]
    found = slice_metrics(table, REGRESSOR, Configuration(("c",)))
    assert found["worst_slice/c/mean_absolute_error"] == 1.0
    assert found["worst_slice_gap/c/mean_absolute_error"] == pytest.approx(1 - 11 / 3)


def test_without_a_slice_that_is_large_enough_nothing_is_the_worst() -> None:
    table = table_of(["a", "b"], [1.0, 2.0], min_size=5)
    assert slice_metrics(table, REGRESSOR, Configuration(("c",))) == {}
    assert bar_chart(table, REGRESSOR)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["x", None, "x"], {"x": 2, slices.MISSING: 1}),
        ([True, False, True], {"True": 2, "False": 1}),
        ([1, 2, 1], {"1": 2, "2": 1}),
        (pd.Categorical(["x", "y", None]), {"x": 1, "y": 1, slices.MISSING: 1}),
    ],
)
def test_values_make_slices(values: Any, expected: dict[str, int]) -> None:
    named = slice_names(pd.Series(values), Configuration())
    assert named.value_counts().to_dict() == expected


def test_many_numbers_are_cut_into_parts_of_the_same_size() -> None:
    named = slice_names(pd.Series([*range(100), None]), Configuration(bins=4))
    assert sorted(named.value_counts().tolist()) == [1, 25, 25, 25, 25]


def test_of_many_values_the_rest_is_one_slice() -> None:
    values = pd.Series(["often"] * 5 + [f"v{number}" for number in range(100)])
    named = slice_names(values, Configuration(max_slices=10))
    assert named.nunique() == 11
    assert (named == slices.REST).sum() == 91


def test_classifiers_are_ranked_by_accuracy() -> None:
    measures = BY_MODEL_TYPE["classifier"]
    features = pd.DataFrame({"c": ["a", "a", "b", "b"]})
    labels, found = np.array(list("xyxy")), np.array(list("xyyx"))
    table = slice_table(features, labels, found, measures, Configuration(("c",), min_size=1))
    assert table["slice"].tolist() == [ALL, "b", "a"]
    assert table["accuracy_score"].tolist() == [0.5, 0.0, 1.0]


def test_the_plot_shows_the_worst_only() -> None:
    table = table_of([f"v{number}" for number in range(40)], [float(n) for n in range(40)])
    (axes,) = bar_chart(table, REGRESSOR).axes
    assert len(axes.patches) == MOST
    assert axes.get_yticklabels()[0].get_text() == "c = v39 (1)"


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"slice_by": 3}, "name of a column"),
        ({"slice_by": [3]}, "name of a column"),
        ({"slice_by": "c", "bins": 0}, "from 1 on"),
        ({"slice_by": "c", "min_size": "2"}, "from 1 on"),
    ],
)
def test_wrong_values_are_refused(config: dict[str, Any], reason: str) -> None:
    with pytest.raises(MlflowException, match=reason):
        read(config)


def test_the_environment_names_columns_where_the_config_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not configuration.wants_slices({})
    assert not configuration.wants_slices(None)
    monkeypatch.setenv(configuration.VARIABLE, "a, b")
    assert configuration.wants_slices({})
    assert read({}) == Configuration(("a", "b"), is_asked_for=False)
    assert read({"slice_by": "c", "metric_prefix": "p_"}) == Configuration(("c",), prefix="p_")
