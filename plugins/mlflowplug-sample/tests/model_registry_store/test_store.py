"""Models, versions, stages and aliases, with the answers and the errors of MLflow's own store."""

from __future__ import annotations

from pathlib import Path

import mlflow
import pytest
from mlflow.entities.model_registry import ModelVersionTag, RegisteredModelTag
from mlflow.exceptions import MlflowException
from mlflow.store.model_registry.abstract_store import AbstractStore

from mlflowplug_sample.model_registry_store import model_registry_store


@pytest.fixture
def model(store: AbstractStore) -> str:
    """A model with three versions."""
    store.create_registered_model("model", [RegisteredModelTag("team", "blue")], "the first")
    for number in range(1, 4):
        store.create_model_version("model", f"s3://bucket/{number}", run_id=f"run{number}")
    return "model"


def versions(store: AbstractStore, name: str) -> list[int]:
    return [one.version for one in store.search_model_versions(f"name = '{name}'")]


def test_a_model_is_read_back(store: AbstractStore, model: str) -> None:
    found = store.get_registered_model(model)
    assert (found.name, found.description, found.tags) == (model, "the first", {"team": "blue"})
    assert [one.version for one in found.latest_versions] == [3]
    assert found.latest_versions[0].source == "s3://bucket/3"


def test_a_name_is_taken_once(store: AbstractStore, model: str) -> None:
    with pytest.raises(MlflowException, match="already exists") as caught:
        store.create_registered_model(model)
    assert caught.value.error_code == "RESOURCE_ALREADY_EXISTS"
    with pytest.raises(MlflowException, match="taken by a registered model"):
        store.create_prompt(model)


def test_a_version_needs_a_model(store: AbstractStore) -> None:
    with pytest.raises(MlflowException, match="name=nobody not found") as caught:
        store.create_model_version("nobody", "s3://bucket/1")
    assert caught.value.error_code == "RESOURCE_DOES_NOT_EXIST"


def test_the_number_of_a_deleted_version_is_not_used_again(
    store: AbstractStore, model: str
) -> None:
    store.delete_model_version(model, "3")
    assert store.create_model_version(model, "s3://bucket/4").version == 4
    assert versions(store, model) == [4, 2, 1]
    with pytest.raises(MlflowException, match=r"version=3\) not found"):
        store.get_model_version(model, 3)


def test_a_renamed_model_takes_everything_along(store: AbstractStore, model: str) -> None:
    store.set_registered_model_alias(model, "champion", 2)
    store.set_model_version_tag(model, 2, ModelVersionTag("accuracy", "0.9"))
    renamed = store.rename_registered_model(model, "new name")
    assert (renamed.name, renamed.tags, renamed.aliases) == (
        "new name",
        {"team": "blue"},
        {"champion": 2},
    )
    champion = store.get_model_version_by_alias("new name", "champion")
    assert (champion.name, champion.tags) == ("new name", {"accuracy": "0.9"})
    assert store.create_registered_model(model).latest_versions == []
    with pytest.raises(MlflowException, match="already exists"):
        store.rename_registered_model("new name", model)


def test_nothing_is_left_of_a_deleted_model(store: AbstractStore, model: str) -> None:
    store.set_registered_model_alias(model, "champion", 2)
    store.set_model_version_tag(model, 1, ModelVersionTag("old", "yes"))
    store.delete_registered_model(model)
    again = store.create_registered_model(model)
    assert (again.tags, again.aliases, again.description) == ({}, {}, None)
    first = store.create_model_version(model, "s3://bucket/new")
    assert (first.version, first.tags) == (1, {})


def test_a_transition_archives_what_is_in_the_stage(store: AbstractStore, model: str) -> None:
    store.transition_model_version_stage(model, 1, "Production", archive_existing_versions=False)
    store.transition_model_version_stage(model, 2, "production", archive_existing_versions=True)
    found = {one.version: one.current_stage for one in store.search_model_versions()}
    assert found == {1: "Archived", 2: "Production", 3: "None"}
    assert [one.version for one in store.get_latest_versions(model, ["Production"])] == [2]
    with pytest.raises(MlflowException, match="not an Active stage"):
        store.transition_model_version_stage(model, 1, "None", archive_existing_versions=True)


