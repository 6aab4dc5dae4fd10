"""Released plugins, installed from the index: what is known to be wrong with each is found."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from typing import Any

import pytest

pytestmark = pytest.mark.slow

MLFLOW = "3.17.2"


@cache
def checks(requirement: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Bands 0xx and 1xx of a requirement, and RH2xx: results by (target, code)."""
    done = subprocess.run(
        [
            sys.executable, "-m", "mlflowplug", "test", "--from-index", requirement,
            "--mlflow", MLFLOW, "--select", "*0,*1,RH2", "--json",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    document = json.loads(done.stdout)
    assert document["environment"]["mlflow"] == MLFLOW
    return {
        (target["target"], check["code"]): check
        for target in document["targets"]
        for check in target["checks"]
    }


def failure(requirement: str, target: str, code: str) -> str:
    check = checks(requirement)[target, code]
    assert check["outcome"] == "failed", check
    return str(check["message"])


def outcome(requirement: str, target: str, code: str) -> str:
    return str(checks(requirement)[target, code]["outcome"])


def test_aliyunstoreplugin_does_not_take_mlflows_call() -> None:
    """Named in MLflow's documentation and shipped as an extra of it."""
    for code in ("AR003", "AR106"):
        message = failure("aliyunstoreplugin==1.0.0", "artifact_repository:oss", code)
        assert "unexpected keyword argument 'tracking_uri'" in message


def test_mlflow_elasticsearchstore_lacks_three_methods() -> None:
    plugin = "mlflow-elasticsearchstore==0.1.2"
    message = failure(plugin, "tracking_store:elasticsearch", "TS004")
    assert message == (
        "3 abstract methods are missing: search_experiments, log_inputs, link_traces_to_run"
    )
    drift = failure(plugin, "tracking_store:elasticsearch", "TS006")
    for method in ("create_experiment", "create_run", "get_metric_history", "update_run_info"):
        assert f"{method}: " in drift


def test_sagemaker_mlflow_raises_where_the_server_is_not_its_own() -> None:
    """Its header provider takes every tracking URI for an ARN (aws/sagemaker-mlflow#15)."""
    message = failure("sagemaker-mlflow==0.5.0", "request_header_provider:arn", "RH201")
    assert "request_headers() raises IndexError: list index out of range" in message


def test_sagemaker_mlflow_replaces_s3() -> None:
    plugin = "sagemaker-mlflow==0.5.0"
    message = failure(plugin, "artifact_repository:s3", "AR008")
    assert "replaces MLflow's own 's3' for everybody here" in message
    for target, code in (
        ("tracking_store:arn", "TS101"),
        ("tracking_store:arn", "TS106"),
        ("model_registry_store:arn", "MR106"),
        ("artifact_repository:s3", "AR106"),
        ("request_header_provider:arn", "RH105"),
    ):
        assert outcome(plugin, target, code) in {"passed", "skipped"}


@pytest.mark.parametrize(
    ("requirement", "target"),
    [
        ("mlflow-jfrog-plugin==1.0.2", "artifact_repository:artifactory"),
        ("oci-mlflow==1.0.3", "artifact_repository:oci"),
    ],
)
def test_plugins_that_follow_mlflow_pass(requirement: str, target: str) -> None:
    assert outcome(requirement, target, "AR003") == "passed"
    assert outcome(requirement, target, "AR106") in {"passed", "not_run"}


def test_sagemaker_and_oci_have_no_other_faults() -> None:
    for requirement, codes in (
        ("sagemaker-mlflow==0.5.0", {"AR008", "RH201"}),
        ("oci-mlflow==1.0.3", set()),
    ):
        found = checks(requirement).items()
        assert {code for (_, code), c in found if c["outcome"] in {"failed", "error"}} == codes


def test_mlflow_jfrog_plugin_drops_the_guard() -> None:
    message = failure("mlflow-jfrog-plugin==1.0.2", "artifact_repository:artifactory", "AR020")
    assert "JFrogArtifactoryRepository overrides download_artifacts" in message


def test_mlflow_jfrog_plugin_has_a_common_package_name() -> None:
    message = failure("mlflow-jfrog-plugin==1.0.2", "distribution:mlflow-jfrog-plugin", "PK007")
    assert message == "the import package is called plugin"
