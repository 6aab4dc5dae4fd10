"""MLflow's own plugins under names of their own: what MLflow itself ships must fail no check.

`BUILDERS` are functions for the stores, which cannot be imported while `import mlflow` is running;
`DIRECT` are imported at the top of a module, as authors do.
"""

from __future__ import annotations

from pathlib import Path

from fake_environment import make_distribution

BUILDERS = '''
def sql_store(store_uri, artifact_uri=None):
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    return SqlAlchemyStore(store_uri, artifact_uri)


def rest_store(store_uri=None, artifact_uri=None):
    from mlflow.store.tracking.rest_store import RestStore

    return RestStore(lambda: None)


def sql_registry(store_uri, tracking_uri=None):
    from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore

    return SqlAlchemyStore(store_uri)


def rest_registry(store_uri):
    from mlflow.store.model_registry.rest_store import RestStore

    return RestStore(lambda: None)


def local_repository(artifact_uri, tracking_uri=None, registry_uri=None):
    from mlflow.store.artifact.local_artifact_repo import LocalArtifactRepository

    return LocalArtifactRepository(artifact_uri, tracking_uri, registry_uri)


def sql_workspaces(workspace_uri):
    from mlflow.store.workspace.sqlalchemy_store import SqlAlchemyStore

    return SqlAlchemyStore(workspace_uri)


def rest_workspaces(workspace_uri):
    from mlflow.store.workspace.rest_store import RestWorkspaceStore

    return RestWorkspaceStore(lambda: None)


def scorers(tracking_uri):
    from mlflow.genai.scorers.registry import MlflowTrackingStore

    return MlflowTrackingStore(tracking_uri)


def labels(tracking_uri=None):
    from mlflow.genai.labeling.stores import DatabricksLabelingStore

    return DatabricksLabelingStore()
'''

BUILT: tuple[tuple[str, str], ...] = (
    ("tracking_store", "sql_store"),
    ("tracking_store", "rest_store"),
    ("model_registry_store", "sql_registry"),
    ("model_registry_store", "rest_registry"),
    ("artifact_repository", "local_repository"),
    ("workspace_provider", "sql_workspaces"),
    ("workspace_provider", "rest_workspaces"),
    ("scorer_store", "scorers"),
    ("labeling_store", "labels"),
)
"""(type, builder)."""

DIRECT: tuple[tuple[str, str, str], ...] = (
    (
        "artifact_repository",
        "mlflow.store.artifact.local_artifact_repo",
        "LocalArtifactRepository",
    ),
    ("artifact_repository", "mlflow.store.artifact.s3_artifact_repo", "S3ArtifactRepository"),
    ("artifact_repository", "mlflow.store.artifact.http_artifact_repo", "HttpArtifactRepository"),
    ("run_context_provider", "mlflow.tracking.context.git_context", "GitRunContext"),
    ("run_context_provider", "mlflow.tracking.context.default_context", "DefaultRunContext"),
    (
        "request_header_provider",
        "mlflow.tracking.request_header.default_request_header_provider",
        "DefaultRequestHeaderProvider",
    ),
    (
        "default_experiment_provider",
        "mlflow.tracking.default_experiment.databricks_notebook_experiment_provider",
        "DatabricksNotebookExperimentProvider",
    ),
    ("project_backend", "mlflow.projects.backend.local", "LocalBackend"),
    (
        "deployments",
        "mlflow.deployments.databricks",
        "DatabricksDeploymentClient, run_local, target_help",
    ),
    ("deployments", "mlflow.deployments.mlflow", "MlflowDeploymentClient, run_local, target_help"),
    ("deployments", "mlflow.deployments.openai", "OpenAIDeploymentClient, run_local, target_help"),
    ("deployments", "mlflow.sagemaker", "SageMakerDeploymentClient, run_local, target_help"),
    (
        "model_evaluator",
        "mlflow.models.evaluation.evaluators.classifier",
        "ClassifierEvaluator",
    ),
    ("model_evaluator", "mlflow.models.evaluation.evaluators.default", "DefaultEvaluator"),
    ("dataset_source", "mlflow.data.http_dataset_source", "HTTPDatasetSource"),
    ("dataset_source", "mlflow.data.code_dataset_source", "CodeDatasetSource"),
    ("dataset_constructor", "mlflow.data.pandas_dataset", "from_pandas"),
    ("dataset_constructor", "mlflow.data.numpy_dataset", "from_numpy"),
    ("app", "mlflow.server.fastapi_app", "create_fastapi_app"),
    ("gateway.providers", "mlflow.gateway.providers.openai", "OpenAIProvider"),
    ("gateway.providers", "mlflow.gateway.providers.anthropic", "AnthropicProvider"),
)
"""(type, module, what is imported from it). MLflow has no request_auth_provider and no job executor
of its own, and its only app.client needs packages that are no requirement of MLflow's."""


def install(folder: Path) -> None:
    """Make the distribution `wrapped`, with all of them under names that MLflow has not."""
    groups: dict[str, dict[str, str]] = {}
    modules = {"wrapped/__init__.py": "", "wrapped/builders.py": BUILDERS}
    for kind, builder in BUILT:
        name = f"wrapped-{builder.replace('_', '-')}"
        groups.setdefault(f"mlflow.{kind}", {})[name] = f"wrapped.builders:{builder}"
    for number, (kind, module, names) in enumerate(DIRECT):
        modules[f"wrapped/direct_{number}.py"] = f"from {module} import {names}\n"
        name = f"load_wrapped_{number}" if kind == "dataset_constructor" else f"wrapped-{number}"
        value = f"wrapped.direct_{number}" + ("" if kind == "deployments" else f":{names}")
        groups.setdefault(f"mlflow.{kind}", {})[name] = value
    make_distribution(
        folder,
        "wrapped",
        entry_points=groups,
        modules=modules,
        requires=("mlflow>=2.22",),
        requires_python=">=3.10",
    )