def test_an_alias_stands_for_one_version_until_that_is_deleted(
    store: AbstractStore, model: str
) -> None:
    for version in (1, "2"):
        store.set_registered_model_alias(model, "champion", version)
    assert store.get_model_version_by_alias(model, "champion").version == 2
    assert store.get_model_version(model, 2).aliases == ["champion"]
    assert store.get_model_version(model, 1).aliases == []
    store.delete_model_version(model, 2)
    with pytest.raises(MlflowException, match="alias champion not found"):
        store.get_model_version_by_alias(model, "champion")


def test_latest_is_the_alias_of_the_highest_number(store: AbstractStore, model: str) -> None:
    store.transition_model_version_stage(model, 3, "Staging", archive_existing_versions=False)
    assert store.get_model_version_by_alias(model, "latest").version == 3
    with pytest.raises(MlflowException, match="reserved"):
        store.set_registered_model_alias(model, "latest", 1)


def test_descriptions_and_tags_can_be_changed(store: AbstractStore, model: str) -> None:
    assert store.update_registered_model(model, "better").description == "better"
    assert store.update_model_version(model, 1, "best").description == "best"
    for value in ("1", "2"):
        store.set_registered_model_tag(model, RegisteredModelTag("key", value))
        store.set_model_version_tag(model, 1, ModelVersionTag("key", value))
    assert store.get_registered_model(model).tags == {"key": "2", "team": "blue"}
    assert store.get_model_version(model, 1).tags == {"key": "2"}
    store.delete_registered_model_tag(model, "key")
    store.delete_model_version_tag(model, 1, "key")
    assert store.get_registered_model(model).tags == {"team": "blue"}
    assert store.get_model_version(model, 1).tags == {}


def test_a_copy_is_downloaded_from_where_the_first_is(store: AbstractStore, model: str) -> None:
    copy = store.copy_model_version(store.get_model_version(model, 1), "copy")
    assert copy.source == "models:/model/1"
    assert store.get_model_version_download_uri("copy", copy.version) == "s3://bucket/1"
    with pytest.raises(MlflowException, match="Unable to fetch model"):
        store.create_model_version("copy", "models:/model/99")


def test_a_logged_model_gives_its_files_and_its_run(any_uri: str, tmp_path: Path) -> None:
    tracking_uri = f"sqlite:///{tmp_path}/mlflow.db"
    client = mlflow.MlflowClient(tracking_uri)
    experiment = client.create_experiment("models", str(tmp_path / "artifacts"))
    run = client.create_run(experiment).info.run_id
    logged = client.create_logged_model(experiment, source_run_id=run)
    store = model_registry_store(any_uri, tracking_uri)
    store.create_registered_model("model")
    version = store.create_model_version("model", f"models:/{logged.model_id}")
    assert version.run_id == run
    location = store.get_model_version_download_uri("model", version.version)
    assert location == logged.artifact_location


def test_prompts_are_made_of_models(store: AbstractStore) -> None:
    store.create_prompt("greeting", tags={"language": "en"})
    for text in ("Hello", "Hi"):
        store.create_prompt_version("greeting", f"{text}, {{{{name}}}}!")
    store.set_prompt_alias("greeting", "short", 2)
    found = store.get_prompt_version_by_alias("greeting", "short")
    assert (found.version, found.template) == (2, "Hi, {{name}}!")
    assert [one.name for one in store.search_prompts("tags.language = 'en'")] == ["greeting"]
    assert store.search_registered_models() == []
    assert store.search_model_versions() == []


def test_another_workspace_is_refused(
    store: AbstractStore, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("mlflow.utils.workspace_context")
    monkeypatch.setenv("MLFLOW_WORKSPACE", "team-a")
    for call in (store.create_registered_model, store.get_registered_model):
        with pytest.raises(MlflowException, match="workspace 'team-a'"):
            call(model)
    monkeypatch.setenv("MLFLOW_WORKSPACE", "default")
    assert store.get_registered_model(model).name == model


@pytest.mark.parametrize("version", ["x", "", "latest"])
def test_a_version_is_a_number(store: AbstractStore, model: str, version: str) -> None:
    with pytest.raises(MlflowException) as caught:
        store.get_model_version(model, version)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


def test_a_second_store_sees_what_the_first_wrote(
    store: AbstractStore, any_uri: str, model: str
) -> None:
    assert model_registry_store(any_uri).get_registered_model(model).description == "the first"
