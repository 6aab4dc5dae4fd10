"""MLflow's plugin page shows a plugin; every fault of it is named by a check."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow  # it is built, with setuptools from the index

PAGE = Path(__file__).parent / "faulty_plugins" / "plugin_page"

FAULTS = {
    ("tracking_store:my-scheme", "TS003"): "unexpected keyword argument 'artifact_uri'",
    ("tracking_store:my-scheme", "TS106"): "unexpected keyword argument 'artifact_uri'",
    ("tracking_store:my-scheme", "TS004"): "log_batch",
    ("tracking_store:my-scheme", "TS005"): "set_experiment_tag",
    ("tracking_store:my-scheme", "TS007"): "create_experiment, log_metric, log_param",
    ("artifact_repository:my-scheme", "AR003"): "unexpected keyword argument 'tracking_uri'",
    ("artifact_repository:my-scheme", "AR106"): "unexpected keyword argument 'tracking_uri'",
    ("artifact_repository:my-scheme", "AR004"): "_download_file",
    ("artifact_repository:my-scheme", "AR005"): "delete_artifacts",
    ("artifact_repository:my-scheme", "AR007"): "log_artifact, log_artifacts, list_artifacts",
    ("artifact_repository:my-scheme", "AR020"): "MyArtifactRepo overrides download_artifacts",
    ("project_backend:my-backend", "PB006"): "missing a required argument: 'parameters'",
    ("project_backend:my-backend", "PB020"): "MySubmittedRun lacks run_id",
    ("model_evaluator:my-evaluator", "ME006"): "can_evaluate: it is a method, MLflow's is a class "
    "method",
    ("deployments:my-target", "DP002"): "there is no module my_plugin.deployment",
    ("app:my-app", "AP002"): "there is no module my_plugin.app",
}
"""What must be said, by target and code."""

UNREGISTERED = (
    "my_plugin.registry.MyModelRegistryStore: create_model_version: got an unexpected keyword "
    "argument 'local_model_path'",
    "my_plugin.registry.MyModelRegistryStore: abstract methods are missing: ",
    "my_plugin.registry.MyModelRegistryStore: methods that do nothing: create_registered_model",
    "my_plugin.headers.MyHeaderProvider: headers.py:21 uses 'os', which is not defined",
)
"""What PK010 must say of the classes that the page's setup.py forgets."""


@pytest.fixture(scope="module")
def checks(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, Any]]:
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(PAGE, folder / "plugin")
    done = subprocess.run(
        [sys.executable, "-m", "mlflowplug", "test", "./plugin", "--json", "--select", "*0,*1"],
        cwd=folder,
        env=os.environ | {"MLFLOWPLUG_CACHE": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    return {
        (target["target"], check["code"]): check
        for target in report["targets"]
        for check in target["checks"]
    }


@pytest.mark.parametrize(("fault", "says"), FAULTS.items(), ids=[code for _, code in FAULTS])
def test_a_fault_is_named(
    fault: tuple[str, str], says: str, checks: dict[tuple[str, str], dict[str, Any]]
) -> None:
    assert checks[fault]["outcome"] == "failed"
    assert says in checks[fault]["message"]


def test_the_forgotten_classes_are_named_and_judged(
    checks: dict[tuple[str, str], dict[str, Any]],
) -> None:
    forgotten = checks["distribution:my-mlflow-plugin", "PK005"]["message"]
    assert "my_plugin.headers.MyHeaderProvider is a request_header_provider" in forgotten
    assert "my_plugin.registry.MyModelRegistryStore is a model_registry_store" in forgotten
    faults = checks["distribution:my-mlflow-plugin", "PK010"]["message"]
    for says in UNREGISTERED:
        assert says in faults


def test_what_is_right_on_the_page_passes(
    checks: dict[tuple[str, str], dict[str, Any]],
) -> None:
    right = [c for (target, _), c in checks.items() if target.startswith(("request_auth", "run_"))]
    assert len(right) > 30
    assert {check["outcome"] for check in right} == {"passed", "skipped"}
