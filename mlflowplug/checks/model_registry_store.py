"""The conformance class of the type model_registry_store."""

from __future__ import annotations

from mlflowplug.checks.common import CommonConformance


class ModelRegistryConformance(CommonConformance):
    """All checks of the type model_registry_store."""

    plugin_type = "model_registry_store"
    prefix = "MR"
