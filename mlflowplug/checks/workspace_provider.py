"""The conformance class of the type workspace_provider."""

from __future__ import annotations

from mlflowplug.checks.common import CommonConformance


class WorkspaceProviderConformance(CommonConformance):
    """All checks of the type workspace_provider."""

    plugin_type = "workspace_provider"
    prefix = "WS"
