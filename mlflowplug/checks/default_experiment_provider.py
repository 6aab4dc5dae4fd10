"""The conformance class of the type default_experiment_provider."""

from __future__ import annotations

from mlflowplug.checks.common import CommonConformance


class DefaultExperimentProviderConformance(CommonConformance):
    """All checks of the type default_experiment_provider."""

    plugin_type = "default_experiment_provider"
    prefix = "DE"
