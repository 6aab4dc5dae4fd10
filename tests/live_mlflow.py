"""Asks the installed MLflow itself, in processes of their own: what it registers, how it calls."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from typing import Any

TYPES = (
    "tracking_store", "model_registry_store", "artifact_repository", "run_context_provider",
    "request_header_provider", "request_auth_provider", "default_experiment_provider",
    "project_backend", "deployments", "model_evaluator", "dataset_source", "dataset_constructor",
    "gateway.providers", "job_executors", "workspace_provider", "scorer_store", "labeling_store",
)  # fmt: skip
"""The types of which MLflow has plugins of its own."""

SCRIPT = """
import contextlib, json, warnings
warnings.simplefilter("ignore")
import mlflow
from mlflow.tracking._tracking_service.utils import _tracking_store_registry
from mlflow.tracking._model_registry.utils import _get_store_registry
from mlflow.store.artifact.artifact_repository_registry import _artifact_repository_registry
from mlflow.tracking.context.registry import _run_context_provider_registry
from mlflow.tracking.request_header.registry import _request_header_provider_registry
from mlflow.tracking.request_auth.registry import _request_auth_provider_registry
from mlflow.tracking.default_experiment.registry import _default_experiment_provider_registry
from mlflow.projects.backend.loader import MLFLOW_BACKENDS
from mlflow.models.evaluation.evaluator_registry import _model_evaluation_registry
from mlflow.data.dataset_source_registry import _dataset_source_registry
from mlflow.data.dataset_registry import _dataset_registry
from mlflow.deployments.interface import plugin_store
from mlflow.gateway.provider_registry import provider_registry
from mlflow.tracking._workspace.registry import _get_workspace_store_registry
from mlflow.genai.scorers.registry import _scorer_store_registry
from mlflow.genai.labeling.stores import _labeling_store_registry

def path(found):
    found = getattr(found, "func", found)
    found = found if hasattr(found, "__qualname__") else type(found)
    return f"{found.__module__}:{found.__qualname__}"

named = {
    "tracking_store": _tracking_store_registry._registry,
    "model_registry_store": _get_store_registry()._registry,
    "artifact_repository": _artifact_repository_registry._registry,
    "project_backend": MLFLOW_BACKENDS,
    "model_evaluator": _model_evaluation_registry._registry,
    "dataset_constructor": _dataset_registry.constructors,
    "gateway.providers": {str(getattr(k, "value", k)): v
                          for k, v in provider_registry._providers.items()},
    "workspace_provider": _get_workspace_store_registry()._registry,
    "scorer_store": _scorer_store_registry._registry,
    "labeling_store": _labeling_store_registry._registry,
}
found = {kind: {name: path(item) for name, item in items.items()} for kind, items in named.items()}
found["deployments"] = {name: item.value if hasattr(item, "value") else item.__name__
                        for name, item in plugin_store.registry.items()}
everyone = {
    "run_context_provider": _run_context_provider_registry,
    "request_header_provider": _request_header_provider_registry,
    "request_auth_provider": _request_auth_provider_registry,
    "default_experiment_provider": _default_experiment_provider_registry,
    "dataset_source": _dataset_source_registry.sources,
}
found |= {kind: {path(item): path(item) for item in items} for kind, items in everyone.items()}
with contextlib.suppress(ImportError):
    from mlflow.server.jobs.executor_registry import (
        JobExecutorRegistry, _register_default_executors,
    )
    registry = JobExecutorRegistry()
    _register_default_executors(registry)
    found["job_executors"] = {name: path(item) for name, item in registry._executors.items()}
print(json.dumps(found))
"""

CALLS = """
import json, warnings
warnings.simplefilter("ignore")
import mlflow
from mlflow.tracking._tracking_service.utils import _tracking_store_registry
from mlflow.tracking._model_registry.utils import _get_store_registry
from mlflow.store.artifact.artifact_repository_registry import _artifact_repository_registry
from mlflow.projects.backend.loader import MLFLOW_BACKENDS, load_backend
from mlflow.models.evaluation.evaluator_registry import _model_evaluation_registry
from mlflow.tracking._workspace.registry import _get_workspace_store_registry
from mlflow.genai.scorers.registry import _scorer_store_registry
from mlflow.genai.labeling.stores import _labeling_store_registry

found = []

def watch(kind):
    def build(*args, **kwargs):
        found.append([kind, len(args), sorted(kwargs)])
        return object()
    return build

def watch_with_tracking_uri(store_uri, tracking_uri="not given"):
    found.append(["model_registry_store", 0, ["store_uri", "tracking_uri"]])
    assert tracking_uri != "not given"

_tracking_store_registry.register("acme", watch("tracking_store"))
_tracking_store_registry.get_store("acme://host", "acme://files")
registry = _get_store_registry()
registry.register("acme", watch("model_registry_store"))
registry.get_store("acme://host")
registry.register("acme-too", watch_with_tracking_uri)
registry.get_store("acme-too://host")
_artifact_repository_registry.register("acme", watch("artifact_repository"))
_artifact_repository_registry.get_artifact_repository("acme://files")
MLFLOW_BACKENDS["acme"] = watch("project_backend")
load_backend("acme")
_model_evaluation_registry._registry["acme"] = watch("model_evaluator")
_model_evaluation_registry.get_evaluator("acme")
_get_workspace_store_registry().register("acme", watch("workspace_provider"))
_get_workspace_store_registry().get_store("acme://host")
_scorer_store_registry.register("acme", watch("scorer_store"))
_scorer_store_registry.get_store("acme://host")
_labeling_store_registry.register("acme", watch("labeling_store"))
_labeling_store_registry.get_store("acme://host")
print(json.dumps(found))
"""

INTERFACE = """
import importlib, inspect, json, sys, warnings
warnings.simplefilter("ignore")
found = {}
for path in json.loads(sys.argv[1]):
    module, _, name = path.rpartition(".")
    base = getattr(importlib.import_module(module), name)
    found[path] = sorted(
        item for item in dir(base)
        if getattr(inspect.getattr_static(base, item), "__isabstractmethod__", False)
    )
print(json.dumps(found))
"""


@cache
def registered() -> dict[str, dict[str, str]]:
    """`module:name` by the name that it is registered under, or by itself, by plugin type."""
    answer: dict[str, dict[str, str]] = ask(SCRIPT)
    return answer


@cache
def calls() -> set[tuple[str, int, tuple[str, ...]]]:
    """(type, number of positional arguments, keywords) of the calls that were seen."""
    return {(kind, number, tuple(keywords)) for kind, number, keywords in ask(CALLS)}


def abstract_methods(bases: tuple[str, ...]) -> dict[str, list[str]]:
    """What the live base classes mark abstract."""
    answer: dict[str, list[str]] = ask(INTERFACE, json.dumps(bases))
    return answer


def ask(script: str, *arguments: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
