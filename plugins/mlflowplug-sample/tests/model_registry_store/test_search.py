"""Searches of models and versions: filters, orders and pages, all of them inside the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from mlflow.entities.model_registry import ModelVersionTag, RegisteredModelTag
from mlflow.exceptions import MlflowException
from mlflow.store.entities.paged_list import PagedList
from mlflow.store.model_registry.abstract_store import AbstractStore

IS_PROMPT = "tags.`mlflow.prompt.is_prompt`"


@pytest.fixture
def full(store: AbstractStore) -> AbstractStore:
    """A store with the models alpha, Beta and gamma_1, and the prompt delta."""
    for number, name in enumerate(("alpha", "Beta", "gamma_1")):
        tags = [RegisteredModelTag("size", str(number)), RegisteredModelTag("kind", "net")]
        store.create_registered_model(name, tags[: number + 1])
        for version in range(1, number + 2):
            source, run = f"s3://{name}/{version}", f"run{version}" if version > 1 else None
            store.create_model_version(name, source, run, [ModelVersionTag("v", str(version))])
    store.create_prompt("delta")
    store.create_prompt_version("delta", "text")
    return store


@pytest.mark.parametrize(
    ("filter_string", "names"),
    [
        (None, ["Beta", "alpha", "gamma_1"]),
        ("name = 'beta'", []),
        ("name LIKE '%a'", ["Beta", "alpha"]),
        ("name LIKE 'b%'", []),
        ("name ILIKE 'b%'", ["Beta"]),
        ("name != 'alpha' AND tags.kind = 'net'", ["Beta", "gamma_1"]),
        ("tags.size != '1'", ["alpha", "gamma_1"]),
        ("tags.nothing != '1'", []),
        (f"{IS_PROMPT} = 'true'", ["delta"]),
        (f"{IS_PROMPT} != 'true'", ["Beta", "alpha", "gamma_1"]),
    ],
)
def test_models_by_filter(full: AbstractStore, filter_string: str | None, names: list[str]) -> None:
    assert [one.name for one in full.search_registered_models(filter_string)] == names


@pytest.mark.parametrize(
    ("filter_string", "found"),
    [
        ("name = 'gamma_1'", ["gamma_1/1", "gamma_1/2", "gamma_1/3"]),
        ("version_number > 1", ["Beta/2", "gamma_1/2", "gamma_1/3"]),
        ("run_id = 'run2'", ["Beta/2", "gamma_1/2"]),
        ("run_id != 'run2'", ["gamma_1/3"]),
        ("run_id IN ('run2', 'run3') AND name LIKE 'g%'", ["gamma_1/2", "gamma_1/3"]),
        ("source_path ILIKE 'S3://BETA/%'", ["Beta/1", "Beta/2"]),
        ("tags.v = '1' AND name != 'alpha'", ["Beta/1", "gamma_1/1"]),
        (f"{IS_PROMPT} = 'true'", ["delta/1"]),
    ],
)
def test_versions_by_filter(full: AbstractStore, filter_string: str, found: list[str]) -> None:
    order = ["name ASC", "version_number ASC"]
    versions = full.search_model_versions(filter_string, order_by=order)
    assert [f"{one.name}/{one.version}" for one in versions] == found


@pytest.mark.parametrize(
    ("filter_string", "reason"),
    [
        ("name > 'a'", "comparator"),
        ("version_number = '1.5'", "numeric attribute"),
        ("description = 'a'", "attribute key"),
        ("run_id = ('a', 'b')", "comparator"),
        ("tags.v > '1'", "comparator"),
        ("metrics.loss = '1'", "entity type"),
    ],
)
def test_filters_that_mean_nothing_are_refused(
    store: AbstractStore, filter_string: str, reason: str
) -> None:
    with pytest.raises(MlflowException, match=reason) as caught:
        store.search_model_versions(filter_string)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize("order", [["bad"], ["name", "name DESC"], ["tags.v"]])
def test_orders_that_mean_nothing_are_refused(store: AbstractStore, order: list[str]) -> None:
    with pytest.raises(MlflowException):
        store.search_model_versions(order_by=order)


def test_the_last_change_comes_first_unless_asked_otherwise(full: AbstractStore) -> None:
    full.transition_model_version_stage("Beta", 1, "Staging", archive_existing_versions=False)
    first = full.search_model_versions()[0]
    assert (first.name, first.version) == ("Beta", 1)
    by_name = full.search_registered_models(order_by=["name DESC"])
    assert [one.name for one in by_name] == ["gamma_1", "alpha", "Beta"]
    by_time = full.search_registered_models(order_by=["last_updated_timestamp DESC"])
    assert by_time[0].name == "Beta"


def everything(search: Callable[..., PagedList[Any]], size: int) -> list[str]:
    found, token = [], None
    while True:
        page = search(None, size, None, token)
        assert len(page) <= size
        found += [f"{one.name}/{getattr(one, 'version', '')}" for one in page]
        token = page.token
        if not token:
            return found


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_pages_lose_and_repeat_nothing(full: AbstractStore, size: int) -> None:
    assert everything(full.search_registered_models, size) == ["Beta/", "alpha/", "gamma_1/"]
    versions = everything(full.search_model_versions, size)
    assert len(versions) == len(set(versions)) == 6


@pytest.mark.parametrize("size", [0, -1, 10**6, "5"])
def test_sizes_that_no_page_has_are_refused(store: AbstractStore, size: Any) -> None:
    for search in (store.search_registered_models, store.search_model_versions):
        with pytest.raises(MlflowException, match="max_results"):
            search(max_results=size)
