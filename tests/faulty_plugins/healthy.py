"""One healthy plugin of every type, written as authors write them: no check may fail on these."""

from __future__ import annotations

from faulty_plugins.specimen import Specimen

LAZY_STORE = """
def open_store(store_uri, {second}=None):
    from {module} import SqlAlchemyStore

    class Store(SqlAlchemyStore):
        def __init__(self):
            super().__init__("sqlite:///" + store_uri.partition(":")[2]{rest})

    return Store()
"""

REPOSITORY = """
from mlflow.store.artifact.artifact_repo import ArtifactRepository, verify_artifact_path


class Repository(ArtifactRepository):
    def __init__(self, artifact_uri, tracking_uri=None, registry_uri=None):
        super().__init__(artifact_uri, tracking_uri, registry_uri)
        self.files = {}

    def log_artifact(self, local_file, artifact_path=None):
        verify_artifact_path(artifact_path)
        self.files[artifact_path] = local_file

    def log_artifacts(self, local_dir, artifact_path=None):
        self.files[artifact_path] = local_dir

    def list_artifacts(self, path=None):
        return []

    def _download_file(self, remote_file_path, local_path):
        raise FileNotFoundError(remote_file_path)

    def delete_artifacts(self, artifact_path=None):
        self.files.pop(artifact_path, None)
"""

CONTEXT = """
from mlflow.tracking.context.abstract_context import RunContextProvider


class Context(RunContextProvider):
    def in_context(self):
        return False

    def tags(self):
        return {}
"""

HEADERS = """
import os

from mlflow.tracking.request_header.abstract_request_header_provider import RequestHeaderProvider


class Headers(RequestHeaderProvider):
    def in_context(self):
        return "ACME_TEAM" in os.environ

    def request_headers(self):
        return {"X-Team": os.environ["ACME_TEAM"]}
"""

LOGIN = """
from mlflow.tracking.request_auth.abstract_request_auth_provider import RequestAuthProvider


class Login(RequestAuthProvider):
    def get_name(self):
        return "acme"

    def get_auth(self):
        return ("user", "password")
"""

EXPERIMENT = """
from mlflow.tracking.default_experiment.abstract_context import DefaultExperimentProvider


class Chooser(DefaultExperimentProvider):
    def in_context(self):
        return False

    def get_experiment_id(self):
        return "0"
"""

BACKEND = """
from mlflow.entities import RunStatus
from mlflow.projects.backend.abstract_backend import AbstractBackend
from mlflow.projects.submitted_run import SubmittedRun


class Handle(SubmittedRun):
    def __init__(self, run_id):
        self._run_id = run_id

    @property
    def run_id(self):
        return self._run_id

    def wait(self):
        return True

    def get_status(self):
        return RunStatus.to_string(RunStatus.FINISHED)

    def cancel(self):
        raise NotImplementedError


class Backend(AbstractBackend):
    def run(self, project_uri, entry_point, params, version, backend_config, tracking_uri,
            experiment_id):
        return Handle("1")


def backend():
    return Backend()
"""

DEPLOYMENT = """
from mlflow.deployments import BaseDeploymentClient


class Client(BaseDeploymentClient):
    def create_deployment(self, name, model_uri, flavor=None, config=None, endpoint=None):
        return {"name": name, "flavor": flavor}

    def update_deployment(self, name, model_uri=None, flavor=None, config=None, endpoint=None):
        return {"flavor": flavor}

    def delete_deployment(self, name, config=None, endpoint=None):
        raise KeyError(name)

    def list_deployments(self, endpoint=None):
        return []

    def get_deployment(self, name, endpoint=None):
        return {"name": name}

    def predict(self, deployment_name=None, inputs=None, endpoint=None):
        return inputs


def run_local(name, model_uri, flavor=None, config=None):
    raise NotImplementedError


def target_help():
    return "help"
"""

EVALUATOR = """
from mlflow.models.evaluation import EvaluationResult, ModelEvaluator


class Evaluator(ModelEvaluator):
    @classmethod
    def can_evaluate(cls, *, model_type, evaluator_config, **kwargs):
        return model_type == "acme"

    def evaluate(self, *, model_type, dataset, run_id, evaluator_config, model=None,
                 extra_metrics=None, custom_artifacts=None, predictions=None, **kwargs):
        return EvaluationResult(metrics={}, artifacts={})
"""

SOURCE = """
from mlflow.data.dataset_source import DatasetSource


class Source(DatasetSource):
    def __init__(self, uri):
        self.uri = uri

    @staticmethod
    def _get_source_type():
        return "acme"

    def load(self):
        return self.uri

    @staticmethod
    def _can_resolve(raw_source):
        return str(raw_source).startswith("acme:")

    @classmethod
    def _resolve(cls, raw_source):
        return cls(raw_source)

    def to_dict(self):
        return {"uri": self.uri}

    @classmethod
    def from_dict(cls, source_dict):
        return cls(source_dict["uri"])
"""

