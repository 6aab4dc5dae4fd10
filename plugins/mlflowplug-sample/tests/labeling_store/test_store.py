"""Sessions and questions, on each database, in a plugin that keeps nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mlflow.exceptions import MlflowException
from mlflow.genai import label_schemas
from mlflow.genai.labeling.stores import AbstractLabelingStore

from mlflowplug_sample.labeling_store import labeling_store
from mlflowplug_sample.labeling_store.entities import REVIEW_URL

EXPERIMENT = "0"

pytestmark = pytest.mark.usefixtures("without_tracking")


@pytest.fixture
def store(any_uri: str) -> AbstractLabelingStore:
    return labeling_store(any_uri)


def test_a_session_is_kept_whole(
    store: AbstractLabelingStore, any_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(REVIEW_URL, "https://review.example.org/")
    made = store.create_labeling_session(
        "first",
        assigned_users=["a@example.org"],
        agent="an agent",
        label_schemas=["tone"],
        enable_multi_turn_chat=True,
        custom_inputs={"limit": [1, 2]},
        experiment_id=EXPERIMENT,
    )
    assert made.url == f"https://review.example.org/{made.labeling_session_id}"
    again = labeling_store(any_uri).get_labeling_session(made.mlflow_run_id)
    assert vars(again) == vars(made)
    assert (again.name, again.assigned_users, again.agent) == (
        "first",
        ["a@example.org"],
        "an agent",
    )
    assert (again.label_schemas, again.enable_multi_turn_chat) == (["tone"], True)
    assert again.custom_inputs == {"limit": [1, 2]}


def test_what_is_not_said_is_empty(
    store: AbstractLabelingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(REVIEW_URL, raising=False)
    made = store.create_labeling_session("first", experiment_id=EXPERIMENT)
    assert (made.assigned_users, made.label_schemas, made.agent) == ([], [], None)
    assert (made.enable_multi_turn_chat, made.custom_inputs, made.url) == (False, None, "")


def test_sessions_of_an_experiment(store: AbstractLabelingStore) -> None:
    for name, experiment_id in (("a", "0"), ("b", "1"), ("c", "0")):
        store.create_labeling_session(name, experiment_id=experiment_id)
    assert sorted(one.name for one in store.get_labeling_sessions("0")) == ["a", "c"]
    assert [one.name for one in store.get_labeling_sessions("1")] == ["b"]
    assert store.get_labeling_sessions("2") == []


def test_people_are_replaced(store: AbstractLabelingStore) -> None:
    made = store.create_labeling_session("a", assigned_users=["x"], experiment_id=EXPERIMENT)
    changed = store.set_session_assigned_users(made, ["y", "z"])
    assert changed.assigned_users == ["y", "z"]
    assert store.get_labeling_session(made.mlflow_run_id).assigned_users == ["y", "z"]


def test_a_deleted_session_is_gone(store: AbstractLabelingStore) -> None:
    kept = store.create_labeling_session("kept", experiment_id=EXPERIMENT)
    gone = store.create_labeling_session("gone", experiment_id=EXPERIMENT)
    store.delete_labeling_session(gone)
    assert [one.name for one in store.get_labeling_sessions(EXPERIMENT)] == ["kept"]
    assert store.get_session_traces(kept) == []
    calls: list[tuple[str, list[Any]]] = [
        ("get_labeling_session", [gone.mlflow_run_id]),
        ("delete_labeling_session", [gone]),
        ("set_session_assigned_users", [gone, []]),
        ("add_traces_to_session", [gone, []]),
        ("get_session_traces", [gone]),
        ("get_session_datasets", [gone]),
        ("sync_session_expectations", [gone, "any"]),
    ]
    for method, arguments in calls:
        with pytest.raises(MlflowException, match="not found") as caught:
            getattr(store, method)(*arguments)
        assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": None},
        {"assigned_users": "alice"},
        {"label_schemas": [1]},
        {"custom_inputs": {"x": object()}},
    ],
)
def test_what_cannot_be_kept_is_refused(
    store: AbstractLabelingStore, wrong: dict[str, Any]
) -> None:
    with pytest.raises(MlflowException) as caught:
        store.create_labeling_session(**{"name": "a", "experiment_id": EXPERIMENT, **wrong})
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    assert store.get_labeling_sessions(EXPERIMENT) == []


@pytest.mark.parametrize(
    "asked",
    [
        label_schemas.InputCategorical(options=["good", "bad"]),
        label_schemas.InputCategoricalList(options=["good", "bad"]),
        label_schemas.InputNumeric(min_value=0, max_value=5),
        label_schemas.InputText(max_length=100),
        label_schemas.InputTextList(max_count=3),
    ],
)
def test_a_question_is_kept(store: AbstractLabelingStore, asked: Any) -> None:
    made = store.create_label_schema(
        "tone",
        type="feedback",
        title="The tone",
        input=asked,
        instruction="Is it polite?",
        enable_comment=True,
    )
    assert store.get_label_schema("tone") == made
    assert (made.type, made.input, made.instruction) == ("feedback", asked, "Is it polite?")
    assert made.enable_comment


def test_a_question_is_replaced_only_on_purpose(store: AbstractLabelingStore) -> None:
    text, number = label_schemas.InputText(), label_schemas.InputNumeric()
    store.create_label_schema("tone", type="feedback", title="The tone", input=text)
    with pytest.raises(MlflowException, match="already exists") as caught:
        store.create_label_schema("tone", type="feedback", title="The tone", input=number)
    assert caught.value.error_code == "RESOURCE_ALREADY_EXISTS"
    assert store.get_label_schema("tone").input == text
    store.create_label_schema(
        "tone", type="expectation", title="The tone", input=number, overwrite=True
    )
    assert store.get_label_schema("tone").input == number
    store.delete_label_schema("tone")
    for method in (store.get_label_schema, store.delete_label_schema):
        with pytest.raises(MlflowException, match="not found"):
            method("tone")


@pytest.mark.parametrize(
    ("wrong", "reason"), [({"type": "opinion"}, "feedback or"), ({"input": "text"}, "InputText")]
)
def test_a_question_that_makes_no_sense(
    store: AbstractLabelingStore, wrong: dict[str, Any], reason: str
) -> None:
    given = {"type": "feedback", "title": "t", "input": label_schemas.InputText(), **wrong}
    with pytest.raises(MlflowException, match=reason):
        store.create_label_schema("tone", **given)


def test_datasets_need_a_tracking_store(store: AbstractLabelingStore) -> None:
    made = store.create_labeling_session("a", experiment_id=EXPERIMENT)
    with pytest.raises(MlflowException, match="tracking store") as caught:
        store.add_dataset_to_session(made, "any")
    assert caught.value.error_code == "NOT_IMPLEMENTED"


def test_the_database_is_opened_once(tmp_path: Path) -> None:
    uri = f"sample:{tmp_path}/store.db"
    assert labeling_store(tracking_uri=uri)._storage is labeling_store(uri)._storage
