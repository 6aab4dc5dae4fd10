"""The plugin types: one file each, listed here. To add one: a file, a line, a test file."""

from __future__ import annotations

import difflib

from mlflowplug.errors import MlflowplugError
from mlflowplug.plugin_types import (
    app,
    app_client,
    artifact_repository,
    dataset_constructor,
    dataset_source,
    default_experiment_provider,
    deployments,
    gateway_providers,
    job_executors,
    labeling_store,
    model_evaluator,
    model_registry_store,
    project_backend,
    request_auth_provider,
    request_header_provider,
    run_context_provider,
    scorer_store,
    tracking_store,
    workspace_provider,
)
from mlflowplug.plugin_types.base import PluginType

PLUGIN_TYPES: dict[str, PluginType] = {
    module.TYPE.name: module.TYPE
    for module in (
        tracking_store,
        model_registry_store,
        artifact_repository,
        run_context_provider,
        request_header_provider,
        request_auth_provider,
        default_experiment_provider,
        project_backend,
        deployments,
        model_evaluator,
        dataset_source,
        dataset_constructor,
        app,
        app_client,
        gateway_providers,
        job_executors,
        workspace_provider,
        scorer_store,
        labeling_store,
    )
}
"""Every plugin type by its name, in the order in which users meet them."""

GROUPS: dict[str, PluginType] = {item.group: item for item in PLUGIN_TYPES.values()}
"""The same by entry-point group."""


def plugin_type(name: str) -> PluginType:
    """The type of that name (the group is accepted too); an unknown one is an error."""
    short = name.removeprefix("mlflow.")
    if short in PLUGIN_TYPES:
        return PLUGIN_TYPES[short]
    near = difflib.get_close_matches(short, PLUGIN_TYPES, 1, 0.5)
    suggestion = f"Did you mean {near[0]}? " if near else ""
    raise MlflowplugError(
        f"{name!r} is no plugin type",
        f"{suggestion}The types are: {', '.join(PLUGIN_TYPES)}.",
    )
