"""The conformance kit: what a plugin author imports in a test file.

    import pytest
    from mlflowplug.testing import TrackingStoreConformance

    class TestAcmeStore(TrackingStoreConformance):
        @pytest.fixture
        def store_uri(self, tmp_path):
            return f"acme:{tmp_path}/db"

The classes of other types need the entry point's name: override the fixture `plugin_name`.

These are the checks that `mlflowplug test` runs, with the same codes; `mlflowplug explain CODE`
tells more of each. Importing this module neither imports MLflow nor adds tests to a test file.
"""

from __future__ import annotations

from mlflowplug.checks.app import AppConformance
from mlflowplug.checks.app_client import AppClientConformance
from mlflowplug.checks.artifact_repository import ArtifactRepositoryConformance
from mlflowplug.checks.base import PluginConformance, Subject
from mlflowplug.checks.dataset_constructor import DatasetConstructorConformance
from mlflowplug.checks.dataset_source import DatasetSourceConformance
from mlflowplug.checks.default_experiment_provider import DefaultExperimentProviderConformance
from mlflowplug.checks.deployments import DeploymentsConformance
from mlflowplug.checks.gateway_providers import GatewayProviderConformance
from mlflowplug.checks.job_executors import JobExecutorConformance
from mlflowplug.checks.labeling_store import LabelingStoreConformance
from mlflowplug.checks.model_evaluator import ModelEvaluatorConformance
from mlflowplug.checks.model_registry_store import ModelRegistryConformance
from mlflowplug.checks.project_backend import ProjectBackendConformance
from mlflowplug.checks.request_auth_provider import RequestAuthProviderConformance
from mlflowplug.checks.request_header_provider import RequestHeaderProviderConformance
from mlflowplug.checks.run_context_provider import RunContextProviderConformance
from mlflowplug.checks.scorer_store import ScorerStoreConformance
from mlflowplug.checks.tracking_store import TrackingStoreConformance
from mlflowplug.checks.workspace_provider import WorkspaceProviderConformance

__all__ = [
    "AppClientConformance",
    "AppConformance",
    "ArtifactRepositoryConformance",
    "DatasetConstructorConformance",
    "DatasetSourceConformance",
    "DefaultExperimentProviderConformance",
    "DeploymentsConformance",
    "GatewayProviderConformance",
    "JobExecutorConformance",
    "LabelingStoreConformance",
    "ModelEvaluatorConformance",
    "ModelRegistryConformance",
    "PluginConformance",
    "ProjectBackendConformance",
    "RequestAuthProviderConformance",
    "RequestHeaderProviderConformance",
    "RunContextProviderConformance",
    "ScorerStoreConformance",
    "Subject",
    "TrackingStoreConformance",
    "WorkspaceProviderConformance",
]
