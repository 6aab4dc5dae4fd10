"""Models, and a client whose deployments are gone after each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import mlflow
import pytest
from mlflow.deployments import BaseDeploymentClient, get_deploy_client
from sklearn.linear_model import LinearRegression

from mlflowplug_sample.deployments.location import TARGET


def _save_line(folder: Path, slope: float) -> str:
    model = LinearRegression().fit([[0.0], [1.0]], [0.0, slope])
    mlflow.sklearn.save_model(model, str(folder), pip_requirements=["scikit-learn"])
    return str(folder)


@pytest.fixture(scope="session")
def double(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model that doubles its input."""
    return _save_line(tmp_path_factory.mktemp("models") / "double", 2.0)


@pytest.fixture(scope="session")
def triple(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model that triples its input."""
    return _save_line(tmp_path_factory.mktemp("models") / "triple", 3.0)


def _emptied(client: BaseDeploymentClient) -> Iterator[BaseDeploymentClient]:
    yield client
    for deployment in client.list_deployments():
        client.delete_deployment(deployment["name"])


@pytest.fixture
def target_uri(tmp_path: Path) -> str:
    return f"{TARGET}:{tmp_path}/deployments"


@pytest.fixture
def client(target_uri: str) -> Iterator[BaseDeploymentClient]:
    yield from _emptied(get_deploy_client(target_uri))


@pytest.fixture(scope="session")
def serving(
    tmp_path_factory: pytest.TempPathFactory, double: str
) -> Iterator[BaseDeploymentClient]:
    """A client whose deployment `line` doubles; a server takes seconds to start."""
    client = get_deploy_client(f"{TARGET}:{tmp_path_factory.mktemp('serving')}")
    client.create_deployment("line", double)
    yield from _emptied(client)
