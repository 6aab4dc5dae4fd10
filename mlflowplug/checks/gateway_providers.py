"""The conformance class of the type gateway.providers."""

from __future__ import annotations

from mlflowplug.checks.common import CommonConformance


class GatewayProviderConformance(CommonConformance):
    """All checks of the type gateway.providers."""

    plugin_type = "gateway.providers"
    prefix = "GP"
