"""The name of the experiment, and how its id is found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import mlflow
import pytest
from mlflow.exceptions import MlflowException

from mlflowplug_sample.default_experiment_provider import (
    default_experiment_provider,
)
from mlflowplug_sample.default_experiment_provider.experiments import Experiments
from mlflowplug_sample.default_experiment_provider.name import (
    CONFIGURED,
    experiment_name,
)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("training", "training"),
        (" $TEAM/${BRANCH}-x ", "blue/feature/a-x"),
        ("5 $$", "5 $"),
    ],
)
def test_variables_in_the_name_are_replaced(
    pattern: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAM", "blue")
    monkeypatch.setenv("BRANCH", "feature/a")
    monkeypatch.setenv(CONFIGURED, pattern)
    assert experiment_name() == name


def test_it_is_said_which_variable_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONFIGURED, "$TEAM_OF_NOBODY/x")
    for _ in range(2):
        with pytest.raises(MlflowException, match="TEAM_OF_NOBODY is not set"):
            experiment_name()
        monkeypatch.setenv("TEAM_OF_NOBODY", " ")
    monkeypatch.setenv(CONFIGURED, "5 $")
    with pytest.raises(MlflowException, match=r"write \$\$"):
        experiment_name()


@pytest.mark.parametrize("value", ["", "  "])
def test_without_a_name_it_is_out_of_context(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not default_experiment_provider().in_context()
    monkeypatch.setenv(CONFIGURED, value)
    assert not default_experiment_provider().in_context()


def test_an_experiment_that_exists_is_found(tracking_uri: str) -> None:
    experiment_id = mlflow.create_experiment("found")
    assert Experiments().id_of("found") == experiment_id


def test_jobs_that_start_together_get_the_same(tracking_uri: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: Experiments().id_of("together"), range(8)))
    experiment = mlflow.get_experiment_by_name("together")
    assert experiment is not None
    assert ids == {experiment.experiment_id}


def test_a_deleted_experiment_is_not_used(tracking_uri: str) -> None:
    experiment_id = mlflow.create_experiment("deleted")
    mlflow.delete_experiment(experiment_id)
    with pytest.raises(MlflowException, match=f"restore -x {experiment_id}"):
        Experiments().id_of("deleted")


def test_each_store_has_experiments_of_its_own(tracking_uri: str, tmp_path: Path) -> None:
    experiments = Experiments()
    mlflow.create_experiment("another, so that the ids differ")
    first = experiments.id_of("same name")
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/other.db")
    other = experiments.id_of("same name")
    assert mlflow.get_experiment(other).name == "same name"
    assert other != first
