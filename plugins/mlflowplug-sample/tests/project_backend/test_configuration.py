"""The backend configuration, and what it makes of a project's environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mlflow.exceptions import MlflowException
from mlflow.projects.utils import load_project

from mlflowplug_sample.project_backend.configuration import Configuration, read
from mlflowplug_sample.project_backend.environment import choose_manager


def test_mlflows_own_keys_may_be_there() -> None:
    config = {"ENV_MANAGER": "local", "SYNCHRONOUS": True, "docker_auth": None, "later": 1}
    assert read(config) == Configuration(env_manager="local")


def test_our_keys_are_read() -> None:
    found = read({"scheduler": "tcp://127.0.0.1:8786", "workers": 3, "wait": True, "run_id": "r"})
    assert found == Configuration("tcp://127.0.0.1:8786", 3, wait=True, run_id="r")


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"schedular": "tcp://a"}, "Did you mean 'scheduler'"),
        ({"workers": 0}, "from 1 on"),
        ({"workers": True}, "from 1 on"),
        ({"workers": "2"}, "from 1 on"),
        ({"wait": "yes"}, "true or false"),
        ({"scheduler": ""}, "address"),
    ],
)
def test_wrong_values_are_refused(config: dict[str, Any], reason: str) -> None:
    with pytest.raises(MlflowException, match=reason):
        read(config)


@pytest.mark.parametrize(
    ("environment", "wanted", "chosen"),
    [
        ("", None, "local"),
        ("python_env: env.yaml", None, "virtualenv"),
        ("python_env: env.yaml", "uv", "uv"),
        ("python_env: env.yaml", "local", "local"),
        ("conda_env: env.yaml", "uv", "uv"),
    ],
)
def test_the_environment_manager(
    tmp_path: Path, environment: str, wanted: str | None, chosen: str
) -> None:
    (tmp_path / "MLproject").write_text(f"name: p\n{environment}\n")
    (tmp_path / "env.yaml").write_text("dependencies: []\n")
    assert choose_manager(load_project(str(tmp_path)), wanted) == chosen


@pytest.mark.parametrize("environment", ["conda_env: env.yaml", "docker_env: {image: i}"])
def test_environments_that_are_not_supported(tmp_path: Path, environment: str) -> None:
    (tmp_path / "MLproject").write_text(f"name: p\n{environment}\n")
    (tmp_path / "env.yaml").write_text("dependencies: []\n")
    with pytest.raises(MlflowException, match="does not run"):
        choose_manager(load_project(str(tmp_path)), None)