CONSTRUCTOR = """
from mlflow.data.dataset import Dataset
from mlflow.data.dataset_source import DatasetSource


class AcmeDataset(Dataset):
    def _compute_digest(self) -> str:
        return "1"

    @property
    def profile(self):
        return None

    @property
    def schema(self):
        return None


def from_acme(path, name=None, digest=None) -> AcmeDataset:
    return AcmeDataset(DatasetSource.from_json(path), name, digest)
"""

APPLICATION = """
def create_app():
    from fastapi import FastAPI

    return FastAPI()
"""

CLIENT = """
class Client:
    def __init__(self, tracking_uri):
        self.tracking_uri = tracking_uri
"""

GATEWAY = """
from mlflow.gateway.base_models import ConfigModel
from mlflow.gateway.providers.base import BaseProvider


class Config(ConfigModel):
    key: str


class Provider(BaseProvider):
    NAME = "Acme"
    DISPLAY_NAME = "Acme"
    CONFIG_TYPE = Config

    async def _chat(self, payload):
        raise ValueError("not today")
"""

EXECUTOR = """
from mlflow.server.jobs.executor import AbstractJobExecutor


class Executor(AbstractJobExecutor):
    def start_executor(self):
        self.jobs = []

    def submit_job(self, *args, **kwargs):
        return self.jobs.append((args, kwargs))

    def wait_for_job(self, job_id):
        raise KeyError(job_id)

    def cancel_job(self, job_id):
        self.jobs.remove(job_id)

    def recover_jobs(self, unfinished_job_ids):
        return []
"""

WORKSPACES = """
def open_workspaces(workspace_uri):
    from mlflow.store.workspace.sqlalchemy_store import SqlAlchemyStore

    return SqlAlchemyStore(workspace_uri)
"""

SCORERS = """
def open_scorers(tracking_uri):
    from mlflow.genai.scorers.registry import AbstractScorerStore

    class Scorers(AbstractScorerStore):
        def register_scorer(self, experiment_id, scorer):
            return 1

        def list_scorers(self, experiment_id):
            return []

        def get_scorer(self, experiment_id, name, version=None):
            raise KeyError(name)

        def list_scorer_versions(self, experiment_id, name):
            return []

        def delete_scorer(self, experiment_id, name, version):
            raise KeyError(name)

    return Scorers()
"""

LABELS = """
def open_labels(tracking_uri=None):
    from mlflow.genai.labeling.stores import DatabricksLabelingStore

    return DatabricksLabelingStore()
"""

HEALTHY: tuple[Specimen, ...] = (
    Specimen(
        "good-store",
        "tracking_store",
        LAZY_STORE.format(
            second="artifact_uri",
            module="mlflow.store.tracking.sqlalchemy_store",
            rest=", artifact_uri",
        ),
        "open_store",
    ),
    Specimen(
        "good-registry",
        "model_registry_store",
        LAZY_STORE.format(
            second="tracking_uri",
            module="mlflow.store.model_registry.sqlalchemy_store",
            rest="",
        ),
        "open_store",
    ),
    Specimen("good-repository", "artifact_repository", REPOSITORY, "Repository"),
    Specimen("good-context", "run_context_provider", CONTEXT, "Context"),
    Specimen("good-headers", "request_header_provider", HEADERS, "Headers"),
    Specimen("good-login", "request_auth_provider", LOGIN, "Login"),
    Specimen("good-experiment", "default_experiment_provider", EXPERIMENT, "Chooser"),
    Specimen("good-backend", "project_backend", BACKEND, "backend"),
    Specimen("good-deployment", "deployments", DEPLOYMENT, ""),
    Specimen("good-evaluator", "model_evaluator", EVALUATOR, "Evaluator"),
    Specimen("good-source", "dataset_source", SOURCE, "Source"),
    Specimen("good-constructor", "dataset_constructor", CONSTRUCTOR, "from_acme", "from_acme"),
    Specimen("good-app", "app", APPLICATION, "create_app"),
    Specimen("good-client", "app.client", CLIENT, "Client"),
    Specimen("good-gateway", "gateway.providers", GATEWAY, "Provider"),
    Specimen("good-executor", "job_executors", EXECUTOR, "Executor"),
    Specimen("good-workspaces", "workspace_provider", WORKSPACES, "open_workspaces"),
    Specimen("good-scorers", "scorer_store", SCORERS, "open_scorers"),
    Specimen("good-labels", "labeling_store", LABELS, "open_labels"),
)
"""In the order of `mlflowplug types`."""
