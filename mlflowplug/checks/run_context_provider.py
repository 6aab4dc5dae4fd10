"""The conformance class of the type run_context_provider."""

from __future__ import annotations

from mlflowplug.checks.common import CommonConformance


class RunContextProviderConformance(CommonConformance):
    """All checks of the type run_context_provider."""

    plugin_type = "run_context_provider"
    prefix = "RC"
