"""What is read from MLflow's source is what MLflow does."""

from __future__ import annotations

import importlib.util

import live_mlflow
import pytest

from mlflowplug.contract import Call, Contract
from mlflowplug.discovery import Installed, find_installed
from mlflowplug.plugin_types import PLUGIN_TYPES
from mlflowplug.source import SourceTree

NEEDS = {"from_polars": "polars"}
"""Built-ins that MLflow registers only where a package is installed."""


@pytest.fixture(scope="module")
def installed() -> Installed:
    return find_installed()


@pytest.fixture(scope="module")
def contract(installed: Installed) -> Contract:
    return installed.contract


def test_the_version_is_that_of_the_metadata(installed: Installed, contract: Contract) -> None:
    assert contract.version == installed.mlflow_version


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("tracking_store", [Call((), ("store_uri", "artifact_uri"))]),
        (
            "model_registry_store",
            [Call((), ("store_uri", "tracking_uri")), Call((), ("store_uri",))],
        ),
        ("artifact_repository", [Call(("artifact_uri",), ("tracking_uri", "registry_uri"))]),
        ("run_context_provider", [Call((), ())]),
        ("workspace_provider", [Call((), ("workspace_uri",))]),
    ],
)
def test_the_calls_are_those_of_the_facts(
    kind: str, expected: list[Call], contract: Contract
) -> None:
    assert list(contract.calls(PLUGIN_TYPES[kind])) == expected


def test_the_calls_are_those_that_mlflow_makes(contract: Contract) -> None:
    for kind, positional, keywords in live_mlflow.calls():
        read = {(len(c.positional), tuple(sorted(c.keywords))) for c in
                contract.calls(PLUGIN_TYPES[kind])}  # fmt: skip
        assert (positional, keywords) in read, kind
    assert len(live_mlflow.calls()) == 9


@pytest.mark.parametrize("kind", [name for name, item in PLUGIN_TYPES.items() if item.registry])
def test_the_built_in_names_are_those_of_the_live_registry(
    kind: str, contract: Contract, installed: Installed
) -> None:
    live = set(live_mlflow.registered()[kind])
    live -= {plugin.name for plugin in installed.of_type(kind)}  # entry points of MLflow's own
    absent = {name for name, module in NEEDS.items() if not importlib.util.find_spec(module)}
    read = contract.built_in_names(PLUGIN_TYPES[kind]) - absent
    assert read - {plugin.name for plugin in installed.of_type(kind)} == live


def test_the_abstract_methods_are_those_of_the_live_classes(contract: Contract) -> None:
    kinds = {kind.base: kind for kind in PLUGIN_TYPES.values() if kind.base}
    live = live_mlflow.abstract_methods(tuple(kinds))
    for base, kind in kinds.items():
        assert sorted(method.name for method in contract.abstract_methods(kind)) == live[base], base


def test_the_tracking_store_of_3_17_has_16_abstract_and_3_silent_methods(
    contract: Contract,
) -> None:
    if not str(contract.version).startswith("3.17."):
        pytest.skip(f"MLflow {contract.version}")
    kind = PLUGIN_TYPES["tracking_store"]
    assert len(contract.abstract_methods(kind)) == 16
    assert {method.name for method in contract.silent_methods(kind)} == {
        "get_experiment_by_name",
        "set_experiment_tag",
        "delete_experiment_tag",
    }
    assert len(contract.optional_methods(kind)) > 60


def test_every_type_is_read_by_this_mlflow(contract: Contract) -> None:
    assert all(contract.reads(kind) for kind in PLUGIN_TYPES.values())


def test_the_call_sites_are_found(contract: Contract) -> None:
    """A site that is gone would turn the check of the call off, silently."""
    for kind in PLUGIN_TYPES.values():
        if kind.call is not None:
            assert contract.calls(kind), kind.name


def test_arguments_that_mlflow_looks_for_are_found(contract: Contract) -> None:
    assert "endpoint" in contract.looks_first(PLUGIN_TYPES["deployments"])


def test_without_mlflow_nothing_is_claimed() -> None:
    contract = Contract(SourceTree([]))
    assert contract.version is None
    for kind in PLUGIN_TYPES.values():
        assert not contract.reads(kind)
        assert contract.calls(kind) == ()
        assert contract.built_in_names(kind) == frozenset()
        assert contract.abstract_methods(kind) == ()
