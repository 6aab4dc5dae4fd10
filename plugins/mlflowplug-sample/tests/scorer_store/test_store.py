"""Scorers, on each database, beside those of MLflow's own store."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from mlflow.exceptions import MlflowException
from mlflow.genai.scorers import Guidelines, Scorer
from mlflow.genai.scorers.registry import AbstractScorerStore, MlflowTrackingStore

from mlflowplug_sample.scorer_store import scorer_store
from mlflowplug_sample.scorer_store.storage import ScorerStorage
from mlflowplug_sample.sql.location import database_url

EXPERIMENT = "0"


@pytest.fixture
def store(any_uri: str) -> AbstractScorerStore:
    return scorer_store(any_uri)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> AbstractScorerStore:
    """MLflow's own store, whose database it takes seconds to make."""
    return MlflowTrackingStore(f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db")


@pytest.fixture
def mlflows(database: AbstractScorerStore) -> AbstractScorerStore:
    """The same, without scorers."""
    for scorer in database.list_scorers(EXPERIMENT):
        database.delete_scorer(EXPERIMENT, scorer.name, "all")
    return database


def polite(name: str = "polite", rule: str = "be polite") -> Scorer:
    return Guidelines(name=name, guidelines=[rule])


def rules(scorer: Scorer) -> object:
    return scorer.model_dump()["builtin_scorer_pydantic_data"]["guidelines"]


def test_versions_are_counted(store: AbstractScorerStore) -> None:
    first, second = polite(rule="be polite"), polite(rule="be very polite")
    assert store.register_scorer(EXPERIMENT, first) == 1
    assert store.register_scorer(EXPERIMENT, second) == 2
    assert store.register_scorer(EXPERIMENT, polite("other")) == 1
    assert first.scorer_version == 1
    assert rules(store.get_scorer(EXPERIMENT, "polite")) == ["be very polite"]
    assert rules(store.get_scorer(EXPERIMENT, "polite", version=1)) == ["be polite"]
    versions = store.list_scorer_versions(EXPERIMENT, "polite")
    assert [(rules(scorer), number) for scorer, number in versions] == [
        (["be polite"], 1),
        (["be very polite"], 2),
    ]


def test_the_newest_of_each_is_listed_by_name(store: AbstractScorerStore) -> None:
    for name in ("z", "a", "z"):
        store.register_scorer(EXPERIMENT, polite(name))
    listed = store.list_scorers(EXPERIMENT)
    assert [(one.name, one.scorer_version) for one in listed] == [("a", 1), ("z", 2)]
    assert {one.status.name for one in listed} == {"STOPPED"}


def test_deleting(store: AbstractScorerStore) -> None:
    for _ in range(3):
        store.register_scorer(EXPERIMENT, polite())
    store.delete_scorer(EXPERIMENT, "polite", 2)
    assert [n for _, n in store.list_scorer_versions(EXPERIMENT, "polite")] == [1, 3]
    store.delete_scorer(EXPERIMENT, "polite", version="all")
    assert store.list_scorers(EXPERIMENT) == []
    assert store.register_scorer(EXPERIMENT, polite()) == 1


def test_a_second_store_sees_what_the_first_wrote(store: AbstractScorerStore, any_uri: str) -> None:
    store.register_scorer(EXPERIMENT, polite())
    again = ScorerStorage(database_url(any_uri))
    assert again.versions(EXPERIMENT, "polite") == store._storage.versions(EXPERIMENT, "polite")


def test_the_database_is_opened_once(tmp_path: Path) -> None:
    uri = f"sample:{tmp_path}/store.db"
    assert scorer_store(tracking_uri=uri)._storage is scorer_store(uri)._storage


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("get_scorer", ["missing"]),
        ("get_scorer", ["polite", 7]),
        ("list_scorer_versions", ["missing"]),
        ("delete_scorer", ["missing", "all"]),
        ("delete_scorer", ["polite", 7]),
        ("delete_scorer", ["polite", None]),
        ("register_scorer", [polite("  ")]),
    ],
)
def test_errors_are_those_of_mlflows_own_store(
    store: AbstractScorerStore, mlflows: AbstractScorerStore, method: str, arguments: list[object]
) -> None:
    found = []
    for one in (mlflows, store):
        one.register_scorer(EXPERIMENT, polite())
        with pytest.raises(MlflowException) as caught:
            getattr(one, method)(EXPERIMENT, *arguments)
        found.append((caught.value.error_code, caught.value.message))
    assert found[0] == found[1]


def test_answers_are_those_of_mlflows_own_store(
    store: AbstractScorerStore, mlflows: AbstractScorerStore
) -> None:
    names = [f"walk {name}" for name in "abab"]
    told = []
    for one in (mlflows, store):
        for name in names:
            one.register_scorer(EXPERIMENT, polite(name))
        one.delete_scorer(EXPERIMENT, "walk a", 2)
        one.register_scorer(EXPERIMENT, polite("walk a", "again"))
        listed = [s for s in one.list_scorers(EXPERIMENT) if s.name.startswith("walk")]
        told.append([(s.name, s.scorer_version, s.model_dump()) for s in listed])
    assert told[0] == told[1]


def test_what_nobody_would_do_is_refused(store: AbstractScorerStore) -> None:
    scorer = polite()
    with pytest.raises(MlflowException, match="cannot be started"):
        store.upsert_online_scoring_config(scorer=scorer, experiment_id=EXPERIMENT, sample_rate=0.5)
    with pytest.raises(MlflowException, match="no version"):
        store.delete_scorer(EXPERIMENT, "polite", "newest")


def test_of_many_who_register_each_gets_a_number(store: AbstractScorerStore) -> None:
    numbers: list[int | None] = []

    def register() -> None:
        numbers.extend(store.register_scorer(EXPERIMENT, polite()) for _ in range(5))

    threads = [threading.Thread(target=register) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(filter(None, numbers)) == list(range(1, 31))
