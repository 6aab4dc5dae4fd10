"""The dataset: what it is called, what it holds, and what it is for MLflow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException

from mlflowplug_sample.dataset_constructor.constructor import (
    from_sample,
)
from mlflowplug_sample.datasets.catalogue import FOLDER
from mlflowplug_sample.datasets.table import Table

load = from_sample


def test_the_newest_version_is_taken(folder: Path) -> None:
    dataset = load("sales/orders")
    assert dataset.table == Table("sales/orders", 2)
    assert dataset.name == "sales/orders"
    assert len(dataset.df) == 3


def test_a_version_may_be_named(folder: Path) -> None:
    by_name = load("sales/orders@1")
    by_uri = load(by_name.table.uri)
    assert len(by_name.df) == len(by_uri.df) == 2
    assert by_name.digest == by_uri.digest
    assert by_name.digest != load("sales/orders").digest


def test_name_and_digest_may_be_given(folder: Path) -> None:
    dataset = load("sales/orders", name="mine", digest="1234")
    assert (dataset.name, dataset.digest) == ("mine", "1234")


def test_it_describes_itself(folder: Path) -> None:
    described = load("sales/orders").to_dict()
    profile = json.loads(described["profile"])
    assert profile == {"num_rows": 3, "num_elements": 9, "num_missing": 1, "table_version": 2}
    columns = json.loads(described["schema"])["mlflow_colspec"]
    assert [column["name"] for column in columns] == ["amount", "guess", "city"]


def test_it_can_be_evaluated(folder: Path) -> None:
    dataset = load("sales/orders", targets="amount", predictions="guess")
    evaluation = dataset.to_evaluation_dataset()
    assert evaluation.labels_data.tolist()[::2] == [1.5, 3.0]
    assert evaluation.predictions_data.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("column", ["targets", "predictions"])
def test_a_column_has_to_be_there(column: str, folder: Path) -> None:
    with pytest.raises(MlflowException, match="no_such_column"):
        load("sales/orders", **{column: "no_such_column"})


def test_a_table_has_to_be_there(folder: Path) -> None:
    for text, reason in (("unknown", "no table"), ("../orders", "is no table")):
        with pytest.raises(MlflowException, match=reason):
            load(text)


def test_it_is_said_what_to_configure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    with pytest.raises(MlflowException, match=FOLDER):
        load("sales/orders")
