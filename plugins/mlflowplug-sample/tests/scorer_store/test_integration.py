"""Scorers as users register them, through MLflow's API."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from mlflow.exceptions import MlflowException
from mlflow.genai import scorers
from mlflow.genai.scorers import Guidelines, delete_scorer, get_scorer, list_scorers
from mlflow.genai.scorers.registry import list_scorer_versions

from mlflowplug_sample.experiments import tracking_store_of

LOADS = """
import mlflow
from mlflow.genai.scorers.registry import _get_scorer_store
print(type(_get_scorer_store("sample:" + {path!r})).__name__)
"""


@pytest.fixture
def tracking_uri(tmp_path: Path) -> Iterator[str]:
    before = mlflow.get_tracking_uri()
    uri = f"sample:{tmp_path}/store.db"
    mlflow.set_tracking_uri(uri)
    yield uri
    mlflow.set_tracking_uri(before)


def test_a_scorer_is_registered_found_and_deleted(tracking_uri: str) -> None:
    polite = Guidelines(name="polite", guidelines=["be polite"])
    registered = polite.register(experiment_id="0")
    Guidelines(name="polite", guidelines=["be short"]).register(experiment_id="0")
    assert registered.scorer_version == 1
    assert registered.status.name == "STOPPED"
    found = get_scorer(name="polite", experiment_id="0")
    assert (found.guidelines, found.scorer_version) == (["be short"], 2)
    versions = list_scorer_versions(name="polite", experiment_id="0")
    assert [number for _, number in versions] == [1, 2]
    delete_scorer(name="polite", experiment_id="0", version=2)
    assert [one.scorer_version for one in list_scorers(experiment_id="0")] == [1]
    delete_scorer(name="polite", experiment_id="0", version="all")
    assert list_scorers(experiment_id="0") == []


def test_a_function_of_ones_own_is_registered_where_that_is_allowed(
    tracking_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    @scorers.scorer  # type: ignore[untyped-decorator, unused-ignore]
    def is_short(outputs):  # type: ignore[no-untyped-def]
        return len(outputs) < 10

    with pytest.raises(MlflowException, match="MLFLOW_SERVER_ENABLE_CUSTOM_SCORERS"):
        is_short.register(experiment_id="0")
    monkeypatch.setenv("MLFLOW_SERVER_ENABLE_CUSTOM_SCORERS", "true")
    is_short.register(experiment_id="0")
    found = get_scorer(name="is_short", experiment_id="0")
    assert found(outputs="short")
    assert not found(outputs="much too long")


def test_starting_is_refused_in_words(tracking_uri: str) -> None:
    registered = Guidelines(name="polite", guidelines=["be polite"]).register(experiment_id="0")
    always = scorers.ScorerSamplingConfig(sample_rate=1.0)
    with pytest.raises(MlflowException, match="cannot be started"):
        registered.start(experiment_id="0", sampling_config=always)


def test_experiments_are_those_of_the_tracking_store(tracking_uri: str) -> None:
    store = tracking_store_of(tracking_uri)
    if store is None:
        pytest.skip("the plugin has no tracking store")
    mine, gone = store.create_experiment("mine"), store.create_experiment("gone")
    store.delete_experiment(gone)
    polite = Guidelines(name="polite", guidelines=["be polite"])
    polite.register(experiment_id=mine)
    assert list_scorers(experiment_id="0") == []
    for wrong in (gone, "12345"):
        with pytest.raises(MlflowException, match=wrong):
            polite.register(experiment_id=wrong)
        with pytest.raises(MlflowException, match=wrong):
            list_scorers(experiment_id=wrong)


def test_the_store_loads_in_a_process_that_only_imported_mlflow(tmp_path: Path) -> None:
    code = LOADS.format(path=f"{tmp_path}/store.db")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "SampleScorerStore", done.stderr
