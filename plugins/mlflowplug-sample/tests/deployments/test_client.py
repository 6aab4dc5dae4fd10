"""What the client refuses, and what it keeps, without a server."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mlflow.deployments import BaseDeploymentClient
from mlflow.exceptions import MlflowException

from mlflowplug_sample.deployments import location
from mlflowplug_sample.deployments.location import TARGET, target_folder
from mlflowplug_sample.deployments.state import Deployment, State


def stored(state: State, name: str, **values: Any) -> Deployment:
    """A deployment without a server."""
    base = Deployment(
        name, "models:/a/1", "python_function", {}, None, f"m-{name}", "s", "/absent/x"
    )
    deployment = replace(base, **values)
    assert state.add(deployment)
    return deployment


@pytest.fixture
def state(client: BaseDeploymentClient, tmp_path: Path) -> State:
    return State(tmp_path / "deployments" / "deployments.db")


@pytest.mark.parametrize("start", [f"{TARGET}:", f"{TARGET}://", f"{TARGET.upper()}:"])
def test_a_target_names_a_folder(tmp_path: Path, start: str) -> None:
    assert target_folder(f"{start}{tmp_path}/a") == tmp_path / "a"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o700


def test_a_target_without_a_folder_has_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(location.FOLDER_VARIABLE, str(tmp_path / "b"))
    assert target_folder(TARGET) == tmp_path / "b"
    monkeypatch.delenv(location.FOLDER_VARIABLE)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert target_folder(TARGET) == tmp_path / f".{TARGET}" / "deployments"


@pytest.mark.parametrize("rest", [":", ":a", "://host/a", "://me:secret@host/a", ":/a?b", ":/a#b"])
def test_a_target_that_means_nothing_is_refused(rest: str) -> None:
    with pytest.raises(MlflowException, match="absolute/folder") as caught:
        target_folder(f"{TARGET}{rest}")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"name": "../a"}, "no usable name"),
        ({"name": ""}, "no usable name"),
        ({"flavor": "sklearn"}, "python_function"),
        ({"config": {"port": 1}}, r"unknown keys \['port'\]"),
        ({"config": {"workers": "0"}}, "from 1 on"),
        ({"config": {"env_manager": "none"}}, "env_manager"),
        ({"endpoint": "absent"}, "no endpoint 'absent'"),
        ({"model_uri": "https://me:secret@host/model"}, "has a password"),
    ],
)
def test_what_cannot_be_deployed_is_refused_at_once(
    client: BaseDeploymentClient, arguments: dict[str, Any], reason: str
) -> None:
    with pytest.raises(MlflowException, match=reason) as caught:
        client.create_deployment(**{"name": "a", "model_uri": "models:/a/1", **arguments})
    assert "secret" not in str(caught.value)
    assert client.list_deployments() == []


def test_a_process_that_got_the_servers_number_is_left_alone(
    client: BaseDeploymentClient, state: State
) -> None:
    stored(state, "old", pid=os.getpid(), port=1)
    assert client.get_deployment("old")["status"] == "stopped"
    with pytest.raises(MlflowException, match="not running"):
        client.predict("old", [[1]])
    client.delete_deployment("old")
    assert client.list_deployments() == []


def test_a_change_that_comes_too_late_is_not_written(state: State) -> None:
    old = stored(state, "a")
    assert state.change(replace(old, server="new"), old.server)
    assert not state.change(replace(old, server="newer"), old.server)
    found = state.deployment("a")
    assert found is not None
    assert found.server == "new"


def test_the_newest_deployment_answers_unless_another_is_chosen(
    client: BaseDeploymentClient, state: State
) -> None:
    assert client.create_endpoint("e")["deployment"] is None
    with pytest.raises(MlflowException, match="no deployments"):
        client.predict(inputs=[[1]], endpoint="e")
    for number, name in enumerate(("first", "second")):
        stored(state, name, endpoint="e", created=number)
    assert client.get_endpoint("e")["deployment"] == "second"
    client.update_endpoint("e", {"deployment": "first"})
    assert client.list_endpoints()[0]["deployment"] == "first"
    client.update_endpoint("e")
    assert client.get_endpoint("e")["deployment"] == "second"


def test_endpoints_refuse_what_does_not_fit(client: BaseDeploymentClient, state: State) -> None:
    client.create_endpoint("e")
    stored(state, "a", endpoint="e")
    stored(state, "b")
    refused: list[tuple[Callable[[], object], str]] = [
        (lambda: client.create_endpoint("e"), "already"),
        (lambda: client.update_endpoint("e", {"deployment": "b"}), "no deployment"),
        (lambda: client.update_endpoint("e", {"traffic": 1}), "unknown keys"),
        (lambda: client.delete_endpoint("e"), "Delete them first"),
        (lambda: client.get_endpoint("f"), "no endpoint"),
        (lambda: client.get_deployment("b", endpoint="e"), "no deployment"),
    ]
    for call, reason in refused:
        with pytest.raises(MlflowException, match=reason):
            call()
    client.delete_deployment("b", endpoint="e")
    assert [one["name"] for one in client.list_deployments()] == ["a", "b"]
    client.delete_deployment("a")
    client.delete_endpoint("e")
    client.delete_endpoint("e")
    assert client.list_endpoints() == []
